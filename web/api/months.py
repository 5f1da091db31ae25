"""Months and runs as other systems read them: where they stand, and their totals; no person."""

from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Count, Sum
from django.http import HttpRequest
from ninja import Router

from ledger.money import ZERO
from ledger.posts import require_post
from month.standings import months_known, standing_of
from payouts.iso20022.values import SERIAL_WIDTH, end_to_end_id
from payouts.models import BenefitDue, NotPaid, Payment, Payslip, Run
from payouts.models.words import RunPurpose
from treasury.scopes import READ_DISTRICT
from web.api.answers import PROBLEMS
from web.api.fields import DayOut, Model, Money, MonthIn, MonthOut, text
from web.api.refusals import NothingHere

router = Router(tags=["months"])

# The steps of a month in their order (``month.standings.standing_of``).
STEPS: Final = ("files", "run", "differences", "exceptions", "approvals", "funds", "bank", "results", "close")
Reference = text(rf"^(19|20)[0-9]{{2}}(0[1-9]|1[0-2])-[0-9]{{{SERIAL_WIDTH}}}$", most=13)


class StepOut(Model):
    """A step of a month; ``state`` is done, now, waiting or stuck."""

    step: str
    name: str
    state: str
    due: DayOut | None
    figures: list[str]
    blockers: list[str]


class MonthStandingOut(Model):
    """Where a month stands; ``current`` is the step that it waits for, empty if none."""

    month: MonthOut
    current: str
    steps: list[StepOut]


class MonthsOut(Model):
    months: list[MonthOut]


class RunOut(Model):
    """A run with its totals in its latest edition."""

    number: int
    purpose: str
    kind: str
    state: str
    edition: int
    pay_date: DayOut
    people: int
    not_paid: int
    gross: Money
    deductions: Money
    tax: Money
    net: Money


class RunsOut(Model):
    month: MonthOut
    runs: list[RunOut]


class BankAnswerOut(Model):
    """What the bank said of a payment."""

    outcome: str
    code: str
    amount: Money


class PaymentOut(Model):
    """A payment by its reference, with what the bank said; ``reissued_as`` is the payment that was sent instead."""

    reference: str
    state: str
    amount: Money
    pay_date: DayOut
    batch: str
    batch_state: str
    answers: list[BankAnswerOut]
    reissues: str
    reissued_as: str


@router.get("/months", url_name="months", response={200: MonthsOut, **PROBLEMS})
def months(request: HttpRequest) -> MonthsOut:
    """List the months that there is work on, the latest first."""
    require_post(request.auth.officer, READ_DISTRICT)  # type: ignore[attr-defined]
    return MonthsOut(months=list(months_known()))


@router.get("/months/{month}", url_name="month", response={200: MonthStandingOut, **PROBLEMS})
def month(request: HttpRequest, month: MonthIn) -> MonthStandingOut:
    """Tell where a month stands, step by step."""
    standing = standing_of(known_month(request, month))
    steps = [
        StepOut(
            step=step,
            name=str(one.name),
            state=one.state.value,
            due=one.due,
            figures=[str(figure) for figure in one.figures],
            blockers=[str(blocker) for blocker in one.blockers],
        )
        for step, one in zip(STEPS, standing.steps, strict=True)
    ]
    return MonthStandingOut(
        month=month, current=next((one.step for one in steps if one.state != "done"), ""), steps=steps
    )


def known_month(request: HttpRequest, month: date) -> date:
    """Return a month that there is work on.

    :raises OfficerMayNot: without the act of reading the district
    :raises NothingHere: if there is no work on it
    """
    require_post(request.auth.officer, READ_DISTRICT)  # type: ignore[attr-defined]
    if month not in months_known():
        raise NothingHere("month_is_known", {"month": f"{month:%Y-%m}"})
    return month


@router.get("/months/{month}/runs", url_name="runs", response={200: RunsOut, **PROBLEMS})
def runs(request: HttpRequest, month: MonthIn) -> RunsOut:
    """List the runs of a month with their totals."""
    chosen = known_month(request, month)
    found = Run.objects.filter(month=chosen).order_by("purpose", "number")
    return RunsOut(month=chosen, runs=[run_out(run) for run in found])


def run_out(run: Run) -> RunOut:
    sums = (payroll_sums if run.purpose == RunPurpose.PAYROLL else benefit_sums)(run)
    return RunOut(
        number=run.number,
        purpose=run.purpose,
        kind=run.kind,
        state=run.status,
        edition=run.edition,
        pay_date=run.pay_date,
        people=int(sums["people"]),
        not_paid=NotPaid.objects.filter(run=run, edition=run.edition).count(),
        gross=sums["gross"] or ZERO,
        deductions=sums["deductions"] or ZERO,
        tax=sums["tax"] or ZERO,
        net=sums["net"] or ZERO,
    )


def payroll_sums(run: Run) -> dict[str, Decimal]:
    return Payslip.objects.filter(run=run, edition=run.edition).aggregate(
        people=Count("pk"), gross=Sum("gross"), deductions=Sum("deductions"), tax=Sum("tax"), net=Sum("net")
    )


def benefit_sums(run: Run) -> dict[str, Decimal]:
    """Return the sums of a run of benefits: what is due, what is kept back of it, what is owed."""
    found = BenefitDue.objects.filter(run=run, edition=run.edition).aggregate(
        people=Count("person", distinct=True), gross=Sum("amount"), deductions=Sum("offset")
    )
    return found | {"tax": ZERO, "net": (found["gross"] or ZERO) - (found["deductions"] or ZERO)}


@router.get("/payments/{reference}", url_name="payment", response={200: PaymentOut, **PROBLEMS})
def payment(request: HttpRequest, reference: Reference) -> PaymentOut:  # type: ignore[valid-type]
    """Tell what became of a payment by the reference that every message of the bank carries: 202611-000123."""
    require_post(request.auth.officer, READ_DISTRICT)  # type: ignore[attr-defined]
    day, _dash, serial = str(reference).partition("-")
    found = (
        Payment.objects.filter(month=date(int(day[:4]), int(day[4:]), 1), serial=int(serial))
        .select_related("batch", "reissues", "reissued_as")
        .first()
    )
    if found is None:
        raise NothingHere("payment_is_known", {"reference": reference})
    again = getattr(found, "reissued_as", None)
    return PaymentOut(
        reference=reference_of(found),
        state=found.status,
        amount=found.amount,
        pay_date=found.batch.pay_date,
        batch=str(found.batch),
        batch_state=found.batch.status,
        answers=[
            BankAnswerOut(outcome=row.outcome, code=row.code, amount=row.amount) for row in found.results.order_by("pk")
        ],
        reissues=reference_of(found.reissues) if found.reissues else "",
        reissued_as=reference_of(again) if again else "",
    )


def reference_of(payment: Payment) -> str:
    return end_to_end_id(month=payment.month, serial=payment.serial)
