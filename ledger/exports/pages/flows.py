"""Headings, lines, tables and signatures that fill page after page from the top.

A flow first decides what stands where, then draws, because each page names the number of pages. A
table repeats its heads, may sum each page, and never leaves its total alone on a page; a band stays
with the row below it.
"""

from collections.abc import Sequence
from functools import partial
from typing import IO, Final

from ledger.exports.pages.frames import MARGIN, TOP, Drawing, Frame, write_pages
from ledger.exports.pages.pens import MM, Pen, fitted, points, wrapped
from ledger.exports.pages.tables import THICK, THIN, Column, Grid, Kind, LaidRow, Row, sum_row
from ledger.exports.pages.typefaces import BOLD

HEADING: Final = points(105)
LINE: Final = points(85)
SIGNING: Final = 10 * MM


class Flow:
    """The content of a document as it is put together; ``write`` makes the PDF."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.pages: list[list[Drawing]] = [[]]
        self.y = TOP

    def write(self, file: IO[bytes]) -> int:
        """Write the PDF and return how many pages it has."""
        write_pages(file=file, frame=self.frame, pages=self.pages)
        return len(self.pages)

    def heading(self, text: str, *, keep: int = 15 * MM) -> None:
        """Add a heading that has at least ``keep`` of what follows on its page."""
        self.need(HEADING * 2 + keep)
        self.y += HEADING * 2
        foot = self.y - HEADING // 2
        self.add(lambda pen: pen.text(MARGIN, foot, text, size=HEADING, font=BOLD))

    def lines(self, *texts: str) -> None:
        """Add lines of text, each wrapped to the width of the page."""
        for text in texts:
            for line in wrapped(text, room=self.frame.width, size=LINE):
                self.need(LINE * 8 // 5)
                self.y += LINE * 8 // 5
                size = fitted(line, room=self.frame.width, size=LINE)
                self.add(partial(write_line, y=self.y - LINE // 3, text=line, size=size))

    def signatures(self, *roles: str) -> None:
        """Add a line with room for each signature, or with who has signed behind a role."""
        self.need(SIGNING)
        self.y += SIGNING
        share = self.frame.width // len(roles)
        for place, role in enumerate(roles):
            size = fitted(role, room=share - 2 * MM, size=LINE)
            self.add(partial(write_line, x=MARGIN + place * share, y=self.y - 2 * MM, text=role, size=size))

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row],
        *,
        size: int,
        page_sum: str = "",
        total: str = "",
        label_at: int = 0,
        followed_by: int = 0,
    ) -> None:
        """Add a table set in ``size`` (tenths of a point).

        ``page_sum`` and ``total`` are the labels of the sums of each page and of all, in column
        ``label_at``; without a label there is no such sum. ``followed_by`` is the height of what must
        stand on the page of the last row.
        """
        grid = Grid(columns, MARGIN, self.frame.width, size)
        Filling(self, grid, rows, page_sum, total, label_at, followed_by).fill()

    def need(self, height: int) -> None:
        """Go to a new page unless ``height`` is left on this one."""
        if self.y + height > self.frame.foot and self.y > TOP:
            self.turn()

    def turn(self) -> None:
        self.pages.append([])
        self.y = TOP

    def add(self, drawing: Drawing) -> None:
        self.pages[-1].append(drawing)

    @property
    def left(self) -> int:
        return self.frame.foot - self.y


class Filling:
    """One table on its way into a flow."""

    def __init__(
        self, flow: Flow, grid: Grid, rows: Sequence[Row], page_sum: str, total: str, label_at: int, followed_by: int
    ) -> None:
        self.flow = flow
        self.grid = grid
        self.rows = rows
        self.page_sum = page_sum
        self.total = total
        self.label_at = label_at
        self.heads = grid.lay_heads()
        self.sum_height = self.summed(rows[:1], page_sum).height
        self.end_height = followed_by + (self.sum_height if total else 0)
        self.on_page: list[Row] = []

    def fill(self) -> None:
        flow = self.flow
        laid = [self.grid.lay(row) for row in self.rows]
        flow.need(self.heads.height + sum(row.height for row in laid[:2]) + self.least_below())
        self.begin()
        for place, (row, lay) in enumerate(zip(self.rows, laid, strict=True)):
            kept = laid[place + 1].height if row.kind is Kind.BAND and place + 1 < len(laid) else 0
            below = self.end_height if place + 1 == len(laid) else 0
            if lay.height + kept + self.least_below() + below > flow.left and self.on_page:
                self.end_page()
                flow.turn()
                self.begin()
            self.put(lay)
            self.on_page.append(row)
        self.end_page()
        if self.total:
            self.put(self.summed(self.rows, self.total))

    def least_below(self) -> int:
        return self.sum_height if self.page_sum else 0

    def summed(self, rows: Sequence[Row], label: str) -> LaidRow:
        return self.grid.lay(sum_row(rows, label=label, at=self.label_at, columns=len(self.grid.columns)))

    def begin(self) -> None:
        self.flow.add(partial(draw_head_row, grid=self.grid, y=self.flow.y, row=self.heads))
        self.flow.y += self.heads.height
        self.on_page = []

    def end_page(self) -> None:
        if self.page_sum:
            self.put(self.summed(self.on_page, self.page_sum))

    def put(self, row: LaidRow) -> None:
        self.flow.add(partial(draw_row, grid=self.grid, y=self.flow.y, row=row))
        self.flow.y += row.height


def draw_row(pen: Pen, *, grid: Grid, y: int, row: LaidRow) -> None:
    grid.draw(pen, y, row)
    if row.kind is Kind.BAND:
        grid.draw_sides(pen, y, y + row.height)
    else:
        grid.draw_edges(pen, y, y + row.height)


def draw_head_row(pen: Pen, *, grid: Grid, y: int, row: LaidRow) -> None:
    pen.thickness(THICK)
    grid.draw_heads(pen, y, row)
    pen.thickness(THIN)
    grid.draw_edges(pen, y, y + row.height)


def write_line(pen: Pen, *, y: int, text: str, size: int, x: int = MARGIN) -> None:
    pen.text(x, y, text, size=size)
