"""A table as columns and rows, whatever it is written to. A row is laid out, then drawn line by line.

A cell may be stacked: a tuple of values under each other, so that twenty amounts a person still fit
on A4. A long text is set a little smaller, then wrapped; an amount is only set smaller.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Final

from ledger.exports.pages.pens import MM, Pen, fitted, points, wrapped
from ledger.exports.pages.typefaces import BOLD, REGULAR
from ledger.money import in_full

Value = str | Decimal | int | None
Cell = Value | tuple[Value, ...]

PADDING: Final = MM // 2
THIN: Final = points(3)
THICK: Final = points(8)


class Kind(Enum):
    """What a row is: of the body, a heading over the rows of one group, or a sum."""

    BODY = "body"
    BAND = "band"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heads (more than one when its cells are stacked) and how wide it would like to be."""

    heads: tuple[str, ...]
    width: int


@dataclass(frozen=True, slots=True)
class Row:
    cells: Sequence[Cell]
    kind: Kind = Kind.BODY


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    size: int
    is_number: bool


@dataclass(frozen=True, slots=True)
class LaidRow:
    """A row as it will be drawn: for each cell the words under each other."""

    kind: Kind
    cells: Sequence[Sequence[Word]]
    height: int
    font: str = REGULAR


@dataclass(frozen=True)
class Grid:
    """Columns spread over a width at a type size (tenths of a point)."""

    columns: Sequence[Column]
    left: int
    width: int
    size: int
    edges: Sequence[int] = field(init=False)
    leading: int = field(init=False)

    def __post_init__(self) -> None:
        wished = sum(column.width for column in self.columns)
        edges, passed = [self.left], 0
        for column in self.columns:
            passed += column.width
            edges.append(self.left + self.width * passed // wished)
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "leading", points(self.size) * 5 // 4)

    def lay(self, row: Row) -> LaidRow:
        """Return a row laid out."""
        font = REGULAR if row.kind is Kind.BODY else BOLD
        if row.kind is Kind.BAND:
            cells = [self.words(row.cells[0], self.width, font)]
        else:
            cells = [
                self.words(cell, right - left, font)
                for cell, left, right in zip(row.cells, self.edges, self.edges[1:], strict=False)
            ]
        return LaidRow(row.kind, cells, self.height_of(cells), font)

    def lay_heads(self) -> LaidRow:
        """Return the head row laid out."""
        return self.lay(Row([column.heads for column in self.columns], Kind.SUM))

    def words(self, cell: Cell, width: int, font: str) -> list[Word]:
        room, size = width - 2 * PADDING, points(self.size)
        words: list[Word] = []
        for value in cell if isinstance(cell, tuple) else (cell,):
            if isinstance(value, str):
                lines = self.lines_of(value, room, size, font)
                words += [Word(line, fitted(line, room=room, size=size, font=font), is_number=False) for line in lines]
            else:
                text = written(value)
                words.append(Word(text, fitted(text, room=room, size=size, font=font), is_number=True))
        return words

    def lines_of(self, text: str, room: int, size: int, font: str) -> list[str]:
        """Return a text in one line if it fits when set down to three quarters of its size, else wrapped."""
        if fitted(text, room=room, size=size, font=font) * 4 >= size * 3:
            return [text]
        return wrapped(text, room=room, size=size, font=font) or [""]

    def height_of(self, cells: Sequence[Sequence[Word]]) -> int:
        return max(map(len, cells)) * self.leading + 2 * PADDING

    def draw(self, pen: Pen, y: int, row: LaidRow) -> None:
        """Draw the words of a row whose top is at ``y``, and the line below it."""
        for place, words in enumerate(row.cells):
            left, right = self.edges[place], self.edges[place + 1]
            top = y + (row.height - len(words) * self.leading) // 2
            for number, word in enumerate(words, start=1):
                foot = top + number * self.leading - self.leading * 27 // 100
                if not word.text:
                    continue
                if word.is_number:
                    pen.right(right - PADDING, foot, word.text, size=word.size, font=row.font)
                else:
                    pen.text(left + PADDING, foot, word.text, size=word.size, font=row.font)
        pen.line(self.left, y + row.height, self.left + self.width, y + row.height)

    def draw_heads(self, pen: Pen, y: int, row: LaidRow) -> None:
        """Draw the head row: shaded, each head in the middle of its column."""
        pen.shade(self.left, y, self.width, row.height)
        for left, right, words in zip(self.edges, self.edges[1:], row.cells, strict=False):
            top = y + (row.height - len(words) * self.leading) // 2
            for number, word in enumerate(words, start=1):
                foot = top + number * self.leading - self.leading * 27 // 100
                pen.centre((left + right) // 2, foot, word.text, size=word.size, font=row.font)
        for side in (y, y + row.height):
            pen.line(self.left, side, self.left + self.width, side)

    def draw_edges(self, pen: Pen, y: int, to_y: int) -> None:
        """Draw the lines between the columns from ``y`` down to ``to_y``."""
        for edge in self.edges:
            pen.line(edge, y, edge, to_y)

    def draw_sides(self, pen: Pen, y: int, to_y: int) -> None:
        """Draw only the outer lines, beside a band."""
        for edge in (self.edges[0], self.edges[-1]):
            pen.line(edge, y, edge, to_y)


def written(value: Decimal | int | None) -> str:
    """Return a number as the trade writes it in a table; nothing for none."""
    if value is None:
        return ""
    return in_full(value) if isinstance(value, Decimal) else str(value)


def sum_row(rows: Iterable[Row], *, label: str, at: int, columns: int) -> Row:
    """Return the sums of the body rows, column by column, with a label in column ``at``.

    Amounts and counts are added; a serial number is a text.
    """
    sums: list[Cell] = [None] * columns
    for row in rows:
        if row.kind is Kind.BODY:
            sums = [added(total, cell) for total, cell in zip(sums, row.cells, strict=True)]
    sums[at] = label
    return Row(sums, Kind.SUM)


def added(total: Cell, cell: Cell) -> Cell:
    if isinstance(cell, tuple):
        totals = total if isinstance(total, tuple) else (None,) * len(cell)
        return tuple(add_value(have, value) for have, value in zip(totals, cell, strict=True))
    return add_value(None if isinstance(total, tuple) else total, cell)


def add_value(total: Value, value: Value) -> Value:
    if isinstance(value, Decimal):
        return total + value if isinstance(total, Decimal) else value
    if isinstance(value, int):
        return total + value if isinstance(total, int) else value
    return total
