"""Rebuild what the database derives, from the lines that it is derived from (P13)."""

from datetime import datetime

from django.db import transaction

from ledger.models import BalanceRebuild, Book, Officer
from ledger.recording import record_event


@transaction.atomic
def rebuild_balances(*, book: Book, officer: Officer, reason: str, at: datetime) -> BalanceRebuild:
    """Replace the stored turnovers of a book by sums of its lines; the order itself is kept."""
    order = BalanceRebuild.objects.create(book=book, requested_by=officer, reason=reason, requested_at=at)
    record_event(
        chain=book.code,
        at=at,
        actor=officer.username,
        act="balances.rebuild",
        subject=f"book/{book.code}",
        after={"why": reason},
    )
    return order
