"""Fills merged cells downwards, as rows stream by.

A workbook says which cells are merged. In a csv they are blank below the first, so there the columns
that a layout merges are filled while the first of them, the one that leads, is blank too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from imports.cleaning.texts import spell
from imports.layouts import Layout
from imports.layouts.widgets import NUMBERS
from imports.reading.shapes import Block
from imports.voucher_cells import BLANKS

Row = tuple[int, Sequence[Any]]


class FilledCells(list[Any]):
    """The cells of a row, some of them filled from above."""

    def __init__(self, cells: Sequence[Any]) -> None:
        super().__init__(cells)
        self.filled: set[int] = set(cells.filled) if isinstance(cells, FilledCells) else set()

    def fill(self, place: int, value: Any) -> None:
        self.extend([""] * (place + 1 - len(self)))
        self[place] = value
        self.filled.add(place)


def fill_down(
    rows: Iterable[Row],
    *,
    layout: type[Layout],
    places: Sequence[int | None],
    blocks: Sequence[Block],
    header_row: int,
) -> Iterable[Row]:
    """Return the rows with merged cells filled; amounts are never repeated."""
    columns = zip(layout.columns(), places, strict=True)
    texts = {place for column, place in columns if place is not None and not isinstance(column.cell, NUMBERS)}
    tall = [block for block in blocks if block.top > header_row and block.bottom > block.top and block.left in texts]
    if tall:
        rows = fill_blocks(rows, tall)
    if layout.merged_columns:
        merged = [places[layout.position(name)] for name in layout.merged_columns]
        rows = fill_blanks(rows, [place for place in merged if place is not None])
    return rows


def fill_blocks(rows: Iterable[Row], blocks: Sequence[Block]) -> Iterator[Row]:
    starting: dict[int, list[Block]] = defaultdict(list)
    for block in blocks:
        starting[block.top].append(block)
    filling: dict[int, tuple[int, Any]] = {}  # by place: the last row and the value
    for number, cells in rows:
        filled = FilledCells(cells)
        for place, (bottom, value) in list(filling.items()):
            if number > bottom:
                del filling[place]
            else:
                filled.fill(place, value)
        for block in starting.pop(number, ()):
            if block.left < len(cells):
                filling[block.left] = block.bottom, cells[block.left]
        yield number, cells if is_blank(cells) else filled


def fill_blanks(rows: Iterable[Row], places: Sequence[int]) -> Iterator[Row]:
    above: Sequence[Any] = []
    leading = places[0]
    for number, cells in rows:
        filled = FilledCells(cells)
        if not is_blank(filled) and is_blank(filled[leading : leading + 1]):
            for place in places:
                if is_blank(filled[place : place + 1]) and place < len(above):
                    filled.fill(place, above[place])
        if not is_blank(filled):
            above = filled
        yield number, filled


def is_blank(cells: Iterable[Any]) -> bool:
    return not any(spell(cell).strip(BLANKS) for cell in cells)
