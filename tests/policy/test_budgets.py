"""The rules of a budget without a database: ranks, which line pays, the order of spending, the indicators."""

from datetime import date
from decimal import Decimal

import pytest

from treasury.models.words import IndicatorKind, Rank
from treasury.policy import treasury_policies
from treasury.rules.budgets import (
    NEEDS,
    RankedLine,
    ambiguous,
    covering,
    faults_of_indicators,
    faults_of_order,
    label_of,
    needs_in,
)
from treasury.rules.ranks import ORDER, rank_order

DAY = date(2026, 1, 1)
RANKS = rank_order(policies=treasury_policies(), on=DAY)


def line(functional: str, economic: str, amount: str = "1.00") -> RankedLine:
    return RankedLine(functional, economic, RANKS.rank_of(economic), Decimal(amount))


def salaries(amount: str) -> RankedLine:
    return line("201", "301", amount)


def stability(amount: str) -> RankedLine:
    return line("201", "303", amount)


def operations(amount: str) -> RankedLine:
    return line("201", "302", amount)


def yuan(text: str) -> Decimal:
    return Decimal(text)


@pytest.mark.parametrize(
    ("economic", "rank"),
    [
        ("301", Rank.SALARY),
        ("30199", Rank.SALARY),
        ("303", Rank.STABILITY),
        ("30305", Rank.STABILITY),
        ("302", Rank.OPERATIONS),
        ("30201", Rank.OPERATIONS),
        ("304", Rank.OTHER),
        ("30", Rank.OTHER),
        ("", Rank.OTHER),
    ],
)
def test_the_longest_prefix_says_the_rank(economic: str, rank: Rank) -> None:
    assert RANKS.rank_of(economic) == rank


def test_the_ranks_of_the_policy_are_those_of_releases() -> None:
    assert [rank.name for rank in Rank] == list(ORDER)


def test_the_needs_are_indicators() -> None:
    assert NEEDS.keys() <= set(IndicatorKind.values)


@pytest.mark.parametrize(
    ("functional", "economic", "pays"),
    [
        ("2010301", "30101", "2010301/30101"),
        ("2010301", "30102", "2010301/301"),
        ("2010399", "30102", "201/301"),
        ("2080505", "30108", "*/301"),
        ("2010301", "30201", "201/*"),
        ("2080505", "30201", None),
        ("201", "301", "201/301"),
        ("", "301", "*/301"),
        ("", "", None),
    ],
)
def test_the_narrowest_line_pays(functional: str, economic: str, pays: str | None) -> None:
    lines = [
        line("", "301"),
        line("201", ""),
        line("201", "301"),
        line("2010301", "301"),
        line("2010301", "30101"),
    ]
    found = covering(lines, functional=functional, economic=economic)
    assert (label_of(found) if found else None) == pays


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        (("2010301", "301"), ("201", "30101"), True),
        (("", "301"), ("201", ""), True),
        (("201", "301"), ("201", "301"), True),
        (("", ""), ("", ""), True),
        (("201", "301"), ("201", "30101"), False),
        (("201", "301"), ("20103", "301"), False),
        (("201", "301"), ("20103", "30101"), False),
        (("201", "301"), ("", ""), False),
        (("201", "301"), ("208", "301"), False),
        (("201", "301"), ("201", "302"), False),
        (("201", "30101"), ("20103", "302"), False),
    ],
)
def test_two_lines_clash_where_both_cover_and_neither_is_narrower(
    one: tuple[str, str], other: tuple[str, str], clash: bool
) -> None:
    assert bool(list(ambiguous([line(*one), line(*other)]))) is clash
    assert bool(list(ambiguous([line(*other), line(*one)]))) is clash


def order(*lines: RankedLine, resources: str, **needs: str) -> list[str]:
    given = needs_in({kind: Decimal(value) for kind, value in needs.items()})
    return [fault.name for fault in faults_of_order(lines, resources=Decimal(resources), needs=given)]


@pytest.mark.parametrize(
    ("resources", "faults"),
    [("150.00", []), ("149.99", ["budget_is_balanced"]), ("100.00", ["budget_is_balanced"]),
     ("99.99", ["budget_pays_salaries_first"])],
)  # fmt: skip
def test_the_resources_cover_salaries_first_and_then_everything(resources: str, faults: list[str]) -> None:
    assert order(salaries("100.00"), operations("50.00"), resources=resources) == faults


@pytest.mark.parametrize(("need", "faults"), [("100.00", []), ("100.01", ["budget_keeps_rank"])])
def test_no_lower_rank_is_funded_while_salaries_are_short_of_their_need(need: str, faults: list[str]) -> None:
    assert order(salaries("100.00"), operations("0.01"), resources="200.00", SALARY_NEED=need) == faults


def test_salaries_alone_may_stay_below_their_need() -> None:
    assert order(salaries("100.00"), resources="100.00", SALARY_NEED="150.00") == []


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        ([stability("9.99"), operations("1.00")], ["budget_keeps_rank"]),
        ([stability("10.00"), operations("1.00")], []),
        ([stability("9.99"), salaries("1.00")], []),
        ([operations("1.00")], ["budget_keeps_rank"]),
    ],
)
def test_no_lower_rank_is_funded_while_stability_is_short(lines: list[RankedLine], faults: list[str]) -> None:
    assert order(*lines, resources="100.00", STABILITY_NEED="10.00") == faults


def kept(*lines: RankedLine, last_year: str | None = None, **indicators: str) -> list[str]:
    given = {kind: Decimal(value) for kind, value in indicators.items()}
    before = None if last_year is None else Decimal(last_year)
    return [fault.name for fault in faults_of_indicators(lines, indicators=given, last_year=before)]


@pytest.mark.parametrize(("ceiling", "faults"), [("100.00", []), ("99.99", ["budget_is_within_its_ceiling"])])
def test_the_total_stays_within_its_ceiling(ceiling: str, faults: list[str]) -> None:
    assert kept(salaries("60.00"), operations("40.00"), CEILING=ceiling) == faults


@pytest.mark.parametrize(
    ("total", "last_year", "faults"),
    [
        ("105.00", "100.00", []),
        ("105.01", "100.00", ["budget_growth_is_limited"]),
        ("1000.00", None, []),
        ("0.10", "0.10", []),
        ("0.11", "0.10", ["budget_growth_is_limited"]),
    ],
)
def test_growth_over_last_year_is_limited(total: str, last_year: str | None, faults: list[str]) -> None:
    assert kept(salaries(total), last_year=last_year, GROWTH="5") == faults


@pytest.mark.parametrize(
    ("paid", "rest", "faults"),
    [("60.00", "40.00", []), ("59.99", "40.00", ["budget_share_is_kept"]), ("0.03", "0.02", [])],
)
def test_salaries_keep_their_least_share(paid: str, rest: str, faults: list[str]) -> None:
    assert kept(salaries(paid), operations(rest), SALARY_SHARE="60") == faults
