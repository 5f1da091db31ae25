"""The audit platform's csv: every column from the books, counter accounts, payment documents, and no formula runs."""

import csv
from datetime import date
from pathlib import Path

import pytest

from audit.exports.csv_files import Encoding
from audit.exports.numbers import Numbers
from audit.exports.platform_csv import BALANCE_HEADS, VOUCHER_HEADS
from ledger.balances import balances_as_of
from ledger.models import Book, Line, Voucher
from payouts.models import BankFile
from tests import payroll, standard_books
from tests.attacks import Stage
from tests.builders import yuan
from tests.standard_books import (
    AWKWARD,
    DECEMBER_END,
    FORMULA,
    NOVEMBER,
    NOVEMBER_END,
    export_platform,
    furnish_2022,
    total,
)

lively = standard_books.lively
own_stage = payroll.own_stage


def rows_of(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def test_the_columns_are_those_of_the_platform(lively: None, tmp_path: Path) -> None:
    export_platform(tmp_path / "out")
    for name, heads in (("vouchers.csv", VOUCHER_HEADS), ("balances.csv", BALANCE_HEADS)):
        content = (tmp_path / "out" / name).read_bytes()
        assert content.startswith(b"\xef\xbb\xbf" + ",".join(heads).encode())
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "balances.csv",
        "control.csv",
        "vouchers.csv",
    ]


def test_the_lines_sum_to_the_database_and_to_the_control(lively: None, tmp_path: Path) -> None:
    stated = export_platform(tmp_path / "out")
    rows = rows_of(tmp_path / "out" / "vouchers.csv")
    lines = Line.objects.filter(posting_date__gte=NOVEMBER, posting_date__lte=NOVEMBER_END)
    assert len(rows) == lines.count() == stated.lines
    assert total(rows, "借方金额") == total(rows, "贷方金额") == stated.debit
    control = rows_of(tmp_path / "out" / "control.csv")
    (whole,) = [row for row in control if row["类别"] == "合计"]
    assert yuan(whole["借方合计"]) == stated.debit
    assert [row["名称"] for row in control if row["类别"] == "缺号"] == ["无"]


def test_balances_are_those_of_the_books(lively: None, tmp_path: Path) -> None:
    export_platform(tmp_path / "out", until=DECEMBER_END)
    rows = [row for row in rows_of(tmp_path / "out" / "balances.csv") if row["账套编码"] == "D" and row["期间"] == "12"]
    found: dict[tuple[str, str], object] = {}
    for row in rows:
        key = (row["科目编码"], row["资金性质编码"])
        net = yuan(row["期末借方余额"]) - yuan(row["期末贷方余额"])
        found[key] = yuan(str(found.get(key, "0.00"))) + net
    held = balances_as_of(book=Book.objects.get(code="D"), as_of=DECEMBER_END)
    assert {key: net for key, net in found.items() if net} == {(one.code, one.fund): one.net for one in held if one.net}


def test_a_line_says_what_its_voucher_says(lively: None, tmp_path: Path) -> None:
    export_platform(tmp_path / "out")
    rows = rows_of(tmp_path / "out" / "vouchers.csv")
    row = next(row for row in rows if row["项目编码"])
    voucher = Voucher.objects.get(source="classes/1")
    expected = {
        "行政区划代码": "",
        "账套编码": "D",
        "年度": "2026",
        "期间": "11",
        "凭证日期": "2026-11-05",
        "凭证类型": "记",
        "凭证号": str(voucher.number),
        "行号": "1",
        "摘要": AWKWARD,
        "科目编码": "5001",
        "科目名称": "一般公共预算本级支出",
        "借方金额": "30.01",
        "贷方金额": "0.00",
        "对方科目编码": "2015",
        "对方科目名称": "其他应付款",
        "政府经济分类编码": "50101",
        "部门经济分类编码": "30101",
        "部门经济分类名称": "基本工资",
        "资金性质编码": "111",
        "财务预算标志": "财务",
        "项目编码": "P%1",
        "支付凭证号": "电汇 12",
        "附件数": "3",
        "制单": "工资规则",
        "审核": "测试reviewer",
        "出纳": "测试cashier",
        "财务主管": "",
        "结账标志": "0",
        "作废标志": "0",
        "源凭证号": "classes/1",
    }
    assert {name: row[name] for name in expected} == expected


def test_every_account_of_the_other_side_is_a_counter_account(lively: None, tmp_path: Path) -> None:
    export_platform(tmp_path / "out", since=date(2026, 10, 1))
    rows = rows_of(tmp_path / "out" / "vouchers.csv")
    opening = [row for row in rows if row["源凭证号"] == "opening"]
    assert [(row["科目编码"], row["资金性质编码"], row["对方科目编码"]) for row in opening] == [
        ("1001", "111", "3001"),
        ("3001", "111", "1001"),
        ("1001", "121", "3002"),
        ("3002", "121", "1001"),
    ]


def test_a_cell_that_would_run_as_a_formula_does_not(lively: None, tmp_path: Path) -> None:
    export_platform(tmp_path / "out")
    summaries = {row["摘要"] for row in rows_of(tmp_path / "out" / "vouchers.csv")}
    assert f"'{FORMULA}" in summaries
    assert FORMULA not in summaries


def test_red_amounts_stay_numbers(lively: None, tmp_path: Path) -> None:
    export_platform(tmp_path / "out")
    rows = rows_of(tmp_path / "out" / "vouchers.csv")
    assert [row["借方金额"] for row in rows if row["借方金额"].startswith("-")] == ["-77.70"]


@pytest.mark.parametrize("encoding", Encoding)
def test_both_encodings_hold_every_character(lively: None, tmp_path: Path, encoding: Encoding) -> None:
    export_platform(tmp_path / "out", encoding=encoding)
    rows = rows_of(tmp_path / "out" / "vouchers.csv", encoding.value)
    assert AWKWARD in {row["摘要"] for row in rows}
    assert rows_of(tmp_path / "out" / "control.csv", encoding.value)


def test_long_numbers_are_masked_unless_asked_for(lively: None, tmp_path: Path) -> None:
    for numbers, code, summary in (
        (Numbers.MASKED, "C", "付 622********8903"),
        (Numbers.IN_FULL, "11010519491231002X", f"付 {standard_books.ACCOUNT}"),
    ):
        export_platform(tmp_path / numbers.value, numbers=numbers)
        rows = rows_of(tmp_path / numbers.value / "vouchers.csv")
        assert any(row["往来编码"].startswith(code) for row in rows)
        assert summary in {row["摘要"] for row in rows}


def test_each_record_names_its_own_counter_accounts(fresh_database: str, tmp_path: Path) -> None:
    furnish_2022()
    export_platform(tmp_path / "out")
    rows = rows_of(tmp_path / "out" / "vouchers.csv")
    assert [(row["科目编码"], row["财务预算标志"], row["对方科目编码"]) for row in rows] == [
        ("1001", "财务", "4001"),
        ("4001", "财务", "1001"),
        ("804101", "预算", "6001"),
        ("6001", "预算", "804101"),
    ]
    balances = rows_of(tmp_path / "out" / "balances.csv")
    assert {row["科目编码"]: row["财务预算标志"] for row in balances}["6001"] == "预算"


def test_vouchers_of_a_payment_name_the_batch_and_its_files(own_stage: Stage, tmp_path: Path) -> None:
    export_platform(tmp_path / "out", since=date(2026, 7, 1), until=date(2026, 8, 31))
    rows = rows_of(tmp_path / "out" / "vouchers.csv")
    ids = "；".join(
        BankFile.objects.filter(batch=payroll.batch_of(payroll.JULY))
        .order_by("number")
        .values_list("message_id", flat=True)
    )
    run = payroll.run_of(payroll.JULY)
    paid = {row["支付凭证号"] for row in rows if row["源凭证号"].startswith(f"payouts.run/{run.pk}/pay/")}
    assert paid == {f"2026-07/1 {ids}"}
    returned = {row["支付凭证号"] for row in rows if row["源凭证号"].endswith("/returned")}
    assert len(returned) == 1
    assert returned != {""}
    townships = {row["账套编码"]: row["行政区划代码"] for row in rows}
    assert set(townships.values()) == {"220112000", "220112101", "220112102"}
