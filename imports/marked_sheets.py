"""Writes the sheets of a marked copy: cells as what they are, fills, comments, and the list of findings."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from unicodedata import east_asian_width

from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_rowcol_to_cell

from imports.cleaning.texts import spell
from imports.fault_kinds import FaultKind, Severity
from imports.findings import FindingRow
from imports.layouts.headers import Header
from imports.layouts.widgets import NUMBERS, Count
from imports.reading.cells import Cell, Number
from imports.reading.shapes import Block, Row
from ledger.exports.pages.workbooks import PlainSheet

RESULTS = "核对结果"
AUTHOR = "Tongfa 统发"
FILLS = {Severity.ERROR: "#FF8080", Severity.WARNING: "#FFEB84"}
DAY, MOMENT, TEXT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "@"

# What a sheet can hold. Excel reads more comments than these, but slowly, and they are held in memory.
ROWS_MAX = 1 << 20
LINKS_MAX = 65_530
COMMENTS_MAX = 20_000
TEXT_UNITS = 32_767  # of UTF-16, in a cell or a comment
NAME_UNITS = 31
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
FIRST_YEAR = 1900

COMMENT_BOX = {"author": AUTHOR, "font_name": "宋体", "font_size": 9, "width": 280}
COMMENT_LINE = 44  # half-width characters
COMMENT_HEIGHT_MAX = 400
WIDTH_MIN, WIDTH_MAX = 6, 40

Spot = tuple[int, int]  # a row from 1, a column from 0


class Look(NamedTuple):
    """How a cell looks: its number format, its fill, and whether its text is bold."""

    number: str = ""
    fill: str = ""
    bold: bool = False


class MarkedBook:
    """A marked copy being written: its sheets, and what counts for all of them."""

    def __init__(self, workbook: Any, *, errors: int) -> None:
        self.workbook = workbook
        self.rows = 0
        self.cells = 0
        self.comments = {Severity.ERROR: COMMENTS_MAX, Severity.WARNING: max(0, COMMENTS_MAX - errors)}
        self.forms: dict[Look, Any] = {}
        self.names: set[str] = set()
        self.results = Results(self)

    def add_sheet(self, name: str) -> Any:
        """Add a sheet under the name, or under one like it that a workbook can have."""
        plain = NOT_IN_NAMES.sub("_", name).strip("'") or RESULTS
        tail, number = "", 1
        while (fitting := cut(plain, NAME_UNITS - len(tail)).rstrip("'") + tail).lower() in self.names:
            number += 1
            tail = f" ({number})"
        self.names.add(fitting.lower())
        return self.workbook.add_worksheet(fitting, PlainSheet)

    def form(self, look: Look) -> Any:
        """Return the format of cells that look like this, made once."""
        if look not in self.forms:
            features = {"num_format": look.number, "bg_color": look.fill, "bold": look.bold}
            self.forms[look] = self.workbook.add_format({name: said for name, said in features.items() if said})
        return self.forms[look]


class Page:
    """One sheet of the copy, written row by row."""

    def __init__(
        self, book: MarkedBook, sheet: Any, header: Header | None, formulas: Mapping[int, Mapping[int, str]]
    ) -> None:
        self.book = book
        self.sheet = sheet
        self.name: str = sheet.name
        self.formulas = formulas
        self.header_rows = range(header.upper_row, header.row + 1) if header else range(0)
        pairs = zip(header.layout.columns(), header.places, strict=True) if header else ()
        self.text_places = {place for column, place in pairs if not isinstance(column.cell, (*NUMBERS, Count))}

    def shape(self, *, head: Sequence[Row], blocks: Iterable[Block]) -> None:
        """Set the widths of the columns, keep the header in sight, and merge what was merged.

        Columns of texts are formatted as such, so that a corrected ID number does not lose its digits.
        """
        rows = [cells for number, cells in head if number >= self.header_rows.start]
        for place in range(max(map(len, rows), default=0)):
            width = max(width_of(cells[place]) for cells in rows if place < len(cells))
            look = self.book.form(Look(TEXT)) if place in self.text_places else None
            self.sheet.set_column(place, place, min(max(width + 2, WIDTH_MIN), WIDTH_MAX), look)
        if self.header_rows:
            self.sheet.freeze_panes(self.header_rows.stop - 1, 0)
        # merge_range would write blanks into rows below, and there is room for one row only.
        self.sheet.merge.extend([block.top - 1, block.left, block.bottom - 1, block.right] for block in blocks)

    def write_row(self, number: int, cells: Sequence[Cell], marked: Mapping[int, Sequence[FindingRow]]) -> None:
        formulas = self.formulas.get(number)
        if formulas:
            cells = [
                with_formula(cell, formulas[place], marked.get(place, ())) if place in formulas else cell
                for place, cell in enumerate(cells)
            ]
        plain = Look(bold=number in self.header_rows)
        for place, cell in enumerate(cells):
            if cell != "" and place not in marked:
                self.write((number, place), cell, plain)
        for place, findings in marked.items():
            worst = Severity.ERROR if any(each.severity == Severity.ERROR for each in findings) else Severity.WARNING
            cell = cells[place] if place < len(cells) else ""
            self.write((number, place), cell, plain._replace(fill=FILLS[worst]))
            self.comment(number, place, findings, worst)
        self.book.cells += len(marked)
        self.book.rows += 1

    def write(self, spot: Spot, cell: Cell, look: Look) -> None:
        """Write a cell as what it is; a text never becomes a formula, a link or a number."""
        at, place = spot[0] - 1, spot[1]
        if isinstance(cell, date) and cell.year >= FIRST_YEAR:
            number = MOMENT if isinstance(cell, datetime) else DAY
            self.sheet.write_datetime(at, place, cell, self.book.form(look._replace(number=number)))
            return
        form = None  # then the cell looks like its column
        if look.fill or look.bold:
            form = self.book.form(look._replace(number=TEXT if place in self.text_places else ""))
        if cell == "":
            self.sheet.write_blank(at, place, None, form)
        elif isinstance(cell, bool):
            self.sheet.write_boolean(at, place, cell, form)
        elif isinstance(cell, str | date):
            self.sheet.write_string(at, place, str(cell), form)
        else:
            self.sheet.write_number(at, place, Exact(cell), form)

    def comment(self, number: int, place: int, findings: Sequence[FindingRow], worst: Severity) -> None:
        """Attach reason and remedy of the findings to their cell, as long as there is room for comments."""
        if not self.book.comments[worst]:
            return
        self.book.comments[worst] -= 1
        said = (
            each.message if each.row == number else _("Row {row}: {message}").format(row=each.row, message=each.message)
            for each in findings
        )
        text = "\n".join(dict.fromkeys(said))
        lines = sum(-(-width_of(line) // COMMENT_LINE) for line in text.splitlines())
        box = {**COMMENT_BOX, "height": min(20 + 16 * lines, COMMENT_HEIGHT_MAX)}
        self.sheet.write_comment(number - 1, place, cut(text, TEXT_UNITS), box)


class Exact(Number):
    """A number that is written with all its digits; xlsxwriter would write sixteen of seventeen."""

    def __format__(self, _specification: str) -> str:
        return repr(self).removesuffix(".0")


class Results:
    """The list of all findings, each with a link to its cell."""

    def __init__(self, book: MarkedBook) -> None:
        self.sheet = book.add_sheet(RESULTS)
        self.link = book.workbook.add_format({"font_color": "#0563C1", "underline": 1})
        self.text = book.form(Look(TEXT))
        self.rows = 1
        self.left_out = 0
        columns = [
            (_("Sheet"), 16),
            (_("Row"), 8),
            (_("Column"), 18),
            (_("Kind"), 20),
            (_("Severity"), 8),
            (_("Value"), 28),
            (_("Reason and remedy"), 90),
        ]
        for place, (heading, width) in enumerate(columns):
            self.sheet.set_column(place, place, width)
            self.sheet.write_string(0, place, heading, book.form(Look(bold=True)))
        self.sheet.freeze_panes(1, 0)

    def listed(
        self, findings: Iterable[FindingRow], *, spot_of: Callable[[FindingRow], Spot], sheet: str
    ) -> Iterator[FindingRow]:
        """Write findings of a sheet into the list as they pass by."""
        for finding in findings:
            self.add(finding, spot=spot_of(finding), sheet=sheet)
            yield finding

    def add(self, finding: FindingRow, *, spot: Spot, sheet: str) -> None:
        if self.rows >= ROWS_MAX - 1:
            self.left_out += 1
            return
        self.rows += 1
        link = None
        if self.rows - 1 <= LINKS_MAX:
            link = self.link
            # What concerns the whole sheet leads to its beginning.
            cell = xl_rowcol_to_cell(max(spot[0], 1) - 1, spot[1])
            self.sheet.write_url(self.rows - 1, 1, "internal:'{}'!{}".format(sheet.replace("'", "''"), cell), link)
        self.sheet.write_number(self.rows - 1, 1, finding.row, link)
        severity = {Severity.ERROR: _("Error"), Severity.WARNING: _("Warning")}[Severity(finding.severity)]
        texts = {0: sheet, 2: finding.column, 3: finding.kind, 4: severity, 5: finding.value, 6: finding.message}
        for place, text in texts.items():
            self.sheet.write_string(self.rows - 1, place, text, self.text)

    def close(self) -> None:
        """Say what the list has no room for."""
        if self.left_out:
            text = _("{count} more findings are not listed here; all of them are in findings.csv.")
            self.sheet.write_string(self.rows, 6, text.format(count=self.left_out))


def with_formula(cell: Cell, formula: str, findings: Iterable[FindingRow]) -> Cell:
    """Return what is shown of a cell with a formula: its text where it is a fault or has no value yet.

    A cell that shares the formula of another one has no text of its own.
    """
    is_fault = any(finding.kind == FaultKind.FORMULA_CELL for finding in findings)
    return f"={formula or spell(cell)}" if is_fault or cell == "" else cell


def width_of(cell: Cell) -> int:
    """Return how many half-width characters a cell is wide."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in spell(cell))


def cut(text: str, units: int) -> str:
    """Return the beginning of a text that has so many UTF-16 units at most."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")
