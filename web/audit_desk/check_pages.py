"""The checks of the books: which there are, what each proves, what the last one found; a worker runs them."""

from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ledger.checks import CHECKS
from ledger.models import Book, Officer
from month.audit_work import checks_asked
from month.exporting import ask_for_export
from month.models import Job
from month.tasks import ring_for
from web.acting import take_and_go
from web.audit_desk import fields
from web.audit_desk.check_promises import PROMISES
from web.audit_desk.check_results import KIND, latest_jobs, result_of

JOBS = 10


@require_http_methods(["GET", "POST"])
def checks(request: HttpRequest) -> HttpResponse:
    """List the checks with what each proves and found, or ask for some of them to be run now."""
    if request.method == "POST":
        step = partial(ask, request.POST)
        return take_and_go(request, act="export.ask", subject="checks", step=step, to=reverse("audit_checks"))
    jobs = latest_jobs(JOBS)
    asked = fields.key_in(request.GET, "job")
    chosen = get_object_or_404(Job, pk=asked, kind=KIND) if asked else next(iter(jobs), None)
    result = result_of(chosen) if chosen else None
    counts = result.counts if result and result.counts is not None else {}
    context = {
        "result": result,
        "jobs": jobs,
        "checks": [(name, PROMISES[name], counts.get(name)) for name in CHECKS],
        "books": set(Book.objects.values_list("code", flat=True)),
    }
    return render(request, "web/audit_desk/checks.html", context)


def ask(typed: QueryDict, officer: Officer, at: datetime) -> str:
    """Ask for the checks that were chosen, or all."""
    names = fields.some_of(typed, "check", CHECKS)
    job = ask_for_export(asked=checks_asked(names=names, officer=officer), officer=officer, at=at)
    ring_for(job)
    return _("Job {job}: the books are checked. It goes on by itself; you may leave this page.").format(job=job.pk)
