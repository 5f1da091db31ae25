"""The auditor's desk: the search, the doors, and how the last check and the last exports stand."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit.trails import Search, events_found
from web.audit_desk.check_results import latest_jobs, result_of
from web.audit_desk.export_lists import EXPORTS, exports_of, jobs_of

LATEST = 5


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show the desk."""
    checked = next(iter(latest_jobs(1)), None)
    context = {
        "exports": exports_of(list(jobs_of(*EXPORTS)[:LATEST])),
        "refused": events_found(search=Search(outcome="refused"), before=None, length=LATEST),
        "result": result_of(checked) if checked else None,
    }
    return render(request, "web/audit_desk/desk.html", context)
