"""What an auditor draws from: vouchers, lines, payments, claims and benefit dues of some days.

Each population is one statement whose first columns are the key and the amount of an item. The key stays what it is
whatever is added elsewhere, so a sample can be drawn again: book/month/type-number of a voucher, with the number of
the line; month/serial of a payment; number/attempt of a claim; month/run/person/scheme/period/number of a benefit
due. Read inside ``one_moment``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeAlias

from django.db import connection
from django.utils.translation import gettext_lazy as _

from ledger.models import Book

Value: TypeAlias = "str | Decimal | int | date | datetime | None"
Row: TypeAlias = "Sequence[Value]"


class Kind(Enum):
    """How a column is shown; numbers of people and accounts are masked."""

    TEXT = "text"
    CODE = "code"
    AMOUNT = "amount"
    COUNT = "count"
    DAY = "day"
    TIME = "time"
    PERSON = "number of a person"
    ACCOUNT = "number of an account"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a population or a test."""

    head: Any
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Within:
    """Of which days (both included) and books, and with lines of which accounts and fund; '' for all."""

    books: Sequence[Book]
    since: date
    until: date
    account: str = ""
    fund: str = ""

    @property
    def arguments(self) -> dict[str, Any]:
        return {
            "books": [book.pk for book in self.books],
            "since": self.since,
            "until": self.until,
            "account": self.account,
            "fund": self.fund,
        }


@dataclass(frozen=True, slots=True)
class Population:
    """What can be drawn from, and by what it can be filtered; without books it is the whole district's."""

    name: str
    filters: Sequence[str]
    says: Any
    columns: Sequence[Column]
    sql: str
    order: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How much a population holds: all of it, and what of it is red (below zero) or zero."""

    items: int
    total: Decimal
    red_items: int
    red_total: Decimal
    zero_items: int

    @property
    def black_total(self) -> Decimal:
        return self.total - self.red_total


BY_ACCOUNT: Final = ("book", "account", "fund")
BY_BOOK: Final = ("book",)
OF_DISTRICT: Final = ()

KEY: Final = Column(_("Item"), Kind.CODE)
AMOUNT: Final = Column(_("Amount"), Kind.AMOUNT)

VOUCHERS: Final = """
SELECT b.code || '/' || p.year || '-' || lpad(p.month::text, 2, '0') || '/' || v.voucher_type || '-' || v.number AS key,
       CASE WHEN v.debit_total <> 0 THEN v.debit_total ELSE v.budget_debit_total END AS amount,
       v.posting_date, v.kind, v.summary, v.source, v.preparer_id, v.reviewer_id, v.poster_id, s.recorded_at,
       b.code AS book, p.year, p.month, v.voucher_type, v.number,
       v.id, v.book_id, v.period_id, v.chief_accountant_id, v.cashier_id
  FROM ledger_voucher v JOIN ledger_book b ON b.id = v.book_id JOIN ledger_period p ON p.id = v.period_id
  LEFT JOIN ledger_seal s ON s.book_id = v.book_id AND s.number = v.seal_number
 WHERE v.book_id = ANY(%(books)s) AND v.posting_date BETWEEN %(since)s AND %(until)s
   AND (%(account)s = '' AND %(fund)s = '' OR EXISTS (
         SELECT FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
          WHERE l.voucher_id = v.id AND starts_with(a.code, %(account)s) AND (%(fund)s = '' OR l.fund_id = %(fund)s)))
"""
LINES: Final = """
SELECT b.code || '/' || p.year || '-' || lpad(p.month::text, 2, '0') || '/' || v.voucher_type || '-' || v.number
         || '/' || l.line_no AS key,
       l.amount, l.posting_date, a.code, a.name, l.side, l.fund_id, l.record,
       coalesce(nullif(l.summary, ''), v.summary), v.source,
       b.code AS book, p.year, p.month, v.voucher_type, v.number, l.line_no
  FROM ledger_account a JOIN ledger_line l ON l.account_id = a.id JOIN ledger_voucher v ON v.id = l.voucher_id
  JOIN ledger_book b ON b.id = v.book_id JOIN ledger_period p ON p.id = v.period_id
 WHERE a.book_id = ANY(%(books)s) AND l.posting_date BETWEEN %(since)s AND %(until)s
   AND starts_with(a.code, %(account)s) AND (%(fund)s = '' OR l.fund_id = %(fund)s)
"""
PAYMENTS: Final = """
SELECT to_char(p.month, 'YYYY-MM') || '/' || p.serial AS key, p.amount, b.pay_date, p.name, p.id_number,
       p.account_number, p.bank, p.status, b.source, p.month, p.serial
  FROM payouts_payment p JOIN payouts_batch b ON b.id = p.batch_id
 WHERE b.pay_date BETWEEN %(since)s AND %(until)s AND b.status NOT IN ('DRAFT', 'CANCELLED')
"""
CLAIMS: Final = """
SELECT c.number || '/' || c.attempt AS key, coalesce(c.total, 0.00) AS amount, c.claimed_on, t.name, c.sub_account,
       c.handler, c.signer, c.status, c.reason, c.number, c.attempt
  FROM treasury_claim c JOIN treasury_township t ON t.id = c.township_id JOIN ledger_book b ON b.code = t.book_id
 WHERE b.id = ANY(%(books)s) AND c.claimed_on BETWEEN %(since)s AND %(until)s
"""
DUES: Final = """
SELECT to_char(r.month, 'YYYY-MM') || '/B' || r.number || '/' || d.person_id || '/' || d.scheme || '/'
         || to_char(d.period, 'YYYY-MM') || '/' || d.number AS key,
       d.amount, r.month, d.scheme, d.period, t.name, p.name, p.id_number, d.account_number, d.offset,
       r.number, d.person_id, d.number AS due_number
  FROM payouts_run r JOIN payouts_benefitdue d ON d.run_id = r.id AND d.edition = r.edition
  JOIN payouts_person p ON p.id = d.person_id JOIN treasury_township t ON t.id = d.township_id
 WHERE r.purpose = 'BENEFITS' AND r.month BETWEEN %(since)s AND %(until)s
   AND r.status IN ('RELEASED', 'PAYING', 'SETTLED', 'PART_SETTLED', 'CLOSED')
"""

POPULATIONS: Final[Mapping[str, Population]] = {
    population.name: population
    for population in (
        Population(
            "vouchers",
            BY_ACCOUNT,
            _("vouchers by their posting date, each with its debits (of the budget record where it has no others)"),
            (
                KEY,
                AMOUNT,
                Column(_("Posting date"), Kind.DAY),
                Column(_("Kind"), Kind.CODE),
                Column(_("Summary")),
                Column(_("Source")),
                Column(_("Preparer"), Kind.CODE),
                Column(_("Reviewer"), Kind.CODE),
                Column(_("Poster"), Kind.CODE),
                Column(_("Recorded at"), Kind.TIME),
            ),
            VOUCHERS,
            'book COLLATE "C", year, month, voucher_type COLLATE "C", number',
        ),
        Population(
            "lines",
            BY_ACCOUNT,
            _("lines of vouchers by their posting date, debits and credits alike, red ones below zero"),
            (
                KEY,
                AMOUNT,
                Column(_("Posting date"), Kind.DAY),
                Column(_("Account"), Kind.CODE),
                Column(_("Name of the account")),
                Column(_("Side"), Kind.CODE),
                Column(_("Fund"), Kind.CODE),
                Column(_("Record (F, B)"), Kind.CODE),
                Column(_("Summary")),
                Column(_("Source")),
            ),
            LINES,
            'book COLLATE "C", year, month, voucher_type COLLATE "C", number, line_no',
        ),
        Population(
            "payments",
            OF_DISTRICT,
            _("payments by the pay date of their batch; those of batches cancelled or being built are left out"),
            (
                KEY,
                AMOUNT,
                Column(_("Pay date"), Kind.DAY),
                Column(_("Payee")),
                Column(_("ID number or credit code"), Kind.PERSON),
                Column(_("Account number"), Kind.ACCOUNT),
                Column(_("Bank")),
                Column(_("Status"), Kind.CODE),
                Column(_("Batch"), Kind.CODE),
            ),
            PAYMENTS,
            "month, serial",
        ),
        Population(
            "claims",
            BY_BOOK,
            _("claims of the townships of the books by the day of the claim; without a total they count as zero"),
            (
                KEY,
                AMOUNT,
                Column(_("Claimed on"), Kind.DAY),
                Column(_("Township")),
                Column(_("Paid out of"), Kind.CODE),
                Column(_("Handled by")),
                Column(_("Signed by the head")),
                Column(_("Status"), Kind.CODE),
                Column(_("Reason"), Kind.CODE),
            ),
            CLAIMS,
            'number COLLATE "C", attempt',
        ),
        Population(
            "dues",
            OF_DISTRICT,
            _("benefits due in released runs, by the month of the run"),
            (
                KEY,
                AMOUNT,
                Column(_("Month of the run"), Kind.DAY),
                Column(_("Scheme"), Kind.CODE),
                Column(_("For the period"), Kind.DAY),
                Column(_("Township")),
                Column(_("Payee")),
                Column(_("ID number or credit code"), Kind.PERSON),
                Column(_("Account number"), Kind.ACCOUNT),
                Column(_("Kept back"), Kind.AMOUNT),
            ),
            DUES,
            'month, number, person_id, scheme COLLATE "C", period, due_number',
        ),
    )
}


def stream(sql: str, arguments: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a statement as they come, without holding them all."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, arguments)
        yield from cursor


def count(population: Population, within: Within) -> Counted:
    """Count a population and add it up."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*), coalesce(sum(amount), 0.00),
                       count(*) FILTER (WHERE amount < 0), coalesce(sum(amount) FILTER (WHERE amount < 0), 0.00),
                       count(*) FILTER (WHERE amount = 0) FROM ({population.sql}) q""",
            within.arguments,
        )
        return Counted(*cursor.fetchone())


def items_in_any_order(population: Population, within: Within) -> Iterator[Row]:
    """Yield the items of a population."""
    return cut(population, stream(population.sql, within.arguments))


def items_in_order(population: Population, within: Within) -> Iterator[Row]:
    """Yield the items of a population by the parts of their keys: book and month, type and number, line."""
    return cut(population, stream(f"SELECT * FROM ({population.sql}) q ORDER BY {population.order}", within.arguments))


def first_digits(population: Population, within: Within, *, minimum: Decimal) -> dict[int, int]:
    """Count the first digits of amounts, red or black, that are ``minimum`` or more."""
    found = stream(
        f"""SELECT left(ltrim(replace(abs(amount)::text, '.', ''), '0'), 1)::int, count(*)
              FROM ({population.sql}) q WHERE abs(amount) >= %(minimum)s GROUP BY 1""",
        {**within.arguments, "minimum": minimum},
    )
    return dict(found)


def whole_counts(population: Population, within: Within, *, unit: Decimal) -> tuple[int, int, int]:
    """Count amounts of ``unit`` or more, red or black: all, those in whole yuan, and the multiples of ``unit``."""
    (found,) = stream(
        f"""SELECT count(*), count(*) FILTER (WHERE mod(amount, 1) = 0),
                   count(*) FILTER (WHERE mod(amount, %(unit)s) = 0)
              FROM ({population.sql}) q WHERE abs(amount) >= %(unit)s""",
        {**within.arguments, "unit": unit},
    )
    return found[0], found[1], found[2]


def round_items(population: Population, within: Within, *, unit: Decimal) -> Iterator[Row]:
    """Yield the items whose amount is a multiple of ``unit``, zero excepted."""
    found = stream(
        f"""SELECT * FROM ({population.sql}) q WHERE mod(amount, %(unit)s) = 0 AND amount <> 0
             ORDER BY {population.order}""",
        {**within.arguments, "unit": unit},
    )
    return cut(population, found)


def cut(population: Population, rows: Iterator[tuple[Any, ...]]) -> Iterator[Row]:
    """Leave out the columns that only the order is made of."""
    width = len(population.columns)
    return (row[:width] for row in rows)
