"""The cover of a print run: which vouchers of which books it holds, their control totals, and every gap."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from ledger.exports.pages.frames import local_time
from ledger.exports.pages.pens import MM, Pen, points, wrapped
from ledger.exports.pages.tables import THICK, THIN, Column, Grid, Kind, LaidRow, Row, sum_row
from ledger.exports.pages.typefaces import BOLD
from ledger.exports.stated import ExportStated

LEFT, WIDTH, TOP, FOOT = 15 * MM, 180 * MM, 36 * MM, 12 * MM
TITLE, TEXT = points(160), points(85)
LEADING: Final = TEXT * 3 // 2
COLUMNS: Final = (
    ("账套", 12),
    ("名称", 30),
    ("会计制度", 14),
    ("凭证张数", 14),
    ("分录行数", 14),
    ("财务借方合计", 24),
    ("财务贷方合计", 24),
    ("预算借方合计", 24),
    ("预算贷方合计", 24),
)


def draw_cover(pen_of: Callable[[], Pen], *, stated: ExportStated, at: datetime) -> Iterator[Pen]:
    """Yield the pages of the cover, as many as the books and the gaps take."""
    grid = Grid([Column((head,), width * MM) for head, width in COLUMNS], LEFT, WIDTH, 70)
    pen, y = begin(pen_of, stated, at), TOP
    y = put_row(pen, grid, y, grid.lay_heads())
    for row in rows_of(stated):
        laid = grid.lay(row)
        if y + laid.height > pen.height - FOOT:
            yield pen
            pen, y = begin(pen_of, stated, at), TOP
        y = put_row(pen, grid, y, laid)
    y += LEADING
    for line in [line for text in closing_words(stated) for line in wrapped(text, room=WIDTH, size=TEXT)]:
        if y + LEADING > pen.height - FOOT:
            yield pen
            pen, y = begin(pen_of, stated, at), TOP
        y += LEADING
        pen.text(LEFT, y, line, size=TEXT)
    yield pen


def begin(pen_of: Callable[[], Pen], stated: ExportStated, at: datetime) -> Pen:
    pen = pen_of()
    pen.centre(LEFT + WIDTH // 2, 18 * MM, "会计凭证汇总封面", size=TITLE, font=BOLD)
    pen.text(LEFT, 30 * MM, f"期间：{stated.since} 至 {stated.until}", size=TEXT)
    pen.right(LEFT + WIDTH, 30 * MM, f"单位：元　打印：{local_time(at):%Y-%m-%d %H:%M}", size=TEXT)
    pen.thickness(THIN)
    return pen


def put_row(pen: Pen, grid: Grid, y: int, row: LaidRow) -> int:
    if row.kind is Kind.SUM:
        pen.thickness(THICK)
        pen.line(LEFT, y, LEFT + WIDTH, y)
        pen.thickness(THIN)
    grid.draw(pen, y, row)
    grid.draw_edges(pen, y, y + row.height)
    return y + row.height


def rows_of(stated: ExportStated) -> Sequence[Row]:
    """Return a row for each book, and their sums."""
    rows = [
        Row(
            [
                book.code,
                book.name,
                book.regime,
                book.vouchers,
                book.lines,
                book.debit,
                book.credit,
                book.budget_debit,
                book.budget_credit,
            ]
        )
        for book in stated.books
    ]
    return [*rows, sum_row(rows, label="合计", at=1, columns=len(COLUMNS))]


def closing_words(stated: ExportStated) -> Sequence[str]:
    """Return what is said below the table: nothing posted, and the numbers that are missing."""
    empty = [] if stated.vouchers else ["本期所列账套没有凭证。"]
    missing = "、".join(map(str, stated.gaps))
    gaps = f"凭证断号{len(stated.gaps)}处：{missing}。" if stated.gaps else "凭证号连续，无断号。"
    return [*empty, gaps]
