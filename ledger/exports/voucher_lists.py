"""The list of vouchers with their lines as a workbook: a sheet that states it, then as many as the rows take."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, count, islice
from typing import IO, Final

from ledger.exports.pages.frames import Frame, Paper
from ledger.exports.pages.workbooks import HEAD_ROW, Field, Values, open_book
from ledger.exports.stated import ExportStated
from ledger.exports.voucher_covers import COLUMNS, closing_words, rows_of
from ledger.exports.voucher_sheets import KINDS, Cited, PrintedLine, PrintedVoucher

SHEET_ROWS: Final = 1_048_576 - HEAD_ROW - 1  # what xlsx takes on a sheet, less the lines of its head
FIELDS: Final = (
    Field("账套", 4),
    Field("账套名称", 8),
    Field("会计期间", 4),
    Field("日期", 5),
    Field("凭证字", 3),
    Field("凭证号", 4),
    Field("摘要", 15),
    Field("行号", 3),
    Field("账簿", 3),
    Field("科目编码", 6),
    Field("总账科目", 10),
    Field("明细科目", 14),
    Field("资金性质", 10),
    Field("功能分类", 10),
    Field("经济分类", 10),
    Field("项目", 8),
    Field("单位", 8),
    Field("往来单位", 8),
    Field("借方金额", 8),
    Field("贷方金额", 8),
    Field("附单据张数", 4),
    Field("会计主管", 5),
    Field("记账", 5),
    Field("出纳", 5),
    Field("审核", 5),
    Field("制单", 5),
    Field("类别", 5),
    Field("冲销凭证", 10),
    Field("被冲销于", 10),
    Field("更正凭证", 10),
    Field("依据", 8),
    Field("文号", 8),
    Field("来源", 10),
)


def write_list_book(
    *,
    file: IO[bytes],
    vouchers: Iterable[PrintedVoucher],
    stated: ExportStated,
    at: datetime,
    rows_per_sheet: int = SHEET_ROWS,
) -> int:
    """Write a sheet that states the list and its sheets of lines; return how many lines there are."""
    frame = Frame(
        title="会计凭证明细表",
        facts=[f"{stated.since} 至 {stated.until}"],
        unit="单位：元",
        statement="　".join(closing_words(stated)),
        printed_at=at,
        paper=Paper.LANDSCAPE,
    )
    lines = chain.from_iterable(map(line_values, vouchers))
    written = 0
    with open_book(file=file, frame=frame) as book:
        heads = [Field(head, width // 2) for head, width in COLUMNS]
        *books, total = [row.cells for row in rows_of(stated)]
        book.sheet(name="汇总", fields=heads, rows=books, total=total)  # type: ignore[arg-type]
        for number, first in zip(count(1), lines, strict=False):
            # One row is taken to see that a further sheet is needed.
            rows = chain([first], islice(lines, rows_per_sheet - 1))
            written += book.sheet(name=f"凭证{number}", fields=FIELDS, rows=rows, total=None)
    return written


def line_values(voucher: PrintedVoucher) -> Iterator[Values]:
    """Yield a row for each line of a voucher."""
    head: Values = [
        voucher.book_code,
        voucher.book_name,
        voucher.month,
        voucher.posting_date.isoformat(),
        voucher.voucher_type,
        voucher.number,
    ]
    tail: Values = [
        voucher.attachments,
        *(name for _role, name in voucher.signed.roles),
        KINDS[voucher.kind],
        cited_text(voucher.reverses),
        cited_text(voucher.reversed_by),
        cited_text(voucher.corrects),
        voucher.paper,
        voucher.reference,
        voucher.source,
    ]
    for line in voucher.lines:
        yield [*head, *line_cells(line), *tail]


def line_cells(line: PrintedLine) -> Values:
    return [
        line.summary,
        line.number,
        "预算" if line.record == "B" else "财务",
        line.account.code,
        line.account.general,
        line.account.detail,
        line.fund,
        line.functional,
        line.economic,
        line.project,
        line.unit,
        line.counterparty,
        line.debit,
        line.credit,
    ]


def cited_text(cited: Cited | None) -> str:
    return str(cited) if cited else ""
