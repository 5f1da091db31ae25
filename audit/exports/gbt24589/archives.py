"""公共档案: the book, its months and voucher types, its units and people, and the values of its dimensions."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import IO, Final

from audit.exports.combinations import Month
from audit.exports.dimensions import Dimension
from audit.exports.gbt24589.markup import NOTHING, Row, day, number, spelled, writing
from audit.exports.gbt24589.staff import write_people
from audit.exports.gbt24589.tables import ARCHIVES, STANDARD
from audit.exports.numbers import Numbers
from ledger.models import Book
from ledger.models.words import BookKind, VoucherType
from payouts.models import Run
from treasury.models import Unit

SYSTEM: Final = "统发"
VERSION: Final = "0.1.0"
CURRENCIES: Final = {"CNY": "人民币"}
NATURES: Final = {BookKind.DISTRICT: "财政总预算", BookKind.TOWNSHIP: "财政总预算", BookKind.UNIT: "行政事业单位"}
INDUSTRY: Final = "公共管理、社会保障和社会组织"
VOUCHER_TYPES: Final = {
    VoucherType.GENERAL: "记账凭证",
    VoucherType.RECEIPT: "收款凭证",
    VoucherType.PAYMENT: "付款凭证",
    VoucherType.TRANSFER: "转账凭证",
}


def write_archives(
    *,
    file: IO[bytes],
    book: Book,
    years: Sequence[int],
    months: Sequence[Month],
    dimensions: Sequence[Dimension],
    runs: Sequence[Run],
    numbers: Numbers,
) -> None:
    """Write 公共档案 of a book; suppliers and customers are counterparties here, in an archive of our own."""
    with writing(file, ARCHIVES):
        file.writelines(book_row(book, year) for year in years)
        file.writelines(month_row(month) for month in months)
        for kind, name in VOUCHER_TYPES.items():
            file.write(Row(ARCHIVES["记账凭证类型"]).filled(spelled(kind.value), spelled(name), spelled(kind.value)))
        currency = CURRENCIES.get(book.currency, book.currency)
        file.write(Row(ARCHIVES["币种"]).filled(spelled(book.currency), spelled(currency)))
        row = Row(ARCHIVES["部门档案"], {"上级部门编码": NOTHING})
        for unit in Unit.objects.filter(township__book=book.code).order_by("code"):
            file.write(row.filled(spelled(unit.code), spelled(unit.name)))
        write_people(file=file, book=book, runs=runs, numbers=numbers)
        file.writelines(archive_row(dimension) for dimension in dimensions)
        for dimension in dimensions:
            write_values(file, dimension)


def book_row(book: Book, year: int) -> bytes:
    row = Row(
        ARCHIVES["电子账簿"],
        {"组织机构代码": NOTHING, "行业": spelled(INDUSTRY), "开发单位": spelled(SYSTEM), "版本号": spelled(VERSION)},
    )
    return row.filled(
        spelled(book.code),
        spelled(f"{book.name}（{book.chart}）"),
        spelled(book.name),
        spelled(NATURES[BookKind(book.kind)]),
        spelled(CURRENCIES.get(book.currency, book.currency)),
        number(year),
        spelled(STANDARD),
    )


def month_row(month: Month) -> bytes:
    last: date = month.ends_before - timedelta(days=1)
    return Row(ARCHIVES["会计期间"]).filled(number(month.year), number(month.number), day(month.starts_on), day(last))


def archive_row(dimension: Dimension) -> bytes:
    return Row(ARCHIVES["自定义档案项"]).filled(
        spelled(dimension.archive),
        spelled(dimension.name),
        spelled(f"辅助项{dimension.number}：{dimension.name}"),
        b"1" if dimension.tree else b"0",
        NOTHING,
    )


def write_values(file: IO[bytes], dimension: Dimension) -> None:
    row = Row(ARCHIVES["自定义档案项值"], {"档案编码": spelled(dimension.archive)})
    for value in dimension.values.values():
        file.write(
            row.filled(
                spelled(value.code),
                spelled(value.name) or NOTHING,
                spelled(value.name) or NOTHING,
                spelled(value.parent) or NOTHING,
                number(dimension.depth_of(value)),
            )
        )
