"""The approved posts of units (编制) beside those that are filled: recorded by one officer, confirmed by another."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Officer
from payouts.checking import people_in_posts
from payouts.models import Run
from payouts.models.words import RELEASED_STATES, RunKind, RunPurpose
from treasury.establishing import confirm_establishment, record_establishment
from treasury.establishments import establishments_on
from treasury.models import Establishment, Unit
from treasury.refusals import NothingThere, TermWrong
from web.access import officer_of
from web.acting import SEE_OTHER, take, tell
from web.addresses import key_in
from web.officer_desk.typed import day_typed

PAGE: Final = 50
RECORDS, CONFIRMS = "treasury.record_establishment", "treasury.confirm_establishment"
POSTS_MAX: Final = 99_999


def filled_posts() -> tuple[date | None, Mapping[int, int]]:
    """Return the month that was last released, and how many people in posts it paid by unit."""
    last = (
        Run.objects.filter(purpose=RunPurpose.PAYROLL, kind=RunKind.REGULAR, status__in=RELEASED_STATES)
        .order_by("-month", "-pk")
        .first()
    )
    return (last.month, people_in_posts(last)) if last else (None, {})


def establishment(request: HttpRequest) -> HttpResponse:
    """List the units with approved and filled posts; record a number, or confirm one."""
    refusal, sent = "", QueryDict()
    if request.method == "POST":
        is_confirming = bool(request.POST.get("confirm"))
        act = "establishment.confirm" if is_confirming else "establishment.record"
        step = confirming(request) if is_confirming else recording(request)
        outcome = take(request, act=act, subject="establishment", step=step, confirmed=is_confirming)
        if outcome.is_done or outcome.was_sent:
            tell(request, outcome)
            return HttpResponseRedirect(reverse("establishment"), status=SEE_OTHER)
        refusal, sent = outcome.refusal, request.POST
    looks, today = officer_of(request), timezone.localdate()
    after, text = request.GET.get("after", "")[:20], request.GET.get("q", "").strip()[:60]
    units = Unit.objects.filter(code__gt=after).order_by("code")
    if text:
        units = units.filter(name__icontains=text)
    shown = list(units[:PAGE])
    month, filled = filled_posts()
    approved = establishments_on(on=today)
    waiting = Establishment.objects.filter(confirmed_by=None).select_related("unit").order_by("pk")[:PAGE]
    context = {
        "units": [
            (unit, approved.get(unit.pk), filled.get(unit.pk, 0), over(approved.get(unit.pk), filled.get(unit.pk, 0)))
            for unit in shown
        ],
        "recorded": Establishment.objects.filter(unit__in=shown)
        .select_related("unit")
        .order_by("-effective_from", "-pk")[:PAGE],
        "month": month,
        "waiting": [(one, one.recorded_by_id != looks.username) for one in waiting],
        "may_record": looks.has_perm(RECORDS),
        "may_confirm": looks.has_perm(CONFIRMS),
        "q": text,
        "following": shown[-1].code if len(shown) == PAGE else "",
        "refusal": refusal,
        "sent": sent,
        "today": today,
    }
    return render(request, "web/officer_desk/establishment.html", context, status=422 if refusal else 200)


def over(approved: int | None, filled: int) -> int | None:
    """Return by how many posts a unit is over its approved ones (negative: how many are free)."""
    return None if approved is None else filled - approved


def recording(request: HttpRequest) -> Callable[[Officer, datetime], str]:
    sent = request.POST

    def step(officer: Officer, at: datetime) -> str:
        unit = Unit.objects.filter(code=sent.get("unit", "").strip()[:40]).first()
        if unit is None:
            raise NothingThere("unit_is_registered", {"unit": sent.get("unit", "")[:40]})
        posts = sent.get("posts", "").strip()
        approved = key_in(posts)
        if approved is None or approved > POSTS_MAX:
            raise TermWrong("approved_posts_are_a_number", {"posts": posts[:20]})
        made = record_establishment(
            unit=unit,
            approved=approved,
            effective_from=day_typed(sent.get("from", "")),
            paper=sent.get("paper", "").strip()[:200],
            officer=officer,
            at=at,
        )
        return _("{unit}: {posts} posts from {begin}. They count once another officer has confirmed them.").format(
            unit=unit.name, posts=made.approved, begin=made.effective_from
        )

    return step


def confirming(request: HttpRequest) -> Callable[[Officer, datetime], str]:
    number = request.POST.get("confirm", "")

    def step(officer: Officer, at: datetime) -> str:
        known = number.isascii() and number.isdecimal() and len(number) < 19
        entry = Establishment.objects.filter(pk=int(number) if known else 0).first()
        if entry is None:
            raise NothingThere("establishment_is_recorded", {"number": number[:20]})
        made = confirm_establishment(establishment=entry, officer=officer, at=at)
        return _("{unit}: {posts} posts from {begin} are confirmed.").format(
            unit=made.unit.name, posts=made.approved, begin=made.effective_from
        )

    return step
