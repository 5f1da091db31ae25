"""Whole months through the commands, held against answer keys that nothing of ours has computed."""

from pathlib import Path

import pytest
from django.core.management import call_command

from ledger.checks import run_checks
from ledger.models import Voucher
from month.demonstrating import FILES
from payouts.models import Payment, Payslip
from tests.months.comparing import compare_out
from tests.months.making import Month, make_month

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def run(folder: Path, month: str, out: Path) -> None:
    call_command("month", "run", str(folder), "--month", month, "--out", str(out))


@pytest.mark.parametrize(
    ("sample", "files"),
    [
        ("clean-2026-11", SAMPLES / "clean-2026-11"),
        ("small-2026-11", SAMPLES / "small-2026-11"),
        ("small-2026-12", SAMPLES / "small-2026-12"),
        ("month-2026-11", FILES),
    ],
)
def test_a_sample_month_gives_its_answer_key(fresh_database: str, tmp_path: Path, sample: str, files: Path) -> None:
    run(files, sample.partition("-")[2], tmp_path / "out")
    assert compare_out(folder=SAMPLES / sample, out=tmp_path / "out") == []
    assert list(run_checks([])) == []


@pytest.mark.parametrize(
    ("seed", "form", "dirt"),
    [(1, "xlsx", 0.0), (2, "csv", 0.05), (3, "xlsx", 0.08), (4, "csv", 0.15), (5, "xlsx", 0.2)],
)
def test_a_month_nobody_has_seen_gives_its_answer_key(
    fresh_database: str, tmp_path: Path, seed: int, form: str, dirt: float
) -> None:
    make_month(
        folder=tmp_path / "in",
        month="2026-09",
        seed=seed,
        staff=150,
        claims=90,
        beneficiaries=250,
        form=form,
        dirt=dirt,
    )
    run(tmp_path / "in", "2026-09", tmp_path / "out")
    assert compare_out(folder=tmp_path / "in", out=tmp_path / "out") == []
    assert list(run_checks([])) == []


def test_three_months_in_a_row_across_a_year_end_give_their_keys(fresh_database: str, tmp_path: Path) -> None:
    previous: Month | None = None
    for month in ("2026-11", "2026-12", "2027-01"):
        folder = tmp_path / month
        previous = make_month(
            folder=folder, month=month, seed=7, staff=120, beneficiaries=150, dirt=0.0, previous=previous
        )
        run(folder, month, tmp_path / f"out-{month}")
        assert compare_out(folder=folder, out=tmp_path / f"out-{month}") == []
    assert list(run_checks([])) == []


def test_a_second_run_of_the_same_files_changes_nothing_and_says_so(
    fresh_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = SAMPLES / "small-2026-11"
    run(folder, "2026-11", tmp_path / "out")
    counts = [model.objects.count() for model in (Payslip, Payment, Voucher)]
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.csv")}
    capsys.readouterr()
    run(folder, "2026-11", tmp_path / "again")
    assert "这些文件此前已经办理" in capsys.readouterr().out
    assert [model.objects.count() for model in (Payslip, Payment, Voucher)] == counts
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").glob("*.csv")} == first
