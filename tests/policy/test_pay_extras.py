"""13th month, allowances of posts, pay by score, village cadres, and costs shared between payers."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.exact_yaml import parse_exact
from ledger.money import InexactAmount
from ledger.policies import freeze
from payouts.policy import payout_policies
from payouts.rules.cost_sharing import (
    OddFenToNobody,
    SharesNotWhole,
    contract_staff_shares,
    cost_shares,
    read_shares,
    share_cost,
)
from payouts.rules.post_allowances import NobodyScored, PostHeld, allowance_due, end_of_term, post_term, share_by_score
from payouts.rules.thirteenth_month import ThirteenthRule, YearOfWork, thirteenth_month, thirteenth_rule
from payouts.rules.village_pay import village_floor_share, village_pay

POLICIES = payout_policies()
NOVEMBER = date(2026, 11, 1)
THIRTEENTH: Any = parse_exact((Path(__file__).parent / "pay" / "thirteenth_month.yaml").read_text(encoding="utf-8"))


def yuan(text: str) -> Decimal:
    return Decimal(text)


def day(text: str) -> date:
    return date.fromisoformat(text)


# 13th month


@pytest.mark.parametrize("case", THIRTEENTH["cases"], ids=lambda case: case["why"])
def test_the_13th_month(case: dict[str, Any]) -> None:
    work = YearOfWork(THIRTEENTH["basic_pay"], case["appraisal"], case["graded_on"], case["retired_on"])
    year = int(THIRTEENTH["year"])
    due = thirteenth_month(year=year, work=work, rule=thirteenth_rule(policies=POLICIES, year=year))
    assert (str(due.amount), due.reason.value) == (str(case["amount"]), case["reason"])


def test_a_13th_month_is_rounded_half_up() -> None:
    rule = ThirteenthRule(frozenset({"称职"}), yuan("0.50"))
    work = YearOfWork(yuan("0.01"), "称职", day("2026-07-01"))
    assert thirteenth_month(year=2026, work=work, rule=rule).amount == yuan("0.01")
    retired = YearOfWork(yuan("100.00"), "称职", day("1990-01-01"), day("2026-01-31"))
    assert thirteenth_month(year=2026, work=retired, rule=rule).amount == yuan("8.33")


# Allowance of a post (G08)


def allowance(month: str, *posts: PostHeld) -> Decimal:
    return allowance_due(
        month=day(month), amount=yuan("300.00"), posts=posts, term_years=post_term(policies=POLICIES, month=NOVEMBER)
    )


def test_the_allowance_ends_with_the_post() -> None:
    post = PostHeld(day("2025-03-10"), day("2026-11-15"))
    assert allowance("2026-11-01", post) == yuan("300.00")
    assert allowance("2026-12-01", post) == 0


@pytest.mark.parametrize(("ended_on", "amount"), [("2026-11-01", "0.00"), ("2026-11-02", "300.00")])
def test_a_post_that_is_not_held_on_the_first_of_the_month_brings_nothing(ended_on: str, amount: str) -> None:
    assert str(allowance("2026-11-30", PostHeld(day("2025-03-10"), day(ended_on)))) == amount


@pytest.mark.parametrize(("given_on", "amount"), [("2026-11-01", "300.00"), ("2026-11-02", "0.00")])
def test_a_post_counts_from_the_first_of_a_month_on_which_it_is_held(given_on: str, amount: str) -> None:
    assert str(allowance("2026-11-01", PostHeld(day(given_on)))) == amount


def test_a_term_of_three_years_ends_by_itself_and_a_new_post_renews_it() -> None:
    post = PostHeld(day("2023-12-01"))
    assert allowance("2026-11-01", post) == yuan("300.00")
    assert allowance("2026-12-01", post) == 0
    assert allowance("2026-12-01", post, PostHeld(day("2026-12-01"))) == yuan("300.00")


def test_two_posts_bring_the_allowance_once() -> None:
    assert allowance("2026-11-01", PostHeld(day("2025-01-01")), PostHeld(day("2026-01-01"))) == yuan("300.00")


def test_without_a_post_there_is_no_allowance() -> None:
    assert str(allowance("2026-11-01")) == "0.00"


@pytest.mark.parametrize(
    ("given_on", "years", "ends_on"),
    [("2024-02-29", 3, "2027-03-01"), ("2024-02-29", 4, "2028-02-29"), ("2024-02-28", 3, "2027-02-28")],
)
def test_a_term_ends_on_its_day(given_on: str, years: int, ends_on: str) -> None:
    assert end_of_term(day(given_on), years) == day(ends_on)


# Pay by score (G08)


@pytest.mark.parametrize(
    ("fund", "scores", "parts"),
    [
        ("10000.00", ["95", "85", "70"], ["3800.00", "3400.00", "2800.00"]),
        ("100.00", ["1", "1", "1"], ["33.34", "33.33", "33.33"]),
        ("100.00", ["92.5", "0", "92.5"], ["50.00", "0.00", "50.00"]),
        ("0.00", ["90", "80"], ["0.00", "0.00"]),
    ],
)
def test_a_fund_is_shared_in_proportion_to_scores(fund: str, scores: list[str], parts: list[str]) -> None:
    assert [str(part) for part in share_by_score(fund=yuan(fund), scores=[yuan(score) for score in scores])] == parts


@pytest.mark.parametrize("scores", [[], ["0", "0"], ["90", "-1"]])
def test_a_fund_nobody_can_have_is_refused(scores: list[str]) -> None:
    with pytest.raises(NobodyScored):
        share_by_score(fund=yuan("100.00"), scores=[yuan(score) for score in scores])


# Village cadres (G14)


@pytest.mark.parametrize(
    ("agreed", "head_pay", "amount", "top_up"),
    [
        ("1200.00", "1850.00", "1480.00", "280.00"),
        ("1479.99", "1850.00", "1480.00", "0.01"),
        ("1480.00", "1850.00", "1480.00", "0.00"),
        ("1480.01", "1850.00", "1480.01", "0.00"),
        ("0.00", "1850.00", "1480.00", "1480.00"),
        ("0.00", "0.01", "0.01", "0.01"),
        ("2000.00", "0.00", "2000.00", "0.00"),
    ],
)
def test_a_village_cadre_gets_no_less_than_80_percent_of_the_head(
    agreed: str, head_pay: str, amount: str, top_up: str
) -> None:
    share = village_floor_share(policies=POLICIES, month=NOVEMBER)
    paid = village_pay(agreed=yuan(agreed), head_pay=yuan(head_pay), floor_share=share)
    assert (str(paid.amount), str(paid.top_up)) == (amount, top_up)


# Shared costs (G13)


@pytest.mark.parametrize(
    ("whole", "district", "township"),
    [
        ("2345.67", "1172.84", "1172.83"),
        ("2345.66", "1172.83", "1172.83"),
        ("0.01", "0.01", "0.00"),
        ("0.00", "0.00", "0.00"),
        ("-2345.67", "-1172.84", "-1172.83"),
    ],
)
def test_contract_staff_is_borne_half_and_half_with_the_odd_fen_to_the_district(
    whole: str, district: str, township: str
) -> None:
    parts = share_cost(whole=yuan(whole), shares=contract_staff_shares(policies=POLICIES, month=NOVEMBER))
    assert {payer: str(part) for payer, part in parts.items()} == {"DISTRICT": district, "TOWNSHIP": township}


def test_the_odd_fen_goes_to_whom_it_is_named_for() -> None:
    shares = cost_shares(percent={"DISTRICT": yuan("50"), "TOWNSHIP": yuan("50")}, odd_fen_to="TOWNSHIP")
    assert share_cost(whole=yuan("2345.67"), shares=shares) == {
        "DISTRICT": yuan("1172.83"),
        "TOWNSHIP": yuan("1172.84"),
    }


def test_60_to_40_and_then_70_to_30_of_960() -> None:
    national = cost_shares(percent={"CENTRAL": yuan("60"), "REST": yuan("40")}, odd_fen_to="CENTRAL")
    rest = cost_shares(percent={"PROVINCE": yuan("70"), "PLACE": yuan("30")}, odd_fen_to="PROVINCE")
    upper = share_cost(whole=yuan("960.00"), shares=national)
    lower = share_cost(whole=upper["REST"], shares=rest)
    assert [str(part) for part in (upper["CENTRAL"], lower["PROVINCE"], lower["PLACE"])] == [
        "576.00",
        "268.80",
        "115.20",
    ]


@pytest.mark.parametrize(
    "percent",
    [["50", "20", "20"], ["50", "50.01"], ["49.99", "50"], ["150", "-50"], []],
)
def test_shares_that_do_not_sum_to_100_percent_are_refused(percent: list[str]) -> None:
    """安徽 prints 50/20/20."""
    with pytest.raises(SharesNotWhole):
        cost_shares(percent={f"P{at}": yuan(share) for at, share in enumerate(percent)}, odd_fen_to="P0")


@pytest.mark.parametrize("payer", ["", "PROVINCE", "B"])
def test_an_odd_fen_to_somebody_who_bears_nothing_is_refused(payer: str) -> None:
    with pytest.raises(OddFenToNobody):
        cost_shares(percent={"A": yuan("100"), "B": yuan("0")}, odd_fen_to=payer)


def test_shares_are_read_from_a_policy() -> None:
    value = freeze(parse_exact("{percent: {A: 60, B: 40}, odd_fen_to: B}"))
    assert read_shares(value) == cost_shares(percent={"A": yuan("60"), "B": yuan("40")}, odd_fen_to="B")


def test_a_cost_with_a_part_of_a_fen_is_refused() -> None:
    with pytest.raises(InexactAmount):
        share_cost(whole=yuan("0.001"), shares=contract_staff_shares(policies=POLICIES, month=NOVEMBER))


fen = st.integers(-(10**10), 10**10).map(lambda number: number * yuan("0.01"))
splits = st.lists(st.integers(1, 9999), min_size=1, max_size=6, unique=True).map(
    lambda cuts: [b - a for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), 10000], strict=True)]
)


@given(fen, splits, st.data())
def test_the_parts_of_a_cost_are_the_cost(whole: Decimal, hundredths: list[int], data: st.DataObject) -> None:
    percent = {f"P{at}": number * yuan("0.01") for at, number in enumerate(hundredths)}
    named = data.draw(st.sampled_from(sorted(percent)))
    parts = share_cost(whole=whole, shares=cost_shares(percent=percent, odd_fen_to=named))
    assert sum(parts.values()) == whole
    assert list(parts) == list(percent)
    assert all(abs(parts[payer] - whole * percent[payer] / 100) < yuan("0.01") for payer in parts)


@given(fen.map(abs), st.lists(st.integers(0, 100).map(Decimal), min_size=1, max_size=20).filter(any))
def test_the_parts_of_a_fund_are_the_fund(fund: Decimal, scores: list[Decimal]) -> None:
    assert sum(share_by_score(fund=fund, scores=scores)) == fund
