"""The income of a township line by line, and the sweep of a month."""

from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ledger.models import Officer
from month.long_posting import posting
from treasury.models import IncomeLine
from web.access import may_open
from web.acting import take_and_go
from web.addresses import month_in
from web.job_pages import ask_for_work
from web.township_desk.desk import INCOME_PAGE, income_of_month, lines_of_month, swept_in_month, totals_of
from web.township_desk.settling_pages import jobs_of
from web.township_desk.standing_here import key_in, township_here

SWEEP = "month.sweep"


@require_GET
def income(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """List the income of a township in a month: what was collected and swept, and what waits to be posted."""
    township, chosen = township_here(request, code), month_in(month)
    lines = lines_of_month(township, chosen)
    waits = request.GET.get("waits") == "1"
    found = lines.filter(collection=None) if waits else lines
    if (after := key_in(request.GET.get("after", ""))) is not None:
        found = found.filter(pk__gt=after)
    shown = list(found.select_related("collection").order_by("pk")[:INCOME_PAGE])
    kinds = income_of_month(township, chosen)
    may_sweep = may_open(request, "income_sweep")
    context = {
        "township": township,
        "month": chosen,
        "lines": shown,
        "waits": waits,
        "following": shown[-1].pk if len(shown) == INCOME_PAGE else "",
        "income": kinds,
        "income_totals": totals_of(kinds),
        "swept": swept_in_month(township, chosen),
        "may_sweep": may_sweep,
        "jobs": jobs_of(SWEEP, chosen) if may_sweep else [],
        "mark": mark_of(month) if may_sweep else "",
    }
    return render(request, "web/township_desk/income.html", context)


def mark_of(month: str) -> str:
    """Return the mark of what a sweep of a month would post: how many lines of all townships wait."""
    waiting = IncomeLine.objects.filter(Q(collection=None), file__month=month_in(month)).order_by("pk")
    return f"{month}/{waiting.count()}"


@require_POST
def sweep(request: HttpRequest, month: str) -> HttpResponse:
    """Ask for the income of a month to be posted and swept, that of all townships."""
    chosen = month_in(month)

    def step(officer: Officer, at: datetime) -> str:
        return ask_for_work(posting(SWEEP, month=chosen), officer, at)

    return take_and_go(
        request,
        act="income.sweep",
        subject=f"month/{month}",
        step=step,
        to=reverse("jobs"),
        shown=mark_of(month),
    )
