"""Give up a returned payment that will never be paid again, by two officers (J16b).

The money is where it came back to: of pay in the treasury, of benefits in the special accounts of the funders. In the
year of the spending the spending is taken back in red, later the surplus of who bore it rises; 退汇待付 is settled
either way, and what the payment was to pay is not owed any more.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from ledger.entries import Signatures
from ledger.models import Officer
from ledger.money import ZERO, allocate
from ledger.posting import post_event
from ledger.posts import require_post
from ledger.recording import record_event
from payouts import entries
from payouts.benefit_facts import schemes_in_use
from payouts.charges import net_spending_of
from payouts.entries import BenefitLine
from payouts.facts import rows_of
from payouts.keeping_answers import advance_run
from payouts.models import Batch, GivingUp, GivingUpDecision, Payment, Run
from payouts.models.words import RunPurpose, RunStatus
from payouts.posting_benefits import classes_of, district_book, ensure_projects, townships_of
from payouts.refusals import NoSuchRun, SameOfficer, WrongState, refusals_named
from payouts.running import CHAIN, lock_month, lock_run
from treasury.entries import Codes, Mirrored, SpendingLine
from treasury.models import Township
from treasury.opening import code_of, codes_of
from treasury.posting import SERVICE, mirrored_event
from treasury.reserving import give_back_part, hold_budgets

BENEFITS_OF = """
SELECT d.township_id, d.scheme, o.amount, d.amount - d.borne_by_township, d.borne_by_township
  FROM payouts_paymentpart q JOIN payouts_obligation o ON o.id = q.obligation_id
  JOIN payouts_benefitdue d ON d.id = o.benefit_id
 WHERE q.payment_id = %s ORDER BY d.township_id, d.scheme, d.id
"""
PAYSLIPS_OF = """
SELECT o.payslip_id FROM payouts_paymentpart q JOIN payouts_obligation o ON o.id = q.obligation_id
 WHERE q.payment_id = %s ORDER BY o.payslip_id
"""


class Given(NamedTuple):
    """What is given up of a township: its journal, and what its budget has back."""

    township: Township
    journal: Mirrored
    spent: Sequence[SpendingLine]


def propose_giving_up(*, month: date, serial: int, reason: str, paper: str, officer: Officer, at: datetime) -> GivingUp:
    """Propose to give up a returned payment, on the evidence of a paper.

    :raises NoSuchRun: if the month has no such payment
    :raises GivingUpRefused: if it is of no run, has not come back, or is proposed already
    :raises PaidOnce: if it was issued again
    :raises ReasonMissing: without a reason or a paper
    """
    require_post(officer, "payouts.propose_giving_up")
    with refusals_named(), transaction.atomic():
        payment = Payment.objects.filter(month=month, serial=serial).first()
        if payment is None:
            raise NoSuchRun("payment_exists", {"month": f"{month:%Y-%m}", "serial": serial})
        giving_up = GivingUp.objects.create(
            payment=payment, reason=reason, paper=paper, proposed_by=officer, proposed_at=at
        )
        record_giving_up(giving_up, "giving_up.propose", officer, at)
        return giving_up


def decide_giving_up(
    *, giving_up: GivingUp, approved: bool, officer: Officer, on: date, at: datetime
) -> GivingUpDecision:
    """Approve that a payment is given up and post it on a day; or refuse it, so that it can be paid again.

    :raises SameOfficer: if the officer proposed it
    :raises WrongState: if it is decided
    :raises PaidOnce: if the payment was issued again meanwhile
    :raises GivingUpRefused: if the day lies before the return
    """
    require_post(officer, "payouts.approve_giving_up")
    if giving_up.proposed_by_id == officer.username:
        raise SameOfficer("giving_up_four_eyes", {"officer": officer.username})
    with refusals_named(), transaction.atomic():
        payment = giving_up.payment
        lock_month(payment.month)
        assert payment.batch.run is not None
        run = lock_run(payment.batch.run)
        if GivingUpDecision.objects.filter(giving_up=giving_up).exists():
            raise WrongState("giving_up_is_decided_once", {"giving_up": giving_up.pk})
        decision = GivingUpDecision.objects.create(
            giving_up=giving_up,
            is_approved=approved,
            decided_by=officer,
            decided_at=at,
            posting_date=on if approved else None,
        )
        if approved:
            post_given_up(giving_up, run, officer=officer, on=on)
            if run.status == RunStatus.PART_SETTLED:
                advance_run(run, officer, at)
        record_giving_up(giving_up, "giving_up.approve" if approved else "giving_up.refuse", officer, at)
        return decision


def record_giving_up(giving_up: GivingUp, act: str, officer: Officer, at: datetime) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=act,
        subject=f"payment/{giving_up.payment}",
        after={"giving_up": giving_up.pk, "reason": giving_up.reason, "paper": giving_up.paper},
    )


def post_given_up(giving_up: GivingUp, run: Run, *, officer: Officer, on: date) -> None:
    """Post a payment that is given up, in the books of each township that it was spent for."""
    payment = giving_up.payment
    first = first_batch_of(payment)
    in_its_year = first.pay_date.year == on.year
    given_of = given_of_benefits if run.purpose == RunPurpose.BENEFITS else given_of_pay
    given = given_of(payment, run, in_its_year=in_its_year)
    hold_budgets(townships=[one.township for one in given])
    for one in given:
        district = one.township.book.parent
        assert district is not None
        source = f"payouts.giving_up/{giving_up.pk}/{one.township.code}"
        post_event(
            mirrored_event(
                source=source,
                district=district,
                township=one.township.book,
                entries=one.journal,
                posting_date=on,
                summary=f"{one.township.name}{payment.month:%Y年%m月}退汇不再支付，"
                + ("冲减支出" if in_its_year else "转入结余"),
                signatures=Signatures(preparer=SERVICE, reviewer=officer.username, poster=SERVICE),
                paper=giving_up.paper,
            )
        )
        if in_its_year:
            give_back_part(
                spent_source=spent_source_of(run, first, one.township), lines=one.spent, on=on, source=source
            )


def first_batch_of(payment: Payment) -> Batch:
    """Return the batch that first was to pay what a payment pays: on its day the spending was posted."""
    first = Payment.objects.filter(parts__obligation__in=payment.parts.values("obligation"), parts__attempt=1)
    return first.select_related("batch").order_by("pk")[0].batch


def spent_source_of(run: Run, first: Batch, township: Township) -> str:
    """Return the source of the voucher that spent of a township's budget what a batch was to pay."""
    if run.purpose == RunPurpose.PAYROLL:
        return f"payouts.run/{run.pk}/pay/{township.code}"
    name = "unwritable" if first.source.endswith("/unwritable") else f"batch/{first.pk}"
    return f"payouts.benefits/{run.pk}/{name}/{township.code}"


def given_of_pay(payment: Payment, run: Run, *, in_its_year: bool) -> list[Given]:
    """Return the net pay of a payment by township, with the classes it was charged to."""
    lines = net_spending_of(run, [payslip for (payslip,) in rows_of(PAYSLIPS_OF, payment.pk)])
    given = []
    for township in townships_of(lines):
        codes, own = codes_beside(township), lines[township.pk]
        journal = (
            entries.give_up_held(codes, own)
            if in_its_year
            else entries.give_up_held_of_earlier_year(codes, sum((line.gross for line in own), ZERO))
        )
        given.append(Given(township, journal, [SpendingLine(line.gross, line.classes) for line in own]))
    return given


def given_of_benefits(payment: Payment, run: Run, *, in_its_year: bool) -> list[Given]:
    """Return the benefits of a payment by township: what was paid, split as what was due was borne."""
    schemes = schemes_in_use(month=run.month)
    lines: dict[int, list[BenefitLine]] = {}
    for key, scheme, amount, *borne in rows_of(BENEFITS_OF, payment.pk):
        ensure_projects(schemes, [scheme])
        own, theirs = allocate(amount, borne)
        lines.setdefault(key, []).append(BenefitLine(own, theirs, classes=classes_of(schemes[scheme])))
    surplus = code_of(district_book(), "GENERAL_SURPLUS")
    given = []
    for township in townships_of(lines):
        codes, due = codes_beside(township), lines[township.pk]
        journal = (
            entries.give_up_benefits(codes, due)
            if in_its_year
            else entries.give_up_benefits_of_earlier_year(codes, due, surplus=surplus)
        )
        spent = [SpendingLine(line.township, line.classes) for line in due if line.township]
        given.append(Given(township, journal, spent))
    return given


def codes_beside(township: Township) -> Codes:
    """Return the codes of a township's book and of the district's."""
    district = township.book.parent
    assert district is not None
    return codes_of(district=district, township=township.book)
