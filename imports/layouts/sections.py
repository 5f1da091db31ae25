"""Tells the rows below a header apart: data, empty rows, the total, and the signatures."""

import re
from collections.abc import Sequence
from enum import Enum, auto

from imports.cleaning.texts import spell
from imports.voucher_cells import BLANKS

TOTAL = re.compile(r"(合计|总计)[:：]?")
SIGNATURES = re.compile(r"(负责人|审核|复核|制表|填表|填报|经办|主管|签字|盖章)人?\s*[：:(（]")
# The word 合计 stands first, or behind an empty or counted cell or two.
CELLS_BEFORE_TOTAL = 3


class Section(Enum):
    DATA = auto()
    EMPTY = auto()
    TOTAL = auto()
    FOOTER = auto()


def section_of(cells: Sequence[object], *, key_place: int | None) -> Section:
    """Return what a row is; a row that says who or what it is about is always data."""
    said = [text for text in (spell(cell).strip(BLANKS) for cell in cells) if text]
    if not said:
        return Section.EMPTY
    if key_place is not None and key_place < len(cells):
        key = spell(cells[key_place]).strip(BLANKS)
        if key and key != said[0]:
            return Section.DATA
    if any(TOTAL.fullmatch("".join(text.split())) for text in said[:CELLS_BEFORE_TOTAL]):
        return Section.TOTAL
    if SIGNATURES.search(said[0]):
        return Section.FOOTER
    return Section.DATA
