"""What is handed on by the policy: the housing award of rooms and washrooms, the medical premium of persons (G09, G12).

A form that is only read: nothing is entered in the books, and what was typed stands in the address.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ledger.money import InexactAmount, exact
from ledger.policies import NoValue
from treasury.policy import treasury_policies
from treasury.rules.passing_on import (
    city_housing_award,
    counted_square_metres,
    county_housing_floor,
    housing_rates,
    medical_premium,
)
from web.addresses import day_in
from web.budget_desk.entering import COUNT_MAX, UNPROCESSABLE, key_in

ROWS: Final = 4
ROWS_MAX: Final = 40
SIZE_MAX: Final = Decimal(10_000)  # square metres of a room, far above any
PERSONS_MAX: Final = 9_999_999
FIELD_MAX: Final = 20


class Row(NamedTuple):
    """Rooms of one size as they were typed, with what is wrong with them."""

    number: str = ""
    size: str = ""
    fault: str = ""


@require_GET
def passing_figures(request: HttpRequest) -> HttpResponse:
    """Work out what rooms, washrooms and persons bring on a day; what cannot be read is told beside its field."""
    typed = {name: request.GET.get(name, "").strip()[:FIELD_MAX] for name in ("on", "washrooms", "persons")}
    rows = rows_typed(request)
    faults: dict[str, str] = {}
    on = day_in(typed["on"]) if typed["on"] else timezone.localdate()
    if on is None:
        faults["on"] = _("This is no day. Write it as 2026-11-05.")
    washrooms, persons = (count_of(typed, name, faults) for name in ("washrooms", "persons"))
    is_read = not faults and not any(row.fault for row in rows)
    figures: Mapping[str, Any] = {}
    if on is not None and is_read:
        try:
            figures = worked_out(rows, washrooms, persons, on)
        except NoValue:
            faults["on"] = _("The policy has no value on this day.")
    status = None if is_read and not faults else UNPROCESSABLE
    context = {
        "typed": {**typed, "on": typed["on"] or f"{on}"},
        "rows": [*rows, *[Row()] * max(1, ROWS - len(rows))],
        "faults": faults,
        **figures,
    }
    return render(request, "web/budget_desk/passing_figures.html", context, status=status)


def rows_typed(request: HttpRequest) -> Sequence[Row]:
    """Return the rows of rooms in which something was typed."""
    numbers, sizes = (request.GET.getlist(name)[:ROWS_MAX] for name in ("rooms", "size"))
    count = min(len(numbers), len(sizes))
    typed = [(numbers[at].strip()[:FIELD_MAX], sizes[at].strip()[:FIELD_MAX]) for at in range(count)]
    return [Row(number, size, fault_of(number, size)) for number, size in typed if number or size]


def fault_of(number: str, size: str) -> str:
    """Return what is wrong with a row of rooms, or nothing."""
    found = key_in(number)
    if found is None or not 0 < found <= COUNT_MAX:
        return _("The number of rooms is a whole number from 1 to {most}.").format(most=COUNT_MAX)
    try:
        is_size = 0 < exact(size) <= SIZE_MAX
    except InexactAmount:
        is_size = False
    return "" if is_size else _("The size of a room is given in square metres, such as 28 or 28.50.")


def count_of(typed: Mapping[str, str], name: str, faults: dict[str, str]) -> int:
    """Return a count as it was typed, zero where none was; one that cannot be read is told in the faults."""
    most = {"washrooms": COUNT_MAX, "persons": PERSONS_MAX}[name]
    found = key_in(typed[name]) if typed[name] else 0
    if found is None or found > most:
        faults[name] = _("This is a whole number from 0 to {most}.").format(most=most)
        return 0
    return found


def worked_out(rows: Sequence[Row], washrooms: int, persons: int, on: date) -> Mapping[str, Any]:
    """Return the figures that the rules give; raises ``NoValue`` where a policy has no value on the day."""
    policies, figures = treasury_policies(), dict[str, Any]()
    if rows or washrooms:
        rates = housing_rates(policies=policies, on=on)
        rooms = [exact(row.size) for row in rows for _room in range(int(row.number))]
        figures |= {
            "rates": rates,
            "rooms": len(rooms),
            "washrooms": washrooms,
            "square_metres": sum(rooms, Decimal()),
            "counted": counted_square_metres(rates, rooms),
            "city": city_housing_award(rates=rates, rooms=rooms, washrooms=washrooms),
            "county": county_housing_floor(rates=rates, rooms=rooms, washrooms=washrooms),
        }
    if persons:
        figures |= {
            "persons": persons,
            "each": medical_premium(policies=policies, on=on, persons=1),
            "premium": medical_premium(policies=policies, on=on, persons=persons),
        }
    return figures
