"""When a month is collected and paid: the dates of domain 5.4, moved before days off."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.exact_yaml import parse_exact
from ledger.policies import PolicySet, parse_policy
from payouts.policy import payout_policies
from payouts.rules.pay_calendar import (
    DaysOff,
    Stage,
    UnfinishedCalendar,
    UnreachableDay,
    bank_answer_due,
    day_of_month,
    days_off,
    is_working_day,
    move_before_days_off,
    stage_dates,
    stage_dates_in,
)

POLICIES = payout_policies()
TABLE = days_off(policies=POLICIES)
CASES: Any = parse_exact((Path(__file__).parent / "pay" / "calendar.yaml").read_text(encoding="utf-8"))
NO_DAYS_OFF = DaysOff(frozenset(), frozenset(), frozenset())


@pytest.mark.parametrize("case", CASES["moved"], ids=lambda case: f"{case['nominal']} {case['why']}")
def test_a_date_on_a_day_off_moves_to_the_working_day_before(case: dict[str, date]) -> None:
    assert move_before_days_off(nominal=case["nominal"], table=TABLE) == (case["on"], case["nominal"], False)


@pytest.mark.parametrize("case", CASES["outside"], ids=lambda case: f"{case['nominal']} {case['why']}")
def test_outside_the_table_only_weekends_count_and_the_date_says_so(case: dict[str, date]) -> None:
    assert move_before_days_off(nominal=case["nominal"], table=TABLE) == (case["on"], case["nominal"], True)


def test_a_date_that_moves_out_of_the_table_says_so() -> None:
    """From 1 January of the first year, a day off, into the year before it."""
    assert move_before_days_off(nominal=date(2004, 1, 1), table=TABLE) == (date(2003, 12, 31), date(2004, 1, 1), True)


@pytest.mark.parametrize("case", CASES["stages"], ids=lambda case: str(case["month"]))
@pytest.mark.parametrize("name", ["day_25", "day_8"])
def test_a_month_is_collected_on_these_dates(case: dict[str, Any], name: str) -> None:
    dates = stage_dates_in(calendar_name=name, month=case["month"], policies=POLICIES)
    assert list(dates) == list(Stage)
    assert [stage.on for stage in dates.values()] == case[name]


def test_a_stage_that_moves_over_the_end_of_a_month_keeps_its_payroll_month() -> None:
    pay_day = stage_dates_in(calendar_name="day_8", month=date(2025, 10, 1), policies=POLICIES)[Stage.PAY_DAY]
    assert (pay_day.on, pay_day.nominal) == (date(2025, 9, 30), date(2025, 10, 8))


def test_the_calendar_in_use_pays_on_day_25() -> None:
    month = date(2026, 11, 1)
    dates = stage_dates(month=month, policies=POLICIES)
    assert dates == stage_dates_in(calendar_name="day_25", month=month, policies=POLICIES)
    assert dates[Stage.PAY_DAY].nominal == date(2026, 11, 25)


@pytest.mark.parametrize("month", [date(2027, 1, 1), date(2030, 6, 1)])
def test_months_after_the_table_run_with_dates_to_sign(month: date) -> None:
    assert all(stage.outside_table for stage in stage_dates(month=month, policies=POLICIES).values())


def test_the_bank_answers_within_two_working_days() -> None:
    assert bank_answer_due(sent_on=date(2026, 11, 25), policies=POLICIES).on == date(2026, 11, 27)
    assert bank_answer_due(sent_on=date(2026, 11, 26), policies=POLICIES).on == date(2026, 11, 30)
    assert bank_answer_due(sent_on=date(2025, 9, 30), policies=POLICIES).on == date(2025, 10, 10)
    assert bank_answer_due(sent_on=date(2026, 12, 31), policies=POLICIES).outside_table


@pytest.mark.parametrize(
    ("months", "day", "found"),
    [
        (0, 28, date(2026, 2, 28)),
        (0, 31, date(2026, 2, 28)),
        (-1, 31, date(2026, 1, 31)),
        (-2, 31, date(2025, 12, 31)),
        (1, 31, date(2026, 3, 31)),
        (11, 1, date(2027, 1, 1)),
    ],
)
def test_a_day_past_the_end_of_a_month_is_its_last(months: int, day: int, found: date) -> None:
    assert day_of_month(date(2026, 2, 1), months, day) == found


@given(st.dates(date(2004, 1, 10), date(2026, 12, 31)))
def test_a_moved_date_is_the_nearest_working_day_not_after(nominal: date) -> None:
    moved = move_before_days_off(nominal=nominal, table=TABLE)
    assert is_working_day(on=moved.on, table=TABLE)
    between = [moved.on + timedelta(days=n + 1) for n in range((nominal - moved.on).days)]
    assert not any(is_working_day(on=day, table=TABLE) for day in between)
    assert len(between) <= 10


def test_the_table_is_consistent() -> None:
    assert frozenset(range(2004, 2027)) == TABLE.years
    assert not TABLE.holidays & TABLE.working_weekends
    assert all(day.weekday() >= 5 for day in TABLE.working_weekends)
    assert {day.year for day in TABLE.holidays} == TABLE.years


def test_a_table_without_a_working_day_is_refused() -> None:
    always = frozenset(date(2025, 1, 1) + timedelta(days=n) for n in range(700))
    with pytest.raises(UnreachableDay):
        move_before_days_off(nominal=date(2026, 11, 25), table=NO_DAYS_OFF._replace(holidays=always))


def test_a_calendar_that_leaves_out_a_stage_is_refused() -> None:
    value = "{value: {PAY_DAY: {months: 0, day: 8}}, reference: r, verified: false}"
    text = f"description: d\nunit: u\nvalues:\n  2004-01-01: {value}"
    policies = PolicySet(
        {**POLICIES.policies, "pay_calendars/short": parse_policy(name="pay_calendars/short", text=text)}
    )
    with pytest.raises(UnfinishedCalendar, match="short"):
        stage_dates_in(calendar_name="short", month=date(2026, 11, 1), policies=policies)
