"""Find vouchers, read the lines of an account, print a voucher. These pages change nothing."""

import io
import re
from datetime import date, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from ledger.balances import DIMENSIONS, net_of
from ledger.exports.voucher_pages import write_voucher
from ledger.exports.voucher_rows import printed_voucher
from ledger.masking import masked
from ledger.models import Account, Line, Voucher
from ledger.models.words import Side, VoucherKind
from ledger.money import ZERO
from ledger.registers import PAGE, totals_found, vouchers_found
from ledger.statements import PAGE as LINES_PAGE
from ledger.statements import account_statement, turnovers
from web.access import open_books
from web.book_desk.asked import asked_in

# The key of the last row of a page: its date, voucher and line; numbers that PostgreSQL has room for.
KEY = re.compile(r"([0-9-]{10})\.([0-9]{1,18})\.([0-9]{1,9})", re.ASCII)

FIRST_DAY: Final = date(1949, 10, 1)  # before any book
DIMENSIONS_OF_LINES: Final = ("fund", *DIMENSIONS)


@require_GET
def voucher_search(request: HttpRequest) -> HttpResponse:
    """Show a page of the vouchers that fit, in every book that is open or in one, with their totals."""
    asked = asked_in(request.GET, today=timezone.localdate())
    books = {book.code: book for book in open_books(request)}
    chosen = [books[asked.typed["book"]].pk] if asked.typed["book"] in books else [book.pk for book in books.values()]
    found: list[Voucher] = []
    totals = None
    if not asked.faults:
        after = page_key(request.GET.get("after", ""))
        found = list(vouchers_found(books=chosen, search=asked.search, after=after, limit=PAGE))
        totals = totals_found(books=chosen, search=asked.search)
    for one in found:
        one.summary = masked(one.summary)
    context = {
        "asked": asked,
        "books": books.values(),
        "kinds": VoucherKind.choices,
        "sides": Side.choices,
        "dimensions": [(one.name, one.verbose_name) for one in Line._meta.fields if one.name in DIMENSIONS_OF_LINES],
        "vouchers": found,
        "totals": totals,
        "query": request.GET.urlencode() or f"since={asked.typed['since']}",
        "following": following(request, f"{found[-1].posting_date}.{found[-1].pk}" if len(found) == PAGE else ""),
    }
    return render(request, "web/book_desk/search.html", context)


@require_GET
def account_lines(request: HttpRequest, code: str, account: str) -> HttpResponse:
    """Show a page of the lines of an account (明细账) with the balance after each."""
    book = get_object_or_404(open_books(request), code=code)
    shown = get_object_or_404(Account.objects.select_related("parent"), book=book, code=account)
    since, until, before = days_in(request)
    after = line_key(request.GET.get("after", ""))
    lines = account_statement(account=shown, since=since, before=before, dimensions={}, after=after, limit=LINES_PAGE)
    last = lines[-1] if len(lines) == LINES_PAGE else None
    context = {
        "book": book,
        "account": shown,
        "since": since,
        "until": until,
        "opening": net_of(book=book, code=shown.code, as_of=max(since, FIRST_DAY) - timedelta(days=1)),
        "turnover": turnovers(book, since, before).get(shown.code, (ZERO, ZERO)),
        "lines": [(line, masked(line.summary)) for line in lines],
        "is_first": after is None,
        "following": following(request, f"{last.posting_date}.{last.voucher_id}.{last.line_no}" if last else ""),
    }
    return render(request, "web/book_desk/account_lines.html", context)


@require_GET
def voucher_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a voucher as PDF, as it is printed."""
    shown = get_object_or_404(Voucher.objects.select_related("book").filter(book__in=open_books(request)), pk=pk)
    file = io.BytesIO()
    write_voucher(file=file, voucher=printed_voucher(shown), at=timezone.now())
    name = f"{shown.book.code}-{shown.posting_date}-{shown}.pdf"
    headers = {"Content-Disposition": content_disposition_header(as_attachment=False, filename=name)}
    return HttpResponse(file.getvalue(), content_type="application/pdf", headers=headers)


def following(request: HttpRequest, key: str) -> str:
    """Return the query of the next page, or nothing."""
    query = request.GET.copy()
    query["after"] = key
    return query.urlencode() if key else ""


def page_key(text: str) -> tuple[date, int] | None:
    key = line_key(f"{text}.0")
    return key[:2] if key else None


def line_key(text: str) -> tuple[date, int, int] | None:
    found = KEY.fullmatch(text)
    try:
        return (date.fromisoformat(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def days_in(request: HttpRequest) -> tuple[date, date, date]:
    """Return the first and the last day asked for, or those of this month, and the day after the last."""
    first = timezone.localdate().replace(day=1)
    since = day_or(request.GET.get("since", ""), first)
    until = day_or(request.GET.get("until", ""), (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    return since, until, min(until, date.max - timedelta(days=1)) + timedelta(days=1)


def day_or(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise
