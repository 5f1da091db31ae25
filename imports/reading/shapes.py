"""What a file is read into, and the ways in which it cannot be read. Plain values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from imports.reading.cells import Cell

Row = tuple[int, list[Cell]]


class Block(NamedTuple):
    """A merged range: rows from 1, columns from 0, all four inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class SheetRows:
    """One sheet, to be read once.

    ``name`` is '' for csv. ``rows`` has all rows up to the last used one, empty ones too, with the
    number a spreadsheet shows, or the number of its first line in a csv, from 1; rows end where the file
    ends them, so one may be shorter or longer than the header, and an empty row is []. ``formulas`` maps row and
    column (from 0) to the text of a formula without its '='; those that share the text of another
    cell's formula have ''. Reading ``rows`` may raise Unreadable.
    """

    name: str
    rows: Iterator[Row]
    merged: Sequence[Block]
    formulas: Mapping[int, Mapping[int, str]]


def up_to_last_used(rows: Iterable[Row], formulas: Mapping[int, Mapping[int, str]]) -> Iterator[Row]:
    """Yield ascending rows without empty cells and rows at the end, and with the empty rows between them.

    A cell with a formula is used, value or not.
    """
    expected = 1
    for number, cells in rows:
        while cells and cells[-1] == "":
            cells.pop()
        if number in formulas:
            cells.extend([""] * (max(formulas[number]) + 1 - len(cells)))
        if cells:
            for empty in range(expected, number):
                yield empty, []
            yield number, cells
            expected = number + 1


@dataclass(frozen=True, slots=True)
class FileFact:
    """How a whole file is written: ``encoding`` is 'utf-8', 'utf-16', 'gb18030' (GBK too), 'xlsx' or 'xls'."""

    encoding: str
    bom: bool
    mixed_eol: bool


class Obstacle(StrEnum):
    """Why a file cannot be read."""

    EMPTY = "EMPTY"  # nothing is in it
    LOCKED = "LOCKED"  # it asks for a password
    NOT_A_WORKBOOK = "NOT_A_WORKBOOK"  # a web page, a document, an archive of something else
    BROKEN = "BROKEN"  # a workbook that is damaged
    TOO_LARGE = "TOO_LARGE"  # more than the limits that are declared beside what checks them
    NOT_TEXT = "NOT_TEXT"  # neither a workbook nor text in an encoding we know
    NOT_CSV = "NOT_CSV"  # text whose quotes do not close


class Unreadable(Exception):
    """A file cannot be read.

    ``name`` is the obstacle. ``facts`` has ``file``; and, where known, ``sheet``, ``row``, ``part``
    (a member of the workbook), ``limit``, ``found``, and ``detail``, a technical remark in English.
    """

    def __init__(self, name: Obstacle, facts: Mapping[str, str | int]) -> None:
        super().__init__(f"{name}: " + ", ".join(f"{fact} {value}" for fact, value in facts.items()))
        self.name = name
        self.facts = facts
