"""The register of a benefit run: everybody who is paid, in full, and together what the run owes."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ledger.money import in_full
from ledger.sums import DoesNotAddUp
from month.documents import write_documents
from payouts import benefit_registers
from payouts.benefit_registers import register_of, released_benefit_runs
from payouts.facts import rows_of
from payouts.models import Run
from tests import paid_benefits
from tests.documents import text_of
from tests.paid_benefits import APRIL, BIRCH, FEBRUARY, MARCH, NEW, PINE, STEADY, clock

stage = paid_benefits.stage
rolled_back = paid_benefits.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
AT = clock(date(2026, 4, 28))


def run_of(month: date) -> Run:
    (run,) = released_benefit_runs(month=month)
    return run


def stem(month: date) -> str:
    return f"{month:%Y-%m}-{run_of(month).number}-惠民补贴发放登记表"


@pytest.mark.parametrize("month", [FEBRUARY, MARCH, APRIL])
def test_the_register_is_what_the_run_owes_person_by_person(month: date) -> None:
    rows = list(register_of(run_of(month)))
    owed = rows_of(
        """SELECT p.name, sum(o.amount) FROM payouts_obligation o JOIN payouts_person p ON p.id = o.person_id
            WHERE o.run_id = %s GROUP BY p.name ORDER BY 1""",
        run_of(month).pk,
    )
    found: dict[str, Decimal] = {}
    for row in rows:
        found[row.name] = found.get(row.name, Decimal("0.00")) + row.paid
    assert {name: net for name, net in found.items() if net} == dict(owed)
    assert len(rows) >= len(owed) > 1


def test_pdf_and_workbook_say_everybody_and_every_amount(tmp_path: Path) -> None:
    names = write_documents(folder=tmp_path, month=MARCH, at=AT)
    files = {suffix: tmp_path / f"documents/{stem(MARCH)}{suffix}" for suffix in (".pdf", ".xlsx")}
    assert {f"documents/{path.name}" for path in files.values()} <= set(names)
    text = text_of(files[".pdf"].read_bytes())
    (sheet,) = CalamineWorkbook.from_filelike(io.BytesIO(files[".xlsx"].read_bytes())).sheet_names
    book = CalamineWorkbook.from_filelike(io.BytesIO(files[".xlsx"].read_bytes()))
    listed = book.get_sheet_by_name(sheet).to_python()[4:]
    rows = list(register_of(run_of(MARCH)))
    assert [(row[3], row[4], row[12], row[9]) for row in listed[:-1]] == [
        (row.name, row.id_number, row.account, float(row.paid)) for row in rows
    ]
    total = sum((row.paid for row in rows), Decimal("0.00"))
    assert (listed[-1][1], listed[-1][9]) == ("合计", float(total))
    for said in (*(row.name for row in rows), NEW.id_number, STEADY.id_number, BIRCH, PINE, in_full(total), "大写"):
        assert said in text


def test_a_month_without_a_released_run_has_no_register(tmp_path: Path) -> None:
    assert released_benefit_runs(month=date(2026, 5, 1)) == []
    assert write_documents(folder=tmp_path, month=date(2026, 5, 1), at=AT) == []


def test_a_register_that_does_not_make_what_is_owed_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benefit_registers, "OWED", benefit_registers.OWED.replace("0.00)", "0.00) + 0.01"))
    with pytest.raises(DoesNotAddUp, match="paid out"):
        list(register_of(run_of(MARCH)))
    names = write_documents(folder=tmp_path, month=MARCH, at=AT)
    notes = [f"documents/{stem(MARCH)}{suffix}.不符.txt" for suffix in (".pdf", ".xlsx")]
    assert set(notes) <= set(names)
    assert not list((tmp_path / "documents").glob("*登记表.pdf"))
