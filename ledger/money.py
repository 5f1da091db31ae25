"""Exact amounts: yuan in ``Decimal`` with two decimals. The only module that rounds.

Rounding is half up to the fen, or cut off where a rule sets a limit, by name; parts of a whole are allocated by
largest remainder, so that they always add up.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

FEN = Decimal("0.01")
ZERO = Decimal("0.00")
LIMIT = Decimal(10) ** 16


class InexactAmount(ValueError):
    """An amount that is not a number of fen below the limit of the books."""

    def __init__(self, value: object) -> None:
        super().__init__(f"{value!r} is not an exact amount in yuan with at most two decimals")
        self.value = value


def exact(value: Decimal | int | str) -> Decimal:
    """Return ``value`` with two decimals, unchanged in worth.

    :raises InexactAmount: if it has more than two decimals, is no number, or reaches 10^16
    """
    try:
        amount = Decimal(value)
        fen = amount.quantize(FEN)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise InexactAmount(value) from error
    if fen != amount or not -LIMIT < fen < LIMIT:
        raise InexactAmount(value)
    return fen


def round_half_up(value: Decimal) -> Decimal:
    """Return ``value`` in yuan rounded half up to the fen, away from zero at the half."""
    return value.quantize(FEN, rounding=ROUND_HALF_UP)


def round_down(value: Decimal) -> Decimal:
    """Return ``value`` in yuan cut off to the fen, towards zero."""
    return value.quantize(FEN, rounding=ROUND_DOWN)


def allocate(whole: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Split ``whole`` in proportion to ``weights``, exact to the fen, by largest remainder.

    Equal remainders go to the earlier part. The parts always sum to ``whole``.

    :raises ValueError: if a weight is negative or all are zero
    """
    total = sum((Decimal(weight) for weight in weights), Decimal(0))
    if total <= 0 or any(Decimal(weight) < 0 for weight in weights):
        raise ValueError("weights must not be negative, and one must be positive")
    fen = int(exact(abs(whole)) / FEN)
    shares = [(int(fen * Decimal(weight) // total), (fen * Decimal(weight)) % total) for weight in weights]
    left = fen - sum(share for share, _ in shares)
    for index in sorted(range(len(shares)), key=lambda i: -shares[i][1])[:left]:
        shares[index] = (shares[index][0] + 1, shares[index][1])
    sign = -1 if whole < 0 else 1
    return [sign * share * FEN for share, _ in shares]


def in_full(amount: Decimal) -> str:
    """Return an amount as the trade writes it in a table: ``1,234.50``."""
    return f"{amount:,.2f}"
