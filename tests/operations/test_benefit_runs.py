"""Benefit runs by their acts: what is due, borne, posted and paid, month after month; the books agree after each."""

from collections.abc import Iterator

import pytest

from payouts.models import BenefitDue, Obligation
from payouts.refusals import NobodyToPay
from tests import benefits
from tests.benefits import (
    AUGUST,
    DECEMBER,
    EVERYBODY,
    FEE,
    JANUARY,
    JULY,
    PENSION,
    REWARD,
    SONGJIANG,
    Recipient,
    computed,
    due_to,
    dues_of,
    enrolled,
    faults,
    paid,
    vouchers_of,
)

stage = benefits.stage
rolled_back = benefits.rolled_back


@pytest.fixture(autouse=True)
def agreeing(rolled_back: None) -> Iterator[None]:
    """After each test the books are checked."""
    yield
    assert faults() == []


def test_a_month_pays_what_each_scheme_says() -> None:
    run = paid(JULY, EVERYBODY)
    assert dues_of(run) == [
        ("001", REWARD, "2026-07", 1, "80.00"),
        ("002", REWARD, "2026-07", 1, "80.00"),
        ("003", FEE, "2026-07", 1, "100.00"),
        ("004", FEE, "2026-07", 1, "100.00"),
        ("005", PENSION, "2026-07", 1, "300.00"),
    ]
    assert run.status == "SETTLED"


def test_second_run_of_a_month_pays_nobody() -> None:
    paid(JULY, EVERYBODY)
    with pytest.raises(NobodyToPay) as refusal:
        computed(JULY)
    assert refusal.value.name == "run_pays_somebody"


def test_the_next_month_pays_that_month_alone() -> None:
    paid(JULY, EVERYBODY)
    assert {period for *_who, period, _number, _amount in dues_of(paid(AUGUST))} == {"2026-08"}


def test_a_year_later_nothing_is_owed_twice() -> None:
    people = [Recipient(1, met_on="")]
    paid(DECEMBER, people)
    assert due_to(paid(JANUARY), people[0]) == [("2027-01", 1, "80.00")]
