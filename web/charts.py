"""Small charts as numbers that a template draws: bars of amounts in a box of fixed size."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.money import ZERO

WIDTH, HEIGHT = 720, 160
TOP, FOOT = 20, 24  # room for the amounts above and the months below
BAR_MAX = 110


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its box, the middle for its texts, the month and the amount."""

    x: int
    y: int
    width: int
    height: int
    day: date
    amount: Decimal

    @property
    def in_wan(self) -> str:
        """The amount in 10,000 yuan, as short as bars of a year's months have room for."""
        return f"{self.amount / 10_000:,.1f}"

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars on a floor, oldest first; ``line`` joins their tops."""

    bars: Sequence[Bar]
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = HEIGHT - FOOT

    @property
    def line(self) -> str:
        return " ".join(f"{bar.middle},{bar.y}" for bar in self.bars)


def bar_chart(*, days: Sequence[date], amounts: Sequence[Decimal]) -> BarChart:
    """Return the bars of amounts on days; what is below zero stands on the floor."""
    share = min(BAR_MAX, WIDTH // max(1, len(days)))
    highest, room = max([*amounts, Decimal(1)]), HEIGHT - TOP - FOOT
    bars = []
    for place, (day, amount) in enumerate(zip(days, amounts, strict=True)):
        height = int(room * max(ZERO, amount) / highest)
        bars.append(
            Bar(place * share + share // 8, HEIGHT - FOOT - height, share * 3 // 4, height, day=day, amount=amount)
        )
    return BarChart(bars, width=share * len(days))
