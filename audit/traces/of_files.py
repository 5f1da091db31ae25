"""Files as they were handed in: the file, its sheets, their rows and what was found in them, and who applied them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q

from audit.traces.forms import by_key, by_key_or_hash
from audit.traces.kinds import Finder, Found, Kind, View, down, found, page_of, register, up
from audit.traces.steps import Fact
from imports.layouts import LAYOUTS
from imports.models import Finding, StagedFile, StagedRow, StagedSheet
from ledger.masking import masked, masked_account, masked_id
from payouts.facts import rows_of
from treasury.models import AppliedFile

# The sheet that was applied: by its bytes, its month, its layout and its name.
SHEETS = """
SELECT c.id, max(s.id) FROM {table} c
  JOIN imports_stagedfile f ON f.sha256 = c.sha256 AND f.month = c.month
  JOIN imports_stagedsheet s ON s.file_id = f.id AND s.layout = c.kind AND s.sheet_name = c.sheet
   AND s.status <> 'STAGED'
 WHERE c.id = ANY(%s) GROUP BY c.id
"""

# Columns with long numbers that are of no person and of no account.
NAMES_NOBODY = ("编码", "票据号", "缴款书号", "发票号", "发票号码", "单号")


def staged_sheets_of(table: str) -> Finder:
    """Return the finder of the staged sheets behind applied files."""
    sql = SHEETS.format(table=table)

    def find(files: Sequence[Any], _view: View) -> list[Found]:
        return [Found(file, "sheet", sheet) for file, sheet in rows_of(sql, [file.pk for file in files])]

    return find


def staged_rows_of(*, files: str = "payouts_declaration", field: str = "declaration") -> Finder:
    """Return the finder of the staged rows behind rows that name their file and their place in it."""
    sql = SHEETS.format(table=files)

    def find(rows: Sequence[Any], _view: View) -> list[Found]:
        taken_from = {row.pk: getattr(row, f"{field}_id") for row in rows}
        sheets = dict(rows_of(sql, sorted({key for key in taken_from.values() if key is not None})))
        return [
            Found(row.pk, "row", (sheets[taken_from[row.pk]], row.row)) for row in rows if taken_from[row.pk] in sheets
        ]

    return find


def row_named(text: str) -> Q | None:
    """Read ``5/17``: row 17 of sheet 5."""
    match = re.fullmatch(r"(\d{1,18})/(\d{1,9})", text)
    return Q(sheet=int(match[1]), row=int(match[2])) if match else None


def cells_of(row: StagedRow) -> Iterator[Fact]:
    """Yield the cells of a row under the names of their columns; accounts and ID numbers are masked."""
    layout = LAYOUTS.get(row.sheet.layout)
    if layout is None:
        return
    for column, cell in zip(layout.columns(), row.cells, strict=False):
        if cell:
            yield Fact(column.name, masked_cell(column.name, cell))


def masked_cell(column: str, cell: str) -> str:
    if "身份证" in column:
        return masked_id(cell)
    if column.endswith(NAMES_NOBODY):
        return cell
    return masked_account(cell) if "账号" in column else masked(cell)


def findings_of_rows(rows: Sequence[Any], _view: View) -> list[Found]:
    """Return what was found in rows."""
    wanted = {row.pk for row in rows}
    sheets = {sheet for sheet, _row in wanted}
    places = {place for _sheet, place in wanted}
    found = Finding.objects.filter(sheet__in=sheets, row__in=places).order_by("pk").values_list("sheet", "row", "pk")
    return [Found((sheet, place), "finding", key) for sheet, place, key in found if (sheet, place) in wanted]


def rows_of_sheets(sheets: Sequence[Any], view: View) -> list[Found]:
    """Return a page of the rows of each sheet."""
    found = []
    for sheet in sheets:
        places = StagedRow.objects.filter(sheet=sheet).order_by("row").values_list("row", flat=True)
        found += [Found(sheet.pk, "row", (sheet.pk, row), sheet.rows) for row in places[view.skipped : view.end]]
    return found


def findings_of_sheets(sheets: Sequence[Any], view: View) -> list[Found]:
    """Return a page of what was found in each sheet."""
    return page_of(Finding.objects.filter(sheet__in=sheets), "finding", "sheet", view)


register(
    Kind(
        "file",
        StagedFile,
        "file:17, file:SHA-256",
        "name month sha256 encoding",
        None,
        (down("sheet", "file", at_start=True),),
        parse=by_key_or_hash,
    ),
    Kind(
        "sheet",
        StagedSheet,
        "sheet:17",
        "layout sheet_name header_row rows valid refused status",
        None,
        (
            up("file", "file"),
            found(rows_of_sheets, at_start=True),
            found(findings_of_sheets, at_start=True),
        ),
        by="staged_by",
        at="staged_at",
        parse=by_key,
    ),
    Kind(
        "row",
        StagedRow,
        "row:5/17",
        "row valid",
        None,
        (found(findings_of_rows), up("sheet", "sheet")),
        select=("sheet",),
        refer=lambda row: f"{row.sheet_id}/{row.row}",
        parse=row_named,
        more=cells_of,
    ),
    Kind("finding", Finding, "finding:17", "row column kind severity value cause taken_as", None, parse=by_key),
    Kind(
        "applied-file",
        AppliedFile,
        "applied-file:17",
        "month kind file sheet sha256 rows staged_by",
        None,
        (
            up("replaces", "applied-file", at_start=True),
            found(staged_sheets_of("treasury_appliedfile")),
            down("income", "file", at_start=True),
            down("claim", "file", at_start=True),
            down("unpaid", "file", at_start=True),
            down("opening-figure", "taken_from", at_start=True),
        ),
        by="applied_by",
        at="applied_at",
        parse=by_key,
        subjects=lambda file: [f"applied file/{file.pk}"],
    ),
)
