"""The addresses of the township desk."""

from django.urls import path

from web.township_desk import claim_pages, desk, income_pages, receipt_pages, settling_pages

urlpatterns = [
    path("townships/<str:code>/", desk.township, name="township"),
    path("townships/<str:code>/claims/", claim_pages.claims, name="township_claims"),
    path("townships/<str:code>/claims/new/", claim_pages.new_claim, name="township_claim_new"),
    path("townships/<str:code>/claims/<path:number>/<int:attempt>/", claim_pages.claim, name="township_claim"),
    path("townships/<str:code>/income/<str:month>/", income_pages.income, name="township_income"),
    path("townships/<str:code>/receipts/", receipt_pages.township_receipts, name="township_receipts"),
    path("townships/<str:code>/receipts/<int:pk>/", receipt_pages.township_receipt_book, name="township_receipt_book"),
    path("townships/<str:code>/officers/", desk.officers, name="township_officers"),
    path("townships/<str:code>/statement/<str:month>/", settling_pages.statement, name="statement"),
    path("income/<str:month>/sweep", income_pages.sweep, name="income_sweep"),
    path("receipt-books/", receipt_pages.receipt_books, name="receipt_books"),
    path("receipt-books/<int:pk>/", receipt_pages.receipt_book, name="receipt_book"),
    path("settlements/<str:month>/", settling_pages.settlements, name="settlements"),
    path("settlements/<str:month>/act", settling_pages.settlement_act, name="settlement_act"),
]
