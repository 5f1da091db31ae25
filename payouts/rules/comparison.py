"""What differs from last month, by person and by unit: who is new, who is gone, whose pay jumped."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from ledger.money import ZERO
from ledger.policies import PolicySet, as_number, as_record


class DifferenceKind(StrEnum):
    """How a person or unit differs from last month."""

    NEW = "NEW"
    GONE = "GONE"
    CHANGED = "CHANGED"


class ChangeLimits(NamedTuple):
    """How far pay may move without a word: over either limit, in percent of last month or in yuan, it counts."""

    percent: Decimal
    amount: Decimal


class PaidInUnit(NamedTuple):
    """The pay of one person in a month, and the unit that bore it."""

    unit: str
    amount: Decimal


class DifferenceFromLastMonth(NamedTuple):
    """One line of the comparison; ``key`` is the person or the unit, None stands for no pay."""

    kind: DifferenceKind
    key: str
    unit: str
    last_month: Decimal | None
    this_month: Decimal | None
    change: Decimal


def change_limits(*, policies: PolicySet, month: date) -> ChangeLimits:
    """Return the limits of a month."""
    record = as_record(policies["checks/change_over"].value_on(month), "percent", "amount")
    return ChangeLimits(as_number(record["percent"]), as_number(record["amount"]))


def is_over(*, before: Decimal, now: Decimal, limits: ChangeLimits) -> bool:
    """Tell whether pay moved over a limit; a move of exactly the limit is not over it."""
    moved = abs(now - before)
    return moved > limits.amount or moved * 100 > limits.percent * abs(before)


def compare_people(
    *, now: Mapping[str, PaidInUnit], before: Mapping[str, PaidInUnit], limits: ChangeLimits
) -> list[DifferenceFromLastMonth]:
    """Return who is new, gone or changed over a limit, sorted by unit and person."""
    units = {person: paid.unit for person, paid in (*before.items(), *now.items())}
    found = compare(
        {person: paid.amount for person, paid in now.items()},
        {person: paid.amount for person, paid in before.items()},
        units,
        limits,
    )
    return sorted(found, key=lambda difference: (difference.unit, difference.key))


def compare_units(
    *, now: Mapping[str, PaidInUnit], before: Mapping[str, PaidInUnit], limits: ChangeLimits
) -> list[DifferenceFromLastMonth]:
    """Return the units whose whole pay is new, gone or changed over a limit, sorted by unit."""
    sums_now, sums_before = sum_by_unit(now), sum_by_unit(before)
    units = {unit: unit for unit in (*sums_before, *sums_now)}
    return sorted(compare(sums_now, sums_before, units, limits), key=lambda difference: difference.key)


def compare(
    now: Mapping[str, Decimal], before: Mapping[str, Decimal], units: Mapping[str, str], limits: ChangeLimits
) -> list[DifferenceFromLastMonth]:
    """Return the differences of two months by key."""
    found = [
        DifferenceFromLastMonth(DifferenceKind.NEW, key, units[key], None, now[key], now[key])
        for key in now.keys() - before.keys()
    ]
    found += [
        DifferenceFromLastMonth(DifferenceKind.GONE, key, units[key], before[key], None, -before[key])
        for key in before.keys() - now.keys()
    ]
    found += [
        DifferenceFromLastMonth(DifferenceKind.CHANGED, key, units[key], before[key], now[key], now[key] - before[key])
        for key in now.keys() & before.keys()
        if is_over(before=before[key], now=now[key], limits=limits)
    ]
    return found


def sum_by_unit(paid: Mapping[str, PaidInUnit]) -> dict[str, Decimal]:
    """Return the pay of each unit."""
    sums: dict[str, Decimal] = {}
    for unit, amount in paid.values():
        sums[unit] = sums.get(unit, ZERO) + amount
    return sums
