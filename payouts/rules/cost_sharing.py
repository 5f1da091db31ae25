"""Costs borne by several payers: shares that sum to 100 %, exact to the fen, the odd fen to one of them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from ledger.money import allocate
from ledger.policies import PolicySet, Value, as_mapping, as_number, as_record, as_text

HUNDRED = Decimal(100)


class CostShares(NamedTuple):
    """Who bears how many percent, and who is named first for an odd fen."""

    percent: Mapping[str, Decimal]
    odd_fen_to: str


class SharesNotWhole(ValueError):
    """Shares that do not sum to 100 %, or one of which is below zero."""

    def __init__(self, percent: Mapping[str, Decimal]) -> None:
        listed = ", ".join(f"{payer} {share}" for payer, share in percent.items())
        super().__init__(f"shares must not be negative and sum to 100 percent: {listed}")
        self.percent = dict(percent)


class OddFenToNobody(ValueError):
    """An odd fen given to somebody who bears no share."""

    def __init__(self, payer: str) -> None:
        super().__init__(f"the odd fen goes to one of the payers, and {payer!r} is none")
        self.payer = payer


def cost_shares(*, percent: Mapping[str, Decimal], odd_fen_to: str) -> CostShares:
    """Return shares that may be used.

    :raises SharesNotWhole: if they do not sum to 100 %
    :raises OddFenToNobody: if its payer bears no share
    """
    if sum(percent.values()) != HUNDRED or any(share < 0 for share in percent.values()):
        raise SharesNotWhole(percent)
    if not percent.get(odd_fen_to):
        raise OddFenToNobody(odd_fen_to)
    return CostShares(MappingProxyType(dict(percent)), odd_fen_to)


def share_cost(*, whole: Decimal, shares: CostShares) -> dict[str, Decimal]:
    """Split a cost among its payers; of equal remainders the named payer's is the first."""
    named_first = sorted(shares.percent, key=lambda payer: payer != shares.odd_fen_to)
    parts = dict(zip(named_first, allocate(whole, [shares.percent[payer] for payer in named_first]), strict=True))
    return {payer: parts[payer] for payer in shares.percent}


def contract_staff_shares(*, policies: PolicySet, month: date) -> CostShares:
    """Return who bears pay and insurance of contract staff (S0-10, G13)."""
    return read_shares(policies["contract_staff_sharing"].value_on(month))


def read_shares(value: Value) -> CostShares:
    """Return shares from a policy value; raises as ``cost_shares``."""
    record = as_record(value, "percent", "odd_fen_to")
    percent = {payer: as_number(share) for payer, share in as_mapping(record["percent"]).items()}
    return cost_shares(percent=percent, odd_fen_to=as_text(record["odd_fen_to"]))
