"""A staged sheet as its page shows it: control totals, findings, and the rows about one of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from imports.fault_kinds import Severity
from imports.fault_names import FAULT_NAMES
from imports.layouts.widgets import NUMBERS
from imports.models import ControlTotal, Finding, StagedRow, StagedSheet
from ledger.money import ZERO
from web.file_desk.shown_cells import layout_of, masked_cell, masked_finding

FINDINGS_SHOWN = 50
ROWS_SHOWN = 30
ROWS_BEFORE = 4


@dataclass(frozen=True)
class Totals:
    """The control totals of a sheet: a row of amounts for each township, and one for the whole."""

    items: Sequence[str]
    townships: Sequence[tuple[str, int, Sequence[Any]]]
    whole: Sequence[Any]


def totals_of_sheet(sheet: StagedSheet) -> Totals:
    """Return the control totals of the valid rows of a sheet."""
    items: dict[str, None] = {}
    rows: dict[str, int] = {}
    amounts: dict[tuple[str, str], Any] = defaultdict(lambda: ZERO)
    for total in ControlTotal.objects.filter(sheet=sheet).order_by("pk"):
        if total.item:
            items[total.item] = None
            amounts[total.township, total.item] = total.amount
        else:
            rows[total.township] = total.rows
    return Totals(
        items=list(items),
        townships=[(name, count, [amounts[name, item] for item in items]) for name, count in rows.items() if name],
        whole=[amounts["", item] for item in items],
    )


@dataclass(frozen=True)
class ListedFinding:
    """A finding as the grid shows it; ``anchor`` is the cell of its row, '' where the stage has no such row."""

    finding: Finding
    severity: str
    rule: str
    value: str
    message: str
    anchor: str
    rows_from: int


def findings_by_severity(sheet: StagedSheet) -> Mapping[str, int]:
    """Return how many findings of each severity a sheet has."""
    counts = dict(Finding.objects.filter(sheet=sheet).order_by().values_list("severity").annotate(Count("pk")))
    return {severity.value: counts.get(severity.value, 0) for severity in Severity}


def findings_page(
    sheet: StagedSheet, *, severity: str, after: tuple[int, int] | None
) -> tuple[Sequence[ListedFinding], str]:
    """Return a page of the findings behind a key, and the key of the page that follows."""
    found = Finding.objects.filter(sheet=sheet).order_by("row", "pk")
    if severity in set(Severity):
        found = found.filter(severity=severity)
    if after is not None:
        row, pk = after
        found = found.filter(Q(row=row, pk__gt=pk) | Q(row__gt=row), row__gte=row)
    page = list(found[: FINDINGS_SHOWN + 1])
    following = f"{page[FINDINGS_SHOWN - 1].row}.{page[FINDINGS_SHOWN - 1].pk}" if len(page) > FINDINGS_SHOWN else ""
    page = page[:FINDINGS_SHOWN]
    rows = StagedRow.objects.filter(sheet=sheet, row__in={one.row for one in page})
    known = set(rows.values_list("row", flat=True))
    return [listed(sheet, one, is_there=one.row in known) for one in page], following


def listed(sheet: StagedSheet, finding: Finding, *, is_there: bool) -> ListedFinding:
    layout = layout_of(sheet.layout)
    value, message = masked_finding(layout, finding)
    place = place_of(sheet, finding.column)
    anchor = (f"r{finding.row}c{place}" if place else f"r{finding.row}") if is_there else ""
    return ListedFinding(
        finding=finding,
        severity=finding.severity,
        rule=str(FAULT_NAMES.get(finding.kind, finding.kind)),
        value=value,
        message=message,
        anchor=anchor,
        rows_from=max(finding.row - ROWS_BEFORE, 1),
    )


def place_of(sheet: StagedSheet, column: str) -> int:
    """Return where a column stands in the preview, from 1; 0 for none."""
    layout = layout_of(sheet.layout)
    names = [one.name for one in layout.columns()] if layout else []
    return names.index(column) + 1 if column in names else 0


@dataclass(frozen=True)
class ShownCell:
    """A cell of the preview; ``fault`` is the gravest severity of what was found in it."""

    text: str
    place: int
    is_number: bool
    fault: str


@dataclass(frozen=True)
class ShownRow:
    """A row of the preview."""

    row: int
    valid: bool
    fault: str
    cells: Sequence[ShownCell]


@dataclass(frozen=True)
class Preview:
    """Some rows of a sheet, with where the rows before and behind them begin; 0 where there are none."""

    columns: Sequence[str]
    rows: Sequence[ShownRow]
    before: int
    behind: int


def preview_of(sheet: StagedSheet, *, rows_from: int) -> Preview | None:
    """Return the staged rows from a row on, masked and marked; nothing for a sheet without a known list."""
    layout = layout_of(sheet.layout)
    if layout is None:
        return None
    columns = layout.columns()
    staged = list(StagedRow.objects.filter(sheet=sheet, row__gte=rows_from).order_by("row")[: ROWS_SHOWN + 1])
    shown = staged[:ROWS_SHOWN]
    faults = gravest_in(sheet, shown)
    rows = []
    for one in shown:
        cells = [
            ShownCell(
                text=masked_cell(layout, column, text, is_sound=one.valid),
                place=place,
                is_number=isinstance(column.cell, NUMBERS),
                fault=faults.get((one.row, column.name), ""),
            )
            for place, (column, text) in enumerate(zip(columns, one.cells, strict=True), start=1)
        ]
        rows.append(ShownRow(row=one.row, valid=one.valid, fault=faults.get((one.row, ""), ""), cells=cells))
    return Preview(
        columns=[column.name for column in columns],
        rows=rows,
        before=max(rows_from - ROWS_SHOWN, 1) if rows_from > sheet.header_row + 1 else 0,
        behind=staged[ROWS_SHOWN].row if len(staged) > ROWS_SHOWN else 0,
    )


def gravest_in(sheet: StagedSheet, rows: Sequence[StagedRow]) -> Mapping[tuple[int, str], str]:
    """Return the gravest severity of the findings of some rows, by row and column."""
    faults: dict[tuple[int, str], str] = {}
    found = Finding.objects.filter(sheet=sheet, row__in=[one.row for one in rows])
    for row, column, severity in found.values_list("row", "column", "severity"):
        if faults.get((row, column)) != Severity.ERROR:
            faults[row, column] = severity
    return faults
