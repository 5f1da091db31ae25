"""分层: bands of amounts, each drawn from by itself."""

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise


class UnorderedBands(ValueError):
    """Bounds of bands that do not rise."""


def require_rising(bounds: Sequence[Decimal]) -> None:
    """Check the bounds of bands.

    :raises UnorderedBands: if there is none or one is not above the one before it
    """
    if not bounds or any(after <= before for before, after in pairwise(bounds)):
        raise UnorderedBands


def band_of(*, amount: Decimal, bounds: Sequence[Decimal]) -> int:
    """Return the band of an amount, from 0: a bound belongs to the band that begins with it."""
    return bisect_right(bounds, amount)


def named(*, band: int, bounds: Sequence[Decimal]) -> str:
    """Return a band as a reader knows it: ``1000.00 ≤ x < 5000.00``."""
    below = f"{bounds[band - 1]:.2f} ≤ " if band else ""
    above = f" < {bounds[band]:.2f}" if band < len(bounds) else ""
    return f"{below}x{above}"
