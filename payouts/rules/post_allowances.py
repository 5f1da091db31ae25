"""Pay that hangs on a post: an allowance that ends with it, and performance pay in proportion to score.

S0-2 (G08): “岗位发生变动，副科级待遇随之取消”, a term of three years; “以岗定责、以责定分、以分定酬”.
"""

import calendar
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.money import ZERO, allocate, exact
from ledger.policies import PolicySet, as_whole_number


class PostHeld(NamedTuple):
    """A post somebody was given, and the first day it was no longer held, None while it is."""

    given_on: date
    ended_on: date | None = None


class NobodyScored(ValueError):
    """A fund to be shared by score where nobody has any, or somebody less than none."""

    def __init__(self, scores: Sequence[Decimal]) -> None:
        super().__init__("scores must not be negative, and somebody must have one")
        self.scores = list(scores)


def post_term(*, policies: PolicySet, month: date) -> int:
    """Return the term of a post in years."""
    return as_whole_number(policies["post_term"].value_on(month))


def allowance_due(*, month: date, amount: Decimal, posts: Sequence[PostHeld], term_years: int) -> Decimal:
    """Return the allowance for a month: in full if a post was held on the first of it, else nothing.

    So a post counts from the month after it is given and through the month in which it ends, as raises
    and stops do (INFERRED). A term that is not renewed by a new post ends by itself.
    """
    first = month.replace(day=1)
    held = any(
        post.given_on <= first < end_of_term(post.given_on, term_years)
        and (post.ended_on is None or first < post.ended_on)
        for post in posts
    )
    return exact(amount) if held else ZERO


def end_of_term(given_on: date, years: int) -> date:
    """Return the first day after a term; a term that began on 29 February ends on 1 March."""
    year = given_on.year + years
    if (given_on.month, given_on.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 3, 1)
    return given_on.replace(year=year)


def share_by_score(*, fund: Decimal, scores: Sequence[Decimal]) -> list[Decimal]:
    """Share a fund in proportion to scores, exact to the fen by largest remainder, in their order.

    :raises NobodyScored: if nobody has a score, or somebody has one below zero
    """
    if any(score < 0 for score in scores) or not any(scores):
        raise NobodyScored(scores)
    return allocate(fund, scores)
