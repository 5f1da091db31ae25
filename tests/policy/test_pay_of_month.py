"""A person's pay of a month: each item's part, and that nothing gets lost between gross and net."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.exact_yaml import parse_exact
from ledger.money import InexactAmount
from ledger.policies import NoValueYet, WrongKindOfValue, freeze
from payouts.policy import payout_policies
from payouts.rules.income_tax import NOTHING_YET, YearToDate
from payouts.rules.pay_items import ItemKind, TaxKind, UnknownPayItem, UnusablePayItem, read_pay_items
from payouts.rules.payroll import NegativePayItem, Pay, pay_of_month, pay_policy

POLICY = pay_policy(policies=payout_policies(), month=date(2026, 11, 1))
EARNINGS = [
    "POST_WAGE",
    "GRADE_WAGE",
    "ALLOWANCE",
    "TOWNSHIP_ALLOWANCE",
    "PERFORMANCE",
    "REFORM_ALLOWANCE",
    "BONUS",
    "ONLY_CHILD",
]
DEDUCTIONS = ["PENSION", "ANNUITY", "MEDICAL", "UNEMPLOYMENT", "HOUSING_FUND"]


def pay(declared: str, before: YearToDate = NOTHING_YET) -> Pay:
    """Return the pay for a listing of ``item amount`` pairs."""
    words = declared.split()
    amounts = dict(zip(words[::2], map(Decimal, words[1::2]), strict=True))
    return pay_of_month(amounts=amounts, before=before, policy=POLICY)


def told(got: Pay) -> str:
    """Return gross, deductions, tax and net as they are printed."""
    return f"{got.gross} {got.deductions} {got.tax} {got.net}"


def test_the_pay_sheet_has_sixteen_items_in_its_order() -> None:
    assert list(POLICY.items) == [*EARNINGS, "BACK_PAY", "TAKEN_BACK", *DEDUCTIONS, "ADDITIONAL"]
    assert " ".join(item.name for item in POLICY.items.values()) == (
        "职务岗位工资 级别薪级工资 津贴补贴 乡镇工作补贴 绩效工资 改革性补贴 奖金 独生子女补贴 补发金额 补扣金额 "
        "养老保险 职业年金 医疗保险 失业保险 住房公积金 专项附加扣除"
    )


def test_a_month_is_paid_as_worked_out() -> None:
    """A civil servant after ten months of the year."""
    got = pay(
        """
        POST_WAGE 830.00 GRADE_WAGE 3088.00 ALLOWANCE 1859.80 TOWNSHIP_ALLOWANCE 200.00
        REFORM_ALLOWANCE 500.00 ONLY_CHILD 10.00
        PENSION 448.36 ANNUITY 224.18 MEDICAL 112.09 HOUSING_FUND 672.54 ADDITIONAL 3000.00
        """,
        YearToDate(10, *map(Decimal, ["69878.00", "100.00", "12329.90", "30000.00", "2241.80", "0.00"])),
    )
    assert told(got) == "6487.80 1457.17 0.00 5030.63"
    assert (got.months, str(got.taxable), str(got.cumulative_tax)) == (11, "-27773.07", "0.00")


@pytest.mark.parametrize("code", EARNINGS)
def test_each_earning_is_part_of_gross_and_net(code: str) -> None:
    assert told(pay(f"{code} 100.00")) == "100.00 0.00 0.00 100.00"


@pytest.mark.parametrize("code", DEDUCTIONS)
def test_each_deduction_lowers_net_and_tax(code: str) -> None:
    assert told(pay(f"POST_WAGE 6100.00 {code} 100.00")) == "6100.00 100.00 30.00 5970.00"


def test_the_annuity_is_another_deduction_than_the_special_ones_in_the_tax() -> None:
    got = pay("POST_WAGE 6000.00 PENSION 1.00 ANNUITY 2.00 MEDICAL 4.00 UNEMPLOYMENT 8.00 HOUSING_FUND 16.00")
    assert (str(got.special), str(got.other)) == ("29.00", "2.00")


def test_pay_for_the_past_is_added_and_what_is_taken_back_is_taken_off() -> None:
    assert told(pay("POST_WAGE 6000.00 BACK_PAY 500.00 TAKEN_BACK 200.00")) == "6300.00 0.00 39.00 6261.00"


def test_the_only_child_allowance_is_paid_and_not_taxed() -> None:
    assert told(pay("POST_WAGE 6000.00")) == "6000.00 0.00 30.00 5970.00"
    assert told(pay("POST_WAGE 6000.00 ONLY_CHILD 10.00")) == "6010.00 0.00 30.00 5980.00"


def test_additional_relief_lowers_the_tax_only() -> None:
    assert told(pay("POST_WAGE 7000.00 ADDITIONAL 1000.00")) == "7000.00 0.00 30.00 6970.00"


def test_a_bonus_is_ordinary_pay_of_the_month() -> None:
    assert pay("POST_WAGE 6000.00 BONUS 1000.00") == pay("POST_WAGE 7000.00")


def test_deductions_can_be_more_than_gross() -> None:
    assert told(pay("POST_WAGE 100.00 PENSION 100.01")) == "100.00 100.01 0.00 -0.01"


def test_more_can_be_taken_back_than_is_earned() -> None:
    assert told(pay("POST_WAGE 100.00 TAKEN_BACK 100.01")) == "-0.01 0.00 0.00 -0.01"


def test_nothing_declared_is_nothing_with_two_decimals() -> None:
    got = pay("")
    assert told(got) == "0.00 0.00 0.00 0.00"
    assert (got.months, str(got.taxable)) == (1, "-5000.00")


@pytest.mark.parametrize("amount", ["7", "7.0", "7.00", "7.000"])
def test_an_amount_has_two_decimals_however_it_is_written(amount: str) -> None:
    assert told(pay(f"POST_WAGE {amount} PENSION 1")) == "7.00 1.00 0.00 6.00"


def test_a_part_of_a_fen_is_refused() -> None:
    with pytest.raises(InexactAmount):
        pay("POST_WAGE 0.001")


@pytest.mark.parametrize("code", ["POST_WAGE", "TAKEN_BACK", "PENSION", "ADDITIONAL"])
def test_an_item_below_zero_is_refused(code: str) -> None:
    with pytest.raises(NegativePayItem) as refusal:
        pay(f"{code} -0.01")
    assert (refusal.value.code, refusal.value.amount) == (code, Decimal("-0.01"))


def test_an_unknown_item_is_refused_and_not_left_out() -> None:
    with pytest.raises(UnknownPayItem, match="POSTWAGE"):
        pay("POSTWAGE 1.00")


def test_a_month_of_before_2019_is_refused() -> None:
    with pytest.raises(NoValueYet):
        pay_policy(policies=payout_policies(), month=date(2018, 12, 1))


def test_the_policy_names_what_it_was_read_from() -> None:
    assert POLICY.digest == payout_policies().digest(on=date(2026, 11, 1))
    assert POLICY.digest == pay_policy(policies=payout_policies(), month=date(2026, 11, 1)).digest


amounts = st.dictionaries(
    st.sampled_from(list(POLICY.items)), st.integers(0, 10**8).map(lambda number: number * Decimal("0.01"))
)
years = st.builds(
    YearToDate,
    st.integers(0, 11),
    *[st.integers(0, 10**8).map(lambda number: number * Decimal("0.01")) for _ in range(6)],
)


@given(amounts, years)
def test_net_and_tax_and_deductions_are_the_gross(given_amounts: dict[str, Decimal], before: YearToDate) -> None:
    got = pay_of_month(amounts=given_amounts, before=before, policy=POLICY)
    assert got.net + got.tax + got.deductions == got.gross
    assert got.special + got.other == got.deductions
    assert got.tax >= 0
    assert all(amount == amount.quantize(Decimal("0.01")) for amount in (got.gross, got.deductions, got.tax, got.net))
    assert got.figures == (got.gross, got.exempt, got.special, got.additional, got.other)


@given(amounts, years)
def test_the_order_of_the_items_does_not_matter(given_amounts: dict[str, Decimal], before: YearToDate) -> None:
    turned = dict(reversed(given_amounts.items()))
    assert pay_of_month(amounts=turned, before=before, policy=POLICY) == pay_of_month(
        amounts=given_amounts, before=before, policy=POLICY
    )


# What an item is


@pytest.mark.parametrize(
    ("kind", "tax"),
    [("EARNING", "SPECIAL"), ("DEDUCTION", "EXEMPT"), ("RELIEF", "TAXABLE"), ("ADDITION", "EXEMPT")],
)
def test_an_item_that_contradicts_itself_is_refused(kind: str, tax: str) -> None:
    with pytest.raises(UnusablePayItem):
        read_pay_items(freeze({"X": {"name": "x", "kind": kind, "tax": tax}}))


def test_an_item_of_no_known_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="GIFT"):
        read_pay_items(freeze({"X": {"name": "x", "kind": "GIFT", "tax": "EXEMPT"}}))
    with pytest.raises(WrongKindOfValue):
        read_pay_items(freeze(parse_exact("{X: {name: x, kind: EARNING}}")))


def test_items_are_read_with_their_kinds() -> None:
    items = read_pay_items(freeze({"X": {"name": "甲", "kind": "DEDUCTION", "tax": "OTHER"}}))
    assert items["X"] == ("X", "甲", ItemKind.DEDUCTION, TaxKind.OTHER)
