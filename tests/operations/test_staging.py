"""Files come to the stage as a whole or not at all; every row is judged; nothing else is written."""

from datetime import date
from decimal import Decimal

import pytest

from imports.models import ControlTotal, Finding, StagedFile, StagedRow, StagedSheet, StageStatus
from imports.references import is_current
from imports.refusals import FileUnreadable, LayoutTwice, ReferenceMissing, WrongMonth
from tests.staged import (
    MONTH,
    OTHER_UNIT,
    UNIT,
    change,
    found_in,
    id_number,
    pay,
    pay_items,
    roster,
    sheet_of,
    staff,
    stage,
    unit,
    units,
    valid_rows,
    written,
)

pytestmark = pytest.mark.django_db
NEXT_MONTH = date(2026, 12, 1)


def test_clean_files_are_staged_whatever_their_order() -> None:
    sheets = stage(pay_items(pay(1)), roster(staff(1)), units())
    assert [(sheet.layout, sheet.rows, sheet.valid, sheet.refused) for sheet in sheets] == [
        ("UNITS", 2, 2, 0),
        ("ROSTER", 1, 1, 0),
        ("PAY_ITEMS", 1, 1, 0),
    ]
    assert not Finding.objects.exists()


def test_a_row_stands_on_the_stage_as_clean_text() -> None:
    sheet = sheet_of(
        units(), roster(staff(1)), pay_items(pay(1, 职务岗位工资="￥1,234.5", 姓名=" 王 一", 备注='a"b\\c,{}'))
    )
    (row,) = sheet.staged_rows.all()
    assert (row.row, row.valid, row.key) == (2, True, id_number(1))
    assert row.cells[4:9] == ["王一", id_number(1), "", "1234.50", ""]
    assert row.cells[-1] == 'a"b\\c,{}'


def test_the_stage_keeps_the_bytes_of_a_file() -> None:
    name, content = units()
    sheet = sheet_of((name, content))
    assert bytes(sheet.file.content) == content
    assert (sheet.file.name, sheet.file.encoding, sheet.file.month) == (name, "utf-8", MONTH)


def test_progress_is_told_by_file() -> None:
    told: list[tuple[str, int]] = []
    stage(units(), told=told)
    assert told == [("单位名册.csv", 2)]


class TestPeople:
    def test_a_person_stands_in_a_file_once_and_the_first_row_counts(self) -> None:
        sheet = sheet_of(units(), roster(staff(1), staff(2), staff(1, 账号="0710")))
        assert found_in(sheet) == [(4, "duplicate_person")]
        assert valid_rows(sheet) == [2, 3]

    def test_a_later_row_is_refused_even_if_the_first_was(self) -> None:
        sheet = sheet_of(units(), roster(staff(1, 单位编码="9"), staff(1)))
        assert found_in(sheet) == [(2, "unknown_unit"), (3, "duplicate_person")]

    def test_a_pay_row_of_nobody_is_refused(self) -> None:
        assert found_in(sheet_of(units(), roster(staff(1)), pay_items(pay(1), pay(2)))) == [(3, "unknown_person")]

    def test_a_pay_row_of_somebody_refused_names_the_cause(self) -> None:
        sheet = sheet_of(units(), roster(staff(1), staff(2, 账号="")), pay_items(pay(2)))
        assert found_in(sheet) == [(2, "person_not_accepted")]
        assert sheet.findings.get().cause == "missing_account"

    def test_a_row_refused_for_its_id_number_has_no_second_finding(self) -> None:
        wrong = id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1")
        sheet = sheet_of(units(), roster(staff(1)), pay_items(pay(1, 身份证号=wrong), pay(2, 单位编码="9")))
        assert found_in(sheet) == [(2, "id_check_digit"), (3, "unknown_unit")]

    @pytest.mark.parametrize(
        ("stopped", "kinds"),
        [("2026-10-31", ["ghost_after_stop"]), ("2026-11-01", []), ("2026-12-01", []), ("", [])],
    )
    def test_nobody_is_in_the_pay_table_who_stopped_before_the_month(self, stopped: str, kinds: list[str]) -> None:
        sheet = sheet_of(units(), roster(staff(1, 停发日期=stopped, 停发原因="退休")), pay_items(pay(1)))
        assert [kind for _, kind in found_in(sheet)] == kinds

    def test_changes_and_the_year_to_date_are_of_known_people(self) -> None:
        stage(units(), roster(staff(1), staff(2, 单位编码="9")))
        changes = sheet_of(written("CHANGES", change(1), change(2), change(3)))
        assert found_in(changes) == [(3, "person_not_accepted"), (4, "unknown_person")]
        to_date = [{"身份证号": id_number(number), "任职受雇月数": "10"} for number in (1, 2, 1)]
        assert found_in(sheet_of(written("YEAR_TO_DATE", *to_date))) == [
            (3, "person_not_accepted"),
            (4, "duplicate_person"),
        ]


class TestAccounts:
    def test_an_account_belongs_to_the_first_who_has_it(self) -> None:
        rows = [staff(number, 账号="0710999") for number in (1, 2, 3)]
        sheet = sheet_of(units(), roster(*rows))
        assert found_in(sheet) == [(2, "shared_account_first"), (3, "shared_account"), (4, "shared_account")]
        assert valid_rows(sheet) == [2]

    def test_one_person_may_stand_twice_with_one_account(self) -> None:
        sheet = sheet_of(units(), roster(staff(1, 账号="0710999"), staff(1, 账号="0710999")))
        assert found_in(sheet) == [(3, "duplicate_person")]

    def test_an_account_beside_an_id_number_that_is_wrong_is_nobodys(self) -> None:
        wrong = id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1")
        sheet = sheet_of(units(), roster(staff(1, 账号="0710999", 身份证号=wrong), staff(2, 账号="0710999")))
        assert found_in(sheet) == [(2, "id_check_digit")]


class TestUnits:
    def test_a_unit_stands_in_the_list_once(self) -> None:
        sheet = sheet_of(units(unit(), unit(单位名称="又一所")))
        assert found_in(sheet) == [(3, "duplicate_unit")]

    def test_a_unit_with_a_wrong_credit_code_is_kept(self) -> None:
        sheet = sheet_of(units(unit(统一社会信用代码="91110000600037341A")))
        assert found_in(sheet) == [(2, "credit_code")]
        assert valid_rows(sheet) == [2]

    def test_a_unit_that_was_refused_is_not_known(self) -> None:
        sheet = sheet_of(
            units(unit(), unit(单位编码=OTHER_UNIT, 发放渠道="现金")), roster(staff(1, 单位编码=OTHER_UNIT))
        )
        assert found_in(sheet) == [(2, "unknown_unit")]


class TestTreasury:
    def income(self, **said: str) -> dict[str, str]:
        return {"日期": "2026-11-05", "乡镇": "云溪镇", "资金性质": "预算内", "票据号": "Q1", "金额": "5.00", **said}

    def test_a_receipt_is_used_once(self) -> None:
        rows = [self.income(), self.income(票据号="Q2"), self.income(), self.income(票据号=""), self.income(票据号="")]
        assert found_in(sheet_of(units(), written("INCOME", *rows))) == [(4, "receipt_reused")]

    def test_a_receipt_of_a_refused_row_may_be_used(self) -> None:
        rows = [self.income(乡镇="前进乡"), self.income(), self.income()]
        sheet = sheet_of(units(), written("INCOME", *rows))
        assert found_in(sheet) == [(2, "unknown_township"), (4, "receipt_reused")]

    def test_a_township_has_one_plan(self) -> None:
        plan = {"乡镇": "云溪镇", "年度计划（万元）": "621.48", "超收地方留用比例（%）": "62.5"}
        assert found_in(sheet_of(units(), written("PLAN", plan, plan))) == [(3, "duplicate_township")]


class TestClaims:
    def claim(self, number: str, **said: str) -> dict[str, str]:
        return {
            "报账单号": number, "报账日期": "2026-11-05", "乡镇": "云溪镇", "单位编码": UNIT, "分户": "预算内支出户",
            "经济分类编码": "30201", "金额": "60.00", "审批意见": "同意", "审批日期": "2026-11-06", **said,
        }  # fmt: skip

    def judged(self, *rows: dict[str, str], balance: str = "100.00") -> list[tuple[int, str]]:
        account = {"乡镇": "云溪镇", "分户": "预算内支出户", "期初余额": balance}
        return found_in(sheet_of(units(), written("SUB_ACCOUNTS", account), written("CLAIMS", *rows)))

    def test_a_claim_is_accepted_up_to_the_balance(self) -> None:
        assert self.judged(self.claim("B1", 金额="100.00")) == []
        assert self.judged(self.claim("B1", 金额="100.01")) == [(2, "over_balance")]

    def test_an_accepted_claim_lowers_the_balance_and_a_refused_one_does_not(self) -> None:
        rows = [self.claim("B1"), self.claim("B2"), self.claim("B3", 金额="40.00")]
        assert self.judged(*rows) == [(3, "over_balance")]

    def test_a_claim_falls_with_any_of_its_lines(self) -> None:
        rows = [self.claim("B1"), self.claim("B1", 金额="-1.00"), self.claim("B2")]
        assert self.judged(*rows) == [(2, "claim_refused"), (3, "negative_amount")]

    @pytest.mark.parametrize("said", [{"审批意见": "待审"}, {"审批意见": ""}, {"审批日期": ""}])
    def test_a_claim_is_approved_with_its_date(self, said: dict[str, str]) -> None:
        assert self.judged(self.claim("B1", **said), self.claim("B1", **said)) == [
            (2, "not_approved"),
            (3, "claim_refused"),
        ]

    def test_an_invoice_of_an_accepted_claim_is_not_paid_again(self) -> None:
        rows = [
            self.claim("B1", 票据号="F1"),
            self.claim("B2", 金额="1.00"),
            self.claim("B2", 金额="1.00", 票据号="F1"),
        ]
        assert self.judged(*rows) == [(3, "claim_refused"), (4, "receipt_reused")]

    def test_what_is_wrong_with_a_merged_cell_is_told_in_its_first_row(self) -> None:
        below = {
            "报账单号": "B1",
            **dict.fromkeys(("报账日期", "乡镇", "单位编码", "分户", "审批意见", "审批日期"), ""),
        }
        rows = [self.claim("B1", 单位编码="9", 报账日期="2026/11/5"), {**self.claim(""), **below, "报账单号": ""}]
        assert self.judged(*rows) == [(2, "date_format"), (2, "unknown_unit"), (3, "claim_refused")]


class TestBenefits:
    def row(self, number: int, **said: str) -> dict[str, str]:
        return {
            "乡镇": "云溪镇", "姓名": "王一", "身份证号": id_number(number), "项目名称": "奖励扶助",
            "资格起始": "2020-01-01",
            "最近见面核实日期": "2026-08-01", "账号": f"0710{number:08}", "状态": "正常", **said,
        }  # fmt: skip

    def judged(self, *rows: dict[str, str], died: str = "") -> list[tuple[int, str]]:
        deaths = [written("DEATHS", {"身份证号": id_number(1), "死亡日期": died})] if died else []
        sheets = stage(units(), *deaths, written("BENEFITS", *rows))
        return found_in(sheets[-1])

    def test_a_person_may_have_two_schemes_but_not_one_twice(self) -> None:
        rows = [self.row(1), self.row(1, 项目名称="特别扶助-伤残"), self.row(1)]
        assert self.judged(*rows) == [(4, "duplicate_person")]

    def test_a_scheme_has_rates(self) -> None:
        assert self.judged(self.row(1, 项目名称="高龄津贴")) == [(2, "unknown_benefit")]

    @pytest.mark.parametrize(
        ("died", "said", "kinds"),
        [
            ("2026-10-31", {}, ["deceased_on_roster"]),
            ("2026-11-01", {}, []),  # the month of death is paid
            ("2026-10-31", {"死亡日期": "2026-10-31"}, []),
            ("2026-10-31", {"状态": "死亡"}, []),
        ],
    )
    def test_nobody_known_to_be_dead_stands_as_normal(self, died: str, said: dict[str, str], kinds: list[str]) -> None:
        assert [kind for _, kind in self.judged(self.row(1, **said), died=died)] == kinds

    @pytest.mark.parametrize(
        ("ends", "kinds"), [("", ["exclusive_double"]), ("2026-11-01", ["exclusive_double"]), ("2026-10-31", [])]
    )
    def test_the_old_pension_does_not_run_beside_the_new_one(self, ends: str, kinds: list[str]) -> None:
        new, old = self.row(1, 项目名称="二女户养老保障"), self.row(1, 项目名称="二女户养老保障-旧年付", 资格终止=ends)
        assert self.judged(new, old) == [(3, kind) for kind in kinds]

    @pytest.mark.parametrize(
        ("said", "kinds"),
        [
            ({"最近见面核实日期": "2026-05-01"}, []),
            ({"最近见面核实日期": "2026-04-30"}, ["verification_overdue"]),
            ({"最近见面核实日期": "2026-04-30", "状态": "暂停"}, []),
            ({"最近见面核实日期": "2026-04-30", "资格起始": "2026-12-01"}, []),
            ({"最近见面核实日期": "2026-04-30", "资格终止": "2026-10-31"}, []),
            ({"最近见面核实日期": "2026-04-30", "死亡日期": "2026-10-31"}, []),
        ],
    )
    def test_who_was_not_met_for_six_months_is_told_unless_nothing_is_due(
        self, said: dict[str, str], kinds: list[str]
    ) -> None:
        assert [kind for _, kind in self.judged(self.row(1, **said))] == kinds


class TestSheets:
    def test_empty_rows_and_all_below_the_total_are_no_data(self) -> None:
        name, content = units()
        content += b",,,,,,,,,,,\r\n" + "3,1,柳河镇,镇,7,所,,,个人账户,,,\r\n合　计,,,,,,,,,,,\r\n".encode()
        content += "单位负责人：　　审核：,,,,,,,,,,,\r\n".encode()
        sheet = sheet_of((name, content))
        assert sheet.rows == 3
        assert list(sheet.findings.order_by("row").values_list("row", "kind")) == [
            (4, "empty_row"),
            (6, "total_row"),
            (7, "footer_line"),
        ]

    def test_data_below_the_total_is_an_error_of_the_sheet(self) -> None:
        name, content = units()
        content += "合计,,,,,,,,,,,\r\n3,1,柳河镇,镇,7,所,,,个人账户,,,\r\n".encode()
        assert found_in(sheet_of((name, content))) == [(5, "below_total")]

    def test_a_missing_column_leaves_no_rows_and_no_reference(self) -> None:
        name, content = roster(staff(1))
        sheet = sheet_of(units(), (name, content.replace("账号".encode(), "户头".encode())))
        assert (sheet.rows, sheet.findings.get(kind="missing_column").column) == (0, "账号")
        with pytest.raises(ReferenceMissing):
            stage(pay_items(pay(1)))

    def test_a_file_of_no_layout_is_told_what_is_known(self) -> None:
        sheet = sheet_of(("通讯录.csv", "姓名,电话\r\n王一,110\r\n".encode()))
        assert (sheet.layout, found_in(sheet)) == ("", [(0, "unknown_layout")])


class TestRefusals:
    def test_a_file_of_another_month_is_refused(self) -> None:
        with pytest.raises(WrongMonth):
            stage(("单位名册_202610.csv", units()[1]))

    def test_the_list_that_rows_are_judged_against_comes_first(self) -> None:
        with pytest.raises(ReferenceMissing) as refused:
            stage(roster(staff(1)))
        assert refused.value.facts == {"list": "单位名册", "for": "在职人员花名册"}

    def test_two_files_of_one_kind_are_refused(self) -> None:
        with pytest.raises(LayoutTwice):
            stage(units(), ("单位名册二.csv", units()[1]))

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 torn", b"<html>"])
    def test_a_file_that_cannot_be_read_is_refused(self, content: bytes) -> None:
        with pytest.raises(FileUnreadable):
            stage(("工资项目表.xlsx", content))

    def test_one_bad_file_leaves_nothing_of_the_others(self) -> None:
        with pytest.raises(FileUnreadable):
            stage(units(), ("工资项目表.xlsx", b"PK torn"))
        assert not StagedFile.objects.exists()
        assert not StagedRow.objects.exists()


class TestAgain:
    def test_the_same_files_are_known_and_nothing_is_written(self) -> None:
        files = (units(), roster(staff(1)), pay_items(pay(1)))
        first, again = stage(*files), stage(*files)
        assert [sheet.pk for sheet in again] == [sheet.pk for sheet in first]
        assert [sheet.known_before for sheet in again] == [True] * 3
        assert StagedSheet.objects.count() == 3

    def test_a_newer_file_takes_the_place_of_the_staged_one(self) -> None:
        first = sheet_of(units())
        second = sheet_of(units(unit()))
        first.refresh_from_db()
        assert (first.status, second.status) == (StageStatus.REPLACED, StageStatus.STAGED)
        third = sheet_of(units())
        assert (third.known_before, third.pk > second.pk) == (False, True)

    def test_an_applied_sheet_is_not_replaced(self) -> None:
        first = sheet_of(units())
        StagedSheet.objects.update(status=StageStatus.APPLIED)
        second = sheet_of(units(unit()))
        first.refresh_from_db()
        assert (first.status, second.status) == (StageStatus.APPLIED, StageStatus.STAGED)

    def test_the_same_file_is_judged_anew_if_its_reference_changed(self) -> None:
        stage(units(), roster(staff(1, 单位编码=OTHER_UNIT)))
        again = stage(units(unit()), roster(staff(1, 单位编码=OTHER_UNIT)))
        assert [sheet.known_before for sheet in again] == [False, False]
        assert found_in(again[1]) == [(2, "unknown_unit")]

    def test_a_sheet_whose_reference_changed_is_not_current(self) -> None:
        _, listed = stage(units(), roster(staff(1)))
        assert is_current(listed)
        stage(units(unit()))
        assert not is_current(listed)

    def test_a_month_without_its_own_list_is_judged_by_the_last_one_applied(self) -> None:
        stage(units(), roster(staff(1)))
        with pytest.raises(ReferenceMissing):
            stage(pay_items(pay(1)), month=NEXT_MONTH)
        StagedSheet.objects.update(status=StageStatus.APPLIED)
        assert found_in(sheet_of(pay_items(pay(1), pay(2)), month=NEXT_MONTH)) == [(3, "unknown_person")]

    def test_the_same_bytes_may_come_in_two_months(self) -> None:
        first, second = sheet_of(units()), sheet_of(units(), month=NEXT_MONTH)
        assert (first.pk != second.pk, second.known_before) == (True, False)


def test_control_totals_add_the_valid_rows_by_item_and_township() -> None:
    rows = [pay(1), pay(2, 乡镇="柳河镇", 奖金="0.05"), pay(3)]
    sheet = sheet_of(units(), roster(staff(1), staff(2)), pay_items(*rows))
    totals = {(total.item, total.township): total.amount for total in ControlTotal.objects.filter(sheet=sheet)}
    assert totals["职务岗位工资", ""] == Decimal("200.00")
    assert totals["职务岗位工资", "柳河镇"] == Decimal("100.00")
    assert totals["奖金", ""] == Decimal("0.05")
    assert ("奖金", "云溪镇") not in totals
    assert sheet.control_totals.get(item="", township="").rows == 2


def test_the_township_of_a_row_without_one_is_that_of_its_unit() -> None:
    sheet = sheet_of(units(), roster(staff(1)))
    assert sheet.control_totals.get(item="", township="云溪镇").rows == 1
