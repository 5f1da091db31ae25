"""Tax on wages: the worked years and tables of domain 5.3, and what holds for every year."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.exact_yaml import parse_exact
from ledger.policies import NoValueAnyLonger, NoValueYet, PolicySet, freeze, parse_policy
from payouts.policy import payout_policies
from payouts.rules.income_tax import (
    NOTHING_YET,
    MonthFigures,
    MonthNotAfter,
    UnusableTaxTable,
    YearToDate,
    add_month,
    bonus_table,
    bonus_tax,
    read_brackets,
    tax_on,
    tax_policy,
    withhold,
    year_before,
)

CASES = Path(__file__).parent / "pay"
POLICIES = payout_policies()
TAX = tax_policy(policies=POLICIES, month=date(2026, 11, 1))
BONUS = bonus_table(policies=POLICIES, month=date(2026, 11, 1))


def cases(file: str) -> Any:
    return parse_exact((CASES / file).read_text(encoding="utf-8"))


def yuan(text: str) -> Decimal:
    return Decimal(text)


def withhold_all(months: list[MonthFigures]) -> list[Decimal]:
    """Return what is withheld in each of months in a row from January."""
    before, withheld = NOTHING_YET, []
    for figures in months:
        tax = withhold(before=before, figures=figures, tax=TAX).tax
        before = add_month(before=before, figures=figures, tax=tax)
        withheld.append(tax)
    assert before.months == len(months)
    assert before.withheld == sum(withheld)
    return withheld


@pytest.mark.parametrize("case", cases("tax_years.yaml"), ids=lambda case: case["name"])
def test_a_year_is_withheld_as_worked_out(case: dict[str, Any]) -> None:
    given_months = case["months"]
    months = [
        MonthFigures(gross, special=given_months["deductions"], additional=given_months["additional"])
        for gross in given_months["gross"] * int(given_months["times"])
    ]
    withheld = withhold_all(months)
    assert withheld == case["withheld"]
    assert sum(withheld) == case["year"]


@pytest.mark.parametrize("case", cases("tax_tables.yaml")["cumulative"], ids=lambda case: str(case["income"]))
def test_the_year_table_on_both_sides_of_each_limit(case: dict[str, Decimal]) -> None:
    assert str(tax_on(case["income"], TAX.table)) == str(case["tax"])


@pytest.mark.parametrize("case", cases("tax_tables.yaml")["bonus"], ids=lambda case: str(case["income"]))
def test_the_bonus_table_on_both_sides_of_each_limit(case: dict[str, Decimal]) -> None:
    assert str(bonus_tax(bonus=case["income"], table=BONUS)) == str(case["tax"])


def test_each_kind_of_deduction_lowers_what_is_taxed_by_itself() -> None:
    figures = MonthFigures(yuan("9000"), yuan("10"), yuan("700"), yuan("1000"), yuan("200"))
    held = withhold(before=NOTHING_YET, figures=figures, tax=TAX)
    assert held.taxable == yuan("9000") - yuan("10") - yuan("5000") - yuan("700") - yuan("1000") - yuan("200")
    assert (held.months, held.cumulative_tax, held.tax) == (1, yuan("62.70"), yuan("62.70"))


def test_the_figures_before_count_with_their_months() -> None:
    before = YearToDate(10, *map(yuan, ["98855.00", "0", "16720.90", "0", "3040.20", "872.82"]))
    figures = MonthFigures(yuan("8685.50"), special=yuan("1672.09"), other=yuan("304.02"))
    held = withhold(before=before, figures=figures, tax=TAX)
    assert held == (11, yuan("30803.29"), yuan("924.10"), yuan("51.28"))


def test_too_much_withheld_before_is_not_paid_back_in_the_year() -> None:
    before = NOTHING_YET._replace(withheld=yuan("100.00"))
    held = withhold(before=before, figures=MonthFigures(yuan("6000")), tax=TAX)
    assert (held.cumulative_tax, held.tax) == (yuan("30.00"), yuan("0.00"))


def test_exactly_what_is_due_was_withheld_before() -> None:
    before = NOTHING_YET._replace(withheld=yuan("30.00"))
    assert withhold(before=before, figures=MonthFigures(yuan("6000")), tax=TAX).tax == 0
    fen_less = NOTHING_YET._replace(withheld=yuan("29.99"))
    assert withhold(before=fen_less, figures=MonthFigures(yuan("6000")), tax=TAX).tax == yuan("0.01")


# Which year


@pytest.mark.parametrize(
    ("as_of", "month", "stands"),
    [
        (date(2026, 10, 1), date(2026, 11, 1), True),
        (date(2026, 1, 31), date(2026, 12, 1), True),
        (date(2026, 12, 1), date(2027, 1, 1), False),
        (date(2025, 12, 31), date(2026, 12, 1), False),
    ],
)
def test_a_new_tax_year_starts_at_nothing(as_of: date, month: date, stands: bool) -> None:
    so_far = add_month(before=NOTHING_YET, figures=MonthFigures(yuan("8000")), tax=yuan("90"))
    assert year_before(month=month, as_of=as_of, so_far=so_far) == (so_far if stands else NOTHING_YET)


@pytest.mark.parametrize("as_of", [date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1), date(2027, 1, 1)])
def test_figures_that_hold_the_month_already_are_refused(as_of: date) -> None:
    with pytest.raises(MonthNotAfter, match="2026-11 is not after"):
        year_before(month=date(2026, 11, 1), as_of=as_of, so_far=NOTHING_YET)


def test_the_tax_of_before_2019_is_not_known_here() -> None:
    with pytest.raises(NoValueYet):
        tax_policy(policies=POLICIES, month=date(2018, 12, 1))
    assert tax_policy(policies=POLICIES, month=date(2019, 1, 1)) == TAX
    with pytest.raises(NoValueYet):
        bonus_table(policies=POLICIES, month=date(2018, 12, 1))


@pytest.mark.parametrize("changed_on", ["2026-01-02", "2026-02-01", "2026-11-01"])
def test_what_changes_within_a_tax_year_holds_from_the_next(changed_on: str) -> None:
    entry = "{{value: {}, reference: r, verified: false}}".format
    deduction = parse_policy(
        name="tax/basic_deduction",
        text=f"description: d\nunit: u\nvalues:\n  2019-01-01: {entry('5000.00')}\n  {changed_on}: {entry('6000.00')}",
    )
    policies = PolicySet({**POLICIES.policies, deduction.name: deduction})
    assert tax_policy(policies=policies, month=date(2026, 11, 1)).basic_deduction == yuan("5000.00")
    assert tax_policy(policies=policies, month=date(2027, 1, 1)).basic_deduction == yuan("6000.00")


def test_the_separate_tax_on_a_bonus_ends_with_2027() -> None:
    assert bonus_table(policies=POLICIES, month=date(2027, 12, 31)) == BONUS
    with pytest.raises(NoValueAnyLonger):
        bonus_table(policies=POLICIES, month=date(2028, 1, 1))
    assert tax_policy(policies=POLICIES, month=date(2028, 1, 1)) == TAX


# What holds for every year

fen = st.integers(0, 20_000_000).map(lambda number: number * Decimal("0.01"))
rich_fen = st.integers(900_000, 20_000_000).map(lambda number: number * Decimal("0.01"))
figures_of_any_month = st.builds(MonthFigures, fen, exempt=fen, special=fen, additional=fen, other=fen)
figures_of_good_month = st.builds(
    MonthFigures,
    rich_fen,
    exempt=st.just(yuan("10")),
    special=st.just(yuan("1234.56")),
    additional=st.just(yuan("2000")),
    other=st.just(yuan("300")),
)


def taxable_of(month: MonthFigures) -> Decimal:
    deductions = month.exempt + month.special + month.additional + month.other
    return month.income - deductions - TAX.basic_deduction


@given(st.lists(figures_of_good_month, min_size=1, max_size=12))
def test_in_a_year_without_a_fall_the_tax_of_the_year_is_withheld(months: list[MonthFigures]) -> None:
    taxable = sum((taxable_of(month) for month in months), Decimal(0))
    assert sum(withhold_all(months)) == tax_on(taxable, TAX.table)


@given(st.lists(figures_of_any_month, min_size=1, max_size=12))
def test_in_any_year_the_most_that_was_ever_due_is_withheld_and_never_less_than_nothing(
    months: list[MonthFigures],
) -> None:
    due, taxable = [Decimal(0)], Decimal(0)
    for month in months:
        taxable += taxable_of(month)
        due.append(tax_on(taxable, TAX.table))
    withheld = withhold_all(months)
    assert min(withheld) >= 0
    assert sum(withheld) == max(due)


@given(fen, fen)
def test_who_earns_more_pays_no_less_and_keeps_no_less(less: Decimal, more: Decimal) -> None:
    less, more = sorted((less, more))
    assert 0 <= tax_on(more, TAX.table) - tax_on(less, TAX.table) <= more - less


# What a table is


@pytest.mark.parametrize(
    "up_to", [["36000"], ["36000", "null", "null"], ["144000", "36000", "null"], ["3", "3", "null"], []]
)
def test_a_table_that_does_not_rise_to_an_open_end_is_refused(up_to: list[str]) -> None:
    rows = parse_exact("[" + ", ".join(f"{{up_to: {limit}, rate: 0.1, quick_deduction: 0}}" for limit in up_to) + "]")
    with pytest.raises(UnusableTaxTable):
        read_brackets(freeze(rows))


def test_an_income_no_row_covers_is_refused() -> None:
    closed = [bracket for bracket in TAX.table if bracket.up_to is not None]
    with pytest.raises(UnusableTaxTable):
        tax_on(yuan("960000.01"), closed)
    with pytest.raises(UnusableTaxTable):
        bonus_tax(bonus=yuan("12000000"), table=closed)
