"""The voucher register: find vouchers by what is known of them, in one book or in several, page by page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from ledger.balances import DIMENSIONS
from ledger.models import Account, Book, Line, Voucher
from ledger.money import ZERO

PAGE = 100


@dataclass(frozen=True, slots=True)
class Search:
    """What is known of the vouchers looked for; what is left out does not matter.

    Account, side, amounts and dimensions are of one and the same line. ``amount_until`` is the last amount that fits.
    """

    since: date | None = None
    before: date | None = None
    voucher_type: str = ""
    number: int | None = None
    text: str = ""
    kind: str = ""
    preparer: str = ""
    account_prefix: str = ""
    side: str = ""
    amount: Decimal | None = None
    amount_from: Decimal | None = None
    amount_until: Decimal | None = None
    fund: str = ""
    functional: str = ""
    economic: str = ""
    project: str = ""
    unit: str = ""
    counterparty: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """How many vouchers fit a search, and their totals."""

    vouchers: int
    debit: Decimal
    credit: Decimal


def voucher_register(
    *, book: Book, search: Search, after: tuple[date, int] | None, limit: int = PAGE
) -> QuerySet[Voucher]:
    """Return a page of the vouchers of a book by posting date; ``after`` is the last key of the page before."""
    return vouchers_found(books=[book.pk], search=search, after=after, limit=limit)


def vouchers_found(
    *, books: Collection[int], search: Search, after: tuple[date, int] | None, limit: int = PAGE
) -> QuerySet[Voucher]:
    """Return a page of the vouchers of some books by posting date; ``after`` is the last key of the page before."""
    vouchers = vouchers_fitting(books, search).select_related("book", "period")
    if after:
        vouchers = vouchers.filter(Q(posting_date__gt=after[0]) | Q(posting_date=after[0], pk__gt=after[1]))
    return vouchers.order_by("posting_date", "pk")[:limit]


def totals_found(*, books: Collection[int], search: Search) -> Found:
    """Return how many vouchers of some books fit, and the totals of their financial records."""
    found = vouchers_fitting(books, search).aggregate(
        vouchers=Count("pk"),
        debit=Sum("debit_total"),
        credit=Sum("credit_total"),
    )
    return Found(found["vouchers"], found["debit"] or ZERO, found["credit"] or ZERO)


def vouchers_fitting(books: Collection[int], search: Search) -> QuerySet[Voucher]:
    """Return the vouchers of some books that a search fits, in no order."""
    vouchers = Voucher.objects.filter(book__in=books)
    if search.since:
        vouchers = vouchers.filter(posting_date__gte=search.since)
    if search.before:
        vouchers = vouchers.filter(posting_date__lt=search.before)
    for column, wanted in (
        ("voucher_type", search.voucher_type),
        ("kind", search.kind),
        ("preparer_id", search.preparer),
    ):
        if wanted:
            vouchers = vouchers.filter(**{column: wanted})
    if search.number is not None:
        vouchers = vouchers.filter(number=search.number)
    if search.text:
        vouchers = vouchers.filter(
            Q(summary__icontains=search.text)
            | Q(source__icontains=search.text)
            | Q(reference__icontains=search.text)
            | Exists(Line.objects.filter(voucher=OuterRef("pk"), summary__icontains=search.text))
        )
    lines = line_conditions(books, search)
    if lines:
        vouchers = vouchers.filter(Exists(Line.objects.filter(lines, voucher=OuterRef("pk"))))
    return vouchers


def line_conditions(books: Collection[int], search: Search) -> Q:
    """Return what one and the same line of a voucher has to fulfil."""
    conditions = Q()
    if search.account_prefix:
        accounts = Account.objects.filter(book__in=books, code__startswith=search.account_prefix)
        conditions &= Q(account__in=list(accounts.values_list("pk", flat=True)))
    if search.side:
        conditions &= Q(side=search.side)
    for column, wanted in (
        ("amount", search.amount),
        ("amount__gte", search.amount_from),
        ("amount__lte", search.amount_until),
    ):
        if wanted is not None:
            conditions &= Q(**{column: wanted})
    for dimension in ("fund", *DIMENSIONS):
        code = getattr(search, dimension)
        if code:
            conditions &= Q(**{f"{dimension}_id": code})
    # A line has the date of its voucher: said twice, it lets the index of an account's lines be read by date.
    if conditions and search.since:
        conditions &= Q(posting_date__gte=search.since)
    if conditions and search.before:
        conditions &= Q(posting_date__lt=search.before)
    return conditions
