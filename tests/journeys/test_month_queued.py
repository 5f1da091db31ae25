"""A month of which every long step is left to the workers; the doorbell does the work at once in tests."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ledger.checks import run_checks
from ledger.models import AuditEvent
from month.beginning import begin_demo
from month.models import Job, JobFile, JobState
from payouts.models import Batch, Payment, Run
from tests.bank import Bank
from tests.months.comparing import compare_payroll_out
from tests.months.making import make_month

MONTH = "2026-11"


@pytest.fixture
def do(fresh_database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Give a command as an officer of the demo, who types the password; return what it tells."""

    def give(*arguments: Any, officer: str) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{officer}\n"))
        call_command(*map(str, arguments), "--as", officer)
        return capsys.readouterr().out

    return give


def test_a_month_is_left_to_the_workers_step_by_step(do: Callable[..., str], tmp_path: Path) -> None:
    begin_demo(month=date(2026, 11, 1), at=datetime(2026, 11, 2, tzinfo=UTC))
    folder, out = tmp_path / "in", tmp_path / "out"
    make_month(folder=folder, month=MONTH, seed=21, staff=40, dirt=0.0, form="csv")
    month = ("--month", MONTH)

    assert "预检文件" in do("month", "stage", folder, *month, "--queue", officer="demo-clerk")
    assert not JobFile.objects.exists()  # the stage keeps what was handed in
    do("month", "apply", *month, "--queue", officer="demo-preparer")
    do("month", "compute", *month, "--queue", officer="demo-preparer")
    do("month", "check", *month, "--queue", officer="demo-preparer")
    do("month", "sign", *month, "--reason", "已核对", officer="demo-preparer")
    do("month", "submit", *month, officer="demo-preparer")
    do("month", "review", *month, officer="demo-reviewer")
    do("month", "release", *month, "--queue", officer="demo-releaser")
    do("month", "render", *month, "--out", out, "--queue", officer="demo-cashier")
    assert not out.exists()
    do("job", "papers", *month, officer="demo-cashier")
    papers = Job.objects.get(kind="papers.month")
    told = do("job", "fetch", papers.pk, "--out", out, officer="demo-cashier")
    assert "payroll.csv" in told
    assert (out.stat().st_mode & 0o777, (out / "payroll.csv").stat().st_mode & 0o777) == (0o700, 0o600)
    assert compare_payroll_out(folder=folder, out=out) == []
    assert AuditEvent.objects.filter(act="documents.read", subject=f"job/{papers.pk}").count() == 1

    for file in sorted((out / "bank").iterdir()):
        path = tmp_path / f"result_{file.name}"
        path.write_bytes(Bank(minimum=1).take(file.read_bytes(), failing={2: "1002"}))
        do("month", "results", path, "--out", out, "--queue", officer="demo-cashier")
    assert not Payment.objects.filter(status="SENT").exists()
    do("month", "remit", *month, "--queue", officer="demo-cashier")
    do("month", "close", *month, "--queue", officer="demo-chief")

    assert set(Job.objects.values_list("status", "attempt")) == {(JobState.DONE, 1)}
    assert Run.objects.count() == Batch.objects.count() == 1
    assert list(run_checks([])) == []


def test_what_refuses_the_work_of_a_worker_is_told_in_the_officers_words(
    do: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    begin_demo(month=date(2026, 11, 1), at=datetime(2026, 11, 2, tzinfo=UTC))
    told = do("month", "compute", "--month", MONTH, "--queue", officer="demo-preparer")
    job = Job.objects.get()
    assert (job.status, job.failure) == (JobState.FAILED, "run_has_inputs")
    assert "计算批次" in told
    call_command("job", "show", str(job.pk))
    story = capsys.readouterr().out
    assert "demo-preparer" in story
    assert "没有应用" in story or "尚未" in story or "没有" in story
    assert AuditEvent.objects.filter(refused="run_has_inputs", act="job.run.compute", actor="demo-preparer").exists()


def test_a_step_is_left_to_the_workers_by_an_officer_only(fresh_database: str) -> None:
    begin_demo(month=date(2026, 11, 1), at=datetime(2026, 11, 2, tzinfo=UTC))
    with pytest.raises(CommandError):
        call_command("month", "close", "--month", MONTH, "--queue")
    assert not Job.objects.exists()
