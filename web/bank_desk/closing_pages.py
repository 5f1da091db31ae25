"""What keeps a month from being closed, the monthly acts that are still to be taken, and its closing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ledger.models import Officer, Period
from ledger.models.words import PeriodStatus
from month.beginning import open_months, pay_date_of
from month.closing_months import after
from month.funding_steps import day_for
from month.long_posting import allotting, posting
from month.models import Job
from month.obstacles import lines_unswept, payments_unanswered, runs_unpaid, settlements_open
from payouts.building import DEFAULT_TEMPLATE
from payouts.models import Batch, CloseReason
from payouts.models.bank_words import ReconciliationStatus, SignedStatus
from payouts.models.words import BatchStatus
from payouts.reconciliations import accounts_of_month, figures_of
from treasury.models import Release, Settlement
from treasury.models.words import ReleaseKind, ReleaseStatus, SettlementStatus
from treasury.settlement_figures import end_of_month
from treasury.settling import approve_settlements, prepare_settlements
from web.addresses import month_in
from web.bank_desk.entering import Deed, enter
from web.bank_desk.returned import open_returns
from web.job_pages import ask_for_work, told
from web.templatetags.acts import trail

KINDS: Final = ("month.sweep", "month.allot", "month.rebate", "month.remit", "month.close")
JOBS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is looked at before a month is closed: how it stands, where it is put right, whether it blocks."""

    name: Any
    stands: str
    address: str
    is_fine: bool
    blocks: bool = True


@require_GET
def closing(request: HttpRequest, month: str) -> HttpResponse:
    """Show what keeps a month from being closed."""
    return draw_closing(request, month_in(month))


def draw_closing(request: HttpRequest, month: date, refusal: str = "") -> HttpResponse:
    """Draw the page of the closing of a month."""
    checks = list(checks_of(month))
    periods = open_periods(month)
    context = {
        "month": month,
        "checks": checks,
        "is_ready": all(one.is_fine for one in checks if one.blocks),
        "periods": books_by_period(periods),
        "monthly": monthly_acts(month),
        "jobs": told(list(jobs_of(month))),
        "mark": mark_of(month),
        "refusal": refusal,
        **trail(f"month/{month:%Y-%m}"),
    }
    return render(request, "web/bank_desk/closing.html", context)


def open_periods(month: date) -> QuerySet[Period]:
    """Return the periods of all books that closing a month would close."""
    return Period.objects.filter(
        starts_on__lt=after(month), month__lte=12, status__in=[PeriodStatus.OPEN, PeriodStatus.ADJUSTING]
    )


def books_by_period(periods: QuerySet[Period]) -> Sequence[tuple[str, str, Sequence[str]]]:
    """Return the months that are open, the earliest first: each with its state and the names of its books."""
    found: dict[tuple[str, str], list[str]] = {}
    for period in periods.select_related("book").order_by("starts_on", "-book__kind", "book__code"):
        found.setdefault((str(period), str(period.get_status_display())), []).append(period.book.name)
    return [(*key, names) for key, names in found.items()]


def mark_of(month: date) -> str:
    """Return the mark of what the page of a closing shows."""
    return (
        f"{open_periods(month).count()}/{lines_unswept(month)}/{settlements_open(month)}/{payments_unanswered(month)}"
    )


def checks_of(month: date) -> Sequence[Check]:
    """Return what is looked at before a month is closed, in the order in which it is put right."""
    text = f"{month:%Y-%m}"
    unswept, half_way, unanswered = lines_unswept(month), settlements_open(month), payments_unanswered(month)
    unpaid, returned = runs_unpaid(month), open_returns(month).count()
    unsent = Batch.objects.filter(month=month, status__in=[BatchStatus.CHECKED, BatchStatus.APPROVED]).count()
    checks = [
        Check(
            _("Income is posted and swept"),
            _("waiting: {many}").format(many=unswept),
            reverse("money", args=[text]),
            not unswept,
        ),
        Check(
            _("Settlements are posted"),
            _("half way: {many}").format(many=half_way),
            reverse("settlements", args=[text]),
            not half_way,
        ),
        Check(
            _("Runs are paid"),
            ", ".join(f"{run} {run.get_status_display()}" for run in unpaid),
            reverse("month_of", args=[text]),
            not unpaid,
        ),
        Check(
            _("Batches are handed over"),
            _("not sent: {many}").format(many=unsent),
            reverse("batches", args=[text]),
            not unsent,
            blocks=False,
        ),
        Check(
            _("The bank has answered for every payment"),
            _("unanswered: {many}").format(many=unanswered),
            reverse("batches", args=[text]),
            not unanswered,
        ),
        Check(
            _("What came back is put right"),
            _("came back, open: {many}").format(many=returned),
            reverse("results", args=[text]),
            not returned,
            blocks=False,
        ),
    ]
    return [*checks, *(reconciled(own, month) for own in accounts_of_month(month))]


def reconciled(own: Any, month: date) -> Check:
    """Return how the reconciliation of an own account stands."""
    figures = figures_of(own=own, month=month)
    excused = CloseReason.objects.filter(own_account=own, month=month, status=SignedStatus.SIGNED).exists()
    reviewed = figures.kept is not None and figures.kept.status == ReconciliationStatus.REVIEWED
    fine = excused or (reviewed and figures.still_holds)
    return Check(
        _("{account} is reconciled").format(account=own),
        _("stated until {day}, unexplained entries: {many}").format(day=figures.stated_until, many=figures.unexplained),
        reverse("own_account", args=[f"{month:%Y-%m}", own.pk]),
        fine,
    )


@dataclass(frozen=True, slots=True)
class MonthlyAct:
    """A monthly act that posts what waits: its name, who takes it, how much waits."""

    act: str
    name: Any
    post: str
    note: str


def monthly_acts(month: date) -> Sequence[MonthlyAct]:
    """Return the acts that post what a month has to be posted."""
    waiting = Release.objects.filter(month=month, status=ReleaseStatus.WAITING).count()
    found = Settlement.objects.filter(month=month)
    prepared = found.filter(status=SettlementStatus.PREPARED).count()
    approved = found.filter(status=SettlementStatus.APPROVED).count()
    unswept = lines_unswept(month)
    return [
        MonthlyAct(
            "sweep",
            _("Post and sweep the income"),
            "treasury.sweep_income",
            _("waiting: {many}").format(many=unswept),
        ),
        MonthlyAct(
            "allot",
            _("Release what waits, by rank"),
            "treasury.release_funds",
            _("waiting: {many}").format(many=waiting),
        ),
        MonthlyAct("settle", _("Prepare the settlement"), "treasury.prepare_settlement", ""),
        MonthlyAct(
            "agree",
            _("Approve the settlement"),
            "treasury.approve_settlement",
            _("waiting: {many}").format(many=prepared),
        ),
        MonthlyAct(
            "rebate",
            _("Post the approved settlement"),
            "treasury.post_settlement",
            _("waiting: {many}").format(many=approved),
        ),
        MonthlyAct("remit", _("Remit tax, insurance and housing fund"), "payouts.render_batch", ""),
    ]


def jobs_of(month: date) -> QuerySet[Job]:
    """Return the latest monthly work of a month."""
    found = Job.objects.filter(kind__in=KINDS, key__startswith=f"{month:%Y-%m}/")
    return found.order_by("-pk")[:JOBS_SHOWN]


@require_POST
def closing_act(request: HttpRequest, month: str) -> HttpResponse:
    """Ask for a monthly act, or for the closing of the month."""
    chosen = month_in(month)
    make = DEEDS.get(request.POST.get("act", ""))
    if make is None:
        raise Http404("act")
    return enter(
        request,
        make(chosen),
        subject=f"month/{chosen:%Y-%m}",
        shown=mark_of(chosen),
        to=reverse("closing", args=[month]),
        draw=partial(draw_closing, request, chosen),
    )


def plain(kind: str, month: date) -> Deed:
    """Have a worker post what a month has to be posted."""

    def step(officer: Officer, at: datetime) -> str:
        return ask_for_work(posting(kind, month=month), officer, at)

    return Deed(kind, step)


def settle(month: date) -> Deed:
    """Prepare the settlement of a month."""

    def step(officer: Officer, at: datetime) -> str:
        open_months(day=end_of_month(month), officer=officer, at=at)
        many = len(prepare_settlements(month=month, officer=officer, at=at))
        return _("Settlements that are prepared: {many}. Another officer approves them.").format(many=many)

    return Deed("month.settle", step)


def agree(month: date) -> Deed:
    """Approve the prepared settlement of a month."""

    def step(officer: Officer, at: datetime) -> str:
        approve_settlements(month=month, officer=officer, at=at)
        return _("The settlement is approved; the cashier posts it.")

    return Deed("month.agree", step, is_confirmed=True)


def allot(month: date) -> Deed:
    """Have a worker release what waits and build its batches."""

    def step(officer: Officer, at: datetime) -> str:
        kinds = list(ReleaseKind)
        day = day_for(month, kinds)
        return ask_for_work(allotting(month=month, kinds=kinds, template=DEFAULT_TEMPLATE, day=day), officer, at)

    return Deed("month.allot", step, is_confirmed=True)


def remit(month: date) -> Deed:
    """Have a worker remit what was withheld in a month."""

    def step(officer: Officer, at: datetime) -> str:
        on = max(pay_date_of(month), timezone.localdate(at))
        return ask_for_work(posting("month.remit", month=month, on=on.isoformat()), officer, at)

    return Deed("month.remit", step, is_confirmed=True)


def close(month: date) -> Deed:
    """Have a worker close a month."""

    def step(officer: Officer, at: datetime) -> str:
        return ask_for_work(posting("month.close", month=month), officer, at)

    return Deed("month.close", step, is_confirmed=True)


DEEDS: Final[Mapping[str, Callable[[date], Deed]]] = {
    "sweep": partial(plain, "month.sweep"),
    "settle": settle,
    "agree": agree,
    "rebate": partial(plain, "month.rebate"),
    "allot": allot,
    "remit": remit,
    "close": close,
}
