"""首位数字检验: whether first digits are as often as Benford's law has them.

The digit d leads with the share log10(1 + 1/d). Two figures say how far the counts are from that. The mean absolute
deviation (MAD) of the shares is judged by the thresholds of Nigrini, "Benford's Law: Applications for Forensic
Accounting, Auditing, and Fraud Detection" (Wiley 2012), table 7.1, as benford.analysis (R) has them: up to 0.006
close, up to 0.012 acceptable, up to 0.015 marginal, above it no conformity. Chi-square with 8 degrees of freedom
is beyond 15.507 by chance once in twenty times; with many items it is so for deviations that mean nothing, which
is why the verdict is of the MAD. Nigrini asks for about 1,000 items; with fewer there is no verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Final

DIGITS: Final = range(1, 10)
ITEMS_MIN: Final = 1_000
CHI_SQUARE_AT_5_PERCENT: Final = Decimal("15.507")
PLACES: Final = 28


class Verdict(StrEnum):
    TOO_FEW = "TOO_FEW"
    CLOSE = "CLOSE"
    ACCEPTABLE = "ACCEPTABLE"
    MARGINAL = "MARGINAL"
    NONE = "NONE"


THRESHOLDS: Final = (
    (Decimal("0.006"), Verdict.CLOSE),
    (Decimal("0.012"), Verdict.ACCEPTABLE),
    (Decimal("0.015"), Verdict.MARGINAL),
)


@dataclass(frozen=True, slots=True)
class DigitCounted:
    """A first digit: how many items begin with it, which share that is, and which the law expects."""

    digit: int
    actual: int
    actual_share: Decimal
    expected_share: Decimal

    @property
    def deviation(self) -> Decimal:
        return self.actual_share - self.expected_share


@dataclass(frozen=True, slots=True)
class Benford:
    """The counts of the nine digits, and how far they are from the law."""

    items: int
    digits: tuple[DigitCounted, ...]
    mean_absolute_deviation: Decimal
    chi_square: Decimal
    verdict: Verdict


def expected_share(digit: int) -> Decimal:
    """Return the share of items that begin with a digit by Benford's law."""
    with localcontext() as context:
        context.prec = PLACES
        return (1 + Decimal(1) / digit).log10()


def judge_digits(counts: Mapping[int, int]) -> Benford:
    """Hold the counts of first digits against Benford's law."""
    items = sum(counts.values())
    with localcontext() as context:
        context.prec = PLACES
        shares = {digit: Decimal(counts.get(digit, 0)) / max(items, 1) for digit in DIGITS}
        digits = tuple(DigitCounted(d, counts.get(d, 0), shares[d], expected_share(d)) for d in DIGITS)
        mad = sum((abs(each.deviation) for each in digits), Decimal(0)) / len(digits)
        chi_square = items * sum((each.deviation**2 / each.expected_share for each in digits), Decimal(0))
    return Benford(items, digits, mad, chi_square, verdict_of(mad, items))


def verdict_of(mad: Decimal, items: int) -> Verdict:
    """Return the verdict on a mean absolute deviation of first digits."""
    if items < ITEMS_MIN:
        return Verdict.TOO_FEW
    return next((verdict for threshold, verdict in THRESHOLDS if mad <= threshold), Verdict.NONE)
