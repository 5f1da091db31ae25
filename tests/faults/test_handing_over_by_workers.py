"""Real workers, killed (SIGKILL) at any moment while they hand over and take answers, beside a bank with books."""

import os
import random
import signal
import time
from collections import Counter

import pytest

from ledger.checks import run_checks
from month.handing_over import rendering, sending, taking
from month.inboxes import arrived
from month.models import Job, JobState
from month.queueing import ask_for
from payouts.channels.channel_files import channel_named
from payouts.models import BankFile, FateDecision, Payment
from payouts.models.words import BatchStatus
from tests import payroll, workers
from tests.attacks import Stage
from tests.folder_bank import FolderBank, decide_by_its_letter
from tests.payroll import AT, SEPTEMBER, SINGLE, batch_of, officer
from tests.workers import WAIT_SECONDS_MAX, Queue, state_of, wait_until

own_stage, queue = payroll.own_stage, workers.queue
SHORT = {"TONGFA_LEASE_SECONDS": "2"}
KILLS = 4
SENT = (BatchStatus.SENT, BatchStatus.ANSWERED, BatchStatus.RECONCILED)


def unsettled() -> bool:
    return Job.objects.filter(status__in=[JobState.WAITING, JobState.RUNNING]).exists()


@pytest.mark.parametrize("seed", range(2))
def test_workers_killed_at_any_moment_pay_once(own_stage: Stage, queue: Queue, seed: int) -> None:
    chance = random.Random(seed)
    bank = FolderBank(channel="lists")
    cashier = officer("cashier")
    job = ask_for(**rendering(batch_of(SEPTEMBER), SINGLE, then_send=True), officer=cashier, at=AT)
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    killed = 0
    while batch_of(SEPTEMBER).status not in SENT:
        assert time.monotonic() < deadline
        worker = queue.worker(**SHORT)
        wait_until(lambda: Job.objects.filter(status=JobState.RUNNING).exists() or not unsettled())
        if killed < KILLS:
            time.sleep(chance.uniform(0, 0.4))
            killed += 1
        else:
            wait_until(lambda: not unsettled())
        os.killpg(worker.pid, signal.SIGKILL)
        bank.look()
        if batch_of(SEPTEMBER).status == BatchStatus.UNKNOWN and not unsettled():
            decide_by_its_letter(bank, SEPTEMBER)
            if batch_of(SEPTEMBER).status == BatchStatus.UNKNOWN:
                ask_for(**sending(batch_of(SEPTEMBER)), officer=cashier, at=AT)
    assert state_of(job) == JobState.DONE
    bank.look()
    assert bank.lists == BankFile.objects.filter(batch=batch_of(SEPTEMBER)).count()
    bank.answer()
    answers = [ask_for(**taking(file), officer=cashier, at=AT) for file in arrived(channel_named(name="lists"))]
    first = queue.worker(**SHORT)
    wait_until(lambda: any(state_of(one) != JobState.WAITING for one in answers))
    os.killpg(first.pid, signal.SIGKILL)
    queue.worker(**SHORT)
    wait_until(lambda: all(state_of(one) == JobState.DONE for one in answers))
    paid = Payment.objects.filter(month=SEPTEMBER, status="SETTLED").values_list("account_number", "amount")
    assert Counter(paid) == Counter(bank.bank.credited)
    assert not Payment.objects.filter(month=SEPTEMBER, status__in=["PLANNED", "SENT"]).exists()
    assert FateDecision.objects.filter(status="PROPOSED").count() == 0
    assert list(run_checks([])) == []
