"""The benefit side of a month, as a demo lets invented officers take it: compute, check, sign, release, fund.

Real officers take the same acts one by one (``benefit_run``). Batches are sent with all others.
"""

from datetime import date, datetime

from imports.models import StagedSheet
from month.approving import carry_approvals
from month.beginning import open_months
from month.benefits import coming_benefits
from month.doing import do_now
from month.long_work import checking, computing, releasing, run_asked
from month.posts import CORRECTED, SIGNED_BY_DEMO, demo_officer
from month.working import Progress
from payouts.entitling import compute_benefits
from payouts.funding_benefits import fund_run
from payouts.models import Enrolment
from payouts.models.words import RELEASED_STATES, RunPurpose, RunStatus
from payouts.refusals import NobodyToPay
from payouts.running import current_run, refuse_run, review_run, sign_exceptions, submit_run, thaw_run


def thaw_benefits(*, month: date, at: datetime) -> None:
    """Collect a benefit run anew that was frozen and not released, where a roster waits to be applied."""
    run = current_run(month=month, purpose=RunPurpose.BENEFITS)
    waiting = StagedSheet.objects.filter(month=month, status="STAGED", layout="BENEFITS").exists()
    if waiting and run and run.status not in (RunStatus.OPEN, RunStatus.COLLECTING, *RELEASED_STATES):
        if run.status in (RunStatus.SUBMITTED, RunStatus.REVIEWED):
            run = refuse_run(run=run, officer=demo_officer("reviewer"), reason=CORRECTED, at=at)
        thaw_run(run=run, officer=demo_officer("preparer"), reason=CORRECTED, at=at)


def carry_benefits(*, month: date, template: str, at: datetime, progress: Progress) -> list[str]:
    """Take the steps of the benefits of a month that are left, until its batches wait for the bank; return them."""
    if not Enrolment.objects.exists():
        return []
    run = coming_benefits(month=month)
    steps: list[str] = []
    preparer = demo_officer("preparer")
    open_months(day=run.pay_date, officer=demo_officer("chief_accountant"), at=at)
    if run.status == RunStatus.COLLECTING:
        try:
            run = run_asked(do_now(**computing(run), officer=preparer, at=at, progress=progress))
        except NobodyToPay:
            return steps
        steps += ["freeze", "compute"]
    if run.status == RunStatus.FROZEN:
        run = compute_benefits(run=run, officer=preparer, at=at, progress=progress)
        steps.append("compute")
    if run.status == RunStatus.COMPUTED:
        run = run_asked(do_now(**checking(run), officer=preparer, at=at))
        steps.append("check")
    if run.status == RunStatus.CHECKED:
        sign_exceptions(run=run, exceptions=None, officer=preparer, reason=SIGNED_BY_DEMO, at=at)
        run = submit_run(run=run, officer=preparer, at=at)
        steps += ["sign", "submit"]
    if run.status == RunStatus.SUBMITTED:
        run = review_run(run=run, officer=demo_officer("reviewer"), at=at)
        steps.append("review")
    if run.status == RunStatus.REVIEWED:
        do_now(**releasing(run, template), officer=demo_officer("releaser"), at=at)
        run.refresh_from_db()
        steps.append("release")
    # An account is funded for what is approved.
    carry_approvals(month=month, at=at)
    funder, cashier = demo_officer("benefits_funder"), demo_officer("cashier")
    if fund_run(run=run, officer=funder, cashier=cashier, on=run.pay_date, at=at):
        steps.append("fund")
    return steps
