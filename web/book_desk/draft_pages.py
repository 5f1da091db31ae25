"""Vouchers by hand on their way: which there are, one of them, and each officer's step."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from django.db.models import Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ledger.drafting import (
    draft_reversal,
    post_draft,
    review_draft,
    send_back,
    sign_draft_as_cashier,
    submit_draft,
    withdraw_draft,
)
from ledger.masking import masked
from ledger.models import Account, AuditEvent, Officer, Voucher, VoucherDraft
from ledger.models.words import DraftStatus, VoucherKind
from ledger.money import ZERO
from ledger.refusals import DateOutsideBook
from web.access import officer_of, open_books
from web.acting import take_and_go

PAGE: Final = 50
UNDER_WAY: Final = (DraftStatus.DRAFTED, DraftStatus.SUBMITTED, DraftStatus.REVIEWED)


def open_drafts(request: HttpRequest) -> QuerySet[VoucherDraft]:
    """Return the drafts in the books that are open to who asks."""
    return VoucherDraft.objects.filter(book__in=open_books(request)).select_related("book")


def mark_of(draft: VoucherDraft) -> str:
    """Return the mark of what a page shows of a draft."""
    last = AuditEvent.objects.filter(subject=subject_of(draft), refused="").order_by("-pk").values_list("pk", flat=True)
    return f"{draft.status}/{last.first() or 0}"


def subject_of(draft: VoucherDraft) -> str:
    return f"draft/{draft.pk}"


@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """List the newest drafts, those under way or in one state; ``before`` is the key of the last one above."""
    status, before = request.GET.get("status", ""), request.GET.get("before", "")
    wanted = [status] if status in DraftStatus.values else UNDER_WAY
    found = open_drafts(request).filter(status__in=wanted).select_related("book")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    debits = Sum("lines__amount", filter=Q(lines__side="D"))
    shown = list(found.annotate(debit=debits).order_by("-pk")[:PAGE])
    for one in shown:
        one.summary = masked(one.summary)
    context = {
        "drafts": shown,
        "status": status,
        "states": DraftStatus.choices,
        "books": open_books(request),
        "following": shown[-1].pk if len(shown) == PAGE else "",
    }
    return render(request, "web/book_desk/drafts.html", context)


@require_GET
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a draft with its lines, who signed it, and the step that is open to who looks."""
    shown = get_object_or_404(open_drafts(request).select_related("corrects"), pk=pk)
    lines = list(shown.lines.order_by("line_no"))
    accounts = Account.objects.filter(book=shown.book, code__in={line.account_code for line in lines})
    known = {account.code: account for account in accounts.select_related("parent")}
    is_reversal = shown.kind == VoucherKind.REVERSAL
    voucher = Voucher.objects.filter(Q(reverses=shown.corrects_id) if is_reversal else Q(source=shown.source))
    context = {
        "draft": shown,
        "subject": subject_of(shown),
        "mark": mark_of(shown),
        "lines": [(line, known.get(line.account_code), masked(line.summary or shown.summary)) for line in lines],
        "debit": sum((line.amount for line in lines if line.side == "D"), ZERO),
        "credit": sum((line.amount for line in lines if line.side == "C"), ZERO),
        "voucher": voucher.first() if shown.status == DraftStatus.POSTED else None,
        "moves_money": any(account.cash for account in known.values()),
        "is_own": shown.preparer_id == officer_of(request).username,
        "has_signed": officer_of(request).username in (shown.preparer_id, shown.reviewer_id, shown.cashier_id),
        "may_post": request.user.has_perm("ledger.reverse_voucher" if is_reversal else "ledger.post_voucher"),
    }
    return render(request, "web/book_desk/draft.html", context)


@require_POST
def draft_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one step with a draft: the act itself asks who may."""
    shown = get_object_or_404(open_drafts(request), pk=pk)
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:300]
    steps: dict[str, Callable[[Officer, datetime], str]] = {
        "submit": lambda officer, at: said(submit_draft(draft_id=pk, officer=officer, at=at)),
        "withdraw": lambda officer, at: said(withdraw_draft(draft_id=pk, officer=officer, at=at)),
        "review": lambda officer, at: said(review_draft(draft_id=pk, reviewer=officer, at=at)),
        "sign": lambda officer, at: said(sign_draft_as_cashier(draft_id=pk, cashier=officer, at=at)),
        "send_back": lambda officer, at: said(send_back(draft_id=pk, reviewer=officer, reason=reason, at=at)),
        "post": lambda officer, at: posted(pk, officer, at),
    }
    act = request.POST.get("act", "")
    if act not in steps:
        raise Http404(act)
    return take_and_go(
        request,
        act=f"draft.{act}",
        subject=subject_of(shown),
        step=steps[act],
        shown=mark_of(shown),
        to=reverse("draft", args=[pk]),
        confirmed=act == "post" and shown.kind == VoucherKind.REVERSAL,
    )


@require_POST
def draft_reversal_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the red reversal of a posted voucher."""
    voucher = get_object_or_404(Voucher.objects.filter(book__in=open_books(request)).select_related("book"), pk=pk)
    typed, reason = request.POST.get("posting_date", ""), request.POST.get("reason", "").replace("\0", "")[:200]

    def step(officer: Officer, at: datetime) -> str:
        made = draft_reversal(voucher=voucher, posting_date=day_in(typed), reason=reason, preparer=officer, at=at)
        return _("Draft {draft}: the red reversal of {voucher}. Submit it for review.").format(
            draft=made.pk, voucher=voucher
        )

    answer = take_and_go(
        request, act="draft.reverse", subject=f"voucher/{pk}", step=step, to=reverse("voucher", args=[pk])
    )
    made = VoucherDraft.objects.filter(corrects=voucher, kind=VoucherKind.REVERSAL, status=DraftStatus.DRAFTED)
    own = made.filter(preparer=officer_of(request)).order_by("-pk").first()
    if own is not None:
        answer["Location"] = reverse("draft", args=[own.pk])
    return answer


def day_in(text: str) -> date:
    """Return a day that was typed; none is today.

    :raises DateOutsideBook: if it is no date
    """
    try:
        return date.fromisoformat(text) if text else timezone.localdate()
    except ValueError as error:
        raise DateOutsideBook("posting_date_is_a_date", {"date": text[:20]}) from error


def said(draft: VoucherDraft) -> str:
    return _("Draft {draft}: {state}.").format(draft=draft.pk, state=draft.get_status_display())


def posted(pk: int, officer: Officer, at: datetime) -> str:
    (made,) = post_draft(draft_id=pk, poster=officer, at=at)
    return _("Posted as {voucher}.").format(voucher=f"{made.book} {made.voucher_type}-{made.number}")
