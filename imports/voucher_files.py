"""Read a file of vouchers: csv in UTF-8 or GB18030, or a workbook, with English or Chinese headers.

Reading finds the header and turns cells into text; what the texts mean is judged in
``voucher_faults``. Row numbers are those a spreadsheet shows; in csv those of the lines.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from imports.voucher_cells import half_width, text_of

# Each column and the headers it may have, spaces aside; the first is the one a message proposes.
HEADERS: dict[str, tuple[str, ...]] = {
    "book": ("账套", "book", "帐套", "账套编码", "账套代码"),
    "voucher": ("凭证", "voucher", "凭证号", "凭证编号"),
    "date": ("日期", "date", "凭证日期", "记账日期"),
    "type": ("凭证字", "type", "vouchertype", "凭证类型"),
    "kind": ("类别", "kind", "凭证类别"),
    "summary": ("摘要", "summary"),
    "account": ("科目", "account", "科目编码", "科目代码"),
    "sub_account": ("明细科目", "sub-account", "subaccount", "sub_account", "明细科目编码", "明细科目代码"),
    "fund": ("资金性质", "fund", "资金性质编码"),
    "debit": ("借方金额", "debit", "借方"),
    "credit": ("贷方金额", "credit", "贷方"),
    "functional": ("功能分类", "functional", "functionalclass", "支出功能分类"),
    "economic": ("经济分类", "economic", "economicclass", "支出经济分类"),
    "project": ("项目", "project", "项目编码"),
    "unit": ("单位", "unit", "单位编码"),
    "counterparty": ("往来单位", "counterparty", "往来单位编码"),
    "attachments": ("附件数", "attachments", "附件张数"),
    "paper": ("依据文件", "paper", "依据"),
}
COLUMN_OF = {header: column for column, headers in HEADERS.items() for header in headers}
REQUIRED = ("book", "voucher", "date", "summary", "account", "fund", "debit", "credit")
CODES = ("book", "type", "kind", "account", "sub_account", "fund", "functional", "economic", "project", "unit")
ROWS_ABOVE_HEADER = 20
TOTALS = ("合计", "总计", "total")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a file: where it is, what stands there, why it is wrong, what to do. Row 0 is the whole sheet."""

    file: str
    sheet: str
    row: int
    column: str
    value: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        place = [
            self.file,
            self.sheet and _("sheet {name}").format(name=self.sheet),
            self.row and _("row {number}").format(number=self.row),
            self.column and _("column {name}").format(name=self.column),
        ]
        value = f" {self.value!r}" if self.value else ""
        return f"{', '.join(str(part) for part in place if part)}:{value} {self.reason} {self.remedy}"


class UnableToImport(Exception):
    """A file cannot be imported; nothing is posted then."""


class FileRefused(UnableToImport):
    """The file is faulty; ``findings`` names every fault."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with vouchers; ``headers`` has each column's header as the file writes it."""

    file: str
    name: str
    headers: Mapping[str, str]

    def finding(self, *, row: int, column: str, value: str, reason: str, remedy: str) -> Finding:
        header = self.headers.get(column) or HEADERS.get(column, (column,))[0]
        return Finding(self.file, self.name, row, header, value, reason, remedy)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a sheet as clean texts by column; a column the file lacks is missing here too."""

    sheet: Sheet
    number: int
    texts: Mapping[str, str]

    def text(self, column: str) -> str:
        return self.texts.get(column, "")

    def finding(self, column: str, reason: str, remedy: str) -> Finding:
        return self.sheet.finding(row=self.number, column=column, value=self.text(column), reason=reason, remedy=remedy)


Cells = tuple[int, list[str]]  # the number of a row and its texts


def read_rows(*, file: str, content: bytes) -> list[FileRow]:
    """Return the rows of all sheets that have the columns of vouchers.

    :raises FileRefused: if there is no such sheet, or its columns are not clear
    """
    findings: list[Finding] = []
    rows: list[FileRow] = []
    sheets = workbook_sheets(file, content) if content.startswith((b"PK", b"\xd0\xcf")) else csv_sheet(file, content)
    for name, cells in sheets:
        rest = iter(cells)
        header = next((row for row in islice(rest, ROWS_ABOVE_HEADER) if is_header(row[1])), None)
        if header is None:
            continue  # a sheet of something else
        faults = list(header_faults(file, name, header))
        findings.extend(faults)
        if not faults:
            rows.extend(rows_below(Sheet(file, name, headers_of(header[1])), header[1], rest, findings))
    if not rows and not findings:
        findings.append(
            Finding(
                file=file,
                sheet="",
                row=0,
                column="",
                value="",
                reason=_("No voucher is in this file."),
                remedy=_("Give it one row of headers with at least {headers}, and rows below.").format(
                    headers=" ".join(HEADERS[column][0] for column in REQUIRED)
                ),
            )
        )
    if findings:
        raise FileRefused(findings)
    return rows


def workbook_sheets(file: str, content: bytes) -> Iterator[tuple[str, Iterator[Cells]]]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield name, ((number, [text_of(cell) for cell in row]) for number, row in enumerate(rows, start=1))
    except PasswordError as error:
        raise unreadable(file, _("The workbook is locked."), _("Save it without a password.")) from error
    except CalamineError as error:
        reason = _("The workbook cannot be read: {error}.").format(error=error)
        raise unreadable(file, reason, _("Open it, save it again as xlsx, or as csv in UTF-8.")) from error


def csv_sheet(file: str, content: bytes) -> Iterator[tuple[str, Iterator[Cells]]]:
    yield "", csv_cells(file, text_in(file, content))


def text_in(file: str, content: bytes) -> str:
    """Return the text of a csv: UTF-8 if it is that, with or without a mark in front, else GB18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    reason = _("The file is neither UTF-8 nor GB18030 text, and no workbook.")
    raise unreadable(file, reason, _("Save it as csv in UTF-8, or as xlsx."))


def csv_cells(file: str, text: str) -> Iterator[Cells]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, [text_of(cell) for cell in cells]
            number = reader.line_num + 1
    except csv.Error as error:
        reason = _("Row {row} is no csv: {error}.").format(row=number, error=error)
        raise unreadable(file, reason, _("Put texts that hold a comma or a quote between quotes.")) from error


def unreadable(file: str, reason: str, remedy: str) -> FileRefused:
    return FileRefused([Finding(file, "", 0, "", "", reason, remedy)])


def is_header(cells: Iterable[str]) -> bool:
    columns = {COLUMN_OF.get(plain_header(cell)) for cell in cells}
    return len(columns.intersection(REQUIRED)) > len(REQUIRED) // 2


def plain_header(text: str) -> str:
    return "".join(half_width(text).split()).lower()


def headers_of(cells: Iterable[str]) -> dict[str, str]:
    return {COLUMN_OF[plain_header(cell)]: cell for cell in cells if cell}


def header_faults(file: str, sheet: str, header: Cells) -> Iterator[Finding]:
    """Yield what is not clear about the columns; a column that nobody reads would be lost in silence."""
    number, cells = header
    seen: set[str] = set()
    for cell in filter(None, cells):
        column = COLUMN_OF.get(plain_header(cell))
        if column is None:
            reason = _("A voucher file has no such column.")
            remedy = _("Remove the column, or call it one of: {headers}.").format(
                headers=" ".join(headers[0] for headers in HEADERS.values())
            )
            yield Finding(file, sheet, number, cell, "", reason, remedy)
        elif column in seen:
            yield Finding(file, sheet, number, cell, "", _("The column stands twice."), _("Remove one of them."))
        else:
            seen.add(column)
    for column in REQUIRED:
        if column not in seen:
            reason, remedy = _("The column is missing."), _("Add it; the order of the columns is free.")
            yield Finding(file, sheet, number, HEADERS[column][0], "", reason, remedy)


def rows_below(sheet: Sheet, header: list[str], rest: Iterable[Cells], findings: list[Finding]) -> Iterator[FileRow]:
    """Yield the rows below a header, without empty rows and rows of totals."""
    columns = [COLUMN_OF.get(plain_header(cell), "") for cell in header]
    for number, cells in rest:
        if not any(cells) or is_total(columns, cells):
            continue
        texts = {
            column: half_width(cell) if column in CODES else cell
            for column, cell in zip(columns, cells, strict=False)
            if cell and column
        }
        beyond = [cell for at, cell in enumerate(cells) if cell and (at >= len(columns) or not columns[at])]
        if beyond:
            reason = _("The row has more cells than the header.")
            remedy = _("Put amounts with thousands separators between quotes, or remove what stands there.")
            findings.append(Finding(sheet.file, sheet.name, number, "", beyond[0], reason, remedy))
        yield FileRow(sheet, number, texts)


def is_total(columns: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether a row only adds up the ones above: it says so first, and names no account."""
    first = next(filter(None, cells)).lower()
    accounts = [cell for column, cell in zip(columns, cells, strict=False) if column in ("account", "sub_account")]
    return "".join(first.split()) in TOTALS and not any(accounts)
