"""The addresses of the budgets' desk."""

from django.urls import path

from web.budget_desk import (
    award_pages,
    budget_pages,
    earmarked_pages,
    passing_figures,
    passing_pages,
    plan_pages,
    purchase_pages,
    revenue_pages,
    special_plan_pages,
)

urlpatterns = [
    path("budgets/", budget_pages.budgets, name="budgets"),
    path("budgets/principles/<int:year>/", plan_pages.budget_principles, name="budget_principles"),
    path("budgets/<str:code>/<int:year>/", budget_pages.budget, name="budget"),
    path("budgets/<str:code>/<int:year>/plans/<int:number>/", plan_pages.budget_plan, name="budget_plan"),
    path("procurement/", purchase_pages.purchases, name="purchases"),
    path("procurement/<int:key>/", purchase_pages.purchase, name="purchase"),
    path("procurement/plan/<str:code>/", purchase_pages.new_purchase, name="purchase_new"),
    path("special-accounts/", earmarked_pages.earmarked, name="earmarked"),
    path("special-accounts/plans/<int:key>/", special_plan_pages.earmarked_plan, name="earmarked_plan"),
    path("special-accounts/allocations/<int:key>/", earmarked_pages.earmarked_allocation, name="earmarked_allocation"),
    path("special-accounts/<str:code>/", earmarked_pages.earmarked_township, name="earmarked_township"),
    path("special-accounts/<str:code>/plan/", special_plan_pages.earmarked_plan_new, name="earmarked_plan_new"),
    path("awards/", award_pages.awards, name="awards"),
    path("awards/prizes/<int:key>/", award_pages.award_prize, name="award_prize"),
    path("awards/fines/<int:key>/", award_pages.award_fine, name="award_fine"),
    path("revenue-plans/", revenue_pages.revenue_plans, name="revenue_plans"),
    path("revenue-plans/<str:code>/<int:year>/", revenue_pages.revenue_plan, name="revenue_plan"),
    path("passed-on/", passing_pages.passing, name="passing"),
    path("passed-on/new/", passing_pages.passing_new, name="passing_new"),
    path("passed-on/figures/", passing_figures.passing_figures, name="passing_figures"),
    path("passed-on/<int:key>/", passing_pages.passing_receipt, name="passing_receipt"),
]
