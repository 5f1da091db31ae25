"""When a month's payroll is collected, checked and paid; days off move every date forward (遇节假日提前).

A date moves to the working day before it and keeps its payroll month, also over a month's end. A
year without a line in the table of days off has weekends only, and the date says so, because
somebody has to sign it.
"""

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from ledger.policies import Policy, PolicySet, as_day, as_list, as_mapping, as_record, as_text, as_whole_number

DAY = timedelta(days=1)
SATURDAY = 5
LONGEST_YEAR = 366


class Stage(StrEnum):
    """The dates of a payroll month, in their order."""

    REPORT_BY = "REPORT_BY"  # units declare their changes
    AS_LAST_MONTH_AFTER = "AS_LAST_MONTH_AFTER"  # no report by then means no change (视同无变化)
    REVIEW_BY = "REVIEW_BY"  # establishment and personnel offices
    CHECK_BY = "CHECK_BY"  # the bureau
    DATA_TO_BANK = "DATA_TO_BANK"
    MONEY_TO_BANK = "MONEY_TO_BANK"
    PAY_DAY = "PAY_DAY"


class DaysOff(NamedTuple):
    """Days off on weekdays, working days on weekends, and the years the two lists know."""

    holidays: frozenset[date]
    working_weekends: frozenset[date]
    years: frozenset[int]


class StageDate(NamedTuple):
    """The date of a stage, the ``nominal`` one before moving, and whether the table knew all days."""

    on: date
    nominal: date
    outside_table: bool


class UnfinishedCalendar(ValueError):
    """A pay calendar that does not say each stage once."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the pay calendar {name} must name each of {', '.join(Stage)}")
        self.name = name


class UnreachableDay(ValueError):
    """A date with no working day within a year before it."""

    def __init__(self, nominal: date) -> None:
        super().__init__(f"there is no working day within a year before {nominal}")
        self.nominal = nominal


def days_off(*, policies: PolicySet) -> DaysOff:
    """Return the table of days off; each year stands under its own 1 January."""
    return read_days_off(policies["holidays"])


def is_working_day(*, on: date, table: DaysOff) -> bool:
    """Tell whether people work on a day; outside the table, from Monday to Friday."""
    if on.weekday() >= SATURDAY:
        return on in table.working_weekends
    return on not in table.holidays


def move_before_days_off(*, nominal: date, table: DaysOff) -> StageDate:
    """Return the date itself if people work on it, or the last working day before it.

    :raises UnreachableDay: if the table leaves no working day
    """
    on = nominal
    while not is_working_day(on=on, table=table):
        on -= DAY
        if (nominal - on).days > LONGEST_YEAR:
            raise UnreachableDay(nominal)
    return StageDate(on, nominal, not {on.year, nominal.year} <= table.years)


def stage_dates(*, month: date, policies: PolicySet) -> dict[Stage, StageDate]:
    """Return the dates of all stages of a payroll month in the calendar in use.

    :raises UnfinishedCalendar: if the calendar does not name each stage
    """
    name = as_text(policies["pay_calendars/in_use"].value_on(month))
    return stage_dates_in(calendar_name=name, month=month, policies=policies)


def stage_dates_in(*, calendar_name: str, month: date, policies: PolicySet) -> dict[Stage, StageDate]:
    """Return the dates of all stages of a payroll month in a named calendar; raises as ``stage_dates``."""
    stages = as_mapping(policies[f"pay_calendars/{calendar_name}"].value_on(month))
    if stages.keys() != set(Stage):
        raise UnfinishedCalendar(calendar_name)
    table = days_off(policies=policies)
    dates = {}
    for stage in Stage:
        when = as_record(stages[stage], "months", "day")
        nominal = day_of_month(month, as_whole_number(when["months"]), as_whole_number(when["day"]))
        dates[stage] = move_before_days_off(nominal=nominal, table=table)
    return dates


def bank_answer_due(*, sent_on: date, policies: PolicySet) -> StageDate:
    """Return the day by which the bank's result files are due after a list was sent."""
    left = as_whole_number(policies["pay_calendars/bank_answer"].value_on(sent_on))
    table = days_off(policies=policies)
    on = sent_on
    while left:
        on += DAY
        left -= is_working_day(on=on, table=table)
    return StageDate(on, on, not {on.year, sent_on.year} <= table.years)


def day_of_month(month: date, months: int, day: int) -> date:
    """Return a day of the month that lies ``months`` after another; day 31 is the last one."""
    year, zero_based = divmod(month.year * 12 + month.month - 1 + months, 12)
    last = calendar.monthrange(year, zero_based + 1)[1]
    return date(year, zero_based + 1, min(day, last))


def read_days_off(policy: Policy) -> DaysOff:
    """Return the table of days off from its policy: one dated value for each year."""
    listed: Mapping[str, list[date]] = {"holidays": [], "working_weekends": []}
    years = set()
    for dated in policy.values:
        if dated.value is None:
            continue
        years.add(dated.effective_from.year)
        record = as_record(dated.value, *listed)
        for kind, days in listed.items():
            days += [as_day(day) for day in as_list(record[kind])]
    return DaysOff(frozenset(listed["holidays"]), frozenset(listed["working_weekends"]), frozenset(years))
