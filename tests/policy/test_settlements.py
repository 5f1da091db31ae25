"""The worked numbers of the surplus settlement, of back pay, of the plan and of the fees."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import ZERO
from treasury.policy import treasury_policies
from treasury.rules.fees import FeeShares, SharesOutOfBounds, fee_shares, share_fee
from treasury.rules.plans import NotThreeYears, plan_revenue
from treasury.rules.settlements import (
    Owed,
    SettlementFigures,
    Standing,
    Withholding,
    YearToDate,
    local_part_of,
    over_collected,
    pay_back,
    settle,
    withholding,
)

RATE = withholding(policies=treasury_policies(), on=date(2026, 11, 30))
LITERAL = Withholding(Decimal(25), until_cleared=False, reference="")
PLAN = Decimal("1000000.00")
amounts = st.decimals(min_value=0, max_value=10**9, places=2)


def yuan(text: str) -> Decimal:
    return Decimal(text.replace(" ", ""))


def settled(
    base: str, *, debt: str = "0", held: str = "0", unpaid: str = "0", rate: Withholding = RATE
) -> SettlementFigures:
    """Settle an over-collection that is retained locally as a whole."""
    return settle(
        year=YearToDate(planned=PLAN, collected=PLAN + yuan(base), local_share=Decimal(100)),
        standing=Standing(debt=yuan(debt), held=yuan(held), unpaid=yuan(unpaid)),
        rate=rate,
    )


@pytest.mark.parametrize(
    ("debt", "base", "quarter", "withheld", "returned", "debt_after"),
    [
        ("100 000.00", "200 000.00", "50 000.00", "50 000.00", "150 000.00", "50 000.00"),
        ("50 000.00", "150 000.00", "37 500.00", "37 500.00", "112 500.00", "12 500.00"),
        ("12 500.00", "60 000.00", "15 000.00", "12 500.00", "47 500.00", "0.00"),
        ("0.00", "40 000.00", "10 000.00", "0.00", "40 000.00", "0.00"),
        ("25 000.00", "100 000.00", "25 000.00", "25 000.00", "75 000.00", "0.00"),
        ("33 333.33", "100 000.01", "25 000.00", "25 000.00", "75 000.01", "8 333.33"),
        ("8 333.33", "33 333.33", "8 333.33", "8 333.33", "25 000.00", "0.00"),
        ("100 000.00", "0.00", "0.00", "0.00", "0.00", "100 000.00"),
    ],
    ids=["plain", "plain 2", "clearing", "after clearing", "exact clearing", "rounding", "rounding 2", "plan not met"],
)
def test_a_quarter_is_withheld_until_the_debt_is_cleared(
    debt: str, base: str, quarter: str, withheld: str, returned: str, debt_after: str
) -> None:
    found = settled(base, debt=debt)
    assert (found.quarter, found.withheld, found.returned, found.debt_after) == tuple(
        map(yuan, (quarter, withheld, returned, debt_after))
    )


def test_the_literal_rule_withholds_a_quarter_though_the_debt_is_smaller() -> None:
    assert settled("60 000.00", debt="12 500.00", rate=LITERAL).withheld == yuan("15 000.00")


def test_the_rate_has_its_notice_and_no_rate_is_known_before_the_reform() -> None:
    assert (RATE.percent, RATE.until_cleared) == (Decimal(25), True)
    assert "扣留25%" in RATE.reference
    with pytest.raises(LookupError):
        withholding(policies=treasury_policies(), on=date(2003, 12, 31))


@pytest.mark.parametrize(("collected", "over"), [("1000000.00", "0.00"), ("1000000.01", "0.01"), ("999999.99", "0.00")])
def test_only_what_is_above_the_plan_is_over_collected(collected: str, over: str) -> None:
    assert over_collected(planned=PLAN, collected=yuan(collected)) == yuan(over)


@pytest.mark.parametrize(
    ("over", "share", "part"),
    [
        ("1200000.03", "37.5", "450000.01"),
        ("0.01", "50", "0.01"),
        ("0.01", "49.99", "0.00"),
        ("309102.73", "62.5", "193189.21"),
    ],
)
def test_the_local_part_is_rounded_half_up_to_the_fen(over: str, share: str, part: str) -> None:
    assert local_part_of(over=yuan(over), local_share=Decimal(share)) == yuan(part)


def test_returned_money_pays_the_oldest_month_first_and_nothing_else() -> None:
    """Return 112,500.00; two months of 60,000.00 are owed: the first in full, 52,500.00 of the second."""
    found = settled("150 000.00", debt="50 000.00", unpaid="120 000.00")
    assert (found.returned, found.back_pay, found.rest) == (yuan("112 500.00"), yuan("112 500.00"), ZERO)
    owed = [Owed(2, date(2003, 9, 1), yuan("60 000.00")), Owed(1, date(2003, 8, 1), yuan("60 000.00"))]
    assert pay_back(amount=found.back_pay, owed=owed) == {1: yuan("60 000.00"), 2: yuan("52 500.00")}


def test_in_a_month_paid_in_part_everybody_gets_the_same_share_to_the_fen() -> None:
    owed = [Owed(at, date(2003, 9, 1), yuan("100.00")) for at in range(3)]
    assert pay_back(amount=yuan("100.00"), owed=owed) == {0: yuan("33.34"), 1: yuan("33.33"), 2: yuan("33.33")}


def test_a_month_with_a_shortfall_returns_nothing() -> None:
    """Revenue 380,000.00, payroll 420,000.00: the district holds 40,000.00 less than nothing."""
    found = settle(
        year=YearToDate(planned=yuan("500 000.00"), collected=yuan("380 000.00"), local_share=Decimal(100)),
        standing=Standing(debt=ZERO, held=yuan("-40 000.00"), unpaid=ZERO),
        rate=RATE,
    )
    assert (found.ordinary_return, found.returned) == (ZERO, ZERO)


def test_an_advance_is_made_good_before_any_ordinary_return() -> None:
    """The month after: 380,000.00 more than the payroll comes in, less the 40,000.00 that were advanced."""
    assert settled("0.00", held="340 000.00").ordinary_return == yuan("340 000.00")


def test_the_golden_month_returns_what_is_left_and_settles_the_rest() -> None:
    """Revenue 950,000 (800,000 plan), payroll 620,000, old debt 50,000."""
    found = settle(
        year=YearToDate(planned=yuan("800 000.00"), collected=yuan("950 000.00"), local_share=Decimal(100)),
        standing=Standing(debt=yuan("50 000.00"), held=yuan("330 000.00"), unpaid=ZERO),
        rate=RATE,
    )
    assert found.ordinary_return == yuan("180 000.00")
    assert (found.withheld, found.returned, found.debt_after) == (
        yuan("37 500.00"),
        yuan("112 500.00"),
        yuan("12 500.00"),
    )


def test_a_settlement_run_twice_on_the_same_figures_settles_nothing() -> None:
    first = settle(
        year=YearToDate(PLAN, PLAN + yuan("100000.01"), Decimal("62.5")),
        standing=Standing(debt=yuan("500.00"), held=yuan("200000.00"), unpaid=ZERO),
        rate=RATE,
    )
    held = yuan("200000.00") - first.ordinary_return - first.base - first.upper_part
    again = settle(
        year=YearToDate(PLAN, PLAN + yuan("100000.01"), Decimal("62.5"), first.base, first.upper_part),
        standing=Standing(debt=first.debt_after, held=held, unpaid=ZERO),
        rate=RATE,
    )
    assert (again.base, again.withheld, again.returned, again.upper_part, again.ordinary_return) == (ZERO,) * 5
    assert held == ZERO


def test_what_was_settled_is_not_taken_back_and_counts_later() -> None:
    """The over-collection falls below what was settled, then rises above it again."""
    standing = Standing(debt=ZERO, held=ZERO, unpaid=ZERO)
    fallen = settle(year=YearToDate(PLAN, PLAN + 60, Decimal(100), yuan("100.00")), standing=standing, rate=RATE)
    risen = settle(year=YearToDate(PLAN, PLAN + 130, Decimal(100), yuan("100.00")), standing=standing, rate=RATE)
    assert (fallen.base, risen.base) == (ZERO, yuan("30.00"))


@given(
    collected=amounts,
    share=st.decimals(min_value=0, max_value=100, places=2),
    settled_part=st.decimals(min_value=0, max_value=1, places=3),
    debt=amounts,
    held=st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    unpaid=amounts,
)
def test_no_settlement_makes_or_loses_a_fen(
    collected: Decimal, share: Decimal, settled_part: Decimal, debt: Decimal, held: Decimal, unpaid: Decimal
) -> None:
    over = over_collected(planned=PLAN, collected=collected)
    before = local_part_of(over=over * settled_part, local_share=share)
    found = settle(
        year=YearToDate(PLAN, collected, share, before),
        standing=Standing(debt, held, unpaid),
        rate=RATE,
    )
    assert found.withheld + found.returned == found.base
    assert found.back_pay + found.rest == found.returned
    assert ZERO <= found.withheld <= debt
    assert found.debt_after == debt - found.withheld
    assert found.rest == ZERO or found.back_pay == unpaid
    assert ZERO <= found.ordinary_return <= max(held, ZERO)


@given(amount=amounts, owed=st.lists(st.tuples(st.integers(1, 12), amounts), max_size=12))
def test_back_pay_never_exceeds_what_is_owed_or_given(amount: Decimal, owed: list[tuple[int, Decimal]]) -> None:
    list_of_owed = [Owed(at, date(2003, month, 1), left) for at, (month, left) in enumerate(owed)]
    paid = pay_back(amount=amount, owed=list_of_owed)
    assert sum(paid.values(), ZERO) == min(amount, sum((one.amount for one in list_of_owed), ZERO))
    assert all(paid.get(one.key, ZERO) <= one.amount for one in list_of_owed)
    unfinished = {one.month for one in list_of_owed if paid.get(one.key, ZERO) < one.amount}
    started = {one.month for one in list_of_owed if paid.get(one.key)}
    assert all(month <= min(unfinished) for month in started) if unfinished else True


def test_the_plan_is_the_mean_of_three_years_and_its_growth() -> None:
    planned = plan_revenue(
        collected=[yuan("4000000.00"), yuan("4500000.00"), yuan("5000000.01")], growth=Decimal("5.5")
    )
    assert (planned.mean, planned.planned) == (yuan("4500000.00"), yuan("4747500.00"))
    with pytest.raises(NotThreeYears):
        plan_revenue(collected=[PLAN, PLAN], growth=Decimal(5))


@pytest.mark.parametrize("amount", ["1000.01", "-1000.01", "0.01"])
def test_fees_are_split_without_a_fen_lost(amount: str) -> None:
    shares = FeeShares(upward=Decimal(10), fiscal_share=Decimal(20))
    split = share_fee(amount=yuan(amount), shares=shares)
    assert split.upward + split.fiscal_share + split.usable == yuan(amount)
    black = share_fee(amount=abs(yuan(amount)), shares=shares)
    assert (abs(split.upward), abs(split.fiscal_share)) == (black.upward, black.fiscal_share)


def test_the_fiscal_share_is_taken_of_what_does_not_go_up() -> None:
    split = share_fee(amount=yuan("1000.00"), shares=FeeShares(upward=Decimal(10), fiscal_share=Decimal(20)))
    assert (split.upward, split.fiscal_share, split.usable) == (yuan("100.00"), yuan("180.00"), yuan("720.00"))


def test_the_shipped_shares_take_nothing_until_a_notice_sets_them() -> None:
    assert fee_shares(policies=treasury_policies(), on=date(2026, 11, 1)) == FeeShares(Decimal(0), Decimal(0))
    assert issubclass(SharesOutOfBounds, ValueError)
