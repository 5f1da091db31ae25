"""The addresses of the pages of benefits."""

from django.urls import path

from web.benefit_desk import application_pages, funding_pages, people_pages, rate_pages, recovery_pages, report_pages

urlpatterns = [
    path("benefits/applications/", application_pages.applications, name="applications"),
    path("benefits/applications/new/", application_pages.new_application, name="application_new"),
    path("benefits/applications/<int:pk>/", application_pages.application, name="application"),
    path("benefits/people/", people_pages.beneficiaries, name="beneficiaries"),
    path("benefits/people/<int:pk>/", people_pages.beneficiary, name="beneficiary"),
    path("benefits/people/<int:pk>/numbers", people_pages.beneficiary_numbers, name="beneficiary_numbers"),
    path("benefits/enrolments/<int:pk>/", people_pages.enrolment, name="enrolment"),
    path("benefits/enrolments/<int:pk>/booklet/", report_pages.benefit_booklet, name="benefit_booklet"),
    path("benefits/papers/", report_pages.benefit_papers, name="benefit_papers"),
    path("benefits/papers/statistics/", report_pages.benefit_statistics, name="benefit_statistics"),
    path("benefits/papers/due/", report_pages.benefit_due_list, name="benefit_due_list"),
    path("benefits/papers/public-list/", report_pages.benefit_public_list, name="benefit_public_list"),
    path("benefits/rates/", rate_pages.scheme_rates, name="scheme_rates"),
    path("benefits/overpaid/", recovery_pages.overpayments, name="overpayments"),
    path("benefits/overpaid/<int:pk>/", recovery_pages.overpayment, name="overpayment"),
    path("benefits/funding/", funding_pages.benefit_fundings, name="benefit_fundings"),
    path("benefits/funding/<str:month>/<int:number>/", funding_pages.benefit_run_funding, name="benefit_run_funding"),
]
