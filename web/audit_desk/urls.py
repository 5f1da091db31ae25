"""The addresses of the auditor's desk."""

from django.urls import path

from web.audit_desk import check_pages, desk_pages, export_pages, sample_pages, trace_pages, trail_pages

urlpatterns = [
    path("audit/", desk_pages.desk, name="audit"),
    path("audit/trace/", trace_pages.trace, name="audit_trace"),
    path("audit/exports/", export_pages.exports, name="audit_exports"),
    path("audit/exports/<int:pk>/", export_pages.export, name="audit_export"),
    path("audit/exports/<int:pk>/files/<str:name>", export_pages.export_file, name="audit_file"),
    path("audit/checks/", check_pages.checks, name="audit_checks"),
    path("audit/trail/", trail_pages.trail, name="audit_trail"),
    path("audit/samples/", sample_pages.samples, name="audit_samples"),
]
