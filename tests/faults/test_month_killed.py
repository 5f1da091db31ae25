"""A month that is killed (SIGKILL) at any commit and run again gives the same result, once."""

from pathlib import Path

import pytest
from django.core.management import call_command

from ledger.checks import run_checks
from payouts.models import Batch, Obligation, Payment, Run
from tests.bank import Bank
from tests.killing import killed_until_done
from tests.months.comparing import compare_payroll_out
from tests.months.making import make_month

MONTH = "2026-11"


@pytest.mark.parametrize("after", [False, True], ids=["before-commits", "after-commits"])
def test_a_month_killed_at_every_commit_is_paid_once(fresh_database: str, tmp_path: Path, after: bool) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    make_month(folder=folder, month=MONTH, seed=11, staff=40, dirt=0.05)

    def run_the_month() -> None:
        call_command("month", "run", str(folder), "--month", MONTH, "--out", str(out))

    assert killed_until_done(run_the_month, after=after) > 8
    assert compare_payroll_out(folder=folder, out=out) == []
    assert Run.objects.count() == Batch.objects.count() == 1
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
