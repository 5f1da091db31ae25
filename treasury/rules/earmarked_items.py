"""The names of the earmarked items of a special account (11项必保, F21)."""

from datetime import date

from ledger.policies import PolicySet, as_list, as_text


def item_names(*, policies: PolicySet, on: date) -> list[str]:
    """Return the names of the items that a special account has by default, from number 1 on."""
    return [as_text(name) for name in as_list(policies["earmarked_items"].value_on(on))]
