"""Amounts: yuan with two decimals, exact. A blank amount stays blank; whoever adds it up takes zero."""

import re
from decimal import Decimal
from numbers import Real

from imports.cleaning.texts import Cleaned, cleaned, spell
from imports.fault_kinds import FaultKind
from ledger.money import ZERO, InexactAmount, exact

SIGNS = dict.fromkeys(map(ord, ",¥￥"))
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,12})?", re.ASCII)


def clean_amount(cell: object) -> Cleaned:
    """Return an amount of a text file as ``1234.50``; thousands separators and signs are ``text_amount``."""
    text, faults = as_number(cell)
    if not text or (faults and faults[-1] is FaultKind.BAD_AMOUNT):
        return Cleaned(text, faults)
    try:
        return Cleaned(str(exact(Decimal(text)) + ZERO), faults)
    except InexactAmount:
        return Cleaned(text, [*faults, FaultKind.THREE_DECIMALS])


def clean_quantity(cell: object) -> Cleaned:
    """Return a number that is not yuan (万元, %): at least two decimals, more where it has them."""
    text, faults = as_number(cell)
    if not text or (faults and faults[-1] is FaultKind.BAD_AMOUNT):
        return Cleaned(text, faults)
    try:
        return Cleaned(str(exact(Decimal(text)) + ZERO), faults)
    except InexactAmount:
        return Cleaned(format(Decimal(text).normalize(), "f"), faults)


def as_number(cell: object) -> Cleaned:
    if isinstance(cell, Real):
        text = spell(cell)  # TRUE is no number
        return Cleaned(text) if NUMBER.fullmatch(text) else Cleaned(text, [FaultKind.BAD_AMOUNT])
    raw = spell(cell)
    text, faults = cleaned(raw, "")
    plain = text.translate(SIGNS)
    kinds = list(faults) if plain == text else [*faults, FaultKind.TEXT_AMOUNT]
    if (plain and not NUMBER.fullmatch(plain)) or (text and not plain):
        return Cleaned(raw, [FaultKind.BAD_AMOUNT])
    return Cleaned(plain, kinds)
