"""Correct the account of a returned payment, by two officers, and pay only that payment again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.bank_files.template_files import shipped_template
from payouts.building import Due, PlannedPayment, build_batch, payee_of, places_unwritable
from payouts.facts import rows_of
from payouts.models import AccountCorrection, Batch, PayAccount, Payment, PaymentPart
from payouts.models.words import CorrectionStatus, PaymentStatus
from payouts.payee_findings import places_blocked
from payouts.refusals import (
    ControlsBlock,
    CorrectionRefused,
    NoSuchRun,
    NothingToReissue,
    SameOfficer,
    TooFewRows,
    WrongState,
    refusals_named,
)
from payouts.rules.control_list import Place
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

    :raises SameOfficer: if the officer proposed it
    :raises WrongState: if it is decided already
    """
    require_post(officer, "payouts.approve_correction")
    with refusals_named(), transaction.atomic():
        correction = AccountCorrection.objects.select_for_update().select_related("payment").get(pk=correction.pk)
        if correction.proposed_by_id == officer.username:
            raise SameOfficer("correction_four_eyes", {"officer": officer.username})
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
        after={"correction": correction.pk, "paper": correction.paper},
    )


def reissue(
    *, month: date, officer: Officer, template: str, pay_date: date, at: datetime, short_template: str = ""
) -> list[Batch]:
    """Build batches of the returned payments of a month whose correction is approved: one for each run and pair.

    Returned payments of releases have no run; they are built together. A batch below the minimum of the
    format takes ``short_template``, the bank's format for few payments; '' refuses it.

    Whoever proposed and approved a correction prepares and checks; the officer releases.

    :raises NothingToReissue: if no approved correction waits
    :raises ControlsBlock: if a control blocks all of them
    :raises TooFewRows: if the bank's format takes no list so short
    """
    require_post(officer, "payouts.release_run")
    with refusals_named(), transaction.atomic():
        lock_month(month)
        waiting = list(
            AccountCorrection.objects.select_for_update(of=("self",))
            .filter(payment__month=month, status=CorrectionStatus.APPROVED, payment__reissued_as=None)
            .select_related("payment__batch__run", "proposed_by", "approved_by")
            .order_by("payment__serial")
        )
        if not waiting:
            raise NothingToReissue("correction_is_approved", {"month": f"{month:%Y-%m}"})
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
            short = short_template and len(together) < shipped_template(name=template).minimum
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


def reissue_together(
    corrections: Sequence[AccountCorrection], officer: Officer, template: str, pay_date: date, at: datetime
) -> Batch:
    """Build one batch of corrected payments of one run, or of releases."""
    bank = shipped_template(name=template)
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
