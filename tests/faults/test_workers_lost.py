"""Workers, brokers and connections that are lost in mid-work: no effect twice, none lost, and the job ends."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

import psycopg2.extensions
import pytest
from django.db import InterfaceError, OperationalError, connection, connections

from ledger.checks import run_checks
from ledger.models import Voucher
from month.handing_over import sending
from month.held import Asked
from month.long_work import reading_results
from month.models import Job, JobState
from month.paper_work import papers_of_month
from month.queueing import ask_for, restart_job
from month.working import sweep_jobs, work_off
from payouts.models import BankFile, Batch, Payment, ResultFile
from payouts.models.words import BatchStatus, PaymentStatus
from tests import payroll, workers
from tests.attacks import Stage
from tests.payroll import AT, AUGUST, SEPTEMBER, answer_to, batch_of, officer, rendered
from tests.workers import Queue, commits_unanswered, cut_off, is_stalled, stalling, state_of, wait_until

own_stage, queue = payroll.own_stage, workers.queue
SHORT = {"TONGFA_LEASE_SECONDS": "2"}
FAILING = 2


def answer() -> Asked:
    """Return the work of reading what the bank says to August: one payment comes back."""
    (file,) = batch_of(AUGUST).files.all()
    return reading_results(
        name=f"result_{file.name}",
        content=answer_to(file, failing=[FAILING]),
        template=file.template,
        month=AUGUST,
        on=None,
    )


def reading() -> Job:
    return ask_for(**answer(), officer=officer("cashier"), at=AT)


def handing_over() -> Job:
    return ask_for(**sending(rendered(SEPTEMBER)), officer=officer("cashier"), at=AT)


def writing() -> Job:
    return ask_for(**papers_of_month(month=AUGUST, sheets=[]), officer=officer("cashier"), at=AT)


def read_once() -> None:
    """August's answer was taken once, what came back is posted once, and the books agree."""
    assert ResultFile.objects.filter(month=AUGUST).count() == 1
    assert Payment.objects.filter(month=AUGUST, status=PaymentStatus.RETURNED).count() == 1
    assert not Payment.objects.filter(month=AUGUST, status=PaymentStatus.SENT).exists()
    agree()


def sent_once() -> None:
    batch = batch_of(SEPTEMBER)
    assert batch.status == BatchStatus.SENT
    assert BankFile.objects.filter(batch=batch).count() == 1
    agree()


def agree() -> None:
    sources = list(Voucher.objects.values_list("book", "source", "part"))
    assert len(sources) == len(set(sources))
    assert not list(run_checks([]))


def test_doubled_messages_to_two_workers_have_one_effect(own_stage: Stage, queue: Queue) -> None:
    jobs = [handing_over(), reading(), writing()]
    for _number in range(2):
        queue.worker(TONGFA_WORKERS="2")
    for job in jobs:
        queue.ring(job, times=20)
    wait_until(lambda: all(state_of(job) == JobState.DONE for job in jobs))
    for job in jobs:
        queue.ring(job, times=5)
    last = writing()
    queue.ring(last, times=5)
    wait_until(lambda: state_of(last) == JobState.DONE)
    assert set(Job.objects.values_list("attempt", flat=True)) == {1}
    sent_once()
    read_once()


def test_a_worker_that_stands_still_beyond_its_lease_has_no_effect(
    own_stage: Stage, queue: Queue, administration: psycopg2.extensions.connection
) -> None:
    job = reading()
    first = queue.worker(**SHORT)
    with stalling("payouts_batch", batch_of(AUGUST).pk):
        wait_until(lambda: is_stalled(administration, own_stage.database))
        os.killpg(first.pid, signal.SIGSTOP)
    # It has the row of the job by its transaction, and nobody ends that but the sweep of another worker.
    queue.worker(**SHORT)
    wait_until(lambda: state_of(job) == JobState.DONE)
    done = Job.objects.get(pk=job.pk)
    assert done.attempt == 2
    os.killpg(first.pid, signal.SIGCONT)
    first.terminate()
    first.wait(timeout=workers.WAIT_SECONDS_MAX)
    again = Job.objects.get(pk=job.pk)
    assert (again.status, again.attempt, again.worker) == (JobState.DONE, 2, done.worker)
    read_once()


def test_a_broker_that_dies_in_mid_work_loses_nothing(
    own_stage: Stage, queue: Queue, administration: psycopg2.extensions.connection
) -> None:
    job, later = reading(), handing_over()
    queue.worker(**SHORT)
    with stalling("payouts_batch", batch_of(AUGUST).pk):
        queue.ring(job, times=1)
        wait_until(lambda: is_stalled(administration, own_stage.database))
        queue.kill_broker()
    wait_until(lambda: state_of(job) == JobState.DONE)
    queue.restart_broker()
    wait_until(lambda: state_of(later) == JobState.DONE)
    read_once()
    sent_once()


def test_a_worker_that_is_told_to_end_gives_back_what_it_cannot_finish(
    own_stage: Stage, queue: Queue, administration: psycopg2.extensions.connection
) -> None:
    job = reading()
    first = queue.worker(TONGFA_STOP_SECONDS="1")
    with stalling("payouts_batch", batch_of(AUGUST).pk):
        wait_until(lambda: is_stalled(administration, own_stage.database))
        first.terminate()
        time.sleep(3)
    first.wait(timeout=workers.WAIT_SECONDS_MAX)
    given_back = Job.objects.get(pk=job.pk)
    assert (given_back.status, given_back.failure) == (JobState.WAITING, "worker_is_stopped")
    queue.worker()
    wait_until(lambda: state_of(job) == JobState.DONE)
    read_once()


def test_a_worker_that_is_told_to_end_finishes_what_it_can(
    own_stage: Stage, queue: Queue, administration: psycopg2.extensions.connection
) -> None:
    job = reading()
    first = queue.worker()
    with stalling("payouts_batch", batch_of(AUGUST).pk):
        wait_until(lambda: is_stalled(administration, own_stage.database))
        first.terminate()
        time.sleep(1)
    assert first.wait(timeout=workers.WAIT_SECONDS_MAX) == 0
    done = Job.objects.get(pk=job.pk)
    assert (done.status, done.attempt) == (JobState.DONE, 1)
    read_once()


# The connection to the database


class Attempt(threading.Thread):
    """Work off a job in a thread of its own; ``lost`` if the connection broke off."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job, self.lost = job, False

    def run(self) -> None:
        try:
            work_off(job=self.job.pk, worker="thread", at=AT)
        except (OperationalError, InterfaceError):
            self.lost = True
        finally:
            connections.close_all()


def lose_its_commit(job: Job, batch: Batch, stage: Stage, administration: psycopg2.extensions.connection) -> None:
    """Work off a job whose effect is committed, and whose connection is ended before it is told."""
    attempt = Attempt(job)
    with ExitStack() as unanswered:
        with stalling("payouts_batch", batch.pk):
            attempt.start()
            wait_until(lambda: is_stalled(administration, stage.database))
            unanswered.enter_context(commits_unanswered(administration))
        in_commit = "wait_event = 'SyncRep' AND query = 'COMMIT'"
        wait_until(lambda: cut_off(administration, stage.database, in_commit) > 0)
    attempt.join(timeout=workers.WAIT_SECONDS_MAX)
    assert attempt.lost


def test_a_commit_whose_answer_is_lost_is_found_done(
    own_stage: Stage, administration: psycopg2.extensions.connection
) -> None:
    job = reading()
    lose_its_commit(job, batch_of(AUGUST), own_stage, administration)
    # It was committed, and the worker could not know.
    assert ResultFile.objects.filter(month=AUGUST).count() == 1
    waits = Job.objects.get(pk=job.pk)
    assert (waits.status, waits.failure) == (JobState.WAITING, "database_is_lost")
    assert sweep_jobs() == [job.pk]
    done = work_off(job=job.pk, worker="next", at=AT)
    assert done is not None
    assert (done.status, done.attempt) == (JobState.DONE, 2)
    read_once()


def test_money_whose_commit_is_lost_leaves_once(
    own_stage: Stage, administration: psycopg2.extensions.connection
) -> None:
    job = handing_over()
    lose_its_commit(job, batch_of(SEPTEMBER), own_stage, administration)
    waits = Job.objects.get(pk=job.pk)
    assert (waits.status, waits.failure) == (JobState.WAITING, "database_is_lost")
    done = work_off(job=job.pk, worker="next", at=AT)
    assert done is not None
    assert done.status == JobState.DONE
    sent_once()


def test_a_connection_that_breaks_as_a_rehearsal_is_taken_back_is_noticed(
    own_stage: Stage, administration: psycopg2.extensions.connection
) -> None:
    """Django tells nobody that a savepoint could not be rolled back: what was begun would seem to be there."""
    job = handing_over()

    def cut(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if str(sql).startswith("ROLLBACK TO SAVEPOINT"):
            cut_off(administration, own_stage.database, "pid <> pg_backend_pid()")
        return execute(sql, *more)

    with connection.execute_wrapper(cut), suppress(OperationalError, InterfaceError):
        work_off(job=job.pk, worker="lost", at=AT)
    connection.close()
    waits = Job.objects.get(pk=job.pk)
    assert (waits.status, waits.failure) == (JobState.WAITING, "database_is_lost")
    assert batch_of(SEPTEMBER).status == BatchStatus.RENDERED
    done = work_off(job=job.pk, worker="next", at=AT)
    assert done is not None
    assert done.status == JobState.DONE
    sent_once()


@pytest.mark.parametrize("seed", range(3))
def test_connections_that_break_at_any_moment_lose_nothing(
    own_stage: Stage, administration: psycopg2.extensions.connection, seed: int
) -> None:
    chance = random.Random(seed)
    jobs = [reading(), handing_over(), writing()]
    ended = (JobState.DONE, JobState.CANCELLED)
    deadline = time.monotonic() + workers.WAIT_SECONDS_MAX
    lost = 0
    while Job.objects.exclude(status__in=ended).exists():
        assert time.monotonic() < deadline
        attempts = [Attempt(job) for job in jobs]
        for attempt in attempts:
            attempt.start()
        # Later and later, so that each piece of work is broken off in all its parts, and ends at last.
        for _cut in range(3 if lost < 12 else 0):
            time.sleep(chance.uniform(0, 0.03 + lost * 0.02))
            cut_off(administration, own_stage.database, "pid <> pg_backend_pid()")
        for attempt in attempts:
            attempt.join(timeout=workers.WAIT_SECONDS_MAX)
            lost += attempt.lost
        connections["default"].close()
        Job.objects.filter(status=JobState.RUNNING).update(lease_until=AT)
        sweep_jobs()
        for job in Job.objects.filter(status=JobState.FAILED):
            assert job.failure in ("database_is_lost", "worker_is_lost")
            restart_job(key=job.pk, officer=officer("cashier"), at=AT)
    assert lost > 0
    sent_once()
    read_once()
