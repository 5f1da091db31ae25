"""What a journal is made of, in the terms that hledger and beancount share. Plain values.

Debits are positive, credits negative. A voucher becomes one transaction for each record and fund it
touches, because the promise is that each of these balances on its own (P1): so the foreign program
proves that promise, not only the sum.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

# beancount knows these five roots and no other; hledger guesses the type of an account by them.
ROOTS = {
    "ASSET": "Assets",
    "LIABILITY": "Liabilities",
    "NET_ASSET": "Equity",
    "INCOME": "Income",
    "EXPENSE": "Expenses",
    "BUDGET_BALANCE": "Equity",
}
BUDGET = "Budget"  # the component under which the accounts of the budget record stand apart


@dataclass(frozen=True, slots=True)
class BookStated:
    """One book as the head of a journal states it; the seal ties the journal to the chain (P12)."""

    code: str
    name: str
    regime: str
    currency: str
    opened_on: date
    seal_number: int
    digest: str


@dataclass(frozen=True, slots=True)
class JournalStated:
    """What the head of a journal states: books, period, counts, control totals."""

    books: Sequence[BookStated]
    first_day: date
    last_day: date
    vouchers: int
    lines: int
    debit: Decimal
    credit: Decimal

    @property
    def currencies(self) -> list[str]:
        return sorted({book.currency for book in self.books})


@dataclass(frozen=True, slots=True)
class JournalAccount:
    """An account of the journal: a leaf of a book with one of its funds, or a leaf without postings."""

    name: str
    currency: str
    title: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """The books say that this account holds this much."""

    account: JournalAccount
    net: Decimal


@dataclass(frozen=True, slots=True)
class Posting:
    """A line; ``red`` names the side of a negative line, which its sign no longer tells."""

    account: JournalAccount
    net: Decimal
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Transaction:
    """The lines of a voucher in one record and fund."""

    day: date
    code: str
    summary: str
    link: str
    tags: Mapping[str, str]


class JournalFormat(Protocol):
    """How a program wants its journal written; every method returns whole lines."""

    def head(self, stated: JournalStated) -> str: ...

    def account(self, account: JournalAccount, *, first_day: date) -> str: ...

    def opening(self, assertions: Iterable[Assertion], *, day: date, title: str) -> str:
        """Assert balances as they stand before the first transaction of ``day``."""
        ...

    def closing(self, assertions: Iterable[Assertion], *, day: date, title: str) -> str:
        """Assert balances as they stand after the last transaction of ``day``."""
        ...

    def transaction(self, transaction: Transaction, postings: Iterable[Posting]) -> str: ...


def head_lines(stated: JournalStated) -> list[str]:
    """Return what a reader wants to know first; each format puts its comment sign before it."""
    return [
        "Journal of posted vouchers, written by Tongfa 统发. Debits are positive, credits negative.",
        *(
            f"book {book.code} {one_line(book.name)}, regime {book.regime}, in business from {book.opened_on},"
            f" seal {book.seal_number} {book.digest}"
            for book in stated.books
        ),
        f"period: {stated.first_day} to {stated.last_day}",
        f"vouchers: {stated.vouchers}",
        f"lines: {stated.lines}",
        f"debit total: {stated.debit}",
        f"credit total: {stated.credit}",
        "A voucher stands here as one transaction for each record and fund, each of which balances.",
        "Balance assertions are the balances that the books keep beside the lines.",
    ]


def account_name(*, kind: str, record: str, book: str | None, path: Sequence[tuple[str, str]]) -> str:
    """Return the name of an account: root, book, record, and code and name of each level.

    ``book`` is None in the journal of a single book.
    """
    parts = [ROOTS[kind]]
    if book is not None:
        parts.append(component(book))
    if record == "B":
        parts.append(BUDGET)
    return ":".join([*parts, *(component(f"{code}-{name}") for code, name in path)])


def component(text: str) -> str:
    """Return a text as beancount takes it in an account name: letters, digits and ``-``.

    It begins with a digit or a capital letter, so a Chinese or small first letter gets an ``X`` before it.
    """
    kept = "".join(mark if unicodedata.category(mark)[0] == "L" or mark.isdecimal() else "-" for mark in text)
    kept = kept.strip("-")
    first = kept[:1]
    return kept if first.isdecimal() or unicodedata.category(first or "-") == "Lu" else f"X{kept}"


def one_line(text: str) -> str:
    """Return a text without line breaks or other control characters."""
    return "".join(" " if unicodedata.category(mark) in ("Cc", "Zl", "Zp") else mark for mark in text)
