"""Whole months as messy as in real life: every finding and control total of the key, and no other."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from imports.findings import findings_of, totals_of, write_findings
from tests.months.making import make_month
from tests.staged import actual_findings, expected_findings, files_in, key_of, stage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("seed", [21, 22])
def test_a_dirty_month_has_the_findings_of_its_key(tmp_path: Path, form: str, seed: int) -> None:
    make_month(
        folder=tmp_path,
        month="2026-11",
        seed=seed,
        staff=120,
        townships=5,
        claims=40,
        beneficiaries=200,
        dirt=0.1,
        form=form,
        previous=None,
    )
    key = key_of(tmp_path)
    sheets = stage(*files_in(tmp_path))
    assert actual_findings(sheets) == expected_findings(key)
    by_name = {(sheet.file.name, sheet.sheet_name): sheet for sheet in sheets if sheet.layout}
    for name, said in key["files"].items():
        file, _, title = name.partition("#")
        sheet = by_name.get((file, title)) or next(sheet for (known, _), sheet in by_name.items() if known == file)
        assert (sheet.header_row, sheet.rows, sheet.valid, sheet.refused) == (
            said["header_row"],
            said["rows"],
            said["valid_rows"],
            said["rejected_rows"],
        )
        totals = {row.item: row.amount for row in totals_of([sheet]) if row.item}
        assert totals == {item: Decimal(amount) for item, amount in said["control_by_item"].items()}


def test_a_clean_month_has_no_findings(tmp_path: Path) -> None:
    make_month(
        folder=tmp_path,
        month="2026-11",
        seed=5,
        staff=60,
        townships=3,
        claims=0,
        beneficiaries=100,
        dirt=0.0,
        form="xlsx",
        previous=None,
    )
    assert list(findings_of(stage(*files_in(tmp_path)))) == []


def test_findings_are_written_as_a_csv_that_excel_opens(tmp_path: Path) -> None:
    make_month(
        folder=tmp_path,
        month="2026-11",
        seed=9,
        staff=60,
        townships=3,
        claims=0,
        beneficiaries=0,
        dirt=0.2,
        form="xlsx",
        previous=None,
    )
    sheets = stage(*files_in(tmp_path))
    path = tmp_path / "findings.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        count = write_findings(stream, sheets)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == count
    assert {row["severity"] for row in rows} == {"warning", "error"}
    assert all(row["message"] and "{" not in row["message"] for row in rows)
