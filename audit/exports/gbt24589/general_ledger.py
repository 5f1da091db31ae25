"""总账: accounts and what they are kept by, balances month by month, vouchers line by line, and the balance sheet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import IO, Final

from audit.exports.combinations import Combination, CombinedBalance, combined_balances
from audit.exports.dimensions import Dimension
from audit.exports.gbt24589.archives import SYSTEM
from audit.exports.gbt24589.markup import NO_DATE, NOTHING, Row, amount, day, number, spelled, writing
from audit.exports.gbt24589.tables import AUXILIARY, LEDGER
from audit.exports.numbers import Numbers
from audit.exports.voucher_lines import VoucherLine, full_names, voucher_lines
from ledger.models import Account, Book
from ledger.models.words import AccountKind, Record, Side
from ledger.money import ZERO
from ledger.statements import TrialLine, trial_balance

USED: Final = 6  # of the auxiliary items; the others stay empty
NIL: Final = b"0.00"
SIDES: Final = {Side.DEBIT: "借", Side.CREDIT: "贷"}
KINDS: Final = {
    AccountKind.ASSET: "资产",
    AccountKind.LIABILITY: "负债",
    AccountKind.NET_ASSET: "净资产",
    AccountKind.INCOME: "收入",
    AccountKind.EXPENSE: "支出",
    AccountKind.BUDGET_BALANCE: "预算结余",
}
BUDGET: Final = {AccountKind.INCOME: "预算收入", AccountKind.EXPENSE: "预算支出"}
DEBIT_KINDS: Final = (AccountKind.ASSET, AccountKind.EXPENSE)
QUANTITIES: Final = {"期初数量": NIL, "借方数量": NIL, "贷方数量": NIL, "期末数量": NIL}
EMPTY_ITEMS: Final[Mapping[str, bytes]] = dict.fromkeys(AUXILIARY[USED:], b"")


@dataclass(frozen=True, slots=True)
class LedgerWritten:
    """What the ledger file of a book holds: its vouchers, their lines with their totals, and its rows of balances."""

    vouchers: int
    lines: int
    debit: Decimal
    credit: Decimal
    balances: int


def write_ledger(
    *, file: IO[bytes], book: Book, since: date, until: date, dimensions: Sequence[Dimension], numbers: Numbers
) -> LedgerWritten:
    """Write 总账 of a book from ``since`` to ``until`` and return what it holds.

    :raises UnableToExport: if its lines and its balances disagree, or a text cannot stand in XML
    """
    accounts = list(Account.objects.filter(book=book).order_by("code").select_related("parent"))
    with writing(file, LEDGER):
        file.write(head_row(accounts))
        file.writelines(account_rows(accounts))
        file.writelines(kept_by_rows(accounts, dimensions))
        balances = write_balances(file, book, since, until, dimensions)
        written = write_vouchers(file, book, since, until, dimensions, numbers, balances)
        file.writelines(report_rows(book, since, until))
    return written


def head_row(accounts: Sequence[Account]) -> bytes:
    """Return 总账基础信息: the lengths of the codes of accounts, level by level."""
    lengths: dict[int, int] = {}
    for code, depth in depths_of(accounts).items():
        lengths[depth] = max(lengths.get(depth, 0), len(code))
    grown = [lengths[depth] - lengths.get(depth - 1, 0) for depth in sorted(lengths)]
    fixed = dict.fromkeys(LEDGER["总账基础信息"].fields, b"")
    fixed |= {"结构分隔符": b"-", "会计科目编号规则": "-".join(map(str, grown)).encode("ascii")}
    return Row(LEDGER["总账基础信息"], fixed).filled()


def depths_of(accounts: Sequence[Account]) -> Mapping[str, int]:
    by_key = {account.pk: account for account in accounts}
    depths = {}
    for account in accounts:
        depth, above = 1, account.parent_id
        while above is not None:
            depth, above = depth + 1, by_key[above].parent_id
        depths[account.code] = depth
    return depths


def account_rows(accounts: Sequence[Account]) -> Iterator[bytes]:
    row, depths = Row(LEDGER["会计科目"]), depths_of(accounts)
    for account in accounts:
        yield row.filled(
            spelled(account.code),
            spelled(account.name),
            number(depths[account.code]),
            spelled(kind_name(AccountKind(account.kind), account.record)),
            spelled(SIDES[Side(account.normal_side)]),
        )


def kind_name(kind: AccountKind, record: str) -> str:
    return BUDGET.get(kind, KINDS[kind]) if record == Record.BUDGET else KINDS[kind]


def kept_by_rows(accounts: Sequence[Account], dimensions: Sequence[Dimension]) -> Iterator[bytes]:
    """Yield 科目辅助核算: every account that is posted to may be kept by each of our dimensions."""
    row, parents = Row(LEDGER["科目辅助核算"]), {account.parent_id for account in accounts}
    for account in accounts:
        if account.pk not in parents:
            for one in dimensions:
                name = spelled(one.name)
                yield row.filled(spelled(account.code), number(one.number), name, spelled(one.archive), name)


def write_balances(file: IO[bytes], book: Book, since: date, until: date, dimensions: Sequence[Dimension]) -> int:
    fixed = {"币种编码": spelled(book.currency), "计量单位": NOTHING, **EMPTY_ITEMS, **QUANTITIES}
    row = Row(LEDGER["科目余额及发生额"], fixed)
    count = 0
    for balance in combined_balances(book=book, since=since, until=until):
        file.write(row.filled(*balance_values(balance, dimensions)))
        count += 1
    return count


def balance_values(balance: CombinedBalance, dimensions: Sequence[Dimension]) -> Sequence[bytes]:
    opening, closing = amount(abs(balance.opening)), amount(abs(balance.closing))
    debit, credit = amount(balance.debit), amount(balance.credit)
    return (
        spelled(balance.combination.account),
        *items_of(balance.combination, dimensions),
        spelled(direction(balance.opening)),
        spelled(direction(balance.closing)),
        number(balance.month.year),
        number(balance.month.number),
        *(opening, opening, debit, debit, credit, credit, closing, closing),
    )


def direction(net: Decimal) -> str:
    """Return the side on which a balance stands; 平 where there is none."""
    return "平" if net == ZERO else "借" if net > 0 else "贷"


def items_of(line: Combination | VoucherLine, dimensions: Sequence[Dimension]) -> Iterator[bytes]:
    codes = (line.fund, line.functional, line.economic, line.project, line.unit, line.counterparty)
    return (spelled(one.code(code)) for one, code in zip(dimensions, codes, strict=True))


def write_vouchers(
    file: IO[bytes],
    book: Book,
    since: date,
    until: date,
    dimensions: Sequence[Dimension],
    numbers: Numbers,
    balances: int,
) -> LedgerWritten:
    """Write 记账凭证: posted, and never void, for a red reversal leaves what it reverses as it was."""
    row, names = voucher_row(book), full_names()
    vouchers, lines, debit, credit, last = 0, 0, ZERO, ZERO, 0
    for line in voucher_lines(book=book, since=since, until=until):
        vouchers, lines, last = vouchers + (line.voucher != last), lines + 1, line.voucher
        if line.side == Side.DEBIT:
            debit += line.amount
        else:
            credit += line.amount
        file.write(row.filled(*voucher_values(line, dimensions, numbers, names)))
    return LedgerWritten(vouchers=vouchers, lines=lines, debit=debit, credit=credit, balances=balances)


def voucher_row(book: Book) -> Row:
    return Row(
        LEDGER["记账凭证"],
        {
            **EMPTY_ITEMS,
            "币种编码": spelled(book.currency),
            "计量单位": NOTHING,
            "借方数量": NIL,
            "贷方数量": NIL,
            "汇率类型编号": NOTHING,
            "汇率": b"1.00",
            "单价": NIL,
            "凭证头可扩展字段结构值": b"",
            "分录行可扩展字段结构值": b"",
            "结算方式编码": NOTHING,
            "票据类型": NOTHING,
            "票据号": NOTHING,
            "票据日期": NO_DATE,
            "记账标志": b"1",
            "作废标志": b"0",
            "凭证来源系统": spelled(SYSTEM),
        },
    )


def voucher_values(
    line: VoucherLine, dimensions: Sequence[Dimension], numbers: Numbers, names: Mapping[str, str]
) -> Sequence[bytes]:
    moved = amount(line.amount)
    debit, credit = (moved, NIL) if line.side == Side.DEBIT else (NIL, moved)
    return (
        day(line.day),
        number(line.year),
        number(line.month),
        spelled(line.voucher_type),
        b"%04d" % line.number,
        number(line.line_no),
        spelled(numbers.text(line.summary)),
        spelled(line.account),
        *items_of(line, dimensions),
        *(debit, debit, credit, credit),
        number(line.attachments),
        spelled(names[line.preparer]),
        spelled(names[line.reviewer]),
        spelled(names[line.poster]),
    )


def report_rows(book: Book, since: date, until: date) -> Iterator[bytes]:
    """Yield the balance sheet of the last day (资产负债表): accounts of the first level, and sums by their kind."""
    code = f"ZCFZ{until:%Y%m%d}"
    yield Row(LEDGER["报表集"]).filled(
        spelled(code),
        spelled("资产负债表"),
        day(until),
        f"{until:%Y%m}".encode("ascii"),
        spelled(book.name),
        spelled("元"),
    )
    row = Row(LEDGER["报表项数据"], {"报表编号": spelled(code)})
    tops = {account.code: account for account in Account.objects.filter(book=book, parent=None)}
    sums: dict[str, Decimal] = {}
    lines = trial_balance(book=book, since=since, before=until + timedelta(days=1)).lines
    for line in lines:
        if line.code in tops:
            kind = AccountKind(tops[line.code].kind)
            value, name = worth(line, kind), kind_name(kind, line.record)
            sums[name] = sums.get(name, ZERO) + value
            yield row.filled(spelled(line.code), spelled(line.name), spelled(f"期末余额({line.code})"), amount(value))
    for name, value in sums.items():
        yield row.filled(spelled(f"{name}合计"), spelled(f"{name}合计"), spelled(f"合计({name})"), amount(value))


def worth(line: TrialLine, kind: AccountKind) -> Decimal:
    """Return a closing balance on the side of its kind: what reduces it is negative."""
    net = line.closing_debit - line.closing_credit
    return net if kind in DEBIT_KINDS else -net
