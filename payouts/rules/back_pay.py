"""Back pay as differences: what months that are closed should have paid, as it is known now.

A closed month is never computed anew in place. A value has the days it holds for and the day it
became known; a run sees what was known by its own day, owes each closed month on that knowledge and
settles the difference to what was paid, in the month of the run. Within a month a value counts by
calendar days, and the month is rounded once, half up to the fen.
"""

import calendar
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.money import ZERO, round_half_up

WHOLE = Decimal(1)


class KnownValue(NamedTuple):
    """A value with its days (``effective_to`` exclusive, None without end) and when it became known."""

    effective_from: date
    effective_to: date | None
    known_on: date
    value: Decimal


class Wage(NamedTuple):
    """What a person's monthly wage was said to be, and at which level of employment (1 is full time)."""

    amounts: Sequence[KnownValue]
    levels: Sequence[KnownValue] = ()


class ClosedMonth(NamedTuple):
    """What a closed month has been paid so far, differences settled for it since then included."""

    month: date
    paid: Decimal


class Difference(NamedTuple):
    """What a closed month is still owed; below zero, what it was paid too much."""

    month: date
    paid: Decimal
    owed: Decimal
    amount: Decimal


class BackPay(NamedTuple):
    """The differences of all closed months, and the two items of the pay sheet they become."""

    differences: tuple[Difference, ...]
    back_pay: Decimal
    taken_back: Decimal


def owed_for(*, month: date, wage: Wage, known_by: date) -> Decimal:
    """Return the wage of a month by calendar days, as it was known by the end of a day.

    A day without an amount is owed nothing; a day without a level is full time.
    """
    length = calendar.monthrange(month.year, month.month)[1]
    days = [date(month.year, month.month, number) for number in range(1, length + 1)]
    whole = sum(
        (
            value_on(wage.amounts, day, known_by, otherwise=ZERO)
            * value_on(wage.levels, day, known_by, otherwise=WHOLE)
            for day in days
        ),
        ZERO,
    )
    return round_half_up(whole / length)


def back_pay(*, wage: Wage, closed: Sequence[ClosedMonth], known_by: date) -> BackPay:
    """Compute what closed months are owed more or less than was paid, as it is known by the end of a day.

    :param closed: the months the run reaches back to; months that agree are left out of the answer
    """
    differences = []
    for month, paid in closed:
        owed = owed_for(month=month, wage=wage, known_by=known_by)
        if owed != paid:
            differences.append(Difference(month, paid, owed, owed - paid))
    amounts = [difference.amount for difference in differences]
    return BackPay(
        tuple(differences),
        back_pay=sum((amount for amount in amounts if amount > 0), ZERO),
        taken_back=-sum((amount for amount in amounts if amount < 0), ZERO),
    )


def value_on(values: Sequence[KnownValue], day: date, known_by: date, *, otherwise: Decimal) -> Decimal:
    """Return the value of a day: of those known, the one known last, then the one that began last."""
    held = [
        value
        for value in values
        if value.known_on <= known_by
        and value.effective_from <= day
        and (value.effective_to is None or day < value.effective_to)
    ]
    if not held:
        return otherwise
    return max(held, key=lambda value: (value.known_on, value.effective_from)).value
