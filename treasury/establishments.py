"""How many posts the units have (编制), and whose own accounts the officers' are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from treasury.models import Establishment, OfficerAccount


class OwnAccount(NamedTuple):
    """An officer whose own account it is; the ID number is empty where it is not known."""

    officer: str
    holder_number: str


def establishments_on(*, on: date) -> dict[int, int]:
    """Return the approved posts of each unit in force on a day; units without a confirmed number are not in it."""
    confirmed = Establishment.objects.filter(confirmed_by__isnull=False, effective_from__lte=on)
    return dict(confirmed.order_by("effective_from", "pk").values_list("unit_id", "approved"))


def own_accounts(*, numbers: Sequence[str]) -> Mapping[str, list[OwnAccount]]:
    """Return the officers whose own each of some accounts is."""
    found: dict[str, list[OwnAccount]] = defaultdict(list)
    recorded = OfficerAccount.objects.filter(number__in=set(numbers)).order_by("pk")
    for number, officer, holder_number in recorded.values_list("number", "officer_id", "holder_number"):
        found[number].append(OwnAccount(str(officer), holder_number))
    return found
