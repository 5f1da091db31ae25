"""Enter a voucher by hand, and correct what is not handed in yet; nothing that was typed is lost."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ledger.drafting import draft_voucher, rewrite_draft, submit_draft
from ledger.hand_entries import HAND_KINDS, accounts_by_hand
from ledger.models import AccountingUnit, Book, Fund, Officer, Project, Voucher, VoucherDraft
from ledger.models.words import DraftStatus, VoucherType
from web.access import open_books
from web.acting import SEE_OTHER, Outcome, take, tell
from web.addresses import key_in
from web.book_desk.draft_pages import mark_of, open_drafts, subject_of
from web.book_desk.typed import ROWS_MORE, Typed, as_typed, blank, entries_of, header_of, typed_in

LISTED_MAX = 300


@require_http_methods(["GET", "HEAD", "POST"])
def draft_new(request: HttpRequest) -> HttpResponse:
    """Enter a voucher of a book."""
    book = get_object_or_404(open_books(request), code=request.GET.get("book", ""))
    if request.method != "POST":
        return form(request, book, blank(corrects=request.GET.get("corrects", "")[:18]))
    typed = typed_in(request.POST)

    def write(officer: Officer, at: datetime) -> VoucherDraft:
        header, entries = header_of(typed, book), entries_of(typed)
        return draft_voucher(book=book, header=header, entries=entries, preparer=officer, at=at)

    return taken(request, book, typed, write, subject=f"book/{book.code}", shown="", draft=None)


@require_http_methods(["GET", "HEAD", "POST"])
def draft_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a draft that is not handed in, or was sent back."""
    draft = get_object_or_404(open_drafts(request).filter(kind__in=HAND_KINDS), pk=pk)
    if request.method != "POST":
        if draft.status != DraftStatus.DRAFTED:
            raise Http404(draft.status)
        return form(request, draft.book, as_typed(draft), draft)
    typed = typed_in(request.POST)

    def write(officer: Officer, at: datetime) -> VoucherDraft:
        header, entries = header_of(typed, draft.book), entries_of(typed)
        return rewrite_draft(draft_id=pk, header=header, entries=entries, preparer=officer, at=at)

    return taken(request, draft.book, typed, write, subject=subject_of(draft), shown=mark_of(draft), draft=draft)


def taken(
    request: HttpRequest,
    book: Book,
    typed: Typed,
    write: Callable[[Officer, datetime], VoucherDraft],
    *,
    subject: str,
    shown: str,
    draft: VoucherDraft | None,
) -> HttpResponse:
    """Write down what was typed, and hand it in where that is asked; on a refusal draw it again."""
    if "more" in request.POST:
        return form(request, book, typed.with_room(ROWS_MORE), draft)
    submits = "submit" in request.POST
    made: list[VoucherDraft] = []

    def step(officer: Officer, at: datetime) -> str:
        with transaction.atomic():
            written = write(officer, at)
            made.append(submit_draft(draft_id=written.pk, officer=officer, at=at) if submits else written)
        if submits:
            return _("Draft {draft} is submitted for review.").format(draft=written.pk)
        return _("Draft {draft} is saved.").format(draft=written.pk)

    act = "draft.submit" if submits else "draft.write"
    outcome = take(request, act=act, subject=subject, step=step, shown=shown)
    if outcome.was_sent:
        tell(request, outcome)
        return HttpResponseRedirect(reverse("draft", args=[draft.pk]) if draft else reverse("drafts"), status=SEE_OTHER)
    if not outcome.is_done:
        return form(request, book, typed.with_room(2), draft, outcome)
    messages.success(request, outcome.said)
    return HttpResponseRedirect(reverse("draft", args=[made[-1].pk]), status=SEE_OTHER)


def form(
    request: HttpRequest, book: Book, typed: Typed, draft: VoucherDraft | None = None, outcome: Outcome | None = None
) -> HttpResponse:
    corrects = key_in(typed.header["corrects"])
    context = {
        "book": book,
        "draft": draft,
        "mark": mark_of(draft) if draft else "",
        "typed": typed,
        "outcome": outcome,
        "types": VoucherType.choices,
        "kinds": [(kind.value, kind.label) for kind in HAND_KINDS],
        "corrected": Voucher.objects.filter(book=book, pk=corrects).first() if corrects is not None else None,
        "accounts": accounts_by_hand(book=book).select_related("parent"),
        "funds": Fund.objects.order_by("code"),
        "units": AccountingUnit.objects.order_by("code")[:LISTED_MAX],
        "projects": Project.objects.order_by("code")[:LISTED_MAX],
    }
    return render(request, "web/book_desk/entry.html", context)
