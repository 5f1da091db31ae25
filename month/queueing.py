"""Ask for long work, cancel it and start it again: PostgreSQL holds what is asked for, whoever does it.

The same work asked for twice is one job; asked for anew after it failed, it waits again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Func, Q
from django.utils.translation import gettext_lazy as _

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from ledger.refusals import UnableToPost
from month.job_kinds import kind_named
from month.models import Job, JobState
from payouts.running import CHAIN


class ClockTimestamp(Func):
    """The time by the database's clock, also within a transaction."""

    function = "clock_timestamp"
    output_field = DateTimeField()


class NoSuchJob(UnableToPost):
    message = _("There is no such job, or it has ended.")
    remedy = _("Look at the jobs: manage.py job list.")


def ask_for(*, kind: str, key: str, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Job:
    """Ask for work of a kind, known by its key; return its job, which may be under way or done already.

    :raises OfficerMayNot: without the post for the work
    """
    asked = kind_named(kind)
    require_post(officer, asked.post)
    with transaction.atomic():
        job, _is_new = Job.objects.exclude(status=JobState.CANCELLED).get_or_create(
            kind=kind,
            key=key,
            defaults={
                "arguments": dict(arguments),
                "asked_by": officer,
                "asked_at": at,
                "attempts_max": asked.attempts_max,
            },
        )
        # Who asks again is a person who has seen that it failed, or that its worker is gone.
        waiting_since = Job.objects.select_for_update(no_key=True).filter(
            Q(status=JobState.FAILED) | Q(status=JobState.RUNNING, lease_until__lt=ClockTimestamp()), pk=job.pk
        )
        for stopped in waiting_since:
            wait_again(stopped, officer)
        job.refresh_from_db()
        return job


def restart_job(*, key: int, officer: Officer, at: datetime) -> Job:
    """Let a failed job wait again.

    :raises NoSuchJob: if there is none that failed
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=key, status=JobState.FAILED).first()
        if job is None:
            raise NoSuchJob("job_moves", {"job": key, "to": JobState.WAITING.value})
        require_post(officer, kind_named(job.kind).post)
        wait_again(job, officer)
        record(job, "job.restart", officer, at)
        return job


def wait_again(job: Job, officer: Officer) -> None:
    job.status, job.asked_by, job.worker, job.lease_until = JobState.WAITING, officer, "", None
    job.failure, job.reason, job.cancel_asked = "", "", False
    job.save(update_fields=["status", "asked_by", "worker", "lease_until", "failure", "reason", "cancel_asked"])


def cancel_job(*, key: int, officer: Officer, reason: str, at: datetime) -> Job:
    """Cancel a job that waits or failed; one that runs is cancelled at its next effect.

    :raises NoSuchJob: if there is none, or it has ended
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=key).first()
        if job is None or job.status in (JobState.DONE, JobState.CANCELLED):
            raise NoSuchJob("job_moves", {"job": key, "to": JobState.CANCELLED.value})
        require_post(officer, kind_named(job.kind).post)
        if job.status == JobState.RUNNING:
            job.cancel_asked = True
        else:
            job.status = JobState.CANCELLED
        job.reason = reason
        job.save(update_fields=["status", "cancel_asked", "reason"])
        record(job, "job.cancel", officer, at)
        return job


def record(job: Job, act: str, officer: Officer, at: datetime) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=act,
        subject=f"job/{job.pk}",
        after={"kind": job.kind, "key": job.key, "attempt": job.attempt, "reason": job.reason},
    )
