"""The pay of one person for one month: gross, deductions, tax, net.

Policies are looked up once for the month (``pay_policy``), then applied to each person.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.money import ZERO, exact
from ledger.policies import PolicySet
from payouts.rules.income_tax import MonthFigures, TaxPolicy, YearToDate, tax_policy, withhold
from payouts.rules.pay_items import ItemKind, PayItem, TaxKind, UnknownPayItem, read_pay_items

EARNING, ADDITION, SUBTRACTION = ItemKind.EARNING, ItemKind.ADDITION, ItemKind.SUBTRACTION
DEDUCTION = ItemKind.DEDUCTION
EXEMPT, SPECIAL, OTHER = TaxKind.EXEMPT, TaxKind.SPECIAL, TaxKind.OTHER


class PayPolicy(NamedTuple):
    """What holds for the pay of one month; ``digest`` names the policies it was read from."""

    month: date
    items: Mapping[str, PayItem]
    tax: TaxPolicy
    digest: str


class Pay(NamedTuple):
    """The pay of a person for a month, in yuan with two decimals.

    ``net`` is gross - deductions - tax and may be below zero; ``months``, ``taxable`` and
    ``cumulative_tax`` are those of the tax year up to this month.
    """

    gross: Decimal
    deductions: Decimal
    exempt: Decimal
    special: Decimal
    additional: Decimal
    other: Decimal
    months: int
    taxable: Decimal
    cumulative_tax: Decimal
    tax: Decimal
    net: Decimal

    @property
    def figures(self) -> MonthFigures:
        """What this month adds to the tax year."""
        return MonthFigures(self.gross, self.exempt, self.special, self.additional, self.other)


class NegativePayItem(ValueError):
    """An item below zero: what is taken back has an item of its own."""

    def __init__(self, code: str, amount: Decimal) -> None:
        super().__init__(f"{code} is {amount}; what is taken back is declared as such, above zero")
        self.code = code
        self.amount = amount


def pay_policy(*, policies: PolicySet, month: date) -> PayPolicy:
    """Look up what holds for the pay of a month.

    :param month: its first day
    :raises NoValueYet: before 2019, whose tax is not known here
    """
    return PayPolicy(
        month,
        read_pay_items(policies["pay_items"].value_on(month)),
        tax_policy(policies=policies, month=month),
        policies.digest(on=month),
    )


def pay_of_month(*, amounts: Mapping[str, Decimal], before: YearToDate, policy: PayPolicy) -> Pay:
    """Compute a person's pay from the amounts of the pay items and the tax year before the month.

    :param amounts: by item code; an item without amount is nothing
    :raises UnknownPayItem: if a code is not on the pay sheet
    :raises NegativePayItem: if an amount is below zero
    :raises InexactAmount: if an amount has a part of a fen
    """
    gross = deductions = exempt = special = additional = other = ZERO
    for code, declared in amounts.items():
        item = policy.items.get(code)
        if item is None:
            raise UnknownPayItem(code)
        amount = exact(declared)
        if amount < 0:
            raise NegativePayItem(code, amount)
        kind, tax = item.kind, item.tax
        if kind is EARNING or kind is ADDITION:
            gross += amount
            if tax is EXEMPT:
                exempt += amount
        elif kind is SUBTRACTION:
            gross -= amount
        elif kind is DEDUCTION:
            deductions += amount
            if tax is SPECIAL:
                special += amount
            else:
                other += amount
        else:
            additional += amount
    held = withhold(before=before, figures=MonthFigures(gross, exempt, special, additional, other), tax=policy.tax)
    return Pay(
        gross,
        deductions,
        exempt,
        special,
        additional,
        other,
        held.months,
        held.taxable,
        held.cumulative_tax,
        held.tax,
        gross - deductions - held.tax,
    )
