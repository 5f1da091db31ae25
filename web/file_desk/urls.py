from django.urls import path

from web.file_desk import pages, pay_rule_pages

urlpatterns = [
    path("months/<str:month>/files/", pages.files, name="files"),
    path("months/<str:month>/files/hand-in", pages.files_hand_in, name="files_hand_in"),
    path("months/<str:month>/files/apply", pages.files_apply, name="files_apply"),
    path("months/<str:month>/files/<int:pk>/", pages.staged_sheet, name="staged_sheet"),
    path("months/<str:month>/files/<int:pk>/marked-copy", pages.marked_copy, name="marked_copy"),
    path("months/<str:month>/files/<int:pk>/changes/", pages.sheet_changes, name="sheet_changes"),
    path("pay-rules/", pay_rule_pages.pay_rules, name="pay_rules"),
    path("pay-rules/<str:rule>/", pay_rule_pages.pay_rule, name="pay_rule"),
    path("pay-rules/<str:rule>/list.csv", pay_rule_pages.pay_rule_list, name="pay_rule_list"),
]
