"""What a search finds, and the lines of an account, as csv or xlsx: what was asked, every row, their count and sums.

Rows are read by one statement, so they are of one moment, and the sums are those of the rows in the file. Documents of
the bureau are in Chinese. Numbers of people and accounts are masked; a text that a spreadsheet would run as a formula
stays a text.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import IO, Final, TypeAlias

from django.utils.translation import gettext as _

from ledger.exports.pages.frames import Frame, Paper, local_time
from ledger.exports.pages.lists import spelled
from ledger.exports.pages.tables import Kind, Row
from ledger.exports.pages.workbooks import Field, open_book
from ledger.masking import masked
from ledger.models import Voucher
from ledger.money import ZERO
from ledger.statements import StatementLine

Cells: TypeAlias = "Sequence[str | Decimal | int | None]"
Facts: TypeAlias = "Sequence[tuple[str, str]]"

CSV, XLSX = "csv", "xlsx"
CONTENT_TYPES: Final = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(slots=True)
class Sums:
    """How many rows have gone into a file, and what their debits and credits come to."""

    rows: int = 0
    debit: Decimal = ZERO
    credit: Decimal = ZERO

    def add(self, debit: Decimal, credit: Decimal) -> None:
        self.rows, self.debit, self.credit = self.rows + 1, self.debit + debit, self.credit + credit


@dataclass(frozen=True, slots=True)
class Found:
    """A list to be written: what it is, what was asked for, its columns, its rows, and the sums that grow with them.

    ``sums_at`` is the place of the column of debits, which that of credits follows.
    """

    title: str
    asked: Facts
    fields: Sequence[Field]
    rows: Iterable[Cells]
    sums: Sums
    sums_at: int

    @property
    def total(self) -> Cells:
        """The row below all others, once they are written."""
        label = _("Total of {count} rows").format(count=self.sums.rows)
        after = len(self.fields) - self.sums_at - 2
        return [label, *[None] * (self.sums_at - 1), self.sums.debit, self.sums.credit, *[None] * after]


def voucher_list(*, vouchers: Iterable[Voucher], asked: Facts) -> Found:
    """Return the vouchers that a search found as a list."""
    sums = Sums()

    def rows() -> Iterator[Cells]:
        for one in vouchers:
            sums.add(one.debit_total, one.credit_total)
            yield [
                one.posting_date.isoformat(),
                str(one),
                one.book.code,
                one.book.name,
                masked(one.summary),
                one.get_kind_display(),
                str(one.preparer_id),
                one.debit_total,
                one.credit_total,
            ]

    fields = [
        Field(_("Date"), 6),
        Field(_("Number"), 5),
        Field(_("Book code"), 7),
        Field(_("Book"), 8),
        Field(_("Summary"), 24),
        Field(_("Kind"), 6),
        Field(_("Prepared by"), 8),
        Field(_("Debit"), 10),
        Field(_("Credit"), 10),
    ]
    return Found(_("Vouchers that a search found"), asked, fields, rows(), sums, sums_at=7)


def line_list(*, lines: Sequence[StatementLine], opening: Decimal, asked: Facts) -> Found:
    """Return the lines of an account as a list, with the balance before them and after each."""
    sums = Sums()

    def rows() -> Iterator[Cells]:
        yield ["", "", _("Opening balance"), "", None, None, opening]
        for one in lines:
            sums.add(one.debit, one.credit)
            yield [
                one.posting_date.isoformat(),
                one.voucher,
                masked(one.summary),
                one.fund,
                one.debit,
                one.credit,
                one.balance,
            ]

    fields = [
        Field(_("Date"), 6),
        Field(_("Voucher"), 5),
        Field(_("Summary"), 24),
        Field(_("Fund"), 6),
        Field(_("Debit"), 10),
        Field(_("Credit"), 10),
        Field(_("Balance, debit above zero"), 12),
    ]
    return Found(_("Lines of the account"), asked, fields, rows(), sums, sums_at=4)


def write_found(*, file: IO[bytes], found: Found, kind: str, at: datetime) -> None:
    """Write a list as csv or xlsx; its sums are complete afterwards."""
    WRITERS[kind](file, found, at)


def write_csv(file: IO[bytes], found: Found, at: datetime) -> None:
    """Write what was asked, an empty line, the rows and their sums; UTF-8 with BOM."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([spelled(found.title)])
    writer.writerows([spelled(name), spelled(said)] for name, said in stated(found, at))
    writer.writerow([])
    writer.writerow([field.head for field in found.fields])
    writer.writerows([spelled(cell) for cell in row] for row in found.rows)
    writer.writerow([spelled(cell) for cell in found.total])
    text.flush()
    text.detach()


def write_xlsx(file: IO[bytes], found: Found, at: datetime) -> None:
    """Write a sheet of the rows with their sums, and a sheet of what was asked."""
    frame = Frame(
        title=found.title,
        facts=[f"{name}：{said}" for name, said in found.asked],
        unit=_("Unit: yuan"),
        statement="",
        printed_at=at,
        paper=Paper.LANDSCAPE,
    )
    with open_book(file=file, frame=frame) as book:
        book.long_sheet(name=_("Rows"), fields=found.fields, rows=with_total(found))
        counted: list[Cells] = [
            (_("Rows"), found.sums.rows),
            (_("Debit"), found.sums.debit),
            (_("Credit"), found.sums.credit),
        ]
        fields = [Field(_("What"), 16), Field(_("Stated"), 40)]
        book.sheet(name=_("What was asked"), fields=fields, rows=[*stated(found, at), *counted], total=None)


def with_total(found: Found) -> Iterator[Row]:
    for row in found.rows:
        yield Row(row)
    yield Row(found.total, Kind.SUM)


def stated(found: Found, at: datetime) -> list[tuple[str, str]]:
    return [*found.asked, (_("Made at"), f"{local_time(at):%Y-%m-%d %H:%M:%S}")]


WRITERS: Final = {CSV: write_csv, XLSX: write_xlsx}
