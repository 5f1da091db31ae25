"""What a township is given back of its revenue: the surplus settlement, back pay, and the ordinary return.

Worked numbers: domain facts 1.4. Rule texts: 长春市双阳区 区对乡财政管理体制, 2004, F17 to F20.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.money import ZERO, allocate, round_half_up
from ledger.policies import PolicySet, as_flag, as_number, as_record

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Withholding:
    """The rate withheld, in percent, and whether no more is withheld than the debt (``until_cleared``)."""

    percent: Decimal
    until_cleared: bool
    reference: str


@dataclass(frozen=True, slots=True)
class YearToDate:
    """What the plan of a township and year asks for, and what was collected and settled so far; yuan and percent."""

    planned: Decimal
    collected: Decimal
    local_share: Decimal
    settled: Decimal = ZERO
    sent_up: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Standing:
    """What the books say of a township: old debt, what the district holds (below zero: advanced), unpaid salaries."""

    debt: Decimal
    held: Decimal
    unpaid: Decimal


@dataclass(frozen=True, slots=True)
class SettlementFigures:
    """All figures of one settlement; withheld + returned = base, back_pay + rest = returned."""

    over: Decimal
    local_part: Decimal
    base: Decimal
    quarter: Decimal
    withheld: Decimal
    debt_after: Decimal
    returned: Decimal
    upper_part: Decimal
    ordinary_return: Decimal
    back_pay: Decimal
    rest: Decimal


@dataclass(frozen=True, slots=True)
class Owed:
    """What is left of one unpaid salary; ``key`` is the caller's."""

    key: int
    month: date
    amount: Decimal


def withholding(*, policies: PolicySet, on: date) -> Withholding:
    """Return the rate of a day (F19)."""
    dated = policies["surplus_withholding"].dated_on(on)
    value = as_record(dated.value, "percent", "until_cleared")
    return Withholding(as_number(value["percent"]), as_flag(value["until_cleared"]), dated.reference)


def over_collected(*, planned: Decimal, collected: Decimal) -> Decimal:
    """Return what was collected above the plan; nothing if the plan is not met."""
    return max(ZERO, collected - planned)


def local_part_of(*, over: Decimal, local_share: Decimal) -> Decimal:
    """Return the part of the over-collection that is retained locally (F18)."""
    return round_half_up(over * local_share / HUNDRED)


def settle(*, year: YearToDate, standing: Standing, rate: Withholding) -> SettlementFigures:
    """Work out a settlement on the figures of the year to date.

    It is cumulative: what was settled before is taken off, so that the same figures settle nothing twice.
    What was settled is never taken back; if the over-collection falls, later settlements wait until it is
    above what was settled. The ordinary return (J4) is what the district holds less the over-collection
    that is not settled yet, so an advance is made good first.
    """
    over = over_collected(planned=year.planned, collected=year.collected)
    local_part = local_part_of(over=over, local_share=year.local_share)
    base = max(ZERO, local_part - year.settled)
    upper_part = max(ZERO, over - local_part - year.sent_up)
    quarter = round_half_up(base * rate.percent / HUNDRED)
    debt = max(ZERO, standing.debt)
    withheld = min(quarter, debt) if debt and rate.until_cleared else quarter if debt else ZERO
    returned = base - withheld
    back_pay = min(returned, standing.unpaid)
    return SettlementFigures(
        over=over,
        local_part=local_part,
        base=base,
        quarter=quarter,
        withheld=withheld,
        debt_after=standing.debt - withheld,
        returned=returned,
        upper_part=upper_part,
        ordinary_return=max(ZERO, standing.held - max(ZERO, over - year.settled - year.sent_up)),
        back_pay=back_pay,
        rest=returned - back_pay,
    )


def pay_back(*, amount: Decimal, owed: Sequence[Owed]) -> Mapping[int, Decimal]:
    """Return what each unpaid salary gets, by its key: the oldest month first, shares of a month paid in part.

    In a month paid in part each person gets the same share of what is owed, exact to the fen (F20).
    """
    paid: dict[int, Decimal] = {}
    left = amount
    for month in sorted({one.month for one in owed}):
        of_month = [one for one in owed if one.month == month]
        whole = sum((one.amount for one in of_month), ZERO)
        if left <= ZERO or whole <= ZERO:
            continue
        given = min(left, whole)
        for one, part in zip(of_month, allocate(given, [one.amount for one in of_month]), strict=True):
            if part:
                paid[one.key] = part
        left -= given
    return paid
