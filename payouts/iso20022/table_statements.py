"""A statement that the bank gives as a table: every balance follows from its row, so no row is missing between them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from payouts.iso20022.camt import Balance, Detail, Entry, EntryStatus, Part, Statement
from payouts.iso20022.values import Side

OUR_ID = re.compile(r"(?<![0-9A-Za-z-])[0-9]{6}-[0-9]{6,18}(?![0-9A-Za-z-])")


class PlainRow(NamedTuple):
    """One row: ``debit`` went out of the account, ``credit`` came in, ``balance`` is what was left."""

    line: int
    on: date
    debit: Decimal
    credit: Decimal
    balance: Decimal
    reference: str = ""
    text: str = ""
    counter_account: str = ""
    counter_name: str = ""

    def __repr__(self) -> str:
        """Leave out texts and accounts, so that no log and no exception carries them."""
        return f"PlainRow(line={self.line!r}, on={self.on!r}, debit={self.debit!r}, credit={self.credit!r})"

    @property
    def before(self) -> Decimal:
        return self.balance - self.credit + self.debit


class PlainUnproven(ValueError):
    """A table that does not prove itself: ``line`` 0 for the whole of it."""

    def __init__(self, *, line: int, stated: str = "", found: str = "") -> None:
        super().__init__(f"line {line}: {stated} is not {found}")
        self.line = line
        self.stated = stated
        self.found = found


def proven_rows(rows: Iterable[PlainRow]) -> Sequence[PlainRow]:
    """Return the rows from the oldest to the newest; banks list them either way.

    :raises PlainUnproven: naming the first row whose balance does not follow from the one before, or an empty table
    """
    listed = list(rows)
    if not listed:
        raise PlainUnproven(line=0)
    gap = first_gap(listed)
    if gap is None:
        return listed
    turned = listed[::-1]
    if first_gap(turned) is None:
        return turned
    raise gap


def first_gap(rows: Sequence[PlainRow]) -> PlainUnproven | None:
    """Return the first row that does not follow from the one before."""
    for last, row in pairwise(rows):
        if row.before != last.balance or row.on < last.on:
            return PlainUnproven(line=row.line, stated=f"{row.before:f}", found=f"{last.balance:f}")
    return None


def our_id_in(row: PlainRow) -> str:
    """Return the end-to-end id of ours that a row names, if it names just one."""
    found = set(OUR_ID.findall(f"{row.reference} {row.text}"))
    return found.pop() if len(found) == 1 else ""


def as_statement(rows: Iterable[PlainRow], *, account: str, identity: str, number: int) -> Iterator[Part]:
    """Yield a table as the parts of a statement of an account.

    :raises PlainUnproven: if a row does not follow from the one before
    """
    listed = proven_rows(rows)
    first, last = listed[0], listed[-1]
    yield Statement(
        identity, number, account, Balance(first.before, first.on), Balance(last.balance, last.on), f"line {first.line}"
    )
    for row in listed:
        for amount, side in ((row.debit, Side.DEBIT), (row.credit, Side.CREDIT)):
            if amount:
                yield from parts_of(row, amount, side)


def parts_of(row: PlainRow, amount: Decimal, side: Side) -> Iterator[Part]:
    """Yield one movement of a row; a bank that takes something back writes it in red, on its own side."""
    if amount < 0:
        amount, side = -amount, Side.CREDIT if side is Side.DEBIT else Side.DEBIT
    place, ours = f"line {row.line}", our_id_in(row)
    yield Entry(
        amount=amount,
        side=side,
        status=EntryStatus.BOOKED,
        is_reversal=False,
        booked_on=row.on,
        value_on=None,
        reference=row.reference,
        place=place,
        text=row.text,
        party=row.counter_name,
        party_account=row.counter_account,
    )
    if ours:
        yield Detail(
            ours, amount, side, EntryStatus.BOOKED, side is Side.CREDIT, "", row.text, row.on, None, row.reference,
            place,
        )  # fmt: skip
