"""Yearly revenue plans of townships: where they stand, how one is worked out, proposed and approved (F02, F03)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ledger.models import Officer
from ledger.money import ZERO, in_full
from treasury.models import RevenuePlan, Township
from treasury.planning import Proposal, approve_plan, propose_plan
from treasury.rules.plans import YEARS, PlannedRevenue, plan_revenue
from web.access import officer_of, open_townships
from web.budget_desk.budget_pages import YEARS as YEARS_KNOWN
from web.budget_desk.budget_pages import year_in
from web.budget_desk.entering import UNPROCESSABLE, Deed, NotWritten, amount_in, enter, mark_of, text_in, township_here

PROPOSE, APPROVE = "treasury.prepare_plan", "treasury.approve_plan"
PLACES: Final = range(1, YEARS + 1)


@require_GET
def revenue_plans(request: HttpRequest) -> HttpResponse:
    """List the townships with the newest edition of their revenue plan of a year."""
    year = year_in(request) or timezone.localdate().year
    townships = list(open_townships(request))
    found = RevenuePlan.objects.filter(township__in=townships, year=year).order_by("edition")
    newest = {one.township_id: one for one in found}
    rows = [(one, newest.get(one.pk)) for one in townships]
    context = {
        "year": year,
        "rows": rows,
        "total": sum((plan.planned for _one, plan in rows if plan), ZERO),
    }
    return render(request, "web/budget_desk/revenue_plans.html", context)


def revenue_plan(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Show the revenue plan of a township and year; work one out, propose it, approve it."""
    township = township_here(request, code)
    if year not in YEARS_KNOWN:
        raise Http404(str(year))
    draw = partial(draw_plan, request, township, year)
    if request.method != "POST":
        return draw()
    if request.POST.get("act") == "calculate":
        try:
            worked_out = plan_revenue(collected=collected_in(request), growth=amount_in(request, "growth"))
        except NotWritten as refused:
            return draw(str(refused))
        return draw(worked_out=worked_out)

    def propose(officer: Officer, at: datetime) -> str:
        proposal = Proposal(
            collected_in(request), amount_in(request, "growth"), text_in(request, "reason"), amount_in(request, "share")
        )
        made = propose_plan(township=township, year=year, proposal=proposal, officer=officer, at=at)
        said = _("Revenue plan of {amount} is proposed; another officer approves it.")
        return said.format(amount=in_full(made.planned))

    def approve(officer: Officer, at: datetime) -> str:
        made = approve_plan(township=township, year=year, officer=officer, at=at)
        return _("Revenue plan of {amount} is approved; it counts from now on.").format(amount=in_full(made.planned))

    editions = editions_of(township, year)
    return enter(
        request,
        {
            "propose": Deed("revenue_plan.propose", propose),
            "approve": Deed("revenue_plan.approve", approve, is_confirmed=True),
        },
        subject=subject_of(township, year, editions),
        shown=mark_of(len(editions), subject_of(township, year, editions)),
        to=lambda: reverse("revenue_plan", args=[code, year]),
        draw=draw,
    )


def editions_of(township: Township, year: int) -> Sequence[RevenuePlan]:
    return list(RevenuePlan.objects.filter(township=township, year=year).order_by("-edition"))


def subject_of(township: Township, year: int, editions: Sequence[RevenuePlan]) -> str:
    return f"revenue_plan/{township.code}/{year}/{editions[0].edition if editions else 0}"


def collected_in(request: HttpRequest) -> Sequence[Decimal]:
    """Return what three years brought, as a form has it.

    :raises NotWritten: if one is no amount
    """
    return [amount_in(request, f"collected_{place}") for place in PLACES]


def draw_plan(
    request: HttpRequest,
    township: Township,
    year: int,
    refusal: str = "",
    *,
    worked_out: PlannedRevenue | None = None,
) -> HttpResponse:
    """Draw the revenue plan of a township: what was typed stays with a refusal, and with what was worked out."""
    editions, officer = editions_of(township, year), officer_of(request)
    subject = subject_of(township, year, editions)
    newest = editions[0] if editions else None
    waits = newest is not None and newest.approved_by_id is None
    context = {
        "township": township,
        "year": year,
        "editions": editions,
        "newest": newest,
        "mark": mark_of(len(editions), subject),
        "subject": subject,
        "collected": [(place, request.POST.get(f"collected_{place}", "")) for place in PLACES],
        "years": [(place, year - YEARS - 1 + place) for place in PLACES],
        "typed": request.POST,
        "worked_out": worked_out,
        "refusal": refusal,
        "may_propose": officer.has_perm(PROPOSE),
        "may_approve": waits
        and officer.has_perm(APPROVE)
        and newest is not None
        and newest.prepared_by_id != officer.username,
    }
    return render(request, "web/budget_desk/revenue_plan.html", context, status=UNPROCESSABLE if refusal else None)
