"""What the archives hold by class and year, until when, and why it is not destroyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit.holdings import Holding, HoldingState, Why, holdings_on
from audit.models import RecordClass
from audit.rules.retention_periods import FOR_EVER
from web.archive_desk.typed import Unreadable, day_in, key_in, text_in, year_in

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is of what the list names."""

    records: int
    files: int
    size: int
    erased: int


@require_GET
def archives(request: HttpRequest) -> HttpResponse:
    """List what there is on a day, by class and year; chosen by year, class and state."""
    today, refusal = timezone.localdate(), ""
    kind, state = text_in(request.GET, "class"), text_in(request.GET, "state")
    on: date = today
    year: int | None = None
    try:
        on, year = day_in(request.GET, "on", today), year_in(request.GET, "year")
    except Unreadable as fault:
        refusal = str(fault)
    found = holdings_on(on=on, year=year, record_class=kind if kind in RecordClass.values else "")
    if state in HoldingState.values:
        found = [one for one in found if one.state == state]
    begin = key_in(request.GET, "after")
    query = request.GET.copy()
    query["after"] = str(begin + PAGE)
    context = {
        "refusal": refusal,
        "on": on,
        "is_today": on == today,
        "year": text_in(request.GET, "year"),
        "kind": kind,
        "state": state,
        "classes": RecordClass.choices,
        "states": HoldingState.choices,
        "holdings": found[begin : begin + PAGE],
        "totals": totals_of(found),
        "for_ever": FOR_EVER,
        "hold": Why.HOLD,
        "following": query.urlencode() if begin + PAGE < len(found) else "",
    }
    return render(request, "web/archive_desk/archives.html", context)


def totals_of(found: Sequence[Holding]) -> Totals:
    return Totals(*(sum(getattr(one, name) for one in found) for name in ("records", "files", "size", "erased")))
