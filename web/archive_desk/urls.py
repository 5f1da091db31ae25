"""The addresses of the archives' desk."""

from django.urls import path

from web.archive_desk import appraisal_pages, hold_pages, holding_pages, list_pages, paper_pages

urlpatterns = [
    path("archives/", holding_pages.archives, name="archives"),
    path("archives/appraisals/", appraisal_pages.appraisals, name="archive_appraisals"),
    path("archives/appraisals/<int:pk>/", appraisal_pages.appraisal, name="archive_appraisal"),
    path("archives/lists/", list_pages.lists, name="archive_lists"),
    path("archives/lists/<int:pk>/", list_pages.destruction_list, name="archive_list"),
    path("archives/lists/<int:pk>/act", list_pages.list_act, name="archive_list_act"),
    path("archives/lists/<int:pk>/list.<str:kind>", paper_pages.list_paper, name="archive_list_paper"),
    path("archives/holds/", hold_pages.holds, name="archive_holds"),
]
