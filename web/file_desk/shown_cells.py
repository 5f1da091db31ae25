"""What a page shows of the cells of a sheet: ID and account numbers by their ends alone."""

from typing import Any

from imports.findings import message_of
from imports.layouts import LAYOUTS, Column, Layout
from imports.layouts.widgets import NUMBERS, Account, Code, Count, CreditCode, Date, IdNumber, Month
from imports.models import Finding
from imports.voucher_cells import HALF_WIDTH
from ledger.masking import masked, masked_account, masked_id

PLAIN = (*NUMBERS, Code, CreditCode, Count, Date, Month)

CODE_MAX = 12  # places of the code of a unit; an ID number has more


def layout_of(key: str) -> type[Layout] | None:
    """Return the layout of a sheet, or nothing if it has none."""
    return LAYOUTS.get(key)


def masked_cell(layout: type[Layout], column: Column, text: str, *, is_sound: bool) -> str:
    """Return a cell as it is shown.

    A sound row has numbers of people and accounts in their own columns; another one may have them anywhere.
    """
    if isinstance(column.cell, IdNumber):
        return masked_id(text)
    if isinstance(column.cell, Account):
        return masked_account(text)
    if isinstance(column.cell, Code) and len(text) <= CODE_MAX:
        return text
    if is_sound and (isinstance(column.cell, PLAIN) or column.name == layout.row_key):
        return text
    return masked(text.translate(HALF_WIDTH))


def masked_finding(layout: type[Layout] | None, finding: Finding) -> tuple[str, str]:
    """Return what a finding found and its message as they are shown."""
    column = next((one for one in layout.columns() if one.name == finding.column), None) if layout else None
    said: dict[str, Any] = {}
    for name in ("value", "cause", "taken_as"):
        text = getattr(finding, name)
        said[name] = masked_cell(layout, column, text, is_sound=False) if layout and column else masked(text)
    if column is not None and isinstance(column.cell, IdNumber | Account):
        said["cause"] = masked(finding.cause)  # another row, a day, the fault of another file
    told = Finding(row=finding.row, column=finding.column, kind=finding.kind, severity=finding.severity, **said)
    return said["value"], message_of(told)
