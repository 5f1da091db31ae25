"""Balances of a book: as of a posting date, and as of what was known at a moment.

By posting date the answer comes from the daily turnovers that PostgreSQL keeps with the postings;
by recording time it is summed from the lines whose seal was set by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from ledger.models import Book

BY_DATE = """
WITH carried AS (
  SELECT coalesce(max(year) + 1, 0) AS year FROM ledger_yearcarried
   WHERE book_id = %(book)s AND year + 1 <= extract(year FROM %(as_of)s::date)
), turnover AS (
  SELECT o.account_id, o.fund_id, o.debit, o.credit
    FROM ledger_openingbalance o JOIN ledger_account a ON a.id = o.account_id, carried
   WHERE a.book_id = %(book)s AND o.year = carried.year
  UNION ALL
  SELECT b.account_id, b.fund_id, b.debit, b.credit
    FROM carried, ledger_period p JOIN ledger_balance b ON b.period_id = p.id
   WHERE p.book_id = %(book)s AND p.year >= carried.year AND p.starts_on <= %(as_of)s AND b.posting_date <= %(as_of)s
)
SELECT a.code, a.name, t.fund_id, sum(t.debit), sum(t.credit)
  FROM turnover t JOIN ledger_account a ON a.id = t.account_id
 GROUP BY a.code, a.name, t.fund_id ORDER BY a.code, t.fund_id
"""

BY_RECORDING_TIME = """
SELECT a.code, a.name, l.fund_id,
       sum(CASE l.side WHEN 'D' THEN l.amount ELSE 0 END), sum(CASE l.side WHEN 'C' THEN l.amount ELSE 0 END)
  FROM ledger_voucher v JOIN ledger_line l ON l.voucher_id = v.id JOIN ledger_account a ON a.id = l.account_id
 WHERE v.book_id = %(book)s AND v.posting_date <= %(as_of)s
   AND v.seal_number <= (
     SELECT coalesce(max(number), 0) FROM ledger_seal WHERE book_id = %(book)s AND recorded_at <= %(known_at)s)
 GROUP BY a.code, a.name, l.fund_id ORDER BY a.code, l.fund_id
"""

DIMENSIONS = ("functional", "economic", "project", "unit", "counterparty")


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """Turnover to date of one account and fund; ``net`` is debit positive."""

    code: str
    name: str
    fund: str
    debit: Decimal
    credit: Decimal

    @property
    def net(self) -> Decimal:
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class DimensionTurnover:
    """Turnover of one account, fund and value of a dimension in a span of posting dates."""

    account: str
    fund: str
    value: str | None
    debit: Decimal
    credit: Decimal


def balances_as_of(*, book: Book, as_of: date) -> list[AccountBalance]:
    """Return the balance of every account and fund with turnover up to and including ``as_of``."""
    return rows(BY_DATE, {"book": book.pk, "as_of": as_of})


def balances_known_at(*, book: Book, as_of: date, known_at: datetime) -> list[AccountBalance]:
    """Return the balances as of ``as_of`` from what had been recorded at ``known_at``."""
    return rows(BY_RECORDING_TIME, {"book": book.pk, "as_of": as_of, "known_at": known_at})


def net_of(*, book: Book, code: str, as_of: date) -> Decimal:
    """Return what an account holds over all funds, debit positive."""
    held = [balance.net for balance in balances_as_of(book=book, as_of=as_of) if balance.code == code]
    return sum(held, Decimal("0.00"))


def turnover_by(*, book: Book, dimension: str, since: date, before: date) -> list[DimensionTurnover]:
    """Return the turnover per account, fund and value of ``dimension`` from ``since`` until ``before``."""
    if dimension not in DIMENSIONS:
        raise ValueError(f"{dimension} is no dimension of a line: {', '.join(DIMENSIONS)}")
    column = f"l.{dimension}_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT a.code, l.fund_id, {column},
                   sum(CASE l.side WHEN 'D' THEN l.amount ELSE 0 END),
                   sum(CASE l.side WHEN 'C' THEN l.amount ELSE 0 END)
              FROM ledger_account a JOIN ledger_line l ON l.account_id = a.id
             WHERE a.book_id = %s AND l.posting_date >= %s AND l.posting_date < %s
             GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 NULLS FIRST
            """,  # noqa: S608 the column is one of DIMENSIONS
            [book.pk, since, before],
        )
        return [DimensionTurnover(*row) for row in cursor.fetchall()]


def rows(sql: str, parameters: dict[str, int | date | datetime]) -> list[AccountBalance]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: Sequence[tuple[str, str, str, Decimal, Decimal]] = cursor.fetchall()
    return [AccountBalance(*row) for row in found]
