"""Tables that run over any number of pages and volumes (册), written while their rows are still being read.

Only one volume is held at a time. A heading over rows stays with the first of them, and sums stay with the row they
sum. A row may say how it is carried over to the next page (过次页, 承前页).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO, Final

from ledger.exports.pages.flows import Flow, draw_head_row, draw_row
from ledger.exports.pages.frames import MARGIN, Frame
from ledger.exports.pages.tables import Column, Grid, Kind, LaidRow, Row

PAGES_IN_VOLUME: Final = 200
CARRIED_DOWN: Final = "过次页"
CARRIED_OVER: Final = "承前页"


@dataclass(frozen=True, slots=True)
class RunningRow:
    """A row, and the row that carries it over a page under a label."""

    row: Row
    carried: Callable[[str], Row] | None = None


class Volumes:
    """A document in volumes of so many pages, numbered from 1; ``write_to`` is given what writes the file of one."""

    def __init__(
        self,
        *,
        frame_of: Callable[[int], Frame],
        write_to: Callable[[int, Callable[[IO[bytes]], object]], object],
        pages: int = PAGES_IN_VOLUME,
    ) -> None:
        self.frame_of = frame_of
        self.write_to = write_to
        self.pages = pages
        self.number = 1
        self.flow = Flow(frame_of(1))

    def turn(self) -> None:
        """Go to a new page, in a new volume where this one is full."""
        if len(self.flow.pages) < self.pages:
            self.flow.turn()
            return
        self.finish()
        self.number += 1
        self.flow = Flow(self.frame_of(self.number))

    def finish(self) -> None:
        """Write the volume at hand."""
        self.write_to(self.number, self.flow.write)

    def table(self, columns: Sequence[Column], rows: Iterable[RunningRow], *, size: int) -> None:
        """Add a table set in ``size`` (tenths of a point), row by row."""
        Running(self, columns, size).fill(rows)


class Running:
    """One table on its way into volumes."""

    def __init__(self, volumes: Volumes, columns: Sequence[Column], size: int) -> None:
        self.volumes = volumes
        self.grid = Grid(columns, MARGIN, volumes.flow.frame.width, size)
        self.heads = self.grid.lay_heads()
        self.carry_height = self.grid.lay(Row([""] * len(columns))).height
        self.waiting: list[tuple[RunningRow, LaidRow]] = []
        self.last: RunningRow | None = None  # the row drawn last on this page

    def fill(self, rows: Iterable[RunningRow]) -> None:
        self.begin()
        for row in rows:
            if self.waiting and row.row.kind is not Kind.SUM and self.waiting[-1][0].row.kind is not Kind.BAND:
                self.put_down()
            self.waiting.append((row, self.grid.lay(row.row)))
        self.put_down()

    def begin(self) -> None:
        flow = self.volumes.flow
        if self.heads.height + 4 * self.carry_height > flow.left:
            self.volumes.turn()
            flow = self.volumes.flow
        flow.add(partial(draw_head_row, grid=self.grid, y=flow.y, row=self.heads))
        flow.y += self.heads.height
        self.last = None

    def put_down(self) -> None:
        """Draw the rows that wait, on a new page if this one has no room for all of them."""
        height = sum(laid.height for _row, laid in self.waiting)
        begins = bool(self.waiting) and self.waiting[0][0].row.kind is Kind.BAND
        carried = self.last.carried if self.last and not begins else None
        if height + self.carry_height > self.volumes.flow.left and self.last is not None:
            if carried:
                self.draw(self.grid.lay(carried(CARRIED_DOWN)))
            self.volumes.turn()
            self.begin()
            if carried:
                self.draw(self.grid.lay(carried(CARRIED_OVER)))
        for row, laid in self.waiting:
            self.draw(laid)
            self.last = row
        self.waiting = []

    def draw(self, laid: LaidRow) -> None:
        flow = self.volumes.flow
        flow.add(partial(draw_row, grid=self.grid, y=flow.y, row=laid))
        flow.y += laid.height
