"""What 总账, 明细账 and 日记账 look like, printed and as sheets."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Final

from ledger.book_figures import AccountFigures, Figures
from ledger.book_rows import BookRow, RowKind, bank_journal, general_ledger, subsidiary_ledger
from ledger.exports.pages.running import RunningRow
from ledger.exports.pages.tables import Cell, Kind, Row
from ledger.exports.pages.workbooks import Field
from ledger.exports.paper_parts import BookPaper, Head, PaperTable, Wanted, month_text, paper_of
from ledger.money import ZERO

LEDGER_HEADS: Final[Sequence[Head]] = (
    ("日期", 15),
    ("凭证字号", 16),
    ("摘要", 62),
    ("资金", 10),
    ("借方", 28),
    ("贷方", 28),
    ("借或贷", 9),
    ("余额", 28),
)
GENERAL_HEADS: Final[Sequence[Head]] = (
    ("月份", 16),
    ("摘要", 60),
    ("借方", 35),
    ("贷方", 35),
    ("借或贷", 12),
    ("余额", 35),
)
LISTED_ACCOUNT: Final = (Field("科目编码", 7), Field("科目名称", 12))
SUMS: Final = {RowKind.DAY: "本日合计", RowKind.MONTH: "本月合计", RowKind.YEAR: "本年累计"}


def general_ledger_paper(figures: Figures, wanted: Wanted) -> BookPaper:
    """Return 总账: the accounts of the first level, or those asked for."""
    chosen = [one for one in chosen_of(figures, wanted) if wanted.account or one.account.parent_id is None]

    def rows() -> Iterator[BookRow]:
        return general_ledger(figures=figures, chosen=chosen)

    table = PaperTable(
        name="总账",
        heads=GENERAL_HEADS,
        printed=(RunningRow(general_row(figures, row)) for row in rows()),
        fields=[*LISTED_ACCOUNT, Field("月份", 4), Field("摘要", 8), *amount_fields()],
        listed=(listed_general_row(figures, row) for row in rows() if row.kind is not RowKind.ACCOUNT),
    )
    return paper_of(figures, wanted, "总账", [table], in_volumes=True)


def subsidiary_ledger_paper(figures: Figures, wanted: Wanted) -> BookPaper:
    """Return 明细账: every line of the leaves."""
    chosen = chosen_of(figures, wanted)
    rows = partial(subsidiary_ledger, figures=figures, chosen=chosen, split=wanted.split)
    return paper_of(figures, wanted, "明细账", [ledger_table("明细账", figures, rows)], in_volumes=True)


def bank_journal_paper(figures: Figures, wanted: Wanted) -> BookPaper:
    """Return 银行存款日记账: every line of the accounts at a bank or the treasury, with the totals of each day."""
    rows = partial(bank_journal, figures=figures, chosen=chosen_of(figures, wanted))
    return paper_of(figures, wanted, "银行存款日记账", [ledger_table("日记账", figures, rows)], in_volumes=True)


def chosen_of(figures: Figures, wanted: Wanted) -> Sequence[AccountFigures]:
    """Return the accounts asked for.

    :raises UnableToPrint: if the book has no such account
    """
    return figures.under(wanted.account) if wanted.account else figures.used()


def ledger_table(name: str, figures: Figures, rows: Callable[[], Iterator[BookRow]]) -> PaperTable:
    return PaperTable(
        name=name,
        heads=LEDGER_HEADS,
        printed=(RunningRow(ledger_row(figures, row), partial(carry_row, row)) for row in rows()),
        fields=[
            *LISTED_ACCOUNT,
            Field("分户", 6),
            Field("月份", 4),
            Field("日期", 6),
            Field("凭证字号", 5),
            Field("摘要", 24),
            Field("资金", 4),
            *amount_fields(),
        ],
        listed=(listed_row(figures, row) for row in rows() if row.kind is not RowKind.ACCOUNT),
    )


def amount_fields() -> Sequence[Field]:
    return [Field("借方", 9), Field("贷方", 9), Field("借或贷", 4), Field("余额", 9)]


def side_text(balance: Decimal) -> str:
    """Return 借, 贷 or 平."""
    return "平" if balance == ZERO else "借" if balance > ZERO else "贷"


def kind_of(row: BookRow) -> Kind:
    if row.kind is RowKind.ACCOUNT:
        return Kind.BAND
    return Kind.SUM if row.kind in SUMS else Kind.BODY


def account_text(row: BookRow) -> str:
    value = f"　{row.value}" if row.value else ""
    return f"{row.account.code} {row.account.name}{value}"


def said_of(figures: Figures, row: BookRow) -> str:
    """Return the summary of a row."""
    if row.kind is RowKind.OPENING:
        if figures.span.first > figures.span.since.month or figures.span.since.month > 1:
            return "期初余额"
        return "上年结转" if figures.was_carried else "年初余额"
    return SUMS.get(row.kind, row.summary)


def amounts_of(row: BookRow) -> list[Cell]:
    """Return debit, credit, side and balance; a line leaves the other side empty."""
    if row.turned is None:
        debit = credit = None
    elif row.kind is RowKind.LINE:
        debit, credit = row.turned.debit or None, row.turned.credit or None
    else:
        debit, credit = row.turned.debit, row.turned.credit
    return [debit, credit, side_text(row.balance), abs(row.balance)]


def ledger_row(figures: Figures, row: BookRow) -> Row:
    if row.kind is RowKind.ACCOUNT:
        return Row([account_text(row), *[""] * 7], Kind.BAND)
    day = f"{row.day:%m-%d}" if row.day else month_text(row.month) if row.kind in SUMS else ""
    return Row([day, row.voucher, said_of(figures, row), row.fund, *amounts_of(row)], kind_of(row))


def carry_row(row: BookRow, label: str) -> Row:
    """Return the row that carries an account over a page: the turnover of the month so far, and the balance."""
    amounts: list[Cell] = [None, None]
    if row.kind in (RowKind.LINE, RowKind.DAY):
        amounts = [row.so_far.debit, row.so_far.credit]
    said = f"{label}　{account_text(row)}"
    return Row(["", "", said, "", *amounts, side_text(row.balance), abs(row.balance)], Kind.SUM)


def listed_row(figures: Figures, row: BookRow) -> Row:
    return Row(
        [
            row.account.code,
            row.account.name,
            row.value,
            month_text(row.month),
            f"{row.day}" if row.day else "",
            row.voucher,
            said_of(figures, row),
            row.fund,
            *amounts_of(row),
        ],
        kind_of(row),
    )


def general_row(figures: Figures, row: BookRow) -> Row:
    if row.kind is RowKind.ACCOUNT:
        return Row([account_text(row), *[""] * 5], Kind.BAND)
    month = month_text(row.month) if row.kind in SUMS else ""
    kind = Kind.SUM if row.kind is RowKind.YEAR else Kind.BODY
    return Row([month, said_of(figures, row), *amounts_of(row)], kind)


def listed_general_row(figures: Figures, row: BookRow) -> Row:
    printed = general_row(figures, row)
    return Row([row.account.code, row.account.name, *printed.cells], printed.kind)
