"""Claims (报账单) that a township's system registers; the head signs, the centre accepts, the bureau pays."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from payouts.iso20022.values import end_to_end_id
from payouts.models import PaymentPart
from treasury.claiming import HandedInClaim, HandedInLine, register_claim
from treasury.models import Claim
from treasury.models.words import SubAccountKind
from treasury.refusals import ClaimRefused, NothingThere
from treasury.scopes import district_wide
from web.api.answers import PROBLEMS
from web.api.callers import Caller
from web.api.fields import CODE, LINE, WORD, DayIn, DayOut, Model, Money, MonthIn, MonthOut, PaidIn, text
from web.api.keeping import Key, act_once
from web.api.refusals import NothingHere

router = Router(tags=["claims"])

LINES_MAX: Final = 200
PAPERS_MAX: Final = 999
Number = text(WORD, most=60)


class ClaimLineIn(Model):
    """A line of a claim with its invoice, and who is to be paid."""

    amount: PaidIn
    economic: text(CODE, most=40)  # type: ignore[valid-type]
    summary: text(LINE, most=200)  # type: ignore[valid-type]
    invoice: text(LINE, least=0, most=60) = ""  # type: ignore[valid-type]
    payee_name: text(LINE, least=0, most=80) = ""  # type: ignore[valid-type]
    account_number: text(r"^[0-9]*$", least=0, most=30) = ""  # type: ignore[valid-type]
    attachments: Annotated[int, Field(strict=True, ge=0, le=PAPERS_MAX)] = 0


class ClaimIn(Model):
    """A claim of a township; ``corrects`` names a refused claim that it takes the place of."""

    number: Number  # type: ignore[valid-type]
    township: text(CODE, most=12)  # type: ignore[valid-type]
    month: MonthIn
    unit: text(CODE, most=20)  # type: ignore[valid-type]
    account: Literal["预算内支出户", "预算外分户", "转移支付专户", "农业税专户"]
    claimed_on: DayIn
    handler: text(LINE, least=0, most=40) = ""  # type: ignore[valid-type]
    corrects: Number | None = None  # type: ignore[valid-type]
    lines: Annotated[list[ClaimLineIn], Field(min_length=1, max_length=LINES_MAX)]


class ClaimPaymentOut(Model):
    """A payment of a claim by the reference that every message of the bank carries."""

    reference: str
    state: str
    amount: Money
    pay_date: DayOut


class ClaimOut(Model):
    """Where the latest attempt of a claim stands: its own state, that of its release, and its payments."""

    number: str
    attempt: int
    township: str
    month: MonthOut
    account: str
    claimed_on: DayOut
    total: Money | None
    state: str
    reason: str
    release_state: str
    payments: list[ClaimPaymentOut]


@router.post("/claims", url_name="register_claim", response={201: ClaimOut, **PROBLEMS})
def register(request: HttpRequest, asked: ClaimIn, key: Key) -> HttpResponse:
    """Register a claim. The head of the township signs it next; the number stays known."""
    caller: Caller = request.auth  # type: ignore[attr-defined]

    def act() -> ClaimOut:
        claim = handed_in(asked, caller)
        # What another township handed in under the number is not told, and not corrected from here.
        if is_of_another(asked.number, caller):
            raise ClaimRefused("claim_number_is_unique", {"claim": asked.number})
        corrects = latest(caller, asked.corrects) if asked.corrects else None
        return told(
            register_claim(claim=claim, month=asked.month, officer=caller.officer, at=caller.at, corrects=corrects)
        )

    return act_once(
        caller=caller,
        key=key,
        operation="api.register_claim",
        subject=f"claim/{asked.number}",
        asked=asked,
        status=201,
        act=act,
    )


@district_wide()
def is_of_another(number: str, caller: Caller) -> bool:
    """Return whether a township that is not open to the system has handed in a claim of a number."""
    return Claim.objects.filter(number=number).exclude(township__in=caller.open_townships()).exists()


def handed_in(asked: ClaimIn, caller: Caller) -> HandedInClaim:
    """Return a claim as a centre hands it in.

    :raises NothingHere: if the township is not open to the system
    :raises NothingThere: if the unit is none of the township
    """
    township = caller.township(asked.township)
    if not township.units.filter(code=asked.unit).exists():
        raise NothingThere("unit_is_of_the_township", {"unit": asked.unit, "township": township.name})
    return HandedInClaim(
        number=asked.number,
        township=township.name,
        unit_code=asked.unit,
        sub_account=SubAccountKind(asked.account),
        claimed_on=asked.claimed_on,
        handler=asked.handler,
        lines=[HandedInLine(**line.model_dump()) for line in asked.lines],
    )


@router.get("/claims/{path:number}", url_name="claim", response={200: ClaimOut, **PROBLEMS})
def claim(request: HttpRequest, number: text(LINE, most=60)) -> ClaimOut:  # type: ignore[valid-type]
    """Ask where a claim stands: poll until state is REFUSED, or its payments are SETTLED."""
    return told(latest(request.auth, number))  # type: ignore[attr-defined]


def latest(caller: Caller, number: str) -> Claim:
    """Return the latest attempt of a claim of a township that is open to the system.

    :raises NothingHere: if there is none
    """
    found = (
        Claim.objects.filter(number=number, township__in=caller.open_townships())
        .select_related("township", "release")
        .order_by("-attempt")
        .first()
    )
    if found is None:
        raise NothingHere("claim_is_registered", {"claim": number})
    return found


def told(claim: Claim) -> ClaimOut:
    """Return a claim as its system may know it: without names and account numbers."""
    return ClaimOut(
        number=claim.number,
        attempt=claim.attempt,
        township=claim.township.code if claim.township else "",
        month=claim.month,
        account=claim.sub_account,
        claimed_on=claim.claimed_on,
        total=claim.total,
        state=claim.status,
        reason=claim.reason,
        release_state=claim.release.status if claim.release else "",
        payments=list(payments_of(claim)),
    )


def payments_of(claim: Claim) -> Sequence[ClaimPaymentOut]:
    """Return the payments of a claim, with those that were sent again."""
    if claim.release_id is None:
        return []
    parts = PaymentPart.objects.filter(obligation__release=claim.release_id)
    parts = parts.select_related("payment__batch").order_by("payment__month", "payment__serial")
    sums = defaultdict(list)
    for part in parts:
        sums[part.payment].append(part.amount)
    return [
        ClaimPaymentOut(
            reference=end_to_end_id(month=payment.month, serial=payment.serial),
            state=payment.status,
            amount=sum(amounts[1:], amounts[0]),
            pay_date=payment.batch.pay_date,
        )
        for payment, amounts in sums.items()
    ]
