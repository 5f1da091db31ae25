"""The items of the pay sheet: which part each has in a person's pay and in the tax."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from ledger.policies import Value, as_mapping, as_record, as_text


class ItemKind(StrEnum):
    """The part an item has in the pay."""

    EARNING = "EARNING"
    ADDITION = "ADDITION"  # pay for the past
    SUBTRACTION = "SUBTRACTION"  # pay taken back for the past
    DEDUCTION = "DEDUCTION"  # withheld for insurance and housing fund
    RELIEF = "RELIEF"  # lowers the tax only


class TaxKind(StrEnum):
    """What an item is in the tax."""

    TAXABLE = "TAXABLE"
    EXEMPT = "EXEMPT"
    SPECIAL = "SPECIAL"
    OTHER = "OTHER"
    ADDITIONAL = "ADDITIONAL"


GROSS_KINDS = (ItemKind.EARNING, ItemKind.ADDITION, ItemKind.SUBTRACTION)
# What an item of each kind may be in the tax.
TAX_KINDS = {
    ItemKind.EARNING: (TaxKind.TAXABLE, TaxKind.EXEMPT),
    ItemKind.ADDITION: (TaxKind.TAXABLE,),
    ItemKind.SUBTRACTION: (TaxKind.TAXABLE,),
    ItemKind.DEDUCTION: (TaxKind.SPECIAL, TaxKind.OTHER),
    ItemKind.RELIEF: (TaxKind.ADDITIONAL,),
}


class PayItem(NamedTuple):
    """One column of the pay sheet; ``name`` is what the bureau calls it."""

    code: str
    name: str
    kind: ItemKind
    tax: TaxKind


class UnknownPayItem(ValueError):
    """An amount under a code that the pay sheet of the month has not."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code!r} is no pay item of this month")
        self.code = code


class UnusablePayItem(ValueError):
    """A pay item whose part in the tax does not fit its part in the pay."""

    def __init__(self, item: PayItem) -> None:
        super().__init__(f"{item.code}: {item.kind} cannot be {item.tax} in the tax")
        self.item = item


def read_pay_items(value: Value) -> Mapping[str, PayItem]:
    """Return the pay items by code, in the order of the pay sheet, from their policy value.

    :raises UnusablePayItem: if an item contradicts itself
    :raises ValueError: if a kind is not known
    """
    items = {}
    for code, row in as_mapping(value).items():
        record = as_record(row, "name", "kind", "tax")
        item = PayItem(
            code, as_text(record["name"]), ItemKind(as_text(record["kind"])), TaxKind(as_text(record["tax"]))
        )
        if item.tax not in TAX_KINDS[item.kind]:
            raise UnusablePayItem(item)
        items[code] = item
    return MappingProxyType(items)
