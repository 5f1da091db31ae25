"""The bank's answer to a list: read exactly as it stands, or refused as a whole by name.

A result file moves money, so nothing in it is guessed: one row that cannot be read, one code that
the template does not know, or one total that disagrees refuses the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from ledger.money import ZERO, InexactAmount
from payouts.bank_files.characters import CONTROL
from payouts.bank_files.lines import WrongEncoding, amount_of, is_summary, is_whole, numbered_lines
from payouts.bank_files.templates import AmountUnit, Field, Meaning, SummaryField, SummaryPart, Template

SHOWN_MAX = 10


class ResultFault(StrEnum):
    """What is wrong with a result file."""

    EMPTY = "empty"
    WRONG_ENCODING = "wrong_encoding"
    WRONG_HEADER = "wrong_header"
    WRONG_COLUMNS = "wrong_columns"
    BLANK_LINE = "blank_line"
    CONTROL_CHARACTER = "control_character"
    SERIAL_NOT_A_NUMBER = "serial_not_a_number"
    DUPLICATE_SERIAL = "duplicate_serial"
    AMOUNT_NOT_EXACT = "amount_not_exact"
    UNKNOWN_CODE = "unknown_code"
    TRAILER_MISSING = "trailer_missing"
    TRAILER_DISAGREES = "trailer_disagrees"
    TEXT_AFTER_TRAILER = "text_after_trailer"


class Remedy(StrEnum):
    """What the officer does about it."""

    ASK_BANK_FOR_WHOLE_FILE = "ask_bank_for_whole_file"  # it was cut short, or changed on the way
    ASK_BANK_TO_CORRECT = "ask_bank_to_correct"
    ASK_BANK_WHAT_CODE_MEANS = "ask_bank_what_code_means"  # then add it to the template
    CHOOSE_TEMPLATE = "choose_template"  # it is the file of another template, or no result file


REMEDIES = {
    ResultFault.EMPTY: Remedy.ASK_BANK_FOR_WHOLE_FILE,
    ResultFault.WRONG_ENCODING: Remedy.CHOOSE_TEMPLATE,
    ResultFault.WRONG_HEADER: Remedy.CHOOSE_TEMPLATE,
    ResultFault.WRONG_COLUMNS: Remedy.CHOOSE_TEMPLATE,
    ResultFault.BLANK_LINE: Remedy.ASK_BANK_FOR_WHOLE_FILE,
    ResultFault.CONTROL_CHARACTER: Remedy.ASK_BANK_FOR_WHOLE_FILE,
    ResultFault.SERIAL_NOT_A_NUMBER: Remedy.CHOOSE_TEMPLATE,
    ResultFault.DUPLICATE_SERIAL: Remedy.ASK_BANK_TO_CORRECT,
    ResultFault.AMOUNT_NOT_EXACT: Remedy.ASK_BANK_TO_CORRECT,
    ResultFault.UNKNOWN_CODE: Remedy.ASK_BANK_WHAT_CODE_MEANS,
    ResultFault.TRAILER_MISSING: Remedy.ASK_BANK_FOR_WHOLE_FILE,
    ResultFault.TRAILER_DISAGREES: Remedy.ASK_BANK_FOR_WHOLE_FILE,
    ResultFault.TEXT_AFTER_TRAILER: Remedy.ASK_BANK_FOR_WHOLE_FILE,
}


class BadResultFile(ValueError):
    """A result file that is refused whole; ``line`` from 1, 0 for the file.

    ``place`` is the column or total at fault, ``stated`` what the file says there and ``found`` what
    its rows say. A cell of a row is shown only if it is too short to be an account or an ID number.
    """

    def __init__(self, fault: ResultFault, *, line: int, place: str = "", stated: str = "", found: str = "") -> None:
        super().__init__(f"line {line}: {fault}" + (f" ({place}: {stated!r}, {found!r})" if place else ""))
        self.fault = fault
        self.remedy = REMEDIES[fault]
        self.line = line
        self.place = place
        self.stated = stated
        self.found = found


class ResultRow(NamedTuple):
    """What the bank says of one payment; ``amount`` in yuan, ``line`` from 1.

    Texts of columns that the bank's file lacks are empty; ``ResultFile.columns`` says which it has.
    """

    serial: int
    name: str
    account: str
    amount: Decimal
    id_number: str
    code: str
    text: str
    meaning: Meaning
    line: int

    def __repr__(self) -> str:
        """Leave out account and ID number, so that no log and no exception carries them."""
        return (
            f"ResultRow(serial={self.serial!r}, name={self.name!r}, amount={self.amount!r}, code={self.code!r},"
            f" text={self.text!r}, meaning={self.meaning!r}, line={self.line!r})"
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """Numbers of rows and sums in yuan: of all, of those that succeeded, of those that failed."""

    count: int
    total: Decimal
    ok_count: int
    ok_total: Decimal
    failed_count: int
    failed_total: Decimal


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A result file that agrees with itself; ``sha256`` of its bytes, so that it is applied once."""

    rows: Sequence[ResultRow] = field(repr=False)
    totals: Totals
    columns: frozenset[Field]
    sha256: str


def read_results(*, content: bytes, template: Template) -> ResultFile:
    """Read a bank's result file; a byte order mark, LF for CRLF and blank lines at the end are no fault.

    :raises BadResultFile: naming the first fault, its line and its remedy; nothing of the file is to be applied
    """
    try:
        rows, trailer = read_lines(content, template)
    except WrongEncoding as error:
        raise BadResultFile(ResultFault.WRONG_ENCODING, line=error.line) from error
    if not rows and trailer is None:
        raise BadResultFile(ResultFault.EMPTY, line=0)
    if template.result.trailer and trailer is None:
        raise BadResultFile(ResultFault.TRAILER_MISSING, line=0)
    totals = totals_of(rows)
    if trailer is not None:
        check_trailer(trailer, totals, template)
    if not rows:
        raise BadResultFile(ResultFault.EMPTY, line=0)
    return ResultFile(
        rows=rows,
        totals=totals,
        columns=frozenset(column.field for column in template.result.columns),
        sha256=sha256(content).hexdigest(),
    )


Trailer = tuple[int, list[str]]  # its line and its cells


def read_lines(content: bytes, template: Template) -> tuple[list[ResultRow], Trailer | None]:
    rows: list[ResultRow] = []
    places = places_of(template)
    serials: set[int] = set()
    trailer: Trailer | None = None
    blank = 0
    for line, text in numbered_lines(content=content, encoding=template.encoding):
        if not text:
            blank = blank or line
            continue
        if trailer is not None:
            raise BadResultFile(ResultFault.TEXT_AFTER_TRAILER, line=line)
        if blank:
            raise BadResultFile(ResultFault.BLANK_LINE, line=blank)
        cells = cells_of(text, template, line)
        if line == 1 and template.result.header:
            check_header(cells, template)
        elif template.result.trailer and cells[0] == template.result.trailer[0].constant:
            trailer = (line, cells)
        else:
            row = row_of(cells, places, template, line)
            if row.serial in serials:
                raise BadResultFile(ResultFault.DUPLICATE_SERIAL, line=line, place="serial", stated=str(row.serial))
            serials.add(row.serial)
            rows.append(row)
    return rows, trailer


def cells_of(text: str, template: Template, line: int) -> list[str]:
    cells = text.split(template.delimiter)
    if not text.isprintable() and any(CONTROL.search(cell) for cell in cells):
        raise BadResultFile(ResultFault.CONTROL_CHARACTER, line=line)
    return cells


def check_header(cells: Sequence[str], template: Template) -> None:
    if not is_summary(cells, template.result.header):
        raise BadResultFile(ResultFault.WRONG_HEADER, line=1)


class Places(NamedTuple):
    """Where the cells of a line stand; a column that the bank's file lacks stands behind the last, where '' is."""

    width: int
    serial: int
    name: int
    account: int
    amount: int
    id_number: int
    code: int
    text: int


def places_of(template: Template) -> Places:
    columns = template.result.columns
    at = {column.field: place for place, column in enumerate(columns)}
    fields = (Field.SERIAL, Field.NAME, Field.ACCOUNT, Field.AMOUNT, Field.ID_NUMBER, Field.CODE, Field.TEXT)
    return Places(len(columns), *(at.get(field, len(columns)) for field in fields))


def row_of(cells: Sequence[str], places: Places, template: Template, line: int) -> ResultRow:
    if len(cells) != places.width:
        raise BadResultFile(
            ResultFault.WRONG_COLUMNS, line=line, place="columns", stated=str(len(cells)), found=str(places.width)
        )
    cells = [*cells, ""]
    if not is_whole(cells[places.serial]):
        raise BadResultFile(ResultFault.SERIAL_NOT_A_NUMBER, line=line)
    code = cells[places.code]
    if code not in template.result.codes:
        raise BadResultFile(ResultFault.UNKNOWN_CODE, line=line, place="code", stated=shown(code))
    try:
        amount = amount_of(cells[places.amount], template.amount_unit)
    except InexactAmount:
        stated = shown(cells[places.amount])
        raise BadResultFile(ResultFault.AMOUNT_NOT_EXACT, line=line, place="amount", stated=stated) from None
    return ResultRow(
        serial=int(cells[places.serial]),
        name=cells[places.name],
        account=cells[places.account],
        amount=amount,
        id_number=cells[places.id_number],
        code=code,
        text=cells[places.text],
        meaning=template.result.codes[code].meaning,
        line=line,
    )


def shown(cell: str) -> str:
    """Return a cell that a message may carry: if columns are shifted, it could be an account."""
    return cell if cell.isascii() and len(cell) <= SHOWN_MAX else ""


def totals_of(rows: Sequence[ResultRow]) -> Totals:
    settled = [row.amount for row in rows if row.meaning is Meaning.SETTLED]
    failed = [row.amount for row in rows if row.meaning is not Meaning.SETTLED]
    ok_total, failed_total = sum(settled, ZERO), sum(failed, ZERO)
    return Totals(
        count=len(rows),
        total=ok_total + failed_total,
        ok_count=len(settled),
        ok_total=ok_total,
        failed_count=len(failed),
        failed_total=failed_total,
    )


def check_trailer(trailer: Trailer, totals: Totals, template: Template) -> None:
    line, cells = trailer
    parts = template.result.trailer
    if not is_summary(cells, parts):
        raise BadResultFile(
            ResultFault.WRONG_COLUMNS, line=line, place="trailer", stated=str(len(cells)), found=str(len(parts))
        )
    for cell, part in zip(cells, parts, strict=True):
        if part.field is not SummaryField.CONSTANT:
            check_total(cell, part, totals, template, line)


def check_total(cell: str, part: SummaryPart, totals: Totals, template: Template, line: int) -> None:
    found: int | Decimal = getattr(totals, part.field)
    if isinstance(found, Decimal):
        holds = is_amount(cell, found, template.amount_unit)
    else:
        holds = is_whole(cell) and int(cell) == found
    if not holds:
        raise BadResultFile(
            ResultFault.TRAILER_DISAGREES, line=line, place=part.field, stated=cell[:30], found=str(found)
        )


def is_amount(cell: str, amount: Decimal, unit: AmountUnit) -> bool:
    try:
        return amount_of(cell, unit) == amount
    except InexactAmount:
        return False
