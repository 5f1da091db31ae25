"""Benford's law on known series, and the published thresholds from both sides."""

from collections import Counter
from decimal import Decimal

import pytest

from audit.rules.benford import CHI_SQUARE_AT_5_PERCENT, DIGITS, Verdict, expected_share, judge_digits, verdict_of


def digits_of(numbers: list[int]) -> Counter[int]:
    return Counter(int(str(number)[0]) for number in numbers)


def powers_of_two(count: int) -> list[int]:
    return [2**n for n in range(count)]


def test_the_expected_shares_are_those_of_the_law() -> None:
    assert [f"{expected_share(digit):.5f}" for digit in DIGITS] == [
        "0.30103", "0.17609", "0.12494", "0.09691", "0.07918", "0.06695", "0.05799", "0.05115", "0.04576",
    ]  # fmt: skip
    assert abs(sum(map(expected_share, DIGITS), Decimal(-1))) < Decimal("1e-26")


def test_powers_of_two_and_fibonacci_numbers_follow_the_law() -> None:
    fibonacci = [1, 2]
    while len(fibonacci) < 2000:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    for series in (powers_of_two(2000), fibonacci):
        judged = judge_digits(digits_of(series))
        assert judged.verdict is Verdict.CLOSE
        assert judged.chi_square < CHI_SQUARE_AT_5_PERCENT


def test_the_first_thousand_powers_of_two_are_counted_as_they_are_known() -> None:
    judged = judge_digits(digits_of(powers_of_two(1000)))
    assert [each.actual for each in judged.digits] == [301, 176, 125, 97, 79, 69, 56, 52, 45]


def test_numbers_that_are_each_as_often_do_not() -> None:
    judged = judge_digits(dict.fromkeys(DIGITS, 200))
    assert judged.verdict is Verdict.NONE
    assert judged.chi_square > CHI_SQUARE_AT_5_PERCENT
    assert judged.items == 1800


def test_figures_worked_by_hand() -> None:
    # All 1,000 begin with 1: MAD = 2(1 - 0.30103)/9; chi-square = 1000(1/0.30103 - 1).
    judged = judge_digits({1: 1000})
    assert f"{judged.mean_absolute_deviation:.6f}" == "0.155327"
    assert f"{judged.chi_square:.2f}" == "2321.93"


@pytest.mark.parametrize(
    ("mad", "items", "verdict"),
    [
        ("0.006", 1000, Verdict.CLOSE),
        ("0.0060001", 1000, Verdict.ACCEPTABLE),
        ("0.012", 1000, Verdict.ACCEPTABLE),
        ("0.0120001", 1000, Verdict.MARGINAL),
        ("0.015", 1000, Verdict.MARGINAL),
        ("0.0150001", 1000, Verdict.NONE),
        ("0.001", 999, Verdict.TOO_FEW),
    ],
)
def test_verdicts_from_both_sides(mad: str, items: int, verdict: Verdict) -> None:
    assert verdict_of(Decimal(mad), items) is verdict


def test_no_items_have_no_verdict() -> None:
    assert judge_digits({}).verdict is Verdict.TOO_FEW
