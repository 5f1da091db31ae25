"""Close a month of payments: its runs and batches, then the period of every township, then the district's."""

from datetime import date, datetime

from django.db import transaction

from ledger.closing import close_month as close_period_of
from ledger.models import Book, Officer, Period
from ledger.models.words import BookKind, PeriodStatus
from ledger.posts import require_post
from month.obstacles import lines_unswept, payments_unanswered, settlements_open
from payouts.models import Batch, Run
from payouts.models.words import BatchStatus, RunStatus
from payouts.reconciliations import require_reconciled
from payouts.refusals import NoSuchRun, StillUnanswered, WrongState, refusals_named
from payouts.rendering import move_batch
from payouts.running import lock_run, move_run
from treasury.refusals import StateRefuses


def close_month(*, month: date, officer: Officer, at: datetime) -> int:
    """Close a month whose payments all have an answer; return how many periods were closed now.

    :raises StillUnanswered: if the bank has not answered for a payment of the month
    :raises WrongState: if a run of the month has not been paid
    :raises NotReconciled: if an own account has neither a reviewed reconciliation nor a signed reason
    """
    require_post(officer, "payouts.close_month")
    with refusals_named(), transaction.atomic():
        runs = [lock_run(run) for run in Run.objects.filter(month=month).order_by("purpose", "number")]
        if not runs and not Batch.objects.filter(month=month).exists():
            raise NoSuchRun("run_exists", {"month": f"{month:%Y-%m}"})
        require_money_is_booked(month)
        require_reconciled(month=month)
        waiting = payments_unanswered(month)
        if waiting:
            raise StillUnanswered("payments_are_answered", {"month": f"{month:%Y-%m}", "payments": waiting})
        for run in runs:
            if run.status in (RunStatus.SETTLED, RunStatus.PART_SETTLED):
                move_run(run, RunStatus.CLOSED, by=officer, at=at)
            elif run.status != RunStatus.CLOSED:
                raise WrongState("run_moves", {"run": str(run), "from": run.status, "to": RunStatus.CLOSED})
        for batch in Batch.objects.select_for_update().filter(month=month, status=BatchStatus.RECONCILED):
            move_batch(batch, BatchStatus.CLOSED)
        return close_periods(month, officer, at)


def require_money_is_booked(month: date) -> None:
    """Check that the income of a month is posted and its settlement is not left half way.

    :raises StateRefuses: if not
    """
    unswept = lines_unswept(month)
    if unswept:
        raise StateRefuses("income_is_swept", {"month": f"{month:%Y-%m}", "lines": unswept, "step": "month sweep"})
    open_ones = settlements_open(month)
    if open_ones:
        raise StateRefuses(
            "settlements_are_posted", {"month": f"{month:%Y-%m}", "open": open_ones, "step": "month agree, rebate"}
        )


def close_periods(month: date, officer: Officer, at: datetime) -> int:
    """Close what is open of a month, the townships' books before the district's."""
    closed = 0
    for kind in (BookKind.TOWNSHIP, BookKind.DISTRICT):
        for book in Book.objects.filter(kind=kind).order_by("pk"):
            for period in Period.objects.filter(
                book=book, starts_on__lt=after(month), month__lte=12, status__in=[PeriodStatus.OPEN, "ADJUSTING"]
            ).order_by("starts_on"):
                close_period_of(period=period, officer=officer, at=at)
                closed += 1
    return closed


def after(month: date) -> date:
    """Return the first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
