"""Vouchers of some books as they are printed, read in order and one at a time: memory stays flat.

Two server-side cursors run side by side, the heads and the lines in the same order, so that no voucher
costs a query of its own. Read inside ``one_moment``. Long numbers in free texts are masked.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ledger.exports.journals import UnableToExport, path_of
from ledger.exports.stated import ExportStated
from ledger.exports.voucher_sheets import Cited, PrintedAccount, PrintedLine, PrintedVoucher, Signed
from ledger.models import Account, AccountingUnit, Book, EconomicClass, FunctionalClass, Fund, Project, Voucher
from ledger.money import ZERO

ROWS_AT_ONCE: Final = 5_000
WITHIN: Final = """
 WHERE v.book_id = ANY(%(books)s) AND v.posting_date BETWEEN %(since)s AND %(until)s
   AND v.id = coalesce(%(only)s, v.id)
 ORDER BY b.code COLLATE "C", p.year, p.month, array_position(ARRAY['记', '收', '付', '转'], v.voucher_type::text),
       v.number, v.id
"""
HEADS: Final = f"""
SELECT v.id, b.code, b.name, format('%%s（%%s）', c.name, c.document),
       format('%%s-%%s', p.year, lpad(p.month::text, 2, '0')), v.posting_date, v.voucher_type, v.number, v.kind,
       ledger_mask(v.summary), ledger_mask(v.source), ledger_mask(v.reference), ledger_mask(v.paper), v.attachments,
       coalesce(chief.full_name, v.chief_accountant_id, late.full_name, s.officer_id, ''),
       coalesce(poster.full_name, v.poster_id), coalesce(cashier.full_name, v.cashier_id, ''),
       coalesce(reviewer.full_name, v.reviewer_id), coalesce(preparer.full_name, v.preparer_id),
       r.posting_date, r.voucher_type, r.number, n.posting_date, n.voucher_type, n.number,
       o.posting_date, o.voucher_type, o.number
  FROM ledger_voucher v JOIN ledger_book b ON b.id = v.book_id JOIN ledger_chart c ON c.regime = b.chart_id
  JOIN ledger_period p ON p.id = v.period_id
  LEFT JOIN ledger_signature s ON s.voucher_id = v.id AND s.role = 'CHIEF_ACCOUNTANT'
  LEFT JOIN ledger_officer late ON late.username = s.officer_id
  LEFT JOIN ledger_officer chief ON chief.username = v.chief_accountant_id
  LEFT JOIN ledger_officer poster ON poster.username = v.poster_id
  LEFT JOIN ledger_officer cashier ON cashier.username = v.cashier_id
  LEFT JOIN ledger_officer reviewer ON reviewer.username = v.reviewer_id
  LEFT JOIN ledger_officer preparer ON preparer.username = v.preparer_id
  LEFT JOIN ledger_voucher r ON r.id = v.reverses_id
  LEFT JOIN ledger_voucher n ON n.reverses_id = v.id
  LEFT JOIN ledger_voucher o ON o.id = v.corrects_id
{WITHIN}
"""
LINES: Final = f"""
SELECT l.voucher_id, l.line_no, l.record, ledger_mask(l.summary), l.account_id, l.fund_id, l.functional_id,
       l.economic_id, l.project_id, l.unit_id, ledger_mask(concat_ws(' ', l.counterparty_id, t.name)), l.side, l.amount
  FROM ledger_line l JOIN ledger_voucher v ON v.id = l.voucher_id JOIN ledger_book b ON b.id = v.book_id
  JOIN ledger_period p ON p.id = v.period_id LEFT JOIN ledger_counterparty t ON t.code = l.counterparty_id
{WITHIN}, l.line_no
"""


class HeadRow(NamedTuple):
    voucher: int
    book_code: str
    book_name: str
    regime: str
    month: str
    posting_date: date
    voucher_type: str
    number: int
    kind: str
    summary: str
    source: str
    reference: str
    paper: str
    attachments: int
    chief_accountant: str
    poster: str
    cashier: str
    reviewer: str
    preparer: str
    reverses_date: date | None
    reverses_type: str
    reverses_number: int
    reversed_date: date | None
    reversed_type: str
    reversed_number: int
    corrects_date: date | None
    corrects_type: str
    corrects_number: int


class LineRow(NamedTuple):
    voucher: int
    number: int
    record: str
    summary: str
    account: int
    fund: str
    functional: str | None
    economic: str | None
    project: str | None
    unit: str | None
    counterparty: str
    side: str
    amount: Decimal


class VoucherReader:
    """Reads the vouchers of books from ``since`` to ``until``, or one of them, and counts what it has read."""

    def __init__(self, *, books: Sequence[Book], since: date, until: date, only: int | None = None) -> None:
        self.books = books
        self.asked = {"books": [book.pk for book in books], "since": since, "until": until, "only": only}
        self.vouchers = 0
        self.lines = 0
        self.debit = ZERO
        self.credit = ZERO

    def __iter__(self) -> Iterator[PrintedVoucher]:
        """Yield the vouchers in the order of book, period, type and number, their lines in theirs."""
        named = Named(self.books)
        lines = groupby(rows_of(LINES, self.asked, LineRow), key=attrgetter("voucher"))
        group = next(lines, None)
        for head in rows_of(HEADS, self.asked, HeadRow):
            own: list[PrintedLine] = []
            if group is not None and group[0] == head.voucher:
                own = [self.counted(named.line(row, head.summary)) for row in group[1]]
                self.vouchers += 1
                group = next(lines, None)
            yield voucher_of(head, own)

    def counted(self, line: PrintedLine) -> PrintedLine:
        self.lines += 1
        if line.side == "D":
            self.debit += line.amount
        else:
            self.credit += line.amount
        return line

    def must_be(self, stated: ExportStated) -> None:
        """Check that everything was read that the export states.

        :raises UnableToExport: if not
        """
        found = (self.vouchers, self.lines, self.debit, self.credit)
        if found != (stated.vouchers, stated.lines, stated.debit, stated.credit):
            raise UnableToExport(
                _("What was read is not what is stated: {found}. Run manage.py check_books.").format(found=found)
            )


def printed_voucher(voucher: Voucher) -> PrintedVoucher:
    """Return one voucher as it is printed."""
    day = voucher.posting_date
    with transaction.atomic():
        (printed,) = VoucherReader(books=[voucher.book], since=day, until=day, only=voucher.pk)
    return printed


class Named:
    """The names behind the codes of lines: as many as there are accounts and dimensions, not lines."""

    def __init__(self, books: Sequence[Book]) -> None:
        rows = {account.pk: account for account in Account.objects.filter(book__in=books)}
        self.accounts = {pk: printed_account(account, rows) for pk, account in rows.items()}
        self.funds = codes_with_names(Fund)
        self.functional = codes_with_names(FunctionalClass)
        self.economic = codes_with_names(EconomicClass)
        self.projects = codes_with_names(Project)
        self.units = codes_with_names(AccountingUnit)

    def line(self, row: LineRow, summary: str) -> PrintedLine:
        """Return a line as it is printed; one without a summary has that of its voucher."""
        account = self.accounts.get(row.account) or PrintedAccount("?", "?", [f"#{row.account}"])
        return PrintedLine(
            number=row.number,
            record=row.record,
            summary=row.summary or summary,
            account=account,
            fund=named(self.funds, row.fund),
            functional=named(self.functional, row.functional),
            economic=named(self.economic, row.economic),
            project=named(self.projects, row.project),
            unit=named(self.units, row.unit),
            counterparty=row.counterparty,
            side=row.side,
            amount=row.amount,
        )


def printed_account(account: Account, rows: Mapping[int, Account]) -> PrintedAccount:
    path = path_of(account, rows)
    return PrintedAccount(account.code, path[0][0], [name for _code, name in path])


def named(names: Mapping[str, str], code: str | None) -> str:
    return names.get(code, code) if code else ""


def codes_with_names(model: Any) -> dict[str, str]:
    return {code: f"{code} {name}" for code, name in model.objects.values_list("code", "name")}


def voucher_of(head: HeadRow, lines: Sequence[PrintedLine]) -> PrintedVoucher:
    return PrintedVoucher(
        *head[1:14],
        signed=Signed(*head[14:19]),
        reverses=cited(*head[19:22]),
        reversed_by=cited(*head[22:25]),
        corrects=cited(*head[25:28]),
        lines=lines,
    )


def cited(posting_date: date | None, voucher_type: str, number: int) -> Cited | None:
    return None if posting_date is None else Cited(posting_date, voucher_type, number)


def rows_of(query: str, asked: Mapping[str, Any], row: Any) -> Iterator[Any]:
    """Stream the rows of a query through a cursor of the server."""
    with connection.cursor() as cursor:
        # All rows are wanted: without this, a cursor is planned for its first tenth.
        cursor.execute("SET LOCAL cursor_tuple_fraction = 1")
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, asked)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from map(row._make, rows)
