"""The long work on the files and the runs of a month: how each is asked for, and what it does.

Each asks the state of what it works on, so an attempt that was lost after its commit is found done. What was asked
for names the run and its edition, or the sheets: where others are there now, it is asked for again by a person.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db.models import QuerySet

from imports.applying import APPLIES, CERTIFIES, Applied, apply_month, layouts_of
from imports.models import StagedSheet, StageStatus
from imports.staging import stage_files
from ledger.models import Officer
from month import benefits, salaries
from month.held import Asked, Held, Kind, WorkChanged, key_of, next_key
from month.inboxes import take_answers
from month.keeping_files import content_of
from month.models import FileSide, Job, JobFile
from payouts.answering import Taken
from payouts.building import release_run
from payouts.checking import check_run
from payouts.checking_benefits import check_benefits
from payouts.models import Run
from payouts.models.words import RELEASED_STATES, RunPurpose, RunStatus
from payouts.releasing_benefits import release_benefits

COMPUTE = {RunPurpose.PAYROLL: salaries.freeze_and_compute, RunPurpose.BENEFITS: benefits.freeze_and_compute}
COMING = {RunPurpose.PAYROLL: salaries.coming_run, RunPurpose.BENEFITS: benefits.open_benefits}
CHECK = {RunPurpose.PAYROLL: check_run, RunPurpose.BENEFITS: check_benefits}


# Files


def staging(*, files: Sequence[tuple[str, bytes]], month: date) -> Asked:
    """Ask for files to be staged; their bytes go with the job until the stage keeps them."""
    hashes = [sha256(content).hexdigest() for _name, content in files]
    arguments = {"month": month.isoformat(), "files": [name for name, _content in files], "sha256": hashes}
    key = next_key("files.stage", f"{month:%Y-%m}", arguments)
    return {"kind": "files.stage", "key": key, "arguments": arguments, "files": files}


def stage(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> list[StagedSheet]:
    with held.effect():
        handed = JobFile.objects.filter(job=held.job, side=FileSide.IN).order_by("number")
        if len(handed) < len(arguments["files"]):
            raise WorkChanged("job_has_its_files", {"job": held.job, "files": len(handed)})
        sheets = stage_files(
            files=[(file.name, content_of(file)) for file in handed],
            month=date.fromisoformat(arguments["month"]),
            officer=officer,
            at=at,
            progress=held.progress,
        )
        return list(sheets)


def sheets_staged(job: Job) -> list[StagedSheet]:
    """Return the sheets that a job of staging has staged, now or before."""
    if job.made is not None:
        return list(job.made)
    found = StagedSheet.objects.filter(
        month=date.fromisoformat(job.arguments["month"]), file__sha256__in=job.arguments["sha256"]
    ).exclude(status=StageStatus.REPLACED)
    sheets = list(found.select_related("file").defer("file__content").order_by("pk"))
    for sheet in sheets:
        sheet.known_before = True
    return sheets


def applying(*, month: date, officer: Officer) -> Asked:
    """Ask for the staged sheets that an officer may apply to be applied.

    :raises OfficerMayNot: if there are none
    """
    arguments = {"month": month.isoformat(), "sheets": [sheet.pk for sheet in waiting_sheets(month, officer)]}
    key = next_key("files.apply", f"{month:%Y-%m}/{officer.username}", arguments)
    return {"kind": "files.apply", "key": key, "arguments": arguments}


def waiting_sheets(month: date, officer: Officer) -> QuerySet[StagedSheet]:
    layouts = layouts_of(officer)
    return StagedSheet.objects.filter(month=month, status=StageStatus.STAGED, layout__in=layouts).order_by("pk")


def apply(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> list[Applied]:
    month = date.fromisoformat(arguments["month"])
    with held.effect():
        waiting = [sheet.pk for sheet in waiting_sheets(month, officer)]
        if waiting and waiting != arguments["sheets"]:
            raise WorkChanged("sheets_are_those_asked_for", {"month": f"{month:%Y-%m}"})
        return apply_month(month=month, officer=officer, at=at, progress=held.progress)


# Runs


def computing(run: Run) -> Asked:
    """Ask for a run to be frozen and computed, for its next edition."""
    return asked_of("run.compute", run, edition=run.edition + 1)


def checking(run: Run) -> Asked:
    """Ask for a computed run to be checked."""
    return asked_of("run.check", run, edition=run.edition)


def releasing(run: Run, template: str) -> Asked:
    """Ask for a reviewed run to be released, and its batches to be built in a format of the bank."""
    return asked_of("run.release", run, edition=run.edition, template=template)


def asked_of(kind: str, run: Run, **more: object) -> Asked:
    arguments = {"month": run.month.isoformat(), "purpose": run.purpose, "number": run.number, **more}
    about = f"{run.month:%Y-%m}/{run.purpose}/{run.number}"
    return {"kind": kind, "key": key_of(about, arguments), "arguments": arguments}


def run_named(arguments: Mapping[str, Any]) -> Run | None:
    """Return the run that work was asked for, or None if nobody has begun it."""
    return Run.objects.filter(
        month=date.fromisoformat(arguments["month"]), purpose=arguments["purpose"], number=arguments["number"]
    ).first()


def run_asked(job: Job) -> Run:
    """Return the run that a job has worked on."""
    run = run_named(job.arguments)
    assert run is not None
    return run


def compute(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Run:
    purpose = RunPurpose(arguments["purpose"])
    with held.effect():
        run = run_named(arguments)
        if run is not None and run.edition >= arguments["edition"]:
            return run
        coming = COMING[purpose](month=date.fromisoformat(arguments["month"]))
        if (coming.number, coming.edition + 1) != (arguments["number"], arguments["edition"]):
            raise changed(coming)
        return COMPUTE[purpose](coming, officer=officer, at=at, progress=held.progress)


def check(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Run:
    with held.effect():
        run = run_in_edition(arguments)
        held.progress("check", 0)
        if run.status == RunStatus.COMPUTED:
            return CHECK[RunPurpose(run.purpose)](run=run, officer=officer, at=at)
        return run


def release(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> None:
    with held.effect():
        run = run_in_edition(arguments)
        held.progress("release", 0)
        if run.status in RELEASED_STATES:
            return
        if run.purpose == RunPurpose.BENEFITS:
            release_benefits(run=run, officer=officer, template=arguments["template"], at=at)
        else:
            release_run(run=run, officer=officer, template=arguments["template"], at=at)


def run_in_edition(arguments: Mapping[str, Any]) -> Run:
    run = run_named(arguments)
    if run is None or run.edition != arguments["edition"]:
        raise changed(run)
    return run


def changed(run: Run | None) -> WorkChanged:
    return WorkChanged("run_is_the_one_asked_for", {"run": str(run), "edition": run.edition if run else 0})


# What the bank says


def reading_results(*, name: str, content: bytes, template: str, month: date | None, on: date | None) -> Asked:
    """Ask for a result file of the bank to be taken; its bytes go with the job."""
    digest = sha256(content).hexdigest()
    arguments = {
        "sha256": digest,
        "template": template,
        "month": month.isoformat() if month else "",
        "on": on.isoformat() if on else "",
    }
    key = next_key("results.read", digest[:16], arguments)
    return {"kind": "results.read", "key": key, "arguments": arguments, "files": [(name, content)]}


def read_results(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Taken:
    with held.effect():
        file = JobFile.objects.filter(job=held.job, side=FileSide.IN).first()
        if file is None:
            raise WorkChanged("job_has_its_files", {"job": held.job, "files": 0})
    taken = take_answers(
        name=file.name,
        content=content_of(file),
        template=arguments["template"],
        month=day_or_none(arguments["month"]),
        officer=officer,
        on=day_or_none(arguments["on"]),
        at=at,
        effect=held.effect,
    )
    held.progress("results", taken.file.rows)
    return taken


def day_or_none(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


# What is tried again by itself has no effect outside the database.
LONG_KINDS = (
    Kind("files.stage", "payouts.stage_file", 3, stage),
    Kind("files.apply", APPLIES, 3, apply, (CERTIFIES,)),
    Kind("run.compute", "payouts.compute_run", 3, compute),
    Kind("run.check", "payouts.compute_run", 3, check),
    Kind("run.release", "payouts.release_run", 3, release),
    Kind("results.read", "payouts.take_results", 3, read_results),
)
