"""The benefit side of a month, as a demo lets invented officers take it: compute, check, sign, release, fund.

Real officers take the same acts one by one (``month benefits``). Batches are sent with all others.
"""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from imports.models import StagedSheet
from ledger.models import Officer
from month.approving import carry_approvals
from month.beginning import open_months, pay_date_of
from month.posts import CORRECTED, SIGNED_BY_DEMO, demo_officer
from payouts.checking_benefits import check_benefits
from payouts.entitling import compute_benefits
from payouts.funding_benefits import fund_run
from payouts.inputs import current_declarations, inputs_digest
from payouts.models import Enrolment, EnrolmentFact, Run
from payouts.models.words import RELEASED_STATES, RunPurpose, RunStatus
from payouts.refusals import NobodyToPay
from payouts.releasing_benefits import release_benefits
from payouts.running import (
    current_run,
    freeze_run,
    refuse_run,
    review_run,
    run_to_collect,
    sign_exceptions,
    submit_run,
    thaw_run,
)

Progress = Callable[[str, int], None]
BENEFITS = RunPurpose.BENEFITS


def thaw_benefits(*, month: date, at: datetime) -> None:
    """Collect a benefit run anew that was frozen and not released, where a roster waits to be applied."""
    run = current_run(month=month, purpose=BENEFITS)
    waiting = StagedSheet.objects.filter(month=month, status="STAGED", layout="BENEFITS").exists()
    if waiting and run and run.status not in (RunStatus.OPEN, RunStatus.COLLECTING, *RELEASED_STATES):
        if run.status in (RunStatus.SUBMITTED, RunStatus.REVIEWED):
            run = refuse_run(run=run, officer=demo_officer("reviewer"), reason=CORRECTED, at=at)
        thaw_run(run=run, officer=demo_officer("preparer"), reason=CORRECTED, at=at)


def carry_benefits(*, month: date, template: str, at: datetime, progress: Progress) -> list[str]:
    """Take the steps of the benefits of a month that are left, until its batches wait for the bank; return them."""
    run = benefit_run_for(month=month, at=at)
    if run is None:
        return []
    steps: list[str] = []
    preparer = demo_officer("preparer")
    open_months(day=run.pay_date, officer=demo_officer("chief_accountant"), at=at)
    if run.status == RunStatus.COLLECTING:
        try:
            run = freeze_and_compute(run, officer=preparer, at=at, progress=progress)
        except NobodyToPay:
            return steps
        steps += ["freeze", "compute"]
    if run.status == RunStatus.FROZEN:
        run = compute_benefits(run=run, officer=preparer, at=at, progress=progress)
        steps.append("compute")
    if run.status == RunStatus.COMPUTED:
        run = check_benefits(run=run, officer=preparer, at=at)
        steps.append("check")
    if run.status == RunStatus.CHECKED:
        sign_exceptions(run=run, exceptions=None, officer=preparer, reason=SIGNED_BY_DEMO, at=at)
        run = submit_run(run=run, officer=preparer, at=at)
        steps += ["sign", "submit"]
    if run.status == RunStatus.SUBMITTED:
        run = review_run(run=run, officer=demo_officer("reviewer"), at=at)
        steps.append("review")
    if run.status == RunStatus.REVIEWED:
        release_benefits(run=run, officer=demo_officer("releaser"), template=template, at=at)
        steps.append("release")
    # An account is funded for what is approved.
    carry_approvals(month=month, at=at)
    funder, cashier = demo_officer("benefits_funder"), demo_officer("cashier")
    if fund_run(run=run, officer=funder, cashier=cashier, on=run.pay_date, at=at):
        steps.append("fund")
    return steps


def benefit_run_for(*, month: date, at: datetime) -> Run | None:
    """Return the benefit run to carry through: the month's, or a supplementary one if more is known since.

    None if nobody is enrolled.
    """
    run = current_run(month=month, purpose=BENEFITS)
    if run is None:
        if not Enrolment.objects.exists():
            return None
        return run_to_collect(month=month, pay_date=pay_date_of(month), at=at, purpose=BENEFITS)
    last = EnrolmentFact.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    digest = inputs_digest(current_declarations(month=month, purpose=BENEFITS), facts_until=last)
    if run.status in RELEASED_STATES and digest != run.inputs_digest:
        return Run(
            month=month,
            purpose=BENEFITS,
            number=run.number + 1,
            pay_date=pay_date_of(month),
            status=RunStatus.COLLECTING,
        )
    return run


@transaction.atomic
def begin_and_compute(*, month: date, officer: Officer, at: datetime, progress: Progress) -> Run:
    """Compute the open benefit run of a month, or begin the next one: a refusal leaves nothing behind."""
    run = run_to_collect(month=month, pay_date=pay_date_of(month), at=at, purpose=BENEFITS)
    return freeze_and_compute(run, officer=officer, at=at, progress=progress)


@transaction.atomic
def freeze_and_compute(run: Run, *, officer: Officer, at: datetime, progress: Progress) -> Run:
    """Freeze and compute in one act: a supplementary run that would pay nobody leaves nothing behind."""
    kept = run if run.pk else run_to_collect(month=run.month, pay_date=run.pay_date, at=at, purpose=BENEFITS)
    return compute_benefits(run=freeze_run(run=kept, officer=officer, at=at), officer=officer, at=at, progress=progress)
