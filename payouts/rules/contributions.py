"""Contributions to insurance and housing fund: the person's part from the base, the employer's beside it.

The base is last year's pay, held between 60 % and 300 % of the local mean (国发〔2015〕2号). Files that
declare only the person's part imply the base, and so the employer's part: 30108 to 30113, which
change neither gross nor net.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.money import ZERO, exact, round_half_up
from ledger.policies import PolicySet, Value, as_number, as_record, as_text


class Rates(NamedTuple):
    """The two rates of one contribution; None where a part is not a rate but mirrors the person's."""

    item: str
    personal: Decimal | None
    employer: Decimal | None
    economic_class: str


class BaseBounds(NamedTuple):
    """What a contribution base may be, in yuan a month; both ends are allowed."""

    floor: Decimal
    cap: Decimal


class NoPersonalRate(ValueError):
    """A contribution that has no rate on the person's side, so nothing follows from a base."""

    def __init__(self, item: str) -> None:
        super().__init__(f"{item} has no personal rate; its part is declared, and the employer's mirrors it")
        self.item = item


def contribution_rates(*, policies: PolicySet, month: date) -> Mapping[str, Rates]:
    """Return the rates that hold for a month by item code."""
    rates = [read_rates(policy.value_on(month)) for policy in policies.under("contributions")]
    return {rate.item: rate for rate in rates}


def base_bounds(*, policies: PolicySet, month: date) -> BaseBounds:
    """Return the bounds of the contribution base for a month, half up to the fen."""
    mean = as_number(policies["mean_pay"].value_on(month))
    shares = as_record(policies["contribution_base"].value_on(month), "floor", "cap")
    return BaseBounds(
        floor=round_half_up(mean * as_number(shares["floor"])), cap=round_half_up(mean * as_number(shares["cap"]))
    )


def contribution_base(*, pay: Decimal, bounds: BaseBounds) -> Decimal:
    """Return the base of a person: the mean monthly pay of last year within the bounds."""
    return min(max(exact(pay), bounds.floor), bounds.cap)


def personal_part(*, base: Decimal, rates: Rates) -> Decimal:
    """Return what is withheld from the person, half up to the fen.

    :raises NoPersonalRate: if the contribution is not set by a personal rate
    """
    if rates.personal is None:
        raise NoPersonalRate(rates.item)
    return round_half_up(base * rates.personal)


def implied_base(*, personal: Decimal, rates: Rates) -> Decimal:
    """Return the base that a declared personal part stands for, half up to the fen.

    The base can be off by the fen that rounding took from the part, over the rate.

    :raises NoPersonalRate: if the contribution is not set by a personal rate
    """
    if rates.personal is None:
        raise NoPersonalRate(rates.item)
    return round_half_up(personal / rates.personal)


def employer_part(*, personal: Decimal, rates: Rates) -> Decimal:
    """Return what the employer pays beside a declared personal part; nothing where nothing is declared."""
    if rates.employer is None:
        return exact(personal)
    return round_half_up(implied_base(personal=personal, rates=rates) * rates.employer)


def employer_parts(*, amounts: Mapping[str, Decimal], rates: Mapping[str, Rates]) -> dict[str, Decimal]:
    """Return the employer's parts by item code for the amounts of a pay row, without the zeros."""
    parts = {item: employer_part(personal=amounts.get(item, ZERO), rates=rate) for item, rate in rates.items()}
    return {item: part for item, part in parts.items() if part}


def read_rates(value: Value) -> Rates:
    """Return the rates of one contribution from its policy value."""
    record = as_record(value, "item", "personal", "employer", "economic_class")
    personal, employer = (
        None if record[side] is None else as_number(record[side]) for side in ("personal", "employer")
    )
    return Rates(as_text(record["item"]), personal, employer, as_text(record["economic_class"]))
