"""control.csv: what an export states of itself, where the form it has leaves no room for that.

The period, each book with its counts and totals, every voucher number that is missing, and what each file holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from audit.exports.csv_files import Cells, Encoding, write_csv
from ledger.exports.journals import UnableToExport
from ledger.exports.stated import BookCounted, ExportStated
from ledger.money import exact

HEADS: Final = (
    "类别",
    "账套",
    "名称",
    "会计制度",
    "起始日期",
    "截止日期",
    "凭证数",
    "分录数",
    "借方合计",
    "贷方合计",
    "其中预算会计借方",
    "其中预算会计贷方",
)


@dataclass(frozen=True, slots=True)
class Content:
    """What a file of an export holds beside vouchers: its name in the folder, what is counted, and how many."""

    book: str
    what: str
    count: int
    debit: Decimal | None = None
    credit: Decimal | None = None


def write_control(
    *, folder: Path, stated: ExportStated, contents: Iterable[Content], encoding: Encoding = Encoding.UTF8
) -> None:
    """Write control.csv of an export."""
    write_csv(path=folder / "control.csv", heads=HEADS, rows=control_rows(stated, contents), encoding=encoding)


def control_rows(stated: ExportStated, contents: Iterable[Content]) -> Iterator[Cells]:
    days = (stated.since.isoformat(), stated.until.isoformat())
    for book in stated.books:
        yield ("账套", book.code, book.name, book.regime, *days, book.vouchers, book.lines, *totals_of([book]))
    yield ("合计", "", "", "", *days, stated.vouchers, stated.lines, *totals_of(stated.books))
    for content in contents:
        amounts = (content.debit, content.credit)
        yield ("文件", content.book, content.what, "", *days, None, content.count, *amounts, None, None)
    for gap in stated.gaps:
        yield ("缺号", gap.book, f"{gap.month} {gap.voucher_type}-{gap.number}", "", *days, *[None] * 6)
    if not stated.gaps:
        yield ("缺号", "", "无", "", *days, *[None] * 6)


def totals_of(books: Sequence[BookCounted]) -> Sequence[Decimal]:
    """Return debit and credit of both records, and those of the budget record."""
    return [
        exact(sum((book.debit + book.budget_debit for book in books), Decimal())),
        exact(sum((book.credit + book.budget_credit for book in books), Decimal())),
        exact(sum((book.budget_debit for book in books), Decimal())),
        exact(sum((book.budget_credit for book in books), Decimal())),
    ]


def require_agreement(*, counted: BookCounted, vouchers: int, lines: int, debit: Decimal, credit: Decimal) -> None:
    """Hold what was written of a book against what the database counts of it.

    :raises UnableToExport: if they differ
    """
    stated = (counted.vouchers, counted.lines, *totals_of([counted])[:2])
    if (vouchers, lines, exact(debit), exact(credit)) != stated:
        raise UnableToExport(
            _("The file of book {book} does not hold what the books hold. Run check_books and export again.").format(
                book=counted.code
            )
        )
