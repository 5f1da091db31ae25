"""The desk of the bureau: the month as a line of steps, and its figures."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from ledger.money import ZERO
from month.closing_months import after
from month.models import Job, JobState
from month.standings import MonthStanding, months_known, standing_of
from payouts.models import Payment, Payslip, Run
from payouts.models.words import PaymentStatus
from treasury.debts import burn_downs
from treasury.models import Settlement, Township
from treasury.models.words import SettlementStatus
from treasury.settlement_figures import end_of_month
from web.access import may_open, open_townships
from web.addresses import month_in
from web.charts import BarChart, bar_chart
from web.job_pages import told

CHARTED = 12
PAYROLL_SUMS = (("people", 0), ("gross", ZERO), ("deductions", ZERO), ("tax", ZERO), ("net", ZERO))


def home(request: HttpRequest) -> HttpResponse:
    """Go to the desk of who is signed in: the month, the one township that is open, the list of them, or the tasks."""
    if may_open(request, "month"):
        return redirect("month")
    townships = list(open_townships(request)[:2]) if may_open(request, "townships") else []
    if len(townships) == 1:
        return redirect("township", townships[0].code)
    return redirect("townships" if townships else "tasks")


def latest_month(request: HttpRequest) -> HttpResponse:
    """Go to the month that was chosen, or the latest that there is work on."""
    if "month" in request.GET:
        return redirect("month_of", f"{month_in(request.GET['month']):%Y-%m}")
    months = months_known()
    return redirect("month_of", f"{(months[0] if months else timezone.localdate()):%Y-%m}")


class StatusSum(NamedTuple):
    """The payments of one state."""

    label: str
    payments: int
    total: object


def month_of(request: HttpRequest, month: str) -> HttpResponse:
    """Show where a month stands, what it pays by township, and where its payments are."""
    chosen = month_in(month)
    standing = standing_of(chosen)
    known = months_known()
    payroll = payroll_by_township(standing.run)
    context = {
        "standing": standing,
        "steps": list(zip(standing.steps, step_addresses(standing), strict=True)),
        "months": known if chosen in known else sorted({chosen, *known}, reverse=True),
        "next_month": after(max({chosen, *known})),
        "payroll": payroll,
        "payroll_total": {name: sum((row[name] for row in payroll), start) for name, start in PAYROLL_SUMS},
        "payments": payments_by_status(chosen),
        "runs": Run.objects.filter(month=chosen).order_by("purpose", "number"),
        "jobs": told(list(Job.objects.exclude(status__in=[JobState.DONE, JobState.CANCELLED]).order_by("-pk")[:10])),
        "chart": pay_over_months(),
        "debts": old_debts(chosen),
    }
    return render(request, "web/month.html", context)


def step_addresses(standing: MonthStanding) -> Sequence[str]:
    """Return the address of the desk that each step of a month is taken at, in their order."""
    month = f"{standing.month:%Y-%m}"
    of_month = {
        name: reverse(name, args=[month]) for name in ("files", "runs", "money", "batches", "results", "closing")
    }
    of_run = dict.fromkeys(("run", "run_differences", "run_exceptions"), of_month["runs"])
    if standing.run is not None:
        words = [month, standing.run.purpose.lower(), standing.run.number]
        of_run = {name: reverse(name, args=words) for name in of_run}
    run, differences, exceptions = of_run.values()
    files, runs, money, batches, results, closing = of_month.values()
    return [files, runs, differences, exceptions, run, money, batches, results, closing]


def payroll_by_township(run: Run | None) -> Sequence[Mapping[str, Any]]:
    """Return people and sums of a run by township."""
    if run is None:
        return []
    rows: Sequence[Any] = list(
        Payslip.objects.filter(run=run, edition=run.edition)
        .values("unit__township__name", "unit__township__code")
        .annotate(people=Count("pk"), gross=Sum("gross"), deductions=Sum("deductions"), tax=Sum("tax"), net=Sum("net"))
        .order_by("unit__township__number")
    )
    return rows


def payments_by_status(month: date) -> Sequence[StatusSum]:
    """Return number and sum of the payments of a month by state."""
    rows = Payment.objects.filter(month=month).values_list("status").annotate(Count("pk"), Sum("amount"))
    return [StatusSum(str(PaymentStatus(status).label), count, total) for status, count, total in rows]


def pay_over_months() -> object:
    """Return the net pay of the last months that were computed, as bars."""
    rows = list(
        Run.objects.filter(purpose="PAYROLL", edition__gt=0, payslips__edition__gt=0)
        .values_list("month")
        .annotate(Sum("payslips__net"))
        .order_by("-month")[:CHARTED]
    )
    rows.reverse()
    return bar_chart(days=[month for month, _net in rows], amounts=[net or ZERO for _month, net in rows])


class TownshipDebt(NamedTuple):
    """The old debt of a township over the months of the chart, and what its settlements withheld in them."""

    name: str
    code: str
    start: Decimal
    left: Decimal
    rate: Decimal | None
    withheld: Decimal

    @property
    def repaid(self) -> Decimal:
        """What the debt fell by; below zero it grew."""
        return self.start - self.left


class OldDebts(NamedTuple):
    """The old debts of all townships: their sum at each month end, and each of those that have one."""

    chart: BarChart
    since: date
    rows: Sequence[TownshipDebt]
    total: TownshipDebt


def old_debts(month: date) -> OldDebts | None:
    """Return how the old debts of all townships burned down in the months up to one; nothing where there are none."""
    falls = burn_downs(
        townships=list(Township.objects.select_related("book").order_by("number")), on=end_of_month(month)
    )
    falls = [one for one in falls if any(one.balances)]
    if not falls:
        return None
    days = falls[0].days
    rates, withheld = withholdings(since=days[0], until=month)
    rows = [
        TownshipDebt(
            one.township.name,
            one.township.code,
            one.balances[0],
            one.balances[-1],
            rates.get(one.township.pk),
            withheld.get(one.township.pk, ZERO),
        )
        for one in falls
    ]
    sums = [sum((getattr(row, name) for row in rows), ZERO) for name in ("start", "left", "withheld")]
    amounts = [sum((one.balances[place] for one in falls), ZERO) for place in range(len(days))]
    return OldDebts(
        bar_chart(days=days, amounts=amounts), days[0], rows, TownshipDebt("", "", sums[0], sums[1], None, sums[2])
    )


def withholdings(*, since: date, until: date) -> tuple[Mapping[int, Decimal], Mapping[int, Decimal]]:
    """Return the rate by which each township's latest settlement withheld, and what all posted ones withheld."""
    rates: dict[int, Decimal] = {}
    withheld: dict[int, Decimal] = {}
    found = Settlement.objects.filter(month__gt=since, month__lte=until, status=SettlementStatus.POSTED)
    for township, rate, amount in found.order_by("month", "pk").values_list("township", "rate", "withheld"):
        rates[township] = rate
        withheld[township] = withheld.get(township, ZERO) + amount
    return rates, withheld
