from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from web import month_pages, pages, township_pages

urlpatterns = [
    path("", month_pages.home, name="home"),
    path("month/", month_pages.latest_month, name="month"),
    path("month/<str:month>/", month_pages.month_of, name="month_of"),
    path("books/", pages.books, name="books"),
    path("books/<str:code>/", pages.balance, name="balance"),
    path("books/<str:code>/vouchers/", pages.vouchers, name="vouchers"),
    path("vouchers/<int:pk>/", pages.voucher, name="voucher"),
    path("townships/", township_pages.townships, name="townships"),
    path("townships/<str:code>/", township_pages.township, name="township"),
    path("townships/<str:code>/statement/<str:month>/", township_pages.statement, name="statement"),
    path("incomes/<int:year>/", township_pages.incomes, name="incomes"),
    path("arrears/", township_pages.arrears, name="arrears"),
    path("settlements/<str:month>/", township_pages.settlements, name="settlements"),
    path("sign-in/", pages.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("language/", set_language, name="set_language"),
]
