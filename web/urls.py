from django.urls import path
from django.views.i18n import set_language

from web import (
    job_pages,
    month_pages,
    operations_pages,
    pages,
    reference_pages,
    security_pages,
    task_pages,
    township_pages,
)
from web.api import urls as api_urls
from web.archive_desk import urls as archive_desk_urls
from web.audit_desk import urls as audit_desk_urls
from web.bank_desk import urls as bank_desk_urls
from web.benefit_desk import urls as benefit_desk_urls
from web.book_desk import urls as book_desk_urls
from web.budget_desk import urls as budget_desk_urls
from web.file_desk import urls as file_desk_urls
from web.officer_desk import urls as officer_desk_urls
from web.run_desk import urls as run_desk_urls
from web.township_desk import urls as township_desk_urls

urlpatterns = [
    path("", month_pages.home, name="home"),
    path("tasks/", task_pages.tasks, name="tasks"),
    path("months/", month_pages.latest_month, name="month"),
    path("months/<str:month>/", month_pages.month_of, name="month_of"),
    path("jobs/", job_pages.jobs, name="jobs"),
    path("jobs/<int:pk>/", job_pages.job, name="job"),
    path("jobs/<int:pk>/progress", job_pages.job_part, name="job_part"),
    path("jobs/<int:pk>/act", job_pages.job_act, name="job_act"),
    *file_desk_urls.urlpatterns,
    *run_desk_urls.urlpatterns,
    *bank_desk_urls.urlpatterns,
    *benefit_desk_urls.urlpatterns,
    path("books/", pages.books, name="books"),
    path("books/<str:code>/", pages.balance, name="balance"),
    path("books/<str:code>/vouchers/", pages.vouchers, name="vouchers"),
    path("vouchers/<int:pk>/", pages.voucher, name="voucher"),
    *book_desk_urls.urlpatterns,
    path("townships/", township_pages.townships, name="townships"),
    path("incomes/<int:year>/", township_pages.incomes, name="incomes"),
    path("arrears/", township_pages.arrears, name="arrears"),
    *township_desk_urls.urlpatterns,
    *archive_desk_urls.urlpatterns,
    *budget_desk_urls.urlpatterns,
    *officer_desk_urls.urlpatterns,
    *audit_desk_urls.urlpatterns,
    *api_urls.urlpatterns,
    path("sign-in/", security_pages.SignIn.as_view(), name="sign_in"),
    path("sign-in/code/", security_pages.sign_in_code, name="sign_in_code"),
    path("sign-out/", security_pages.sign_out, name="sign_out"),
    path("password/", security_pages.password, name="password"),
    path("second-factor/", security_pages.second_factor, name="second_factor"),
    path("second-factor/code.svg", security_pages.second_factor_qr, name="second_factor_qr"),
    path("second-factor/resets/", security_pages.factor_resets, name="factor_resets"),
    path("healthz", operations_pages.healthz, name="healthz"),
    path("readyz", operations_pages.readyz, name="readyz"),
    path("metrics", operations_pages.metrics, name="metrics"),
    path("admin/", reference_pages.SITE.urls),
    path("language/", set_language, name="set_language"),
]
