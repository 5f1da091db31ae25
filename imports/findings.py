"""What is wrong with staged files: each finding with its reason and remedy, and the control totals."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any, TextIO

from imports.fault_kinds import FaultKind
from imports.finding_messages import MESSAGES
from imports.layouts import LAYOUTS
from imports.models import ControlTotal, Finding, StagedSheet
from ledger.exports.pages.lists import inert


@dataclass(frozen=True)
class FindingRow:
    """One finding as an officer reads it; ``sheet`` is '' for csv, ``row`` 0 means the whole sheet."""

    file: str
    sheet: str
    row: int
    column: str
    kind: str
    severity: str
    value: str
    message: str


@dataclass(frozen=True)
class TotalRow:
    """The control total of one column over the valid rows of a sheet; ``item`` '' counts rows alone."""

    file: str
    item: str
    rows: int
    valid: int
    refused: int
    amount: Decimal


def findings_of(sheets: Iterable[StagedSheet]) -> Iterator[FindingRow]:
    """Yield the findings of sheets, in their order and by row."""
    for sheet in sheets:
        found = Finding.objects.filter(sheet=sheet).order_by("row", "pk")
        for finding in found.iterator(chunk_size=2_000):
            yield FindingRow(
                file=sheet.file.name,
                sheet=sheet.sheet_name,
                row=finding.row,
                column=finding.column,
                kind=finding.kind,
                severity=finding.severity,
                value=finding.value,
                message=message_of(finding),
            )


def write_findings(stream: TextIO, sheets: Iterable[StagedSheet]) -> int:
    """Write findings as csv to a stream opened with ``encoding='utf-8-sig', newline=''``; return their number.

    They quote what strangers wrote: a text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    writer = csv.writer(stream)
    writer.writerow([field.name for field in fields(FindingRow)])
    count = 0
    for finding in findings_of(sheets):
        writer.writerow([inert(cell) for cell in asdict(finding).values()])
        count += 1
    return count


def totals_of(sheets: Iterable[StagedSheet]) -> Iterator[TotalRow]:
    """Yield the control totals of sheets: one row for each item that is added up, or one for the rows alone.

    A workbook with several layouts is told as ``file#sheet``.
    """
    for sheet in sheets:
        if not sheet.layout:
            continue
        named = f"{sheet.file.name}#{sheet.sheet_name}" if LAYOUTS[sheet.layout].sheet_title else sheet.file.name
        totals = list(ControlTotal.objects.filter(sheet=sheet, township="").order_by("pk"))
        for total in [total for total in totals if total.item] or totals:
            yield TotalRow(
                file=named if sheet.sheet_name else sheet.file.name,
                item=total.item,
                rows=sheet.rows,
                valid=sheet.valid,
                refused=sheet.refused,
                amount=total.amount,
            )


def message_of(finding: Finding) -> str:
    """Return reason and remedy of a finding in the language of the officer."""
    facts: dict[str, Any] = {
        "value": finding.value,
        "column": finding.column,
        "cause": finding.cause,
        "taken_as": finding.taken_as,
        "row": finding.row,
        "layouts": "、".join(dict.fromkeys(layout.title for layout in LAYOUTS.values())),
    }
    return str(MESSAGES[FaultKind(finding.kind)]).format(**facts)
