"""The month as one pipeline: every step in its order, each doing what the state of the run asks for.

A step that was done is found done, so a month that was interrupted anywhere goes on where it stood,
and a second run of the same files changes nothing. Officers take the steps one by one by the same
acts; only a demo lets invented officers take them all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TypedDict

from django.db import transaction

from imports.applying import APPLIERS, Applied, apply_month
from imports.models import StagedSheet
from imports.staging import stage_files
from ledger.models import Officer
from ledger.posts import require_post
from month.approving import carry_approvals
from month.beginning import begin_demo, open_months, pay_date_of
from month.benefits import carry_benefits, thaw_benefits
from month.doing import do_now
from month.funding import Allotted, allot, claims_day, settle_month, sweep_month
from month.posts import CORRECTED, SIGNED_BY_DEMO, demo_officer
from payouts.bank_files.template_files import shipped_template
from payouts.building import release_run
from payouts.checking import check_run
from payouts.computing import compute_run
from payouts.inputs import current_declarations, inputs_digest
from payouts.models import Batch, Run
from payouts.models.words import RELEASED_STATES, BatchStatus, RunStatus
from payouts.refusals import NobodyToPay
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
from treasury.models.words import ReleaseKind
from treasury.settlement_figures import end_of_month

Progress = Callable[[str, int], None]
SUFFIXES = (".xlsx", ".csv", ".xls")


@dataclass(slots=True)
class MonthRun:
    """What one pass through the pipeline did."""

    month: date
    sheets: Sequence[StagedSheet] = ()
    applied: list[Applied] = field(default_factory=list)
    run: Run | None = None
    steps: list[str] = field(default_factory=list)
    nobody_left: bool = False
    allotted: list[Allotted] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.steps)


def run_month(*, folder: Path, month: date, template: str, at: datetime, progress: Progress) -> MonthRun:
    """Take a month from its files to the bank files, with the officers of a demo."""
    done = MonthRun(month)
    if begin_demo(month=month, at=at):
        done.steps.append("begin")
    done.sheets = stage_month(paths=[folder], month=month, officer=demo_officer("clerk"), at=at, progress=progress)
    done.applied = apply_staged(month=month, officer=demo_officer("preparer"), at=at, progress=progress)
    thaw_benefits(month=month, at=at)
    done.applied += apply_month(month=month, officer=demo_officer("benefits_officer"), at=at, progress=progress)
    if done.applied:
        done.steps.append("apply")
    if sweep_month(month=month, at=at).collections:
        done.steps.append("sweep")
    open_months(day=pay_date_of(month), officer=demo_officer("chief_accountant"), at=at)
    done.run = run_for(month=month, at=at)
    try:
        carry_through(done, template=template, at=at, progress=progress)
    except NobodyToPay:
        done.nobody_left = True
        done.run = current_run(month=month)
    done.steps += carry_benefits(month=month, template=template, at=at, progress=progress)
    done.steps += ["send"] * carry_batches(month=month, template=template, at=at)
    carry_claims(done, template=template, at=at)
    if settle_month(month=month, at=at).settlements:
        done.steps.append("settle")
    carry_back_pay(done, template=template, at=at)
    return done


def carry_claims(done: MonthRun, *, template: str, at: datetime) -> None:
    """Release the accepted claims of the month by their rank and hand them to the bank."""
    day = claims_day(month=done.month, pay_date=pay_date_of(done.month))
    carry_releases(done, kinds=(ReleaseKind.CLAIM,), day=day, step="claims", template=template, at=at)


def carry_back_pay(done: MonthRun, *, template: str, at: datetime) -> None:
    """Release the back pay that the settlement has put into the queue and hand it to the bank."""
    day = end_of_month(done.month)
    carry_releases(done, kinds=(ReleaseKind.BACK_PAY,), day=day, step="back_pay", template=template, at=at)


def carry_releases(
    done: MonthRun, *, kinds: Sequence[ReleaseKind], day: date, step: str, template: str, at: datetime
) -> None:
    """Release what waits of some kinds, build its batches and hand them to the bank."""
    allotted = allot(month=done.month, kinds=kinds, officer=demo_officer("releaser"), template=template, day=day, at=at)
    done.allotted.append(allotted)
    if allotted.released:
        done.steps.append(step)
    done.steps += ["send"] * carry_batches(month=done.month, template=template, at=at)


def carry_through(done: MonthRun, *, template: str, at: datetime, progress: Progress) -> None:
    """Take the steps that are left, in the order of the states, until the bank has its files."""
    assert done.run is not None
    preparer = demo_officer("preparer")
    run = done.run
    if run.status == RunStatus.COLLECTING:
        run = freeze_and_compute(run, officer=preparer, at=at, progress=progress)
        done.steps += ["freeze", "compute"]
    if run.status == RunStatus.FROZEN:
        run = compute_run(run=run, officer=preparer, at=at, progress=progress)
        done.steps.append("compute")
    if run.status == RunStatus.COMPUTED:
        run = check_run(run=run, officer=preparer, at=at)
        done.steps.append("check")
    if run.status == RunStatus.CHECKED:
        sign_exceptions(run=run, exceptions=None, officer=preparer, reason=SIGNED_BY_DEMO, at=at)
        run = submit_run(run=run, officer=preparer, at=at)
        done.steps += ["sign", "submit"]
    if run.status == RunStatus.SUBMITTED:
        run = review_run(run=run, officer=demo_officer("reviewer"), at=at)
        done.steps.append("review")
    if run.status == RunStatus.REVIEWED:
        release_run(run=run, officer=demo_officer("releaser"), template=template, at=at)
        done.steps.append("release")
    done.steps += ["send"] * carry_batches(month=done.month, template=template, at=at)
    run.refresh_from_db()
    done.run = run


def carry_batches(*, month: date, template: str, at: datetime) -> int:
    """Have the batches of a month approved, and hand every one of them to the bank; return how many."""
    carry_approvals(month=month, at=at)
    waiting = waiting_batches(month=month)
    for batch in waiting:
        open_months(day=batch.pay_date, officer=demo_officer("chief_accountant"), at=at)
        do_now(**sending(batch, fitting(batch, template)), officer=demo_officer("cashier"), at=at)
    return len(waiting)


class Asked(TypedDict):
    """Work to ask for."""

    kind: str
    key: str
    arguments: Mapping[str, object]


def sending(batch: Batch, template: str) -> Asked:
    """Return the work that hands a batch over to the bank."""
    return {
        "kind": "batch.send",
        "key": f"batch/{batch.pk}",
        "arguments": {"batch": batch.pk, "template": template},
    }


def stage_month(
    *, paths: Sequence[Path], month: date, officer: Officer, at: datetime, progress: Progress
) -> list[StagedSheet]:
    """Stage files, and every file of folders, for a month; what was staged before is recognised."""
    require_post(officer, "payouts.stage_file")
    found = [
        file
        for path in paths
        for file in (sorted(path.iterdir()) if path.is_dir() else [path])
        if path.is_file() or is_list(file)
    ]
    files = [(file.name, file.read_bytes()) for file in found]
    return list(stage_files(files=files, month=month, officer=officer, at=at, progress=progress))


def is_list(file: Path) -> bool:
    """Whether a file of a folder is one to stage: not hidden, not an editor's lock, not an answer key."""
    return file.suffix.lower() in SUFFIXES and not file.name.startswith((".", "~$", "answers"))


def apply_staged(*, month: date, officer: Officer, at: datetime, progress: Progress) -> list[Applied]:
    """Apply what is staged; a run that was frozen but not released is collected anew first."""
    payroll = [key for key in APPLIERS if key != "BENEFITS"]
    waiting = StagedSheet.objects.filter(month=month, status="STAGED", layout__in=payroll).exists()
    run = current_run(month=month)
    if waiting and run and run.status not in (RunStatus.OPEN, RunStatus.COLLECTING, *RELEASED_STATES):
        if run.status in (RunStatus.SUBMITTED, RunStatus.REVIEWED):
            run = refuse_run(run=run, officer=demo_officer("reviewer"), reason=CORRECTED, at=at)
        thaw_run(run=run, officer=officer, reason=CORRECTED, at=at)
    return apply_month(month=month, officer=officer, at=at, progress=progress)


def run_for(*, month: date, at: datetime) -> Run:
    """Return the run to carry through: the month's, or a supplementary one if the inputs changed after release."""
    run = current_run(month=month)
    if run is None:
        return run_to_collect(month=month, pay_date=pay_date_of(month), at=at)
    unchanged = inputs_digest(current_declarations(month=month)) == run.inputs_digest
    if run.status in RELEASED_STATES and not unchanged:
        return Run(month=month, number=run.number + 1, pay_date=pay_date_of(month), status=RunStatus.COLLECTING)
    return run


@transaction.atomic
def freeze_and_compute(run: Run, *, officer: Officer, at: datetime, progress: Progress) -> Run:
    """Freeze and compute in one act: a supplementary run that would pay nobody leaves nothing behind."""
    kept = run if run.pk else run_to_collect(month=run.month, pay_date=run.pay_date, at=at)
    frozen = freeze_run(run=kept, officer=officer, at=at)
    return compute_run(run=frozen, officer=officer, at=at, progress=progress)


def waiting_batches(*, month: date) -> list[Batch]:
    """Return the approved batches of a month that the bank has not got."""
    return list(Batch.objects.filter(month=month, status=BatchStatus.APPROVED).order_by("number"))


def fitting(batch: Batch, template: str) -> str:
    """Return the bank's format for a batch: the single-payment one where it is below the list's minimum."""
    few = batch.payments_count < shipped_template(name=template).minimum
    return single_payment_template(template) if few else template


def single_payment_template(template: str) -> str:
    """Return the bank's format for single payments, or the format itself if it has none."""
    return shipped_template(name=template).single_payment or template
