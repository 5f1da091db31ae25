"""How fees outside the budget are shared: a part for the department above, the fiscal share, the usable rest (F23)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.money import round_half_up
from ledger.policies import PolicySet, as_number, as_record

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class FeeShares:
    """Percent of the fees that go up, and percent of what is left that the district keeps (财政分成)."""

    upward: Decimal
    fiscal_share: Decimal


@dataclass(frozen=True, slots=True)
class SharedFee:
    """The parts of collected fees; they sum to the whole."""

    upward: Decimal
    fiscal_share: Decimal
    usable: Decimal


class SharesOutOfBounds(ValueError):
    """A share below nothing or above the whole."""

    def __init__(self, shares: FeeShares) -> None:
        super().__init__(f"shares lie between 0 and 100 percent: {shares.upward}, {shares.fiscal_share}")
        self.shares = shares


def fee_shares(*, policies: PolicySet, on: date) -> FeeShares:
    """Return the shares of a day.

    :raises SharesOutOfBounds: if a share is below 0 or above 100 percent
    """
    value = as_record(policies["fee_sharing"].value_on(on), "upward", "fiscal_share")
    shares = FeeShares(as_number(value["upward"]), as_number(value["fiscal_share"]))
    if not (0 <= shares.upward <= HUNDRED and 0 <= shares.fiscal_share <= HUNDRED):
        raise SharesOutOfBounds(shares)
    return shares


def share_fee(*, amount: Decimal, shares: FeeShares) -> SharedFee:
    """Split fees; a red amount (冲正) is split alike, so that it takes back what the black one gave."""
    upward = round_half_up(amount * shares.upward / HUNDRED)
    fiscal = round_half_up((amount - upward) * shares.fiscal_share / HUNDRED)
    return SharedFee(upward, fiscal, amount - upward - fiscal)
