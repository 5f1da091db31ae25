"""Correct the account of a returned payment, by two officers, and pay only that payment again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn

from django.db import transaction
from django.db.models import Min, QuerySet

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.bank_formats import format_named
from payouts.building import Due, PlannedPayment, build_batch, payee_of, places_unwritable
from payouts.facts import rows_of
from payouts.models import AccountCorrection, Batch, PayAccount, Payment, PaymentPart
from payouts.models.words import CorrectionStatus, PaymentStatus
from payouts.payee_findings import places_blocked
from payouts.policy import payout_policies
from payouts.refusals import (
    ControlsBlock,
    CorrectionRefused,
    GivenUp,
    NoSuchRun,
    NothingToReissue,
    SameOfficer,
    StillCoolingOff,
    TooFewRows,
    WrongState,
    refusals_named,
)
from payouts.returned_payments import day_of, given_up, is_given_up
from payouts.rules.control_list import Place
from payouts.rules.returned_money import payable_from
from payouts.running import CHAIN, lock_month
from treasury.models import BankAccount
from treasury.models.words import ReleaseStatus
from treasury.rules.cards import is_sound_account


@dataclass(frozen=True, slots=True)
class NewAccount:
    """The account a payment is to go to instead."""

    name: str
    bank: str
    number: str


def propose_correction(
    *, month: date, serial: int, account: NewAccount, paper: str, officer: Officer, at: datetime
) -> AccountCorrection:
    """Propose another account for a returned payment, on the evidence of a paper.

    :raises CorrectionRefused: if the payment has not come back, was issued again or is under correction,
        or if the number is no account number (a card must pass its check)
    :raises GivenUp: if it was given up
    """
    require_post(officer, "payouts.propose_correction")
    with refusals_named(), transaction.atomic():
        payment = Payment.objects.select_for_update().filter(month=month, serial=serial).first()
        if payment is None:
            raise NoSuchRun("payment_exists", {"month": f"{month:%Y-%m}", "serial": serial})
        if not re.fullmatch(r"[0-9A-Za-z]{4,40}", account.number) or not is_sound_account(account.number):
            raise CorrectionRefused("account_number_is_sound", {"serial": serial})
        if payment.status not in (PaymentStatus.RETURNED, PaymentStatus.REJECTED):
            raise CorrectionRefused("correction_is_of_a_return", {"serial": serial, "status": payment.status})
        if is_followed(payment):
            raise CorrectionRefused("payment_is_reissued_once", {"serial": serial})
        if is_given_up(payment):
            raise GivenUp("given_up_is_not_paid_again", {"serial": serial})
        if is_of_a_release_not_sent(payment):
            raise CorrectionRefused("correction_is_of_a_return", {"serial": serial, "status": payment.status})
        correction = AccountCorrection.objects.create(
            payment=payment,
            name=account.name or payment.name,
            bank=account.bank or payment.bank,
            account_number=account.number,
            paper=paper,
            proposed_by=officer,
            proposed_at=at,
        )
        record_correction(correction, "correction.propose", officer, at)
        return correction


def is_followed(payment: Payment) -> bool:
    """Whether what a payment was to pay has been ordered again."""
    later = PaymentPart.objects.filter(obligation__in=payment.parts.values("obligation"), payment__pk__gt=payment.pk)
    return later.exists()


def is_of_a_release_not_sent(payment: Payment) -> bool:
    """Whether a payment's batch was cancelled while its releases had not left: they are batched again as they are."""
    return (
        payment.parts.filter(obligation__release__isnull=False)
        .exclude(obligation__release__status=ReleaseStatus.POSTED)
        .exists()
    )


def approve_correction(*, correction: AccountCorrection, officer: Officer, at: datetime) -> AccountCorrection:
    """Approve a proposed correction; for the months to come the unit has to declare the account.

    The account cools off: it is paid from the day on that the policy says.

    :raises SameOfficer: if the officer proposed it
    :raises WrongState: if it is decided already
    """
    require_post(officer, "payouts.approve_correction")
    with refusals_named(), transaction.atomic():
        correction = AccountCorrection.objects.select_for_update().select_related("payment").get(pk=correction.pk)
        if correction.proposed_by_id == officer.username:
            raise SameOfficer("correction_four_eyes", {"officer": officer.username})
        correction.payable_from = payable_from(approved_on=day_of(at), policies=payout_policies())
        decide(correction, CorrectionStatus.APPROVED, officer, at)
        payment = correction.payment
        if payment.person_id is not None:
            account, _made = BankAccount.objects.get_or_create(
                number=correction.account_number,
                bank=correction.bank,
                holder_name=correction.name,
                holder_number=payment.id_number,
            )
            PayAccount.objects.create(
                person_id=payment.person_id,
                account=account,
                effective_from=at.date(),
                recorded_by=officer,
                source=f"correction {correction.pk}",
            )
        record_correction(correction, "correction.approve", officer, at)
        return correction


def refuse_correction(*, correction: AccountCorrection, officer: Officer, at: datetime) -> AccountCorrection:
    """Refuse a proposed correction; another one may be proposed."""
    require_post(officer, "payouts.approve_correction")
    with refusals_named(), transaction.atomic():
        correction = AccountCorrection.objects.select_for_update().get(pk=correction.pk)
        decide(correction, CorrectionStatus.REFUSED, officer, at)
        record_correction(correction, "correction.refuse", officer, at)
        return correction


def decide(correction: AccountCorrection, status: CorrectionStatus, officer: Officer, at: datetime) -> None:
    if correction.status != CorrectionStatus.PROPOSED:
        raise WrongState(
            "correction_moves", {"payment": str(correction.payment), "from": correction.status, "to": status}
        )
    correction.status = status
    correction.approved_by, correction.approved_at = officer, at
    correction.save()


def record_correction(correction: AccountCorrection, act: str, officer: Officer, at: datetime) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=act,
        subject=f"payment/{correction.payment}",
        after={
            "correction": correction.pk,
            "paper": correction.paper,
            "payable_from": correction.payable_from or "",
        },
    )


def reissue(
    *, month: date, officer: Officer, template: str, pay_date: date, at: datetime, short_template: str = ""
) -> list[Batch]:
    """Build batches of the returned payments of a month whose correction is approved: one for each run and pair.

    Returned payments of releases have no run; they are built together. A batch below the minimum of the
    format takes ``short_template``, the bank's format for few payments; '' refuses it. An account that still
    cools off on the pay date waits, and what was given up is not paid.

    Whoever proposed and approved a correction prepares and checks; the officer releases.

    :raises NothingToReissue: if no approved correction waits
    :raises StillCoolingOff: if all that wait cool off on the pay date
    :raises ControlsBlock: if a control blocks all of them
    :raises TooFewRows: if the bank's format takes no list so short
    """
    require_post(officer, "payouts.release_run")
    with refusals_named(), transaction.atomic():
        lock_month(month)
        waiting = list(
            corrections_waiting(month=month)
            .select_for_update(of=("self",))
            .filter(payable_from__lte=pay_date)
            .select_related("payment__batch__run", "proposed_by", "approved_by")
        )
        if not waiting:
            refuse_nothing(month, pay_date)
        groups: dict[tuple[int | None, str, str], list[AccountCorrection]] = {}
        for correction in waiting:
            key = (
                correction.payment.batch.run_id,
                str(correction.proposed_by_id),
                str(correction.approved_by_id),
            )
            groups.setdefault(key, []).append(correction)
        batches = []
        for together in groups.values():
            short = short_template and len(together) < format_named(template).minimum
            fitting = short_template if short else template
            batches.append(reissue_together(together, officer, fitting, pay_date, at))
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="batch.reissue",
            subject=f"month/{month:%Y-%m}",
            after={"batches": " ".join(map(str, batches)), "payments": len(waiting)},
        )
        return batches


def corrections_waiting(*, month: date) -> QuerySet[AccountCorrection]:
    """Return the approved corrections of a month whose payments are not issued again, nor given up."""
    waiting = AccountCorrection.objects.filter(
        payment__month=month, status=CorrectionStatus.APPROVED, payment__reissued_as=None
    )
    return waiting.exclude(payment__in=given_up()).order_by("payment__serial")


def cooling_off(*, month: date, on: date) -> list[AccountCorrection]:
    """Return the corrections of a month that wait and may not be paid on a day yet."""
    return list(corrections_waiting(month=month).filter(payable_from__gt=on).select_related("payment"))


def refuse_nothing(month: date, pay_date: date) -> NoReturn:
    cooling = corrections_waiting(month=month).aggregate(first=Min("payable_from"))["first"]
    if cooling:
        facts = {"month": f"{month:%Y-%m}", "on": pay_date, "from": cooling}
        raise StillCoolingOff("correction_has_cooled_off", facts)
    raise NothingToReissue("correction_is_approved", {"month": f"{month:%Y-%m}"})


def reissue_together(
    corrections: Sequence[AccountCorrection], officer: Officer, template: str, pay_date: date, at: datetime
) -> Batch:
    """Build one batch of corrected payments of one run, or of releases."""
    bank = format_named(template)
    planned = [planned_again(correction) for correction in corrections]
    blocked = places_blocked(list(map(payee_of, planned)), place=Place.REISSUES, on=pay_date)
    if len(blocked) == len(planned):
        raise ControlsBlock("batch_exceptions_are_signed", {"payments": len(blocked)})
    left_out = blocked.union(places_unwritable(planned, bank))
    payments = [payment for place, payment in enumerate(planned) if place not in left_out]
    if len(payments) < bank.minimum:
        raise TooFewRows("bank_list_has_its_minimum", {"rows": len(payments), "minimum": bank.minimum})
    # The batch is known by a payment that is in it: one left out comes again with the next batch.
    first = next(correction for correction in corrections if correction.payment_id == payments[0].reissues)
    return build_batch(
        month=first.payment.month,
        run=first.payment.batch.run,
        source=f"payouts.correction/{first.pk}/reissue",
        payments=payments,
        template=template,
        officers=(first.proposed_by, first.approved_by, officer),
        pay_date=pay_date,
        at=at,
        place=Place.REISSUES,
    )


def planned_again(correction: AccountCorrection) -> PlannedPayment:
    """Return the payment that takes the place of a returned one."""
    old = correction.payment
    dues = [
        Due(obligation, person, unit, old.id_number, correction.name, "", "", "", amount, attempt + 1)
        for obligation, person, unit, amount, attempt in rows_of(
            """SELECT o.id, o.person_id, o.unit_id, o.amount, q.attempt
                 FROM payouts_paymentpart q JOIN payouts_obligation o ON o.id = q.obligation_id
                WHERE q.payment_id = %s ORDER BY o.id""",
            old.pk,
        )
    ]
    return PlannedPayment(
        person=old.person_id,
        unit=old.unit_id,
        name=correction.name,
        bank=correction.bank,
        account_number=correction.account_number,
        id_number=old.id_number,
        amount=old.amount,
        reissues=old.pk,
        dues=dues,
    )
