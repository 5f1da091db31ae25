"""The statistical year and the due days of reports, lists, awards and verifications (benefits/calendar.yaml)."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.exact_yaml import parse_exact
from payouts.policy import payout_policies
from payouts.rules.benefit_calendar import (
    Report,
    Span,
    after_working_days,
    award_due,
    list_due,
    met_before,
    period_of_half_year,
    period_of_year,
    report_of_month,
    reports_due,
    statistical_year,
    statistics_due,
    verification_due,
)
from payouts.rules.pay_calendar import days_off, is_working_day

POLICIES = payout_policies()
TABLE = days_off(policies=POLICIES)
CASES: Any = parse_exact((Path(__file__).parent / "benefits" / "calendar.yaml").read_text(encoding="utf-8"))
DAYS = st.dates(min_value=date(2005, 1, 1), max_value=date(2026, 11, 1))


def named(case: dict[str, Any]) -> str:
    return f"{case.get('on', case.get('met_on'))} {case['why']}"


@pytest.mark.parametrize("case", CASES["statistical_years"], ids=named)
def test_a_day_belongs_to_the_statistical_year_that_ends_in_september(case: dict[str, Any]) -> None:
    assert statistical_year(on=case["on"], policies=POLICIES) == int(case["year"])


def test_a_statistical_year_is_from_october_to_september_and_its_half_to_march() -> None:
    year, half = period_of_year(year=2026, policies=POLICIES), period_of_half_year(year=2026, policies=POLICIES)
    assert year == (Span.YEAR, 2026, date(2025, 10, 1), date(2026, 9, 30))
    assert half == (Span.HALF_YEAR, 2026, date(2025, 10, 1), date(2026, 3, 31))


def test_statistics_are_due_by_the_tenth_of_april_and_of_october() -> None:
    half = statistics_due(period=period_of_half_year(year=2026, policies=POLICIES), policies=POLICIES)
    year = statistics_due(period=period_of_year(year=2026, policies=POLICIES), policies=POLICIES)
    assert (half.due.nominal, year.due.nominal) == (date(2026, 4, 10), date(2026, 10, 10))
    assert "(G02)" in half.source
    assert "(G03)" in year.source


def test_a_due_day_on_a_day_off_is_to_be_met_on_the_working_day_before() -> None:
    """10 October 2026 is a Saturday on which people work; 10 October 2025 a Friday; 10 April 2027 a Saturday."""
    due = [
        statistics_due(period=period_of_year(year=2026, policies=POLICIES), policies=POLICIES).due.on,
        statistics_due(period=period_of_year(year=2025, policies=POLICIES), policies=POLICIES).due.on,
        statistics_due(period=period_of_half_year(year=2027, policies=POLICIES), policies=POLICIES).due.on,
    ]
    assert due == [date(2026, 10, 10), date(2025, 10, 10), date(2027, 4, 9)]


def test_the_report_of_a_month_is_due_by_the_sixth_of_the_next() -> None:
    october = report_of_month(month=date(2026, 10, 1), policies=POLICIES)
    assert (october.since, october.until, october.due.on) == (
        date(2026, 10, 1),
        date(2026, 10, 31),
        date(2026, 11, 6),
    )
    september = report_of_month(month=date(2026, 9, 1), policies=POLICIES)
    assert (september.due.nominal, september.due.on) == (date(2026, 10, 6), date(2026, 9, 30))
    assert "第四十二条" in september.source


def test_every_report_of_a_year_is_due_once() -> None:
    due = reports_due(since=date(2026, 1, 1), until=date(2026, 12, 31), policies=POLICIES)
    assert sorted({one.report for one in due}) == sorted(Report)
    assert len([one for one in due if one.report is Report.MONTHLY_REPORT]) == 12
    others = [(one.report, one.due.nominal) for one in due if one.report is not Report.MONTHLY_REPORT]
    assert others == [
        (Report.HALF_YEAR_STATISTICS, date(2026, 4, 10)),
        (Report.HALF_YEAR_REPORT, date(2026, 4, 13)),
        (Report.YEAR_STATISTICS, date(2026, 10, 10)),
        (Report.YEAR_REPORT, date(2026, 10, 13)),
    ]


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [("2026-04-10", "2026-04-10", 1), ("2026-04-11", "2026-04-12", 0), ("2026-04-13", "2026-04-13", 1)],
)
def test_reports_are_due_on_their_day_and_on_no_other(since: str, until: str, count: int) -> None:
    due = reports_due(since=date.fromisoformat(since), until=date.fromisoformat(until), policies=POLICIES)
    assert len(due) == count


@pytest.mark.parametrize("case", CASES["lists"], ids=named)
def test_a_list_is_due_on_the_fifth_working_day(case: dict[str, date]) -> None:
    assert list_due(on=case["on"], policies=POLICIES).on == case["due"]
    after = after_working_days(day=case["on"], count=6, table=TABLE).on
    assert after > case["due"], "the sixth working day is too late"


@pytest.mark.parametrize("case", CASES["awards"], ids=named)
def test_an_award_is_due_on_the_fifteenth_working_day(case: dict[str, date]) -> None:
    assert award_due(decided_on=case["on"], policies=POLICIES).on == case["due"]


def test_a_year_without_days_off_in_the_table_says_so() -> None:
    assert not list_due(on=date(2026, 12, 21), policies=POLICIES).outside_table
    assert list_due(on=date(2026, 12, 28), policies=POLICIES).outside_table


@pytest.mark.parametrize("case", CASES["verifications"], ids=named)
def test_a_verification_holds_to_the_end_of_its_month(case: dict[str, Any]) -> None:
    months = int(case["months"])
    assert verification_due(met_on=case["met_on"], months=months) == case["holds_to"]


@given(met_on=DAYS, due_until=DAYS, months=st.integers(min_value=1, max_value=24))
def test_who_was_met_before_the_bound_is_due_by_the_day(met_on: date, due_until: date, months: int) -> None:
    is_due = verification_due(met_on=met_on, months=months) <= due_until
    assert is_due is (met_on < met_before(due_until=due_until, months=months))


@given(day=DAYS, count=st.integers(min_value=1, max_value=20))
def test_so_many_working_days_lie_after_a_day(day: date, count: int) -> None:
    on = after_working_days(day=day, count=count, table=TABLE).on
    days = [day + timedelta(days=passed) for passed in range(1, (on - day).days + 1)]
    assert sum(is_working_day(on=one, table=TABLE) for one in days) == count
    assert is_working_day(on=on, table=TABLE)
