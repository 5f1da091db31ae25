"""Who pays a benefit: levels of government in layers, each of which sums to 100 %, exact to the fen.

A layer may leave a REST to the next one, as the notices do: “national standard 6:4, rest 7:3” is
CENTRAL 60 and REST 40, then PROVINCE 70 and DISTRICT 30.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from ledger.policies import Value, as_list, as_mapping, as_number, as_record, as_text
from payouts.rules.cost_sharing import HUNDRED, CostShares, SharesNotWhole, cost_shares, share_cost

REST = "REST"


class Funder(StrEnum):
    """A level of government that pays; DISTRICT is the county as well."""

    CENTRAL = "CENTRAL"
    PROVINCE = "PROVINCE"
    CITY = "CITY"
    DISTRICT = "DISTRICT"
    TOWNSHIP = "TOWNSHIP"


class FunderShares(NamedTuple):
    """The percent of the whole that each funder pays, and who is named first for an odd fen; can be hashed."""

    percent: tuple[tuple[Funder, Decimal], ...]
    odd_fen_to: Funder


class UnknownFunder(ValueError):
    """A payer that is no level of government."""

    def __init__(self, payer: str) -> None:
        super().__init__(f"{payer!r} pays no benefits; a funder is one of {', '.join(Funder)}")
        self.payer = payer


class RestToNobody(ValueError):
    """Layers of which the last leaves a rest, or another one leaves none."""

    def __init__(self, number: int) -> None:
        super().__init__(f"layer {number}: every layer but the last leaves a {REST}, and the last leaves none")
        self.number = number


def split(*, amount: Decimal, shares: FunderShares) -> dict[Funder, Decimal]:
    """Split an amount among its funders; of equal remainders the named funder's is the first."""
    parts = share_cost(whole=amount, shares=CostShares(dict(shares.percent), shares.odd_fen_to))
    return {Funder(funder): part for funder, part in parts.items()}


def read_funder_shares(value: Value) -> FunderShares:
    """Return shares from a policy value of ``layers`` and ``odd_fen_to``; raises as ``funder_shares``."""
    record = as_record(value, "layers", "odd_fen_to")
    layers = [
        {payer: as_number(share) for payer, share in as_mapping(layer).items()} for layer in as_list(record["layers"])
    ]
    return funder_shares(layers=layers, odd_fen_to=as_text(record["odd_fen_to"]))


def funder_shares(*, layers: Sequence[Mapping[str, Decimal]], odd_fen_to: str) -> FunderShares:
    """Return shares of the whole from layers that may be used.

    :raises SharesNotWhole: if a layer does not sum to 100 %, or there is none
    :raises RestToNobody: if a rest has no layer after it, or a layer no rest before it
    :raises UnknownFunder: if a payer is no level of government
    :raises OddFenToNobody: if the payer of the odd fen bears no share
    """
    percent: dict[str, Decimal] = {}
    left = HUNDRED
    for number, layer in enumerate(layers, start=1):
        if sum(layer.values()) != HUNDRED or any(share < 0 for share in layer.values()):
            raise SharesNotWhole(layer)
        if bool(layer.get(REST)) is (number == len(layers)):
            raise RestToNobody(number)
        for payer, share in layer.items():
            if payer != REST:
                percent[payer] = percent.get(payer, Decimal(0)) + left * share / HUNDRED
        left = left * layer.get(REST, Decimal(0)) / HUNDRED
    unknown = [payer for payer in (*percent, odd_fen_to) if payer not in set(Funder)]
    if unknown:
        raise UnknownFunder(unknown[0])
    whole = cost_shares(percent=percent, odd_fen_to=odd_fen_to)
    return FunderShares(
        tuple((funder, whole.percent[funder]) for funder in Funder if whole.percent.get(funder)), Funder(odd_fen_to)
    )
