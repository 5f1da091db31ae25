"""Where pay is charged: economic class by staff category and item, functional class by unit.

What is withheld from a person is part of the gross and stays in its class (30101); the employer's
parts have classes of their own (``contributions``). 政府收支分类科目, domain 4.4.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.money import ZERO, exact
from ledger.policies import PolicySet, as_list, as_mapping, as_record, as_text
from payouts.rules.pay_items import GROSS_KINDS, ItemKind, PayItem, UnknownPayItem, read_pay_items


class PayClasses(NamedTuple):
    """The classes that hold for a month."""

    items: Mapping[str, PayItem]
    economic: Mapping[str, Mapping[str, str]]  # by staff category, then by item code
    functional: Mapping[str, str]  # by nature of the unit


class UnknownCategory(ValueError):
    """A staff category that no economic class is set for."""

    def __init__(self, category: str) -> None:
        super().__init__(f"no economic classes are set for the staff category {category!r}")
        self.category = category


class UnknownNature(ValueError):
    """A nature of a unit that no functional class is set for."""

    def __init__(self, nature: str) -> None:
        super().__init__(f"no functional class is set for units of the nature {nature!r}")
        self.nature = nature


class UnclassifiedItem(ValueError):
    """A staff category some of whose pay items have no class, or two."""

    def __init__(self, category: str, item: str) -> None:
        super().__init__(f"the item {item} of {category} needs exactly one economic class")
        self.category = category
        self.item = item


def pay_classes(*, policies: PolicySet, month: date) -> PayClasses:
    """Look up the classes of pay for a month.

    :raises UnclassifiedItem: if an item of gross pay has no class for a category, or two
    """
    items = read_pay_items(policies["pay_items"].value_on(month))
    economic: dict[str, dict[str, str]] = {}
    for policy in policies.under("economic_classes"):
        record = as_record(policy.value_on(month), "categories", "items")
        for category in map(as_text, as_list(record["categories"])):
            classes = economic.setdefault(category, {})
            for item, code in as_mapping(record["items"]).items():
                if item in classes:
                    raise UnclassifiedItem(category, item)
                classes[item] = as_text(code)
    for category, classes in economic.items():
        left = [code for code, item in items.items() if item.kind in GROSS_KINDS and code not in classes]
        if left:
            raise UnclassifiedItem(category, left[0])
    functional = as_mapping(policies["functional_classes"].value_on(month))
    return PayClasses(items, economic, {nature: as_text(code) for nature, code in functional.items()})


def gross_by_class(*, amounts: Mapping[str, Decimal], category: str, classes: PayClasses) -> dict[str, Decimal]:
    """Return a person's gross pay by economic class, without zeros; it sums to the gross.

    What is taken back lowers its class, which can go below zero.

    :raises UnknownCategory: if the category has no classes
    :raises UnknownPayItem: if a code is not on the pay sheet
    """
    if category not in classes.economic:
        raise UnknownCategory(category)
    codes = classes.economic[category]
    gross: dict[str, Decimal] = {}
    for code, declared in amounts.items():
        if code not in classes.items:
            raise UnknownPayItem(code)
        kind = classes.items[code].kind
        if kind in GROSS_KINDS:
            amount = exact(declared) if kind is not ItemKind.SUBTRACTION else -exact(declared)
            gross[codes[code]] = gross.get(codes[code], ZERO) + amount
    return {code: amount for code, amount in gross.items() if amount}


def functional_class(*, nature: str, classes: PayClasses) -> str:
    """Return the functional class of pay of a unit.

    :raises UnknownNature: if none is set for its nature
    """
    if nature not in classes.functional:
        raise UnknownNature(nature)
    return classes.functional[nature]
