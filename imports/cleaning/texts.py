"""Texts: spaces and full-width letters go, every other character stays as it is (no NFKC)."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from numbers import Real
from typing import NamedTuple

from imports.fault_kinds import FaultKind
from imports.voucher_cells import BLANKS, WIDE_LETTERS_AND_DIGITS

WITHOUT_BLANKS = dict.fromkeys(map(ord, BLANKS))
# The dots that programs put between the parts of a name, for the middle dot U+00B7.
NAME_DOTS = str.maketrans(dict.fromkeys("•．.・", "·"))
# A number in a spreadsheet keeps fifteen digits; of a longer one it forgets the end.
DIGITS_KEPT = 15
# How a spreadsheet writes into a csv what it holds as a long number.
FORGOTTEN = re.compile(r"\d(\.\d+)?[Ee]\+\d+", re.ASCII)


class Cleaned(NamedTuple):
    """A clean text, as far as the cell could be read, and the kinds of its faults in the order found."""

    text: str
    faults: Sequence[FaultKind] = ()


def spell(cell: object) -> str:
    """Return a cell as the program that wrote it shows it; a text stays as it is.

    A spreadsheet shows fifteen digits of a number; more would be its binary rest, not what was typed.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return str(cell.date()) if cell.time().isoformat() == "00:00:00" else str(cell)
    if isinstance(cell, date):
        return str(cell)
    if isinstance(cell, Real):
        return format(Decimal(format(cell, ".15g")), "f")
    return str(cell)


def clean_text(cell: object) -> Cleaned:
    """Return any text: no blanks at both ends, letters and digits half-width."""
    return cleaned(spell(cell), "")


def clean_name(cell: object) -> Cleaned:
    """Return a name of a person: no blanks at all, and the middle dot between its parts."""
    text, faults = cleaned(spell(cell), BLANKS)
    dotted = text.translate(NAME_DOTS)
    return Cleaned(text, faults) if dotted == text else Cleaned(dotted, [*faults, FaultKind.NAME_DOT])


def clean_code(cell: object) -> Cleaned:
    """Return a code: no blanks at both ends, and no digit forgotten on the way."""
    return remembered(cell, "")


def clean_number(cell: object) -> Cleaned:
    """Return a long number such as an account: no blanks at all, and no digit forgotten on the way."""
    return remembered(cell, BLANKS)


def remembered(cell: object, inside: str) -> Cleaned:
    raw = spell(cell)
    if not isinstance(cell, str) and len(raw) > DIGITS_KEPT and raw.isdecimal():
        return Cleaned(raw, [FaultKind.NUMBER_PRECISION])
    text, faults = cleaned(raw, inside)
    if FORGOTTEN.fullmatch(text):
        return Cleaned(text, [FaultKind.NUMBER_PRECISION])
    return Cleaned(text, faults)


def cleaned(raw: str, inside: str) -> Cleaned:
    """Return ``raw`` without blanks at its ends, without those of ``inside`` anywhere, and half-width."""
    faults = []
    text = raw.strip(BLANKS)
    if not text:
        return Cleaned("")
    if inside:
        text = text.translate(WITHOUT_BLANKS)
    if text != raw:
        faults.append(FaultKind.SPACES)
    half = text if text.isascii() else text.translate(WIDE_LETTERS_AND_DIGITS)
    if half != text:
        faults.append(FaultKind.FULLWIDTH)
    return Cleaned(half, faults)
