"""Ask for long work, cancel it and start it again: PostgreSQL holds what is asked for, whoever does it.

The same work asked for twice is one job; asked for anew after it failed, it waits again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Func, Q
from django.utils.translation import gettext_lazy as _

from ledger.models import Officer
from ledger.recording import record_event
from ledger.refusals import UnableToPost
from month.job_kinds import kind_named
from month.keeping_files import keep_file
from month.models import FileSide, Job, JobCancellation, JobState

# A trail of their own: an effect under way holds the head of the one that its acts are recorded in.
CHAIN = "jobs"


class ClockTimestamp(Func):
    """The time by the database's clock, also within a transaction."""

    function = "clock_timestamp"
    output_field = DateTimeField()


class NoSuchJob(UnableToPost):
    message = _("There is no such job, or it has ended.")
    remedy = _("Look at the jobs: manage.py job list.")


class JobCancelledWithoutReason(UnableToPost):
    message = _("A reason is missing.")
    remedy = _("Say why in one line.")


def ask_for(
    *,
    kind: str,
    key: str,
    arguments: Mapping[str, Any],
    officer: Officer,
    at: datetime,
    files: Sequence[tuple[str, bytes]] = (),
) -> Job:
    """Ask for work of a kind, known by its key; return its job, which may be under way or done already.

    ``files``, each a name and its bytes, are kept with the job: a worker on any machine reads them there.

    :raises OfficerMayNot: without the post for the work
    """
    asked = kind_named(kind)
    asked.require_post(officer)
    with transaction.atomic():
        job, is_new = Job.objects.exclude(status=JobState.CANCELLED).get_or_create(
            kind=kind,
            key=key,
            defaults={
                "arguments": dict(arguments),
                "asked_by": officer,
                "asked_at": at,
                "attempts_max": asked.attempts_max,
            },
        )
        if is_new:
            for number, (name, content) in enumerate(files, start=1):
                keep_file(job.pk, FileSide.IN, number, name, content)
            return job
        # Who asks again is a person who has seen that it failed, or that its worker is gone. A row that is locked
        # belongs to an effect under way.
        stopped = Job.objects.select_for_update(no_key=True, skip_locked=True).filter(
            Q(status=JobState.FAILED) | Q(status=JobState.RUNNING, lease_until__lt=ClockTimestamp()), pk=job.pk
        )
        for one in stopped:
            wait_again(one, officer)
        job.refresh_from_db()
        return job


def restart_job(*, key: int, officer: Officer, at: datetime) -> Job:
    """Let a failed job wait again.

    :raises NoSuchJob: if there is none that failed
    """
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).filter(pk=key, status=JobState.FAILED).first()
        if job is None:
            raise NoSuchJob("job_moves", {"job": key, "to": JobState.WAITING.value})
        kind_named(job.kind).require_post(officer)
        wait_again(job, officer)
        record(job, "job.restart", officer, at, reason="")
        return job


def wait_again(job: Job, officer: Officer) -> None:
    job.status, job.asked_by, job.worker, job.lease_until = JobState.WAITING, officer, "", None
    job.failure, job.reason, job.restarted_after = "", "", job.attempt
    job.save(update_fields=["status", "asked_by", "worker", "lease_until", "failure", "reason", "restarted_after"])


def cancel_job(*, key: int, officer: Officer, reason: str, at: datetime) -> Job:
    """Cancel a job that waits or failed; one that runs ends at its next effect, or where it next tells its progress.

    The effect under way is not waited for: the request is a row of its own.

    :raises NoSuchJob: if there is none, or it has ended
    """
    if not reason.strip():
        raise JobCancelledWithoutReason("job_is_cancelled_with_a_reason", {"job": key})
    with transaction.atomic():
        job = Job.objects.filter(pk=key).exclude(status__in=[JobState.DONE, JobState.CANCELLED]).first()
        if job is None:
            raise NoSuchJob("job_moves", {"job": key, "to": JobState.CANCELLED.value})
        kind_named(job.kind).require_post(officer)
        # One that does not run may be claimed just now: that attempt is meant.
        attempt = job.attempt if job.status == JobState.RUNNING else job.attempt + 1
        JobCancellation.objects.create(job=job, attempt=attempt, asked_by=officer, asked_at=at, reason=reason)
        resting = Job.objects.select_for_update(no_key=True, skip_locked=True).filter(
            pk=key, status__in=[JobState.WAITING, JobState.FAILED]
        )
        for one in resting:
            one.status, one.reason, job = JobState.CANCELLED, reason, one
            one.save(update_fields=["status", "reason"])
        record(job, "job.cancel", officer, at, reason=reason)
        return job


def record(job: Job, act: str, officer: Officer, at: datetime, *, reason: str) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=act,
        subject=f"job/{job.pk}",
        after={"kind": job.kind, "key": job.key, "attempt": job.attempt, "reason": reason},
    )
