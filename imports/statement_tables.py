"""Read a bank's statement that is a table: csv in UTF-8 or GB18030, or a workbook, by a template of its titles.

What cannot be read names its row and column, never what stands there: it may be an account or a name.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from imports.cleaning.amounts import clean_amount
from imports.cleaning.dates import clean_date
from imports.cleaning.texts import clean_text
from imports.fault_kinds import FaultKind
from imports.reading.sheets import Cell, SheetRows, Unreadable, read_file
from ledger.money import ZERO
from ledger.refusals import UnableToPost
from payouts.bank_files.statement_templates import NEEDED, WANTED, StatementTemplate
from payouts.iso20022.table_statements import PlainRow

ROWS_ABOVE_HEADER = 20
WRONG = {FaultKind.BAD_AMOUNT, FaultKind.THREE_DECIMALS, FaultKind.BAD_DATE}


class TableRefused(UnableToPost):
    """A table is no statement of this template, or a cell of it cannot be read."""

    message = _("The table is no statement that can be read.")
    remedy = _("Ask the bank for the statement with date, debit, credit and balance, or choose its template.")


def statement_rows(*, file: str, content: bytes, template: StatementTemplate) -> Sequence[PlainRow]:
    """Return the movements of the first sheet that has the titles of a statement.

    :raises TableRefused: naming the row and the column at fault
    """
    try:
        _fact, sheets = read_file(file=file, content=content)
        for sheet in sheets:
            rows = rows_of_sheet(sheet, file=file, template=template)
            if rows is not None:
                return rows
    except Unreadable as unreadable:
        raise TableRefused("statement_is_readable", {"file": file, "fault": unreadable.name.value}) from unreadable
    raise TableRefused("statement_has_its_titles", {"file": file, "template": template.name})


def rows_of_sheet(sheet: SheetRows, *, file: str, template: StatementTemplate) -> Sequence[PlainRow] | None:
    places: dict[str, int] = {}
    found: list[PlainRow] = []
    for number, cells in sheet.rows:
        if not places:
            places = places_in(cells, template)
            if not places and number > ROWS_ABOVE_HEADER:
                return None
        elif is_movement(cells, template):
            found.append(row_of(number, cells, places, file=file))
    return found if places else None


def places_in(cells: Sequence[Cell], template: StatementTemplate) -> dict[str, int]:
    """Return where the columns stand, if a row has all titles that are needed."""
    places: dict[str, int] = {}
    for at, cell in enumerate(cells):
        column = template.column_of("".join(clean_text(cell).text.split()))
        if column and column not in places:
            places[column] = at
    return places if set(NEEDED) <= set(places) else {}


def is_movement(cells: Sequence[Cell], template: StatementTemplate) -> bool:
    """Tell a movement from an empty row, and from one that sums others."""
    texts = [text for text in (clean_text(cell).text for cell in cells) if text]
    return bool(texts) and not texts[0].startswith(tuple(template.totals))


def row_of(number: int, cells: Sequence[Cell], places: Mapping[str, int], *, file: str) -> PlainRow:
    told = {name: cells[at] if at < len(cells) else "" for name, at in places.items()}
    amounts = {name: amount_in(told[name], name, number, file) for name in ("debit", "credit")}
    balance = amount_in(told["balance"], "balance", number, file)
    if balance is None or (not amounts["debit"] and not amounts["credit"]):
        raise TableRefused("statement_row_is_whole", {"file": file, "row": number})
    return PlainRow(
        line=number,
        on=day_in(told["date"], number, file),
        debit=amounts["debit"] or ZERO,
        credit=amounts["credit"] or ZERO,
        balance=balance,
        **{name: clean_text(told.get(name, "")).text for name in WANTED},
    )


def amount_in(cell: Cell, column: str, row: int, file: str) -> Decimal | None:
    text, faults = clean_amount(cell)
    if WRONG & set(faults):
        raise TableRefused("statement_cell_is_readable", {"file": file, "row": row, "column": column})
    return Decimal(text) if text else None


def day_in(cell: Cell, row: int, file: str) -> date:
    """Return a day; a time of day behind it is left out."""
    words = cell.split() if isinstance(cell, str) else []
    text, faults = clean_date(words[0] if words else cell)
    if not text or WRONG & set(faults):
        raise TableRefused("statement_cell_is_readable", {"file": file, "row": row, "column": "date"})
    return date.fromisoformat(text)
