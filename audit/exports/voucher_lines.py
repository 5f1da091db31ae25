"""The posted lines of a book in the order of their numbers, streamed with what their vouchers say."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from django.db import connection

from ledger.models import Book, Officer

# A red reversal leaves what it reverses as it was posted: nothing in the books is ever void.
LINES: Final = """
SELECT v.id, v.posting_date, p.year, p.month, p.status, v.voucher_type, v.number, v.attachments, v.preparer_id,
       v.reviewer_id, v.poster_id, v.cashier_id, coalesce(v.chief_accountant_id, s.officer_id), v.reference, v.source,
       coalesce(v.reverses_id, v.corrects_id), l.line_no, l.record, coalesce(nullif(l.summary, ''), v.summary),
       a.code, a.name, l.fund_id, l.functional_id, l.economic_id, l.project_id, l.unit_id, l.counterparty_id,
       l.side, l.amount
  FROM ledger_period p JOIN ledger_voucher v ON v.period_id = p.id JOIN ledger_line l ON l.voucher_id = v.id
  JOIN ledger_account a ON a.id = l.account_id
  LEFT JOIN ledger_signature s ON s.voucher_id = v.id AND s.role = 'CHIEF_ACCOUNTANT'
 WHERE p.book_id = %(book)s AND v.posting_date BETWEEN %(since)s AND %(until)s
 ORDER BY p.year, p.month, v.voucher_type, v.number, l.line_no
"""


class VoucherLine(NamedTuple):
    """A line beside its voucher, in the order of ``LINES``; officers by user name."""

    voucher: int
    day: date
    year: int
    month: int
    period_status: str
    voucher_type: str
    number: int
    attachments: int
    preparer: str
    reviewer: str
    poster: str
    cashier: str | None
    chief_accountant: str | None
    reference: str
    source: str
    corrects: int | None
    line_no: int
    record: str
    summary: str
    account: str
    account_name: str
    fund: str
    functional: str | None
    economic: str | None
    project: str | None
    unit: str | None
    counterparty: str | None
    side: str
    amount: Decimal


def voucher_lines(*, book: Book, since: date, until: date) -> Iterator[VoucherLine]:
    """Stream the lines of a book from ``since`` to ``until``, those of a voucher together."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(LINES, {"book": book.pk, "since": since, "until": until})
        yield from map(VoucherLine._make, cursor)


def full_names() -> Mapping[str, str]:
    """Return the name of each officer by user name; who has none signs with the user name."""
    return {name: full or name for name, full in Officer.objects.values_list("username", "full_name")}
