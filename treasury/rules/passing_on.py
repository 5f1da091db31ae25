"""Money that is handed on: by when, and how much for what (G09, G12)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from ledger.money import ZERO, exact, round_half_up
from ledger.policies import PolicySet, as_number, as_record, as_whole_number


class HousingRates(NamedTuple):
    """奖补 of rooms and washrooms: what the city gives, and what the county gives at least."""

    city_per_square_metre: Decimal
    square_metres_counted: Decimal
    city_per_washroom: Decimal
    county_per_square_metre: Decimal
    county_per_washroom: Decimal


def due_on(*, policies: PolicySet, received_on: date) -> date:
    """Return the last day on which money received on a day is handed on in time."""
    return received_on + timedelta(days=as_whole_number(policies["passing_on"].value_on(received_on)))


def housing_rates(*, policies: PolicySet, on: date) -> HousingRates:
    """Return the rates of the housing award that hold on a day."""
    record = as_record(policies["housing_award"].value_on(on), *HousingRates._fields)
    return HousingRates(*(as_number(record[name]) for name in HousingRates._fields))


def city_housing_award(*, rates: HousingRates, rooms: Sequence[Decimal], washrooms: int) -> Decimal:
    """Return what the city gives for rooms of so many square metres and for washrooms."""
    whole = counted_square_metres(rates, rooms) * rates.city_per_square_metre + washrooms * rates.city_per_washroom
    return round_half_up(whole)


def county_housing_floor(*, rates: HousingRates, rooms: Sequence[Decimal], washrooms: int) -> Decimal:
    """Return what the county gives at least for the same."""
    whole = counted_square_metres(rates, rooms) * rates.county_per_square_metre + washrooms * rates.county_per_washroom
    return round_half_up(whole)


def counted_square_metres(rates: HousingRates, rooms: Sequence[Decimal]) -> Decimal:
    return sum((min(room, rates.square_metres_counted) for room in rooms), ZERO)


def medical_premium(*, policies: PolicySet, on: date, persons: int) -> Decimal:
    """Return what is handed on for persons of the co-operative medical scheme."""
    return exact(persons * as_number(policies["medical_premium"].value_on(on)))
