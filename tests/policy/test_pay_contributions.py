"""Contributions: the base between floor and cap, the person's part, and the employer's beside it."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.exact_yaml import parse_exact
from ledger.policies import NoValueYet
from payouts.policy import payout_policies
from payouts.rules.contributions import (
    BaseBounds,
    NoPersonalRate,
    base_bounds,
    contribution_base,
    contribution_rates,
    employer_part,
    employer_parts,
    implied_base,
    personal_part,
)

POLICIES = payout_policies()
NOVEMBER = date(2026, 11, 1)
RATES = contribution_rates(policies=POLICIES, month=NOVEMBER)
BOUNDS = BaseBounds(Decimal("3600.00"), Decimal("18000.00"))
CASES: Any = parse_exact((Path(__file__).parent / "pay" / "contributions.yaml").read_text(encoding="utf-8"))

named = pytest.mark.parametrize


def test_the_bounds_are_60_and_300_percent_of_mean_pay() -> None:
    assert base_bounds(policies=POLICIES, month=NOVEMBER) == BOUNDS


@named("case", CASES["bases"], ids=lambda case: str(case["pay"]))
def test_a_base_is_held_between_floor_and_cap(case: dict[str, Decimal]) -> None:
    assert str(contribution_base(pay=case["pay"], bounds=BOUNDS)) == str(case["base"])


@named("case", CASES["personal"], ids=lambda case: f"{case['item']} {case['base']}")
def test_the_persons_part_is_a_rate_of_the_base(case: dict[str, Any]) -> None:
    assert str(personal_part(base=case["base"], rates=RATES[case["item"]])) == str(case["part"])


@named("case", CASES["employer"], ids=lambda case: f"{case['item']} {case['month']} {case['personal']}")
def test_the_employers_part_follows_from_what_is_declared(case: dict[str, Any]) -> None:
    rates = contribution_rates(policies=POLICIES, month=case["month"])[case["item"]]
    assert str(employer_part(personal=case["personal"], rates=rates)) == str(case["part"])


def test_what_is_declared_implies_the_base() -> None:
    assert implied_base(personal=Decimal("448.36"), rates=RATES["PENSION"]) == Decimal("5604.50")
    assert implied_base(personal=Decimal("594.67"), rates=RATES["PENSION"]) == Decimal("7433.38")


def test_a_pay_row_brings_the_employers_parts_of_what_it_declares() -> None:
    amounts = {
        "POST_WAGE": "830.00",
        "PENSION": "448.36",
        "ANNUITY": "224.18",
        "MEDICAL": "112.09",
        "HOUSING_FUND": "672.54",
    }
    parts = employer_parts(amounts={item: Decimal(amount) for item, amount in amounts.items()}, rates=RATES)
    assert {item: str(part) for item, part in parts.items()} == {
        "ANNUITY": "448.36",
        "HOUSING_FUND": "672.54",
        "MEDICAL": "336.27",
        "PENSION": "896.72",
    }


def test_nothing_declared_brings_nothing() -> None:
    assert employer_parts(amounts={"POST_WAGE": Decimal("830.00")}, rates=RATES) == {}
    assert employer_parts(amounts={"PENSION": Decimal("0.00")}, rates=RATES) == {}


def test_each_part_of_the_employer_has_its_economic_class() -> None:
    assert {item: rates.economic_class for item, rates in RATES.items()} == {
        "PENSION": "30108",
        "ANNUITY": "30109",
        "MEDICAL": "30110",
        "UNEMPLOYMENT": "30112",
        "HOUSING_FUND": "30113",
    }


def test_the_housing_fund_has_no_rate_to_compute_from() -> None:
    with pytest.raises(NoPersonalRate, match="HOUSING_FUND"):
        personal_part(base=Decimal("6000.00"), rates=RATES["HOUSING_FUND"])
    with pytest.raises(NoPersonalRate):
        implied_base(personal=Decimal("600.00"), rates=RATES["HOUSING_FUND"])


def test_government_units_had_no_pension_contributions_before_the_reform() -> None:
    with pytest.raises(NoValueYet, match="contributions"):
        contribution_rates(policies=POLICIES, month=date(2014, 9, 1))
    rates = contribution_rates(policies=POLICIES, month=date(2014, 10, 1))
    assert rates["PENSION"].employer == Decimal("0.20")


@given(st.integers(360_000, 1_800_000).map(lambda number: number * Decimal("0.01")))
def test_the_implied_base_is_the_base_but_for_the_rounding_of_the_part(base: Decimal) -> None:
    for item in ("PENSION", "ANNUITY", "MEDICAL", "UNEMPLOYMENT"):
        rates = RATES[item]
        assert rates.personal is not None
        personal = personal_part(base=base, rates=rates)
        implied = implied_base(personal=personal, rates=rates)
        assert abs(implied - base) <= Decimal("0.005") / rates.personal + Decimal("0.005")
        assert personal_part(base=implied, rates=rates) == personal
