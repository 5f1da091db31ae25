"""The revenue plan of a year: the mean of three years, raised by a growth that somebody gives a reason for (F02)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.money import ZERO, round_half_up

YEARS = 3
HUNDRED = Decimal(100)


class NotThreeYears(ValueError):
    """The mean is that of three years."""

    def __init__(self, years: int) -> None:
        super().__init__(f"the plan follows from {YEARS} years, not {years}")
        self.years = years


@dataclass(frozen=True, slots=True)
class PlannedRevenue:
    """A plan in yuan, the mean it rests on, and the growth in percent."""

    mean: Decimal
    growth: Decimal
    planned: Decimal


def plan_revenue(*, collected: Sequence[Decimal], growth: Decimal) -> PlannedRevenue:
    """Return the plan that follows from what three years brought, in yuan, and a growth in percent.

    :raises NotThreeYears: for any other number of years
    """
    if len(collected) != YEARS:
        raise NotThreeYears(len(collected))
    mean = round_half_up(sum(collected, ZERO) / YEARS)
    return PlannedRevenue(mean, growth, round_half_up(sum(collected, ZERO) / YEARS * (1 + growth / HUNDRED)))
