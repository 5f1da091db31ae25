"""How a sheet is recognised by its headings, and what its rows are."""

from datetime import date

import pytest

from imports.filling import FilledCells, fill_down
from imports.layouts import LAYOUTS, Presence
from imports.layouts.fields import plain_heading
from imports.layouts.headers import Header, faults_of_header, find_header, other_month
from imports.layouts.sections import Section, section_of
from imports.reading.shapes import Block

MONTH = date(2026, 11, 1)
TITLE = ["青岚区2026年11月工资项目表", "", ""]
UNIT_LINE = ["填报单位：青岚区会计核算中心　　单位：元"]


def headings(layout: str) -> list[str]:
    return [column.name for column in LAYOUTS[layout].columns()]


def find(*rows: list[str], hints: str = "") -> Header | None:
    return find_header(list(enumerate(rows, start=1)), layouts=LAYOUTS.values(), hints=hints)


def found(*rows: list[str], hints: str = "") -> Header:
    header = find(*rows, hints=hints)
    assert header is not None
    return header


def kinds(header: Header) -> dict[str, str]:
    return {fault.kind.value: fault.value for fault in faults_of_header(header)}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_known_by_its_own_headings(layout: str) -> None:
    header = found(headings(layout))
    assert header.layout.key == layout
    assert header.row == 1
    assert list(header.places) == list(range(len(headings(layout))))
    assert kinds(header) == {}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_known_by_the_columns_it_needs_and_no_others(layout: str) -> None:
    needed = [column.name for column in LAYOUTS[layout].columns() if column.presence is not Presence.OPTIONAL]
    assert found(needed).layout.key == layout


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_synonym_is_taken_and_told(layout: str) -> None:
    for column in LAYOUTS[layout].columns():
        for synonym in column.synonyms:
            row = [synonym if name == column.name else name for name in headings(layout)]
            assert kinds(found(row)) == {"header_synonym": f"{column.name} = {synonym}"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_key_columns_of_a_layout_are_columns_of_it(layout: str) -> None:
    own = LAYOUTS[layout]
    named = {own.row_key, own.account_column, own.unit_column, own.township_column, own.month_column}
    named |= {own.refused_as_one, *own.merged_columns, *(rule.column for rule in own.row_rules)}
    assert named - {""} <= set(headings(layout))
    assert set(own.judged_by) | set(own.judged_by_if_there) <= set(LAYOUTS)


def test_a_layout_is_judged_after_those_that_it_is_judged_by() -> None:
    order = list(LAYOUTS)
    for key, layout in LAYOUTS.items():
        needed = [*layout.judged_by, *layout.judged_by_if_there]
        assert all(order.index(other) < order.index(key) for other in needed)


@pytest.mark.parametrize("heading", ["姓　名", " 姓 名 ", "姓\n名", "姓名"])
def test_spaces_in_a_heading_do_not_count(heading: str) -> None:
    assert plain_heading(heading) == "姓名"


def test_brackets_of_either_width_are_one() -> None:
    row = ["职务(岗位)工资" if name == "职务岗位工资" else name for name in headings("PAY_ITEMS")]
    assert kinds(found(row)) == {"header_synonym": "职务岗位工资 = 职务(岗位)工资"}


def test_title_and_unit_line_stand_above_the_header() -> None:
    header = found(TITLE, UNIT_LINE, [], headings("PAY_ITEMS"))
    assert header.row == 4
    assert kinds(header) == {"title_row": TITLE[0], "unit_line": UNIT_LINE[0]}


def test_in_a_header_of_two_rows_the_lower_name_counts_where_there_is_one() -> None:
    names = headings("PAY_ITEMS")
    upper = [*names[:7], "基本工资", "", "津贴补贴和绩效", *[""] * 5, "代扣项目", *[""] * 4, *names[20:]]
    lower = [*[""] * 7, *names[7:20], *[""] * 6]
    header = found(TITLE, upper, lower)
    assert (header.upper_row, header.row) == (2, 3)
    assert list(header.places) == list(range(26))
    assert "two_row_header" in kinds(header)


def test_columns_stand_in_any_order() -> None:
    assert list(found(headings("DEATHS")[::-1]).places) == [3, 2, 1, 0]


def test_a_column_that_the_form_does_not_have_is_left_out_and_told() -> None:
    header = found(["镇长意见", *headings("DEATHS")])
    assert list(header.places) == [1, 2, 3, 4]
    assert kinds(header) == {"extra_column": "镇长意见"}


def test_the_own_name_wins_over_a_synonym_beside_it() -> None:
    header = found(["身份证", "姓名", "身份证号", "死亡日期"])
    assert header.places[1] == 2
    assert kinds(header) == {"extra_column": "身份证"}


def test_a_missing_column_is_told_by_its_name() -> None:
    names = [name for name in headings("PAY_ITEMS") if name != "住房公积金"]
    header = found(names)
    assert header.layout.key == "PAY_ITEMS"
    assert [(fault.column, fault.row) for fault in faults_of_header(header) if fault.kind == "missing_column"] == [
        ("住房公积金", 0)
    ]


def test_a_column_that_nobody_needs_may_be_missing() -> None:
    names = [name for name in headings("PAY_ITEMS") if name not in ("序号", "备注", "补发月份")]
    assert found(names).missing == []


def test_a_sheet_of_something_else_has_no_layout() -> None:
    rows = [
        ["以下为上年留存，不再使用"],
        ["姓名", "身份证号", "金额"],
        ["张三", "略", "1234.5"],
        ["合计", "", "1234.5"],
    ]
    assert find(*rows, hints="在职人员花名册.xlsx 上年留存") is None


def test_half_of_the_columns_make_a_layout_only_if_the_names_say_so() -> None:
    row = ["乡镇", "期初余额"]
    assert find(row, hints="收支表.xlsx") is None
    assert found(row, hints="往来欠款_期初.xlsx 分户余额").layout.key == "SUB_ACCOUNTS"


@pytest.mark.parametrize(
    ("file", "titles", "said"),
    [
        ("工资项目表_202611.xlsx", [TITLE], ""),
        ("工资项目表_202610.xlsx", [], "2026-10"),
        ("工资项目表_20261105.xlsx", [], ""),  # a day, not a month
        ("工资项目表.xlsx", [["青岚区2026年10月工资项目表"]], "2026年10月"),
        ("工资项目表.xlsx", [["青岚区2025年工资项目表"]], "2025年"),
        ("工资项目表.xlsx", [["青岚区2026年工资项目表"]], ""),
        ("工资项目表.xlsx", [["填报单位：财政局　填报日期：2026年12月5日"]], ""),
    ],
)
def test_a_file_of_another_month_is_known_by_its_name_or_title(file: str, titles: list[list[str]], said: str) -> None:
    assert other_month(file=file, header=found(*titles, headings("PAY_ITEMS")), month=MONTH) == said


@pytest.mark.parametrize(
    ("title", "said"),
    [("2026年10月止累计个人所得税", ""), ("2026年11月累计个税", ""), ("2026年9月止累计个人所得税", "2026年9月")],
)
def test_a_year_to_date_may_name_the_month_it_ends_in(title: str, said: str) -> None:
    header = found([title], headings("YEAR_TO_DATE"))
    assert other_month(file="累计个税_202611上月.csv", header=header, month=MONTH) == said


@pytest.mark.parametrize(
    ("cells", "section"),
    [
        (["", " ", "\u3000"], Section.EMPTY),
        ([], Section.EMPTY),
        (["合　计", "", ""], Section.TOTAL),
        (["", "合计：", ""], Section.TOTAL),
        (["121", "总计", ""], Section.TOTAL),
        (["单位负责人：　　　审核：", "", ""], Section.FOOTER),
        (["制表人（签字）", "", ""], Section.FOOTER),
        (["1", "合计", "220112199802262472"], Section.DATA),  # a person may be called anything
        (["1", "张三", ""], Section.DATA),
    ],
)
def test_rows_below_the_header_are_told_apart(cells: list[str], section: Section) -> None:
    assert section_of(cells, key_place=2) is section


UNITS = LAYOUTS["UNITS"]
UNIT_PLACES = list(range(len(UNITS.columns())))


def unit(*cells: str) -> list[str]:
    return [*cells, *[""] * (len(UNIT_PLACES) - len(cells))]


def fill(*rows: list[str], blocks: tuple[Block, ...] = ()) -> list[list[str]]:
    filled = fill_down(enumerate(rows, start=2), layout=UNITS, places=UNIT_PLACES, blocks=blocks, header_row=1)
    return [list(cells)[:5] for _, cells in filled]


def test_blank_cells_below_a_merged_one_take_its_value() -> None:
    rows = fill(
        unit("1", "100", "云溪镇", "镇", "A"), unit("2", "", "", "", "B"), unit("3", "200", "太平乡", "乡", "C")
    )
    assert rows[1] == ["2", "100", "云溪镇", "镇", "B"]
    assert rows[2] == ["3", "200", "太平乡", "乡", "C"]


def test_a_blank_cell_beside_a_filled_leading_one_stays_blank() -> None:
    assert fill(unit("1", "100", "云溪镇", "镇", "A"), unit("2", "200", "", "乡", "B"))[1] == [
        "2",
        "200",
        "",
        "乡",
        "B",
    ]


def test_a_column_that_is_never_merged_stays_blank() -> None:
    assert fill(unit("1", "100", "云溪镇", "镇", "A"), unit("2", "", "", "", ""))[1][4] == ""


def test_an_empty_row_between_merged_ones_stays_empty() -> None:
    blocks = tuple(Block(2, column, 4, column) for column in (1, 2, 3))
    rows = fill(unit("1", "100", "云溪镇", "镇", "A"), unit(), unit("2", "", "", "", "B"), blocks=blocks)
    assert rows[1] == [""] * 5
    assert rows[2] == ["2", "100", "云溪镇", "镇", "B"]


def test_a_workbook_says_itself_what_is_merged() -> None:
    blocks = (Block(2, 3, 3, 3),)
    rows = fill(unit("1", "100", "云溪镇", "镇", "A"), unit("2", "200", "太平镇", "", "B"), blocks=blocks)
    assert rows[1] == ["2", "200", "太平镇", "镇", "B"]


def test_merged_amounts_are_not_repeated() -> None:
    deaths = LAYOUTS["SUB_ACCOUNTS"]
    rows = [(2, ["云溪镇", "甲户", "5.00"]), (3, ["云溪镇", "乙户", ""])]
    filled = fill_down(rows, layout=deaths, places=[0, 1, 2], blocks=[Block(2, 2, 3, 2)], header_row=1)
    assert [list(cells) for _, cells in filled] == [cells for _, cells in rows]


def test_a_filled_row_says_which_cells_were_filled() -> None:
    rows = [(2, unit("1", "100", "云溪镇", "镇", "A")), (3, unit("2", "", "", "", "B"))]
    filled = [cells for _, cells in fill_down(rows, layout=UNITS, places=UNIT_PLACES, blocks=[], header_row=1)]
    assert isinstance(filled[1], FilledCells)
    assert filled[1].filled == {1, 2, 3}
