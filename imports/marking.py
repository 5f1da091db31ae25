"""Gives a file back as a workbook in which each cell with a finding is filled and says what is wrong with it.

The file as it was handed in and its findings both pass by row for row, so the memory stays flat however
long the file is. Only comments and links are held in memory, and so many of them at most.
"""

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import chain, islice
from pathlib import PurePath
from tempfile import TemporaryDirectory
from typing import IO

from xlsxwriter import Workbook

from imports.fault_kinds import Severity
from imports.findings import FindingRow, findings_of
from imports.layouts import LAYOUTS
from imports.layouts.headers import ROWS_SEARCHED, Header, find_header
from imports.marked_sheets import AUTHOR, ROWS_MAX, MarkedBook, Page, Spot
from imports.models import Finding, StagedFile, StagedSheet
from imports.reading.cells import Cell
from imports.reading.sheets import Block, Row, SheetRows, read_file
from ledger.contents import bytes_of


@dataclass(frozen=True)
class MarkedCopy:
    """How many rows of the file are in the copy, and how many of its cells are marked."""

    rows: int
    cells: int


def marked_name(name: str) -> str:
    """Return the name of the marked copy of a file."""
    return f"{PurePath(name).stem}.核对.xlsx"


def write_marked_copy(*, file: IO[bytes], staged: StagedFile) -> MarkedCopy:
    """Write a staged file as a workbook with its findings: a list of them first, then every sheet.

    A cell with an error is filled red, one with a warning yellow, and a comment has reason and remedy of
    each; a finding on a row stands in its first cell, and what a merged range hides in the range's own cell.
    Above 20,000 comments the cells are filled alone, those with warnings first. A formula shows its text where
    it is a fault, else its value. The same stage gives the same bytes.

    :raises Unreadable: if the file cannot be read any more
    :raises ContentDestroyed: if its bytes were destroyed with the archives of its year
    """
    content = bytes_of(name=staged.name, digest=staged.sha256, content=staged.content)
    sheets = {sheet.sheet_name: sheet for sheet in staged.sheets.order_by("pk")}  # as each was judged last
    errors = Finding.objects.filter(sheet__in=sheets.values(), severity=Severity.ERROR).count()
    with TemporaryDirectory() as folder:
        workbook = Workbook(file, {"constant_memory": True, "tmpdir": folder, "use_zip64": True})
        made_at = max(sheet.staged_at for sheet in sheets.values()).astimezone(UTC)
        workbook.set_properties({"title": staged.name, "author": AUTHOR, "created": made_at.replace(tzinfo=None)})
        book = MarkedBook(workbook, errors=errors)
        _fact, read = read_file(file=staged.name, content=content)
        for rows in read:
            copy_sheet(book, sheets[rows.name], rows)
        book.results.close()
        workbook.close()
    return MarkedCopy(rows=book.rows, cells=book.cells)


def copy_sheet(book: MarkedBook, sheet: StagedSheet, rows: SheetRows) -> None:
    """Write one sheet with its marks, and its findings into the list."""
    head = list(islice(rows.rows, ROWS_SEARCHED))
    header = header_of(sheet, head)
    marks = Marks(header, rows.merged)
    page = Page(book, book.add_sheet(rows.name or PurePath(sheet.file.name).stem), header, rows.formulas)
    page.shape(head=head, blocks=marks.blocks.apart)
    carried = marks.carried_up(sheet)
    findings = book.results.listed(findings_of([sheet]), spot_of=marks.spot_of, sheet=page.name)
    for number, cells, found in side_by_side(chain(head, rows.rows), findings):
        marked: dict[int, list[FindingRow]] = defaultdict(list)
        for finding in found:
            row, place = marks.spot_of(finding)
            if row == number == finding.row:
                marked[place].append(finding)
        for place, others in carried.pop(number, {}).items():
            marked[place] += others
        if number <= ROWS_MAX:
            page.write_row(number, cells, marked)
    deque(findings, maxlen=0)  # what stands below the last row is listed too


def header_of(sheet: StagedSheet, head: Sequence[Row]) -> Header | None:
    """Find the header anew: the stage keeps the layout it was recognised as, but not where the columns stand."""
    if not sheet.layout:
        return None
    layout = LAYOUTS[sheet.layout]
    return find_header(head, layouts=[layout], hints=f"{layout.title} {layout.sheet_title}")


def side_by_side(
    rows: Iterable[Row], findings: Iterator[FindingRow]
) -> Iterator[tuple[int, Sequence[Cell], Sequence[FindingRow]]]:
    """Yield each row with the findings up to it that did not come with an earlier row; both ascend."""
    waiting = next(findings, None)
    for number, cells in rows:
        found = []
        while waiting is not None and waiting.row <= number:
            found.append(waiting)
            waiting = next(findings, None)
        yield number, cells, found


class MergedBlocks:
    """The merged ranges of a sheet, and the cells that they hide among its first ``width`` columns."""

    def __init__(self, blocks: Iterable[Block], *, width: int) -> None:
        self.apart = list(blocks_apart(blocks))
        self.by_column: dict[int, list[Block]] = defaultdict(list)
        for block in self.apart:
            for column in range(block.left, min(block.right + 1, width)):
                self.by_column[column].append(block)

    def shown(self, spot: Spot) -> Spot:
        """Return the cell that is seen in the place of another; most stand for themselves."""
        row, column = spot
        blocks = self.by_column.get(column, ())
        before = bisect_right(blocks, row, key=lambda block: block.top)
        if before and blocks[before - 1].bottom >= row:
            return blocks[before - 1].top, blocks[before - 1].left
        return spot


def blocks_apart(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the blocks from above that do not overlap an earlier one, which would break the workbook."""
    above: list[Block] = []
    for block in sorted(blocks):
        above = [other for other in above if other.bottom >= block.top]
        is_one_cell = block.top == block.bottom and block.left == block.right
        if not is_one_cell and not any(other.left <= block.right and block.left <= other.right for other in above):
            above.append(block)
            yield block


class Marks:
    """Where the findings of a sheet are shown."""

    def __init__(self, header: Header | None, blocks: Iterable[Block]) -> None:
        pairs = zip(header.layout.columns(), header.places, strict=True) if header else ()
        self.places = {column.name: place for column, place in pairs if place is not None}
        self.width = max(self.places.values(), default=0) + 1
        self.blocks = MergedBlocks(blocks, width=self.width)

    def spot_of(self, finding: FindingRow) -> Spot:
        """Return the cell of a finding: that of its column, or the first one of its row that is seen."""
        row, place = finding.row, self.places.get(finding.column)
        if place is not None:
            return self.blocks.shown((row, place))
        spots = ((row, column) for column in range(self.width))
        return next((spot for spot in spots if self.blocks.shown(spot) == spot), self.blocks.shown((row, 0)))

    def carried_up(self, sheet: StagedSheet) -> dict[int, dict[int, list[FindingRow]]]:
        """Return, by row and place, the findings that a merged range shows above their own row."""
        carried: dict[int, dict[int, list[FindingRow]]] = defaultdict(lambda: defaultdict(list))
        if any(block.bottom > block.top for block in self.blocks.apart):
            for finding in findings_of([sheet]):
                row, place = self.spot_of(finding)
                if row < finding.row:
                    carried[row][place].append(finding)
        return carried
