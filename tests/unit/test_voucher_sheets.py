"""Printed vouchers: what the regulation asks for stands on them, on every sheet, in the right ink, and reads back."""

import io
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from ledger.exports.pages.embedding import GlyphMissing
from ledger.exports.pages.pens import BLACK, PALE, PALE_RED, RED, packed, points, width_of
from ledger.exports.stated import BookCounted, ExportStated, Gap
from ledger.exports.voucher_lists import write_list_book
from ledger.exports.voucher_pages import NotDrawn, refuse_to_fetch, write_voucher
from ledger.exports.voucher_runs import ROWS, RunPaper, block, write_run
from ledger.exports.voucher_sheets import BlockTotal, Cited, PrintedLine, PrintedVoucher, Signed, sheets_of, yuan
from tests.vouchers import RARE, line, lines, printed

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
NOWHERE = "\U0003fffd"  # a plane that no font has
EARLIER = Cited(date(2026, 11, 3), "记", 3)
STATED = ExportStated(date(2026, 11, 1), date(2026, 11, 30), [], [])


def run(*vouchers: PrintedVoucher, paper: RunPaper = RunPaper.A5, stated: ExportStated = STATED) -> PdfReader:
    file = io.BytesIO()
    write_run(file=file, vouchers=vouchers, stated=stated, paper=paper, at=AT)
    return PdfReader(file)


def single(voucher: PrintedVoucher) -> PdfReader:
    file = io.BytesIO()
    write_voucher(file=file, voucher=voucher, at=AT)
    return PdfReader(file)


def texts(reader: PdfReader) -> list[str]:
    """Return the text of each page without spaces and line breaks."""
    return ["".join(page.extract_text().split()) for page in reader.pages]


def sheet_texts(*vouchers: PrintedVoucher) -> list[str]:
    return texts(run(*vouchers))[1:]


def inks(reader: PdfReader, page: int) -> str:
    contents = reader.pages[page].get_contents()
    assert contents is not None
    return contents.get_data().decode("ascii")


# The fields of 会计基础工作规范 第五十一条 as they read on paper.
FIELDS = (
    "记账凭证",
    "2026年11月5日",
    "记字第12号",
    "核算单位：D青岚区",
    "1031与下级往来",
    "103100101第1镇—年度资金调度",
    "资金：111一般公共预算资金",
    "会计主管：会计主管甲",
    "记账：记账乙",
    "出纳：出纳丙",
    "审核：审核丁",
    "制单：制单戊",
    "会计制度：财政总预算会计制度（2015）（财库〔2015〕192号）",
    "会计期间：2026-11",
    "合计（大写）：人民币壹元整",
    "来源：test/1",
)


@pytest.mark.parametrize("field", [*FIELDS, "附单据3张"])
def test_every_field_of_the_regulation_stands_on_the_sheet_of_a_run(field: str) -> None:
    assert field in sheet_texts(printed())[0]


@pytest.mark.parametrize("field", [*FIELDS, "附单据3张"])
def test_every_field_of_the_regulation_stands_on_the_single_voucher(field: str) -> None:
    assert field in texts(single(printed()))[0]


@pytest.mark.parametrize(
    ("voucher_type", "title"), [("记", "记账凭证"), ("收", "收款凭证"), ("付", "付款凭证"), ("转", "转账凭证")]
)
def test_the_title_is_that_of_the_type(voucher_type: str, title: str) -> None:
    text = sheet_texts(printed(voucher_type=voucher_type))[0]
    assert title in text
    assert f"{voucher_type}字第12号" in text


def test_as_many_lines_as_a_sheet_has_take_one_sheet_and_one_more_takes_two() -> None:
    full, over = (
        list(sheets_of(printed(*lines(ROWS)), rows=ROWS)),
        list(sheets_of(printed(*lines(ROWS + 1)), rows=ROWS)),
    )
    assert [(sheet.name, len(sheet.rows), sheet.blanks) for sheet in full] == [("记字第12号", ROWS, 0)]
    assert [(sheet.name, len(sheet.rows), sheet.blanks) for sheet in over] == [
        ("记字第12号（1/2）", ROWS, 0),
        ("记字第12号（2/2）", 1, ROWS - 1),
    ]
    assert [sheet.total for sheet in over] == [None, BlockTotal("合计", Decimal("6.00"), Decimal("6.00"))]


def test_a_sheet_that_is_not_the_last_says_where_the_total_stands() -> None:
    first, second = sheet_texts(printed(*lines(ROWS + 1)))
    assert "合计见第2张（2/2）" in first
    assert "人民币" not in first
    assert "合计（大写）：人民币陆元整" in second


def test_a_payroll_of_5000_lines_takes_834_sheets() -> None:
    sheets = list(sheets_of(printed(*lines(5_000)), rows=ROWS))
    assert (len(sheets), sheets[0].name, sheets[-1].name) == (834, "记字第12号（1/834）", "记字第12号（834/834）")
    assert sum(len(sheet.rows) for sheet in sheets) == 5_000


def test_financial_lines_stand_before_budget_lines_each_with_their_own_total() -> None:
    mixed = [line(1, "5.00", record="B"), *lines(2), line(4, "5.00", side="C", record="B")]
    (sheet,) = sheets_of(printed(*mixed), rows=ROWS)
    assert [row.record if isinstance(row, PrintedLine) else row.label for row in sheet.rows] == [
        "F",
        "F",
        "财务会计合计",
        "B",
        "B",
    ]
    assert sheet.total == BlockTotal("预算会计合计", Decimal("5.00"), Decimal("5.00"))
    text = sheet_texts(printed(*mixed))[0]
    assert "财务会计合计（大写）：人民币壹元整¥1.00¥1.00" in text
    assert "预算会计合计（大写）：人民币伍元整¥5.00¥5.00" in text


@pytest.mark.parametrize("record", ["F", "B"])
def test_a_voucher_of_one_record_has_one_total(record: str) -> None:
    (sheet,) = sheets_of(printed(*lines(2, record=record)), rows=ROWS)
    assert sheet.total == BlockTotal("合计", Decimal("1.00"), Decimal("1.00"))


def struck(voucher: PrintedVoucher) -> int:
    """Return how many slanting lines are drawn on the first sheet."""
    drawn = re.findall(r"^(\d+) (\d+) m (\d+) (\d+) l S$", inks(run(voucher), 1), re.MULTILINE)
    return sum(x != to_x and y != to_y for x, y, to_x, to_y in drawn)


def test_blank_lines_are_struck_out_and_a_full_sheet_has_none() -> None:
    assert struck(printed(*lines(ROWS - 1))) == 1
    assert struck(printed(*lines(ROWS))) == 0


def test_a_red_amount_is_printed_in_red_with_its_sign_and_a_black_one_in_black() -> None:
    red = printed(line(1, "-77.70"), line(2, "-77.70", side="C"))
    reader = run(printed(), red)
    assert RED not in inks(reader, 1)
    # Two lines, each sum, and the words: the ink turns red and black again.
    assert inks(reader, 2).count(f"\n{RED}\n") == inks(reader, 2).count(f"\n{BLACK}\n") == 3
    text = texts(reader)[2]
    assert (text.count("-77.70"), text.count("-¥77.70")) == (2, 2)
    assert "人民币负柒拾柒元柒角整" in text
    assert "#cc0000" not in inks(single(printed()), 0)


def test_the_single_voucher_prints_red_too() -> None:
    red = single(printed(line(1, "-77.70"), line(2, "-77.70", side="C")))
    assert ".8 0 0 rg" in inks(red, 0)
    assert ".8 0 0 rg" not in inks(single(printed()), 0)
    assert (texts(red)[0].count("-77.70"), texts(red)[0].count("-¥77.70")) == (2, 2)


def test_a_reversed_voucher_and_its_reversal_are_marked_and_name_each_other() -> None:
    reversed_one, reversal = printed(reversed_by=EARLIER), printed(kind="REVERSAL", reverses=EARLIER)
    reader = run(printed(), reversed_one, reversal)
    plain, first, second = texts(reader)[1:]
    assert "已冲销" not in plain
    assert "冲销" not in plain
    assert "已冲销" in first
    assert "已由2026年11月3日记字第3号凭证冲销" in first
    assert "红字冲销" in second
    assert "冲销2026年11月3日记字第3号凭证" in second
    assert [ink in inks(reader, page) for page, ink in ((1, PALE), (2, PALE), (3, PALE_RED))] == [False, True, True]
    for voucher, mark in ((reversed_one, "已冲销"), (reversal, "红字冲销")):
        assert mark in texts(single(voucher))[0]


def test_what_a_voucher_corrects_and_rests_on_is_named() -> None:
    text = sheet_texts(printed(kind="SUPPLEMENT", corrects=EARLIER, paper="青岚财〔2026〕7号", reference="JK-1"))[0]
    for note in ("补充更正", "更正2026年11月3日记字第3号凭证", "依据：青岚财〔2026〕7号", "文号：JK-1"):
        assert note in text


@pytest.mark.parametrize("attachments", [0, 1, 12, 32_767])
def test_the_count_of_attachments_stands_beside_the_table(attachments: int) -> None:
    assert f"附单据{attachments}张" in sheet_texts(printed(attachments=attachments))[0]


def test_a_signature_that_nobody_has_set_is_left_free() -> None:
    assert "会计主管：记账：记账乙" in sheet_texts(printed(signed=Signed("", "记账乙", "", "审核丁", "制单戊")))[0]


def test_a4_holds_two_sheets_to_a_page() -> None:
    vouchers = [printed(number=number) for number in range(1, 4)]
    reader = run(*vouchers, paper=RunPaper.A4)
    assert [str(page.mediabox.height)[:3] for page in reader.pages] == ["841"] * 3
    assert [re.findall("记字第(\\d)号", text) for text in texts(reader)] == [[], ["1", "2"], ["3"]]
    assert [len(texts(run(*vouchers[:count], paper=RunPaper.A4))) for count in (0, 1, 2)] == [1, 2, 2]


def test_a_name_of_rare_characters_reads_back_from_both() -> None:
    voucher = printed(
        line(1, summary=f"发放{RARE}抚恤金", counterparty=f"C1 欧阳{RARE}"),
        line(2, side="C"),
        signed=Signed("", f"王{RARE}", "", "审核丁", "制单戊"),
    )
    for text in (sheet_texts(voucher)[0], texts(single(voucher))[0]):
        assert f"发放{RARE}抚恤金" in text
        assert f"往来：C1欧阳{RARE}" in text
        assert f"记账：王{RARE}" in text


def test_a_character_that_no_font_has_stops_both() -> None:
    voucher = printed(signed=Signed("", f"王{NOWHERE}", "", "审核丁", "制单戊"))
    with pytest.raises(GlyphMissing, match="U\\+3FFFD"):
        run(voucher)
    file = io.BytesIO()
    with pytest.raises(GlyphMissing, match="U\\+3FFFD"):
        write_voucher(file=file, voucher=voucher, at=AT)
    assert file.getvalue() == b""


def test_what_the_template_would_fetch_is_refused() -> None:
    with pytest.raises(NotDrawn, match="file:///etc/passwd"):
        refuse_to_fetch("file:///etc/passwd", "")


def test_markup_in_a_text_is_a_text() -> None:
    told = "<b>a</b>&lt;<img src='file:///etc/passwd'><pdf:nextpage />"
    (text,) = texts(single(printed(line(1, summary=told), line(2, side="C"), book_name=told)))
    assert "".join(told.split()) in text


def test_a_single_voucher_of_several_sheets_has_a_page_for_each() -> None:
    pages = texts(single(printed(*lines(ROWS + 1))))
    assert ["（1/2）" in pages[0], "（2/2）" in pages[1], len(pages)] == [True, True, 2]


def test_full_sheets_of_long_lines_keep_to_their_pages() -> None:
    long = line(
        1,
        "999999999999999.99",
        summary="根据区政府常务会议纪要和县乡财政体制改革实施方案拨付农村公路养护及村级组织运转经费" * 4,
        functional="2010301 行政运行",
        economic="30201 办公费",
        project="P1 农村道路维护",
        unit="U01 青岚区教育局",
        counterparty="C1 欧阳䶮",
    )
    voucher = printed(*[long, line(2, "999999999999999.99", side="C")] * (ROWS // 2), attachments=1)
    assert len(run(voucher).pages) == 2
    assert len(single(voucher).pages) == 1
    (text,) = sheet_texts(voucher)
    assert text.count(long.summary) == ROWS // 2
    assert text.count("999,999,999,999,999.99") == ROWS


@pytest.mark.parametrize("length", [1, 20, 60, 200])
def test_a_text_of_any_length_stays_in_its_cell(length: int) -> None:
    room, height = 4_100, 1_100
    lines_laid = block("凭" * length, ("资金：111 一般公共预算资金", "单位：青岚区教育局"), room, height)
    assert sum(size * 5 // 4 for _line, size in lines_laid) <= height
    assert all(width_of(text, size=size) <= room for text, size in lines_laid)
    assert "".join(text for text, _size in lines_laid).count("凭") == length


def test_texts_that_fit_a_line_are_not_broken_between_lines() -> None:
    size = points(65)
    room = width_of("资金：一般公共预算资金；往来", size=size)
    assert packed(["资金：一般公共预算资金", "往来：欧阳䶮"], room=room, size=size) == [
        "资金：一般公共预算资金",
        "往来：欧阳䶮",
    ]
    assert packed(["甲", "乙"], room=room, size=size) == ["甲；乙"]
    assert packed([], room=room, size=size) == []


def test_the_same_run_gives_the_same_bytes() -> None:
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        write_run(file=file, vouchers=[printed()], stated=STATED, paper=RunPaper.A5, at=AT)
    assert files[0].getvalue() == files[1].getvalue()


# The cover and the list.


def counted(code: str = "D", vouchers: int = 2) -> BookCounted:
    yuan = Decimal("1.00")
    return BookCounted(code, "青岚区", "GF2015", vouchers, 2 * vouchers, yuan, yuan, Decimal("0.00"), Decimal("0.00"))


def cover_of(books: Sequence[BookCounted], gaps: Sequence[Gap] = ()) -> list[str]:
    stated = ExportStated(date(2026, 11, 1), date(2026, 11, 30), books, gaps)
    return texts(run(stated=stated))


def test_the_cover_states_period_books_counts_and_totals() -> None:
    (text,) = cover_of([counted(), counted("T01", 3)])
    assert "期间：2026-11-01至2026-11-30" in text
    assert "D青岚区GF2015241.001.000.000.00" in text
    assert "合计5102.002.000.000.00" in text
    assert "凭证号连续，无断号。" in text


def test_a_period_without_vouchers_is_said_to_be_empty() -> None:
    assert "本期所列账套没有凭证。" in cover_of([counted(vouchers=0)])[0]
    assert "没有凭证" not in cover_of([counted()])[0]


def test_every_gap_stands_on_the_cover_however_many_pages_it_takes() -> None:
    gaps = [Gap("D", "2026-11", "记", number) for number in range(1, 1_501)]
    pages = cover_of([counted(f"T{number:02}") for number in range(1, 31)], gaps)
    assert len(pages) > 2
    whole = "".join(pages)
    assert "凭证断号1500处" in whole
    assert all(f"T{number:02}青岚区" in whole for number in range(1, 31))
    assert all(f"记-{number}、" in whole for number in range(1, 1_500))


def book_of(*vouchers: PrintedVoucher, rows_per_sheet: int = 100) -> dict[str, list[list[object]]]:
    file = io.BytesIO()
    stated = ExportStated(date(2026, 11, 1), date(2026, 11, 30), [counted()], [Gap("D", "2026-11", "记", 7)])
    write_list_book(file=file, vouchers=vouchers, stated=stated, at=AT, rows_per_sheet=rows_per_sheet)
    file.seek(0)
    book = CalamineWorkbook.from_filelike(file)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}  # type: ignore[misc]


def test_the_list_has_every_line_with_the_head_of_its_voucher() -> None:
    sheets = book_of(printed(*lines(3), reversed_by=EARLIER))
    assert list(sheets) == ["汇总", "凭证1"]
    head, *rows = sheets["凭证1"][3:]
    assert len(rows) == 3
    said = dict(zip(head, rows[0], strict=True))
    assert said["凭证号"] == 12
    assert (said["借方金额"], said["贷方金额"], said["附单据张数"]) == (2, "", 3)
    assert (said["总账科目"], said["账簿"], said["制单"]) == ("1031 与下级往来", "财务", "制单戊")
    assert said["被冲销于"] == "2026年11月3日记字第3号凭证"
    assert "凭证断号1处：D 2026-11 记-7。" in str(sheets["汇总"][2][0])


@pytest.mark.parametrize(("count", "sheets"), [(4, 1), (5, 2), (8, 2), (9, 3)])
def test_rows_beyond_a_sheet_go_to_a_further_one(count: int, sheets: int) -> None:
    found = book_of(printed(*lines(count)), rows_per_sheet=4)
    assert len(found) == 1 + sheets
    assert sum(len(rows) - 4 for name, rows in found.items() if name != "汇总") == count


def test_a_list_without_vouchers_has_its_summary() -> None:
    assert list(book_of()) == ["汇总"]


@pytest.mark.parametrize(
    ("amount", "said"), [("0.50", "¥0.50"), ("1234.50", "¥1,234.50"), ("-7.00", "-¥7.00"), ("0.00", "¥0.00")]
)
def test_the_sum_of_a_total_has_the_sign_right_before_its_digits(amount: str, said: str) -> None:
    assert yuan(Decimal(amount)) == said
