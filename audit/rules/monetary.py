"""货币单元抽样 (monetary-unit sampling): each fen has the same chance, so an item has one by its amount.

The amounts of the population are laid one after the other in the order of their keys' parts. The first fen drawn
is the start, from 1 to the interval; from there on every interval-th fen is drawn, and with it the item it lies
in. An item as large as the interval or larger always holds one. Amounts are in fen, whole numbers; what is zero or
red (negative) has no fen to draw and is handled apart by the caller.
"""

from audit.rules.drawing import lot_of

START = "start"


def interval_for(*, total: int, size: int) -> int:
    """Return the interval that draws at least ``size`` fen of a total, exactly so many where it divides."""
    return max(total // size, 1)


def start_of(*, seed: str, interval: int) -> int:
    """Return the first fen to be drawn, from 1 to the interval: the lot of the word ``start``."""
    return lot_of(seed=seed, key=START) % interval + 1


class Rod:
    """The amounts laid one after the other, up to the item that was laid last."""

    def __init__(self, *, interval: int, start: int) -> None:
        if not 1 <= start <= interval:
            raise ValueError("the start lies between 1 and the interval")
        self.interval = interval
        self.start = start
        self.length = 0

    def lay(self, amount: int) -> int:
        """Lay an item of a positive number of fen and return how many of its fen are drawn."""
        if amount <= 0:
            raise ValueError("only amounts above zero are laid")
        before = self.drawn_up_to(self.length)
        self.length += amount
        return self.drawn_up_to(self.length) - before

    def drawn_up_to(self, length: int) -> int:
        """Return how many fen are drawn of the first ``length``."""
        return 0 if length < self.start else (length - self.start) // self.interval + 1
