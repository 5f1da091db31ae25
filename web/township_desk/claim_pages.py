"""Claims of a township: the list, the form of a new one, and one with its lines, papers, payments and acts."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from imports.fault_names import FAULT_NAMES
from ledger.masking import masked_account
from ledger.models import EconomicClass, Officer, Voucher
from payouts.models import Payment
from treasury.claiming import accept_claim, left_for, refuse_claim, register_claim, sign_claim
from treasury.models import Claim, Release, Township, Unit
from treasury.models.words import ClaimStatus, ReleaseStatus, SubAccountKind
from treasury.positions import ClaimStage
from treasury.refusals import NothingThere
from treasury.releasing import cancel_release, release_funds
from treasury.secondments import head_on
from web.access import officer_of
from web.acting import SEE_OTHER, take, tell
from web.addresses import month_in
from web.township_desk.claim_forms import ROWS, ROWS_MAX, TypedClaim, TypedLine, carried_over, empty_form, typed_in
from web.township_desk.standing_here import PAGE, day_typed, go_or_draw, key_in, may, township_here

REGISTER, SIGN, REVIEW = (f"treasury.{act}_claim" for act in ("register", "sign", "review"))
RELEASE = "treasury.release_funds"
UNPROCESSABLE = 422
OF_RELEASE: Mapping[ReleaseStatus, ClaimStage] = {
    ReleaseStatus.WAITING: ClaimStage.ACCEPTED,
    ReleaseStatus.RELEASED: ClaimStage.RELEASED,
    ReleaseStatus.POSTED: ClaimStage.PAID,
    ReleaseStatus.CANCELLED: ClaimStage.CANCELLED,
}
IN_STAGE: Mapping[str, Q] = {
    **{stage.value: Q(status=stage.value) for stage in (ClaimStage.REGISTERED, ClaimStage.SIGNED, ClaimStage.REFUSED)},
    **{stage.value: Q(status=ClaimStatus.ACCEPTED, release__status=status) for status, stage in OF_RELEASE.items()},
}


def stage_of(claim: Claim) -> ClaimStage:
    """Return where a claim stands on its way to being paid."""
    return OF_RELEASE[ReleaseStatus(claim.release.status)] if claim.release else ClaimStage(claim.status)


def reason_told(reason: str) -> str:
    """Return why a claim was refused: as an officer wrote it, or what the desk of its file found, in words."""
    found = FAULT_NAMES.get(reason.removeprefix("row_error:"))
    return str(found) if found else reason


def address_of(claim: Claim, township: Township) -> str:
    return reverse("township_claim", args=[township.code, claim.number, claim.attempt])


def claims(request: HttpRequest, code: str) -> HttpResponse:
    """List the claims of a township, the newest first; ``after`` is the key of the last one of the page before."""
    township = township_here(request, code)
    state = request.GET.get("state", "")
    found = Claim.objects.filter(IN_STAGE.get(state, Q()), township=township)
    if (after := key_in(request.GET.get("after", ""))) is not None:
        found = found.filter(pk__lt=after)
    shown = list(found.select_related("unit", "release", "corrected_by").order_by("-pk")[:PAGE])
    context = {
        "township": township,
        "claims": [(one, stage_of(one), reason_told(one.reason)) for one in shown],
        "stages": list(ClaimStage),
        "state": state if state in IN_STAGE else "",
        "following": shown[-1].pk if len(shown) == PAGE else "",
        "may_register": may(request, REGISTER, township),
    }
    return render(request, "web/township_desk/claims.html", context)


def new_claim(request: HttpRequest, code: str) -> HttpResponse:
    """Show the form of a new claim, or of one that corrects a refused one; register what it says."""
    township = township_here(request, code)
    today = timezone.localdate()
    corrects = refused_one(township, request.POST.get("corrects") or request.GET.get("corrects", ""))
    if request.method != "POST":
        typed = carried_over(refused=corrects, today=today) if corrects else None
        handler = officer_of(request).full_name[:40]
        return draw_form(request, township, typed or empty_form(township=township, today=today, handler=handler))
    typed = typed_in(request.POST, corrects)
    if "more" in request.POST:
        return draw_form(request, township, with_rows(typed))
    if typed.faults:
        return draw_form(request, township, typed, refusal=" ".join(typed.faults))
    made: list[Claim] = []

    def register(officer: Officer, at: datetime) -> str:
        made.append(
            register_claim(
                claim=typed.handed_in(township),
                month=month_in(typed.month),
                officer=officer,
                at=at,
                corrects=corrects,
            )
        )
        return _("Claim {claim} is registered; the head of the township signs it next.").format(claim=made[0])

    outcome = take(request, act="claim.register", subject=f"claim/{typed.number}", step=register)
    if outcome.refusal and not outcome.was_sent:
        return draw_form(request, township, typed, refusal=outcome.refusal)
    latest = made or list(Claim.objects.filter(township=township, number=typed.number).order_by("-attempt")[:1])
    tell(request, outcome)
    to = address_of(latest[0], township) if latest else reverse("township_claims", args=[township.code])
    return HttpResponseRedirect(to, status=SEE_OTHER)


def refused_one(township: Township, key: str) -> Claim | None:
    """Return the refused claim of a township that a form corrects, or nothing."""
    wanted = key_in(key)
    refused = Claim.objects.filter(township=township, status=ClaimStatus.REFUSED, corrected_by=None)
    return refused.select_related("unit").filter(pk=wanted).first() if wanted is not None else None


def with_rows(typed: TypedClaim) -> TypedClaim:
    """Return a form with some more empty lines."""
    lines = [*typed.lines, *[TypedLine()] * ROWS][:ROWS_MAX]
    return TypedClaim(
        number=typed.number,
        month=typed.month,
        unit=typed.unit,
        sub_account=typed.sub_account,
        claimed_on=typed.claimed_on,
        handler=typed.handler,
        lines=lines,
        corrects=typed.corrects,
    )


def draw_form(request: HttpRequest, township: Township, typed: TypedClaim, refusal: str = "") -> HttpResponse:
    context = {
        "township": township,
        "typed": typed,
        "refused_for": reason_told(typed.corrects.reason) if typed.corrects else "",
        "refusal": refusal,
        "units": Unit.objects.filter(township=township).order_by("code"),
        "accounts": SubAccountKind.choices,
        "classes": EconomicClass.objects.order_by("code")[:400],
        "may_register": may(request, REGISTER, township),
    }
    status = UNPROCESSABLE if refusal else None
    return render(request, "web/township_desk/claim_form.html", context, status=status)


def claim(request: HttpRequest, code: str, number: str, attempt: int) -> HttpResponse:
    """Show a claim with its lines, papers, payments and trail; take the acts that move it on."""
    township = township_here(request, code)
    found = Claim.objects.select_related("unit", "release", "file", "corrects", "corrected_by")
    shown = get_object_or_404(found, township=township, number=number, attempt=attempt)
    if request.method != "POST":
        return draw_claim(request, township, shown)
    name = request.POST.get("act", "")
    if name not in STEPS:
        return draw_claim(request, township, shown, refusal=_("There is no such act."))
    act, subject, step, confirmed = STEPS[name]
    outcome = take(
        request,
        act=act,
        subject=subject(shown),
        step=partial(step, shown, request),
        shown=mark_of(shown),
        confirmed=confirmed,
    )
    return go_or_draw(
        request,
        outcome,
        to=address_of(shown, township),
        draw=lambda refusal: draw_claim(request, township, shown, refusal=refusal),
    )


def mark_of(claim: Claim) -> str:
    """Return the mark of a claim's state; no state comes back."""
    return f"{claim.status}/{claim.release.status if claim.release else ''}"


def sign(claim: Claim, request: HttpRequest, officer: Officer, at: datetime) -> str:
    sign_claim(
        claim=claim,
        signer=request.POST.get("signer", "").strip()[:40],
        officer=officer,
        on=day_typed(request.POST.get("on", "")),
        at=at,
    )
    return _("Claim {claim} is signed by the head.").format(claim=claim)


def accept(claim: Claim, _request: HttpRequest, officer: Officer, at: datetime) -> str:
    accept_claim(claim=claim, officer=officer, at=at)
    return _("Claim {claim} is accepted; it waits for its release.").format(claim=claim)


def refuse(claim: Claim, request: HttpRequest, officer: Officer, at: datetime) -> str:
    refuse_claim(claim=claim, reason=request.POST.get("reason", ""), officer=officer, at=at)
    return _("Claim {claim} is refused; its township may correct it and hand it in again.").format(claim=claim)


def release(claim: Claim, _request: HttpRequest, officer: Officer, at: datetime) -> str:
    release_funds(release=release_of(claim), officer=officer, at=at)
    return _("The money of claim {claim} is released; it is paid with the next batch.").format(claim=claim)


def cancel(claim: Claim, request: HttpRequest, officer: Officer, at: datetime) -> str:
    cancel_release(release=release_of(claim), officer=officer, reason=request.POST.get("reason", ""), at=at)
    return _("Cancelled; what it set aside is free again.")


def release_of(claim: Claim) -> Release:
    """Return the release of a claim.

    :raises NothingThere: if it is not accepted
    """
    if claim.release is None:
        raise NothingThere("claim_has_its_release", {"claim": str(claim)})
    return claim.release


def of_claim(claim: Claim) -> str:
    return f"claim/{claim}"


def of_release(claim: Claim) -> str:
    return f"release/{claim.release_id}"


Step = Callable[[Claim, HttpRequest, Officer, datetime], str]
# The acts of a claim's page: the act and subject of the trail, the step, and whether it is confirmed anew.
STEPS: Mapping[str, tuple[str, Callable[[Claim], str], Step, bool]] = {
    "sign": ("claim.sign", of_claim, sign, True),
    "accept": ("claim.accept", of_claim, accept, True),
    "refuse": ("claim.refuse", of_claim, refuse, False),
    "release": ("release.release", of_release, release, True),
    "cancel": ("release.cancel", of_release, cancel, False),
}


def draw_claim(request: HttpRequest, township: Township, shown: Claim, refusal: str = "") -> HttpResponse:
    officer = officer_of(request)
    status = shown.release.status if shown.release else ""
    is_open = shown.status in (ClaimStatus.REGISTERED, ClaimStatus.SIGNED)
    head = head_on(township=township, on=timezone.localdate())
    reviews = may(request, REVIEW, township)
    context = {
        "township": township,
        "claim": shown,
        "stage": stage_of(shown),
        "reason": reason_told(shown.reason),
        "corrected_reason": reason_told(shown.corrects.reason) if shown.corrects else "",
        "mark": mark_of(shown),
        "lines": [(one, masked_account(one.account_number)) for one in shown.lines.order_by("number")],
        "refusal": refusal,
        "sent": request.POST if refusal else {},
        "today": timezone.localdate(),
        "head": head.name if head else "",
        "left": left_for(shown) if is_open and reviews else None,
        "payments": payments_of(shown),
        "vouchers": Voucher.objects.filter(book=township.book, source=f"{shown.source}/paid"),
        "may_sign": shown.status == ClaimStatus.REGISTERED
        and (head.holder_id == officer.username if head else officer.has_perm(SIGN)),
        "may_review": is_open and reviews and shown.registered_by_id != officer.username,
        "may_release": status == ReleaseStatus.WAITING and officer.has_perm(RELEASE),
        "may_cancel": status in (ReleaseStatus.WAITING, ReleaseStatus.RELEASED) and officer.has_perm(RELEASE),
        "may_correct": shown.status == ClaimStatus.REFUSED
        and not hasattr(shown, "corrected_by")
        and may(request, REGISTER, township),
        "subjects": [of_claim(shown), of_release(shown)],
    }
    status_code = UNPROCESSABLE if refusal else None
    return render(request, "web/township_desk/claim.html", context, status=status_code)


def payments_of(claim: Claim) -> list[tuple[Payment, str]]:
    """Return the payments that pay a claim, with their masked accounts."""
    if claim.release is None:
        return []
    found = Payment.objects.filter(parts__obligation__release=claim.release).distinct().order_by("serial")
    return [(one, masked_account(one.account_number)) for one in found]
