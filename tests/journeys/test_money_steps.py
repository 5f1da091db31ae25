"""The money between district and townships as real officers run it in a month, held against an answer key."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ledger.checks import run_checks
from ledger.models import Voucher
from tests.journeys import test_month_steps
from tests.journeys.test_month_steps import MONTH, answer_of_the_bank, take_to_release
from tests.months.comparing import compare_payroll_out, compare_treasury_out
from tests.months.making import make_month
from treasury.models import Release, Settlement

begun = test_month_steps.begun
step = test_month_steps.step

Step = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_month(folder=tmp_path / "in", month=MONTH, seed=31, staff=60, claims=60, dirt=0.05, form="csv")
    return tmp_path / "in"


def test_officers_run_the_money_of_a_month_step_by_step(
    begun: None, step: Step, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    take_to_release(step, folder)
    step("sweep", officer="demo-cashier")
    step("render", "--out", out, officer="demo-cashier")
    step("allot", "--kind", "CLAIM", officer="demo-releaser")
    step("render", "--out", out, officer="demo-cashier")

    before = Voucher.objects.count()
    step("what_if")
    step("settle", officer="demo-preparer")
    step("agree", officer="demo-reviewer")
    assert Voucher.objects.count() == before
    step("withdraw", "--reason", "核对后重做", officer="demo-reviewer")
    step("settle", officer="demo-preparer")
    step("agree", officer="demo-reviewer")
    step("rebate", officer="demo-cashier")
    capsys.readouterr()
    step("allot", "--kind", "BACK_PAY", officer="demo-releaser")
    told = capsys.readouterr().out
    step("render", "--out", out, officer="demo-cashier")
    # Whom nobody has an account of waits and is named; the money is free again once the order is dropped.
    waiting = Release.objects.exclude(status="POSTED")
    assert {(one.kind, one.status) for one in waiting} <= {("BACK_PAY", "RELEASED")}
    for one in waiting:
        assert one.source in told
        step("drop", "--release", one.source, "--reason", "收款人已调离", officer="demo-releaser")
    assert set(Release.objects.values_list("status", flat=True)) == {"POSTED", "CANCELLED"}
    with pytest.raises(CommandError, match="release_moves"):
        step(
            "drop",
            "--release",
            Release.objects.filter(status="POSTED")[0].source,
            "--reason",
            "误",
            officer="demo-releaser",
        )

    assert compare_payroll_out(folder=folder, out=out) == []
    assert compare_treasury_out(folder=folder, out=out) == []
    # Run twice on the same figures it settles nothing.
    posted = Voucher.objects.count()
    for again, officer in (("settle", "demo-preparer"), ("agree", "demo-reviewer"), ("rebate", "demo-cashier")):
        step(again, officer=officer)
    assert Voucher.objects.count() == posted
    assert set(Settlement.objects.values_list("status", flat=True)) == {"POSTED", "WITHDRAWN"}

    call_command("month", "results", *map(str, answer_of_the_bank(out, tmp_path, {})), "--out", str(out))
    step("remit", officer="demo-cashier")
    step("close", officer="demo-chief")
    assert list(run_checks([])) == []


@pytest.mark.parametrize(
    ("name", "officer"),
    [
        ("sweep", "demo-preparer"),
        ("allot", "demo-cashier"),
        ("settle", "demo-reviewer"),
        ("agree", "demo-preparer"),
        ("rebate", "demo-reviewer"),
    ],
)
def test_a_step_of_the_money_asks_for_its_post(begun: None, step: Step, name: str, officer: str) -> None:
    with pytest.raises(CommandError, match="officer_holds_the_post"):
        step(name, officer=officer)


def test_a_month_with_income_that_was_not_swept_is_not_closed(
    begun: None, step: Step, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    take_to_release(step, folder)
    step("render", "--out", out, officer="demo-cashier")
    call_command("month", "results", *map(str, answer_of_the_bank(out, tmp_path, {})), "--out", str(out))
    with pytest.raises(CommandError, match="income"):
        step("close", officer="demo-chief")
