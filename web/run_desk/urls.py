"""The addresses of the runs of a month."""

from django.urls import path

from web.run_desk import exception_pages, paper_pages, people_pages, run_pages

RUN = "months/<str:month>/runs/<str:purpose>/<int:number>"

urlpatterns = [
    path("months/<str:month>/runs/", run_pages.runs, name="runs"),
    path("months/<str:month>/runs/<str:purpose>/begin", run_pages.begin_run, name="run_begin"),
    path(f"{RUN}/", run_pages.run, name="run"),
    path(f"{RUN}/acts/<str:word>", run_pages.run_act, name="run_act"),
    path(f"{RUN}/differences/", people_pages.differences, name="run_differences"),
    path(f"{RUN}/groups/", people_pages.groups, name="run_groups"),
    path(f"{RUN}/people/", people_pages.people, name="run_people"),
    path(f"{RUN}/people/<int:person>/", people_pages.person, name="run_person"),
    path(f"{RUN}/people/<int:person>/numbers", people_pages.numbers, name="run_numbers"),
    path(f"{RUN}/not-paid/", people_pages.not_paid, name="run_not_paid"),
    path(f"{RUN}/exceptions/", exception_pages.exceptions, name="run_exceptions"),
    path(f"{RUN}/exceptions/sign", exception_pages.sign, name="run_sign"),
    path(f"{RUN}/papers/", paper_pages.papers, name="run_papers"),
    path(f"{RUN}/papers/make", paper_pages.make_papers, name="run_papers_make"),
    path(f"{RUN}/papers/<int:file>", paper_pages.take_paper, name="run_paper"),
]
