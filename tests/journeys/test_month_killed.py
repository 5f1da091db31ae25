"""A month that is killed (SIGKILL) at any commit and run again gives the same result, once."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ledger.checks import run_checks
from payouts.models import Batch, Obligation, Payment, PayrollRun
from tests.bank import Bank
from tests.months.comparing import compare_payroll_out
from tests.months.making import make_month

MONTH = "2026-11"
RUNS_MAX = 80


def in_a_process(act: Callable[[], None]) -> int:
    """Run ``act`` in a process of its own and return its exit status (negative: the signal that killed it)."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            act()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die_at_commit(number: int, *, after: bool) -> None:
    """Let this process kill itself just before or just after its ``number``-th commit."""
    commits = 0
    commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

    def counted(self: BaseDatabaseWrapper) -> None:
        nonlocal commits
        commits += 1
        if commits == number and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        commit(self)
        if commits == number and after:
            os.kill(os.getpid(), signal.SIGKILL)

    BaseDatabaseWrapper._commit = counted  # type: ignore[attr-defined]


def killed_until_done(act: Callable[[], None], *, after: bool) -> int:
    """Run ``act`` again and again, each time killed one commit later, until it ends; return how often it was killed."""
    for number in range(1, RUNS_MAX):

        def attempt(number: int = number) -> None:
            die_at_commit(number, after=after)
            act()

        status = in_a_process(attempt)
        if status == 0:
            return number - 1
        assert status == -signal.SIGKILL
    pytest.fail("the month never ended")


@pytest.mark.parametrize("after", [False, True], ids=["before-commits", "after-commits"])
def test_a_month_killed_at_every_commit_is_paid_once(fresh_database: str, tmp_path: Path, after: bool) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    make_month(folder=folder, month=MONTH, seed=11, staff=40, dirt=0.05)

    def run_the_month() -> None:
        call_command("month", "run", str(folder), "--month", MONTH, "--out", str(out))

    assert killed_until_done(run_the_month, after=after) > 8
    assert compare_payroll_out(folder=folder, out=out) == []
    assert PayrollRun.objects.count() == Batch.objects.count() == 1
    assert Obligation.objects.count() == sum(payment.parts.count() for payment in Payment.objects.all())
    assert list(run_checks([])) == []

    answers = []
    for file in sorted((out / "bank").iterdir()):
        path = tmp_path / f"result_{file.name}"
        path.write_bytes(Bank(minimum=1).take(file.read_bytes(), failing={2: "1002"}))
        answers.append(str(path))

    def take_the_results() -> None:
        call_command("month", "results", *answers, "--out", str(out))

    assert killed_until_done(take_the_results, after=after) > 0
    assert Payment.objects.filter(status="RETURNED").count() == 1
    assert not Payment.objects.filter(status="SENT").exists()
    assert list(run_checks([])) == []
