"""Print runs of vouchers: A5 sheets, one to a page or two on an A4 page that is cut between them.

Drawn stroke by stroke and written as they come, for a year has a hundred thousand of them. A5 lies
across; an A4 page stands and holds two such sheets, as the printers of most offices take A4 only.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from functools import lru_cache
from itertools import chain, islice
from typing import IO, Final

from ledger.exports.pages.frames import local_time
from ledger.exports.pages.pens import BLACK, MM, PALE, PALE_RED, RED, Pen, fitted, packed, points, width_of, wrapped
from ledger.exports.pages.streams import PageStream
from ledger.exports.pages.tables import THICK, THIN
from ledger.exports.pages.typefaces import BOLD, REGULAR
from ledger.exports.stated import ExportStated
from ledger.exports.voucher_covers import draw_cover
from ledger.exports.voucher_sheets import BlockTotal, PrintedLine, PrintedVoucher, Sheet, day_text, sheets_of, yuan
from ledger.money import in_full

ROWS: Final = 6
LEFT, RIGHT, EDGE = 20 * MM, 196 * MM, 201 * MM  # of the table; EDGE is the middle of 附单据 beside it
TOP: Final = 28 * MM  # of the table
HEAD_HEIGHT: Final = 8 * MM
ROW_HEIGHT: Final = 12 * MM
PAD: Final = MM
WIDTHS: Final = (43 * MM, 33 * MM, 47 * MM, 24 * MM, 24 * MM, 5 * MM)
HEADS: Final = ("摘要", "总账科目", "明细科目", "借方金额", "贷方金额", "√")
EDGES: Final = tuple(LEFT + sum(WIDTHS[:place]) for place in range(len(WIDTHS) + 1))
TITLE, TEXT, HEAD, SMALL, LEAST, MARK = (points(size) for size in (180, 85, 90, 65, 20, 700))
STEP: Final = points(5)
SPLIT: Final = re.compile("[0-9]+|.")
POSTED: Final = "√"  # only what is posted is printed


class RunPaper(Enum):
    """How high a page is, and where each of its sheets begins, measured from the top; all are 210 mm wide."""

    A5 = (148 * MM, (0,))
    A4 = (297 * MM, (0, 1485 * MM // 10))

    def __init__(self, height: int, tops: Sequence[int]) -> None:
        self.height = height
        self.tops = tops


WIDTH: Final = 210 * MM


def write_run(
    *,
    file: IO[bytes],
    vouchers: Iterable[PrintedVoucher],
    stated: ExportStated,
    paper: RunPaper,
    at: datetime,
) -> int:
    """Write a cover that states the run, then the sheets of the vouchers; return how many pages there are.

    :raises GlyphMissing: if no font has a character of it; the file is no PDF then
    """
    title = f"记账凭证 {stated.since} 至 {stated.until}"
    pages = PageStream(file, title=title, width=WIDTH, height=paper.height, at=at)
    for pen in draw_cover(pages.pen, stated=stated, at=at):
        pages.put_down(pen)
    sheets = chain.from_iterable(sheets_of(voucher, rows=ROWS) for voucher in vouchers)
    printed = f"打印：{local_time(at):%Y-%m-%d %H:%M}"
    for pen in draw_pages(pages, sheets, paper.tops, printed):
        pages.put_down(pen)
    pages.close()
    return pages.pages


def draw_pages(pages: PageStream, sheets: Iterator[Sheet], tops: Sequence[int], printed: str) -> Iterator[Pen]:
    """Yield the pages, each with as many sheets as it has room for."""
    while together := list(islice(sheets, len(tops))):
        pen = pages.pen()
        draw_cuts(pen, tops[1:])
        for sheet, top in zip(together, tops, strict=False):
            draw_sheet(pen, sheet, top, printed)
        yield pen


def draw_cuts(pen: Pen, places: Sequence[int]) -> None:
    """Draw where a page is cut."""
    for y in places:
        pen.thickness(THIN)
        pen.dashes(MM, MM)
        pen.line(0, y, WIDTH, y)
        pen.dashes()


def draw_sheet(pen: Pen, sheet: Sheet, top: int, printed: str) -> None:
    """Draw one sheet whose upper edge is at ``top``."""
    voucher = sheet.voucher
    if voucher.mark:
        ink = PALE_RED if voucher.kind == "REVERSAL" else PALE
        pen.mark((LEFT + RIGHT) // 2, top + 74 * MM, voucher.mark, size=MARK, ink=ink, degrees=15)
    draw_head(pen, sheet, top)
    y = top + TOP + HEAD_HEIGHT
    for row in sheet.rows:
        if isinstance(row, PrintedLine):
            draw_line(pen, row, y)
        else:
            draw_total(pen, row, y)
        y += ROW_HEIGHT
    if sheet.blanks:
        # 第五十一条: what is blank between the last amount and the total is struck out.
        pen.line(EDGES[5], y, EDGES[3], y + sheet.blanks * ROW_HEIGHT)
        y += sheet.blanks * ROW_HEIGHT
    if sheet.total:
        draw_total(pen, sheet.total, y)
    else:
        pen.text(LEFT + PAD, middle(y, SMALL), f"合计见第{sheet.sheets}张（{sheet.sheets}/{sheet.sheets}）", size=SMALL)
    draw_rules(pen, sheet, top)
    draw_edge(pen, f"附单据{voucher.attachments}张", top)
    draw_foot(pen, voucher, y + ROW_HEIGHT, top, printed)


def draw_head(pen: Pen, sheet: Sheet, top: int) -> None:
    voucher, across = sheet.voucher, (LEFT + RIGHT) // 2
    pen.centre(across, top + 15 * MM, voucher.title, size=TITLE, font=BOLD)
    half = width_of(voucher.title, size=TITLE, font=BOLD) // 2 + 3 * MM
    pen.thickness(THIN)
    for y in (top + 17 * MM, top + 176 * MM // 10):
        pen.line(across - half, y, across + half, y)
    y = top + 25 * MM
    put(pen, LEFT, y, f"核算单位：{voucher.book_code} {voucher.book_name}", room=70 * MM, size=HEAD)
    pen.centre(across, y, day_text(voucher.posting_date), size=HEAD)
    pen.right(RIGHT, y, sheet.name, size=HEAD)


def draw_line(pen: Pen, line: PrintedLine, y: int) -> None:
    put_block(pen, 0, y, line.summary)
    put_block(pen, 1, y, line.account.general)
    put_block(pen, 2, y, line.account.detail, line.dimensions)
    for place, amount in ((3, line.debit), (4, line.credit)):
        if amount is not None:
            put_amount(pen, place, y, in_full(amount), RED if amount < 0 else BLACK, REGULAR)
    pen.centre((EDGES[5] + EDGES[6]) // 2, middle(y, TEXT), POSTED, size=TEXT)


def draw_total(pen: Pen, total: BlockTotal, y: int) -> None:
    """Draw a total: its name, the amount in capital characters, and both sums."""
    said = f"{total.label}（大写）：{total.capitals}"
    ink = RED if total.debit < 0 else BLACK
    put(pen, LEFT + PAD, middle(y, HEAD), said, room=EDGES[3] - LEFT - 2 * PAD, size=HEAD, font=BOLD, ink=ink)
    put_amount(pen, 3, y, yuan(total.debit), ink, BOLD)
    put_amount(pen, 4, y, yuan(total.credit), ink, BOLD)


def draw_rules(pen: Pen, sheet: Sheet, top: int) -> None:
    """Draw the lines of the form; totals run through to the amounts."""
    first, foot = top + TOP, top + TOP + HEAD_HEIGHT + (ROWS + 1) * ROW_HEIGHT
    for left, right, head in zip(EDGES, EDGES[1:], HEADS, strict=False):
        pen.centre((left + right) // 2, first + 55 * MM // 10, head, size=HEAD, font=BOLD)
    pen.thickness(THIN)
    for place in range(ROWS + 1):
        y = first + HEAD_HEIGHT + place * ROW_HEIGHT
        pen.line(LEFT, y, RIGHT, y)
        row = sheet.rows[place] if place < len(sheet.rows) else None
        inner = EDGES[3:6] if place == ROWS or isinstance(row, BlockTotal) else EDGES[1:6]
        for edge in inner:
            pen.line(edge, y, edge, y + ROW_HEIGHT)
    for edge in EDGES[1:6]:
        pen.line(edge, first, edge, first + HEAD_HEIGHT)
    pen.thickness(THICK)
    for y in (first, foot):
        pen.line(LEFT, y, RIGHT, y)
    for x in (LEFT, RIGHT):
        pen.line(x, first, x, foot)
    pen.thickness(THIN)


def draw_edge(pen: Pen, text: str, top: int) -> None:
    """Write a text from top to bottom beside the table; a number stays in one piece."""
    parts = SPLIT.findall(text)
    y = top + TOP + 25 * MM
    for part in parts:
        pen.centre(EDGE, y, part, size=fitted(part, room=8 * MM, size=HEAD))
        y += 6 * MM


def draw_foot(pen: Pen, voucher: PrintedVoucher, y: int, top: int, printed: str) -> None:
    roles, y = voucher.signed.roles, y + 6 * MM
    share = (RIGHT - LEFT) // len(roles)
    for place, (role, name) in enumerate(roles):
        put(pen, LEFT + place * share, y, f"{role}：{name}", room=share - MM, size=HEAD)
    put_notes(pen, y + 2 * MM, voucher.notes)
    pen.text(LEFT, top + 144 * MM, f"会计制度：{voucher.regime}", size=SMALL)
    pen.right(RIGHT, top + 144 * MM, f"会计期间：{voucher.month}　{printed}", size=SMALL)


def put(pen: Pen, x: int, y: int, text: str, *, room: int, size: int, font: str = REGULAR, ink: str = BLACK) -> None:
    """Write a text in one line, smaller where it would be too long."""
    pen.text(x, y, text, size=fitted(text, room=room, size=size, font=font), font=font, ink=ink)


def put_amount(pen: Pen, place: int, y: int, said: str, ink: str, font: str) -> None:
    size = fitted(said, room=WIDTHS[place] - 2 * PAD, size=TEXT, font=font)
    pen.right(EDGES[place + 1] - PAD, middle(y, TEXT), said, size=size, font=font, ink=ink)


def put_block(pen: Pen, place: int, y: int, text: str, more: Sequence[str] = ()) -> None:
    """Write a text, and more of them in smaller type, into a cell, all of it whatever its length."""
    lines = block(text, more, WIDTHS[place] - 2 * PAD, ROW_HEIGHT - PAD)
    foot = y + (ROW_HEIGHT - sum(size * 5 // 4 for _line, size in lines)) // 2
    for line, size in lines:
        foot += size * 5 // 4
        pen.text(EDGES[place] + PAD, foot - size // 4, line, size=size)


def put_notes(pen: Pen, y: int, notes: Sequence[str]) -> None:
    for line, size in block("", tuple(notes), RIGHT - LEFT, 10 * MM):
        y += size * 5 // 4
        pen.text(LEFT, y, line, size=size)


@lru_cache(maxsize=5_000)
def block(text: str, more: Sequence[str], room: int, height: int) -> Sequence[tuple[str, int]]:
    """Return the lines of a cell with their sizes, the largest at which everything fits."""
    size = TEXT
    while True:
        small = min(SMALL, size)
        lines = [(line, fitted(line, room=room, size=size)) for line in wrapped(text, room=room, size=size)]
        lines += [(line, fitted(line, room=room, size=small)) for line in packed(more, room=room, size=small)]
        lines = [(line, length) for line, length in lines if line]
        if size <= LEAST or sum(length * 5 // 4 for _line, length in lines) <= height:
            return lines
        size -= STEP


def middle(y: int, size: int) -> int:
    """Return the foot of one line in the middle of a row."""
    return y + ROW_HEIGHT // 2 + size * 7 // 20
