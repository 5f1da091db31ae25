"""The month as one pipeline: every step in its order, each doing what the state of the run asks for.

A step that was done is found done, so a month that was interrupted anywhere goes on where it stood,
and a second run of the same files changes nothing. Officers take the steps one by one by the same
acts; only a demo lets invented officers take them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from imports.applying import APPLIERS, Applied
from imports.models import StagedSheet
from ledger.models import Officer
from month.approving import carry_approvals
from month.beginning import begin_demo, open_months, pay_date_of
from month.carrying_benefits import carry_benefits, thaw_benefits
from month.doing import do_now
from month.funding import Allotted, agree_settlements, claims_day
from month.handing_over import rendering, sending
from month.held import Asked
from month.long_posting import allotting, posting
from month.long_work import applying, checking, computing, releasing, run_asked, sheets_staged, staging
from month.posts import CORRECTED, SIGNED_BY_DEMO, demo_officer
from month.salaries import coming_run
from month.working import Progress
from payouts.bank_formats import format_named
from payouts.computing import compute_run
from payouts.models import Batch, Run
from payouts.models.words import RELEASED_STATES, BatchStatus, RunStatus
from payouts.refusals import NobodyToPay
from payouts.running import current_run, refuse_run, review_run, sign_exceptions, submit_run, thaw_run
from payouts.sending import BEING_SENT
from treasury.models.words import ReleaseKind
from treasury.settlement_figures import end_of_month

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
    done.applied += apply_now(month=month, officer=demo_officer("benefits_officer"), at=at, progress=progress)
    if done.applied:
        done.steps.append("apply")
    open_months(day=month, officer=demo_officer("chief_accountant"), at=at)
    swept = do_now(**posting("month.sweep", month=month), officer=demo_officer("cashier"), at=at).made
    if swept and swept.collections:
        done.steps.append("sweep")
    open_months(day=pay_date_of(month), officer=demo_officer("chief_accountant"), at=at)
    done.run = coming_run(month=month)
    try:
        carry_through(done, template=template, at=at, progress=progress)
    except NobodyToPay:
        done.nobody_left = True
        done.run = current_run(month=month)
    done.steps += carry_benefits(month=month, template=template, at=at, progress=progress)
    done.steps += ["send"] * carry_batches(month=month, template=template, at=at)
    carry_claims(done, template=template, at=at)
    agree_settlements(month=month, at=at)
    settled = do_now(**posting("month.rebate", month=month), officer=demo_officer("cashier"), at=at).made
    if settled and settled.settlements:
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
    asked = allotting(month=done.month, kinds=kinds, template=template, day=day)
    allotted = do_now(**asked, officer=demo_officer("releaser"), at=at).made
    if allotted:
        done.allotted.append(allotted)
    if allotted and allotted.released:
        done.steps.append(step)
    done.steps += ["send"] * carry_batches(month=done.month, template=template, at=at)


def carry_through(done: MonthRun, *, template: str, at: datetime, progress: Progress) -> None:
    """Take the steps that are left, in the order of the states, until the bank has its files."""
    assert done.run is not None
    preparer = demo_officer("preparer")
    run = done.run
    if run.status == RunStatus.COLLECTING:
        run = run_asked(do_now(**computing(run), officer=preparer, at=at, progress=progress))
        done.steps += ["freeze", "compute"]
    if run.status == RunStatus.FROZEN:
        run = compute_run(run=run, officer=preparer, at=at, progress=progress)
        done.steps.append("compute")
    if run.status == RunStatus.COMPUTED:
        run = run_asked(do_now(**checking(run), officer=preparer, at=at))
        done.steps.append("check")
    if run.status == RunStatus.CHECKED:
        sign_exceptions(run=run, exceptions=None, officer=preparer, reason=SIGNED_BY_DEMO, at=at)
        run = submit_run(run=run, officer=preparer, at=at)
        done.steps += ["sign", "submit"]
    if run.status == RunStatus.SUBMITTED:
        run = review_run(run=run, officer=demo_officer("reviewer"), at=at)
        done.steps.append("review")
    if run.status == RunStatus.REVIEWED:
        do_now(**releasing(run, template), officer=demo_officer("releaser"), at=at)
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
        send_now(batch, fitting(batch, template), officer=demo_officer("cashier"), at=at)
    return len(waiting)


def send_now(batch: Batch, template: str, *, officer: Officer, at: datetime) -> None:
    """Render a batch if that has not been done, and hand it over, by the jobs of the workers."""
    if batch.status == BatchStatus.APPROVED:
        do_now(**rendering(batch, template), officer=officer, at=at)
    do_now(**sending(batch), officer=officer, at=at)


def handing_over(batch: Batch, template: str) -> Asked:
    """Return the work that a worker is asked for to hand a batch over, in a format: to render it first, if need be."""
    if batch.status == BatchStatus.APPROVED:
        return rendering(batch, template, then_send=True)
    return sending(batch)


def stage_month(
    *, paths: Sequence[Path], month: date, officer: Officer, at: datetime, progress: Progress
) -> list[StagedSheet]:
    """Stage files, and every file of folders, for a month; what was staged before is recognised."""
    asked = staging(files=files_of(paths), month=month)
    return sheets_staged(do_now(**asked, officer=officer, at=at, progress=progress))


def files_of(paths: Sequence[Path]) -> list[tuple[str, bytes]]:
    """Return the names and the bytes of files, and of every file of folders."""
    found = [
        file
        for path in paths
        for file in (sorted(path.iterdir()) if path.is_dir() else [path])
        if path.is_file() or is_list(file)
    ]
    return [(file.name, file.read_bytes()) for file in found]


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
    return apply_now(month=month, officer=officer, at=at, progress=progress)


def apply_now(*, month: date, officer: Officer, at: datetime, progress: Progress) -> list[Applied]:
    """Apply the staged files that an officer may apply; nothing is told of those that were applied before."""
    job = do_now(**applying(month=month, officer=officer), officer=officer, at=at, progress=progress)
    return list(job.made or ())


def waiting_batches(*, month: date) -> list[Batch]:
    """Return the batches of a month that are approved and that the bank has not got, as far as is known."""
    waiting = (BatchStatus.APPROVED, BatchStatus.RENDERED, *BEING_SENT)
    return list(Batch.objects.filter(month=month, status__in=waiting).order_by("number"))


def fitting(batch: Batch, template: str) -> str:
    """Return the bank's format for a batch: the single-payment one where it is below the list's minimum."""
    few = batch.payments_count < format_named(template).minimum
    return single_payment_template(template) if few else template


def single_payment_template(template: str) -> str:
    """Return the bank's format for single payments, or the format itself if it has none."""
    return format_named(template).single_payment or template
