"""What a paper of a book is made of, and what each of them says of its months and its regime."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ledger.book_figures import ADJUSTMENT, Figures, Span
from ledger.exports.pages.frames import Paper
from ledger.exports.pages.running import RunningRow
from ledger.exports.pages.tables import Row
from ledger.exports.pages.workbooks import Field
from ledger.exports.stated import Gap
from ledger.models import Book, ChartAccount

SIZE: Final = 75
SMALL: Final = 65
GAPS_NAMED: Final = 5
Head = tuple[str, int]  # of a column, with the millimetres it would like to have


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table of a paper: how it is printed, and how it is listed in a workbook; each is read when it is written."""

    name: str
    heads: Sequence[Head]
    printed: Iterable[RunningRow]
    fields: Sequence[Field]
    listed: Iterable[Row]
    heading: str = ""
    size: int = SIZE


@dataclass(frozen=True, slots=True)
class BookPaper:
    """A paper of one book; ``in_volumes`` if it may be any length."""

    title: str
    span: Span
    facts: Sequence[str]
    statement: str
    tables: Sequence[PaperTable]
    paper: Paper = Paper.PORTRAIT
    in_volumes: bool = False
    signers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a book is asked for: an account and those below it, or '' for all; what lines are split by, or ''.

    ``gaps`` are the voucher numbers that are missing in the months, to be told on each paper.
    """

    account: str = ""
    split: str = ""
    gaps: Sequence[Gap] = ()


def paper_of(
    figures: Figures,
    wanted: Wanted,
    title: str,
    tables: Sequence[PaperTable],
    *,
    when: str = "",
    paper: Paper = Paper.PORTRAIT,
    in_volumes: bool = False,
    signers: Sequence[str] = (),
) -> BookPaper:
    return BookPaper(
        title=title,
        span=figures.span,
        facts=[figures.span.book.name, when or span_text(figures.span), *gap_texts(wanted.gaps)],
        statement=statement_of(figures.span.book),
        tables=tables,
        paper=paper,
        in_volumes=in_volumes,
        signers=signers,
    )


def statement_of(book: Book) -> str:
    """Return under which rules a book shows its money: that they were repealed, and what of them was not verified."""
    chart = book.chart
    unverified = ChartAccount.objects.filter(chart=chart, verified=False).count()
    said = f"账务依据：{chart.name}（{chart.document}）。"
    if chart.effective_to:
        why = "" if unverified else "，因其科目编码已经核实而沿用"
        said += f"该制度自{day_text(chart.effective_to)}起废止{why}。"
    if unverified:
        said += f"科目表中有{unverified}个科目的编码或名称未经核实。"
    return f"{said}报表按科目类别编排，格式未与制度所附报表核对。"


def gap_texts(gaps: Sequence[Gap]) -> Sequence[str]:
    """Return what a paper says of voucher numbers that are missing: the first of them, and how many there are."""
    if not gaps:
        return []
    named = "、".join(f"{gap.month} {gap.voucher_type}-{gap.number}" for gap in gaps[:GAPS_NAMED])
    return [f"凭证缺号{len(gaps)}个：{named}{'等' if len(gaps) > GAPS_NAMED else ''}"]


def day_text(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def month_text(month: int) -> str:
    return "调整期" if month == ADJUSTMENT else f"{month}月"


def span_text(span: Span) -> str:
    """Return the months of a span as papers name them."""
    if span.first == span.last:
        return f"{span.year}年{month_text(span.first)}"
    return f"{span.year}年{month_text(span.first)}至{month_text(span.last)}"


def end_text(span: Span) -> str:
    """Return the day that a span ends on."""
    with_adjustment = "（含调整期）" if span.last == ADJUSTMENT else ""
    return f"{day_text(span.before - timedelta(days=1))}{with_adjustment}"
