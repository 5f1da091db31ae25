"""The pay of a village's full-time cadre (村专干): never below a share of the village head's (S3, G14)."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.money import ZERO, exact, round_half_up
from ledger.policies import PolicySet, as_number


class VillagePay(NamedTuple):
    """What is paid, and what of it lifts the agreed pay to the floor."""

    amount: Decimal
    floor: Decimal
    top_up: Decimal


def village_floor_share(*, policies: PolicySet, month: date) -> Decimal:
    """Return the share of the village head's pay that is the floor."""
    return as_number(policies["village_pay_floor"].value_on(month))


def village_pay(*, agreed: Decimal, head_pay: Decimal, floor_share: Decimal) -> VillagePay:
    """Return the pay of a village cadre: as agreed, but not below the floor (half up to the fen)."""
    floor = round_half_up(head_pay * floor_share)
    top_up = max(ZERO, floor - exact(agreed))
    return VillagePay(agreed + top_up, floor, top_up)
