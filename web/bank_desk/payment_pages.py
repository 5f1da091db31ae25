"""One payment: where it stands, what the bank said of it, and what becomes of it if it came back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ledger.masking import masked_id
from ledger.models import Officer
from month.beginning import payable_day
from month.reading_in_full import READS_PAYEES, read_payee
from payouts.correcting import NewAccount, approve_correction, propose_correction, refuse_correction
from payouts.giving_up import decide_giving_up, propose_giving_up
from payouts.models import Payment
from payouts.refusals import NoSuchRun
from payouts.returned_payments import day_of
from web.acting import take
from web.addresses import month_in
from web.bank_desk.entering import Deed, enter
from web.bank_desk.returned import Returned, read, with_what_was_said
from web.templatetags.acts import trail


def payment_named(month: str, serial: int) -> Returned:
    found = with_what_was_said(Payment.objects.filter(month=month_in(month)))
    return read(get_object_or_404(found, serial=serial))


@require_GET
def payment(request: HttpRequest, month: str, serial: int) -> HttpResponse:
    """Show a payment, its numbers masked."""
    return draw_payment(request, payment_named(month, serial))


def draw_payment(
    request: HttpRequest, one: Returned, refusal: str = "", *, in_full: Payment | None = None
) -> HttpResponse:
    """Draw the page of a payment: with a refusal, what was typed stays in its form."""
    context = {
        "one": one,
        "payment": one.payment,
        "month": one.payment.month,
        "id_number": masked_id(one.payment.id_number),
        "in_full": in_full,
        "may_read": any(request.user.has_perm(act) for act in READS_PAYEES),
        "refusal": refusal,
        "typed": request.POST,
        **trail(f"payment/{one.payment}"),
    }
    return render(request, "web/bank_desk/payment.html", context)


@require_POST
def payment_in_full(request: HttpRequest, month: str, serial: int) -> HttpResponse:
    """Show a payment with its numbers in full: who may, leaves an event."""
    one = payment_named(month, serial)

    def step(officer: Officer, at: datetime) -> str:
        read_payee(payment=one.payment, officer=officer, at=at)
        return ""

    subject = f"payment/{one.payment}"
    outcome = take(request, act="documents.read", subject=subject, step=step, shown=one.mark)
    if outcome.is_done:
        return draw_payment(request, one, in_full=one.payment)
    return draw_payment(request, one, outcome.refusal)


@require_POST
def payment_act(request: HttpRequest, month: str, serial: int) -> HttpResponse:
    """Take an act on a payment that came back."""
    one = payment_named(month, serial)
    make = DEEDS.get(request.POST.get("act", ""))
    if make is None:
        raise Http404("act")
    return enter(
        request,
        make(request, one),
        subject=f"payment/{one.payment}",
        shown=one.mark,
        to=reverse("payment", args=[month, serial]),
        draw=partial(draw_payment, request, one),
    )


def correct(request: HttpRequest, one: Returned) -> Deed:
    """Propose another account, on a paper."""
    typed = {name: request.POST.get(name, "").strip() for name in ("name", "bank", "account", "paper")}

    def step(officer: Officer, at: datetime) -> str:
        propose_correction(
            month=one.payment.month,
            serial=one.payment.serial,
            account=NewAccount(name=typed["name"], bank=typed["bank"], number=typed["account"].replace(" ", "")),
            paper=typed["paper"],
            officer=officer,
            at=at,
        )
        return _("The account is proposed; another officer approves it.")

    return Deed("correction.propose", step)


def decide_correction(_request: HttpRequest, one: Returned, *, approved: bool) -> Deed:
    """Approve or refuse the account that another officer proposed."""

    def step(officer: Officer, at: datetime) -> str:
        if one.correction is None:
            raise NoSuchRun("correction_exists", {"serial": one.payment.serial})
        if not approved:
            refuse_correction(correction=one.correction, officer=officer, at=at)
            return _("The account is refused; another one may be proposed.")
        decided = approve_correction(correction=one.correction, officer=officer, at=at)
        return _("The account is approved; it may be paid from {day}.").format(day=decided.payable_from)

    return Deed("correction.approve" if approved else "correction.refuse", step, is_confirmed=approved)


def give_up(request: HttpRequest, one: Returned) -> Deed:
    """Propose to give a payment up, with a reason and a paper."""
    reason, paper = (request.POST.get(name, "").strip() for name in ("reason", "paper"))

    def step(officer: Officer, at: datetime) -> str:
        propose_giving_up(
            month=one.payment.month, serial=one.payment.serial, reason=reason, paper=paper, officer=officer, at=at
        )
        return _("It is proposed to give the payment up; the chief accountant decides.")

    return Deed("giving_up.propose", step)


def decide_to_give_up(_request: HttpRequest, one: Returned, *, approved: bool) -> Deed:
    """Give a payment up by voucher, or refuse to."""

    def step(officer: Officer, at: datetime) -> str:
        giving_up = one.proposed_to_give_up
        if giving_up is None:
            raise NoSuchRun("giving_up_exists", {"serial": one.payment.serial})
        on = payable_day(nominal=day_of(at))
        decide_giving_up(giving_up=giving_up, approved=approved, officer=officer, on=on, at=at)
        if approved:
            return _("The payment is given up; it is not owed any more.")
        return _("The payment is not given up: it can be corrected and paid again.")

    return Deed("giving_up.approve" if approved else "giving_up.refuse", step, is_confirmed=approved)


DEEDS: Final[Mapping[str, Callable[[HttpRequest, Returned], Deed]]] = {
    "correct": correct,
    "approve_correction": partial(decide_correction, approved=True),
    "refuse_correction": partial(decide_correction, approved=False),
    "give_up": give_up,
    "approve_giving_up": partial(decide_to_give_up, approved=True),
    "refuse_giving_up": partial(decide_to_give_up, approved=False),
}
