"""属性抽样 (attribute sampling): how many items show that deviations are rarer than a tolerable rate.

The smallest number of items of which, were the rate of deviations the tolerable one, more than the expected
number would deviate with the confidence asked for: the binomial distribution, as the tables of the AICPA guide
"Audit Sampling" have it (95 %, 5 %: 59, 93, 124 for 0, 1, 2 deviations).
"""

from decimal import Decimal, localcontext
from math import comb
from typing import Final

PLACES: Final = 60
SIZE_MAX: Final = 1_000_000


class NoSampleIsEnough(ValueError):
    """Rates or a confidence that no sample of a million items shows."""


def attribute_size(*, confidence: Decimal, tolerable: Decimal, expected: int) -> int:
    """Return the size for a confidence and a tolerable rate, both in percent, and deviations expected in the sample.

    :raises NoSampleIsEnough: if confidence or rate is not between 0 and 100, or over a million items are needed
    """
    if not (0 < confidence < 100 and 0 < tolerable < 100 and expected >= 0):
        raise NoSampleIsEnough
    with localcontext() as context:
        context.prec = PLACES
        risk, rate = 1 - confidence / 100, tolerable / 100
        below, enough = expected, SIZE_MAX
        if chance_of_at_most(expected, size=enough, rate=rate) > risk:
            raise NoSampleIsEnough
        while enough - below > 1:
            middle = (below + enough) // 2
            if chance_of_at_most(expected, size=middle, rate=rate) > risk:
                below = middle
            else:
                enough = middle
    return enough


def chance_of_at_most(number: int, *, size: int, rate: Decimal) -> Decimal:
    """Return the chance that at most ``number`` of ``size`` items deviate where each does at a rate."""
    terms = (comb(size, k) * rate**k * (1 - rate) ** (size - k) for k in range(min(number, size) + 1))
    return sum(terms, Decimal(0))
