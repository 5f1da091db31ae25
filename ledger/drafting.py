"""Manual vouchers: an officer drafts, another reviews, then it is posted and stays.

A draft takes no number and locks nothing; only posting does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import DatabaseError, transaction

from ledger.entries import Entry, Event, Signatures, VoucherToPost
from ledger.models import Book, DraftLine, Officer, Voucher, VoucherDraft
from ledger.models.words import DRAFT_MOVES, DraftStatus, OfficerKind, VoucherKind, VoucherType
from ledger.money import exact
from ledger.posting import Posted, post_event
from ledger.recording import record_event
from ledger.refusals import FourEyesMissing, TextNotPlain, refusal_of


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
    """Write down a manual voucher; it may be unfinished and is checked when it is posted.

    :raises InexactAmount: if an amount has more than two decimals
    """
    draft = VoucherDraft.objects.create(book=book, preparer=preparer, **columns(header))
    write_lines(draft, entries)
    record(draft, preparer, "draft.write", at)
    return draft


@transaction.atomic
def rewrite_draft(
    *, draft_id: int, header: DraftHeader, entries: Sequence[Entry], preparer: Officer, at: datetime
) -> VoucherDraft:
    """Replace header and lines of a draft that has not been submitted.

    :raises FourEyesMissing: if another officer drafted it, or it is under review or posted
    """
    draft = locked(draft_id)
    if draft.status != DraftStatus.DRAFTED or draft.preparer_id != preparer.username:
        raise FourEyesMissing("draft_moves", {"draft": draft.pk, "status": draft.status})
    VoucherDraft.objects.filter(pk=draft.pk).update(**columns(header))
    DraftLine.objects.filter(draft=draft).delete()
    write_lines(draft, entries)
    record(draft, preparer, "draft.rewrite", at)
    draft.refresh_from_db()
    return draft


def submit_draft(*, draft_id: int, officer: Officer, at: datetime) -> VoucherDraft:
    """Hand a draft in for review.

    :raises FourEyesMissing: if the officer did not draft it
    """
    with transaction.atomic():
        draft = locked(draft_id)
        if draft.preparer_id != officer.username:
            raise FourEyesMissing("draft_four_eyes", {"draft": draft.pk, "preparer": draft.preparer_id})
        draft.refusal = ""
        return move(draft, DraftStatus.SUBMITTED, officer, at)


def review_draft(*, draft_id: int, reviewer: Officer, at: datetime) -> VoucherDraft:
    """Approve a submitted draft.

    :raises FourEyesMissing: if the reviewer drafted it or is no person
    """
    with transaction.atomic():
        draft = locked(draft_id)
        if draft.preparer_id == reviewer.username or reviewer.kind != OfficerKind.PERSON:
            raise FourEyesMissing("draft_four_eyes", {"draft": draft.pk, "preparer": draft.preparer_id})
        draft.reviewer = reviewer
        return move(draft, DraftStatus.REVIEWED, reviewer, at)


def send_back(*, draft_id: int, reviewer: Officer, reason: str, at: datetime) -> VoucherDraft:
    """Return a submitted or reviewed draft to its preparer with the reason.

    :raises FourEyesMissing: if the preparer returns it to himself
    :raises TextNotPlain: if no reason is given
    """
    with transaction.atomic():
        draft = locked(draft_id)
        if draft.preparer_id == reviewer.username:
            raise FourEyesMissing("draft_four_eyes", {"draft": draft.pk, "preparer": draft.preparer_id})
        if not reason.strip():
            raise TextNotPlain("draft_reason_is_given", {"draft": draft.pk})
        draft.reviewer = None
        draft.refusal = reason
        return move(draft, DraftStatus.DRAFTED, reviewer, at)


def withdraw_draft(*, draft_id: int, officer: Officer, at: datetime) -> VoucherDraft:
    """Give a draft up; it is kept, and no number was ever taken.

    :raises FourEyesMissing: if the officer did not draft it
    """
    with transaction.atomic():
        draft = locked(draft_id)
        if draft.preparer_id != officer.username:
            raise FourEyesMissing("draft_four_eyes", {"draft": draft.pk, "preparer": draft.preparer_id})
        return move(draft, DraftStatus.WITHDRAWN, officer, at)


def post_draft(*, draft_id: int, poster: Officer, cashier: Officer | None, at: datetime) -> list[Posted]:
    """Post a reviewed draft under the source ``ledger.draft/ID``.

    :raises FourEyesMissing: if it is not reviewed
    :raises UnableToPost: if any promise of the books would break; the draft stays reviewed then
    """
    with transaction.atomic():
        draft = locked(draft_id)
        if draft.status != DraftStatus.REVIEWED or draft.reviewer_id is None:
            raise FourEyesMissing("draft_moves", {"draft": draft.pk, "status": draft.status})
        signatures = Signatures(
            preparer=draft.preparer_id,
            reviewer=draft.reviewer_id,
            poster=poster.username,
            cashier=cashier.username if cashier else None,
        )
        posted = post_event(Event(source=draft.source, vouchers=[voucher_of(draft, signatures)]))
        move(draft, DraftStatus.POSTED, poster, at)
    return posted


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
            draft.save(update_fields=["status", "reviewer", "refusal"])
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
