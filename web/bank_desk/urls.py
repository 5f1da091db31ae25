"""The addresses of the bank's desk: funds, batches, results, reconciliation, closing."""

from django.urls import path

from web.bank_desk import (
    account_pages,
    batch_acts,
    batch_pages,
    closing_pages,
    money_pages,
    payment_pages,
    result_pages,
)

urlpatterns = [
    path("months/<str:month>/money/", money_pages.money, name="money"),
    path("releases/<int:key>/", money_pages.release, name="release"),
    path("releases/<int:key>/act", money_pages.release_act, name="release_act"),
    path("special-plans/<int:key>/", money_pages.special_plan, name="special_plan"),
    path("special-plans/<int:key>/act", money_pages.special_plan_act, name="special_plan_act"),
    path("months/<str:month>/batches/", batch_pages.batches, name="batches"),
    path("batches/<str:month>/<int:number>/", batch_pages.batch, name="batch"),
    path("batches/<str:month>/<int:number>/act", batch_acts.batch_act, name="batch_act"),
    path("batches/<str:month>/<int:number>/payments/", batch_pages.batch_payments, name="batch_payments"),
    path("bank-files/<str:name>/take-away", batch_acts.bank_file, name="bank_file"),
    path("bank-files/<str:name>/act", batch_acts.bank_file_act, name="bank_file_act"),
    path("payments/<str:month>/<int:serial>/", payment_pages.payment, name="payment"),
    path("payments/<str:month>/<int:serial>/in-full", payment_pages.payment_in_full, name="payment_in_full"),
    path("payments/<str:month>/<int:serial>/act", payment_pages.payment_act, name="payment_act"),
    path("months/<str:month>/results/", result_pages.results, name="results"),
    path("months/<str:month>/results/act", result_pages.result_act, name="result_act"),
    path("months/<str:month>/accounts/", account_pages.own_accounts, name="own_accounts"),
    path("months/<str:month>/accounts/<int:key>/", account_pages.own_account, name="own_account"),
    path("months/<str:month>/accounts/<int:key>/act", account_pages.own_account_act, name="own_account_act"),
    path("months/<str:month>/close/", closing_pages.closing, name="closing"),
    path("months/<str:month>/close/act", closing_pages.closing_act, name="closing_act"),
]
