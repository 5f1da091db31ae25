"""What is to be posted, in the codes of the trade: entries, vouchers, events. Plain values.

An ``Entry`` is a line before it is posted. A ``VoucherToPost`` is one document of one book. An
``Event`` is everything that one fact of life posts, in one book or in several, under one source.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from ledger.money import ZERO


@dataclass(frozen=True, slots=True)
class Entry:
    """One debit (``D``) or credit (``C``) of ``amount`` yuan; a negative amount is red."""

    account: str
    side: str
    amount: Decimal
    fund: str
    functional: str | None = None
    economic: str | None = None
    project: str | None = None
    unit: str | None = None
    counterparty: str | None = None
    summary: str = ""

    @property
    def net(self) -> Decimal:
        """Debit positive, credit negative."""
        return self.amount if self.side == "D" else -self.amount


def debit(account: str, amount: Decimal, *, fund: str, summary: str = "") -> Entry:
    return Entry(account=account, side="D", amount=amount, fund=fund, summary=summary)


def credit(account: str, amount: Decimal, *, fund: str, summary: str = "") -> Entry:
    return Entry(account=account, side="C", amount=amount, fund=fund, summary=summary)


def without_zeros(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries that move money; a rule may compute a part of nothing."""
    return tuple(entry for entry in entries if entry.amount != ZERO)


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who stands on a voucher, by username (P7)."""

    preparer: str
    reviewer: str
    poster: str
    cashier: str | None = None
    chief_accountant: str | None = None


@dataclass(frozen=True, slots=True)
class VoucherToPost:
    """One voucher of one book; ``kind`` and ``voucher_type`` as in ``ledger.models.words``."""

    book: str
    posting_date: date
    summary: str
    entries: Sequence[Entry]
    signatures: Signatures
    voucher_type: str = "记"
    kind: str = "ORDINARY"
    adjustment_period: bool = False
    attachments: int = 0
    reference: str = ""
    reverses: int | None = None
    corrects: int | None = None
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What one ``source`` posts: as a rule one voucher in each book it touches."""

    source: str
    vouchers: Sequence[VoucherToPost] = field(default_factory=tuple)


def in_red(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the same entries with their amounts negated: same sides, red ink."""
    return tuple(replace(entry, amount=-entry.amount) for entry in entries)
