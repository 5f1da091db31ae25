"""Workers at once, workers that die, and a real one with its broker; real connections and real commits."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from ledger.checks import run_checks
from ledger.models import Voucher
from month.handing_over import sending
from month.models import Job, JobState
from month.queueing import ask_for
from month.working import work_off
from payouts.models import BankFile
from payouts.models.words import BatchStatus
from tests import payroll, workers
from tests.attacks import Stage
from tests.killing import killed_until_done
from tests.payroll import AT, SEPTEMBER, batch_of, officer, rendered
from tests.racing import all_at_once
from tests.workers import Queue, stalling, state_of, wait_until

own_stage, queue = payroll.own_stage, workers.queue
SHORT = {"TONGFA_LEASE_SECONDS": "3"}


def asked() -> Job:
    return ask_for(**sending(rendered(SEPTEMBER)), officer=officer("cashier"), at=AT)


def sent_once() -> None:
    """Nothing of the batch was handed over or posted twice, and the books agree."""
    batch = batch_of(SEPTEMBER)
    assert batch.status == BatchStatus.SENT
    assert BankFile.objects.filter(batch=batch).count() == 1
    sources = list(
        Voucher.objects.filter(source__startswith=f"payouts.run/{batch.run_id}/").values_list("book", "source")
    )
    assert sources
    assert len(sources) == len(set(sources))
    assert not list(run_checks([]))


def test_of_workers_at_once_one_does_the_job(own_stage: Stage) -> None:
    job = asked()
    with ThreadPoolExecutor(max_workers=8) as pool:
        work = partial(work_off, job=job.pk, worker="w", at=AT)
        done = [future.result() for future in all_at_once(pool, [work] * 8)]
    assert [one.status for one in done if one is not None] == [JobState.DONE]
    assert Job.objects.get(pk=job.pk).attempt == 1
    sent_once()


@pytest.mark.parametrize("after", [False, True], ids=["before each commit", "after each commit"])
def test_a_job_whose_worker_dies_anywhere_is_done_once(own_stage: Stage, after: bool) -> None:
    def act() -> None:
        work_off(job=asked().pk, worker=f"w{os.getpid()}", at=AT, lease_seconds=0)

    assert killed_until_done(act, after=after) >= 3
    assert Job.objects.get().status == JobState.DONE
    sent_once()


def test_a_real_worker_finds_what_nobody_rang_for(own_stage: Stage, queue: Queue) -> None:
    job = asked()
    queue.worker()
    wait_until(lambda: state_of(job) == JobState.DONE)
    sent_once()


def test_the_work_of_a_killed_worker_is_taken_over_by_the_next_and_done_once(own_stage: Stage, queue: Queue) -> None:
    job = asked()
    with stalling("payouts_batch", batch_of(SEPTEMBER).pk):  # so that the worker dies in mid-work
        first = queue.worker(**SHORT)
        wait_until(lambda: state_of(job) == JobState.RUNNING)
        os.killpg(first.pid, signal.SIGKILL)
    assert batch_of(SEPTEMBER).status == BatchStatus.RENDERED
    queue.worker(**SHORT)
    wait_until(lambda: state_of(job) == JobState.DONE)
    assert Job.objects.get(pk=job.pk).attempt == 2
    sent_once()
