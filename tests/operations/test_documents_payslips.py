"""Payslips: every name and amount is on paper, numbers are hidden, and nothing is printed that does not add up."""

import csv
import io
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.utils import translation
from pypdf import PdfReader

from ledger.exports.pages.embedding import GlyphMissing
from ledger.money import in_full
from payouts.exports.payslips import write_payslip_list, write_payslips
from payouts.exports.rows import DoesNotAddUp, Slip, Totals, names_of
from tests.documents import HEADING, LONG_UNIT, RARE, STATEMENT, made, many_slips, pages_of, slip, text_of, yuan

NOWHERE = "\U0003fffd"  # a plane that no font has


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def printed(slips: list[Slip]) -> bytes:
    return made(lambda file: write_payslips(file=file, heading=HEADING, slips=slips))


def listed(slips: list[Slip]) -> list[dict[str, str]]:
    content = made(lambda file: write_payslip_list(file=file, heading=HEADING, slips=slips))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_slip_shows_its_person_and_every_amount() -> None:
    text = text_of(printed([slip(remark="补发 2026年9月")]))
    for said in (
        *("王小明", "白桦镇人民政府", "白桦镇", "公务员", "青岚农村商业银行", "补发 2026年9月"),
        *("职务岗位工资", "3,000.00", "津贴补贴", "1,234.50", "养老保险", "240.00"),
        *("4,234.50", "12.34", "3,982.16", "累计收入", "46,579.50"),
        *("青岚区", "November 2026", "Run 2026-11/1", "Payslips", STATEMENT, "Page 1 of 1"),
    ):
        assert said in text


@pytest.mark.parametrize("name", RARE)
def test_a_rare_or_long_name_is_read_back_as_it_was_written(name: str) -> None:
    assert name in text_of(printed([slip(name=name)]))


def test_a_slip_hides_the_numbers_of_its_person() -> None:
    text = text_of(printed([slip()]))
    assert "11010519491231002X" not in text
    assert "6228480012345678903" not in text
    assert "110********002X" in text
    assert "********8903" in text


def test_a_negative_item_and_a_negative_net_are_printed_with_their_sign() -> None:
    text = text_of(printed([slip(items=[("职务岗位工资", "100.00"), ("补扣金额", "-1234.56")], tax="0.00")]))
    assert "-1,234.56" in text
    assert "-1,374.56" in text


def test_an_item_of_zero_is_left_out() -> None:
    text = text_of(printed([slip(items=[("职务岗位工资", "100.00"), ("奖金", "0.00")])]))
    assert "职务岗位工资" in text
    assert "奖金" not in text


def test_ten_items_take_a_second_row_and_lose_none() -> None:
    items = [(f"项目{place}", f"{place + 1}.11") for place in range(10)]
    text = text_of(printed([slip(items=items)]))
    for item, amount in items:
        assert item in text
        assert amount in text


def test_a_slip_without_items_is_printed_too() -> None:
    assert "王小明" in text_of(printed([slip(items=[], deductions=[], tax="0.00")]))


def test_seven_slips_stand_on_a_page_and_the_eighth_on_the_next() -> None:
    assert [len(pages_of(printed([slip()] * number))) for number in (7, 8, 14, 15)] == [1, 2, 2, 3]


def test_a_unit_begins_on_a_page_of_its_own() -> None:
    pages = pages_of(printed([slip(), slip(name="李小红", unit_code="220112002", unit=LONG_UNIT)]))
    assert len(pages) == 2
    assert "王小明" in pages[0]
    assert "李小红" in pages[1]
    assert LONG_UNIT in pages[1].replace("\n", "")


def test_no_slips_are_a_page_that_says_so() -> None:
    (page,) = pages_of(printed([]))
    assert "Payslips" in page


def test_three_thousand_slips_are_all_there_and_quick() -> None:
    slips = many_slips(3000, units=1)
    begun = time.perf_counter()
    content = printed(slips)
    seconds = time.perf_counter() - begun
    pages = PdfReader(io.BytesIO(content)).pages
    assert len(pages) == 429
    for number in range(0, len(pages), 20):
        text = pages[number].extract_text()
        for person in slips[7 * number : 7 * number + 7]:
            assert person.name in text
            assert in_full(person.net) in text
    assert seconds < 12, f"{3000 / seconds:.0f} slips/s; alone on two cores it is about 3,000"


def test_the_totals_told_are_those_of_the_slips() -> None:
    slips = many_slips(40)
    told: list[Totals] = []
    made(lambda file: told.append(write_payslips(file=file, heading=HEADING, slips=slips)))
    made(lambda file: told.append(write_payslip_list(file=file, heading=HEADING, slips=slips)))
    expected = Totals(
        persons=40,
        gross=sum((slip.gross for slip in slips), yuan("0")),
        deducted=yuan("9600.00"),
        tax=sum((slip.tax for slip in slips), yuan("0")),
        net=sum((slip.net for slip in slips), yuan("0")),
    )
    assert told == [expected, expected]


def test_the_same_slips_are_the_same_bytes() -> None:
    assert printed(many_slips(30)) == printed(many_slips(30))


def test_a_name_that_no_font_has_stops_the_print() -> None:
    with pytest.raises(GlyphMissing) as refusal:
        printed([slip(), slip(name=f"张{NOWHERE}")])
    assert refusal.value.characters == NOWHERE


@pytest.mark.parametrize(
    ("field", "wrong"), [("gross", "4234.51"), ("deducted", "239.99"), ("net", "3982.17"), ("tax", "12.33")]
)
def test_a_slip_that_is_a_fen_off_cannot_be_made(field: str, wrong: str) -> None:
    with pytest.raises(DoesNotAddUp) as refusal:
        replace(slip(), **{field: yuan(wrong)})  # type: ignore[arg-type]
    assert refusal.value.who == "110********002X"
    assert "11010519491231002X" not in str(refusal.value)


# csv


def test_the_list_has_a_line_a_person_and_a_column_an_item() -> None:
    first, second = listed([slip(), slip(name=RARE[0], items=[("绩效工资", "900.00"), ("津贴补贴", "-0.01")])])
    assert (first["Person"], first["职务岗位工资"], first["绩效工资"], first["津贴补贴"]) == (
        *("王小明", "3000.00", "0.00", "1234.50"),
    )
    assert (second["Person"], second["职务岗位工资"], second["绩效工资"], second["津贴补贴"]) == (
        *(RARE[0], "0.00", "900.00", "-0.01"),
    )
    assert (first["Pay month"], first["Run"], first["Net"], first["累计收入"]) == (
        *("2026-11", "2026-11/1", "3982.16", "46579.50"),
    )


def test_the_list_hides_the_numbers_too() -> None:
    (line,) = listed([slip()])
    assert line["ID number"] == "110********002X"
    assert line["Account number"] == "********8903"


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_a_spreadsheet_would_run_is_made_harmless(mark: str) -> None:
    (line,) = listed([slip(remark=f"{mark}HYPERLINK(1)")])
    assert line["Remark"] == f"'{mark}HYPERLINK(1)"


def test_the_columns_keep_the_order_of_every_row() -> None:
    rows = [[(name, yuan("1.00")) for name in names] for names in ("ac", "abc", "abd", "z")]
    assert names_of(rows) == ["z", "a", "b", "d", "c"]
