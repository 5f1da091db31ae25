"""The payroll register and the unit sheets: numbers in full, sums that are the sums, words that are the total."""

import io
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from python_calamine import CalamineWorkbook

from ledger.capitals import read_capital_amount
from ledger.money import in_full
from payouts.exports.registers import write_register, write_register_book
from payouts.exports.rows import DoesNotAddUp, Slip, UnitSheet, totals_of
from payouts.exports.unit_sheets import write_unit_book, write_unit_sheets
from tests.documents import (
    HEADING,
    LONG_UNIT,
    RARE,
    STATEMENT,
    made,
    many_slips,
    pages_of,
    slip,
    text_of,
    unit_sheet,
    yuan,
)

HEAD_ROW = 3


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def register(slips: Sequence[Slip]) -> bytes:
    return made(lambda file: write_register(file=file, heading=HEADING, slips=slips))


def units(sheets: Sequence[UnitSheet]) -> bytes:
    return made(lambda file: write_unit_sheets(file=file, heading=HEADING, units=sheets))


def sheet_of(content: bytes) -> list[list[Any]]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)


def records_of(content: bytes) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the rows of a sheet by head, and its total row."""
    rows = sheet_of(content)
    *records, total = [dict(zip(rows[HEAD_ROW], row, strict=True)) for row in rows[HEAD_ROW + 1 :]]
    return records, total


def amount(cell: Any) -> Decimal:
    assert isinstance(cell, float | int), f"{cell!r} is no number"
    return Decimal(repr(cell))


def words_in(text: str) -> int:
    return read_capital_amount(next(line for line in text.splitlines() if "人民币" in line).split(": ")[1])


# The register as PDF.


def test_the_register_shows_everybody_in_full() -> None:
    slips = many_slips(60)
    text = text_of(register(slips))
    joined = text.replace("\n", "")
    for person in slips:
        assert person.name in joined
        for said in (person.id_number, person.account, in_full(person.gross), in_full(person.net)):
            assert said in text


def test_the_register_sums_each_unit_each_page_and_all() -> None:
    slips = many_slips(60)
    pages = pages_of(register(slips))
    assert len(pages) == 3
    assert [page.count("Page total") for page in pages] == [1, 1, 1]
    assert sum(page.count("Unit total") for page in pages) == 4
    assert pages[-1].count("Grand total") == 1
    totals = totals_of(slips)
    for total in (totals.gross, totals.deducted, totals.tax, totals.net):
        assert in_full(total) in pages[-1]
    for unit in {person.unit_code for person in slips}:
        gross = sum((person.gross for person in slips if person.unit_code == unit), yuan("0"))
        assert in_full(gross) in "\n".join(pages)


def test_the_words_say_the_net_total() -> None:
    slips = many_slips(60)
    assert words_in(pages_of(register(slips))[-1]) == int(totals_of(slips).net * 100)


def test_the_register_ends_with_four_signatures_on_the_page_of_the_total() -> None:
    for number in range(20, 27):
        page = pages_of(register(many_slips(number, units=1)))[-1]
        for said in ("Grand total", "Prepared by:", "Reviewed by:", "Paid out by:", "Chief accountant:"):
            assert said in page


def test_the_register_names_its_units_however_long_their_names() -> None:
    text = text_of(register([slip(unit=LONG_UNIT)])).replace("\n", "")
    assert f"Unit: {LONG_UNIT} (1 people)" in text


def test_a_negative_net_is_in_words_too() -> None:
    content = register([slip(items=[("补扣金额", "-1000.00")], deductions=[], tax="0.00")])
    assert words_in(text_of(content)) == -100000


def test_every_page_names_district_month_run_and_rules() -> None:
    for page in pages_of(register(many_slips(60))):
        for said in ("Payroll register", "青岚区", "白桦镇", "November 2026", "Run 2026-11/1", STATEMENT):
            assert said in page


def test_the_same_register_is_the_same_bytes() -> None:
    assert register(many_slips(20)) == register(many_slips(20))


# The register as xlsx.


def book(slips: Sequence[Slip]) -> bytes:
    return made(lambda file: write_register_book(file=file, heading=HEADING, slips=slips))


def test_the_workbook_has_real_numbers_and_their_sums() -> None:
    slips = many_slips(60)
    records, total = records_of(book(slips))
    assert [record["Person"] for record in records] == [person.name for person in slips]
    assert [record["ID number"] for record in records] == [person.id_number for person in slips]
    assert [record["Account number"] for record in records] == [person.account for person in slips]
    for head, field in (("Gross", "gross"), ("Deductions", "deducted"), ("Tax", "tax"), ("Net", "net")):
        assert [amount(record[head]) for record in records] == [getattr(person, field) for person in slips]
        assert amount(total[head]) == sum((getattr(person, field) for person in slips), yuan("0"))
    assert [amount(record["津贴补贴"]) for record in records] == [yuan("1234.50")] * 60
    assert amount(total["津贴补贴"]) == yuan("74070.00")
    assert "奖金" not in records[0], "an item that nobody has is no column"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "https://example.invalid", "0012"])
def test_a_text_stays_a_text(text: str) -> None:
    records, _total = records_of(book([slip(name=text)]))
    assert records[0]["Person"] == text
    assert b"<f>" not in book([slip(name=text)])


@pytest.mark.parametrize(("gross", "kind"), [("9999999999999.99", float), ("10000000000000.00", str)])
def test_an_amount_too_long_for_a_cell_is_kept_exact_as_text(gross: str, kind: type) -> None:
    person = slip(items=[("职务岗位工资", gross)], deductions=[], tax="0.00")
    records, _total = records_of(book([person]))
    assert isinstance(records[0]["Gross"], kind)
    assert yuan(str(records[0]["Gross"]).replace(",", "")) == yuan(gross)


def test_a_workbook_without_rows_has_its_heads() -> None:
    records, total = records_of(book([]))
    assert records == []
    assert amount(total["Net"]) == 0


def test_the_same_workbook_is_the_same_bytes() -> None:
    assert book(many_slips(20)) == book(many_slips(20))


# Unit sheets.


def test_the_unit_sheets_show_each_unit_and_the_sums() -> None:
    sheets = [unit_sheet(), unit_sheet(unit_code="220112002", unit=LONG_UNIT, gross="81000.55", persons=7)]
    text = text_of(units(sheets))
    joined = text.replace("\n", "")
    for said in ("52,000.00", "81,000.55", "133,000.55", "14,000.00", "246.90", "118,753.65", "19,753.08", "19"):
        assert said in text
    for said in ("白桦镇人民政府", LONG_UNIT, "单位存折"):
        assert said in joined
    assert words_in(text) == 11875365


def test_the_unit_book_has_one_column_an_item_and_the_employers_beside_them() -> None:
    sheets = [unit_sheet(), unit_sheet(unit_code="220112002", gross="81000.55", persons=7)]
    records, total = records_of(made(lambda file: write_unit_book(file=file, heading=HEADING, units=sheets)))
    assert [record["Unit code"] for record in records] == ["220112001", "220112002"]
    assert [amount(record["Net"]) for record in records] == [sheet.net for sheet in sheets]
    assert total["People"] == 19
    assert amount(total["养老保险"]) == yuan("14000.00")
    assert amount(total["养老保险 (employer)"]) == amount(total["Employer's part"]) == yuan("19753.08")


def test_a_unit_that_is_a_fen_off_cannot_be_made() -> None:
    made_sheet = unit_sheet()
    with pytest.raises(DoesNotAddUp) as refusal:
        UnitSheet(**{field: getattr(made_sheet, field) for field in UnitSheet.__slots__} | {"gross": yuan("52000.01")})
    assert refusal.value.what == "gross"


@pytest.mark.parametrize("write", [register, units])
def test_no_rows_make_a_page_with_a_total_of_nothing(write: Callable[[Sequence[Any]], bytes]) -> None:
    assert words_in(text_of(write([]))) == 0


def test_rare_names_reach_the_register() -> None:
    text = text_of(register([slip(name=name) for name in RARE])).replace("\n", "")
    assert [name for name in RARE if name not in text] == []
