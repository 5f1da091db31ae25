"""The rank of spending by its economic class: 保工资, 保稳定, 保机关正常运转, then the rest (F06)."""

from collections.abc import Mapping
from datetime import date

from ledger.policies import PolicySet, as_mapping, as_text

RANKS = {"SALARY": 1, "STABILITY": 2, "OPERATIONS": 3, "OTHER": 4}


class UnknownRank(ValueError):
    """A word that is no rank."""

    def __init__(self, word: str) -> None:
        super().__init__(f"{word!r} is no rank; ranks are {', '.join(RANKS)}")
        self.word = word


def read_ranks(*, policies: PolicySet, on: date) -> Mapping[str, int]:
    """Return the rank of each prefix of an economic class on a day.

    :raises UnknownRank: if a word of the policy is none
    """
    ranks: dict[str, int] = {}
    for prefix, word in as_mapping(policies["release_ranks"].value_on(on)).items():
        if as_text(word) not in RANKS:
            raise UnknownRank(as_text(word))
        ranks[prefix] = RANKS[as_text(word)]
    return ranks


def rank_of(economic: str, *, ranks: Mapping[str, int]) -> int:
    """Return the rank of an economic class: that of the longest prefix; the last rank where none fits."""
    fitting = [prefix for prefix in ranks if economic.startswith(prefix)]
    return ranks[max(fitting, key=len)] if fitting else RANKS["OTHER"]
