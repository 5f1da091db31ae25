"""Rows on their own: the quick way and the thorough way say the same."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.cleaning.identities import check_digit
from imports.judging import SEPARATOR, JudgedRow, Origin, RowJudge
from imports.layouts import LAYOUTS
from imports.layouts.headers import Header

MONTH = date(2026, 11, 1)
ID = "220125198703160976"


def judge(layout: str, origin: Origin = Origin.TEXT, kind: type[RowJudge] = RowJudge) -> RowJudge:
    names = [column.name for column in LAYOUTS[layout].columns()]
    return kind(header=Header(LAYOUTS[layout], 1, 1, list(range(len(names))), names), origin=origin, month=MONTH)


def row(layout: str, *, blank: Any = "", **said: Any) -> list[Any]:
    return [said.pop(column.name, blank) for column in LAYOUTS[layout].columns()]


def pay(**said: Any) -> list[Any]:
    return row("PAY_ITEMS", **{"单位编码": "220112100001", "姓名": "王一", "身份证号": ID, **said})


class Slow(RowJudge):
    """Looks closely at every cell."""

    def glance(self, at: int, cell: Any) -> str | None:
        return None


def thoroughly(cells: Sequence[Any], layout: str = "PAY_ITEMS", origin: Origin = Origin.TEXT) -> JudgedRow:
    return judge(layout, origin).take_apart(cells, {})


def faults(judged: JudgedRow) -> list[tuple[str, str]]:
    return [(fault.column, fault.kind.value) for fault in judged.faults]


TEXTS = st.text(st.sampled_from('王= \u3000\t１Ａa0X·.•\\"\n\x1f\x00\ue863\u0085，¥-{}'), max_size=5)
NUMBERS = st.one_of(
    st.integers(-5, 10**17), st.decimals(-100, 10**6, places=3).map(str), st.floats(allow_nan=False), st.booleans()
)
DATES = st.sampled_from(["2026-11-05", "2026-02-29", "2026-10-05", "20261105", "46331", "2026-11", "2026年11月"])
IDS = (
    st.integers(0, 99999)
    .map(lambda number: f"2201251987031{number:05}"[:17])
    .map(lambda head: head + check_digit(head))
)
WORDS = st.sampled_from(
    ["新增", "停发", "个人账户", "单位存折", "镇", "正常", "冲正", "合计", "奖金", "220112100001", "62"]
)
CELLS = st.one_of(TEXTS, NUMBERS, DATES, IDS, WORDS, st.dates(), st.just(""))
CLEAN = {
    "身份证号": ID, "姓名": "王一", "单位编码": "220112100001", "单位名称": "站", "乡镇编码": "220112100",
    "乡镇": "云溪镇", "乡镇类型": "镇", "发放渠道": "个人账户", "发放方式": "单位存折", "变动类型": "停发",
    "生效日期": "2026-11-05",
    "任职受雇月数": "10", "死亡日期": "2026-10-05", "项目名称": "奖励扶助", "状态": "正常", "资格起始": "2026-01-01",
    "日期": "2026-11-05", "资金性质": "预算内", "年度计划（万元）": "1.00", "超收地方留用比例（%）": "50.00",
    "欠发月份": "2026-09", "分户": "户", "报账单号": "B1", "报账日期": "2026-11-05", "经济分类编码": "30201",
}  # fmt: skip


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize("layout", LAYOUTS)
@given(st.data())
def test_the_quick_ways_and_the_thorough_one_say_the_same(layout: str, origin: Origin, data: st.DataObject) -> None:
    columns = LAYOUTS[layout].columns()
    cells: list[Any] = [CLEAN.get(column.name, "") for column in columns]
    for at in data.draw(st.sets(st.integers(0, len(columns) - 1), max_size=3)):
        cells[at] = data.draw(CELLS)
    if origin is Origin.TEXT:
        cells = [str(cell) for cell in cells]
    judges = judge(layout, origin)
    judges.digits_at = [0]
    thorough = judge(layout, origin, Slow).take_apart(cells, {})
    assert judges.take_apart(cells, {}) == thorough
    assert judges.recognise(cells) in (None, thorough)


@pytest.mark.parametrize("origin", Origin)
def test_a_clean_row_goes_the_quick_way(origin: Origin) -> None:
    amount: Any = "2040.00" if origin is Origin.TEXT else 2040.0
    judged = judge("PAY_ITEMS", origin).recognise(pay(职务岗位工资=amount))
    assert judged is not None
    assert judged.key == ID
    assert judged.joined.split(SEPARATOR)[7] == "2040.00"


@pytest.mark.parametrize("amount", ["2040", "2040.0", "2040.5"])
def test_an_amount_of_a_csv_without_all_its_decimals_goes_the_quick_way(amount: str) -> None:
    judged = judge("PAY_ITEMS").recognise(pay(职务岗位工资=amount))
    assert judged is not None
    assert judged.joined.split(SEPARATOR)[7] in ("2040.00", "2040.50")


def test_a_workbook_is_learnt_to_have_numbers_for_its_serial_numbers() -> None:
    judges = judge("PAY_ITEMS", Origin.WORKBOOK)
    assert judges.recognise(pay(序号=1.0)) is None
    second = judges.recognise(pay(序号=2.0))
    assert second is not None
    assert second.joined.startswith("2" + SEPARATOR)


def test_text_in_the_place_of_an_amount_is_a_fault_in_a_workbook_alone() -> None:
    cells = pay(职务岗位工资="2040.00")
    assert faults(thoroughly(cells, origin=Origin.WORKBOOK)) == [("职务岗位工资", "text_amount")]
    assert faults(thoroughly(cells)) == []


@pytest.mark.parametrize(
    ("raw", "kind"),
    [("２０４０.００", "fullwidth"), (" 2040", "spaces"), ("¥2040", "text_amount"), ("元", "bad_amount")],
)
def test_an_amount_in_text_has_one_finding(raw: str, kind: str) -> None:
    assert faults(thoroughly(pay(职务岗位工资=raw), origin=Origin.WORKBOOK)) == [("职务岗位工资", kind)]


@pytest.mark.parametrize(
    ("amount", "kinds"), [("0.00", []), ("-0.01", ["negative_amount"]), ("0.001", ["three_decimals"])]
)
def test_pay_is_not_below_zero_and_has_two_decimals(amount: str, kinds: list[str]) -> None:
    assert [kind for _, kind in faults(thoroughly(pay(奖金=amount)))] == kinds


def test_a_row_names_every_faulty_cell() -> None:
    judged = thoroughly(pay(姓名="王 一", 奖金="x", 单位编码=""))
    assert faults(judged) == [("单位编码", "missing_value"), ("姓名", "spaces"), ("奖金", "bad_amount")]
    assert not judged.is_valid


def test_a_row_with_warnings_is_valid() -> None:
    assert thoroughly(pay(姓名="王 一")).is_valid


def test_a_row_whose_id_number_cannot_be_read_has_no_key() -> None:
    assert thoroughly(pay(身份证号=ID[:-1] + "0")).key == ""
    assert thoroughly(pay(身份证号=ID)).key == ID


@pytest.mark.parametrize(("column", "kinds"), [("奖金", ["formula_cell"]), ("备注", []), ("序号", [])])
def test_a_formula_stands_for_a_text_but_not_for_a_value(column: str, kinds: list[str]) -> None:
    judges = judge("PAY_ITEMS", Origin.WORKBOOK)
    place = LAYOUTS["PAY_ITEMS"].position(column)
    judged = judges.take_apart(pay(**{column: "5"}), {place: "2+3"})
    assert [(fault.kind.value, fault.raw) for fault in judged.faults] == [(kind, "=2+3") for kind in kinds]


def test_a_formula_of_a_csv_is_one_too() -> None:
    assert faults(thoroughly(pay(奖金="=1810.00+100"))) == [("奖金", "formula_cell")]


def test_a_line_break_in_a_cell_counts_as_a_space() -> None:
    judged = thoroughly(pay(姓名="王\n一", 备注="甲\n乙"))
    assert faults(judged) == [("姓名", "spaces"), ("备注", "spaces")]
    assert judged.joined.endswith("甲 乙")


def test_a_character_of_an_old_encoding_comes_to_its_own_place() -> None:
    assert "䶮" in thoroughly(pay(姓名="王\ue863")).joined


def test_a_csv_row_with_a_comma_too_many_is_refused() -> None:
    judges = judge("PAY_ITEMS")
    assert judges.recognise([*pay(), "1"]) is None
    assert faults(judges.take_apart([*pay(), "1"], {})) == [("", "extra_cells")]
    assert judges.recognise([*pay(), ""]) is not None


def test_a_short_row_ends_in_blanks() -> None:
    assert judge("PAY_ITEMS").recognise(pay()[:6]) is not None


@pytest.mark.parametrize(
    ("layout", "said", "kinds"),
    [
        ("ROSTER", {"发放方式": "个人账户", "账号": ""}, [("账号", "missing_account")]),
        ("ROSTER", {"发放方式": "单位存折", "账号": ""}, []),
        ("UNITS", {"发放渠道": "单位存折"}, [("存折账号", "missing_account")]),
        ("CHANGES", {"变动类型": "新增"}, [("工资项目", "missing_value")]),
        ("CHANGES", {"变动类型": "变更账号"}, [("新账号", "missing_account")]),
        ("CHANGES", {"变动类型": "停发"}, []),
        ("CHANGES", {"变动类型": "离职"}, [("变动类型", "unknown_value")]),
        ("CHANGES", {"变动类型": "新增", "工资项目": "饭补"}, [("工资项目", "unknown_value")]),
        ("BENEFITS", {"账号": ""}, [("账号", "missing_account")]),
        ("BENEFITS", {"账号": "0710"}, []),
        ("INCOME", {"金额": "-1.00"}, [("金额", "negative_amount")]),
        ("INCOME", {"金额": "-1.00", "备注": "冲正"}, []),
        ("INCOME", {"日期": "2026-11-30"}, []),
        ("INCOME", {"日期": "2026-12-01"}, [("日期", "date_outside_month")]),
        ("INCOME", {"日期": "2026-10-31"}, [("日期", "date_outside_month")]),
        ("INCOME", {"日期": "某日"}, [("日期", "bad_date")]),
        ("DEATHS", {"死亡日期": ""}, [("死亡日期", "missing_value")]),
        ("YEAR_TO_DATE", {"任职受雇月数": "十"}, [("任职受雇月数", "bad_number")]),
    ],
)
def test_each_layout_asks_its_own(layout: str, said: dict[str, str], kinds: list[tuple[str, str]]) -> None:
    judges = judge(layout)
    cells = row(layout, **{**CLEAN, "账号": "0710", **said} if layout in ("ROSTER", "BENEFITS") else {**CLEAN, **said})
    assert faults(judges.take_apart(cells, {})) == kinds
    assert (judges.recognise(cells) is not None) == (not kinds)
