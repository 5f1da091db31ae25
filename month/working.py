"""Do the work of jobs: claim one by one UPDATE, hold it by a lease, and have effects only while it is held.

A worker that dies leaves a lease that runs out; another one claims the job then, under the next attempt. What the
first one had not committed is not there, what it had committed is found done. One that was only slow finds its lease
lost at its next effect; one that stands still in mid-effect is cut off from the database by the sweep.
"""

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from imports.refusals import UnableToStage
from ledger.refusals import UnableToPost
from month import job_statements as sql
from month.job_kinds import KINDS
from month.models import Job, JobState
from month.queueing import ask_for

LEASE_SECONDS = 30
# How often a worker tells that it lives, and looks whether its job is to be cancelled.
BEAT_SECONDS = 1
log = logging.getLogger(__name__)

Progress = Callable[[str, int], None]
Refused = (UnableToPost, UnableToStage)


class LeaseLost(Exception):
    """Another worker has the job now, or it is to be cancelled: this one has no effect any more."""


class WorkerStops(SystemExit):
    """The worker is told to end while it works: what it has not committed is undone, and the job given back."""


def tell_nobody(_step: str, _rows: int) -> None:
    """Show nothing."""


class Holder:
    """A job held under one attempt (``month.held.Held``)."""

    def __init__(self, job: int, attempt: int, lease_seconds: int, tell: Progress = tell_nobody) -> None:
        self.job = job
        self.attempt = attempt
        self.lease_seconds = lease_seconds
        self.tell = tell
        self.step, self.rows = "", 0
        self.is_to_stop = False
        self.is_over = False

    @contextmanager
    def effect(self) -> Iterator[None]:
        """Open the transaction of an effect; the lease is renewed in it, so the row is locked until it ends.

        :raises LeaseLost: if the job is no longer held
        """
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(sql.RENEW, [self.lease_seconds, self.job, self.attempt])
                if cursor.rowcount == 0:
                    raise LeaseLost
            yield

    def progress(self, step: str, rows: int) -> None:
        """Note how far the work is; the beat tells it.

        :raises LeaseLost: if the job is to be cancelled
        """
        self.rows = self.rows + rows if step == self.step else rows
        self.step = step
        self.tell(step, rows)
        if self.is_to_stop:
            raise LeaseLost

    def settle(self, status: JobState, *, failure: str = "", reason: str = "") -> None:
        """Say how the attempt ended; nothing if the job is no longer held."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.TELL, [self.step, self.rows, self.job, self.attempt])
            cursor.execute(sql.SETTLE, [status, failure, reason, reason, self.job, self.attempt])
            if status == JobState.DONE and cursor.rowcount:
                cursor.execute(sql.FORGET_HANDED_IN, [self.job])
        self.is_over = True

    def give_back(self, failure: str) -> None:
        """Let the job wait for the next attempt, or for a person where only a person may try again."""
        with connection.cursor() as cursor:
            cursor.execute(sql.GIVE_BACK, [failure, self.job, self.attempt])


def claim(*, job: int, worker: str, lease_seconds: int = LEASE_SECONDS, tell: Progress = tell_nobody) -> Holder | None:
    """Claim a job that waits or whose lease has run out; None if there is nothing to do for this worker."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.CLAIM, [worker, lease_seconds, job])
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(sql.BEGIN_PROGRESS, [job, row[0]])
    return Holder(job, row[0], lease_seconds, tell)


def work_off(
    *, job: int, worker: str, at: datetime, lease_seconds: int = LEASE_SECONDS, tell: Progress = tell_nobody
) -> Job | None:
    """Do one job if it is to be done; return it as it ended, None if there was nothing to do.

    The lease is renewed beside the work, from a thread with a connection of its own. Without one (0) whoever asks
    again after a death need not wait; the sweep still leaves the job alone while its worker lives.

    :raises UnableToPost: what refused the work, or UnableToStage, after the job has kept it
    """
    holder = claim(job=job, worker=worker, lease_seconds=lease_seconds, tell=tell)
    if holder is None:
        return None
    claimed = Job.objects.select_related("asked_by").get(pk=job)
    made = follows = None
    try:
        kind = KINDS[claimed.kind]
        kind.require_post(claimed.asked_by)
        with beating(holder):
            made = kind.work(holder, claimed.arguments, claimed.asked_by, at)
            following = kind.follow(claimed.arguments)
            follows = ask_for(**following, officer=claimed.asked_by, at=at) if following else None
        holder.settle(JobState.DONE)
    except LeaseLost:
        end_cancelled(holder)
        holder.is_over = True
    except Refused as refused:
        holder.settle(JobState.FAILED, failure=name_of(refused), reason=str(refused))
        raise
    except (OperationalError, InterfaceError):
        # Whether the last effect was committed is not known here: the next attempt finds out.
        log.warning("job %s: the database was lost in attempt %s", job, holder.attempt)
        give_back(holder, "database_is_lost")
        raise
    except WorkerStops:
        give_back(holder, "worker_is_stopped")
        raise
    finally:
        if not holder.is_over:
            # What an error says may name people; its type does not.
            error = sys.exc_info()[0]
            holder.settle(JobState.FAILED, failure="unexpected", reason=error.__name__ if error else "")
    ended = Job.objects.get(pk=job)
    ended.made, ended.follows = made, follows
    return ended


def name_of(refused: UnableToPost | UnableToStage) -> str:
    """Return the name of a refusal: the rule, or the kind of fault that a file has."""
    return refused.name if isinstance(refused, UnableToPost) else type(refused).__name__


def give_back(holder: Holder, failure: str) -> None:
    """Give a job back on a new connection; where the database cannot be reached, the lease runs out instead."""
    holder.is_over = True
    connection.close()
    try:
        holder.give_back(failure)
    except DatabaseError:
        log.warning("job %s: attempt %s is left to its lease", holder.job, holder.attempt)
        connection.close()


def end_cancelled(holder: Holder) -> None:
    """Cancel the job if that is why it is no longer held."""
    with connection.cursor() as cursor:
        cursor.execute(sql.END_CANCELLED, [holder.job, holder.attempt])


@contextmanager
def beating(holder: Holder) -> Iterator[None]:
    """Renew the lease, tell the progress and look for a cancellation while the work goes on."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT_SECONDS):
            try:
                tell_beside(holder)
            except (OperationalError, InterfaceError):
                # The work's own connection may be sound: the next beat takes a new one.
                log.warning("job %s: the lease cannot be renewed", holder.job)
                connection.close()
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def tell_beside(holder: Holder) -> None:
    """Renew the lease between effects, tell the progress, and see whether the job is to stop."""
    with connection.cursor() as cursor:
        cursor.execute(sql.BEAT, [holder.lease_seconds, holder.job, holder.attempt, holder.job])
        cursor.execute(sql.TELL_BESIDE, [holder.step, holder.rows, holder.job, holder.attempt, holder.job])
        cursor.execute(sql.IS_TO_STOP, [holder.job, holder.attempt])
        holder.is_to_stop = cursor.fetchone() is not None


def forget_files() -> None:
    """Delete the files of jobs that ended days ago: they carry numbers in full, and were taken away."""
    with connection.cursor() as cursor:
        cursor.execute(sql.FORGET_OLD, [settings.JOB_FILE_DAYS])


def sweep_jobs() -> list[int]:
    """Return the jobs that are to be done: a bell may have been lost.

    Before that, workers that stand still are cut off, what they were told to stop is cancelled, and what no worker
    tries again is given up.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.CUT_OFF, [settings.JOB_LEASE_SECONDS])
        cursor.execute(sql.CANCEL_LOST)
        cursor.execute(sql.GIVE_UP)
        cursor.execute(sql.TO_DO)
        return [key for (key,) in cursor.fetchall()]
