"""Close and reopen the periods of a book; every change is one row that the database checks."""

from datetime import datetime

from django.db import DatabaseError, transaction

from ledger.models import Officer, Period, PeriodChange
from ledger.models.words import PeriodStatus
from ledger.recording import record_event
from ledger.refusals import PeriodCannotMove, refusal_of


def start_adjusting(*, period: Period, officer: Officer, at: datetime) -> PeriodChange:
    """Stop ordinary postings in a period; corrections and year-end transfers still go in."""
    return change_period(
        period, PeriodStatus.OPEN, PeriodStatus.ADJUSTING, requested_by=officer, approved_by=None, reason="", at=at
    )


def resume(*, period: Period, officer: Officer, reason: str, at: datetime) -> PeriodChange:
    """Let ordinary postings into an adjusting period again."""
    return change_period(
        period, PeriodStatus.ADJUSTING, PeriodStatus.OPEN, requested_by=officer, approved_by=None, reason=reason, at=at
    )


def close_period(*, period: Period, officer: Officer, at: datetime) -> PeriodChange:
    """Close an adjusting period and seal its totals; waits for postings in flight (P4).

    :raises PeriodCannotMove: if an earlier month, or the month of a lower book, is not closed
    """
    return change_period(
        period, PeriodStatus.ADJUSTING, PeriodStatus.CLOSED, requested_by=officer, approved_by=None, reason="", at=at
    )


def reopen_period(
    *, period: Period, requested_by: Officer, approved_by: Officer, reason: str, at: datetime
) -> PeriodChange:
    """Reopen a closed period for corrections, by two officers.

    :raises FourEyesMissing: if they are one person or no reason is given
    :raises PeriodCannotMove: if a later month or the upper book's month is closed, or the year was
        carried forward
    """
    return change_period(
        period,
        PeriodStatus.CLOSED,
        PeriodStatus.ADJUSTING,
        requested_by=requested_by,
        approved_by=approved_by,
        reason=reason,
        at=at,
    )


def change_period(
    period: Period,
    from_status: PeriodStatus,
    to_status: PeriodStatus,
    *,
    requested_by: Officer,
    approved_by: Officer | None,
    reason: str,
    at: datetime,
) -> PeriodChange:
    """Insert the change; the database locks the books concerned, checks it, moves and seals."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = PeriodChange.objects.create(
                    period=period,
                    from_status=from_status,
                    to_status=to_status,
                    requested_by=requested_by,
                    approved_by=approved_by,
                    reason=reason,
                    changed_at=at,
                )
        except DatabaseError as error:
            raise refusal_of(error) from error
        period.refresh_from_db()
        record_event(
            chain=period.book.code,
            at=at,
            actor=requested_by.username,
            act=f"period.{to_status.lower()}",
            subject=f"period/{period.book.code}/{period}",
            before={"status": from_status},
            after={"status": period.status, "approved_by": approved_by.username if approved_by else "", "why": reason},
        )
    return made


def close_month(*, period: Period, officer: Officer, at: datetime) -> None:
    """Take an open or adjusting period to closed in one act."""
    with transaction.atomic():
        period.refresh_from_db()
        if period.status == PeriodStatus.OPEN:
            start_adjusting(period=period, officer=officer, at=at)
        if period.status == PeriodStatus.CLOSED:
            raise PeriodCannotMove("period_moves", {"period": str(period), "status": period.status})
        close_period(period=period, officer=officer, at=at)
