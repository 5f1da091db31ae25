"""Recover what was overpaid of benefits (J22): by plans, refunds, and at last by writing off what cannot be recovered.

One officer agrees a plan, books a refund or proposes a write-off; another, with another post, approves the plan,
takes a wrong refund back in red, or approves the write-off.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ledger.entries import Signatures
from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from ledger.reversing import reverse_event
from payouts import entries
from payouts.benefit_facts import schemes_in_use
from payouts.facts import rows_of
from payouts.models import (
    Overpayment,
    Recovery,
    RecoveryPlan,
    RecoveryPlanDecision,
    RefundTakenBack,
    WriteOff,
    WriteOffDecision,
)
from payouts.models.words import RecoveryKind
from payouts.policy import payout_policies
from payouts.posting_benefits import (
    accounts_of,
    classes_of,
    codes_of_any,
    district_book,
    ensure_projects,
    post_of_district,
)
from payouts.refusals import SameOfficer, TakenBackUnfit, WrongState, refusals_named
from payouts.rules.returned_money import usual_share
from payouts.running import CHAIN
from treasury.posting import SERVICE

TAKEN_BACK = """
SELECT count(*) FROM payouts_recovery c JOIN payouts_refundtakenback t ON t.recovery_id = c.id
 WHERE c.overpayment_id = %s
   AND upper(replace(normalize(c.paper, NFKC), ' ', '')) = upper(replace(normalize(%s, NFKC), ' ', ''))
"""


def agree_plan(
    *,
    overpayment: Overpayment,
    instalment: Decimal | None,
    share: Decimal | None,
    from_month: date,
    paper: str,
    officer: Officer,
    at: datetime,
) -> RecoveryPlan:
    """Agree how much is kept back of a month's benefits for what was overpaid; it counts once it is approved.

    ``instalment`` is an amount in yuan, ``share`` a share in percent of what is due in the month; without both the
    share is that of the policy.

    :raises PlanUnfit: if both are given, or one is out of its bounds
    """
    require_post(officer, "payouts.manage_recovery")
    if instalment is None and share is None:
        share = usual_share(month=from_month, policies=payout_policies())
    with refusals_named(), transaction.atomic():
        plan = RecoveryPlan.objects.create(
            overpayment=overpayment,
            instalment=instalment,
            share=share,
            from_month=from_month,
            paper=paper,
            agreed_by=officer,
            agreed_at=at,
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="recovery.agree",
            subject=f"overpayment/{overpayment.pk}",
            after={"plan": plan.pk, "instalment": instalment or "", "share": share or "", "from": from_month},
        )
        return plan


def decide_plan(*, plan: RecoveryPlan, approved: bool, officer: Officer, at: datetime) -> RecoveryPlanDecision:
    """Approve or refuse a plan; the latest approved one rules every run that is computed after it.

    :raises SameOfficer: if the officer agreed it
    :raises WrongState: if it is decided
    """
    require_post(officer, "payouts.approve_recovery")
    if plan.agreed_by_id == officer.username:
        raise SameOfficer("recovery_plan_four_eyes", {"officer": officer.username})
    with refusals_named(), transaction.atomic():
        if RecoveryPlanDecision.objects.filter(plan=plan).exists():
            raise WrongState("recovery_plan_is_decided_once", {"plan": plan.pk})
        decision = RecoveryPlanDecision.objects.create(
            plan=plan, is_approved=approved, decided_by=officer, decided_at=at
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="recovery.approve" if approved else "recovery.refuse",
            subject=f"overpayment/{plan.overpayment_id}",
            after={"plan": plan.pk},
        )
        return decision


def take_refund(
    *, overpayment: Overpayment, amount: Decimal, paper: str, officer: Officer, cashier: Officer, on: date, at: datetime
) -> Recovery:
    """Book what somebody paid in of an overpaid benefit (J22).

    :raises MoreThanOverpaid: if it is more than what is left of it
    :raises PaperBooked: if a part of it has been booked with the paper and not taken back
    """
    require_post(officer, "payouts.manage_recovery")
    require_post(cashier, "payouts.render_batch")
    with refusals_named(), transaction.atomic():
        [[taken_back]] = rows_of(TAKEN_BACK, overpayment.pk, paper)
        recovery = Recovery.objects.create(
            overpayment=overpayment,
            kind=RecoveryKind.PAID_IN,
            amount=amount,
            paid_on=on,
            paper=paper,
            booking=taken_back + 1,
            recorded_by=officer,
        )
        post_of_district(
            entries.take_refund(codes_of_any(), account=accounts_of(district_book())[-1], amount=amount),
            source=f"payouts.recovery/{recovery.pk}",
            posting_date=on,
            summary="收回多发惠民补贴",
            signatures=Signatures(
                preparer=SERVICE, reviewer=officer.username, poster=SERVICE, cashier=cashier.username
            ),
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="recovery.take",
            subject=f"overpayment/{overpayment.pk}",
            after={"recovery": recovery.pk, "amount": amount, "on": on},
        )
        return recovery


def take_back_refund(
    *, recovery: Recovery, reason: str, officer: Officer, cashier: Officer, on: date, at: datetime
) -> RefundTakenBack:
    """Take a refund that was booked wrong back in red (红字冲销); its paper can then be booked as it should be.

    :raises SameOfficer: if the officer booked it
    :raises ReasonMissing: without a reason
    :raises TakenBackUnfit: if it was not paid in, lies after the day, or is taken back already
    :raises CashShort: if the special account has not the money any more
    """
    require_post(officer, "payouts.approve_recovery")
    require_post(cashier, "payouts.render_batch")
    if recovery.recorded_by_id == officer.username:
        raise SameOfficer("refund_four_eyes", {"officer": officer.username})
    with refusals_named(), transaction.atomic():
        if RefundTakenBack.objects.filter(recovery=recovery).exists():
            raise TakenBackUnfit("refund_is_taken_back_once", {"recovery": recovery.pk})
        taken_back = RefundTakenBack.objects.create(
            recovery=recovery, reason=reason, taken_back_on=on, taken_back_by=officer, taken_back_at=at
        )
        reverse_event(
            source=f"payouts.recovery/{recovery.pk}",
            posting_date=on,
            signatures=Signatures(
                preparer=SERVICE, reviewer=officer.username, poster=SERVICE, cashier=cashier.username
            ),
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="recovery.take_back",
            subject=f"overpayment/{recovery.overpayment_id}",
            after={"recovery": recovery.pk, "amount": recovery.amount, "reason": reason},
        )
        return taken_back


def propose_write_off(
    *, overpayment: Overpayment, amount: Decimal, reason: str, paper: str, officer: Officer, at: datetime
) -> WriteOff:
    """Propose to write off a part of an overpaid benefit that cannot be recovered.

    :raises ReasonMissing: without a reason or a paper
    """
    require_post(officer, "payouts.manage_recovery")
    with refusals_named(), transaction.atomic():
        proposed = WriteOff.objects.create(
            overpayment=overpayment, amount=amount, reason=reason, paper=paper, proposed_by=officer, proposed_at=at
        )
        record_write_off(proposed, "write_off.propose", officer, at)
        return proposed


def decide_write_off(
    *, write_off: WriteOff, approved: bool, officer: Officer, on: date, at: datetime
) -> WriteOffDecision:
    """Approve a write-off and post it, as spending of the district on the day; or refuse it.

    :raises SameOfficer: if the officer proposed it
    :raises MoreThanOpen: if it is more than is neither recovered nor written off
    :raises WrongState: if it is decided
    """
    require_post(officer, "payouts.approve_recovery")
    if write_off.proposed_by_id == officer.username:
        raise SameOfficer("write_off_four_eyes", {"officer": officer.username})
    with refusals_named(), transaction.atomic():
        if WriteOffDecision.objects.filter(write_off=write_off).exists():
            raise WrongState("write_off_is_decided_once", {"write_off": write_off.pk})
        decision = WriteOffDecision.objects.create(
            write_off=write_off,
            is_approved=approved,
            decided_by=officer,
            decided_at=at,
            posting_date=on if approved else None,
        )
        if approved:
            post_write_off(write_off, officer=officer, on=on)
        record_write_off(write_off, "write_off.approve" if approved else "write_off.refuse", officer, at)
        return decision


def post_write_off(write_off: WriteOff, *, officer: Officer, on: date) -> None:
    enrolment = write_off.overpayment.enrolment
    schemes = schemes_in_use(month=on)
    ensure_projects(schemes, [enrolment.scheme])
    post_of_district(
        entries.write_off(codes_of_any(), write_off.amount, classes_of(schemes[enrolment.scheme])),
        source=f"payouts.write_off/{write_off.pk}",
        posting_date=on,
        summary="核销无法收回的多发惠民补贴",
        signatures=Signatures(preparer=SERVICE, reviewer=officer.username, poster=SERVICE),
    )


def record_write_off(write_off: WriteOff, act: str, officer: Officer, at: datetime) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=act,
        subject=f"overpayment/{write_off.overpayment_id}",
        after={"write_off": write_off.pk, "amount": write_off.amount, "reason": write_off.reason},
    )
