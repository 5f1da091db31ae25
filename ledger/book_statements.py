"""The statements of a book from its figures: 科目余额表, 资产负债表, 收入支出表; laid out by the types of the chart.

Amounts stand as the statement shows them: assets are positive as debits, everything else on the other side of a sheet
as credits. What year-end closes into is the chart's own column ``closes_to``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connection

from ledger.book_figures import NOTHING, AccountFigures, Figures, Span, Turned
from ledger.models import ChartAccount
from ledger.models.words import AccountKind, Record, Side
from ledger.money import ZERO
from ledger.statements import side_of
from ledger.sums import must_add_up

# The turnover that year-end transfers made: vouchers of the transfer, and red copies of them.
TRANSFERRED: Final = """
SELECT a.code, l.fund_id, p.month,
       coalesce(sum(l.amount) FILTER (WHERE l.side = 'D'), 0.00),
       coalesce(sum(l.amount) FILTER (WHERE l.side = 'C'), 0.00)
  FROM ledger_voucher v
  LEFT JOIN ledger_voucher o ON o.id = v.reverses_id
  JOIN ledger_line l ON l.voucher_id = v.id JOIN ledger_account a ON a.id = l.account_id
  JOIN ledger_period p ON p.id = l.period_id
 WHERE v.book_id = %(book)s AND p.year = %(year)s AND v.posting_date >= %(since)s AND v.posting_date < %(before)s
   AND (v.kind = 'CLOSING' OR (v.kind = 'REVERSAL' AND o.kind = 'CLOSING'))
 GROUP BY a.code, l.fund_id, p.month
"""
MOVED: Final = (AccountKind.INCOME, AccountKind.EXPENSE)
Sides = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One account of a 科目余额表: each pair is debit and credit."""

    figures: AccountFigures
    opening: Sides
    period: Sides
    year: Sides
    closing: Sides

    @property
    def amounts(self) -> tuple[Decimal, ...]:
        return (*self.opening, *self.period, *self.year, *self.closing)


@dataclass(frozen=True, slots=True)
class Trial:
    """The 科目余额表 of one record, of all funds or of one; ``totals`` are over the leaves."""

    record: Record
    fund: str | None
    rows: Sequence[TrialRow]
    totals: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class SheetItem:
    """A line of one side of a balance sheet: at the beginning of the year and at the end of the months asked for."""

    name: str
    opening: Decimal
    closing: Decimal


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """资产, 负债, 净资产: the items of one type with their sum."""

    name: str
    items: Sequence[SheetItem]

    @property
    def opening(self) -> Decimal:
        return sum((item.opening for item in self.items), ZERO)

    @property
    def closing(self) -> Decimal:
        return sum((item.closing for item in self.items), ZERO)


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """资产负债表 of one record, of all funds or of one. The running surplus stands among the net assets.

    :raises DoesNotAddUp: if the two sides differ
    """

    record: Record
    fund: str | None
    left: Sequence[SheetGroup]
    right: Sequence[SheetGroup]

    def __post_init__(self) -> None:
        left, right = self.totals(self.left), self.totals(self.right)
        for what, stated, found in zip(("opening", "closing"), left, right, strict=True):
            must_add_up(who=f"balance sheet {self.fund or ''}".strip(), what=what, stated=stated, found=found)

    def totals(self, groups: Iterable[SheetGroup]) -> Sides:
        """Return the opening and the closing total of one side."""
        held = list(groups)
        return sum((group.opening for group in held), ZERO), sum((group.closing for group in held), ZERO)


@dataclass(frozen=True, slots=True)
class IncomeRow:
    """A line of 收入支出表: by fund what the months asked for and the year so far brought."""

    name: str
    by_fund: Mapping[str, Sides]

    @property
    def total(self) -> Sides:
        held = list(self.by_fund.values())
        return sum((period for period, _year in held), ZERO), sum((year for _period, year in held), ZERO)


@dataclass(frozen=True, slots=True)
class IncomeStatement:
    """收入支出表 of one record by fund: carried in, income, expense, other changes of what is carried, carried out.

    :raises DoesNotAddUp: if what was carried in and what changed it do not make what is carried out
    """

    record: Record
    funds: Sequence[str]
    carried_in: IncomeRow
    income: Sequence[IncomeRow]
    expense: Sequence[IncomeRow]
    others: Sequence[IncomeRow]
    carried_out: IncomeRow

    def __post_init__(self) -> None:
        for fund in self.funds:
            for place, what in enumerate(("period", "year")):
                found = self.carried_in.by_fund[fund][place]
                found += sum((row.by_fund[fund][place] for row in (*self.income, *self.others)), ZERO)
                found -= sum((row.by_fund[fund][place] for row in self.expense), ZERO)
                stated = self.carried_out.by_fund[fund][place]
                must_add_up(who=f"income statement {fund}", what=what, stated=stated, found=found)


def records_of(figures: Figures) -> Sequence[Record]:
    """Return the records that a book keeps: the financial one, and the budget one where its regime has it."""
    return list(Record) if figures.span.book.chart.parallel_record else [Record.FINANCIAL]


def trial_of(*, figures: Figures, record: Record, fund: str | None) -> Trial:
    """Return the 科目余额表 of one record; a parent keeps the sides of its leaves apart.

    :raises DoesNotAddUp: if debits and credits differ
    """
    used = (trial_row(figures, one, fund) for one in figures.used(fund=fund) if one.account.record == record)
    rows = [row for row in used if any(row.amounts)]
    leaves = [row.amounts for row in rows if row.figures.is_leaf]
    totals = tuple(sum((amounts[place] for amounts in leaves), ZERO) for place in range(8))
    who = f"{figures.span.book.code} {record.label} {fund or ''}".strip()
    for place, what in enumerate(("opening", "turnover", "turnover of the year", "closing")):
        must_add_up(who=who, what=what, stated=totals[2 * place], found=totals[2 * place + 1])
    return Trial(record, fund, rows, totals)


def trial_row(figures: Figures, one: AccountFigures, fund: str | None) -> TrialRow:
    span = figures.span
    leaves = [figures.accounts[code] for code in figures.leaves_below[one.account.code]]
    period, year = one.turned(span.first, span.last, fund), one.turned(1, span.last, fund)
    opening, closing = (
        side_of([leaf.net_after(month, fund) for leaf in leaves], by_leaf=not one.is_leaf)
        for month in (span.first - 1, span.last)
    )
    return TrialRow(one, opening, (period.debit, period.credit), (year.debit, year.credit), closing)


def balance_sheet_of(*, figures: Figures, record: Record, fund: str | None) -> BalanceSheet:
    """Return the sheet of one record; what is not yet transferred of the year is an item for each fund.

    In the financial record assets face liabilities and net assets; in the budget record 资金结存 faces what is
    carried over.
    """
    assets = SheetGroup("资产", items_of(figures, record, AccountKind.ASSET, 1, fund))
    liabilities = SheetGroup("负债", items_of(figures, record, AccountKind.LIABILITY, -1, fund))
    if record == Record.FINANCIAL:
        net = [*items_of(figures, record, AccountKind.NET_ASSET, -1, fund), *running_surplus(figures, record, fund)]
        return BalanceSheet(record, fund, [assets], [liabilities, SheetGroup("净资产", net)])
    held = SheetGroup("资金结存", items_of(figures, record, AccountKind.BUDGET_BALANCE, 1, fund, side=Side.DEBIT))
    carried = items_of(figures, record, AccountKind.BUDGET_BALANCE, -1, fund, side=Side.CREDIT)
    return BalanceSheet(
        record, fund, [held], [SheetGroup("预算结余", [*carried, *running_surplus(figures, record, fund)])]
    )


def items_of(
    figures: Figures, record: Record, kind: AccountKind, sign: int, fund: str | None, side: Side | None = None
) -> list[SheetItem]:
    """Return the accounts of the first level of one type, also those that hold nothing."""
    last = figures.span.last
    return [
        SheetItem(one.account.name, signed(one.opened(fund), sign), signed(one.net_after(last, fund), sign))
        for one in figures.accounts.values()
        if (one.account.record, one.account.kind, one.account.parent_id) == (record, kind, None)
        and side in (None, one.account.normal_side)
        and (is_in_force(one, figures.span) or one.is_used(last, fund))
    ]


def signed(net: Decimal, sign: int) -> Decimal:
    """Return a net as debit or as credit; nothing has no sign."""
    return net if sign > 0 else ZERO - net


def is_in_force(one: AccountFigures, span: Span) -> bool:
    """Whether a code is good on the last day of a span."""
    account = one.account
    return account.effective_from < span.before and (
        account.effective_to is None or account.effective_to >= span.before
    )


def running_surplus(figures: Figures, record: Record, fund: str | None) -> list[SheetItem]:
    """Return for each fund what income and expense make that year-end has not transferred yet."""
    found = []
    for each in figures.funds if fund is None else [fund]:
        moved = [one for one in leaves_of(figures, record) if one.account.kind in MOVED]
        opening = signed(sum((one.opened(each) for one in moved), ZERO), -1)
        closing = signed(sum((one.net_after(figures.span.last, each) for one in moved), ZERO), -1)
        if any(one.is_used(figures.span.last, each) for one in moved):
            found.append(SheetItem(f"本年收支差额（未结转）·{figures.funds[each]}", opening, closing))
    return found


def leaves_of(figures: Figures, record: Record) -> Sequence[AccountFigures]:
    return [one for one in figures.accounts.values() if one.is_leaf and one.account.record == record]


def income_statement_of(*, figures: Figures, record: Record) -> IncomeStatement:
    """Return the statement of one record by fund, the year-end transfer left out of income and expense.

    :raises DoesNotAddUp: if the parts do not make what is carried out
    """
    surplus = surplus_codes(figures)
    transfers = transfers_of(figures.span)
    leaves = leaves_of(figures, record)
    moved = [one for one in leaves if one.account.kind in MOVED]
    carried = [one for one in leaves if one.account.code in surplus]
    funds = [fund for fund in figures.funds if any(one.is_used(figures.span.last, fund) for one in (*moved, *carried))]
    return IncomeStatement(
        record=record,
        funds=funds,
        carried_in=carried_row([*moved, *carried], funds, (figures.span.first - 1, 0)),
        income=kind_rows(figures, record, AccountKind.INCOME, funds, transfers),
        expense=kind_rows(figures, record, AccountKind.EXPENSE, funds, transfers),
        others=[
            *other_rows(figures, carried, funds, transfers),
            *transfer_row(figures, moved, carried, funds, transfers),
        ],
        carried_out=carried_row([*moved, *carried], funds, (figures.span.last, figures.span.last)),
    )


Transfers = Mapping[tuple[str, str, int], Turned]


def transfers_of(span: Span) -> Transfers:
    """Return what year-end transfers turned over by account, fund and month."""
    with connection.cursor() as cursor:
        cursor.execute(
            TRANSFERRED,
            {"book": span.book.pk, "year": span.year, "since": span.since, "before": date(span.year + 1, 1, 1)},
        )
        return {(code, fund, month): Turned(debit, credit) for code, fund, month, debit, credit in cursor.fetchall()}


def surplus_codes(figures: Figures) -> set[str]:
    """Return the accounts that carry what years left: which others close into, and net assets that close further.

    A sub-account goes with the account above it.
    """
    listed = list(ChartAccount.objects.filter(chart=figures.span.book.chart_id))
    named = {pair.rpartition(":")[2] for row in listed for pair in row.closes_to.split("|") if pair}
    named |= {row.code for row in listed if row.closes_to and row.kind not in MOVED}
    return {leaf for code in named & figures.leaves_below.keys() for leaf in figures.leaves_below[code]}


def carried_row(leaves: Sequence[AccountFigures], funds: Sequence[str], months: tuple[int, int]) -> IncomeRow:
    """Return what was carried at the end of two months, income and expense that wait for their transfer with it."""
    return IncomeRow(
        "",
        {
            fund: (
                signed(sum((one.net_after(months[0], fund) for one in leaves), ZERO), -1),
                signed(sum((one.net_after(months[1], fund) for one in leaves), ZERO), -1),
            )
            for fund in funds
        },
    )


def kind_rows(
    figures: Figures, record: Record, kind: AccountKind, funds: Sequence[str], transfers: Transfers
) -> list[IncomeRow]:
    """Return the accounts of the first level of income or expense, also those without turnover."""
    sign = -1 if kind == AccountKind.INCOME else 1
    rows = []
    for one in figures.accounts.values():
        account = one.account
        if (account.record, account.kind, account.parent_id) == (record, kind, None) and (
            is_in_force(one, figures.span) or one.is_used(figures.span.last)
        ):
            leaves = [figures.accounts[code] for code in figures.leaves_below[account.code]]
            rows.append(IncomeRow(account.name, changes(figures.span, leaves, funds, transfers, sign)))
    return rows


def changes(
    span: Span, leaves: Sequence[AccountFigures], funds: Sequence[str], transfers: Transfers, sign: int
) -> dict[str, Sides]:
    """Return by fund what some leaves changed by in the months of a span and in the year so far, without transfers."""
    found = {}
    for fund in funds:
        amounts = []
        for first in (span.first, 1):
            net = ZERO
            for one in leaves:
                net += one.turned(first, span.last, fund).net
                net -= sum((moved(transfers, one, fund, month).net for month in range(first, span.last + 1)), ZERO)
            amounts.append(signed(net, sign))
        found[fund] = (amounts[0], amounts[1])
    return found


def moved(transfers: Transfers, one: AccountFigures, fund: str, month: int) -> Turned:
    return transfers.get((one.account.code, fund, month), NOTHING)


def other_rows(
    figures: Figures, carried: Sequence[AccountFigures], funds: Sequence[str], transfers: Transfers
) -> list[IncomeRow]:
    """Return what changed the accounts that carry, other than year-end transfers, where there is anything."""
    rows = [IncomeRow(one.account.name, changes(figures.span, [one], funds, transfers, -1)) for one in carried]
    return [row for row in rows if any(amount for pair in row.by_fund.values() for amount in pair)]


def transfer_row(
    figures: Figures,
    moving: Sequence[AccountFigures],
    carried: Sequence[AccountFigures],
    funds: Sequence[str],
    transfers: Transfers,
) -> list[IncomeRow]:
    """Return what year-end transfers took elsewhere than into the accounts that carry, if they did."""
    by_fund: dict[str, list[Decimal]] = defaultdict(list)
    for fund in funds:
        for first in (figures.span.first, 1):
            months = range(first, figures.span.last + 1)
            nets = [moved(transfers, one, fund, month).net for one in (*moving, *carried) for month in months]
            by_fund[fund].append(signed(sum(nets, ZERO), -1))
    if not any(amount for pair in by_fund.values() for amount in pair):
        return []
    return [IncomeRow("年终结转转出", {fund: (pair[0], pair[1]) for fund, pair in by_fund.items()})]
