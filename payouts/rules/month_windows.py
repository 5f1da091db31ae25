"""Days turned into whole months: from which month a benefit is paid, and which is its last.

Months are counted from year 0, so that windows are compared as numbers. The rules are those of
domain 6: 连云港 [LYG] for the half-years, 次月 for the months.
"""

from datetime import date
from enum import StrEnum

MONTHS_OF_HALF_YEAR = 6
MONTHS_OF_YEAR = 12


class StartRule(StrEnum):
    """From when on a benefit is paid to whom it begins to be due on a day."""

    MONTH = "MONTH"  # from the month of the day
    MONTH_AFTER = "MONTH_AFTER"  # from the month after it
    HALF_YEAR = "HALF_YEAR"  # from the first month of its half-year
    FULL_YEAR = "FULL_YEAR"  # from January of its year


class StopRule(StrEnum):
    """From when on a benefit is no longer paid after the last day it was due on."""

    MONTH_AFTER = "MONTH_AFTER"  # from the month after: the month of the day is paid
    HALF_YEAR = "HALF_YEAR"  # from the half-year after
    FULL_YEAR = "FULL_YEAR"  # from the year after


def month_number(day: date) -> int:
    """Return the number of the month of a day."""
    return day.year * MONTHS_OF_YEAR + day.month - 1


def first_day(number: int) -> date:
    """Return the first day of a month by its number."""
    year, zero_based = divmod(number, MONTHS_OF_YEAR)
    return date(year, zero_based + 1, 1)


def first_month(day: date, rule: StartRule) -> int:
    """Return the first month paid to whom a benefit begins to be due on a day."""
    number = day.year * MONTHS_OF_YEAR + day.month - 1
    if rule is StartRule.MONTH:
        return number
    if rule is StartRule.MONTH_AFTER:
        return number + 1
    return number - number % (MONTHS_OF_HALF_YEAR if rule is StartRule.HALF_YEAR else MONTHS_OF_YEAR)


def last_month(day: date, rule: StopRule) -> int:
    """Return the last month paid to whom a benefit is due on a day for the last time."""
    number = day.year * MONTHS_OF_YEAR + day.month - 1
    if rule is StopRule.MONTH_AFTER:
        return number
    length = MONTHS_OF_HALF_YEAR if rule is StopRule.HALF_YEAR else MONTHS_OF_YEAR
    return number - number % length + length - 1


def birthday(born: date, age: int) -> date:
    """Return the day on which an age is reached; 29 February is reached on 1 March of other years (INFERRED)."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
