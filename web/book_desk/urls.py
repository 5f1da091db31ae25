from django.urls import path

from web.book_desk import draft_pages, entry_pages, file_pages, search_pages

urlpatterns = [
    path("vouchers/", search_pages.voucher_search, name="voucher_search"),
    path("vouchers/found.<str:kind>", file_pages.voucher_search_file, name="voucher_search_file"),
    path("vouchers/<int:pk>/pdf", search_pages.voucher_pdf, name="voucher_pdf"),
    path("books/<str:code>/accounts/<str:account>/", search_pages.account_lines, name="account_lines"),
    path(
        "books/<str:code>/accounts/<str:account>/lines.<str:kind>",
        file_pages.account_lines_file,
        name="account_lines_file",
    ),
    path("vouchers/by-hand/", draft_pages.drafts, name="drafts"),
    path("vouchers/by-hand/new/", entry_pages.draft_new, name="draft_new"),
    path("vouchers/by-hand/<int:pk>/", draft_pages.draft, name="draft"),
    path("vouchers/by-hand/<int:pk>/edit/", entry_pages.draft_edit, name="draft_edit"),
    path("vouchers/by-hand/<int:pk>/act", draft_pages.draft_act, name="draft_act"),
    path("vouchers/<int:pk>/reversal", draft_pages.draft_reversal_of, name="draft_reversal"),
]
