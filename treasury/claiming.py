"""Claims: registered with their lines, signed by the township's head, reviewed by the centre, put into the queue.

An accepted claim uses its invoices, each once, ever, and becomes a release; a refused one keeps its reason, and what
was wrong is handed in again as a new claim that corrects it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from ledger.models import Officer
from ledger.money import ZERO
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.claim_balances import balances_for_claims, own_number, used_invoices
from treasury.claim_lines import payee_lines, rank_of_lines, require_known_classes
from treasury.claim_times import require_in_time
from treasury.models import AppliedFile, Claim, ClaimLine, Township, Unit, UsedInvoice
from treasury.models.words import ClaimStatus, ReleaseKind, SubAccountKind
from treasury.opening import codes_of
from treasury.refusals import (
    ClaimRefused,
    FundExhausted,
    InvoiceUsed,
    NothingThere,
    StateRefuses,
    TreasuryReasonMissing,
    WrongSigner,
    refusals_named,
)
from treasury.releasing import request_release
from treasury.scopes import district_wide
from treasury.secondments import day_of, require_post_for, require_township_post, signer_fault
from treasury.taking_over import account_of

CHAIN = ""


@dataclass(frozen=True, slots=True)
class HandedInLine:
    """A line of a claim with its invoice."""

    amount: Decimal
    economic: str = ""
    summary: str = ""
    invoice: str = ""
    payee_name: str = ""
    account_number: str = ""
    attachments: int = 0
    row: int = 0


@dataclass(frozen=True, slots=True)
class HandedInClaim:
    """A claim as a centre hands it in; ``signer`` and ``signed_on`` are empty until the head signs.

    ``reason`` is why the desk that judged its file refuses it, '' if it does not.
    """

    number: str
    township: str
    unit_code: str
    sub_account: str
    claimed_on: date
    lines: Sequence[HandedInLine]
    handler: str = ""
    signer: str = ""
    signed_on: date | None = None
    reason: str = ""
    total: Decimal | None = None


@district_wide()
def register_claim(
    *, claim: HandedInClaim, month: date, officer: Officer, at: datetime, corrects: Claim | None = None
) -> Claim:
    """Register a claim of a township; its head signs it next.

    :raises OfficerMayNot: without the post, of the bureau or of the township
    :raises ClaimRefused: if number, time or what it corrects does not stand
    :raises NothingThere: if the unit is none of the township's, or the books do not have the class of a line
    """
    township = Township.objects.filter(name=claim.township).first()
    require_post_for(officer=officer, township=township, act="treasury.register_claim", on=day_of(at))
    with refusals_named(), transaction.atomic():
        require_own(claim, township, corrects)
        require_known_classes(line.economic for line in claim.lines)
        require_in_time(township=township, month=month, claimed_on=claim.claimed_on)
        return register(claim, month=month, registrar=officer.username, file=None, at=at, corrects=corrects)


def require_own(claim: HandedInClaim, township: Township | None, corrects: Claim | None) -> None:
    """Check that number, unit and corrected claim are of the claim's own township; no other is named.

    :raises ClaimRefused: if the number, or what it corrects, is another township's
    :raises NothingThere: if the unit is none of the township's
    """
    own = Q(township=None) | Q(township=township)
    if Claim.objects.filter(number=claim.number).exclude(own).exists():
        raise ClaimRefused("claim_number_is_free", {"claim": claim.number})
    if corrects is not None and corrects.township_id not in (None, township and township.pk):
        raise ClaimRefused("claim_corrects_a_refused_one", {"claim": claim.number})
    if not Unit.objects.filter(code=claim.unit_code, township=township).exists():
        raise NothingThere("unit_is_of_its_township", {"unit": claim.unit_code})


def register(
    claim: HandedInClaim, *, month: date, registrar: str, file: AppliedFile | None, at: datetime, corrects: Claim | None
) -> Claim:
    """Write a claim down with its lines, as the next attempt of its number."""
    before = Claim.objects.select_for_update().filter(number=claim.number).order_by("-attempt").first()
    if before is not None and before.status != ClaimStatus.REFUSED:
        raise ClaimRefused("claim_number_is_unique", {"claim": claim.number, "status": before.status})
    corrected = corrects or before
    if corrected is not None and corrected.status != ClaimStatus.REFUSED:
        raise ClaimRefused("claim_corrects_a_refused_one", {"claim": claim.number, "corrects": str(corrected)})
    made = Claim.objects.create(
        number=claim.number,
        attempt=before.attempt + 1 if before else 1,
        month=month,
        township=Township.objects.filter(name=claim.township).first(),
        unit=Unit.objects.filter(code=claim.unit_code).first(),
        sub_account=claim.sub_account,
        claimed_on=claim.claimed_on,
        total=claim.total if claim.reason else sum((line.amount for line in claim.lines), ZERO),
        handler=claim.handler,
        signer=claim.signer,
        signed_on=claim.signed_on,
        file=file,
        corrects=corrected,
        registered_by_id=registrar,
    )
    ClaimLine.objects.bulk_create(
        ClaimLine(
            claim=made,
            number=number,
            row=line.row,
            economic=line.economic,
            summary=line.summary[:200],
            invoice=line.invoice,
            amount=line.amount,
            payee_name=line.payee_name,
            account_number=line.account_number,
            attachments=line.attachments,
        )
        for number, line in enumerate(claim.lines, start=1)
    )
    record_event(
        chain=CHAIN,
        at=at,
        actor=registrar,
        act="claim.register",
        subject=f"claim/{made}",
        after={"total": made.total, "corrects": str(corrected or "")},
    )
    return made


@district_wide()
def sign_claim(*, claim: Claim, signer: str, officer: Officer, on: date, at: datetime) -> Claim:
    """Record that the head of the township signed a claim, by name.

    Where the township's head is recorded, the officer holds that post and signs for himself.

    :raises OfficerMayNot: without the post
    :raises WrongSigner: if somebody else is named
    :raises StateRefuses: if it is not registered, or signed already
    """
    with refusals_named(), transaction.atomic():
        claim = lock_claim(claim)
        if claim.status != ClaimStatus.REGISTERED:
            raise StateRefuses("claim_moves", {"claim": str(claim), "status": claim.status})
        township = township_of(claim)
        if signer_fault(township=township, name="", on=on) is None:
            require_post(officer, "treasury.sign_claim")
        else:
            require_township_post(officer=officer, township=township, act="treasury.sign_claim", on=day_of(at))
        require_signer(township, signer, on)
        claim.status, claim.signer, claim.signed_on = ClaimStatus.SIGNED, signer, on
        claim.save(update_fields=["status", "signer", "signed_on"])
        record_event(
            chain=CHAIN, at=at, actor=officer.username, act="claim.sign", subject=f"claim/{claim}", after={"on": on}
        )
        return claim


@district_wide()
def accept_claim(*, claim: Claim, officer: Officer, at: datetime) -> Claim:
    """Accept a signed claim: its invoices are used, and it waits for its release.

    :raises InvoiceUsed: if one of its invoices was used before
    :raises FundExhausted: if its account has not that much left for the claims of the month
    :raises OneOfficerTwice: if the officer registered it
    """
    require_post_for(officer=officer, township=claim.township, act="treasury.review_claim", on=day_of(at))
    with refusals_named(), transaction.atomic():
        claim = lock_claim(claim)
        Township.objects.select_for_update(no_key=True).get(pk=township_of(claim).pk)
        left = left_for(claim)
        if claim.total is None or claim.total > left:
            raise FundExhausted("claim_is_within_its_balance", {"claim": str(claim), "left": left})
        return accept(claim, balance_after=left - claim.total, reviewer=officer, at=at)


def township_of(claim: Claim) -> Township:
    """Return the township of a claim.

    :raises NothingThere: if its file named one that nobody knows
    """
    if claim.township is None:
        raise NothingThere("township_is_known", {"claim": str(claim)})
    return claim.township


@district_wide()
def left_for(claim: Claim) -> Decimal:
    """Return what the account of a claim has left after the month's claims that were accepted before."""
    township = township_of(claim)
    whole = balances_for_claims(month=claim.month).get((township.name, claim.sub_account), ZERO)
    accepted = Claim.objects.filter(
        month=claim.month, township=township, sub_account=claim.sub_account, status=ClaimStatus.ACCEPTED
    ).exclude(release__status="CANCELLED")
    return whole - sum(filter(None, accepted.values_list("total", flat=True)), ZERO)


def require_signer(township: Township, signer: str, on: date | None) -> None:
    """Check that whoever signed held the head's post on that day, where it is recorded.

    :raises WrongSigner: if not
    """
    fault = signer_fault(township=township, name=signer, on=on) if on else "not_signed"
    if fault is not None:
        raise WrongSigner("signer_holds_the_post", {"township": township.name, "on": on, "fault": fault})


def accept(claim: Claim, *, balance_after: Decimal | None, reviewer: Officer, at: datetime) -> Claim:
    """Accept a locked claim and put its release into the queue."""
    township, lines = township_of(claim), list(claim.lines.order_by("number"))
    require_signer(township, claim.signer, claim.signed_on)
    # One invoice may stand behind several lines of one claim.
    numbers = list(dict.fromkeys(line.invoice for line in lines if line.invoice))
    used = used_invoices(numbers=numbers)
    if twice := next((number for number in numbers if number in used), None):
        by = own_number(claim=claim, number=used[twice])
        raise InvoiceUsed("invoice_is_used_once", {"claim": str(claim), "invoice": twice, "used_by": by})
    UsedInvoice.objects.bulk_create(UsedInvoice(number=number, claim=claim) for number in numbers)
    claim.status, claim.reviewed_by, claim.decided_at = ClaimStatus.ACCEPTED, reviewer, at
    claim.balance_after = balance_after
    claim.save(update_fields=["status", "reviewed_by", "decided_at", "balance_after"])
    claim.release = request_release(
        source=claim.source,
        month=claim.month,
        township=township,
        kind=ReleaseKind.CLAIM,
        rank=rank_of_lines(lines, claim.month),
        **place_of(claim),
        summary=f"报账{claim}",
        lines=payee_lines(claim, lines),
        on=claim.claimed_on,
        prepared_by=claim.registered_by,
        checked_by=reviewer,
    )
    claim.save(update_fields=["release"])
    record_event(
        chain=CHAIN,
        at=at,
        actor=reviewer.username,
        act="claim.accept",
        subject=f"claim/{claim}",
        after={"total": claim.total, "left": balance_after},
    )
    return claim


@district_wide()
def refuse_claim(*, claim: Claim, reason: str, officer: Officer, at: datetime) -> Claim:
    """Refuse a claim with its reason, which it keeps.

    :raises TreasuryReasonMissing: without a reason
    """
    require_post_for(officer=officer, township=claim.township, act="treasury.review_claim", on=day_of(at))
    if not reason.strip():
        raise TreasuryReasonMissing("claim_is_refused_with_a_reason", {"claim": str(claim)})
    with refusals_named(), transaction.atomic():
        return refuse(lock_claim(claim), reason=reason, balance_after=None, reviewer=officer, at=at)


def refuse(claim: Claim, *, reason: str, balance_after: Decimal | None, reviewer: Officer, at: datetime) -> Claim:
    claim.status, claim.reason, claim.reviewed_by = ClaimStatus.REFUSED, reason[:100], reviewer
    claim.decided_at, claim.balance_after = at, balance_after
    claim.save(update_fields=["status", "reason", "reviewed_by", "decided_at", "balance_after"])
    record_event(
        chain=CHAIN,
        at=at,
        actor=reviewer.username,
        act="claim.refuse",
        subject=f"claim/{claim}",
        after={"reason": claim.reason},
    )
    return claim


def lock_claim(claim: Claim) -> Claim:
    """Return a claim that is not decided yet, locked.

    :raises StateRefuses: if it is decided
    """
    claim = Claim.objects.select_for_update(of=("self",)).select_related("township").get(pk=claim.pk)
    if claim.status not in (ClaimStatus.REGISTERED, ClaimStatus.SIGNED):
        raise StateRefuses("claim_moves", {"claim": str(claim), "status": claim.status})
    return claim


@dataclass(frozen=True, slots=True)
class TakenClaims:
    """What a file of claims brought: accepted, refused, and known before."""

    accepted: int
    refused: int
    known: int


def take_claims(*, file: AppliedFile, claims: Sequence[HandedInClaim], officer: Officer, at: datetime) -> TakenClaims:
    """Register the claims of a file and decide them as the desk that judged the file has found.

    The head's signature is the one in the file; the officer who applies it reviews for the centre. A claim
    accepted before is left alone, whatever a later file says of it.
    """
    with refusals_named(), transaction.atomic():
        lock_all()
        latest = {
            one.number: one for one in Claim.objects.filter(number__in=[c.number for c in claims]).order_by("attempt")
        }
        counts = {"accepted": 0, "refused": 0, "known": 0}
        left = dict(balances_for_claims(month=file.month))
        for handed_in in claims:
            place = (handed_in.township, handed_in.sub_account)
            before = latest.get(handed_in.number)
            same = before is not None and before.status == ClaimStatus.REFUSED and before.reason == handed_in.reason
            if before is not None and (before.status == ClaimStatus.ACCEPTED or same):
                if before.status == ClaimStatus.ACCEPTED and before.month == file.month:
                    left[place] = left.get(place, ZERO) - (before.total or ZERO)
                counts["known"] += 1
                continue
            claim = register(
                handed_in, month=file.month, registrar=str(file.staged_by_id), file=file, at=at, corrects=None
            )
            if handed_in.reason:
                refuse(claim, reason=handed_in.reason, balance_after=left.get(place, ZERO), reviewer=officer, at=at)
                counts["refused"] += 1
                continue
            claim.status = ClaimStatus.SIGNED
            claim.save(update_fields=["status"])
            left[place] = left.get(place, ZERO) - (claim.total or ZERO)
            accept(claim, balance_after=left[place], reviewer=officer, at=at)
            counts["accepted"] += 1
        return TakenClaims(**counts)


def lock_all() -> None:
    list(Township.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def place_of(claim: Claim) -> dict[str, str]:
    """Return the account and fund that a claim is paid from."""
    book = township_of(claim).book
    assert book.parent is not None
    codes = codes_of(district=book.parent, township=book)
    account, fund = account_of(codes, SubAccountKind(claim.sub_account))
    return {"account_code": account, "fund_code": fund}
