"""The addresses of the budgets' desk."""

from django.urls import path

from web.budget_desk import budget_pages, plan_pages, purchase_pages

urlpatterns = [
    path("budgets/", budget_pages.budgets, name="budgets"),
    path("budgets/principles/<int:year>/", plan_pages.budget_principles, name="budget_principles"),
    path("budgets/<str:code>/<int:year>/", budget_pages.budget, name="budget"),
    path("budgets/<str:code>/<int:year>/plans/<int:number>/", plan_pages.budget_plan, name="budget_plan"),
    path("procurement/", purchase_pages.purchases, name="purchases"),
    path("procurement/<int:key>/", purchase_pages.purchase, name="purchase"),
    path("procurement/plan/<str:code>/", purchase_pages.new_purchase, name="purchase_new"),
]
