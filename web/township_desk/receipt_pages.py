"""Receipt books: those of a township, those of the whole district, and one with its numbers, sums and acts."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ledger.models import Officer
from treasury.issuing_receipts import (
    PrintedRange,
    close_book,
    issue_book,
    receive_book,
    take_back_receipts,
    withdraw_book,
)
from treasury.models import ReceiptBook, ReceiptMark, Township
from treasury.models.words import ReceiptBookStatus, ReceiptFate, ReceiptKind
from treasury.receipt_books import reconcile, tallies_of
from treasury.refusals import NothingThere
from treasury.using_receipts import void_receipt
from web.access import officer_of
from web.acting import take
from web.township_desk.standing_here import (
    PAGE,
    amount_typed,
    count_typed,
    day_typed,
    go_or_draw,
    key_in,
    may,
    township_here,
)

UNPROCESSABLE = 422
MARKS_SHOWN = 30


def page_of(request: HttpRequest, books: QuerySet[ReceiptBook]) -> Mapping[str, object]:
    """Return a page of receipt books with what became of their numbers, the newest first."""
    if (after := key_in(request.GET.get("after", ""))) is not None:
        books = books.filter(pk__lt=after)
    shown = list(books.select_related("series", "township").order_by("-pk")[:PAGE])
    return {"books": tallies_of(books=shown), "following": shown[-1].pk if len(shown) == PAGE else ""}


@require_GET
def township_receipts(request: HttpRequest, code: str) -> HttpResponse:
    """List the receipt books of a township."""
    township = township_here(request, code)
    context = {"township": township, **page_of(request, ReceiptBook.objects.filter(township=township))}
    return render(request, "web/township_desk/receipts.html", context)


def receipt_books(request: HttpRequest) -> HttpResponse:
    """List the receipt books of all townships, and issue one."""
    if request.method != "POST":
        return draw_books(request)
    made: list[ReceiptBook] = []

    def step(officer: Officer, at: datetime) -> str:
        sent = request.POST
        kind = sent.get("kind", "")
        township = Township.objects.filter(code=sent.get("township", "")).first()
        if township is None:
            raise NothingThere("township_is_registered", {"township": sent.get("township", "")[:20]})
        printed = PrintedRange(
            ReceiptKind(kind) if kind in ReceiptKind.values else ReceiptKind.FISCAL,
            sent.get("first", "").strip(),
            sent.get("last", "").strip(),
            count_typed(sent.get("copies", "")),
        )
        made.append(
            issue_book(
                printed=printed,
                township=township,
                collector=sent.get("collector", "").strip(),
                officer=officer,
                on=day_typed(sent.get("on", "")),
                at=at,
            )
        )
        return _("Book {book} is issued; {township} receives it next.").format(book=made[0], township=township)

    outcome = take(request, act="receipt_book.issue", subject="receipt_book", step=step)
    return go_or_draw(
        request,
        outcome,
        to=reverse("receipt_books"),
        draw=lambda refusal: draw_books(request, refusal=refusal),
    )


def draw_books(request: HttpRequest, refusal: str = "") -> HttpResponse:
    context = {
        **page_of(request, ReceiptBook.objects.all()),
        "refusal": refusal,
        "sent": request.POST if refusal else {},
        "townships": Township.objects.order_by("number"),
        "kinds": ReceiptKind.choices,
        "day": timezone.localdate(),
        "may_issue": officer_of(request).has_perm("treasury.issue_receipts"),
    }
    return render(request, "web/township_desk/receipt_books.html", context, status=UNPROCESSABLE if refusal else None)


def township_receipt_book(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Show one receipt book of a township; receive it, or void a receipt of it."""
    township = township_here(request, code)
    found = ReceiptBook.objects.filter(township=township)
    return one_book(request, found, pk, to=reverse("township_receipt_book", args=[code, pk]), township=township)


def receipt_book(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one receipt book to the bureau; withdraw it, take receipts back or close it."""
    return one_book(request, ReceiptBook.objects.all(), pk, to=reverse("receipt_book", args=[pk]), township=None)


def one_book(
    request: HttpRequest, books: QuerySet[ReceiptBook], pk: int, *, to: str, township: Township | None
) -> HttpResponse:
    book = get_object_or_404(books.select_related("series", "township"), pk=pk)
    if request.method != "POST":
        return draw_book(request, book, township)
    name = request.POST.get("act", "")
    if name not in STEPS:
        return draw_book(request, book, township, refusal=_("There is no such act."))
    outcome = take(
        request,
        act=f"receipt_book.{name}",
        subject=f"receipt_book/{book.pk}",
        step=partial(STEPS[name], book, request),
        shown=mark_of(book),
    )
    return go_or_draw(request, outcome, to=to, draw=lambda refusal: draw_book(request, book, township, refusal=refusal))


def mark_of(book: ReceiptBook) -> str:
    """Return the mark of a book: its state, and how many of its numbers are marked."""
    return f"{book.status}/{ReceiptMark.objects.filter(book=book, taken_back=False).count()}"


def receive(book: ReceiptBook, request: HttpRequest, officer: Officer, at: datetime) -> str:
    receive_book(book=book, officer=officer, on=day_typed(request.POST.get("on", "")), at=at)
    return _("Book {book} is received.").format(book=book)


def void(book: ReceiptBook, request: HttpRequest, officer: Officer, at: datetime) -> str:
    sent = request.POST
    void_receipt(
        book=book,
        receipt=sent.get("receipt", "").strip(),
        copies_kept=count_typed(sent.get("copies", "")),
        reason=sent.get("reason", "").strip(),
        officer=officer,
        on=day_typed(sent.get("on", "")),
        at=at,
    )
    return _("Receipt {receipt} is void.").format(receipt=sent.get("receipt", "").strip())


def withdraw(book: ReceiptBook, request: HttpRequest, officer: Officer, at: datetime) -> str:
    withdraw_book(book=book, officer=officer, reason=request.POST.get("reason", "").strip(), at=at)
    return _("Book {book} is withdrawn.").format(book=book)


def take_back(book: ReceiptBook, request: HttpRequest, officer: Officer, at: datetime) -> str:
    sent = request.POST
    count = take_back_receipts(
        book=book,
        first=sent.get("first", "").strip(),
        last=sent.get("last", "").strip(),
        officer=officer,
        reason=sent.get("reason", "").strip(),
        on=day_typed(sent.get("on", "")),
        at=at,
    )
    return _("{count} receipts are taken back.").format(count=count)


def close(book: ReceiptBook, request: HttpRequest, officer: Officer, at: datetime) -> str:
    sent = request.POST
    close_book(
        book=book,
        stub_total=amount_typed(sent.get("stubs", "")),
        officer=officer,
        on=day_typed(sent.get("on", "")),
        at=at,
    )
    return _("Book {book} is closed.").format(book=book)


STEPS: Mapping[str, Callable[[ReceiptBook, HttpRequest, Officer, datetime], str]] = {
    "receive": receive,
    "void": void,
    "withdraw": withdraw,
    "return": take_back,
    "close": close,
}


def draw_book(request: HttpRequest, book: ReceiptBook, township: Township | None, refusal: str = "") -> HttpResponse:
    officer = officer_of(request)
    is_issued, is_received = (book.status == one for one in (ReceiptBookStatus.ISSUED, ReceiptBookStatus.RECEIVED))
    counted = reconcile(book=book)
    issues = officer.has_perm("treasury.issue_receipts")
    marks = ReceiptMark.objects.filter(book=book, taken_back=False).exclude(fate=ReceiptFate.USED)
    context = {
        "township": township,
        "book": book,
        "counted": counted,
        "open": spelt(book, counted.open),
        "missing": spelt(book, counted.missing),
        "marks": [(one, book.series.spelt(one.number)) for one in marks.order_by("-pk")[:MARKS_SHOWN]],
        "refusal": refusal,
        "sent": request.POST if refusal else {},
        "mark": mark_of(book),
        "day": timezone.localdate(),
        "may_receive": is_issued and may(request, "treasury.receive_receipts", book.township),
        "may_void": is_received and may(request, "treasury.void_receipts", book.township),
        "may_withdraw": is_issued and issues,
        "may_take_back": is_received and issues,
        "may_close": is_received and officer.has_perm("treasury.close_receipts"),
        "subject": f"receipt_book/{book.pk}",
    }
    return render(request, "web/township_desk/receipt_book.html", context, status=UNPROCESSABLE if refusal else None)


def spelt(book: ReceiptBook, ranges: Sequence[tuple[int, int]]) -> str:
    """Return ranges of numbers as they are printed."""
    spell = book.series.spelt
    return ", ".join(spell(one) if one == other else f"{spell(one)}–{spell(other)}" for one, other in ranges)
