"""The columns that audit platforms load (AO and its kin): vouchers, balances and controls as csv."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Final

from audit.exports.combinations import CombinedBalance, combined_balances
from audit.exports.controls import Content, require_agreement, write_control
from audit.exports.csv_files import Cells, Encoding, RowWriter, csv_file
from audit.exports.dimensions import Dimension, dimensions_of
from audit.exports.folders import whole_folder
from audit.exports.numbers import Numbers
from audit.exports.payment_documents import payment_documents
from audit.exports.voucher_lines import VoucherLine, full_names, voucher_lines
from ledger.exports.stated import BookCounted, ExportStated, state_vouchers
from ledger.models import Account, Book
from ledger.models.words import BookKind, PeriodStatus, Record, Side
from ledger.money import ZERO
from treasury.models import Township

VOUCHER_COLUMNS: Final = """
行政区划代码 账套编码 账套名称 年度 期间 凭证日期 凭证类型 凭证号 行号 摘要 科目编码 科目名称 借方金额 贷方金额
对方科目编码 对方科目名称 功能分类编码 功能分类名称 政府经济分类编码 政府经济分类名称 部门经济分类编码 部门经济分类名称
资金性质编码 资金性质名称 财务预算标志 项目编码 项目名称 单位编码 单位名称 往来编码 往来名称 支付凭证号 附件数
制单 审核 记账 出纳 财务主管 结账标志 作废标志 源凭证号
"""
BALANCE_COLUMNS: Final = """
行政区划代码 账套编码 账套名称 年度 期间 科目编码 科目名称 财务预算标志 资金性质编码 功能分类编码 经济分类编码
项目编码 单位编码 往来编码 期初借方余额 期初贷方余额 借方发生额 贷方发生额 期末借方余额 期末贷方余额
"""
VOUCHER_HEADS, BALANCE_HEADS = tuple(VOUCHER_COLUMNS.split()), tuple(BALANCE_COLUMNS.split())
RECORDS: Final = {Record.FINANCIAL.value: "财务", Record.BUDGET.value: "预算"}
BETWEEN: Final = "；"  # the codes of several counter accounts


@dataclass
class Counts:
    """What was written of a book, added up."""

    vouchers: int = 0
    lines: int = 0
    balances: int = 0
    debit: Decimal = ZERO
    credit: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rows of a book are read with."""

    place: tuple[str, str, str]
    dimensions: Sequence[Dimension]
    accounts: Mapping[str, Account]
    officers: Mapping[str, str]
    documents: Mapping[str, str]
    numbers: Numbers


def write(
    *,
    books: Sequence[Book],
    since: date,
    until: date,
    out: Path,
    at: datetime,  # noqa: ARG001 what each export is called with; nothing in these files says when
    numbers: Numbers = Numbers.MASKED,
    encoding: Encoding = Encoding.UTF8,
) -> ExportStated:
    """Write vouchers.csv, balances.csv and control.csv from ``since`` to ``until``, the last included.

    Call it inside ``one_moment``. Where numbers are in full the caller leaves an event afterwards.

    :raises UnableToExport: if lines and balances disagree
    """
    stated = state_vouchers(books=books, since=since, until=until)
    documents = payment_documents(since=since, until=until)
    contents: list[Content] = []
    with (
        whole_folder(out) as folder,
        csv_file(folder / "vouchers.csv", VOUCHER_HEADS, encoding) as write_voucher,
        csv_file(folder / "balances.csv", BALANCE_HEADS, encoding) as write_balance,
    ):
        by_code = {book.code: book for book in books}
        for counted in stated.books:
            book = by_code[counted.code]
            reading = reading_of(book, until, documents, numbers)
            counts = Counts()
            for cells in voucher_rows(voucher_lines(book=book, since=since, until=until), reading, counts):
                write_voucher(cells)
            write_balances(write_balance, combined_balances(book=book, since=since, until=until), reading, counts)
            contents += checked_contents(counted, counts)
        write_control(folder=folder, stated=stated, contents=contents, encoding=encoding)
    return stated


def reading_of(book: Book, until: date, documents: Mapping[str, str], numbers: Numbers) -> Reading:
    return Reading(
        place=(division_of(book), book.code, book.name),
        dimensions=dimensions_of(book=book, until=until, numbers=numbers),
        accounts={account.code: account for account in Account.objects.filter(book=book)},
        officers=full_names(),
        documents=documents,
        numbers=numbers,
    )


def division_of(book: Book) -> str:
    """Return the code of a book's township; a district's is that of its townships with zeros, if they share one."""
    codes = Township.objects.filter(book=book.code).values_list("code", flat=True)
    if book.kind == BookKind.DISTRICT:
        stems = {code[:6] for code in Township.objects.filter(book__parent=book).values_list("code", flat=True)}
        return f"{stems.pop()}000" if len(stems) == 1 else ""
    return next(iter(codes), "")


def checked_contents(counted: BookCounted, counts: Counts) -> Iterable[Content]:
    require_agreement(
        counted=counted,
        vouchers=counts.vouchers,
        lines=counts.lines,
        debit=counts.debit,
        credit=counts.credit,
    )
    return [
        Content(counted.code, "vouchers.csv", counts.lines, counts.debit, counts.credit),
        Content(counted.code, "balances.csv", counts.balances),
    ]


def voucher_rows(lines: Iterable[VoucherLine], reading: Reading, counts: Counts) -> Iterator[Cells]:
    """Yield the rows of vouchers; one voucher is held at a time, for its counter accounts."""
    for _voucher, group in groupby(lines, key=lambda line: line.voucher):
        voucher = list(group)
        counter = counter_accounts(voucher)
        counts.vouchers += 1
        for line in voucher:
            counts.lines += 1
            if line.side == Side.DEBIT:
                counts.debit += line.amount
            else:
                counts.credit += line.amount
            yield voucher_cells(line, reading, counter[line.record, line.fund, line.side, line.account])


def counter_accounts(voucher: Sequence[VoucherLine]) -> Mapping[tuple[str, str, str, str], Sequence[str]]:
    """Return the accounts over against each line of a voucher: the other side of its record and fund.

    Where all lines stand on one side, as in a red correction, they are the other accounts of that side.
    """
    sides: dict[tuple[str, str, str], dict[str, None]] = {}
    for line in voucher:
        sides.setdefault((line.record, line.fund, line.side), {})[line.account] = None
    counter = {}
    for (record, fund, side), accounts in sides.items():
        other = sides.get((record, fund, Side(side).other.value))
        for account in accounts:
            counter[record, fund, side, account] = list(other) if other else [one for one in accounts if one != account]
    return counter


def voucher_cells(line: VoucherLine, reading: Reading, counter: Sequence[str]) -> Cells:
    fund, functional, economic, project, unit, counterparty = reading.dimensions
    government, department = economic_of(economic, line.economic)
    numbers, officers = reading.numbers, reading.officers
    return (
        *reading.place,
        line.year,
        line.month,
        line.day.isoformat(),
        line.voucher_type,
        line.number,
        line.line_no,
        numbers.text(line.summary),
        line.account,
        line.account_name,
        line.amount if line.side == Side.DEBIT else ZERO,
        line.amount if line.side == Side.CREDIT else ZERO,
        BETWEEN.join(counter),
        BETWEEN.join(reading.accounts[code].name for code in counter),
        *both(functional, line.functional),
        *government,
        *department,
        *both(fund, line.fund),
        RECORDS[line.record],
        *both(project, line.project),
        *both(unit, line.unit),
        *both(counterparty, line.counterparty),
        reading.documents.get(line.source) or numbers.text(line.reference),
        line.attachments,
        officers[line.preparer],
        officers[line.reviewer],
        officers[line.poster],
        officers[line.cashier] if line.cashier else "",
        officers[line.chief_accountant] if line.chief_accountant else "",
        1 if line.period_status == PeriodStatus.CLOSED else 0,
        0,
        numbers.text(line.source),
    )


def both(dimension: Dimension, code: str | None) -> tuple[str, str]:
    return dimension.code(code), dimension.label(code)


def economic_of(dimension: Dimension, code: str | None) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the government's class and the department's; a code of the department's list maps to one of the former."""
    nothing = ("", "")
    if not code:
        return nothing, nothing
    value = dimension.values[code]
    if value.kind != "DEPARTMENT":
        return both(dimension, code), nothing
    known = value.maps_to in dimension.values
    return (both(dimension, value.maps_to) if known else (value.maps_to, "")), both(dimension, code)


def write_balances(write: RowWriter, balances: Iterable[CombinedBalance], reading: Reading, counts: Counts) -> None:
    for balance in balances:
        one = balance.combination
        account = reading.accounts[one.account]
        codes = (one.fund, one.functional, one.economic, one.project, one.unit, one.counterparty)
        write(
            (
                *reading.place,
                balance.month.year,
                balance.month.number,
                one.account,
                account.name,
                RECORDS[account.record],
                *(dimension.code(code) for dimension, code in zip(reading.dimensions, codes, strict=True)),
                *on_sides(balance.opening),
                balance.debit,
                balance.credit,
                *on_sides(balance.closing),
            )
        )
        counts.balances += 1


def on_sides(net: Decimal) -> tuple[Decimal, Decimal]:
    return max(net, ZERO), max(-net, ZERO)
