"""What an appraisal of townships brings: prizes of the first, fines of the last (G10, G11)."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.money import ZERO, exact
from ledger.policies import PolicySet, as_list, as_mapping, as_number, as_record, as_whole_number


class NoSuchPlace(ValueError):
    """A place that brings nothing."""

    def __init__(self, place: int, known: int) -> None:
        super().__init__(f"place {place} brings nothing; places 1 to {known} do")
        self.place = place
        self.known = known


class PrizeClass(NamedTuple):
    """What each township of one place receives, and how many there are."""

    amount: Decimal
    townships: int


def responsibility_prizes(*, policies: PolicySet, on: date) -> list[PrizeClass]:
    """Return the prizes of the letters of responsibility (责任状) by place, the first first."""
    return [
        PrizeClass(exact(as_number(record["amount"])), as_whole_number(record["townships"]))
        for record in (
            as_record(listed, "amount", "townships")
            for listed in as_list(policies["responsibility_prizes"].value_on(on))
        )
    ]


def whole_of_prizes(prizes: list[PrizeClass]) -> Decimal:
    """Return what all prizes cost together."""
    return sum((prize.amount * prize.townships for prize in prizes), ZERO)


def prize_of_post(*, policies: PolicySet, on: date, post: str, place: int) -> Decimal:
    """Return what the holder of a post receives for a place in the overall appraisal, the first first.

    :raises NoSuchPlace: if the post or the place brings nothing
    """
    listed = as_mapping(policies["appraisal_prizes"].value_on(on))
    places = as_list(listed[post]) if post in listed else ()
    return amount_at([as_number(amount) for amount in places], place)


def usual_prize(*, policies: PolicySet, on: date, post: str, place: int) -> Decimal:
    """Return the prize of a place: of the post, or without one of a township's letter of responsibility.

    :raises NoSuchPlace: if the post or the place brings nothing
    """
    if post:
        return prize_of_post(policies=policies, on=on, post=post, place=place)
    return amount_at([prize.amount for prize in responsibility_prizes(policies=policies, on=on)], place)


def fine_of_place(*, policies: PolicySet, on: date, kind: str, place_from_last: int) -> Decimal:
    """Return what a township is fined for a place in an appraisal, the last first.

    :raises NoSuchPlace: if the place is fined nothing
    """
    places = as_list(as_mapping(policies["appraisal_fines"].value_on(on))[kind])
    return amount_at([as_number(amount) for amount in places], place_from_last)


def amount_at(amounts: list[Decimal], place: int) -> Decimal:
    if not 1 <= place <= len(amounts):
        raise NoSuchPlace(place, len(amounts))
    return exact(amounts[place - 1])
