"""The 13th month (年终一次性奖金): a month's basic pay, earned by the appraisal of the year.

Source: a local summary [B13] and S1 “与兑现13个月工资挂钩” (G16), so the numbers are policy values. Staff
who moved are paid by their receiving unit or by months, as the district rules: not decided here.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from ledger.money import ZERO, exact, round_half_up
from ledger.policies import PolicySet, as_list, as_number, as_record, as_text

JUNE = 6


class ThirteenthReason(StrEnum):
    """Why the amount is what it is."""

    FULL = "full"
    GRADED_IN_SECOND_HALF = "graded_in_second_half"
    RETIRED_IN_YEAR = "retired_in_year"
    APPRAISAL_TOO_LOW = "appraisal_too_low"
    NOT_GRADED = "not_graded"
    RETIRED_BEFORE = "retired_before"


class ThirteenthRule(NamedTuple):
    """The appraisals that earn it, and the share of who was graded in the second half."""

    appraisals: frozenset[str]
    second_half_share: Decimal


class YearOfWork(NamedTuple):
    """One person's year.

    ``basic_pay`` is that of December, or of the month of retirement; ``graded_on`` (定级) is None while
    a newcomer has no grade.
    """

    basic_pay: Decimal
    appraisal: str
    graded_on: date | None
    retired_on: date | None = None


class ThirteenthMonth(NamedTuple):
    """What is due, and why."""

    amount: Decimal
    reason: ThirteenthReason


def thirteenth_rule(*, policies: PolicySet, year: int) -> ThirteenthRule:
    """Return the rule of the end of a year."""
    record = as_record(policies["thirteenth_month"].value_on(date(year, 12, 31)), "appraisals", "second_half_share")
    return ThirteenthRule(
        frozenset(map(as_text, as_list(record["appraisals"]))), as_number(record["second_half_share"])
    )


def thirteenth_month(*, year: int, work: YearOfWork, rule: ThirteenthRule) -> ThirteenthMonth:
    """Compute a person's 13th month, half up to the fen."""
    pay = exact(work.basic_pay)
    if work.retired_on is not None and work.retired_on.year < year:
        return ThirteenthMonth(ZERO, ThirteenthReason.RETIRED_BEFORE)
    if work.appraisal not in rule.appraisals:
        return ThirteenthMonth(ZERO, ThirteenthReason.APPRAISAL_TOO_LOW)
    if work.graded_on is None or work.graded_on.year > year:
        return ThirteenthMonth(ZERO, ThirteenthReason.NOT_GRADED)
    if work.retired_on is not None and work.retired_on.year == year:
        # The month of retirement counts.
        return ThirteenthMonth(round_half_up(pay * work.retired_on.month / 12), ThirteenthReason.RETIRED_IN_YEAR)
    if work.graded_on.year == year and work.graded_on.month > JUNE:
        return ThirteenthMonth(round_half_up(pay * rule.second_half_share), ThirteenthReason.GRADED_IN_SECOND_HALF)
    return ThirteenthMonth(pay, ThirteenthReason.FULL)
