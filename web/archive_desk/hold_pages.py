"""Holds on archives: which there are, set one, and lift one that another officer has set."""

from datetime import datetime
from functools import partial
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.models import RecordClass, RetentionHold
from audit.retaining import lift_hold, set_hold
from ledger.masking import masked
from ledger.models import Officer
from web.access import officer_of
from web.archive_desk.typed import Step, Unreadable, enter, key_in, text_in, year_in
from web.templatetags.acts import trail

PAGE: Final = 50


@require_http_methods(["GET", "POST"])
def holds(request: HttpRequest) -> HttpResponse:
    """List the holds, the newest first, with the forms that set and lift them; set or lift one."""
    if request.method != "POST":
        return draw_holds(request)
    number = key_in(request.POST, "hold")
    hold = get_object_or_404(RetentionHold, pk=number) if number else None
    return enter(
        request,
        act="retention.lift" if hold else "retention.hold",
        subject=f"hold/{hold.pk}" if hold else "archives",
        step=lifting(request, hold) if hold else setting(request),
        to=lambda: reverse("archive_holds"),
        draw=partial(draw_holds, request),
    )


def setting(request: HttpRequest) -> Step:
    def step(officer: Officer, at: datetime) -> str:
        first, last = year_in(request.POST, "from"), year_in(request.POST, "to")
        if first is None:
            raise Unreadable("field_is_read", {"field": "from", "typed": ""})
        made = set_hold(
            record_class=text_in(request.POST, "class"),
            from_year=first,
            to_year=first if last is None else last,
            reason=text_in(request.POST, "reason"),
            officer=officer,
            at=at,
        )
        return _("Hold {number} is set.").format(number=made.pk)

    return step


def lifting(request: HttpRequest, hold: RetentionHold) -> Step:
    def step(officer: Officer, at: datetime) -> str:
        lift_hold(hold=hold, reason=text_in(request.POST, "reason"), officer=officer, at=at)
        return _("Hold {number} is lifted.").format(number=hold.pk)

    return step


def draw_holds(request: HttpRequest, refusal: str = "") -> HttpResponse:
    found = RetentionHold.objects.select_related("lift")
    if before := key_in(request.GET, "before"):
        found = found.filter(pk__lt=before)
    shown = list(found.order_by("-pk")[:PAGE])
    for one in shown:
        one.reason = masked(one.reason)
    names = dict(RecordClass.choices)
    context = {
        "refusal": refusal,
        "typed": request.POST,
        "lifted": key_in(request.POST, "hold"),
        "classes": RecordClass.choices,
        "holds": [(one, names.get(one.record_class, "")) for one in shown],
        "own": officer_of(request).username,
        "following": shown[-1].pk if len(shown) == PAGE else "",
        **trail(*(f"hold/{one.pk}" for one in shown)),
    }
    return render(request, "web/archive_desk/holds.html", context)
