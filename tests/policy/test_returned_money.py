"""When a corrected account is paid, and how much a plan of recovery keeps back of a month."""

from datetime import date
from decimal import Decimal

import pytest

from payouts.policy import payout_policies
from payouts.rules.returned_money import cap_of, payable_from, usual_share


@pytest.mark.parametrize(
    ("approved_on", "expected"),
    [
        (date(2026, 7, 18), date(2026, 7, 19)),
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2028, 2, 28), date(2028, 2, 29)),
    ],
)
def test_a_corrected_account_cools_off_a_calendar_day(approved_on: date, expected: date) -> None:
    assert payable_from(approved_on=approved_on, policies=payout_policies()) == expected


def test_a_plan_keeps_a_fifth_where_nothing_else_is_agreed() -> None:
    assert usual_share(month=date(2026, 9, 1), policies=payout_policies()) == Decimal(20)


@pytest.mark.parametrize(
    ("instalment", "share", "due", "expected"),
    [
        ("30.00", None, "80.00", "30.00"),
        ("30.00", None, "0.00", "30.00"),
        (None, "20.00", "80.00", "16.00"),
        (None, "33.33", "80.00", "26.66"),  # 26.664 is cut off
        (None, "33.34", "80.01", "26.67"),  # 26.675334
        (None, "100.00", "80.01", "80.01"),
        (None, "0.01", "99.99", "0.00"),
        (None, "0.01", "100.00", "0.01"),
    ],
)
def test_a_cap_is_an_amount_or_a_share_cut_off_to_the_fen(
    instalment: str | None, share: str | None, due: str, expected: str
) -> None:
    cap = cap_of(
        instalment=Decimal(instalment) if instalment else None,
        share=Decimal(share) if share else None,
        due=Decimal(due),
    )
    assert cap == Decimal(expected)
