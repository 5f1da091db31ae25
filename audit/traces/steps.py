"""What a trace is made of: steps with their facts, who and when, and the steps behind them. Values only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


class Fact(NamedTuple):
    """Something known of a step; numbers of people and of accounts are masked in it."""

    label: str
    value: str


class LeftOut(NamedTuple):
    """Steps of one kind that a list has beside those that are shown."""

    kind: str
    rows: int


@dataclass(frozen=True, slots=True)
class Step:
    """One thing on the way of money: a payment, a signature, a row of a file.

    ``reference`` traces it by itself. What the tree tells elsewhere is only named again: ``is_elsewhere``.
    """

    kind: str
    title: str
    reference: str
    facts: tuple[Fact, ...] = ()
    by: str = ""
    at: datetime | date | None = None
    children: tuple["Step", ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    is_elsewhere: bool = False

    def walk(self) -> Iterator["Step"]:
        """Yield the step and all behind it."""
        yield self
        for child in self.children:
            yield from child.walk()
