"""Workbooks that xlsxwriter made: the same cells in the same rows, with what a payroll must see besides."""

import io
import zipfile
from collections import deque
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from imports.reading.sheets import Block, FileFact, Obstacle, SheetRows, Unreadable, read_file

Fill = Callable[[Any, Any], None]


def workbook(fill: Fill, options: dict[str, Any] | None = None) -> bytes:
    """Return a workbook whose first sheet ``fill`` writes; it takes the workbook and the sheet."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, options or {}) as book:
        fill(book, book.add_worksheet("工资"))
    return content.getvalue()


def sheets_of(content: bytes) -> list[SheetRows]:
    fact, sheets = read_file(file="表.xlsx", content=content)
    assert fact == FileFact(encoding="xlsx", bom=False, mixed_eol=False)
    return list(sheets)


def sheet_of(fill: Fill, options: dict[str, Any] | None = None) -> SheetRows:
    return sheets_of(workbook(fill, options))[0]


def cells_of(fill: Fill, options: dict[str, Any] | None = None) -> list[Any]:
    """The cells of the first row."""
    return next(sheet_of(fill, options).rows)[1]


def refusal_of(content: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as refusal:
        [list(sheet.rows) for sheet in sheets_of(content)]
    assert refusal.value.facts["file"] == "表.xlsx"
    return refusal.value


# Rows and columns


def test_rows_and_columns_count_from_the_corner_where_the_used_area_begins_later() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write("C5", "姓名")
        sheet.write("D7", "王一")

    assert list(sheet_of(fill).rows) == [
        (1, []),
        (2, []),
        (3, []),
        (4, []),
        (5, ["", "", "姓名"]),
        (6, []),
        (7, ["", "", "", "王一"]),
    ]


def test_rows_and_cells_that_are_only_coloured_at_the_end_are_not_used() -> None:
    def fill(book: Any, sheet: Any) -> None:
        red = book.add_format({"bg_color": "red"})
        sheet.write("A1", "a")
        sheet.write_blank("Z1", None, red)
        sheet.write_blank("A900", None, red)

    assert list(sheet_of(fill).rows) == [(1, ["a"])]


def test_the_last_row_and_column_of_a_sheet_are_read() -> None:
    sheet = sheet_of(lambda _, sheet: sheet.write("XFD1048576", "end"))
    assert deque(sheet.rows, maxlen=1).pop() == (1048576, [""] * 16383 + ["end"])


def test_an_empty_sheet_has_no_rows() -> None:
    assert list(sheet_of(lambda *_: None).rows) == []


def test_all_sheets_are_read_in_their_order_hidden_ones_too_but_no_charts() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write("A1", 1)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=工资!$A$1:$A$2"})
        book.add_chartsheet("图").set_chart(chart)
        book.add_worksheet("上年 & <留存>").hide()
        book.add_worksheet("Sheet3").very_hidden()

    assert [sheet.name for sheet in sheets_of(workbook(fill))] == ["工资", "上年 & <留存>", "Sheet3"]


def test_sheets_can_be_read_in_any_order_and_side_by_side() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_column("A1", ["a", "b"])
        book.add_worksheet("二").write_column("A1", ["c", "d"])

    first, second = sheets_of(workbook(fill))
    assert [*zip(second.rows, first.rows, strict=True)] == [((1, ["c"]), (1, ["a"])), ((2, ["d"]), (2, ["b"]))]


# Cells


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}], ids=["shared texts", "texts in the cells"])
def test_texts_are_kept_character_by_character(options: dict[str, Any]) -> None:
    texts = ["䶮㛃𬭎㮾𠅤", "\u3000 王 一 \u00a0", "a\nb", "<&>\"'", "_x000D_", "a_x0041_", "007", "1e5", "=1+1", "\t"]

    def fill(_book: Any, sheet: Any) -> None:
        for column, text in enumerate(texts):
            sheet.write_string(0, column, text)

    assert cells_of(fill, options) == texts


def test_rich_text_is_read_as_its_text() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_rich_string("A1", "王", book.add_format({"bold": True}), "䶮", "等")

    assert cells_of(fill) == ["王䶮等"]


@pytest.mark.parametrize(
    ("number", "form"),
    [(0.1, "0.1"), (1234.56, "1234.56"), (-7, "-7.0"), (622848123456789012, "6.22848123456789e+17"), (0, "0.0")],
)
def test_numbers_are_those_of_the_file(number: Any, form: str) -> None:
    (cell,) = cells_of(lambda _, sheet: sheet.write_number("A1", number))
    assert f"{cell:.15g}" == f"{type(cell)(form):.15g}"


def test_numbers_as_texts_stay_texts() -> None:
    assert cells_of(lambda _, sheet: sheet.write_row("A1", ["1,234.50", "6228480012345678903"])) == [
        "1,234.50",
        "6228480012345678903",
    ]


def test_truths_are_truths() -> None:
    assert cells_of(lambda _, sheet: sheet.write_row("A1", [True, False])) == [True, False]


@pytest.mark.parametrize(
    "form", [14, 22, 31, 57, "yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "[$-804]yyyy年m月;@", "[Red]d.m.yy", "aaaa"]
)
def test_a_number_that_is_shown_as_a_date_is_a_date(form: int | str) -> None:
    cells = cells_of(lambda book, sheet: sheet.write_number("A1", 46327, book.add_format({"num_format": form})))
    assert cells == [date(2026, 11, 1)]


@pytest.mark.parametrize(
    "form", [0, 2, 4, 46, 49, '0.00"元"', '#,##0.00" day"', "[h]:mm", "0.00E+00", r"0\d", "[Red]0"]
)
def test_a_number_that_is_shown_otherwise_is_a_number(form: int | str) -> None:
    cells = cells_of(lambda book, sheet: sheet.write_number("A1", 46327, book.add_format({"num_format": form})))
    assert cells == [46327]


@pytest.mark.parametrize("options", [{}, {"date_1904": True}])
@pytest.mark.parametrize(
    ("moment", "cell"),
    [
        (datetime(2026, 11, 1), date(2026, 11, 1)),
        (datetime(2026, 11, 1, 8, 30), datetime(2026, 11, 1, 8, 30)),
        (datetime(2026, 11, 1, 23, 59, 59), datetime(2026, 11, 1, 23, 59, 59)),
        (datetime(1951, 2, 28), date(1951, 2, 28)),
        (datetime(9999, 12, 31), date(9999, 12, 31)),
    ],
)
def test_a_moment_is_kept_to_the_second(moment: datetime, cell: date, options: dict[str, Any]) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_datetime("A1", moment, book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}))

    assert cells_of(fill, options) == [cell]


@pytest.mark.parametrize(
    ("serial", "cell"), [(61, date(1900, 3, 1)), (60, 60), (-1, -1), (0.35, "08:24:00"), (1e9, 1e9)]
)
def test_what_can_be_no_date_stays_a_number_and_a_time_of_day_is_text(serial: Any, cell: Any) -> None:
    cells = cells_of(lambda book, sheet: sheet.write_number("A1", serial, book.add_format({"num_format": 14})))
    assert cells == [cell]


def test_an_error_says_so_and_is_no_blank() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_formula("A1", "=1/0", None, "#DIV/0!")

    assert cells_of(fill) == ["#DIV/0!"]


# Formulas


def test_formulas_are_told_with_their_last_value_or_without() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write("A2", 5)
        sheet.write_formula("B2", '=IF(A2<9,"少 & 多","")', None, "少 & 多")
        sheet.write_formula("D2", "=SUM(A2:C2)", None, 12.5)
        sheet.write_formula("F4", "=A2", None, "")

    sheet = sheet_of(fill)
    assert sheet.formulas == {2: {1: 'IF(A2<9,"少 & 多","")', 3: "SUM(A2:C2)"}, 4: {5: "A2"}}
    assert list(sheet.rows) == [(1, []), (2, [5, "少 & 多", "", 12.5]), (3, []), (4, [""] * 6)]


def test_array_formulas_are_formulas() -> None:
    sheet = sheet_of(lambda _, sheet: sheet.write_array_formula("A1:A1", "{=SUM(B1:C1*B2:C2)}", None, 7))
    assert sheet.formulas == {1: {0: "SUM(B1:C1*B2:C2)"}}
    assert list(sheet.rows) == [(1, [7])]


def test_formulas_are_found_wherever_the_stream_is_cut() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        for row in range(20_000):
            sheet.write(row, 0, f"人员 {row}")
            sheet.write_formula(row, 2, f"=A{row + 1}", None, row)

    sheet = sheet_of(fill)
    assert len(sheet.formulas) == 20_000
    assert sheet.formulas[12_345] == {2: "A12345"}
    assert [cells[2] for _, cells in sheet.rows] == [*range(20_000)]


# Merged cells


def test_merged_cells_are_told_from_row_one_and_column_nought() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.merge_range("A1:L1", "工资表")
        sheet.merge_range("C9:D12", "单位")

    assert sheet_of(fill).merged == [Block(1, 0, 1, 11), Block(9, 2, 12, 3)]


# Against another reader

cells = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12),
    st.integers(-(10**15), 10**15),
    st.decimals(-(10**9), 10**9, places=2),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(2199, 12, 31)),
    st.datetimes(datetime(1900, 3, 1), datetime(2199, 12, 31)).map(lambda moment: moment.replace(microsecond=0)),
)


@settings(max_examples=60)
@given(st.lists(st.lists(cells, max_size=6), max_size=6), st.integers(0, 3), st.integers(0, 30), st.booleans())
def test_any_sheet_reads_as_calamine_reads_it(table: list[list[Any]], top: int, left: int, constant: bool) -> None:
    def fill(book: Any, sheet: Any) -> None:
        shown = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for number, row in enumerate(table, start=top):
            for column, cell in enumerate(row, start=left):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, shown)
                elif isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write(number, column, cell)

    content = workbook(fill, {"constant_memory": constant})
    peer = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    theirs = peer.to_python(skip_empty_area=False)
    assert [cells for _, cells in sheets_of(content)[0].rows] == [without_empty_end(row) for row in theirs]


def without_empty_end(row: list[Any]) -> list[Any]:
    return row[: max((at for at, cell in enumerate(row, start=1) if cell != ""), default=0)]


# What cannot be read


def test_an_archive_of_something_else_is_no_workbook() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("工资.csv", "a,b")
    assert refusal_of(content.getvalue()).name == Obstacle.NOT_A_WORKBOOK


@pytest.mark.parametrize("end", [4, 100, 2000, -1])
def test_a_workbook_that_breaks_off_is_broken(end: int) -> None:
    assert refusal_of(workbook(lambda _, sheet: sheet.write("A1", "a"))[:end]).name == Obstacle.BROKEN


def test_a_workbook_with_one_wrong_bit_in_a_sheet_is_broken() -> None:
    content = workbook(lambda _, sheet: sheet.write_column("A1", [f"{n * n}" for n in range(999)]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = archive.getinfo("xl/worksheets/sheet1.xml")
    middle = member.header_offset + 60 + member.compress_size // 2
    wrong = bytes([content[middle] ^ 1])
    refusal = refusal_of(content[:middle] + wrong + content[middle + 1 :])
    assert (refusal.name, refusal.facts["part"]) == (Obstacle.BROKEN, "xl/worksheets/sheet1.xml")


def test_a_small_file_that_unpacks_to_a_huge_one_is_too_large() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (17 << 20))
    refusal = refusal_of(content.getvalue())
    assert (refusal.name, refusal.facts["limit"]) == (Obstacle.TOO_LARGE, 250)


def test_a_large_part_that_packs_as_sheets_do_is_not_too_large() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        for row in range(30_000):
            sheet.write_row(row, 0, [1] * 20)

    assert sum(1 for _ in sheet_of(fill, {"constant_memory": True}).rows) == 30_000


def test_durations_are_numbers_of_days() -> None:
    cells = cells_of(
        lambda book, sheet: sheet.write_datetime("A1", timedelta(hours=30), book.add_format({"num_format": "[h]:mm"}))
    )
    assert cells == [1.25]
