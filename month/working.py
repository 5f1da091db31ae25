"""Do the work of jobs: claim one by one UPDATE, hold it by a lease, and have effects only while it is held.

A worker that dies leaves a lease that runs out; another one claims the job then, under the next attempt. What the
first one had not committed is not there, what it had committed is found done. One that was only slow finds its lease
lost at its next effect.
"""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection, transaction

from ledger.refusals import UnableToPost
from month.job_kinds import KINDS
from month.models import Job, JobState
from month.queueing import ask_for

LEASE_SECONDS = 30
log = logging.getLogger(__name__)

# By the database's clock: workers on several machines have several clocks.
CLAIM = """
UPDATE month_job SET status = 'RUNNING', attempt = attempt + 1, worker = %s, step = '', progress = 0,
       lease_until = clock_timestamp() + make_interval(secs => %s)
 WHERE id = (SELECT id FROM month_job
              WHERE id = %s AND (status = 'WAITING' OR (status = 'RUNNING' AND lease_until < clock_timestamp()
                                                        AND attempt < attempts_max))
                FOR NO KEY UPDATE SKIP LOCKED)
RETURNING attempt
"""
RENEW = """
UPDATE month_job SET lease_until = clock_timestamp() + make_interval(secs => %s), step = %s, progress = %s
 WHERE id = %s AND attempt = %s AND status = 'RUNNING' AND NOT cancel_asked
"""
# Beside the work: while an effect is under way its transaction holds the row, and nobody can claim it.
BEAT = f"{RENEW} AND id IN (SELECT id FROM month_job WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED)"  # noqa: S608
SETTLE = """
UPDATE month_job SET status = %s, lease_until = NULL, failure = %s, reason = CASE WHEN %s = '' THEN reason ELSE %s END
 WHERE id = %s AND attempt = %s AND status = 'RUNNING'
"""
# Leases of work that no worker tries again by itself: a person looks at it first.
GIVE_UP = """
UPDATE month_job SET status = 'FAILED', lease_until = NULL, failure = 'worker_is_lost'
 WHERE id IN (SELECT id FROM month_job WHERE status = 'RUNNING' AND lease_until < clock_timestamp()
                 AND attempt >= attempts_max ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
"""
TO_DO = """
SELECT id FROM month_job
 WHERE status = 'WAITING' OR (status = 'RUNNING' AND lease_until < clock_timestamp() AND attempt < attempts_max)
 ORDER BY id
"""


class LeaseLost(Exception):
    """Another worker has the job now, or it is to be cancelled: this one has no effect any more."""


class Holder:
    """A job held under one attempt (``month.job_kinds.Held``)."""

    def __init__(self, job: int, attempt: int, lease_seconds: int) -> None:
        self.job = job
        self.attempt = attempt
        self.lease_seconds = lease_seconds
        self.step, self.rows = "", 0
        self.is_over = False

    @contextmanager
    def effect(self) -> Iterator[None]:
        """Open the transaction of an effect; the lease is renewed in it, so the row is locked until it ends.

        :raises LeaseLost: if the job is no longer held
        """
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(RENEW, [self.lease_seconds, self.step, self.rows, self.job, self.attempt])
                if cursor.rowcount == 0:
                    raise LeaseLost
            yield

    def progress(self, step: str, rows: int) -> None:
        """Note how far the work is; the beat tells it."""
        self.rows = self.rows + rows if step == self.step else rows
        self.step = step

    def settle(self, status: JobState, *, failure: str = "", reason: str = "") -> None:
        """Say how the attempt ended; nothing if the job is no longer held."""
        with connection.cursor() as cursor:
            cursor.execute(SETTLE, [status, failure, reason, reason, self.job, self.attempt])
        self.is_over = True


def claim(*, job: int, worker: str, lease_seconds: int = LEASE_SECONDS) -> Holder | None:
    """Claim a job that waits or whose lease has run out; None if there is nothing to do for this worker."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [worker, lease_seconds, job])
        row = cursor.fetchone()
    return Holder(job, row[0], lease_seconds) if row else None


def work_off(*, job: int, worker: str, at: datetime, lease_seconds: int = LEASE_SECONDS) -> Job | None:
    """Do one job if it is to be done; return it as it ended, None if there was nothing to do.

    The lease is renewed beside the work, from a thread with a connection of its own; without one (0) only the
    transactions of its effects hold the job, and whoever comes after a death need not wait.

    :raises UnableToPost: what refused the work, after the job has kept it
    """
    holder = claim(job=job, worker=worker, lease_seconds=lease_seconds)
    if holder is None:
        return None
    claimed = Job.objects.select_related("asked_by").get(pk=job)
    try:
        with beating(holder) if lease_seconds else nullcontext():
            following = KINDS[claimed.kind].work(holder, claimed.arguments, claimed.asked_by, at)
            if following is not None:
                ask_for(**following, officer=claimed.asked_by, at=at)
        holder.settle(JobState.DONE)
    except LeaseLost:
        end_cancelled(holder)
        holder.is_over = True
    except UnableToPost as refused:
        holder.settle(JobState.FAILED, failure=refused.name, reason=str(refused))
        raise
    except (OperationalError, InterfaceError):
        # Whether the last effect was committed is not known here: the next attempt finds out.
        log.warning("job %s: the database was lost in attempt %s", job, holder.attempt)
        connection.close()
        holder.is_over = True
        raise
    finally:
        if not holder.is_over:
            # What an error says may name people; its type does not.
            error = sys.exc_info()[0]
            holder.settle(JobState.FAILED, failure="unexpected", reason=error.__name__ if error else "")
    return Job.objects.get(pk=job)


def end_cancelled(holder: Holder) -> None:
    """Cancel the job if that is why it is no longer held."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE month_job SET status = 'CANCELLED', lease_until = NULL"
            " WHERE id = %s AND attempt = %s AND status = 'RUNNING' AND cancel_asked",
            [holder.job, holder.attempt],
        )


@contextmanager
def beating(holder: Holder) -> Iterator[None]:
    """Renew the lease and tell the progress while the work goes on."""
    done = threading.Event()

    def beat() -> None:
        try:
            while not done.wait(holder.lease_seconds / 3):
                with connection.cursor() as cursor:
                    cursor.execute(
                        BEAT, [holder.lease_seconds, holder.step, holder.rows, holder.job, holder.attempt, holder.job]
                    )
        except (OperationalError, InterfaceError):
            log.warning("job %s: the lease cannot be renewed", holder.job)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def sweep_jobs() -> list[int]:
    """Give up what no worker tries again, and return the jobs that are to be done: a bell may have been lost."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_UP)
        cursor.execute(TO_DO)
        return [key for (key,) in cursor.fetchall()]
