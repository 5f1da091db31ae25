"""The voucher register: find vouchers by what is known of them, page by page."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from ledger.balances import DIMENSIONS
from ledger.models import Book, Line, Voucher

PAGE = 100


@dataclass(frozen=True, slots=True)
class Search:
    """What is known of the vouchers looked for; what is left out does not matter."""

    since: date | None = None
    before: date | None = None
    voucher_type: str = ""
    number: int | None = None
    text: str = ""
    account_prefix: str = ""
    amount: Decimal | None = None
    fund: str = ""
    functional: str = ""
    economic: str = ""
    project: str = ""
    unit: str = ""
    counterparty: str = ""


def voucher_register(
    *, book: Book, search: Search, after: tuple[date, int] | None, limit: int = PAGE
) -> QuerySet[Voucher]:
    """Return a page of the vouchers of a book by posting date; ``after`` is the last key of the page before."""
    vouchers = Voucher.objects.filter(book=book).select_related("period")
    if search.since:
        vouchers = vouchers.filter(posting_date__gte=search.since)
    if search.before:
        vouchers = vouchers.filter(posting_date__lt=search.before)
    if search.voucher_type:
        vouchers = vouchers.filter(voucher_type=search.voucher_type)
    if search.number is not None:
        vouchers = vouchers.filter(number=search.number)
    if search.text:
        vouchers = vouchers.filter(
            Q(summary__icontains=search.text)
            | Q(source__icontains=search.text)
            | Q(reference__icontains=search.text)
            | Exists(Line.objects.filter(voucher=OuterRef("pk"), summary__icontains=search.text))
        )
    lines = line_conditions(search)
    if lines:
        vouchers = vouchers.filter(Exists(Line.objects.filter(lines, voucher=OuterRef("pk"))))
    if after:
        vouchers = vouchers.filter(Q(posting_date__gt=after[0]) | Q(posting_date=after[0], pk__gt=after[1]))
    return vouchers.order_by("posting_date", "pk")[:limit]


def line_conditions(search: Search) -> Q:
    """Return what one and the same line of a voucher has to fulfil."""
    conditions = Q()
    if search.account_prefix:
        conditions &= Q(account__code__startswith=search.account_prefix)
    if search.amount is not None:
        conditions &= Q(amount=search.amount)
    for dimension in ("fund", *DIMENSIONS):
        code = getattr(search, dimension)
        if code:
            conditions &= Q(**{f"{dimension}_id": code})
    return conditions
