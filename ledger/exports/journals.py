"""A journal of all posted vouchers, written as it is read, so that other people's programs check our books.

The closing assertions are the balances that the books keep beside the lines (``ledger_balance``), the
openings what they held before business began and what each year brought in. A foreign program adds
the lines up and finds whether that is true.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import F, Max, Min, Q, Sum
from django.utils.translation import gettext as _

from ledger.exports.beancount import BeancountJournal
from ledger.exports.hledger import HledgerJournal
from ledger.exports.journal_parts import (
    Assertion,
    BookStated,
    JournalAccount,
    JournalFormat,
    JournalStated,
    Posting,
    Transaction,
    account_name,
    component,
)
from ledger.exports.snapshots import one_moment
from ledger.models import Account, Balance, Book, Line, OpeningBalance, Voucher, YearCarried
from ledger.money import ZERO, exact

FORMATS: dict[str, JournalFormat] = {"beancount": BeancountJournal(), "hledger": HledgerJournal()}
ROWS_AT_ONCE = 5_000

# A line with its voucher, as one row of the stream; the names of both are the columns of ``StreamedLine``.
VOUCHER_COLUMNS = (
    "voucher__book_id",
    "voucher_id",
    "posting_date",
    "period__year",
    "period__month",
    "voucher__voucher_type",
    "voucher__number",
    "voucher__kind",
    "voucher__summary",
    "voucher__source",
    "voucher__part",
    "voucher__reference",
    "voucher__attachments",
    "voucher__paper",
    "voucher__reverses_id",
    "voucher__corrects_id",
)
LINE_COLUMNS = (
    "record",
    "fund_id",
    "line_no",
    "account_id",
    "side",
    "amount",
    "summary",
    "functional_id",
    "economic_id",
    "project_id",
    "unit_id",
    "counterparty_id",
)


class UnableToExport(Exception):
    """A journal cannot be written as asked; the text says what is in the way."""


class StreamedLine(NamedTuple):
    """One line beside its voucher, in the order of ``VOUCHER_COLUMNS`` and ``LINE_COLUMNS``."""

    book: int
    voucher: int
    day: date
    year: int
    month: int
    voucher_type: str
    number: int
    kind: str
    voucher_summary: str
    source: str
    part: int
    reference: str
    attachments: int
    paper: str
    reverses: int | None
    corrects: int | None
    record: str
    fund: str
    line_no: int
    account: int
    side: str
    amount: Decimal
    summary: str
    functional: str | None
    economic: str | None
    project: str | None
    unit: str | None
    counterparty: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """What an account holds of a fund, as the books keep it."""

    book: int
    opening: Decimal
    closing: Decimal


# An account and one of its funds; without a fund, a leaf that nothing was posted to.
Key = tuple[int, str | None]


def write_journal(*, book_code: str | None, format_name: str, write: Callable[[str], object]) -> JournalStated:
    """Write the journal of one book, or of all books, piece by piece, and return what its head states.

    :raises UnableToExport: if there is no such book
    """
    with one_moment():
        return write_books(
            books=chosen_books(book_code), several=book_code is None, format_name=format_name, write=write
        )


def write_books(*, books: list[Book], several: bool, format_name: str, write: Callable[[str], object]) -> JournalStated:
    """Write the journal of some books inside ``one_moment``; where it is of ``several``, accounts name their book."""
    journal = FORMATS[format_name]
    stated = stated_about(books)
    names = named_accounts(books, several=several)
    held = held_balances(books)
    accounts = journal_accounts(names, held)
    write(journal.head(stated))
    for account in accounts.values():
        write(journal.account(account, first_day=stated.first_day))
    for day, title, assertions in openings(books, accounts, held):
        write(journal.opening(assertions, day=day, title=title))
    codes = {book.pk: book.code for book in books}
    for lines in transactions_of(books):
        write(journal.transaction(transaction_of(lines[0], codes), postings_of(lines, accounts)))
    closing = [Assertion(account, held[key].closing if key in held else ZERO) for key, account in accounts.items()]
    write(journal.closing(closing, day=stated.last_day, title="closing balances of the books"))
    return stated


def chosen_books(code: str | None) -> list[Book]:
    books = list(Book.objects.select_related("head").order_by("code"))
    chosen = [book for book in books if code in (None, book.code)]
    if not chosen and books:
        known = ", ".join(book.code for book in books)
        raise UnableToExport(_("There is no book {code}. Name one of: {known}.").format(code=code, known=known))
    if not chosen:
        raise UnableToExport(_("No book has been opened yet. Open one first."))
    return chosen


def stated_about(books: list[Book]) -> JournalStated:
    """Return counts and control totals as the headers of the vouchers state them."""
    totals = Voucher.objects.filter(book__in=books).aggregate(
        first=Min("posting_date"),
        last=Max("posting_date"),
        lines=Sum("line_count", default=0),
        debit=Sum(F("debit_total") + F("budget_debit_total"), default=ZERO),
        credit=Sum(F("credit_total") + F("budget_credit_total"), default=ZERO),
    )
    opened = [book.opened_on for book in books]
    return JournalStated(
        books=[
            BookStated(
                code=book.code,
                name=book.name,
                regime=book.chart_id,
                currency=book.currency,
                opened_on=book.opened_on,
                seal_number=book.head.seal_number,
                digest=bytes(book.head.digest).hex(),
            )
            for book in books
        ],
        first_day=min([*opened, totals["first"] or opened[0]]),
        last_day=max([*opened, totals["last"] or opened[0]]),
        vouchers=Voucher.objects.filter(book__in=books).count(),
        lines=totals["lines"],
        debit=exact(totals["debit"]),
        credit=exact(totals["credit"]),
    )


def named_accounts(books: list[Book], *, several: bool) -> dict[int, JournalAccount]:
    """Return every leaf account by its key, with a name that no other account of the journal has."""
    by_key = {book.pk: book for book in books}
    rows = {account.pk: account for account in Account.objects.filter(book__in=books).order_by("book__code", "code")}
    parents = {account.parent_id for account in rows.values()}
    taken: set[str] = set()
    named = {}
    for pk, account in rows.items():
        if pk in parents:
            continue
        book = by_key[account.book_id]
        name = account_name(
            kind=account.kind, record=account.record, book=book.code if several else None, path=path_of(account, rows)
        )
        if name in taken:  # codes that differ only in signs the foreign program does not take
            name = f"{name}-{pk}"
        taken.add(name)
        named[pk] = JournalAccount(
            name=name, currency=book.currency, title=f"{book.code} {account.code} {account.name}"
        )
    return named


def path_of(account: Account, rows: Mapping[int, Account]) -> list[tuple[str, str]]:
    """Return code and name of each level, the top first."""
    path = [(account.code, account.name)]
    while account.parent_id is not None:
        account = rows[account.parent_id]
        path.insert(0, (account.code, account.name))
    return path


def held_balances(books: list[Book]) -> dict[Key, Held]:
    """Return the stored balances per account and fund, before the first day of business and now."""
    net = F("debit") - F("credit")
    rows = (
        Balance.objects.filter(account__book__in=books)
        .values_list("account_id", "fund_id", "account__book_id")
        .annotate(
            opening=Sum(net, filter=Q(posting_date__lt=F("account__book__opened_on")), default=ZERO), closing=Sum(net)
        )
        .order_by("account__book__code", "account__code", "fund_id")
    )
    return {
        (account, fund): Held(book=book, opening=exact(opening), closing=exact(closing))
        for account, fund, book, opening, closing in rows
    }


def journal_accounts(names: Mapping[int, JournalAccount], held: Mapping[Key, Held]) -> dict[Key, JournalAccount]:
    """Return the accounts of the journal: a leaf that was posted to once for each fund, the others as they are."""
    funds: dict[int, list[str | None]] = defaultdict(list)
    for account, fund in held:
        funds[account].append(fund)
    return {
        (pk, fund): named if fund is None else of_fund(named, fund)
        for pk, named in names.items()
        for fund in funds.get(pk, [None])
    }


def of_fund(account: JournalAccount, fund: str) -> JournalAccount:
    return JournalAccount(
        name=f"{account.name}:{component(fund)}", currency=account.currency, title=f"{account.title} ({fund})"
    )


def openings(
    books: list[Book], accounts: Mapping[Key, JournalAccount], held: Mapping[Key, Held]
) -> Iterator[tuple[date, str, list[Assertion]]]:
    """Yield what each book held when business began, then what each year brought in from the one before."""
    for book in books:
        opening = [Assertion(accounts[key], row.opening) for key, row in held.items() if row.book == book.pk]
        yield book.opened_on, f"balances of {book.code} before the first day of business", opening
    brought: dict[tuple[Key, int], Decimal] = {
        ((account, str(fund)), year): exact(debit - credit)
        for account, fund, year, debit, credit in OpeningBalance.objects.filter(account__book__in=books).values_list(
            "account_id", "fund_id", "year", "debit", "credit"
        )
    }
    for pk, code, closed in (
        YearCarried.objects.filter(book__in=books)
        .order_by("book__code", "year")
        .values_list("book_id", "book__code", "year")
    ):
        carried = [
            Assertion(accounts[key], brought.get((key, closed + 1), ZERO))
            for key, row in held.items()
            if row.book == pk
        ]
        yield date(closed + 1, 1, 1), f"balances of {code} carried forward from {closed}", carried


def transactions_of(books: list[Book]) -> Iterator[list[StreamedLine]]:
    """Stream the lines of all vouchers, those of one voucher, record and fund together.

    A server-side cursor: the client holds one batch of rows and one transaction.
    """
    rows = (
        Line.objects.filter(voucher__book__in=books)
        .order_by("posting_date", "voucher_id", "-record", "fund_id", "line_no")
        .values_list(*VOUCHER_COLUMNS, *LINE_COLUMNS)
        .iterator(chunk_size=ROWS_AT_ONCE)
    )
    for _key, lines in groupby(map(StreamedLine._make, rows), key=lambda line: (line.voucher, line.record, line.fund)):
        yield list(lines)


def transaction_of(line: StreamedLine, codes: Mapping[int, str]) -> Transaction:
    """Return the head of the transaction that a line stands in, with whatever the voucher says of itself."""
    told: dict[str, Any] = {
        "book": codes[line.book],
        "voucher": line.voucher,
        "number": f"{line.voucher_type}-{line.number}",
        "period": f"{line.year}-{line.month:02}",
        "kind": line.kind,
        "record": "budget" if line.record == "B" else "financial",
        "fund": line.fund,
        "source": line.source,
        "part": line.part,
        "reference": line.reference,
        "attachments": line.attachments or None,
        "paper": line.paper,
        "reverses": line.reverses,
        "corrects": line.corrects,
    }
    return Transaction(
        day=line.day,
        code=f"{codes[line.book]} {line.year}-{line.month:02} {line.voucher_type}-{line.number}",
        summary=line.voucher_summary,
        link=f"voucher-{line.reverses or line.corrects or line.voucher}",
        tags=said(told),
    )


def postings_of(lines: Iterable[StreamedLine], accounts: Mapping[Key, JournalAccount]) -> Iterator[Posting]:
    for line in lines:
        told: dict[str, Any] = {
            "line": line.line_no,
            "summary": line.summary,
            "red": line.side if line.amount < 0 else None,
            "functional": line.functional,
            "economic": line.economic,
            "project": line.project,
            "unit": line.unit,
            "counterparty": line.counterparty,
        }
        net = exact(line.amount if line.side == "D" else -line.amount)
        yield Posting(account=accounts[(line.account, line.fund)], net=net, tags=said(told))


def said(values: Mapping[str, Any]) -> dict[str, str]:
    """Return as text what is not empty."""
    return {name: str(value) for name, value in values.items() if value not in (None, "")}
