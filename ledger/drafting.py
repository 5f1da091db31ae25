"""Vouchers by hand: an officer drafts, another reviews, a third posts it, and it stays. So is its red reversal.

A draft takes no number and locks nothing; only posting does. Where money at a bank or in hand moves, the cashier
signs the draft before it is posted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import DatabaseError, transaction

from ledger.entries import Entry, Event, Signatures, VoucherToPost, in_red
from ledger.hand_entries import BY_HAND, require_by_hand
from ledger.models import Book, DraftLine, Officer, Voucher, VoucherDraft
from ledger.models.words import DRAFT_MOVES, DraftStatus, OfficerKind, VoucherKind, VoucherType
from ledger.money import exact
from ledger.posting import Posted, post_event
from ledger.posts import require_post
from ledger.recording import record_event
from ledger.refusals import FourEyesMissing, ReversalRefused, TextNotPlain, refusal_of
from ledger.reversing import entries_of, reverse_event, summary_of_reversal

PREPARE, REVIEW, SIGN = "ledger.prepare_voucher", "ledger.review_voucher", "ledger.sign_voucher_as_cashier"
POST, REVERSE = "ledger.post_voucher", "ledger.reverse_voucher"


@dataclass(frozen=True, slots=True)
class DraftHeader:
    """What an officer writes at the top of a manual voucher."""

    posting_date: date
    summary: str
    attachments: int
    voucher_type: VoucherType = VoucherType.GENERAL
    kind: VoucherKind = VoucherKind.ORDINARY
    adjustment_period: bool = False
    corrects: Voucher | None = None
    paper: str = ""


@transaction.atomic
def draft_voucher(
    *, book: Book, header: DraftHeader, entries: Sequence[Entry], preparer: Officer, at: datetime
) -> VoucherDraft:
    """Write down a manual voucher; it may be unfinished and is checked when it is handed in.

    :raises OfficerMayNot: if the officer does not hold the post
    :raises InexactAmount: if an amount has more than two decimals
    """
    require_post(preparer, PREPARE)
    draft = VoucherDraft.objects.create(book=book, preparer=preparer, **columns(header))
    write_lines(draft, entries)
    record(draft, preparer, "draft.write", at)
    return draft


@transaction.atomic
def draft_reversal(
    *, voucher: Voucher, posting_date: date, reason: str, preparer: Officer, at: datetime
) -> VoucherDraft:
    """Write down the red reversal of a voucher that was entered by hand; it goes the way of every draft.

    :raises OfficerMayNot: if the officer does not hold the post
    :raises ReversalRefused: if other acts posted the voucher, or it is reversed or about to be
    :raises TextNotPlain: if no reason is given
    """
    require_post(preparer, PREPARE)
    if not voucher.source.startswith(BY_HAND) or voucher.kind == VoucherKind.REVERSAL:
        raise ReversalRefused("voucher_is_reversed_by_its_act", {"voucher": voucher, "source": voucher.source})
    if not reason.strip():
        raise TextNotPlain("reversal_reason_is_given", {"voucher": voucher})
    under_way = VoucherDraft.objects.filter(kind=VoucherKind.REVERSAL, corrects=voucher)
    if under_way.exclude(status=DraftStatus.WITHDRAWN).exists():
        raise ReversalRefused("voucher_reversed_once", {"voucher": voucher})
    draft = VoucherDraft.objects.create(
        book=voucher.book,
        preparer=preparer,
        kind=VoucherKind.REVERSAL,
        voucher_type=voucher.voucher_type,
        posting_date=posting_date,
        summary=summary_of_reversal(voucher),
        corrects=voucher,
        paper=reason.strip(),
    )
    write_lines(draft, in_red(entries_of(voucher)))
    record(draft, preparer, "draft.reverse", at)
    return draft


@transaction.atomic
def rewrite_draft(
    *, draft_id: int, header: DraftHeader, entries: Sequence[Entry], preparer: Officer, at: datetime
) -> VoucherDraft:
    """Replace header and lines of a draft that has not been submitted.

    :raises OfficerMayNot: if the officer does not hold the post
    :raises FourEyesMissing: if another officer drafted it, or it is under review or posted
    :raises ReversalRefused: if it is a reversal, which says what the voucher says
    """
    require_post(preparer, PREPARE)
    draft = locked(draft_id)
    if draft.status != DraftStatus.DRAFTED or draft.preparer_id != preparer.username:
        raise FourEyesMissing("draft_moves", {"draft": draft.pk, "status": draft.status})
    if draft.kind == VoucherKind.REVERSAL:
        raise ReversalRefused("voucher_reversal_is_exact", {"draft": draft.pk})
    VoucherDraft.objects.filter(pk=draft.pk).update(**columns(header))
    DraftLine.objects.filter(draft=draft).delete()
    write_lines(draft, entries)
    record(draft, preparer, "draft.rewrite", at)
    draft.refresh_from_db()
    return draft


def submit_draft(*, draft_id: int, officer: Officer, at: datetime) -> VoucherDraft:
    """Hand a draft in for review.

    :raises OfficerMayNot: if the officer does not hold the post
    :raises FourEyesMissing: if the officer did not draft it
    :raises UnableToPost: if it could not be posted as it stands
    """
    require_post(officer, PREPARE)
    with transaction.atomic():
        draft = locked(draft_id)
        if draft.preparer_id != officer.username:
            raise FourEyesMissing("draft_four_eyes", {"draft": draft.pk, "preparer": draft.preparer_id})
        require_by_hand(draft.book, voucher_of(draft, unsigned(draft)))
        draft.refusal = ""
        return move(draft, DraftStatus.SUBMITTED, officer, at)


def review_draft(*, draft_id: int, reviewer: Officer, at: datetime) -> VoucherDraft:
    """Approve a submitted draft.

    :raises OfficerMayNot: if the officer does not hold the post
    :raises FourEyesMissing: if the reviewer drafted it or is no person
    """
    require_post(reviewer, REVIEW)
    with transaction.atomic():
        draft = locked(draft_id)
        if draft.preparer_id == reviewer.username or reviewer.kind != OfficerKind.PERSON:
            raise FourEyesMissing("draft_four_eyes", {"draft": draft.pk, "preparer": draft.preparer_id})
        draft.reviewer = reviewer
        return move(draft, DraftStatus.REVIEWED, reviewer, at)


def sign_draft_as_cashier(*, draft_id: int, cashier: Officer, at: datetime) -> VoucherDraft:
    """Sign a draft that moves money at a bank or in hand; it is not posted without.

    :raises OfficerMayNot: if the officer does not hold the post
    :raises FourEyesMissing: if the draft is not reviewed, is signed already, or the cashier prepared or reviewed it
    """
    require_post(cashier, SIGN)
    with transaction.atomic():
        draft = locked(draft_id)
        if draft.status != DraftStatus.REVIEWED or draft.cashier_id is not None:
            raise FourEyesMissing("draft_moves", {"draft": draft.pk, "status": draft.status})
        if cashier.username in (draft.preparer_id, draft.reviewer_id) or cashier.kind != OfficerKind.PERSON:
            raise FourEyesMissing("draft_four_eyes", {"draft": draft.pk, "cashier": cashier.username})
        draft.cashier = cashier
        draft.save(update_fields=["cashier"])
        record(draft, cashier, "draft.sign", at)
        return draft


def send_back(*, draft_id: int, reviewer: Officer, reason: str, at: datetime) -> VoucherDraft:
    """Return a submitted or reviewed draft to its preparer with the reason.

    :raises OfficerMayNot: if the officer neither reviews nor posts
    :raises FourEyesMissing: if the preparer returns it to himself
    :raises TextNotPlain: if no reason is given
    """
    if not reviewer.has_perm(POST):
        require_post(reviewer, REVIEW)
    with transaction.atomic():
        draft = locked(draft_id)
        if draft.preparer_id == reviewer.username:
            raise FourEyesMissing("draft_four_eyes", {"draft": draft.pk, "preparer": draft.preparer_id})
        if not reason.strip():
            raise TextNotPlain("draft_reason_is_given", {"draft": draft.pk})
        draft.reviewer = draft.cashier = None
        draft.refusal = reason
        return move(draft, DraftStatus.DRAFTED, reviewer, at)


def withdraw_draft(*, draft_id: int, officer: Officer, at: datetime) -> VoucherDraft:
    """Give a draft up; it is kept, and no number was ever taken.

    :raises OfficerMayNot: if the officer does not hold the post
    :raises FourEyesMissing: if the officer did not draft it
    """
    require_post(officer, PREPARE)
    with transaction.atomic():
        draft = locked(draft_id)
        if draft.preparer_id != officer.username:
            raise FourEyesMissing("draft_four_eyes", {"draft": draft.pk, "preparer": draft.preparer_id})
        return move(draft, DraftStatus.WITHDRAWN, officer, at)


def post_draft(*, draft_id: int, poster: Officer, at: datetime) -> list[Posted]:
    """Post a reviewed draft under the source ``ledger.draft/ID``; a reversal under the one of its voucher.

    :raises OfficerMayNot: if the officer does not hold the post
    :raises FourEyesMissing: if it is not reviewed, or the poster prepared or reviewed it
    :raises UnableToPost: if any promise of the books would break; the draft stays reviewed then
    """
    with transaction.atomic():
        draft = locked(draft_id)
        require_post(poster, REVERSE if draft.kind == VoucherKind.REVERSAL else POST)
        if draft.status != DraftStatus.REVIEWED or draft.reviewer_id is None:
            raise FourEyesMissing("draft_moves", {"draft": draft.pk, "status": draft.status})
        if poster.username in (draft.preparer_id, draft.reviewer_id):
            raise FourEyesMissing("draft_posts_its_voucher", {"draft": draft.pk, "poster": poster.username})
        posted = written(draft, replace(unsigned(draft), poster=poster.username))
        move(draft, DraftStatus.POSTED, poster, at)
    return posted


def written(draft: VoucherDraft, signatures: Signatures) -> list[Posted]:
    if draft.kind == VoucherKind.REVERSAL and draft.corrects is not None:
        return reverse_event(
            source=draft.corrects.source, posting_date=draft.posting_date, signatures=signatures, paper=draft.paper
        )
    voucher = voucher_of(draft, signatures)
    require_by_hand(draft.book, voucher)
    return post_event(Event(source=draft.source, vouchers=[voucher]))


def unsigned(draft: VoucherDraft) -> Signatures:
    """Return who has signed a draft; nobody has posted it."""
    return Signatures(preparer=draft.preparer_id, reviewer=draft.reviewer_id or "", poster="", cashier=draft.cashier_id)


def locked(draft_id: int) -> VoucherDraft:
    return VoucherDraft.objects.select_for_update(of=("self",)).select_related("book").get(pk=draft_id)


def move(draft: VoucherDraft, status: DraftStatus, officer: Officer, at: datetime) -> VoucherDraft:
    """Move a locked draft along ``DRAFT_MOVES``; the database checks the move once more."""
    if (DraftStatus(draft.status), status) not in DRAFT_MOVES:
        raise FourEyesMissing("draft_moves", {"draft": draft.pk, "from": draft.status, "to": status})
    was = draft.status
    draft.status = status
    try:
        with transaction.atomic():
            draft.save(update_fields=["status", "reviewer", "cashier", "refusal"])
    except DatabaseError as error:
        raise refusal_of(error) from error
    record(draft, officer, f"draft.{status.lower()}", at, was)
    return draft


def record(draft: VoucherDraft, officer: Officer, act: str, at: datetime, was: str = "") -> None:
    record_event(
        chain=draft.book.code,
        at=at,
        actor=officer.username,
        act=act,
        subject=f"draft/{draft.pk}",
        before={"status": was} if was else None,
        after={"status": draft.status, "why": draft.refusal},
    )


def columns(header: DraftHeader) -> dict[str, object]:
    return {name: getattr(header, name) for name in DraftHeader.__dataclass_fields__}


def write_lines(draft: VoucherDraft, entries: Sequence[Entry]) -> None:
    DraftLine.objects.bulk_create(
        DraftLine(
            draft=draft,
            line_no=number,
            account_code=entry.account,
            fund_code=entry.fund,
            functional_code=entry.functional or "",
            economic_code=entry.economic or "",
            project_code=entry.project or "",
            unit_code=entry.unit or "",
            counterparty_code=entry.counterparty or "",
            side=entry.side,
            amount=exact(entry.amount),
            summary=entry.summary,
        )
        for number, entry in enumerate(entries, start=1)
    )


def voucher_of(draft: VoucherDraft, signatures: Signatures) -> VoucherToPost:
    """Return what a draft posts."""
    return VoucherToPost(
        book=draft.book.code,
        posting_date=draft.posting_date,
        summary=draft.summary,
        entries=[
            Entry(
                account=line.account_code,
                side=line.side,
                amount=exact(line.amount),
                fund=line.fund_code,
                functional=line.functional_code or None,
                economic=line.economic_code or None,
                project=line.project_code or None,
                unit=line.unit_code or None,
                counterparty=line.counterparty_code or None,
                summary=line.summary,
            )
            for line in draft.lines.order_by("line_no")
        ],
        signatures=signatures,
        voucher_type=draft.voucher_type,
        kind=draft.kind,
        adjustment_period=draft.adjustment_period,
        attachments=draft.attachments,
        corrects=draft.corrects_id,
        paper=draft.paper,
    )
