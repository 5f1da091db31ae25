"""Finds the header of a sheet and the layout it belongs to, by the headings alone.

The names of files and sheets only tip the balance and say which layout was meant.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from imports.cleaning.texts import spell
from imports.fault_kinds import FaultKind
from imports.layouts.fields import Column, Presence, plain_heading
from imports.layouts.layout import Layout
from imports.voucher_cells import BLANKS

# A header stands among the first rows; title, unit line and a note or two stand above it.
ROWS_SEARCHED = 30
UNIT_LINE = re.compile(r"(填报|编报|填表)?单位\s*[：:]")
# So much of a layout must be there before a missing column is spoken of.
COLUMNS_FOR_NEARLY = 4
MONTH_IN_TITLE = re.compile(r"(\d{4})\s*年\s*(?:(\d{1,2})\s*月(?!\s*\d{1,2}\s*日))?", re.ASCII)
MONTH_IN_NAME = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(0[1-9]|1[0-2])(?![0-9])")


class LayoutFault(NamedTuple):
    """A fault of the sheet as a whole: where it starts, which column it is about, and what it says."""

    row: int
    kind: FaultKind
    column: str = ""
    value: str = ""


Row = tuple[int, Sequence[object]]


@dataclass(frozen=True)
class Header:
    """Where the columns of a layout stand in a sheet."""

    layout: type[Layout]
    row: int  # the last row of the header
    upper_row: int  # the first one; the same, unless the header has two rows
    places: Sequence[int | None]  # for each column of the layout where it is in the file, from 0
    headings: Sequence[str]  # as the sheet writes them, by place
    above: Sequence[Row] = field(default_factory=list)

    @property
    def missing(self) -> list[Column]:
        """The columns that must be there and are not."""
        pairs = zip(self.layout.columns(), self.places, strict=True)
        return [column for column, place in pairs if place is None and column.presence is not Presence.OPTIONAL]

    @property
    def found(self) -> int:
        return sum(place is not None for place in self.places)


def find_header(rows: Sequence[Row], *, layouts: Iterable[type[Layout]], hints: str) -> Header | None:
    """Return the header of the layout that fits the first rows of a sheet best, or nothing.

    ``hints`` are the names of the file and the sheet. A layout that lacks columns is returned only if
    most of it is there, or half of it and the hints name it too.
    """
    best: tuple[tuple[bool, int, int, int], Header] | None = None
    candidates = [(*candidate, first_places(candidate[2])) for candidate in headings_of(rows)]
    for layout in layouts:
        named = layout.title in hints and layout.sheet_title in hints
        for upper, row, headings, first in candidates:
            header = Header(layout, row, upper, places_of(layout, first), headings)
            if not header.found or (header.missing and not is_nearly(header, named=named)):
                continue
            # A header of one row wins over a made up one that says the same.
            rank = (not header.missing, header.found, int(named), int(upper == row))
            if best is None or rank > best[0]:
                best = rank, header
    if best is None:
        return None
    header = best[1]
    above = [row for row in rows if row[0] < header.upper_row and any(map(spelled, row[1]))]
    return Header(header.layout, header.row, header.upper_row, header.places, header.headings, above)


def headings_of(rows: Sequence[Row]) -> Iterator[tuple[int, int, Sequence[str]]]:
    """Yield each row, and each row below another, as headings: the lower name where there is one."""
    for number, cells in rows:
        yield number, number, [spelled(cell) for cell in cells]
    for (above, upper), (number, lower) in pairwise(rows):
        width = max(len(upper), len(lower))
        pairs = zip(padded(upper, width), padded(lower, width), strict=True)
        yield above, number, [spelled(low) or spelled(high) for high, low in pairs]


def padded(cells: Sequence[object], width: int) -> Sequence[object]:
    return [*cells, *[""] * (width - len(cells))]


def spelled(cell: object) -> str:
    return spell(cell).strip(BLANKS)


def first_places(headings: Sequence[str]) -> dict[str, int]:
    """Return where each heading stands first, by its plain form."""
    return {plain_heading(heading): place for place, heading in reversed(list(enumerate(headings))) if heading}


def places_of(layout: type[Layout], first: Mapping[str, int]) -> list[int | None]:
    """Return for each column of the layout where it stands; its own name wins over its synonyms."""
    return [
        next((first[heading] for heading in column.headings if heading in first), None) for column in layout.columns()
    ]


def is_nearly(header: Header, *, named: bool) -> bool:
    wanted = sum(column.presence is not Presence.OPTIONAL for column in header.layout.columns())
    there = wanted - len(header.missing)
    return 2 * there >= wanted and (named or (header.found >= COLUMNS_FOR_NEARLY and 3 * there >= 2 * wanted))


def faults_of_header(header: Header) -> Iterator[LayoutFault]:
    """Yield what is unusual about the rows above the data, once for each kind."""
    titles = [row for row in header.above if not is_unit_line(row)]
    units = [row for row in header.above if is_unit_line(row)]
    if titles:
        yield LayoutFault(titles[0][0], FaultKind.TITLE_ROW, value=said(titles[0]))
    if units:
        yield LayoutFault(units[0][0], FaultKind.UNIT_LINE, value=said(units[0]))
    if header.upper_row != header.row:
        yield LayoutFault(header.upper_row, FaultKind.TWO_ROW_HEADER)
    renamed = [
        f"{column.name} = {header.headings[place]}"
        for column, place in zip(header.layout.columns(), header.places, strict=True)
        if place is not None and header.headings[place] != column.name
    ]
    if renamed:
        yield LayoutFault(header.row, FaultKind.HEADER_SYNONYM, value="; ".join(renamed))
    extra = [heading for place, heading in enumerate(header.headings) if heading and place not in header.places]
    if extra:
        yield LayoutFault(header.row, FaultKind.EXTRA_COLUMN, value="; ".join(extra))
    for column in header.missing:
        yield LayoutFault(
            0, FaultKind.MISSING_COLUMN, column=column.name, value="; ".join(filter(None, header.headings))
        )


def is_unit_line(row: Row) -> bool:
    return any(UNIT_LINE.search(spelled(cell)) for cell in row[1])


def said(row: Row) -> str:
    return next(filter(None, map(spelled, row[1])), "")


def other_month(*, file: str, header: Header, month: date) -> str:
    """Return the other month, or the other year, that the file's name or titles speak of, or ''."""
    for found in MONTH_IN_NAME.finditer(file):
        if found.groups() != (f"{month:%Y}", f"{month:%m}"):
            return "-".join(found.groups())
    last = month.year * 12 + month.month - 1
    for row in header.above:
        for found in MONTH_IN_TITLE.finditer("" if is_unit_line(row) else said(row)):
            # A year alone is as good as any month in it.
            said_month = int(found[1]) * 12 + (int(found[2]) - 1 if found[2] else month.month - 1)
            if not last - header.layout.title_months_before <= said_month <= last:
                return found[0]
    return ""
