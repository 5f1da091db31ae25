"""Stages files: reads them, recognises their layouts, judges every row, and writes to the stage alone.

A file is taken as it is or refused as a whole by name; what is wrong with its rows becomes findings.
The files of one call are staged in one transaction, in the order in which they need each other.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import islice

from django.db import connection, transaction

from imports.comparing import Comparison, run_checks
from imports.comparisons import CHECKS
from imports.copying import copy_file, copy_sheet, note_faults
from imports.fault_kinds import FaultKind
from imports.judging import Origin, RowJudge
from imports.layouts import LAYOUTS
from imports.layouts.headers import (
    ROWS_SEARCHED,
    Header,
    LayoutFault,
    faults_of_header,
    find_header,
    other_month,
)
from imports.models import StagedFile, StagedSheet, StageStatus
from imports.reading.shapes import FileFact, Obstacle, Row, SheetRows, Unreadable
from imports.reading.sheets import read_file
from imports.references import digest_of, is_current, references_of
from imports.refusals import FileTooLarge, FileUnreadable, LayoutTwice, WrongMonth
from imports.totalling import total_sheet
from ledger.models import Officer
from ledger.recording import record_event

Progress = Callable[[str, int], None]
WORKBOOKS = ("xlsx", "xls")
LOCK = "SELECT pg_advisory_xact_lock(hashtext('imports.stage'), %s)"


@dataclass(frozen=True)
class Handed:
    """A file as it is handed in, for a month, by an officer."""

    name: str
    content: bytes
    month: date
    officer: Officer
    at: datetime
    progress: Progress

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class OpenSheet:
    """A sheet whose first rows have been read; ``header`` is nothing if it has no known layout."""

    rows: SheetRows
    head: Sequence[Row]
    header: Header | None

    @property
    def is_blank(self) -> bool:
        return not any(str(cell).strip() for _, cells in self.head for cell in cells)


def stage_files(
    *, files: Sequence[tuple[str, bytes]], month: date, officer: Officer, at: datetime, progress: Progress
) -> Sequence[StagedSheet]:
    """Stage files, each a name and its bytes, for the month that begins on ``month``; return their sheets.

    Sheets without a layout have ``layout`` ''. A file that is on the stage already, judged against what
    counts now, is not written again: its sheets come back with ``known_before``. ``progress`` is told the
    file and how many more rows have passed.

    :raises WrongMonth: if the name or the title of a file is of another month
    :raises ReferenceMissing: if a list is missing that rows are judged against
    :raises LayoutTwice: if two of the files hold the same kind of list
    :raises FileUnreadable: if a file cannot be read; nothing is staged then
    """
    handed = [
        Handed(name=name, content=content, month=month, officer=officer, at=at, progress=progress)
        for name, content in files
    ]
    if len(handed) > 1:
        handed = in_order(handed)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [month.year * 100 + month.month])
        sheets = [sheet for file in handed for sheet in stage_file(file)]
        for sheet in sheets:
            if not sheet.known_before:
                record_staging(sheet, officer, at)
        return sheets


def record_staging(sheet: StagedSheet, officer: Officer, at: datetime) -> None:
    record_event(
        chain="",
        at=at,
        actor=officer.username,
        act="file.stage",
        subject=f"sheet/{sheet.pk}",
        after={
            "file": sheet.file.name,
            "sheet": sheet.sheet_name,
            "sha256": sheet.file.sha256,
            "list": sheet.layout,
            "rows": sheet.rows,
            "refused": sheet.refused,
        },
    )


def in_order(files: Sequence[Handed]) -> list[Handed]:
    """Return the files in the order in which they need each other, and refuse two of one kind."""
    ranks = list(LAYOUTS)
    order: list[tuple[int, Handed]] = []
    seen: dict[str, str] = {}
    for file in files:
        layouts = [sheet.header.layout.key for _, sheet in open_sheets(file) if sheet.header]
        for layout in dict.fromkeys(layouts):
            if layout in seen:
                raise LayoutTwice({"files": f"{seen[layout]}, {file.name}", "list": LAYOUTS[layout].title})
            seen[layout] = file.name
        order.append((min((ranks.index(layout) for layout in layouts), default=len(ranks)), file))
    return [file for _, file in sorted(order, key=lambda ranked: ranked[0])]


def open_sheets(file: Handed) -> Iterator[tuple[FileFact, OpenSheet]]:
    """Yield the sheets of a file with their headers, one after the other; each is read before the next.

    :raises FileUnreadable: FileTooLarge too; if the file cannot be read
    """
    try:
        fact, sheets = read_file(file=file.name, content=file.content)
        for rows in sheets:
            head = list(islice(rows.rows, ROWS_SEARCHED))
            header = find_header(head, layouts=LAYOUTS.values(), hints=f"{file.name} {rows.name}")
            yield fact, OpenSheet(rows, head, header)
    except Unreadable as error:
        raise refusal_of(error) from error


def refusal_of(error: Unreadable) -> FileUnreadable:
    refusal: type[FileUnreadable] = FileTooLarge if error.name is Obstacle.TOO_LARGE else FileUnreadable
    return refusal({"reason": str(error.name).lower(), **error.facts})


def stage_file(file: Handed) -> list[StagedSheet]:
    """Stage one file and return its sheets, or those it has on the stage already."""
    known = known_sheets(file)
    if known:
        file.progress(file.name, sum(sheet.rows for sheet in known))
        return known
    staged: StagedFile | None = None
    sheets: list[StagedSheet] = []
    for fact, opened in open_sheets(file):
        staged = staged or keep_file(file, fact)
        if not sheets or not opened.is_blank:
            sheets.append(stage_sheet(file, staged, fact, opened, sheets))
    if not any(sheet.layout for sheet in sheets):
        note_faults(sheet=sheets[0], faults=[LayoutFault(0, FaultKind.UNKNOWN_LAYOUT)])
    else:
        for sheet in sheets:
            if not sheet.layout and not sheet.header_row:
                note_faults(sheet=sheet, faults=[LayoutFault(0, FaultKind.EXTRA_SHEET, value=sheet.sheet_name)])
    return sheets


def known_sheets(file: Handed) -> list[StagedSheet]:
    """Return the sheets of these bytes in this month if all of them still count; else nothing."""
    sheets = StagedSheet.objects.filter(month=file.month, file__sha256=file.sha256)
    sheets = sheets.select_related("file").defer("file__content")
    latest = list({sheet.sheet_name: sheet for sheet in sheets.order_by("pk")}.values())
    if not all(sheet.status != StageStatus.REPLACED and is_current(sheet) for sheet in latest):
        return []
    for sheet in latest:
        sheet.known_before = True
    return latest


def keep_file(file: Handed, fact: FileFact) -> StagedFile:
    """Return the file as it is kept; the same bytes are kept once in a month."""
    kept = StagedFile.objects.defer("content").filter(month=file.month, sha256=file.sha256)
    if not kept.exists():
        copy_file(month=file.month, name=file.name, sha256=file.sha256, encoding=fact.encoding, content=file.content)
    return kept.get()


def stage_sheet(
    file: Handed, staged: StagedFile, fact: FileFact, opened: OpenSheet, before: Sequence[StagedSheet]
) -> StagedSheet:
    """Judge one sheet of a file; ``before`` are the sheets of the file that came before it."""
    header = opened.header
    faults = list(faults_of_file(fact)) if not before else []
    second = header is not None and any(header.layout.key == sheet.layout for sheet in before)
    if header is None or second:
        if header is not None:
            faults.append(LayoutFault(0, FaultKind.SECOND_SHEET, value=header.layout.title))
        sheet = open_stage(file, staged, opened, layout="", against="")
        note_faults(sheet=sheet, faults=faults)
        return sheet
    refuse_other_month(file, header)
    layout = header.layout
    references = references_of(layout=layout.key, month=file.month)
    sheet = open_stage(file, staged, opened, layout=layout.key, against=digest_of(references))
    faults += faults_of_header(header)
    if opened.rows.merged:
        first = min(block.top for block in opened.rows.merged)
        faults.append(LayoutFault(first, FaultKind.MERGED_CELLS, value=str(len(opened.rows.merged))))
    origin = Origin.WORKBOOK if fact.encoding in WORKBOOKS else Origin.TEXT
    copy_sheet(
        sheet=sheet,
        judge=RowJudge(header=header, origin=origin, month=file.month),
        header=header,
        head=opened.head,
        rows=opened.rows,
        faults=faults,
        progress=lambda rows: file.progress(file.name, rows),
    )
    keys = {key: reference.pk for key, reference in references.items()}
    run_checks(Comparison(layout=layout, sheet=sheet.pk, references=keys, month=file.month), CHECKS[layout.key])
    total_sheet(sheet=sheet, layout=layout, units=keys.get("UNITS", sheet.pk))
    return sheet


def faults_of_file(fact: FileFact) -> Iterator[LayoutFault]:
    if fact.bom:
        yield LayoutFault(0, FaultKind.BOM)
    if fact.mixed_eol:
        yield LayoutFault(0, FaultKind.MIXED_EOL)


def refuse_other_month(file: Handed, header: Header) -> None:
    said = other_month(file=file.name, header=header, month=file.month)
    if said:
        raise WrongMonth({"file": file.name, "said": said, "month": f"{file.month:%Y-%m}"})


def open_stage(file: Handed, staged: StagedFile, opened: OpenSheet, *, layout: str, against: str) -> StagedSheet:
    """Return a new sheet on the stage; it takes the place of what is staged there and not applied."""
    if layout:
        StagedSheet.objects.filter(month=file.month, layout=layout, status=StageStatus.STAGED).update(
            status=StageStatus.REPLACED
        )
    else:
        StagedSheet.objects.filter(file=staged, layout="", sheet_name=opened.rows.name).update(
            status=StageStatus.REPLACED
        )
    return StagedSheet.objects.create(
        file=staged,
        month=file.month,
        layout=layout,
        sheet_name=opened.rows.name,
        header_row=opened.header.row if opened.header else 0,
        judged_against=against,
        staged_by=file.officer,
        staged_at=file.at,
    )
