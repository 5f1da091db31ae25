"""Back pay: the retro vectors of two payroll engines, by calendar days and date of knowledge."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.rules.back_pay import BackPay, ClosedMonth, KnownValue, Wage, back_pay, owed_for


def day(text: str) -> date:
    return date.fromisoformat(text)


def known(value: str, from_day: str, to_day: str = "", known_on: str = "") -> KnownValue:
    """Return a value; it is known from its first day where nothing else is said."""
    return KnownValue(day(from_day), day(to_day) if to_day else None, day(known_on or from_day), Decimal(value))


# The wage 5000 from October; a raise that became known three months late; half time for six weeks and in May;
# a lower wage from 10 February that became known in May.
STORY = Wage(
    amounts=(
        known("5000", "2018-10-01"),
        known("6000", "2018-11-10", known_on="2019-02-13"),
        known("5500", "2019-02-10", known_on="2019-05-05"),
    ),
    levels=(
        known("0.5", "2019-01-01", "2019-02-15", known_on="2019-02-15"),
        known("0.5", "2019-05-01", "2019-06-01", known_on="2019-02-15"),
    ),
)


def owed(month: str, known_by: str, wage: Wage = STORY) -> str:
    return str(owed_for(month=day(f"{month}-01"), wage=wage, known_by=day(known_by)))


def settle(known_by: str, *paid: tuple[str, str]) -> BackPay:
    closed = [ClosedMonth(day(f"{month}-01"), Decimal(amount)) for month, amount in paid]
    return back_pay(wage=STORY, closed=closed, known_by=day(known_by))


@pytest.mark.parametrize("month", ["2018-10", "2018-11", "2018-12", "2019-01"])
def test_until_the_raise_is_known_each_month_pays_the_old_wage(month: str) -> None:
    assert owed(month, "2019-01-31") == "5000.00"
    assert owed(month, "2019-02-12") == "5000.00"


def test_february_pays_4500_and_300_less_for_the_past() -> None:
    paid = [("2018-10", "5000.00"), ("2018-11", "5000.00"), ("2018-12", "5000.00"), ("2019-01", "5000.00")]
    settled = settle("2019-02-28", *paid)
    assert [(f"{d.month:%Y-%m}", str(d.paid), str(d.owed), str(d.amount)) for d in settled.differences] == [
        ("2018-11", "5000.00", "5700.00", "700.00"),
        ("2018-12", "5000.00", "6000.00", "1000.00"),
        ("2019-01", "5000.00", "3000.00", "-2000.00"),
    ]
    assert (str(settled.back_pay), str(settled.taken_back)) == ("1700.00", "2000.00")
    assert settled.back_pay - settled.taken_back == Decimal("-300.00")
    assert owed("2019-02", "2019-02-28") == "4500.00"


def test_only_what_is_known_by_the_day_counts() -> None:
    """On 13 and 14 February the raise is known and half time is not."""
    assert owed("2018-11", "2019-02-13") == "5700.00"
    assert owed("2019-01", "2019-02-13") == "6000.00"
    assert owed("2019-01", "2019-02-14") == "6000.00"
    assert owed("2019-01", "2019-02-15") == "3000.00"


def test_what_was_settled_is_not_settled_again() -> None:
    paid = [("2018-11", "5700.00"), ("2018-12", "6000.00"), ("2019-01", "3000.00"), ("2019-02", "4500.00")]
    assert settle("2019-03-31", *paid) == ((), Decimal("0.00"), Decimal("0.00"))
    assert owed("2019-03", "2019-03-31") == "6000.00"


def test_may_takes_back_what_the_lower_wage_was_overpaid() -> None:
    """February: 9 days of 6000 and 5 of 5500 at half time, 14 of 5500 in full: 4205.357."""
    paid = [("2019-01", "3000.00"), ("2019-02", "4500.00"), ("2019-03", "6000.00"), ("2019-04", "6000.00")]
    settled = settle("2019-05-31", *paid)
    assert [(f"{d.month:%Y-%m}", str(d.owed), str(d.amount)) for d in settled.differences] == [
        ("2019-02", "4205.36", "-294.64"),
        ("2019-03", "5500.00", "-500.00"),
        ("2019-04", "5500.00", "-500.00"),
    ]
    assert (str(settled.back_pay), str(settled.taken_back)) == ("0.00", "1294.64")
    assert owed("2019-05", "2019-05-31") == "2750.00"
    assert owed("2019-06", "2019-06-30") == "5500.00"


def test_a_difference_of_a_fen_is_settled() -> None:
    settled = settle("2019-01-31", ("2018-10", "4999.99"), ("2018-11", "5000.01"), ("2018-12", "5000.00"))
    assert [str(difference.amount) for difference in settled.differences] == ["0.01", "-0.01"]
    assert (str(settled.back_pay), str(settled.taken_back)) == ("0.01", "0.01")


def test_a_raise_within_a_month_counts_by_calendar_days() -> None:
    """9 days of 4000 and 19 of 5600."""
    wage = Wage((known("4000", "2025-01-01"), known("5600", "2025-02-10")))
    assert owed("2025-01", "2025-02-28", wage) == "4000.00"
    assert owed("2025-02", "2025-02-28", wage) == "5085.71"
    assert owed("2025-03", "2025-02-28", wage) == "5600.00"


@pytest.mark.parametrize(
    ("raised_on", "amount"),
    [("2025-02-01", "5600.00"), ("2025-02-02", "5542.86"), ("2025-02-28", "4057.14"), ("2025-03-01", "4000.00")],
)
def test_the_first_and_the_last_day_of_a_month(raised_on: str, amount: str) -> None:
    wage = Wage((known("4000", "2025-01-01"), known("5600", raised_on)))
    assert owed("2025-02", "2025-12-31", wage) == amount


def test_a_wage_counts_from_its_first_day_and_to_the_day_before_its_end() -> None:
    wage = Wage((known("3000", "2026-06-16", "2026-06-26"),))
    assert owed("2026-06", "2026-12-31", wage) == "1000.00"
    assert owed("2026-05", "2026-12-31", wage) == "0.00"
    assert owed("2026-07", "2026-12-31", wage) == "0.00"


def test_a_leap_day_counts() -> None:
    wage = Wage((known("2900", "2024-02-29"),))
    assert owed("2024-02", "2024-12-31", wage) == "100.00"


def test_of_two_values_the_one_known_last_rules_and_of_one_day_the_one_begun_last() -> None:
    late = known("4500", "2024-01-01", known_on="2024-06-01")
    early = known("5000", "2024-03-01", known_on="2024-03-01")
    assert owed("2024-03", "2024-05-31", Wage((late, early))) == "5000.00"
    assert owed("2024-03", "2024-06-01", Wage((late, early))) == "4500.00"
    together = (known("5000", "2024-03-01", known_on="2024-01-01"), known("4500", "2024-01-01"))
    assert owed("2024-03", "2024-03-31", Wage(together)) == "5000.00"
    assert owed("2024-02", "2024-03-31", Wage(together)) == "4500.00"


amounts = st.integers(0, 10**7).map(lambda number: number * Decimal("0.01"))
days = st.dates(day("2024-01-01"), day("2025-12-31"))
values = st.lists(st.builds(KnownValue, days, st.none() | days, days, amounts), max_size=6)


@given(values, days, days)
def test_settling_twice_on_the_same_knowledge_settles_nothing_the_second_time(
    story: list[KnownValue], month: date, known_by: date
) -> None:
    wage = Wage(story)
    first = back_pay(wage=wage, closed=[ClosedMonth(month, Decimal("1234.56"))], known_by=known_by)
    paid = Decimal("1234.56") + first.back_pay - first.taken_back
    second = back_pay(wage=wage, closed=[ClosedMonth(month, paid)], known_by=known_by)
    assert second.differences == ()
    assert paid == owed_for(month=month, wage=wage, known_by=known_by)


@given(amounts, days)
def test_a_whole_month_of_one_wage_is_the_wage(amount: Decimal, month: date) -> None:
    wage = Wage((KnownValue(day("2023-01-01"), None, day("2023-01-01"), amount),))
    assert owed_for(month=month, wage=wage, known_by=day("2023-01-01")) == amount
