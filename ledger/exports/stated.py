"""What every export of vouchers states: period, books, counts, control totals, and each number that is missing.

A gap in the numbers is never passed over: the export is written, says where the gap is, and the door that
asked for it ends as failed. Read inside ``one_moment``, beside the rows that are exported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from ledger.models import Book
from ledger.money import ZERO


@dataclass(frozen=True, slots=True)
class Gap:
    """A voucher number that is not there although a later one is: book, month (2026-11), type and number."""

    book: str
    month: str
    voucher_type: str
    number: int

    def __str__(self) -> str:
        return f"{self.book} {self.month} {self.voucher_type}-{self.number}"


@dataclass(frozen=True, slots=True)
class BookCounted:
    """The vouchers of one book in the period: how many, with how many lines, and their totals by record."""

    code: str
    name: str
    regime: str
    vouchers: int
    lines: int
    debit: Decimal
    credit: Decimal
    budget_debit: Decimal
    budget_credit: Decimal


@dataclass(frozen=True, slots=True)
class ExportStated:
    """What an export holds: the vouchers of books from one day to another, the last included."""

    since: date
    until: date
    books: Sequence[BookCounted]
    gaps: Sequence[Gap]

    @property
    def vouchers(self) -> int:
        return sum(book.vouchers for book in self.books)

    @property
    def lines(self) -> int:
        return sum(book.lines for book in self.books)

    @property
    def debit(self) -> Decimal:
        """The debits of both records."""
        return sum((book.debit + book.budget_debit for book in self.books), ZERO)

    @property
    def credit(self) -> Decimal:
        """The credits of both records."""
        return sum((book.credit + book.budget_credit for book in self.books), ZERO)


def state_vouchers(*, books: Sequence[Book], since: date, until: date) -> ExportStated:
    """Count the vouchers of books from ``since`` to ``until`` from their lines, not from what their heads say."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT b.code, b.name, b.chart_id, count(DISTINCT l.voucher_id), count(l.voucher_id),
                   coalesce(sum(l.amount) FILTER (WHERE l.side = 'D' AND l.record = 'F'), 0.00),
                   coalesce(sum(l.amount) FILTER (WHERE l.side = 'C' AND l.record = 'F'), 0.00),
                   coalesce(sum(l.amount) FILTER (WHERE l.side = 'D' AND l.record = 'B'), 0.00),
                   coalesce(sum(l.amount) FILTER (WHERE l.side = 'C' AND l.record = 'B'), 0.00)
              FROM ledger_book b
              LEFT JOIN (ledger_voucher v JOIN ledger_line l ON l.voucher_id = v.id)
                ON v.book_id = b.id AND v.posting_date BETWEEN %(since)s AND %(until)s
             WHERE b.id = ANY(%(books)s) GROUP BY b.id ORDER BY b.code
            """,
            {"books": [book.pk for book in books], "since": since, "until": until},
        )
        counted = [BookCounted(*row) for row in cursor.fetchall()]
    return ExportStated(since=since, until=until, books=counted, gaps=gaps_in(books=books, since=since, until=until))


def gaps_in(*, books: Sequence[Book], since: date, until: date) -> Sequence[Gap]:
    """Return the numbers that are missing in the months of a period, up to the last that was given in each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT b.code, format('%%s-%%s', p.year, lpad(p.month::text, 2, '0')), c.voucher_type, n.number
              FROM ledger_period p JOIN ledger_book b ON b.id = p.book_id
              JOIN ledger_vouchercounter c ON c.period_id = p.id
              CROSS JOIN LATERAL (
                SELECT generate_series(1, greatest(c.last_number, (SELECT max(v.number) FROM ledger_voucher v
                         WHERE v.period_id = p.id AND v.voucher_type = c.voucher_type))) AS number
                EXCEPT
                SELECT v.number FROM ledger_voucher v WHERE v.period_id = p.id AND v.voucher_type = c.voucher_type) n
             WHERE p.book_id = ANY(%(books)s) AND p.starts_on <= %(until)s AND p.ends_before > %(since)s
             ORDER BY b.code, p.year, p.month, c.voucher_type, n.number
            """,
            {"books": [book.pk for book in books], "since": since, "until": until},
        )
        return [Gap(*row) for row in cursor.fetchall()]
