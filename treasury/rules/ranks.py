"""The order in which money is spent, by economic class: 保工资、保稳定、保机关正常运转, then the rest (F06)."""

from collections.abc import Mapping
from datetime import date

from ledger.policies import as_mapping, as_text
from treasury.policy import treasury_policies

RANKS: Mapping[str, int] = {"SALARY": 1, "STABILITY": 2, "OPERATIONS": 3, "OTHER": 4}


def rank_of(economic: str, *, on: date) -> int:
    """Return the rank of an economic class on a day, 1 first; the longest prefix in the policy counts."""
    by_prefix = as_mapping(treasury_policies()["release_ranks"].value_on(on))
    longest = max((prefix for prefix in by_prefix if economic.startswith(prefix)), key=len)
    return RANKS[as_text(by_prefix[longest])]
