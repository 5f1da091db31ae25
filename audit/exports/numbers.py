"""How much of ID and account numbers an export shows."""

from datetime import datetime
from enum import Enum

from ledger.exports.stated import ExportStated
from ledger.masking import masked, masked_id
from ledger.models import Officer
from ledger.recording import record_event


class Numbers(Enum):
    """Masked by default; in full only where an officer asks for it, which the caller leaves an event of."""

    MASKED = "masked"
    IN_FULL = "in_full"

    def text(self, text: str) -> str:
        """Return what an officer typed, such as a summary, which may name an account."""
        return masked(text) if self is Numbers.MASKED else text

    def identity(self, number: str) -> str:
        """Return an ID number."""
        return masked_id(number) if self is Numbers.MASKED else number


def record_numbers_shown(*, officer: Officer, form: str, stated: ExportStated, at: datetime) -> None:
    """Leave the event that an export with numbers in full was taken away; the caller does after ``one_moment``."""
    record_event(
        chain="",
        at=at,
        actor=officer.username,
        act="export.in_full",
        subject=f"export/{form}/{stated.since}/{stated.until}",
        after={"books": " ".join(book.code for book in stated.books)[:1000], "vouchers": stated.vouchers},
    )
