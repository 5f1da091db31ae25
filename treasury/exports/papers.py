"""A paper as pages of headings, lines, tables, charts and signatures, written as PDF and as xlsx from the same rows."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import IO, Final

from django.utils import translation

from ledger.exports.pages.flows import SIGNING, Flow
from ledger.exports.pages.frames import MARGIN, Frame, Paper
from ledger.exports.pages.pens import MM, Pen, fitted, points
from ledger.exports.pages.tables import THICK, THIN, Column, Row, Value, sum_row
from ledger.exports.pages.workbooks import Field, Values, open_book
from ledger.money import ZERO, in_full
from ledger.sums import must_add_up

SIZE: Final = 75
CHART_HEIGHT: Final = 40 * MM
BAR_MAX: Final = 32 * MM
CHART_TEXT: Final = points(60)
PER_CHARACTER: Final = 3  # millimetres of a column that one Chinese character of a sheet takes
SHEET_NAME_MAX: Final = 31


@dataclass(frozen=True, slots=True)
class Heading:
    """What every paper names: the district, under which rules its money is shown, and when it was printed."""

    district: str
    statement: str
    printed_at: datetime


@dataclass(frozen=True, slots=True)
class Title:
    """A heading over what follows on a page."""

    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of text; only the PDF has them."""

    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``name`` is that of its sheet, heads come with their widths in millimetres.

    What is ``only_in_book`` is too long for paper.

    ``total`` labels the sums of all amounts and counts, '' for none. ``stated`` says for a column what its
    sum must be, as it was found elsewhere.

    :raises DoesNotAddUp: if a column sums to something else
    """

    name: str
    heads: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[Value]]
    total: str = ""
    stated: Mapping[int, Decimal | int] = field(default_factory=dict)
    size: int = SIZE
    only_in_book: bool = False

    def __post_init__(self) -> None:
        for place, stated in self.stated.items():
            found: Decimal | int = ZERO if isinstance(stated, Decimal) else 0
            for row in self.rows:
                value = row[place]
                if isinstance(value, Decimal | int):
                    found = found + value
            must_add_up(who=self.name, what=self.heads[place][0], stated=stated, found=found)


@dataclass(frozen=True, slots=True)
class Chart:
    """Amounts on days as bars with a line over them; only the PDF has it, the amounts stand in a table."""

    days: Sequence[date]
    amounts: Sequence[Decimal]


@dataclass(frozen=True, slots=True)
class Signing:
    """A line of roles with room to sign, or with who signed."""

    roles: Sequence[str]


Part = Title | Lines | Table | Chart | Signing


@dataclass(frozen=True, slots=True)
class Page:
    """What stands together and begins on a page of its own; ``scope`` is whom it is about."""

    scope: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Document:
    """A paper: the same title and facts on each of its pages."""

    title: str
    facts: Sequence[str]
    heading: Heading
    pages: Sequence[Page]
    paper: Paper = Paper.PORTRAIT

    @property
    def frame(self) -> Frame:
        return Frame(
            title=self.title,
            facts=[self.heading.district, *self.facts],
            unit="单位：元",
            statement=self.heading.statement,
            printed_at=self.heading.printed_at,
            paper=self.paper,
        )


@contextmanager
def in_chinese() -> Iterator[None]:
    """Let what is read and written inside be Chinese, whatever language the officer works in."""
    with translation.override("zh-hans"):
        yield


def write_pdf(*, file: IO[bytes], document: Document) -> int:
    """Write a paper as PDF and return how many pages it has.

    :raises GlyphMissing: if no font has a character of a name
    """
    with in_chinese():
        flow = Flow(document.frame)
        printed = [page for page in document.pages if not all(is_only_in_book(part) for part in page.parts)]
        for number, page in enumerate(printed):
            if number:
                flow.turn()
            for part in page.parts:
                if not is_only_in_book(part):
                    add_part(flow, part)
        return flow.write(file)


def is_only_in_book(part: Part) -> bool:
    return isinstance(part, Table) and part.only_in_book


def add_part(flow: Flow, part: Part) -> None:
    if isinstance(part, Title):
        flow.heading(part.text)
    elif isinstance(part, Lines):
        flow.lines(*part.texts)
    elif isinstance(part, Signing):
        flow.signatures(*part.roles)
    elif isinstance(part, Chart):
        add_chart(flow, part)
    else:
        columns = [Column((head,), width * MM) for head, width in part.heads]
        # Only a table with a sum has something that must not be left alone on a page.
        followed_by = SIGNING if part.total else 0
        flow.table(columns, [Row(row) for row in part.rows], size=part.size, total=part.total, followed_by=followed_by)


def write_book(*, file: IO[bytes], document: Document) -> int:
    """Write the tables of a paper as xlsx and return how many rows they have.

    Tables of one name on several pages become one sheet, whose first column says whom a row is about.
    """
    rows = 0
    with in_chinese(), open_book(file=file, frame=document.frame) as book:
        for name, tables in tables_by_name(document).items():
            heads = tables[0][1].heads
            fields = [Field("范围", 7), *(Field(head, max(3, width // PER_CHARACTER)) for head, width in heads)]
            body: list[Values] = [[scope, *row] for scope, table in tables for row in table.rows]
            rows += book.sheet(
                name=name[:SHEET_NAME_MAX],
                fields=fields,
                rows=body,
                total=total_of(body, len(fields)) if tables[0][1].total else None,
            )
    return rows


def tables_by_name(document: Document) -> Mapping[str, Sequence[tuple[str, Table]]]:
    found: dict[str, list[tuple[str, Table]]] = {}
    for page in document.pages:
        for part in page.parts:
            if isinstance(part, Table):
                found.setdefault(part.name, []).append((page.scope, part))
    return found


def total_of(rows: Sequence[Values], columns: int) -> Values:
    """Return the sums of the columns of amounts and counts."""
    summed = sum_row([Row(row) for row in rows], label="合计", at=0, columns=columns).cells
    return [cell if isinstance(cell, str | Decimal | int) else None for cell in summed]


def add_chart(flow: Flow, chart: Chart) -> None:
    """Add a small chart of what is left at each month end."""
    flow.need(CHART_HEIGHT + 4 * MM)
    top = flow.y + 2 * MM
    flow.add(partial(draw_chart, chart=chart, top=top, width=flow.frame.width))
    flow.y += CHART_HEIGHT + 4 * MM


def draw_chart(pen: Pen, *, chart: Chart, top: int, width: int) -> None:
    """Draw a bar for each day, its amount above and its month below; a line joins the tops."""
    floor, highest = top + CHART_HEIGHT - 5 * MM, max([*chart.amounts, Decimal(1)])
    room, share = floor - top - 5 * MM, min(BAR_MAX, width // max(1, len(chart.days)))
    tops = []
    for place, (day, amount) in enumerate(zip(chart.days, chart.amounts, strict=True)):
        left = MARGIN + place * share
        height = int(room * max(ZERO, amount) / highest)
        pen.shade(left + share // 6, floor - height, share * 2 // 3, height)
        middle = left + share // 2
        tops.append((middle, floor - height))
        said = in_full(amount)
        pen.centre(middle, floor - height - MM, said, size=fitted(said, room=share - MM, size=CHART_TEXT))
        pen.centre(middle, floor + 4 * MM, f"{day:%Y-%m}", size=CHART_TEXT)
    pen.thickness(THIN)
    pen.line(MARGIN, floor, MARGIN + width, floor)
    pen.thickness(THICK)
    for (x, y), (to_x, to_y) in pairwise(tops):
        pen.line(x, y, to_x, to_y)
    pen.thickness(THIN)


def month_text(month: date) -> str:
    return f"{month.year}年{month.month}月"


def day_text(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
