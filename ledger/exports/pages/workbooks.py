"""Rows as a workbook that stays small in memory: real numbers, a head that stays in sight, A4 in print."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from ledger.exports.pages.frames import Frame, Paper, local_time
from ledger.exports.pages.tables import Cell, Kind, Row
from ledger.money import in_full

EXACT_BELOW: Final = Decimal(10) ** 13  # a cell holds 15 digits; what is larger is written as text
FONT: Final = "宋体"
AMOUNT: Final = "#,##0.00"
RED: Final = "#,##0.00;[Red]-#,##0.00"
ROWS_IN_SHEET: Final = 1_000_000  # a sheet takes 1,048,576
SHEET_NAME_MAX: Final = 31


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a sheet or list: its head and how many Chinese characters wide it is."""

    head: str
    width: int


Values = Sequence[str | Decimal | int | None]


class PlainSheet(Worksheet):  # type: ignore[misc]
    """A worksheet whose texts are texts: xlsxwriter takes one between <r> and </r> for XML of its own."""

    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        self._xml_inline_string(string, None, attributes)


class Book:
    """A workbook being written, sheet after sheet and row after row."""

    def __init__(self, workbook: Any, frame: Frame) -> None:
        self.workbook = workbook
        self.frame = frame
        self.plain = self.form({})
        self.amount = self.form({"num_format": AMOUNT})
        self.red = self.form({"num_format": RED})
        self.bold_red = self.form({"bold": True, "num_format": RED})
        self.bold = self.form({"bold": True})
        self.bold_amount = self.form({"bold": True, "num_format": AMOUNT})
        self.head = self.form({"bold": True, "text_wrap": True, "align": "center", "bg_color": "#EDEDED", "border": 1})
        self.title = self.form({"bold": True, "font_size": 14})

    def form(self, features: Mapping[str, Any]) -> Any:
        return self.workbook.add_format({"font_name": FONT, "font_size": 10, "valign": "vcenter", **features})

    def sheet(self, *, name: str, fields: Sequence[Field], rows: Iterable[Values], total: Values | None) -> int:
        """Add a sheet and return the number of its rows; ``total`` is written below them in bold."""
        sheet = self.begin_sheet(name, 1, fields)
        row = HEAD_ROW
        for row, values in enumerate(rows, start=HEAD_ROW + 1):
            self.write_row(sheet, row, values, self.plain, self.amount)
        if total is not None:
            self.write_row(sheet, row + 1, total, self.bold, self.bold_amount)
        if row > HEAD_ROW:
            sheet.autofilter(HEAD_ROW, 0, row, len(fields) - 1)
        return row - HEAD_ROW

    def long_sheet(self, *, name: str, fields: Sequence[Field], rows: Iterable[Row]) -> int:
        """Add a sheet, row by row, and as many more as a workbook needs for all rows; return how many rows there are.

        Sums and headings over rows are bold; an amount in red is red.
        """
        written, sheet = 0, None
        for written, row in enumerate(rows, start=1):
            place = (written - 1) % ROWS_IN_SHEET
            if sheet is None or not place:
                sheet = self.begin_sheet(name, (written - 1) // ROWS_IN_SHEET + 1, fields)
            plain, amount = (self.plain, self.red) if row.kind is Kind.BODY else (self.bold, self.bold_red)
            self.write_row(sheet, HEAD_ROW + 1 + place, single(row.cells), plain, amount)
        if sheet is None:
            self.begin_sheet(name, 1, fields)
        return written

    def begin_sheet(self, name: str, number: int, fields: Sequence[Field]) -> Any:
        named = name if number == 1 else f"{name[: SHEET_NAME_MAX - 4]} {number}"
        sheet = self.workbook.add_worksheet(named[:SHEET_NAME_MAX], PlainSheet)
        for column, each in enumerate(fields):
            sheet.set_column(column, column, each.width * 2 + 1)
        self.write_head(sheet, fields)
        return sheet

    def write_head(self, sheet: Any, fields: Sequence[Field]) -> None:
        frame = self.frame
        sheet.freeze_panes(HEAD_ROW + 1, 0)
        sheet.repeat_rows(HEAD_ROW)
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        if frame.paper is Paper.LANDSCAPE:
            sheet.set_landscape()
        sheet.set_footer("&L" + printed(frame.printed_at) + "&R&P / &N")
        sheet.write_string(0, 0, frame.title, self.title)
        sheet.write_string(1, 0, "　".join([*frame.facts, frame.unit, printed(frame.printed_at)]), self.plain)
        sheet.write_string(2, 0, frame.statement, self.plain)
        sheet.set_row(HEAD_ROW, 30)
        for column, each in enumerate(fields):
            sheet.write_string(HEAD_ROW, column, each.head, self.head)

    def write_row(self, sheet: Any, row: int, values: Values, plain: Any, amount: Any) -> None:
        for column, value in enumerate(values):
            if isinstance(value, Decimal) and abs(value) < EXACT_BELOW:
                sheet.write_number(row, column, value, amount)
            elif isinstance(value, int):
                sheet.write_number(row, column, value, plain)
            elif value is not None:
                # write_string, never write: what begins with = is a text here and stays one.
                sheet.write_string(row, column, in_full(value) if isinstance(value, Decimal) else value, plain)


HEAD_ROW: Final = 3


def single(cells: Sequence[Cell]) -> Values:
    """Return the cells of a row that stacks none."""
    return [None if isinstance(cell, tuple) else cell for cell in cells]


@contextmanager
def open_book(*, file: IO[bytes], frame: Frame) -> Iterator[Book]:
    """Write a workbook row by row. The same rows and time of printing give the same bytes.

    When the block fails, nothing of it is left in the folder of temporary files.
    """
    with TemporaryDirectory(prefix="tongfa-book-") as folder:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": folder}
        workbook = Workbook(file, options)
        workbook.set_properties(
            {
                "title": frame.title,
                "author": "Tongfa 统发",
                "created": local_time(frame.printed_at).replace(tzinfo=None),
            }
        )
        try:
            yield Book(workbook, frame)
            workbook.close()
        finally:
            for sheet in workbook.worksheets():
                sheet._opt_close()  # the rows that are not in the workbook yet


def printed(at: datetime) -> str:
    return f"{local_time(at):%Y-%m-%d %H:%M}"
