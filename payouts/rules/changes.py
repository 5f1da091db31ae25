"""What a person is due for a month: the roster, the declared pay row and the changes declared later.

The change rules of the district: a stop counts from the next month (次月停发), a raise from the
month after it took effect, a new account at once (in its month); a newcomer without a pay row is due what the
change file lists, without proration. All comparisons are by month.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class ChangeKind(StrEnum):
    """The four kinds of changes a unit declares."""

    NEW = "NEW"
    STOP = "STOP"
    RAISE = "RAISE"
    ACCOUNT = "ACCOUNT"


class NotPaidReason(StrEnum):
    """Why a person on the roster is not paid for a month."""

    STOPPED_IN_ROSTER = "stopped_in_roster"
    STOPPED_BY_CHANGE = "stopped_by_change"
    NO_PAY_ROW = "no_pay_row"


class Change(NamedTuple):
    """One accepted row of the change file.

    NEW and RAISE have an item and an amount, ACCOUNT a bank and an account, STOP neither. ``row``
    is its place in the file: of two changes of one day the later row rules.
    """

    kind: ChangeKind
    effective: date
    item: str
    amount: Decimal | None
    bank: str
    account: str
    row: int


class PayDue(NamedTuple):
    """What is due by item code, and the change of account that counts for this month, if any."""

    amounts: Mapping[str, Decimal]
    account: Change | None


class NotPaid(NamedTuple):
    """Nothing is due, and why."""

    reason: NotPaidReason


class ChangeWithoutAmount(ValueError):
    """A newcomer's item or a raise that names no amount."""

    def __init__(self, change: Change) -> None:
        super().__init__(f"row {change.row}: {change.kind} of {change.item or 'no item'} names no amount")
        self.change = change


def settle(
    *,
    month: date,
    roster_stop: date | None,
    declared: Mapping[str, Decimal] | None,
    changes: Sequence[Change] = (),
) -> PayDue | NotPaid:
    """Settle what one person is due for a month.

    :param month: any day of it
    :param roster_stop: the day from which the roster stops the pay
    :param declared: the amounts of the pay row by item code; None without a pay row
    :raises ChangeWithoutAmount: if a newcomer's item or a raise names no amount
    """
    run = month_number(month)
    if roster_stop is not None and month_number(roster_stop) < run:
        return NotPaid(NotPaidReason.STOPPED_IN_ROSTER)
    ordered = sorted(changes, key=lambda change: (change.effective, change.row))
    if any(change.kind is ChangeKind.STOP and month_number(change.effective) < run for change in ordered):
        return NotPaid(NotPaidReason.STOPPED_BY_CHANGE)
    # Later changes come last and rule.
    if declared is None:
        amounts = take_amounts([c for c in ordered if c.kind is ChangeKind.NEW and month_number(c.effective) <= run])
        if not amounts:
            return NotPaid(NotPaidReason.NO_PAY_ROW)
    else:
        raises = [c for c in ordered if c.kind is ChangeKind.RAISE and month_number(c.effective) < run]
        amounts = {**declared, **take_amounts(raises)}
    accounts = [c for c in ordered if c.kind is ChangeKind.ACCOUNT and month_number(c.effective) <= run]
    return PayDue(amounts, accounts[-1] if accounts else None)


def take_amounts(changes: Sequence[Change]) -> dict[str, Decimal]:
    """Return the amounts of changes by item; the last of an item rules."""
    amounts = {}
    for change in changes:
        if not change.item or change.amount is None:
            raise ChangeWithoutAmount(change)
        amounts[change.item] = change.amount
    return amounts


def month_number(day: date) -> int:
    """Return the number of a day's month, for comparing by month."""
    return day.year * 12 + day.month
