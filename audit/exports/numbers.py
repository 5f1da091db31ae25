"""How much of ID and account numbers an export shows."""

from enum import Enum

from ledger.masking import masked, masked_id


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
