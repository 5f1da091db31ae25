"""Statements an accountant reads: the trial balance and the statement of an account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from ledger.balances import DIMENSIONS, balances_as_of
from ledger.models import Account, Book
from ledger.money import ZERO

PAGE = 200

# What a line of a statement can be chosen by.
CHOICES = ("fund", *DIMENSIONS)

TURNOVER = """
SELECT a.code, sum(b.debit), sum(b.credit)
  FROM ledger_period p JOIN ledger_balance b ON b.period_id = p.id JOIN ledger_account a ON a.id = b.account_id
 WHERE p.book_id = %s AND p.ends_before > %s AND b.posting_date >= %s AND b.posting_date < %s
 GROUP BY a.code
"""

# What an account holds before the first day of a page: from its daily turnovers, or, when only
# lines with certain dimensions count, from the lines.
BROUGHT_BY_DAYS = """
SELECT sum(debit - credit) AS net FROM ledger_balance WHERE account_id = %(account)s AND posting_date < %(date)s"""
BROUGHT_BY_LINES = """
SELECT sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END) AS net FROM ledger_line l
 WHERE l.account_id = %(account)s AND l.posting_date < %(date)s{wanted}"""


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One account of a trial balance; opening and closing stand on one side only."""

    code: str
    name: str
    record: str
    leaf: bool
    opening_debit: Decimal
    opening_credit: Decimal
    debit: Decimal
    credit: Decimal
    closing_debit: Decimal
    closing_credit: Decimal


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """试算平衡表: every account with a balance or turnover, parents summed from their leaves."""

    book: Book
    since: date
    before: date
    lines: list[TrialLine]

    def totals(self, record: str) -> tuple[Decimal, ...]:
        """Return the six column totals over the leaves of one record."""
        leaves = [line for line in self.lines if line.leaf and line.record == record]
        columns = ("opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit")
        return tuple(sum((getattr(line, column) for line in leaves), ZERO) for column in columns)

    @property
    def ties(self) -> bool:
        """Whether debits equal credits in the opening, the turnover and the closing of each record."""
        return all(
            total[0] == total[1] and total[2] == total[3] and total[4] == total[5]
            for total in (self.totals("F"), self.totals("B"))
        )


def trial_balance(*, book: Book, since: date, before: date) -> TrialBalance:
    """Return the trial balance of ``book`` for posting dates from ``since`` until ``before``."""
    opening = nets(book, since - timedelta(days=1))
    closing = nets(book, before - timedelta(days=1))
    turnover = turnovers(book, since, before)
    used = turnover.keys() | {code for code, net in opening.items() if net != ZERO}
    accounts = {account.code: account for account in Account.objects.filter(book=book).select_related("parent")}
    parents = {account.parent_id for account in accounts.values()}
    lines = []
    for code, family in sorted(families(accounts.values(), used).items()):
        account = accounts[code]
        opened = side_of([opening.get(leaf, ZERO) for leaf in family], by_leaf=account.pk in parents)
        closed = side_of([closing.get(leaf, ZERO) for leaf in family], by_leaf=account.pk in parents)
        lines.append(
            TrialLine(
                code=code,
                name=account.name,
                record=account.record,
                leaf=account.pk not in parents,
                opening_debit=opened[0],
                opening_credit=opened[1],
                debit=sum((turnover[leaf][0] for leaf in family if leaf in turnover), ZERO),
                credit=sum((turnover[leaf][1] for leaf in family if leaf in turnover), ZERO),
                closing_debit=closed[0],
                closing_credit=closed[1],
            )
        )
    return TrialBalance(book=book, since=since, before=before, lines=lines)


def nets(book: Book, as_of: date) -> dict[str, Decimal]:
    """Return the net of each account over its funds, debit positive."""
    held: dict[str, Decimal] = {}
    for balance in balances_as_of(book=book, as_of=as_of):
        held[balance.code] = held.get(balance.code, ZERO) + balance.net
    return held


def turnovers(book: Book, since: date, before: date) -> dict[str, tuple[Decimal, Decimal]]:
    """Return what each account was debited and credited from ``since`` until ``before``, if it was."""
    with connection.cursor() as cursor:
        cursor.execute(TURNOVER, [book.pk, since, since, before])
        return {code: (debit, credit) for code, debit, credit in cursor.fetchall() if debit or credit}


def families(accounts: Iterable[Account], used: Iterable[str]) -> dict[str, list[str]]:
    """Return each account that has to be shown with the leaves it sums: itself, or those below it."""
    by_id = {account.pk: account for account in accounts}
    by_code = {account.code: account for account in by_id.values()}
    shown: dict[str, list[str]] = {}
    for leaf in used:
        above: Account | None = by_code[leaf]
        while above is not None:
            shown.setdefault(above.code, []).append(leaf)
            above = by_id.get(above.parent_id) if above.parent_id else None
    return shown


def side_of(nets_of_leaves: Iterable[Decimal], *, by_leaf: bool) -> tuple[Decimal, Decimal]:
    """Return a balance as debit and credit; a parent keeps the sides of its leaves apart."""
    held = list(nets_of_leaves)
    if by_leaf:
        return sum((net for net in held if net > 0), ZERO), -sum((net for net in held if net < 0), ZERO)
    net = sum(held, ZERO)
    return max(net, ZERO), max(-net, ZERO)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of an account's statement with the balance after it, debit positive."""

    posting_date: date
    voucher_id: int
    line_no: int
    voucher: str
    summary: str
    fund: str
    debit: Decimal
    credit: Decimal
    balance: Decimal


def account_statement(
    *,
    account: Account,
    since: date,
    before: date,
    dimensions: Mapping[str, str],
    after: tuple[date, int, int] | None,
    limit: int = PAGE,
) -> list[StatementLine]:
    """Return a page of the lines of an account, oldest first, with the running balance.

    ``dimensions`` maps names such as ``fund`` or ``unit`` to the code wanted; the balance then runs
    over these lines only. ``after`` is the key ``(posting_date, voucher_id, line_no)`` of the last line of the
    page before; the page is found by the index, however deep it lies.
    """
    unknown = sorted(dimensions.keys() - set(CHOICES))
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is no dimension of a line: {', '.join(CHOICES)}")
    wanted = "".join(f" AND l.{name}_id = %({name})s" for name in CHOICES if name in dimensions)
    page = " AND (l.posting_date, l.voucher_id, l.line_no) > (%(date)s, %(voucher)s, %(line)s)" if after else ""
    first = after or (since, 0, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT l.posting_date, l.voucher_id, l.line_no, v.voucher_type || '-' || v.number,
                   coalesce(nullif(l.summary, ''), v.summary), l.fund_id,
                   CASE l.side WHEN 'D' THEN l.amount ELSE 0.00 END, CASE l.side WHEN 'C' THEN l.amount ELSE 0.00 END,
                   brought.net + sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END)
                     OVER (ORDER BY l.posting_date, l.voucher_id, l.line_no)
              FROM (SELECT coalesce(sum(net), 0.00) AS net FROM ({BROUGHT_BY_LINES if wanted else BROUGHT_BY_DAYS}
                      UNION ALL
                    SELECT CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END FROM ledger_line l
                     WHERE l.account_id = %(account)s AND l.posting_date = %(date)s
                       AND (l.voucher_id, l.line_no) <= (%(voucher)s, %(line)s){wanted}) b) brought,
                   ledger_line l JOIN ledger_voucher v ON v.id = l.voucher_id
             WHERE l.account_id = %(account)s AND l.posting_date >= %(since)s
               AND l.posting_date < %(before)s{page}{wanted}
             ORDER BY l.posting_date, l.voucher_id, l.line_no LIMIT %(limit)s
            """.replace("{wanted}", wanted),  # noqa: S608 the columns are those of CHOICES
            {
                "account": account.pk,
                "since": since,
                "before": before,
                "limit": limit,
                "date": first[0],
                "voucher": first[1],
                "line": first[2],
                **dimensions,
            },
        )
        return [StatementLine(*row) for row in cursor.fetchall()]
