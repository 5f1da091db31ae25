"""Copies the rows of one sheet and their findings to the stage, judging each as it passes by.

The rows stream from the file to PostgreSQL; findings wait in a temporary file, because one
connection copies one table at a time. So the memory stays flat however long the file is.
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.db import DatabaseError, connection

from imports.fault_kinds import FaultKind
from imports.filling import fill_down
from imports.judging import SEPARATOR, Fault, JudgedRow, RowJudge
from imports.layouts.headers import Header, LayoutFault
from imports.layouts.sections import Section, section_of
from imports.models import StagedSheet
from imports.reading.shapes import SheetRows, Unreadable

CHUNK_ROWS = 200
# Below the total a remark has a cell or two.
CELLS_OF_DATA = 4
PROGRESS_ROWS = 5_000
SPOOL_BYTES = 1 << 20
ROWS = "COPY imports_stagedrow (sheet_id, row, valid, key, account, cells) FROM STDIN"
FINDINGS = 'COPY imports_finding (sheet_id, row, "column", kind, severity, value, cause, taken_as) FROM STDIN'
FILE = "COPY imports_stagedfile (month, name, sha256, encoding, content) FROM STDIN (FORMAT binary)"
# The binary format of COPY: a signature and two empty words of flags, one row of five fields, the end.
BINARY_HEAD, BINARY_END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
POSTGRES_DAY_ZERO = date(2000, 1, 1)
CONTENT_BYTES = 1 << 16
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})
QUOTES = str.maketrans({"\\": "\\\\", '"': '\\"'})


class FindingSpool:
    """Findings on their way to the database, written as COPY reads them."""

    def __init__(self, *, sheet: StagedSheet) -> None:
        self.sheet_id = sheet.pk
        self.spool: IO[str] = SpooledTemporaryFile(SPOOL_BYTES, mode="w+", encoding="utf-8", newline="\n")  # noqa: SIM115 closed by copy

    def note(self, *, row: int, column: str, kind: FaultKind, value: str = "", clean: str = "") -> None:
        texts = (column, kind, kind.severity, value, "", clean)
        self.spool.write(f"{self.sheet_id}\t{row}\t" + "\t".join(text.translate(ESCAPES) for text in texts) + "\n")

    def copy(self) -> None:
        """Copy what has been noted to the database; nothing can be noted afterwards."""
        with self.spool as spool:
            spool.seek(0)
            Lines(spool).copy(FINDINGS)


class Lines:
    """Lines of text as a file that COPY reads; it asks for some bytes and takes what it gets."""

    def __init__(self, lines: Iterator[Any]) -> None:
        self.lines = lines
        self.unreadable: Unreadable | None = None

    def read(self, size: int = -1) -> str | bytes:
        try:
            return "".join(islice(self.lines, CHUNK_ROWS))
        except Unreadable as error:
            self.unreadable = error
            raise

    def copy(self, statement: str) -> None:
        """Copy the lines to the database.

        :raises Unreadable: if the file turns out to be; psycopg2 would only say that reading failed
        """
        try:
            with connection.cursor() as cursor:
                cursor.copy_expert(statement, self)
        except DatabaseError:
            if self.unreadable is not None:
                raise self.unreadable from None
            raise


class Pieces(Lines):
    """Pieces of bytes, each handed over as it is."""

    def read(self, size: int = -1) -> bytes:
        return next(self.lines, b"")


def copy_file(*, month: date, name: str, sha256: str, encoding: str, content: bytes) -> None:
    """Keep a file as it was handed in; its bytes go piece by piece, so that there is no second copy of them."""
    day = struct.pack("!i", (month - POSTGRES_DAY_ZERO).days)
    fields = (day, name.encode(), sha256.encode(), encoding.encode())
    head = b"".join(struct.pack("!i", len(field)) + field for field in fields)
    pieces = (content[at : at + CONTENT_BYTES] for at in range(0, len(content), CONTENT_BYTES))
    lines = chain([BINARY_HEAD, struct.pack("!h", 5), head, struct.pack("!i", len(content))], pieces, [BINARY_END])
    Pieces(lines).copy(FILE)


@dataclass
class SheetCopy:
    """One pass over the rows below the header of a sheet."""

    sheet: StagedSheet
    judge: RowJudge
    findings: FindingSpool
    progress: Callable[[int], None]
    # The first row and the number of rows that are no data, by kind.
    aside: dict[FaultKind, tuple[int, int]] = field(default_factory=dict)
    passed: int = 0

    def run(self, *, rows: Iterable[tuple[int, Sequence[Any]]], formulas: Mapping[int, Mapping[int, str]]) -> None:
        Lines(self.lines(iter(rows), formulas)).copy(ROWS)
        self.progress(self.passed)
        for kind, (row, count) in self.aside.items():
            self.findings.note(row=row, column="", kind=kind, value=str(count) if count > 1 else "")

    def lines(
        self, rows: Iterator[tuple[int, Sequence[Any]]], formulas: Mapping[int, Mapping[int, str]]
    ) -> Iterator[str]:
        recognise, concerned, sheet_id = self.judge.recognise, self.judge.computed_places, self.sheet.pk
        empty: list[int] = []
        for number, cells in rows:
            computed = formulas.get(number)
            row = None if computed and not concerned.isdisjoint(computed) else recognise(cells)
            if row is None:
                section = section_of(cells, key_place=self.judge.places[self.judge.key_at])
                if section is Section.EMPTY:
                    empty.append(number)
                    continue
                self.set_aside(FaultKind.EMPTY_ROW, *empty)
                empty.clear()
                if section is Section.TOTAL:
                    self.set_aside(FaultKind.TOTAL_ROW, number)
                    break
                if section is Section.FOOTER:
                    self.set_aside(FaultKind.FOOTER_LINE, number)
                    continue
                row = self.judge.take_apart(cells, computed or {})
                self.note(number, row.faults)
                yield line_of(sheet_id, number, row)
            else:
                if empty:
                    self.set_aside(FaultKind.EMPTY_ROW, *empty)
                    empty.clear()
                said = row.joined.replace(SEPARATOR, '","')
                yield f'{sheet_id}\t{number}\tt\t{row.key}\t{row.account}\t{{"{said}"}}\n'
            self.passed += 1
            if self.passed % PROGRESS_ROWS == 0:
                self.progress(PROGRESS_ROWS)
        self.look_below(rows)

    def look_below(self, rows: Iterator[tuple[int, Sequence[Any]]]) -> None:
        """Below the total stand signatures; anything else there would be overlooked, so it is an error."""
        for number, cells in rows:
            section = section_of(cells, key_place=self.judge.places[self.judge.key_at])
            if section is Section.DATA and sum(map(bool, map(str, cells))) >= CELLS_OF_DATA:
                self.set_aside(FaultKind.BELOW_TOTAL, number)
            elif section is not Section.EMPTY:
                self.set_aside(FaultKind.FOOTER_LINE, number)

    def set_aside(self, kind: FaultKind, *numbers: int) -> None:
        for number in numbers:
            first, count = self.aside.get(kind, (number, 0))
            self.aside[kind] = first, count + 1

    def note(self, number: int, faults: Sequence[Fault]) -> None:
        for fault in faults:
            self.findings.note(row=number, column=fault.column, kind=fault.kind, value=fault.raw, clean=fault.clean)


def line_of(sheet_id: int, number: int, row: JudgedRow) -> str:
    """Return a row as COPY reads it, whatever characters are in it."""
    said = ",".join(f'"{text.translate(QUOTES)}"' for text in row.joined.split(SEPARATOR))
    texts = (row.key, row.account, "{" + said + "}")
    valid = "t" if row.is_valid else "f"
    return f"{sheet_id}\t{number}\t{valid}\t" + "\t".join(text.translate(ESCAPES) for text in texts) + "\n"


def copy_sheet(
    *,
    sheet: StagedSheet,
    judge: RowJudge,
    header: Header,
    head: Sequence[tuple[int, Sequence[Any]]],
    rows: SheetRows,
    faults: Iterable[LayoutFault],
    progress: Callable[[int], None],
) -> None:
    """Copy the rows of a sheet to the stage, and the findings of each on its own.

    ``head`` are the rows that were read to find the header; the others are still to come.
    """
    findings = spool_of(sheet, faults)
    below = chain((row for row in head if row[0] > header.row), rows.rows)
    filled = fill_down(below, layout=judge.layout, places=header.places, blocks=rows.merged, header_row=header.row)
    copy = SheetCopy(sheet=sheet, judge=judge, findings=findings, progress=progress)
    if not header.missing:
        copy.run(rows=filled, formulas=rows.formulas)
    findings.copy()


def note_faults(*, sheet: StagedSheet, faults: Iterable[LayoutFault]) -> None:
    """Write findings on a sheet as a whole."""
    spool_of(sheet, faults).copy()


def spool_of(sheet: StagedSheet, faults: Iterable[LayoutFault]) -> FindingSpool:
    findings = FindingSpool(sheet=sheet)
    for fault in faults:
        findings.note(row=fault.row, column=fault.column, kind=fault.kind, value=fault.value)
    return findings
