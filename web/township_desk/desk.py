"""The desk of a township's accounting centre: its money, claims, income of the month, debt and unpaid salaries."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ledger.models import Fund
from ledger.money import ZERO
from treasury.debts import burn_downs, debt_registers
from treasury.exports import documents
from treasury.models import Claim, Collection, IncomeLine, Secondment, Settlement, Township
from treasury.models.words import ClaimStatus, IncomeKind, ReleaseStatus, SettlementStatus
from treasury.positions import AccountPosition, positions_on
from treasury.scopes import reads_district
from treasury.secondments import holders_on
from treasury.settlement_figures import end_of_month
from web.access import officer_of
from web.charts import bar_chart
from web.township_desk.claim_pages import REGISTER, stage_of
from web.township_desk.standing_here import may, township_here
from web.township_pages import as_file, chosen_day, file_wanted, if_it_adds_up

OPEN_CLAIMS_SHOWN = 10
INCOME_PAGE = 100
STILL_OPEN = Q(status__in=[ClaimStatus.REGISTERED, ClaimStatus.SIGNED]) | Q(
    status=ClaimStatus.ACCEPTED, release__status__in=[ReleaseStatus.WAITING, ReleaseStatus.RELEASED]
)


class KindOfIncome(NamedTuple):
    """The income of one nature in a month: what is posted, and what waits to be."""

    label: str
    posted: Decimal
    waiting: Decimal


@if_it_adds_up
def township(request: HttpRequest, code: str) -> HttpResponse:
    """Show where one township stands on a day, and what waits for its officers."""
    shown = township_here(request, code)
    on = chosen_day(request)
    if wanted := file_wanted(request):
        paper = partial(documents.positions_paper, on=on, townships=[shown], at=timezone.now())
        return as_file(paper, f"{on}-{shown.name}-乡镇财政情况表", wanted)
    (position,) = positions_on(townships=[shown], on=on)
    (fall,) = burn_downs(townships=[shown], on=on)
    (register,) = debt_registers(townships=[shown], since=fall.days[0].replace(day=1), on=on)
    income = income_of_month(shown, on)
    open_claims = Claim.objects.filter(STILL_OPEN, township=shown).select_related("release")
    context = {
        "township": shown,
        "position": position,
        "accounts": with_funds(position.accounts),
        "on": on,
        "fall": fall,
        "chart": bar_chart(days=fall.days, amounts=fall.balances),
        "register": register,
        "reads_district": reads_district(officer_of(request)),
        "open_claims": [(one, stage_of(one)) for one in open_claims.order_by("claimed_on", "pk")[:OPEN_CLAIMS_SHOWN]],
        "may_register": may(request, REGISTER, shown),
        "income": income,
        "income_totals": totals_of(income),
        "swept": swept_in_month(shown, on),
        "settlements": settlements_of(shown, on),
        "officers": officers_on(shown, timezone.localdate()),
    }
    return render(request, "web/township.html", context)


def with_funds(accounts: Sequence[AccountPosition]) -> Sequence[tuple[AccountPosition, str]]:
    """Return bank accounts with the names of the natures of their money."""
    names = dict(Fund.objects.filter(code__in={one.fund for one in accounts}).values_list("code", "name"))
    return [(one, names.get(one.fund, "")) for one in accounts]


def income_of_month(township: Township, on: date) -> Sequence[KindOfIncome]:
    """Return the income lines of a township in the month of a day, by nature of the money."""
    rows = (
        lines_of_month(township, on)
        .values_list("kind")
        .annotate(posted=Sum("amount", filter=Q(collection__isnull=False)), waiting=waiting_sum())
        .order_by("kind")
    )
    found = {kind: (posted or ZERO, waiting or ZERO) for kind, posted, waiting in rows}
    return [KindOfIncome(str(kind.label), *found.get(kind, (ZERO, ZERO))) for kind in IncomeKind]


def waiting_sum() -> Sum:
    return Sum("amount", filter=Q(collection=None))


def lines_of_month(township: Township, on: date) -> QuerySet[IncomeLine]:
    return IncomeLine.objects.filter(
        township=township, received_on__gte=on.replace(day=1), received_on__lte=end_of_month(on.replace(day=1))
    )


def totals_of(income: Sequence[KindOfIncome]) -> Mapping[str, Decimal]:
    return {
        "posted": sum((one.posted for one in income), ZERO),
        "waiting": sum((one.waiting for one in income), ZERO),
    }


def swept_in_month(township: Township, on: date) -> Decimal:
    """Return what the treasury swept of a township's budgetary income in the month of a day."""
    days = Collection.objects.filter(
        township=township, day__gte=on.replace(day=1), day__lte=end_of_month(on.replace(day=1))
    )
    return days.aggregate(whole=Sum("general"))["whole"] or ZERO


def settlements_of(township: Township, on: date) -> Sequence[Settlement]:
    """Return the latest settlements of a township up to a day, those that were withdrawn apart."""
    found = Settlement.objects.filter(township=township, month__lte=on).exclude(status=SettlementStatus.WITHDRAWN)
    return list(found.order_by("-month", "-number")[:3])


def officers_on(township: Township, on: date) -> Sequence[Secondment]:
    return list(holders_on(on=on).filter(township=township).select_related("holder").order_by("post", "name"))


def officers(request: HttpRequest, code: str) -> HttpResponse:
    """List who holds which post in a township today, and who held or is to hold one."""
    shown = township_here(request, code)
    held = officers_on(shown, timezone.localdate())
    others = (
        Secondment.objects.filter(township=shown)
        .exclude(pk__in=[one.pk for one in held])
        .select_related("holder")
        .order_by("-effective_from", "-pk")[:INCOME_PAGE]
    )
    return render(request, "web/township_desk/officers.html", {"township": shown, "held": held, "others": others})
