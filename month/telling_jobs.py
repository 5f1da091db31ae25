"""What officers read of jobs: which there are, and the whole story of one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rich.markup import escape

from month.models import Job, JobProgress, JobState
from month.tables import Told, table
from month.telling import step_name

KINDS: Mapping[str, object] = {
    "batch.render": gettext_lazy("make the files of a batch"),
    "batch.send": gettext_lazy("hand a batch to the bank"),
    "bank.take": gettext_lazy("take a file of the bank"),
    "files.stage": gettext_lazy("stage files"),
    "files.apply": gettext_lazy("apply files"),
    "run.compute": gettext_lazy("compute a run"),
    "run.check": gettext_lazy("check a run"),
    "run.release": gettext_lazy("release a run"),
    "results.read": gettext_lazy("read the bank's results"),
    "statement.read": gettext_lazy("take a statement of the bank"),
    "papers.stage": gettext_lazy("write the findings"),
    "papers.month": gettext_lazy("write the papers of a month"),
    "papers.masked": gettext_lazy("write the papers of payroll runs, numbers masked"),
    "papers.results": gettext_lazy("write the list of results"),
    "books.export": gettext_lazy("export the books"),
    "month.sweep": gettext_lazy("post and sweep income"),
    "month.allot": gettext_lazy("release what waits"),
    "month.rebate": gettext_lazy("post the settlement"),
    "month.remit": gettext_lazy("remit taxes and contributions"),
    "month.close": gettext_lazy("close the month"),
    "audit.vouchers": gettext_lazy("export vouchers"),
    "audit.vouchers_full": gettext_lazy("export vouchers, numbers in full"),
    "audit.papers": gettext_lazy("print the books"),
    "audit.pack": gettext_lazy("make the audit pack"),
    "audit.pack_full": gettext_lazy("make the audit pack, numbers in full"),
    "audit.sample": gettext_lazy("draw a sample"),
    "audit.checks": gettext_lazy("check the books"),
    "archives.carry_out": gettext_lazy("carry out a destruction list"),
}
# Why a job did not end well where nothing refused it.
LOST: Mapping[str, object] = {
    "worker_is_lost": gettext_lazy("Its worker is gone. What it had committed is found done: start it again."),
    "worker_is_stopped": gettext_lazy("Its worker was told to end, and gave it back."),
    "database_is_lost": gettext_lazy("The connection to the database broke off. What was committed is found done."),
    "unexpected": gettext_lazy("An error that nobody foresaw; its kind follows. Report it with the number of the job."),
}


def of_jobs(jobs: Sequence[Job]) -> Told:
    """Tell jobs, one a line; nothing where there are none."""
    if not jobs:
        return []
    made = table(
        _("Jobs"),
        _("No."),
        _("Work"),
        _("Known as"),
        _("State"),
        _("Attempt"),
        _("Progress"),
        _("Asked by"),
        _("Why"),
        right=(0, 4),
    )
    known = JobProgress.objects.in_bulk([job.pk for job in jobs])
    for job in jobs:
        made.add_row(
            str(job.pk),
            kind_name(job.kind),
            job.key,
            state_of(job),
            str(job.attempt),
            progress_of(job, known.get(job.pk)),
            str(job.asked_by_id),
            why(job.failure, job.reason),
        )
    return [made]


def kind_name(kind: str) -> str:
    return str(KINDS.get(kind, kind))


def state_of(job: Job) -> str:
    """Return the state of a job in words; one that a person wants stopped says so."""
    label = str(JobState(job.status).label)
    stopping = job.status == JobState.RUNNING and job.cancellations.filter(attempt__gt=job.restarted_after).exists()
    return _("{state}, to be cancelled").format(state=label) if stopping else label


def progress_of(job: Job, progress: JobProgress | None) -> str:
    if progress is None or not progress.step or job.status == JobState.WAITING:
        return ""
    return f"{step_name(progress.step)} {progress.rows:,}"


def why(failure: str, reason: str) -> str:
    """Return why a job is not done, in the officer's words."""
    if failure in LOST:
        return f"{LOST[failure]} {escape(reason)}".strip()
    return escape(reason or failure)


def of_job(job: Job) -> Told:
    """Tell the whole story of a job: who asked, each attempt and how it ended, who wanted it stopped, its files."""
    moves = table(
        _("Job {job}: {work}, {key}").format(job=job.pk, work=kind_name(job.kind), key=job.key),
        _("At"),
        _("State"),
        _("Attempt"),
        _("Asked by"),
        _("Worker"),
        _("Why"),
        right=(2,),
    )
    for move in job.moves.order_by("pk"):
        state = str(JobState(move.status).label)
        moves.add_row(
            moment(move.at), state, str(move.attempt), move.asked_by, move.worker, why(move.failure, move.reason)
        )
    told: Told = [moves]
    progress = JobProgress.objects.filter(pk=job.pk).first()
    if progress is not None and progress.step:
        told = [
            *told,
            _("Progress: {how}, told at {at}.").format(how=progress_of(job, progress), at=moment(progress.told_at)),
        ]
    for asked in job.cancellations.order_by("pk"):
        text = _("{officer} asked at {at} to cancel attempt {attempt}: {reason}")
        told = [
            *told,
            text.format(
                officer=asked.asked_by_id, at=moment(asked.asked_at), attempt=asked.attempt, reason=escape(asked.reason)
            ),
        ]
    files = list(job.files.defer("content").order_by("side", "number"))
    if files:
        made = table(_("Files"), "", _("File"), "SHA-256")
        for file in files:
            made.add_row(str(file.get_side_display()), file.name, file.sha256[:16])
        told = [*told, made]
    return told


def moment(at: datetime) -> str:
    return f"{at.astimezone(timezone.get_current_timezone()):%Y-%m-%d %H:%M:%S}"
