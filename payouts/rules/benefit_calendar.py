"""The statistical year of benefits and the days by which its reports, lists and awards are due.

A statistical year ends on 30 September of the year it is named after (G03); its first half-year is reported apart
(G02). The day of an event does not count among the working days that follow it.
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from ledger.policies import PolicySet, Value, as_mapping, as_record, as_text, as_whole_number
from payouts.rules.month_windows import first_day, month_number
from payouts.rules.pay_calendar import (
    DAY,
    DaysOff,
    StageDate,
    day_of_month,
    days_off,
    is_working_day,
    move_before_days_off,
)


class Span(StrEnum):
    """What a period of statistics spans."""

    HALF_YEAR = "HALF_YEAR"
    YEAR = "YEAR"


class Report(StrEnum):
    """The reports that are due by the calendar."""

    MONTHLY_REPORT = "MONTHLY_REPORT"
    HALF_YEAR_STATISTICS = "HALF_YEAR_STATISTICS"
    HALF_YEAR_REPORT = "HALF_YEAR_REPORT"
    YEAR_STATISTICS = "YEAR_STATISTICS"
    YEAR_REPORT = "YEAR_REPORT"


HALF_YEARLY = (Report.HALF_YEAR_STATISTICS, Report.HALF_YEAR_REPORT)
YEARLY = (Report.YEAR_STATISTICS, Report.YEAR_REPORT)
STATISTICS = {Span.HALF_YEAR: Report.HALF_YEAR_STATISTICS, Span.YEAR: Report.YEAR_STATISTICS}


class StatisticalPeriod(NamedTuple):
    """A statistical year, or its first half, with its first and last day."""

    span: Span
    year: int
    since: date
    until: date


class ReportDue(NamedTuple):
    """A report, the days it is about, and when it is due: ``due.nominal`` as the notice says, ``due.on`` to be met."""

    report: Report
    since: date
    until: date
    due: StageDate
    source: str


def period_of_year(*, year: int, policies: PolicySet) -> StatisticalPeriod:
    """Return the statistical year that ends in a year."""
    return period_of(Span.YEAR, year, policies)


def period_of_half_year(*, year: int, policies: PolicySet) -> StatisticalPeriod:
    """Return the half-year that begins a statistical year; the other half is reported with the year."""
    return period_of(Span.HALF_YEAR, year, policies)


def statistical_year(*, on: date, policies: PolicySet) -> int:
    """Return the statistical year of a day."""
    first = entry_of(policies, "YEAR_FIRST_DAY", on)
    return on.year + (on >= on.replace(month=first["month"], day=first["day"]))


def period_of(span: Span, year: int, policies: PolicySet) -> StatisticalPeriod:
    known_on = date(year, 1, 1)
    first, half = (entry_of(policies, name, known_on) for name in ("YEAR_FIRST_DAY", "HALF_YEAR_LAST_DAY"))
    since, until = (date(at, first["month"], first["day"]) for at in (year - 1, year))
    if span is Span.HALF_YEAR:
        return StatisticalPeriod(span, year, since, date(year, half["month"], half["day"]))
    return StatisticalPeriod(span, year, since, until - DAY)


def statistics_due(*, period: StatisticalPeriod, policies: PolicySet) -> ReportDue:
    """Return when the statistics of a period are due."""
    return due_of_period(STATISTICS[period.span], period, policies)


def report_of_month(*, month: date, policies: PolicySet) -> ReportDue:
    """Return when the report of a month is due: in the month after."""
    rule = entry_of(policies, Report.MONTHLY_REPORT, month)
    nominal = day_of_month(month, rule["months"], rule["day"])
    until = first_day(month_number(month) + 1) - DAY
    source = source_of(policies, Report.MONTHLY_REPORT, month)
    return ReportDue(Report.MONTHLY_REPORT, month, until, moved(nominal, policies), source)


def reports_due(*, since: date, until: date, policies: PolicySet) -> list[ReportDue]:
    """Return the reports that are to be handed in on some days, both included, the earliest first."""
    found = [one for one in reports_about(since, until, policies) if since <= one.due.on <= until]
    return sorted(found, key=lambda one: (one.due.on, one.report))


def reports_about(since: date, until: date, policies: PolicySet) -> Iterator[ReportDue]:
    for number in range(month_number(since) - 1, month_number(until) + 1):
        yield report_of_month(month=first_day(number), policies=policies)
    for year in range(since.year, until.year + 1):
        for reports, span in ((HALF_YEARLY, Span.HALF_YEAR), (YEARLY, Span.YEAR)):
            period = period_of(span, year, policies)
            for report in reports:
                yield due_of_period(report, period, policies)


def due_of_period(report: Report, period: StatisticalPeriod, policies: PolicySet) -> ReportDue:
    rule = entry_of(policies, report, period.until)
    nominal = date(period.year, rule["month"], rule["day"])
    source = source_of(policies, report, period.until)
    return ReportDue(report, period.since, period.until, moved(nominal, policies), source)


def list_due(*, on: date, policies: PolicySet) -> StageDate:
    """Return by when somebody who entered or left on a day is to be on a list that was handed in (G04)."""
    return after_working_days(day=on, count=working_days_of(policies, "LISTS", on), table=days_off(policies=policies))


def award_due(*, decided_on: date, policies: PolicySet) -> StageDate:
    """Return by when an award is to be paid that was decided on a day (G17)."""
    count = working_days_of(policies, "AWARDS", decided_on)
    return after_working_days(day=decided_on, count=count, table=days_off(policies=policies))


def after_working_days(*, day: date, count: int, table: DaysOff) -> StageDate:
    """Return the last of so many working days after a day."""
    on, left = day, count
    while left:
        on += DAY
        left -= is_working_day(on=on, table=table)
    return StageDate(on, on, not {on.year, day.year} <= table.years)


def verification_due(*, met_on: date, months: int) -> date:
    """Return the last day on which a verification holds that is valid for so many months (G01).

    As benefits are paid by months, it holds to the end of the month; the next month is overdue.
    """
    return first_day(month_number(met_on) + months + 1) - DAY


def met_before(*, due_until: date, months: int) -> date:
    """Return the day before which somebody was met whose verification holds no longer than to a day."""
    return first_day(month_number(due_until + DAY) - months)


def moved(nominal: date, policies: PolicySet) -> StageDate:
    return move_before_days_off(nominal=nominal, table=days_off(policies=policies))


def working_days_of(policies: PolicySet, name: str, on: date) -> int:
    return as_whole_number(as_record(calendar_on(policies, name, on), "working_days", "source")["working_days"])


def entry_of(policies: PolicySet, name: str, on: date) -> dict[str, int]:
    """Return the numbers of a value of the calendar."""
    record = as_mapping(calendar_on(policies, name, on))
    return {key: as_whole_number(number) for key, number in record.items() if key != "source"}


def source_of(policies: PolicySet, name: str, on: date) -> str:
    return as_text(as_mapping(calendar_on(policies, name, on))["source"])


def calendar_on(policies: PolicySet, name: str, on: date) -> Value:
    return as_mapping(policies["benefit_calendar"].value_on(on))[name]
