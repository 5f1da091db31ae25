"""GB/T 24589.1-2010: what is written is what the books hold, in the order that the schemas ask for."""

import copy
import csv
import stat
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import xmlschema
from django.db import connections
from lxml import etree

from audit.exports.gbt24589 import archives, writing
from audit.exports.gbt24589.markup import DISPUTED, spelled
from audit.exports.gbt24589.tables import ARCHIVES, LEDGER, PAY
from audit.exports.numbers import Numbers, record_numbers_shown
from ledger.balances import balances_as_of
from ledger.closing import close_period, start_adjusting
from ledger.exports.journals import UnableToExport
from ledger.models import AuditEvent, Book, Line, Officer, Period, Voucher
from ledger.opening import open_period, open_year
from ledger.posting import post_event
from ledger.year_closing import carry_forward, transfer_income_and_expense
from tests import payroll, standard_books
from tests.attacks import Stage
from tests.builders import AT, FUND, SIGNED, credit, debit, event, make_books, simple, voucher, yuan
from tests.furnishing import fixtures
from tests.standard_books import (
    ACCOUNT,
    AWKWARD,
    DECEMBER_END,
    NOVEMBER,
    NOVEMBER_END,
    RARE,
    export_standard,
    furnish_2015,
    furnish_2022,
    parsed,
    rows_of,
    total,
)

lively = standard_books.lively
own_stage = payroll.own_stage
SCHEMAS = Path(writing.__file__).parents[1] / "schemas"
XSD = "{http://www.w3.org/2001/XMLSchema}"
ROOTS = (ARCHIVES.root, LEDGER.root, PAY.root)


books_2015 = fixtures(furnish_2015).own_stage
books_2022 = fixtures(furnish_2022).own_stage


def lxml_schema(root: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / f"{root}.xsd"))


def other_schema(root: str) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / f"{root}.xsd")


def check_all(out: Path) -> None:
    """Let two validators read every file of an export."""
    files = sorted(out.rglob("*.xml"))
    assert {path.stem for path in files} == set(ROOTS)
    for path in files:
        tree = etree.parse(path)
        lxml_schema(path.stem).assertValid(tree)
        other_schema(path.stem).validate(tree)


@pytest.mark.parametrize("regime", ["lively", "books_2022"])
def test_two_validators_accept_the_files(regime: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    request.getfixturevalue(regime)
    export_standard(tmp_path / "out", until=DECEMBER_END)
    check_all(tmp_path / "out")


def test_a_book_without_vouchers_is_a_valid_file_too(fresh_database: str, tmp_path: Path) -> None:
    make_books()
    export_standard(tmp_path / "out")
    check_all(tmp_path / "out")


def field_of(row: etree._Element, name: str) -> etree._Element:
    found = row.find(f"{{*}}{name}")
    assert found is not None
    return found


def spoilings() -> dict[str, Callable[[etree._Element], object]]:
    def swap(row: etree._Element) -> None:
        row.insert(0, row[1])

    def amount(row: etree._Element) -> None:
        field_of(row, "借方本币金额").text = "1.005"

    def day(row: etree._Element) -> None:
        field_of(row, "记账凭证日期").text = "2026-11-05"

    return {
        "two fields swapped": swap,
        "a field left out": lambda row: row.remove(row[3]),
        "auxiliary item 30 left out": lambda row: row.remove(field_of(row, "辅助项30编号")),
        "a field twice": lambda row: row.insert(3, copy.deepcopy(row[2])),
        "no id of a field": lambda row: row[0].attrib.pop("locID"),
        "three decimals": amount,
        "a day with strokes": day,
        "a table out of its order": lambda row: row.getparent().insert(0, row),
    }


@pytest.mark.parametrize("spoiling", spoilings())
def test_both_validators_refuse_another_order_or_a_missing_element(lively: None, tmp_path: Path, spoiling: str) -> None:
    export_standard(tmp_path / "out")
    root = parsed(tmp_path / "out" / "D" / "总账.xml")
    spoilings()[spoiling](field_of(root, "记账凭证"))
    assert not lxml_schema("总账").validate(root)
    assert not other_schema("总账").is_valid(root)


def test_the_schemas_know_every_table_and_field_in_our_order() -> None:
    for document in (ARCHIVES, LEDGER, PAY):
        schema = etree.parse(SCHEMAS / f"{document.root}.xsd")
        (root,) = schema.getroot().findall(f"{XSD}element")
        tables = root.findall(f"{XSD}complexType/{XSD}sequence/{XSD}element")
        assert [(table.get("name"), identity_of(table)) for table in tables] == [
            (table.name, table.identity) for table in document.tables
        ]
        for ours, theirs in zip(document.tables, tables, strict=True):
            fields = theirs.findall(f"{XSD}complexType/{XSD}sequence/{XSD}element")
            assert [field.get("name") for field in fields] == list(ours.fields)


def identity_of(table: etree._Element) -> str | None:
    (attribute,) = table.findall(f"{XSD}complexType/{XSD}attribute")
    return attribute.get("fixed")


def test_the_lines_come_back_as_the_database_has_them(lively: None, tmp_path: Path) -> None:
    stated = export_standard(tmp_path / "out")
    assert stated.gaps == []
    for book in Book.objects.all():
        rows = rows_of(parsed(tmp_path / "out" / book.code / "总账.xml"), "记账凭证")
        lines = Line.objects.filter(
            voucher__book=book, posting_date__gte=NOVEMBER, posting_date__lte=NOVEMBER_END
        ).order_by("period__year", "period__month", "voucher__voucher_type", "voucher__number", "line_no")
        assert [
            (row["科目编号"], row["借方本币金额"], row["贷方本币金额"], row["记账凭证编号"], row["记账凭证行号"])
            for row in rows
        ] == [
            (
                code,
                f"{amount if side == 'D' else 0:.2f}",
                f"{amount if side == 'C' else 0:.2f}",
                f"{number:04}",
                f"{line_no}",
            )
            for code, side, amount, number, line_no in lines.values_list(
                "account__code", "side", "amount", "voucher__number", "line_no"
            )
        ]


def test_balances_follow_from_month_to_month_and_sum_to_the_books(lively: None, tmp_path: Path) -> None:
    export_standard(tmp_path / "out", until=DECEMBER_END)
    book = Book.objects.get(code="D")
    root = parsed(tmp_path / "out" / "D" / "总账.xml")
    rows, vouchers = rows_of(root, "科目余额及发生额"), rows_of(root, "记账凭证")
    items = [f"辅助项{number}编号" for number in range(1, 31)]
    closing: dict[tuple[str, ...], str] = {}
    for row in sorted(rows, key=lambda row: int(row["会计期间号"])):
        key = (row["科目编号"], *(row[item] for item in items))
        opening = signed(row, "期初")
        assert row["会计期间号"] == "11" or opening == closing.get(key, "0.00"), key
        closing[key] = str(yuan(opening) + yuan(row["借方本币金额"]) - yuan(row["贷方本币金额"]))
        assert yuan(signed(row, "期末")) == yuan(closing[key])
        same = ("科目编号", "会计期间号", *items)
        matching = [one for one in vouchers if all(one[name] == row[name] for name in same)]
        for column in ("借方本币金额", "贷方本币金额"):
            assert total(matching, column) == yuan(row[column])
    held = {(one.code, one.fund): one.net for one in balances_as_of(book=book, as_of=DECEMBER_END) if one.net}
    summed: dict[tuple[str, str], object] = {}
    for key, net in closing.items():
        summed[key[0], key[1]] = yuan(str(summed.get((key[0], key[1]), "0.00"))) + yuan(net)
    assert {key: net for key, net in summed.items() if net} == held


def signed(row: dict[str, str], which: str) -> str:
    """Return a balance debit positive."""
    side, amount = row[f"{which}余额方向"], row[f"{which}本币余额"]
    assert (side == "平") == (amount == "0.00")
    return f"-{amount}" if side == "贷" else amount


def test_days_inside_a_month_open_with_what_was_before_them(lively: None, tmp_path: Path) -> None:
    export_standard(tmp_path / "out", since=date(2026, 11, 6), until=date(2026, 11, 6))
    rows = rows_of(parsed(tmp_path / "out" / "D" / "总账.xml"), "科目余额及发生额")
    (wrong,) = [row for row in rows if row["科目编号"] == "5001" and not row["辅助项4编号"] + row["辅助项5编号"]]
    assert (wrong["期初本币余额"], wrong["借方本币金额"], wrong["期末本币余额"]) == ("77.70", "-77.70", "0.00")
    assert (wrong["期初余额方向"], wrong["期末余额方向"]) == ("借", "平")


def test_a_red_line_is_negative_and_nothing_is_void(lively: None, tmp_path: Path) -> None:
    export_standard(tmp_path / "out")
    rows = rows_of(parsed(tmp_path / "out" / "D" / "总账.xml"), "记账凭证")
    red = [row for row in rows if row["记账凭证编号"] == f"{Voucher.objects.get(kind='REVERSAL').number:04}"]
    assert [(row["借方本币金额"], row["贷方本币金额"]) for row in red] == [("-77.70", "0.00"), ("0.00", "-77.70")]
    assert {(row["记账标志"], row["作废标志"]) for row in rows} == {("1", "0")}


def test_dimensions_officers_and_texts_stand_in_their_fields(lively: None, tmp_path: Path) -> None:
    export_standard(tmp_path / "out")
    root = parsed(tmp_path / "out" / "D" / "总账.xml")
    row = next(row for row in rows_of(root, "记账凭证") if row["辅助项4编号"])
    assert row["记账凭证摘要"] == AWKWARD
    assert [row[f"辅助项{number}编号"] for number in range(1, 8)] == ["111", "", "30101", "P%1", "", "", ""]
    assert (row["制单人"], row["审核人"], row["记账人"]) == ("工资规则", "测试reviewer", "工资规则")
    assert (row["记账凭证日期"], row["会计期间号"], row["票据日期"]) == ("20261105", "11", "00000000")
    assert (row["附件数"], row["凭证来源系统"]) == ("3", "统发")
    kept_by = [row for row in rows_of(root, "科目辅助核算") if row["科目编号"] == "5001"]
    assert [row["辅助项名称"] for row in kept_by] == ["资金性质", "功能分类", "经济分类", "项目", "单位", "往来"]
    archives = parsed(tmp_path / "out" / "D" / "公共档案.xml")
    codes = {row["档案编码"] for row in rows_of(archives, "自定义档案项")}
    assert {row["对应档案"] for row in kept_by} == codes
    named = {row["档案值编码"]: row for row in rows_of(archives, "自定义档案项值") if row["档案编码"] == "04"}
    assert named["P%1"]["档案值名称"] == f"项目{RARE}"
    classes = {row["档案值编码"]: row for row in rows_of(archives, "自定义档案项值") if row["档案编码"] == "03"}
    assert (classes["30101"]["档案值父节点"], classes["30101"]["档案值级次"]) == ("301", "2")


def test_a_township_does_not_learn_what_other_books_name(lively: None, tmp_path: Path) -> None:
    export_standard(tmp_path / "out")
    values = rows_of(parsed(tmp_path / "out" / "T01" / "公共档案.xml"), "自定义档案项值")
    assert not [value for value in values if value["档案编码"] in ("04", "05", "06")]


def test_every_rare_character_reads_alike_in_both_editions_of_gb18030(lively: None, tmp_path: Path) -> None:
    assert "龴" in DISPUTED
    assert len(DISPUTED) == 25
    assert spelled("龴䶮") == b"&#x9FB4;" + "䶮".encode("gb18030")
    export_standard(tmp_path / "out")
    content = (tmp_path / "out" / "D" / "总账.xml").read_bytes()
    assert content.startswith(b'<?xml version="1.0" encoding="GB18030"?>')
    assert b"\xfeY" not in content  # FE59: U+E81E by the edition of 2005
    assert b"\x82\x35\x90\x37" not in content  # U+9FB4 there, U+E81E by that of 2022
    assert "龴" not in content.decode("gb18030")


def test_what_xml_cannot_hold_is_refused_and_nothing_is_left(books_2015: Stage, tmp_path: Path) -> None:
    post_event(simple("bad/1", "1.00", summary="坏\ufffe"))
    with pytest.raises(UnableToExport, match=r"U\+FFFE"):
        export_standard(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_long_numbers_are_masked_unless_asked_for(lively: None, tmp_path: Path) -> None:
    for numbers, summary, code in (
        (Numbers.MASKED, "付 622********8903", "C1"),
        (Numbers.IN_FULL, f"付 {ACCOUNT}", "11010519491231002X"),
    ):
        out = tmp_path / numbers.value
        export_standard(out, numbers=numbers)
        rows = rows_of(parsed(out / "D" / "总账.xml"), "记账凭证")
        assert summary in {row["记账凭证摘要"] for row in rows}
        assert {row["辅助项6编号"] for row in rows} == {"", "S01", code}
        assert {"220112101001", ""} == {row["辅助项5编号"] for row in rows}  # the code of a unit is no person's number


def test_the_two_records_balance_apart_and_the_sheet_sums_them(books_2022: Stage, tmp_path: Path) -> None:
    export_standard(tmp_path / "out")
    root = parsed(tmp_path / "out" / "D" / "总账.xml")
    kinds = {row["科目编号"]: row["科目类型"] for row in rows_of(root, "会计科目")}
    assert (kinds["1001"], kinds["6001"], kinds["804101"]) == ("资产", "预算收入", "预算结余")
    items = {row["报表项编号"]: row["报表项数值"] for row in rows_of(root, "报表项数据")}
    assert {name: items[name] for name in ("资产合计", "收入合计", "预算收入合计")} == {
        "资产合计": "8.00",
        "收入合计": "8.00",
        "预算收入合计": "8.00",
    }
    assert items["1001"] == "8.00"


def test_the_balance_sheet_balances(lively: None, tmp_path: Path) -> None:
    export_standard(tmp_path / "out", until=DECEMBER_END)
    rows = rows_of(parsed(tmp_path / "out" / "D" / "总账.xml"), "报表项数据")
    items = {row["报表项编号"]: yuan(row["报表项数值"]) for row in rows}
    assert items["资产合计"] + items["支出合计"] == items["负债合计"] + items["净资产合计"]
    assert items["1001"] == yuan("1000924.99")  # 1,000,005.00 + 950.00 − 30.01
    assert items["1031"] == yuan("-950.00")  # what is held for T01, on the side of assets


def control_of(out: Path) -> list[dict[str, str]]:
    with (out / "control.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_control_and_notes_state_period_books_counts_and_totals(lively: None, tmp_path: Path) -> None:
    stated = export_standard(tmp_path / "out")
    rows = control_of(tmp_path / "out")
    books = {row["账套"]: row for row in rows if row["类别"] == "账套"}
    assert [(code, int(row["凭证数"]), row["起始日期"], row["截止日期"]) for code, row in books.items()] == [
        (book.code, book.vouchers, "2026-11-01", "2026-11-30") for book in stated.books
    ]
    (whole,) = [row for row in rows if row["类别"] == "合计"]
    assert (yuan(whole["借方合计"]), int(whole["分录数"])) == (stated.debit, stated.lines)
    assert [row["名称"] for row in rows if row["类别"] == "缺号"] == ["无"]
    notes = (tmp_path / "out" / "说明.txt").read_text(encoding="utf-8-sig")
    assert f"凭证：{stated.vouchers} 张，分录 {stated.lines} 条，借方合计 {stated.debit:.2f}" in notes


def test_a_gap_is_named_and_the_files_are_written(books_2015: Stage, tmp_path: Path) -> None:
    superuser = books_2015.hand("postgres").connection
    with superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE ledger_voucher SET number = 40 WHERE source = 'wrong/1'")
    stated = export_standard(tmp_path / "out")
    named = [str(gap) for gap in stated.gaps]
    assert "D 2026-11 记-2" in named
    assert [f"{row['账套']} {row['名称']}" for row in control_of(tmp_path / "out") if row["类别"] == "缺号"] == named
    check_all(tmp_path / "out")


def test_a_kept_balance_that_is_wrong_by_one_fen_is_refused(books_2015: Stage, tmp_path: Path) -> None:
    superuser = books_2015.hand("postgres").connection
    with superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE ledger_balance SET debit = debit + 0.01 WHERE debit = 950")
    with pytest.raises(UnableToExport, match="1001"):
        export_standard(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_the_files_are_for_their_owner_and_take_the_place_of_older_ones(lively: None, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_standard(out)
    first = (out / "D" / "总账.xml").read_bytes()
    export_standard(out)
    assert (out / "D" / "总账.xml").read_bytes() == first
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.rglob("*") if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (out, out / "D")} == {0o700}
    assert sorted(path.name for path in out.iterdir()) == ["D", "T01", "control.csv", "说明.txt"]


def test_what_is_posted_meanwhile_is_not_in_it(
    books_2015: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_standard(tmp_path / "before")
    written = archives.write_archives

    def post_then_write(**how: object) -> None:
        poster = threading.Thread(target=post_late)
        poster.start()
        poster.join()
        written(**how)  # type: ignore[arg-type]

    monkeypatch.setattr(writing, "write_archives", post_then_write)
    export_standard(tmp_path / "during")
    assert Voucher.objects.filter(source__startswith="late").count() == 2
    for name in ("D/总账.xml", "D/公共档案.xml", "control.csv"):
        assert (tmp_path / "during" / name).read_bytes() == (tmp_path / "before" / name).read_bytes()


def post_late() -> None:
    post_event(simple(f"late/{Voucher.objects.count()}"))
    connections.close_all()


def test_income_and_expense_begin_anew_where_a_year_was_carried(fresh_database: str, tmp_path: Path) -> None:
    district, _ = make_books(opened_on=date(2025, 12, 1))
    officer = Officer.objects.get(username="reviewer")
    spent = credit("2015", yuan("12.34"), fund=FUND)
    for source, functional in (("a", "2010301"), ("b", "2100717")):
        line = replace(debit("5001", yuan("12.34"), fund=FUND), functional=functional)
        post_event(event(source, voucher("D", line, spent, posting_date=date(2025, 12, 5))))
    open_period(period=Period.objects.get(book=district, year=2025, month=13), opener=officer, at=AT)
    transfer_income_and_expense(book=district, year=2025, signatures=SIGNED)
    opened = Period.objects.filter(status="OPEN").select_related("book")
    for period in sorted(opened, key=lambda one: (one.book.parent_id is None, one.book.code, one.year, one.month)):
        start_adjusting(period=period, officer=officer, at=AT)
        close_period(period=period, officer=officer, at=AT)
    carry_forward(book=district, year=2025, officer=officer, at=AT)
    open_year(book=district, year=2026)
    open_period(period=Period.objects.get(book=district, year=2026, month=1), opener=officer, at=AT)
    post_event(simple("c", "1.00", posting_date=date(2026, 1, 5)))
    export_standard(tmp_path / "out", since=date(2025, 12, 1), until=date(2026, 1, 31))
    check_all(tmp_path / "out")
    rows = rows_of(parsed(tmp_path / "out" / "D" / "总账.xml"), "科目余额及发生额")
    expense = [
        (row["会计年度"], row["会计期间号"], row["辅助项2编号"], signed(row, "期初"), signed(row, "期末"))
        for row in rows
        if row["科目编号"] == "5001"
    ]
    assert sorted(expense) == [
        ("2025", "12", "2010301", "0.00", "12.34"),
        ("2025", "12", "2100717", "0.00", "12.34"),
        ("2025", "13", "", "0.00", "-24.68"),
        ("2025", "13", "2010301", "12.34", "12.34"),
        ("2025", "13", "2100717", "12.34", "12.34"),
        ("2026", "1", "", "0.00", "1.00"),
    ]
    owed = [signed(row, "期初") for row in rows if row["科目编号"] == "2015" and row["会计年度"] == "2026"]
    assert owed == ["-24.68"]
    export_standard(tmp_path / "later", since=date(2026, 1, 1), until=date(2026, 1, 31))
    rows = rows_of(parsed(tmp_path / "later" / "D" / "总账.xml"), "科目余额及发生额")
    assert [signed(row, "期初") for row in rows if row["科目编号"] == "5001"] == ["0.00"]


# Pay


def test_pay_is_that_of_released_runs_and_adds_up(own_stage: Stage, tmp_path: Path) -> None:
    export_standard(tmp_path / "out", since=date(2026, 7, 1), until=date(2026, 10, 31))
    check_all(tmp_path / "out")
    assert pay_sums(tmp_path / "out") == slips_of_released_runs()
    people = [row for path in (tmp_path / "out").glob("*/公共档案.xml") for row in rows_of(parsed(path), "员工档案")]
    assert len(people) == len(payroll.EVERYBODY)
    assert {row["出生日期"] for row in people} == {"00000000"}
    assert {row["证件号码"] for row in people} == {f"220********00{one.number:02}" for one in payroll.EVERYBODY}
    content = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert not any(one.id_number.encode("ascii") in content for one in payroll.EVERYBODY)


def test_numbers_of_people_are_in_full_where_they_are_asked_for(own_stage: Stage, tmp_path: Path) -> None:
    export_standard(tmp_path / "out", since=date(2026, 7, 1), until=date(2026, 7, 31), numbers=Numbers.IN_FULL)
    check_all(tmp_path / "out")
    people = [row for path in (tmp_path / "out").glob("*/公共档案.xml") for row in rows_of(parsed(path), "员工档案")]
    assert {row["证件号码"] for row in people} == {one.id_number for one in payroll.EVERYBODY}
    assert {row["出生日期"] for row in people} == {"19800101"}


def test_an_export_with_numbers_in_full_leaves_its_event(fresh_database: str, tmp_path: Path) -> None:
    make_books()
    stated = export_standard(tmp_path / "out", numbers=Numbers.IN_FULL)
    chief = Officer.objects.get(username="chief")
    record_numbers_shown(officer=chief, form="gbt24589", stated=stated, at=AT)
    left = AuditEvent.objects.get(act="export.in_full")
    assert (left.actor, left.subject) == ("chief", "export/gbt24589/2026-11-01/2026-11-30")
    assert left.after == "books=D T01\nvouchers=0"


def pay_sums(out: Path) -> dict[str, dict[str, object]]:
    """Return gross and net by month as the files sum to them, after proving each slip from its items."""
    sums: dict[str, dict[str, object]] = {}
    for path in out.glob("*/员工薪酬.xml"):
        root = parsed(path)
        kinds = {row["薪酬项目编码"]: row["薪酬项目名称"] for row in rows_of(root, "薪酬项目")}
        slips: dict[tuple[str, ...], dict[str, object]] = {}
        for row in rows_of(root, "员工薪酬记录明细"):
            slips.setdefault((row["薪酬期间号"], row["员工编码"]), {})[row["薪酬项目编码"]] = yuan(row["薪酬金额"])
            assert row["薪酬项目编码"] in kinds
        assert len(slips) == len(rows_of(root, "员工薪酬记录"))
        for (month, _code), items in slips.items():
            gross = sum(items.get(code, 0) for code in ("POST_WAGE", "BONUS"))  # type: ignore[misc]
            assert gross == items["GROSS"]
            assert items["NET"] == items["GROSS"] - items["DEDUCTIONS"] - items["TAX"]  # type: ignore[operator]
            month_sums = sums.setdefault(month, {"GROSS": yuan("0.00"), "NET": yuan("0.00")})
            for code in month_sums:
                month_sums[code] += items[code]  # type: ignore[operator]
    return sums


def slips_of_released_runs() -> dict[str, dict[str, object]]:
    sums = {}
    for month in (payroll.JULY, payroll.AUGUST, payroll.SEPTEMBER):
        slips = payroll.run_of(month).payslips.all()
        sums[str(month.month)] = {
            "GROSS": sum((slip.gross for slip in slips), yuan("0.00")),
            "NET": sum((slip.net for slip in slips), yuan("0.00")),
        }
    return sums
