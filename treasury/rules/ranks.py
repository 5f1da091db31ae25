"""In which order money is released: 保工资, 保稳定, 保机关正常运转, then the rest (F06)."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from ledger.policies import PolicySet, as_mapping, as_text

# The words of the policy in their order; ``treasury.models.words.Rank`` has the same.
ORDER = ("SALARY", "STABILITY", "OPERATIONS", "OTHER")


class UnknownRank(ValueError):
    """A policy that names a rank nobody knows."""

    def __init__(self, rank: str) -> None:
        super().__init__(f"the rank {rank!r} is none of {', '.join(ORDER)}")
        self.rank = rank


class RankOrder(NamedTuple):
    """The rank of spending by prefix of its economic class, 1 the first."""

    by_prefix: Mapping[str, int]

    def rank_of(self, economic: str) -> int:
        """Return the rank of an economic class: the longest prefix counts; without one it is the last."""
        prefixes = [prefix for prefix in self.by_prefix if economic.startswith(prefix)]
        return self.by_prefix[max(prefixes, key=len)] if prefixes else len(ORDER)


def rank_order(*, policies: PolicySet, on: date) -> RankOrder:
    """Return the order of ranks that holds on a day.

    :raises UnknownRank: if the policy names one that is none of ``ORDER``
    """
    listed = as_mapping(policies["release_ranks"].value_on(on))
    return RankOrder(MappingProxyType({prefix: place_of(as_text(rank)) for prefix, rank in listed.items()}))


def place_of(rank: str) -> int:
    if rank not in ORDER:
        raise UnknownRank(rank)
    return ORDER.index(rank) + 1
