"""What a month needs of money and has: where each township stands, its orders to pay, and its spending plans."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Final

from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ledger.masking import masked_account
from ledger.models import Officer
from ledger.money import ZERO
from treasury.models import Release, SpecialPlan
from treasury.models.words import ReleaseStatus, SpecialPlanStatus
from treasury.positions import positions_on
from treasury.releasing import cancel_release, release_funds
from treasury.spending import refuse_plan, review_plan
from web.access import open_townships
from web.addresses import month_in
from web.bank_desk.batch_pages import is_serial
from web.bank_desk.closing_pages import jobs_of, mark_of, monthly_acts
from web.bank_desk.entering import Deed, enter
from web.job_pages import told
from web.templatetags.acts import trail

PAGE: Final = 100
PLANS_SHOWN: Final = 50
FUNDING_ACTS: Final = ("sweep", "allot")
OPEN_PLANS: Final = (SpecialPlanStatus.DRAFTED, SpecialPlanStatus.REVIEWED)


@require_GET
def money(request: HttpRequest, month: str) -> HttpResponse:
    """Show what the townships have, and what waits to be released in a month."""
    chosen = month_in(month)
    townships = list(open_townships(request))
    orders = Release.objects.filter(month=chosen)
    sums = {row["township"]: row for row in sums_by_township(chosen)}
    rows = [(one, sums.get(one.township.pk, {})) for one in positions_on(townships=townships, on=timezone.localdate())]
    after, state = request.GET.get("after", ""), request.GET.get("state", "")
    shown = orders.filter(status=state) if state in ReleaseStatus.values else orders
    releases = list(
        shown.filter(pk__gt=int(after) if is_serial(after) else 0).select_related("township").order_by("pk")[:PAGE]
    )
    context = {
        "month": chosen,
        "rows": rows,
        "totals": {
            "held": sum((position.held for position, _sums in rows), ZERO),
            "at_banks": sum((position.at_banks for position, _sums in rows), ZERO),
            "unpaid": sum((position.unpaid for position, _sums in rows), ZERO),
            **orders.aggregate(
                waiting=Sum("amount", filter=Q(status=ReleaseStatus.WAITING)),
                released=Sum("amount", filter=Q(status=ReleaseStatus.RELEASED)),
                posted=Sum("amount", filter=Q(status=ReleaseStatus.POSTED)),
            ),
        },
        "releases": releases,
        "states": ReleaseStatus.choices,
        "state": state,
        "following": releases[-1].pk if len(releases) == PAGE else "",
        "plans": SpecialPlan.objects.filter(status__in=OPEN_PLANS)
        .select_related("township", "item")
        .order_by("pk")[:PLANS_SHOWN],
        "monthly": [one for one in monthly_acts(chosen) if one.act in FUNDING_ACTS],
        "jobs": told(list(jobs_of(chosen))),
        "mark": mark_of(chosen),
        **trail(f"month/{chosen:%Y-%m}"),
    }
    return render(request, "web/bank_desk/money.html", context)


def sums_by_township(month: date) -> list[Mapping[str, object]]:
    """Return the orders of a month by township: how many wait, and the amounts by state."""
    rows = Release.objects.filter(month=month).values("township")
    return list(
        rows.annotate(
            count=Count("pk", filter=Q(status=ReleaseStatus.WAITING)),
            waiting=Sum("amount", filter=Q(status=ReleaseStatus.WAITING)),
            released=Sum("amount", filter=Q(status=ReleaseStatus.RELEASED)),
            posted=Sum("amount", filter=Q(status=ReleaseStatus.POSTED)),
        ).order_by("township")
    )


def order_numbered(key: int) -> Release:
    return get_object_or_404(Release.objects.select_related("township"), pk=key)


@require_GET
def release(request: HttpRequest, key: int) -> HttpResponse:
    """Show an order to pay with its payees."""
    return draw_release(request, order_numbered(key))


def draw_release(request: HttpRequest, order: Release, refusal: str = "") -> HttpResponse:
    """Draw the page of an order: with a refusal, what was typed stays in its form."""
    context = {
        "order": order,
        "month": order.month,
        "lines": [(line, masked_account(line.account_number)) for line in order.lines.order_by("number")],
        "is_waiting": order.status == ReleaseStatus.WAITING,
        "may_be_cancelled": order.status in (ReleaseStatus.WAITING, ReleaseStatus.RELEASED),
        "refusal": refusal,
        "typed": request.POST,
        **trail(f"release/{order.pk}"),
    }
    return render(request, "web/bank_desk/release.html", context)


@require_POST
def release_act(request: HttpRequest, key: int) -> HttpResponse:
    """Release an order that waits, or cancel one."""
    order = order_numbered(key)
    make = DEEDS.get(request.POST.get("act", ""))
    if make is None:
        raise Http404("act")
    return enter(
        request,
        make(request, order),
        subject=f"release/{order.pk}",
        shown=order.status,
        to=reverse("release", args=[key]),
        draw=partial(draw_release, request, order),
    )


def release_one(_request: HttpRequest, order: Release) -> Deed:
    """Release an order: its money is set aside."""

    def step(officer: Officer, at: datetime) -> str:
        release_funds(release=order, officer=officer, at=at)
        return _("Released; the next allotment puts it into a batch.")

    return Deed("release.release", step, is_confirmed=True)


def drop(request: HttpRequest, order: Release) -> Deed:
    """Cancel an order that was not paid."""

    def step(officer: Officer, at: datetime) -> str:
        cancel_release(release=order, officer=officer, reason=request.POST.get("reason", "").strip(), at=at)
        return _("Cancelled; what it set aside is free again.")

    return Deed("release.cancel", step, is_confirmed=True)


DEEDS: Final[Mapping[str, Callable[[HttpRequest, Release], Deed]]] = {"release": release_one, "cancel": drop}


def plan_numbered(key: int) -> SpecialPlan:
    return get_object_or_404(SpecialPlan.objects.select_related("township", "item"), pk=key)


@require_GET
def special_plan(request: HttpRequest, key: int) -> HttpResponse:
    """Show a plan to spend from a special account."""
    return draw_plan(request, plan_numbered(key))


def draw_plan(request: HttpRequest, plan: SpecialPlan, refusal: str = "") -> HttpResponse:
    """Draw the page of a plan: with a refusal, what was typed stays in its form."""
    context = {
        "plan": plan,
        "month": plan.planned_on,
        "account": masked_account(plan.account_number),
        "is_drafted": plan.status == SpecialPlanStatus.DRAFTED,
        "refusal": refusal,
        "typed": request.POST,
        **trail(f"special_plan/{plan.pk}"),
    }
    return render(request, "web/bank_desk/special_plan.html", context)


@require_POST
def special_plan_act(request: HttpRequest, key: int) -> HttpResponse:
    """Review a drafted plan for the accounting centre, or refuse it."""
    plan = plan_numbered(key)
    refuses = request.POST.get("act") == "refuse"

    def step(officer: Officer, at: datetime) -> str:
        if refuses:
            refuse_plan(plan=plan, officer=officer, reason=request.POST.get("reason", "").strip(), at=at)
            return _("Plan {number} is refused.").format(number=plan.pk)
        review_plan(plan=plan, officer=officer, at=at)
        return _("Plan {number} is reviewed; the head signs it.").format(number=plan.pk)

    deed = Deed("special_plan.refuse" if refuses else "special_plan.review", step, is_confirmed=not refuses)
    return enter(
        request,
        deed,
        subject=f"special_plan/{plan.pk}",
        shown=plan.status,
        to=reverse("special_plan", args=[key]),
        draw=partial(draw_plan, request, plan),
    )
