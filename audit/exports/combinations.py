"""Balances and turnover of each account and combination of dimensions, month by month, streamed.

An opening is the closing of the month before; only where a year was carried forward, income and expense begin
anew, because the year-end transfer emptied their accounts without naming dimensions. What is streamed is
added up by account and fund and held against the balances that the books keep (P13), to the fen.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from ledger.balances import balances_as_of
from ledger.exports.journals import UnableToExport
from ledger.models import Book
from ledger.models.words import AccountKind
from ledger.money import ZERO

TEMPORARY: Final = (AccountKind.INCOME, AccountKind.EXPENSE)  # they end each year at zero

# The months that a span of days touches: those that were opened, and any other that has lines in it.
MONTHS = """
SELECT p.id, p.year, p.month, p.starts_on, p.ends_before, p.status,
       (SELECT coalesce(max(y.year), 0) FROM ledger_yearcarried y WHERE y.book_id = p.book_id AND y.year < p.year)
  FROM ledger_period p
 WHERE p.book_id = %(book)s AND p.starts_on <= %(until)s AND p.ends_before > %(since)s
   AND (p.month <= 12 AND p.status <> 'UNOPENED'
        OR EXISTS (SELECT FROM ledger_voucher v WHERE v.period_id = p.id
                    AND v.posting_date BETWEEN %(since)s AND %(until)s))
 ORDER BY p.year, p.month
"""
# What each combination was debited and credited in each month, and before the first day by years carried.
TURNOVER = """
WITH p AS MATERIALIZED (
  SELECT q.id, (SELECT coalesce(max(y.year), 0) FROM ledger_yearcarried y
                 WHERE y.book_id = q.book_id AND y.year < q.year) AS carried
    FROM ledger_period q WHERE q.book_id = %(book)s
)
SELECT a.code, a.kind, t.fund, t.functional, t.economic, t.project, t.unit, t.counterparty, t.month, t.carried,
       t.debit, t.credit
  FROM (SELECT l.account_id, l.fund_id AS fund, coalesce(l.functional_id, '') AS functional,
               coalesce(l.economic_id, '') AS economic, coalesce(l.project_id, '') AS project,
               coalesce(l.unit_id, '') AS unit, coalesce(l.counterparty_id, '') AS counterparty,
               CASE WHEN l.posting_date < %(since)s THEN 0 ELSE p.id END AS month, p.carried,
               sum(CASE l.side WHEN 'D' THEN l.amount ELSE 0 END) AS debit,
               sum(CASE l.side WHEN 'C' THEN l.amount ELSE 0 END) AS credit
          FROM p JOIN ledger_voucher v ON v.period_id = p.id JOIN ledger_line l ON l.voucher_id = v.id
         WHERE v.book_id = %(book)s AND v.posting_date <= %(until)s
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9) t
  JOIN ledger_account a ON a.id = t.account_id
 ORDER BY a.code, t.fund, t.functional, t.economic, t.project, t.unit, t.counterparty
"""
KEPT = """
SELECT a.code, b.fund_id, b.period_id, sum(b.debit), sum(b.credit)
  FROM ledger_period p JOIN ledger_balance b ON b.period_id = p.id JOIN ledger_account a ON a.id = b.account_id
 WHERE p.book_id = %(book)s AND b.posting_date BETWEEN %(since)s AND %(until)s
 GROUP BY a.code, b.fund_id, b.period_id
"""


class Month(NamedTuple):
    """An accounting month of a book; 13 is the adjustment period. ``carried`` is the last year carried before it."""

    key: int
    year: int
    number: int
    starts_on: date
    ends_before: date
    status: str
    carried: int


class Combination(NamedTuple):
    """An account with its fund and the dimensions of its lines, empty where a line names none."""

    account: str
    kind: str
    fund: str
    functional: str
    economic: str
    project: str
    unit: str
    counterparty: str


class Turnover(NamedTuple):
    """What a combination was debited and credited in a month (0: before the first day)."""

    month: int
    carried: int
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class CombinedBalance:
    """A combination in a month; ``opening`` and ``closing`` are debit positive."""

    combination: Combination
    month: Month
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit


@dataclass
class Proof:
    """What the rows say by account and fund, added up while they go by."""

    openings: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    closings: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    turnovers: dict[tuple[str, str, int], tuple[Decimal, Decimal]] = field(default_factory=dict)

    def add(self, row: CombinedBalance, *, first: Month, last: Month) -> None:
        account, fund = row.combination.account, row.combination.fund
        if row.month == first:
            self.openings[account, fund] += row.opening
        if row.month == last:
            self.closings[account, fund] += row.closing
        if row.debit or row.credit:
            debit, credit = self.turnovers.get((account, fund, row.month.key), (ZERO, ZERO))
            self.turnovers[account, fund, row.month.key] = (debit + row.debit, credit + row.credit)


def months_of(*, book: Book, since: date, until: date) -> Sequence[Month]:
    """Return the accounting months that have something to say from ``since`` to ``until``, the last included."""
    with connection.cursor() as cursor:
        cursor.execute(MONTHS, {"book": book.pk, "since": since, "until": until})
        return [Month(*row) for row in cursor.fetchall()]


def combined_balances(*, book: Book, since: date, until: date) -> Iterator[CombinedBalance]:
    """Yield every combination that has a balance or turnover in a month, by account, and prove their sums at the end.

    :raises UnableToExport: after the last row, if the books keep other balances
    """
    months = months_of(book=book, since=since, until=until)
    if not months:
        return
    proof = Proof()
    for combination, turnovers in combinations_of(book=book, since=since, until=until):
        for row in rows_of(combination, turnovers, months):
            proof.add(row, first=months[0], last=months[-1])
            yield row
    prove(proof, book=book, since=since, until=until)


def combinations_of(*, book: Book, since: date, until: date) -> Iterator[tuple[Combination, list[Turnover]]]:
    """Stream each combination with what it was debited and credited, from a server-side cursor."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(TURNOVER, {"book": book.pk, "since": since, "until": until})
        width = len(Combination._fields)
        for key, rows in groupby(cursor, key=lambda row: row[:width]):
            yield Combination(*key), [Turnover(*row[width:]) for row in rows]


def rows_of(
    combination: Combination, turnovers: Sequence[Turnover], months: Sequence[Month]
) -> Iterator[CombinedBalance]:
    """Yield a combination month by month, unless nothing is there."""
    temporary = combination.kind in TEMPORARY
    now = {turnover.month: turnover for turnover in turnovers if turnover.month}
    held = sum(
        (
            before.debit - before.credit
            for before in turnovers
            if not before.month and (not temporary or before.carried == months[0].carried)
        ),
        ZERO,
    )
    carried = months[0].carried
    for month in months:
        if temporary and month.carried != carried:
            held, carried = ZERO, month.carried
        turnover = now.get(month.key)
        debit, credit = (turnover.debit, turnover.credit) if turnover else (ZERO, ZERO)
        if held or debit or credit:
            yield CombinedBalance(combination, month, held, debit, credit)
        held += debit - credit


def prove(proof: Proof, *, book: Book, since: date, until: date) -> None:
    """Hold what was streamed against what the books keep.

    :raises UnableToExport: if an account differs
    """
    with connection.cursor() as cursor:
        cursor.execute(KEPT, {"book": book.pk, "since": since, "until": until})
        kept = {(code, fund, month): (debit, credit) for code, fund, month, debit, credit in cursor.fetchall()}
    differing = {key[0] for key in proof.turnovers.keys() | kept.keys() if differs(proof.turnovers, kept, key)}
    for found, as_of in ((proof.openings, since - timedelta(days=1)), (proof.closings, until)):
        held = {(one.code, one.fund): one.net for one in balances_as_of(book=book, as_of=as_of)}
        differing |= {key[0] for key in found.keys() | held.keys() if found.get(key, ZERO) != held.get(key, ZERO)}
    if differing:
        raise UnableToExport(
            _(
                "The lines of book {book} do not add up to its balances in {accounts}. Run check_books and tell the"
                " chief accountant."
            ).format(book=book.code, accounts=", ".join(sorted(differing)))
        )


def differs(
    found: Mapping[tuple[str, str, int], tuple[Decimal, Decimal]],
    kept: Mapping[tuple[str, str, int], tuple[Decimal, Decimal]],
    key: tuple[str, str, int],
) -> bool:
    return found.get(key, (ZERO, ZERO)) != kept.get(key, (ZERO, ZERO))
