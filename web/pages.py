"""The pages of the books: trial balance, voucher register, one voucher. They read and change nothing."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.hand_entries import BY_HAND
from ledger.models import Line, Period, Voucher
from ledger.models.words import VoucherKind
from ledger.registers import PAGE, Search, voucher_register
from ledger.statements import trial_balance
from web.access import open_books
from web.addresses import page_key


def books(request: HttpRequest) -> HttpResponse:
    """List the books with the period each stands in."""
    return render(request, "web/books.html", {"books": open_books(request).select_related("chart", "parent")})


def balance(request: HttpRequest, code: str) -> HttpResponse:
    """Show the trial balance of a month of a book."""
    book = get_object_or_404(open_books(request).select_related("chart"), code=code)
    months = Period.objects.filter(book=book, month__lte=12).exclude(status="UNOPENED").order_by("-starts_on")
    month = chosen_month(request.GET.get("month", ""), months.values_list("starts_on", flat=True))
    before = (month + timedelta(days=31)).replace(day=1)
    statement = trial_balance(book=book, since=month, before=before)
    context = {"book": book, "months": months, "month": month, "statement": statement, "totals": statement.totals("F")}
    return render(request, "web/balance.html", context)


def vouchers(request: HttpRequest, code: str) -> HttpResponse:
    """Show a page of the voucher register; ``after`` is the key of the last voucher of the page before."""
    book = get_object_or_404(open_books(request), code=code)
    found = list(
        voucher_register(
            book=book,
            search=Search(text=request.GET.get("text", "")[:100]),
            after=page_key(request.GET.get("after", "")),
            limit=PAGE,
        )
    )
    following = f"{found[-1].posting_date}.{found[-1].pk}" if len(found) == PAGE else ""
    return render(request, "web/vouchers.html", {"book": book, "vouchers": found, "following": following})


def voucher(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one voucher with its lines and signatures."""
    vouchers_to_see = Voucher.objects.filter(book__in=open_books(request))
    shown = get_object_or_404(vouchers_to_see.select_related("book", "period"), pk=pk)
    lines = Line.objects.filter(voucher=shown).select_related("account__parent", "fund").order_by("line_no")
    siblings = vouchers_to_see.filter(source=shown.source).exclude(pk=shown.pk).select_related("book")
    signatures = (
        (_("Chief accountant"), shown.chief_accountant_id),
        (_("Posted by"), shown.poster_id),
        (_("Cashier"), shown.cashier_id),
        (_("Reviewed by"), shown.reviewer_id),
        (_("Prepared by"), shown.preparer_id),
    )
    context = {
        "voucher": shown,
        "lines": lines,
        "siblings": siblings,
        "signatures": signatures,
        "related": vouchers_to_see.filter(
            Q(pk__in=[shown.reverses_id, shown.corrects_id]) | Q(reverses=shown) | Q(corrects=shown)
        ).order_by("pk"),
        "may_be_reversed": shown.source.startswith(BY_HAND)
        and shown.kind != VoucherKind.REVERSAL
        and not Voucher.objects.filter(reverses=shown).exists(),
    }
    return render(request, "web/voucher.html", context)


def chosen_month(text: str, months: Iterable[date]) -> date:
    """Return the month asked for if the book has it, else its newest one that is open to today."""
    known = list(months)
    for month in known:
        if f"{month:%Y-%m}" == text:
            return month
    today = timezone.localdate()
    return next((month for month in known if month <= today), known[-1] if known else today.replace(day=1))
