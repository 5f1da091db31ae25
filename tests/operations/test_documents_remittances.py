"""What is remitted: the tax list and the lists of the funds, by person and by unit."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from python_calamine import CalamineWorkbook

from payouts.exports.remittances import (
    Remitted,
    percent,
    write_contribution_book,
    write_contribution_list,
    write_tax_book,
    write_tax_list,
)
from payouts.exports.rows import ContributionRow, TaxRow
from tests.documents import HEADING, RARE, made, yuan

HEAD_ROW = 3


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def contribution(*, name: str, unit_code: str, personal: str, employer: str, base: str | None) -> ContributionRow:
    return ContributionRow(
        name=name,
        id_number="11010519491231002X",
        unit_code=unit_code,
        unit=f"单位{unit_code}",
        township="白桦镇",
        base=None if base is None else yuan(base),
        personal=yuan(personal),
        employer=yuan(employer),
    )


# The units are not in one piece, as when a list is sorted by person.
CONTRIBUTIONS = [
    contribution(name=RARE[0], unit_code="002", personal="594.67", employer="1189.33", base="7433.33"),
    contribution(name="王小明", unit_code="001", personal="288.00", employer="576.00", base="3600.00"),
    contribution(name="李小红", unit_code="002", personal="0.01", employer="0.00", base=None),
]


def tax_row(*, name: str, income: str, tax: str, rate: str | None) -> TaxRow:
    zero = yuan("0.00")
    return TaxRow(
        name=name,
        id_number="11010519491231002X",
        unit_code="001",
        unit="单位001",
        township="白桦镇",
        income=yuan(income),
        exempt=zero,
        months=11,
        income_to_date=yuan(income) * 11,
        exempt_to_date=zero,
        basic_to_date=yuan("55000.00"),
        special_to_date=zero,
        additional_to_date=zero,
        other_to_date=zero,
        taxable=yuan("33000.00"),
        rate=None if rate is None else yuan(rate),
        quick_deduction=None if rate is None else zero,
        cumulative_tax=yuan("990.00"),
        withheld_before=yuan("900.00"),
        tax=yuan(tax),
    )


TAXES = [
    tax_row(name=RARE[2], income="8000.00", tax="90.00", rate="0.03"),
    tax_row(name="王小明", income="4000.00", tax="0.00", rate=None),
]


def sheets_of(content: bytes) -> dict[str, list[dict[str, Any]]]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets: dict[str, list[dict[str, Any]]] = {}
    for name in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        sheets[name] = [dict(zip(map(str, rows[HEAD_ROW]), row, strict=True)) for row in rows[HEAD_ROW + 1 :]]
    return sheets


def amounts(records: list[dict[str, Any]], head: str) -> list[Decimal | str]:
    return [cell if isinstance(cell, str) else Decimal(repr(cell)) for cell in (record[head] for record in records)]


def lines_of(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_fund_is_listed_by_person_with_its_total() -> None:
    content = made(
        lambda file: write_contribution_book(file=file, heading=HEADING, fund="养老保险", rows=CONTRIBUTIONS)
    )
    people = sheets_of(content)["By person"]
    assert [record["Person"] for record in people[:-1]] == [row.name for row in CONTRIBUTIONS]
    assert amounts(people, "Base") == [yuan("7433.33"), yuan("3600.00"), "", yuan("11033.33")]
    assert amounts(people, "Personal part") == [yuan("594.67"), yuan("288.0"), yuan("0.01"), yuan("882.68")]
    assert amounts(people, "Employer's part") == [yuan("1189.33"), yuan("576.0"), yuan("0.0"), yuan("1765.33")]
    assert amounts(people, "Together") == [yuan("1784.0"), yuan("864.0"), yuan("0.01"), yuan("2648.01")]


def test_a_fund_is_listed_by_unit_with_the_same_total() -> None:
    content = made(
        lambda file: write_contribution_book(file=file, heading=HEADING, fund="养老保险", rows=CONTRIBUTIONS)
    )
    units = sheets_of(content)["By unit"]
    assert [(record["Unit code"], record["People"]) for record in units] == [("001", 1), ("002", 2), ("", 3)]
    assert amounts(units, "Personal part") == [yuan("288.0"), yuan("594.68"), yuan("882.68")]
    assert amounts(units, "Together") == [yuan("864.0"), yuan("1784.01"), yuan("2648.01")]


def test_a_fund_as_csv_has_the_numbers_in_full() -> None:
    lines = lines_of(made(lambda file: write_contribution_list(file=file, rows=CONTRIBUTIONS)))
    assert [line["ID number"] for line in lines] == ["11010519491231002X"] * 3
    assert [line["Base"] for line in lines] == ["7433.33", "3600.00", ""]
    assert [line["Together"] for line in lines] == ["1784.00", "864.00", "0.01"]


def test_what_is_remitted_is_told() -> None:
    told: list[Remitted] = []
    made(lambda file: told.append(write_contribution_list(file=file, rows=CONTRIBUTIONS)))
    made(
        lambda file: told.append(
            write_contribution_book(file=file, heading=HEADING, fund="养老保险", rows=CONTRIBUTIONS)
        )
    )
    assert told == [Remitted(3, yuan("882.68"), yuan("1765.33"))] * 2
    told.clear()
    made(lambda file: told.append(write_tax_list(file=file, rows=TAXES)))
    made(lambda file: told.append(write_tax_book(file=file, heading=HEADING, rows=TAXES)))
    assert told == [Remitted(2, yuan("90.00"), yuan("0.00"))] * 2


def test_the_tax_list_shows_how_the_tax_follows() -> None:
    sheets = sheets_of(made(lambda file: write_tax_book(file=file, heading=HEADING, rows=TAXES)))
    first, second, total = sheets["By person"]
    assert (first["Person"], first["Rate"], first["Months"]) == (RARE[2], "3%", 11)
    assert (second["Rate"], second["Quick deduction"]) == ("", "")
    assert amounts([first, second, total], "Tax of the month") == [yuan("90.0"), yuan("0.0"), yuan("90.0")]
    assert amounts([first, second, total], "Income of the month") == [yuan("8000"), yuan("4000"), yuan("12000")]
    assert total["Income to date"] == "", "a year to date is not added up over people"
    assert [(record["People"], record["Tax"]) for record in sheets["By unit"]] == [(2, 90.0), (2, 90.0)]


def test_the_tax_list_as_csv_has_a_line_a_person() -> None:
    lines = lines_of(made(lambda file: write_tax_list(file=file, rows=TAXES)))
    assert [(line["Person"], line["Rate"], line["Tax of the month"]) for line in lines] == [
        (RARE[2], "3%", "90.00"),
        ("王小明", "", "0.00"),
    ]


@pytest.mark.parametrize(
    ("rate", "written"), [("0.03", "3%"), ("0.10", "10%"), ("0.1", "10%"), ("0.45", "45%"), ("0.005", "0.5%")]
)
def test_a_rate_is_written_in_percent(rate: str, written: str) -> None:
    assert percent(yuan(rate)) == written


def test_the_same_lists_are_the_same_bytes() -> None:
    first, second = (made(lambda file: write_tax_book(file=file, heading=HEADING, rows=TAXES)) for _ in range(2))
    assert first == second
