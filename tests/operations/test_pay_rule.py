"""``manage.py pay_rule``: the worked numbers of each rule from a clerk's file, and files that are refused whole."""

import csv
import io
import stat
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from django.utils import translation
from pytest_django import Settings

from ledger.models import AuditEvent
from month.back_pay_differences import less_settled
from tests.attacks import Stage
from tests.furnishing import fixtures
from tests.payroll import Staffer, begin, card, collected, hire, released, yuan
from tests.staged import id_number

Rows = list[dict[str, str]]
Compute = Callable[..., Rows]
# The command looks whether the instance is set up, as the owner of its tables.
with_instance = pytest.mark.django_db(databases=["default", "owner"])
ONE, TWO, THREE = id_number(1), id_number(2), id_number(3)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def table(heading: str, *lines: str) -> bytes:
    """Return a csv of a heading and lines as they are typed, blanks and all."""
    return "\n".join([heading, *lines]).encode()


@pytest.fixture
def compute(tmp_path: Path) -> Compute:
    """Run the command on the bytes of a file, and return the lines that it wrote."""

    def run(rule: str, content: bytes, *options: str, month: str = "2026-12", name: str = "facts.csv") -> Rows:
        path, out = tmp_path / name, tmp_path / "answer.csv"
        path.write_bytes(content)
        call_command("pay_rule", rule, str(path), "--month", month, "--out", str(out), *options, stdout=io.StringIO())
        return list(csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig"), newline="")))

    return run


def column(rows: Rows, name: str) -> list[str]:
    return [row[name] for row in rows]


def refusals(compute: Compute, rule: str, content: bytes, **options: str) -> list[str]:
    """Return the faults that a file is refused with."""
    with pytest.raises(CommandError) as refused:
        compute(rule, content, **options)
    return str(refused.value).splitlines()[1:]


# The 13th month (G16, domain 5.1)

YEARS = "身份证号,姓名,基本工资,考核结果,定级日期,退休日期"


def test_a_13th_month_is_of_the_appraisal_the_grading_and_the_retirement(compute: Compute) -> None:
    works = ["称职,2013-01-31,", "基本称职,2013-01-31,", "称职,2026-06-30,", "称职,2026-07-01,", "称职,,"]
    works += ["称职,1990-01-01,2026-05-01", "称职,1990-01-01,2025-12-31", ",2013-01-31,"]
    lines = [f"{id_number(at)},测试人,3918.00,{work}" for at, work in enumerate(works)]
    rows = compute("thirteenth_month", table(YEARS, *lines))
    assert column(rows, "年终一次性奖金") == [
        *("3918.00", "0.00", "3918.00", "1959.00", "0.00"),
        *("1632.50", "0.00", "0.00"),
    ]
    assert rows[3]["原因"] == "Graded in the second half of the year: 50%."
    assert rows[5]["原因"] == "Retired in the year: 5 of 12 months."
    assert all("G16" in reference for reference in column(rows, "依据"))


def test_an_appraisal_that_is_no_word_of_the_policy_is_told(compute: Compute) -> None:
    faults = refusals(compute, "thirteenth_month", table(YEARS, f"{ONE},测试人,3918.00,称只,2013-01-31,"))
    assert len(faults) == 1
    assert faults[0].startswith("Row 2, 考核结果: ")


# The tax on a bonus (domain 5.3)

BONUSES = "身份证号,年终一次性奖金"


def test_the_tax_on_a_bonus_goes_by_a_twelfth_of_it(compute: Compute) -> None:
    bonuses = ("36000", "36000.01", "144000", "144001", "0")
    rows = compute("bonus_tax", table(BONUSES, *(f"{id_number(at)},{bonus}" for at, bonus in enumerate(bonuses))))
    assert column(rows, "单独计税税额") == ["1080.00", "3390.00", "14190.00", "27390.20", "0.00"]
    assert column(rows, "税后金额")[:2] == ["34920.00", "32610.01"]
    assert rows[1]["原因"] == "By a twelfth of the bonus: 10%, less 210.00."
    assert "财税〔2018〕164号" in rows[0]["依据"]


@pytest.mark.parametrize(("month", "holds"), [("2027-12", True), ("2028-01", False), ("2018-12", False)])
def test_the_separate_tax_holds_as_long_as_its_policy(compute: Compute, month: str, holds: bool) -> None:
    content = table(BONUSES, f"{ONE},36000")
    if holds:
        assert column(compute("bonus_tax", content, month=month), "单独计税税额") == ["1080.00"]
    else:
        with pytest.raises(CommandError, match="tax/bonus_table has no value"):
            compute("bonus_tax", content, month=month)


def test_a_person_has_one_bonus(compute: Compute) -> None:
    assert refusals(compute, "bonus_tax", table(BONUSES, f"{ONE},100", f"{TWO},100", f"{ONE},100")) == [
        "Row 4, 身份证号: The person is in the file already, in row 2. Delete one of the rows."
    ]


# Pay by score (G08)

SCORES = "身份证号,单位编码,奖金总额,得分"


def test_each_unit_shares_its_fund_by_score_and_to_the_fen(compute: Compute) -> None:
    scores = [("A", "10000.00", "95"), ("B", "100.00", "1"), ("A", "10000.00", "85"), ("B", "100.00", "1")]
    scores += [("A", "10000.00", "70"), ("B", "100.00", "1")]
    rows = compute("score_pay", table(SCORES, *(f"{id_number(at)},{','.join(one)}" for at, one in enumerate(scores))))
    assert column(rows, "应发奖金") == ["3800.00", "33.34", "3400.00", "33.33", "2800.00", "33.33"]
    assert rows[0]["原因"] == "95 of 250 points."


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (("A,100.00,90", "A,100.00,-1"), "Row 3, 得分: A score is not below zero."),
        (("A,100.00,0", "A,100.00,0"), "Row 2, 得分: Nobody of the unit has a score, so nobody can have the fund."),
        (("A,100.00,90", "A,100.01,90"), "Row 3, 奖金总额: The unit has another fund in row 2. Write the same."),
    ],
)
def test_a_fund_that_cannot_be_shared_is_told(compute: Compute, lines: Sequence[str], fault: str) -> None:
    content = table(SCORES, *(f"{id_number(at)},{line}" for at, line in enumerate(lines)))
    assert refusals(compute, "score_pay", content) == [fault]


# The allowance of a post (G08)

POSTS = "身份证号,职务,待遇标准,任职日期,免职日期"


@pytest.mark.parametrize(
    ("given_on", "ended_on", "amount", "reason"),
    [
        ("2025-03-10", "2026-12-02", "300.00", "held on the first"),
        ("2025-03-10", "2026-12-01", "0.00", "ended on 2026-12-01"),
        ("2026-12-01", "", "300.00", "held on the first"),
        ("2026-12-02", "", "0.00", "Given on 2026-12-02"),
        ("2023-12-02", "", "300.00", "held on the first"),
        ("2023-12-01", "", "0.00", "term of 3 years ended on 2026-12-01"),
    ],
)
def test_an_allowance_ends_with_its_post(
    compute: Compute, given_on: str, ended_on: str, amount: str, reason: str
) -> None:
    (row,) = compute("post_allowance", table(POSTS, f"{ONE},站长,300.00,{given_on},{ended_on}"))
    assert row["应发待遇"] == amount
    assert reason in row["原因"]
    assert "G08" in row["依据"]


def test_two_posts_bring_the_allowance_once(compute: Compute) -> None:
    rows = compute("post_allowance", table(POSTS, f"{ONE},站长,300,2025-01-01,", f"{ONE},主任,300,2026-01-01,"))
    assert column(rows, "应发待遇") == ["300.00", "0.00"]
    assert rows[1]["原因"] == "Paid once for both posts, in row 2."


def test_a_new_post_follows_an_old_one_and_two_of_different_pay_are_told(compute: Compute) -> None:
    old, new = f"{ONE},站长,300,2023-01-01,2026-11-30", f"{ONE},主任,400,2026-11-30,"
    assert column(compute("post_allowance", table(POSTS, old, new)), "应发待遇") == ["0.00", "400.00"]
    both = table(POSTS, f"{ONE},站长,300,2025-01-01,", new)
    (fault,) = refusals(compute, "post_allowance", both)
    assert fault.startswith("Row 3, 待遇标准: In row 2 ")


# Village cadres (G14), costs shared (G13)


def test_a_village_cadre_has_80_percent_of_the_head(compute: Compute) -> None:
    agreed = ("1200.00", "1479.99", "1480.00", "1480.01")
    lines = [f"{id_number(at)},{amount},1850.00" for at, amount in enumerate(agreed)]
    rows = compute("village_pay", table("身份证号,约定报酬,村正职报酬", *lines))
    assert column(rows, "最低报酬") == ["1480.00"] * 4
    assert column(rows, "补足金额") == ["280.00", "0.01", "0.00", "0.00"]
    assert column(rows, "应发报酬") == ["1480.00", "1480.00", "1480.00", "1480.01"]
    assert "80%" in rows[0]["原因"]
    assert "G14" in rows[0]["依据"]


def test_contract_staff_is_borne_half_and_half(compute: Compute) -> None:
    rows = compute("cost_sharing", table("姓名,金额,摘要", "测试人,2345.67,工资", "测试人,-2345.67,退回", ",0.01,=1+1"))
    assert column(rows, "区级承担") == ["1172.84", "-1172.84", "0.01"]
    assert column(rows, "乡镇承担") == ["1172.83", "-1172.83", "0.00"]
    assert column(rows, "金额") == ["2345.67", "-2345.67", "0.01"]
    assert column(rows, "摘要") == ["工资", "退回", "'=1+1"]  # nothing that a spreadsheet would run
    assert "G13" in rows[0]["依据"]


# Contributions (domain 5.2)

PAYS = "身份证号,人员类别,上年月平均工资"


def test_contributions_are_of_a_base_between_floor_and_cap(compute: Compute) -> None:
    pays = ("7433.33", "2900", "3600", "18000", "20000")
    rows = compute("contributions", table(PAYS, *(f"{id_number(at)},事业管理,{pay}" for at, pay in enumerate(pays))))
    assert column(rows, "缴费基数") == ["7433.33", "3600.00", "3600.00", "18000.00", "18000.00"]
    assert column(rows, "养老保险") == ["594.67", "288.00", "288.00", "1440.00", "1440.00"]
    first = rows[0]
    assert [first[item] for item in ("职业年金", "医疗保险", "失业保险")] == ["297.33", "148.67", "37.17"]
    assert first["单位养老保险"] == "1189.34"  # as the monthly run computes it from 594.67
    assert "住房公积金" not in first
    assert rows[1]["原因"] == "The base is raised to the floor 3,600.00."
    assert rows[4]["原因"] == "The base is held to the cap 18,000.00."


def test_an_official_has_no_unemployment_insurance(compute: Compute) -> None:
    (row,) = compute("contributions", table(PAYS, f"{ONE},公务员,7433.33"))
    assert (row["失业保险"], row["单位失业保险"], row["养老保险"]) == ("0.00", "0.00", "594.67")


# Back pay: the vectors of peers, for months before the service paid the person

AMOUNTS = "身份证号,工资项目,生效日期,知悉日期,新金额,原金额,已补发金额,已补扣金额"
RAISE = "职务岗位工资,2018-11-10,2019-02-13,6000,5000"
HALF = ("职务岗位工资,2019-01-01,2019-02-15,3000,", "职务岗位工资,2019-02-15,2019-02-15,6000,")


def differences(rows: Rows) -> list[tuple[str, str, str, str]]:
    return [(row["月份"], row["已发金额"], row["应发金额"], row["差额"]) for row in rows if row["月份"] != "合计"]


def sums(rows: Rows) -> list[tuple[str, str]]:
    return [(row["补发金额"], row["补扣金额"]) for row in rows if row["月份"] == "合计"]


@with_instance
def test_february_settles_300_less_for_the_past(compute: Compute) -> None:
    rows = compute("back_pay", table(AMOUNTS, *(f"{ONE},{line},," for line in (RAISE, *HALF))), month="2019-02")
    assert differences(rows) == [
        ("2018-11", "5000.00", "5700.00", "700.00"),
        ("2018-12", "5000.00", "6000.00", "1000.00"),
        ("2019-01", "5000.00", "3000.00", "-2000.00"),
    ]
    assert sums(rows) == [("1700.00", "2000.00")]


@with_instance
def test_a_raise_within_a_month_counts_by_calendar_days(compute: Compute) -> None:
    line = f"{ONE},职务岗位工资,2025-02-10,2025-03-05,5600,4000,,"
    rows = compute("back_pay", table(AMOUNTS, line), month="2025-03")
    assert differences(rows) == [("2025-02", "4000.00", "5085.71", "1085.71")]
    assert sums(rows) == [("1085.71", "0.00")]


@with_instance
def test_without_payslips_the_file_has_to_say_what_was_paid(compute: Compute) -> None:
    (fault,) = refusals(compute, "back_pay", table(AMOUNTS, f"{ONE},职务岗位工资,2026-10-10,2026-11-20,5600,,,"))
    assert fault.startswith("Row 2, 原金额: ")
    assert "2026-10、2026-11" in fault


@with_instance
@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("养老保险,2026-10-10,2026-11-20,500,400", "工资项目"),
        ("职务岗位工资,2026-10-10,2027-01-01,5600,5000", "知悉日期"),
        ("职务岗位工资,2026-12-01,2026-11-20,5600,5000", "生效日期"),
        ("职务工资,2026-10-10,2026-11-20,5600,5000", "工资项目"),
    ],
)
def test_a_change_that_brings_no_back_pay_is_told(compute: Compute, line: str, named: str) -> None:
    (fault,) = refusals(compute, "back_pay", table(AMOUNTS, f"{ONE},{line},,"))
    assert fault.startswith(f"Row 2, {named}: ")


@with_instance
def test_what_becomes_known_on_the_last_day_of_the_month_counts(compute: Compute) -> None:
    line = f"{ONE},职务岗位工资,2026-11-01,2026-12-31,5600,5000,,"
    assert sums(compute("back_pay", table(AMOUNTS, line))) == [("600.00", "0.00")]


@with_instance
def test_an_item_that_is_not_taxed_is_not_declared_as_back_pay(compute: Compute) -> None:
    """B01: 20 becomes 100 in mid-year."""
    lines = [f"{ONE},独生子女补贴,2026-06-01,2026-10-20,100,20,,", f"{ONE},绩效工资,2026-10-01,2026-10-20,900,800,,"]
    rows = compute("back_pay", table(AMOUNTS, *lines), month="2026-11")
    assert sums(rows) == [("100.00", "0.00"), ("400.00", "0.00")]
    taxed, exempt = (row for row in rows if row["月份"] == "合计")
    assert (taxed["工资项目"], exempt["工资项目"]) == ("绩效工资", "独生子女补贴")
    assert "not taxed" in exempt["原因"]


# Back pay against our own payslips


class Paid(Staffer):
    """Somebody whose ID number passes its check."""

    @property
    def id_number(self) -> str:
        return id_number(self.number)


class Settling(Paid):
    """Somebody who was paid 500 for the past."""

    @property
    def amounts(self) -> dict[str, str]:
        return {**super().amounts, "BACK_PAY": "500.00"}


def person(number: int, wage: str, made: type[Staffer] = Paid) -> Staffer:
    return made(number, "220112102001", card(number), wage)


def furnish() -> None:
    """February to April of 2026 are released: One by the vector; Two from March, and settled in April."""
    begin(date(2026, 2, 1))
    released(collected(date(2026, 2, 1), [person(1, "4500.00"), person(3, "5000.00")]))
    released(collected(date(2026, 3, 1), [person(1, "6000.00"), person(2, "5000.00")]))
    april = [person(1, "6000.00"), person(2, "5000.00", Settling), person(3, "5000.00")]
    released(collected(date(2026, 4, 1), april))


paid_spring = fixtures(furnish).own_stage


LOWERED = (
    f"{ONE},职务岗位工资,2026-02-01,2026-02-15,3000",
    f"{ONE},职务岗位工资,2026-02-15,2026-02-15,6000",
    f"{ONE},职务岗位工资,2026-02-10,2026-05-05,2750",
    f"{ONE},职务岗位工资,2026-02-15,2026-05-05,5500",
)


def changes(*lines: str) -> bytes:
    return table(AMOUNTS, *(line + "," * (7 - line.count(",")) for line in lines))


def test_back_pay_compares_with_our_payslips_and_leaves_a_reading_event(paid_spring: Stage, compute: Compute) -> None:
    rows = compute("back_pay", changes(*LOWERED), month="2026-05")
    assert differences(rows) == [
        ("2026-02", "4500.00", "4205.36", "-294.64"),
        ("2026-03", "6000.00", "5500.00", "-500.00"),
        ("2026-04", "6000.00", "5500.00", "-500.00"),
    ]
    assert sums(rows) == [("0.00", "1294.64")]
    event = AuditEvent.objects.get(act="documents.read")
    assert (event.actor, event.origin) == ("demo-clerk", "manage.py pay_rule back_pay")
    assert "answer.csv" in event.after

    # A month without a payslip of the person is named, not guessed.
    rows = compute("back_pay", changes(f"{THREE},职务岗位工资,2026-02-01,2026-05-05,5100"), month="2026-05")
    assert [month for month, *_ in differences(rows)] == ["2026-02", "2026-04"]
    assert "2026-03" in rows[-1]["原因"]

    # An item that the payslips do not have was paid nothing.
    rows = compute("back_pay", changes(f"{ONE},津贴补贴,2026-04-01,2026-05-05,30"), month="2026-05")
    assert differences(rows) == [("2026-04", "0.00", "30.00", "30.00")]

    # May is not released.
    (fault,) = refusals(compute, "back_pay", changes(f"{ONE},职务岗位工资,2026-04-01,2026-05-05,5100"), month="2026-06")
    assert fault.startswith("Row 2, 生效日期: Not released yet: 2026-05.")


def test_what_payslips_settled_is_asked_for_and_taken_off(paid_spring: Stage, compute: Compute) -> None:
    line = f"{TWO},职务岗位工资,2026-03-01,2026-04-02,5600"
    (fault,) = refusals(compute, "back_pay", changes(line), month="2026-05")
    assert fault.startswith("Row 2, 已补发金额: Payslips have settled something already: 2026-04.")
    assert sums(compute("back_pay", changes(f"{line},,500,"), month="2026-05")) == [("700.00", "0.00")]
    assert sums(compute("back_pay", changes(f"{line},,0,"), month="2026-05")) == [("1200.00", "0.00")]
    # Before the person's first payslip with us the file says what was paid.
    early = f"{TWO},职务岗位工资,2026-02-15,2026-04-02,5600"
    assert len(refusals(compute, "back_pay", changes(f"{early},,500,"), month="2026-05")) == 1
    rows = compute("back_pay", changes(f"{early},5000,500,"), month="2026-05")
    assert differences(rows)[0] == ("2026-02", "5000.00", "5300.00", "300.00")


def test_only_an_officer_of_the_post_has_payslips_read(
    paid_spring: Stage, compute: Compute, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = changes(*LOWERED)
    settings.DEMO = False
    with pytest.raises(CommandError):
        compute("back_pay", content, month="2026-05")
    for name, may in (("reviewer-ng", False), ("clerk-ng", True)):
        officer = hire(name, ["clerk" if may else "reviewer"])
        officer.set_password(name)
        officer.save()
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{name}\n"))
        if may:
            assert compute("back_pay", content, "--as", name, month="2026-05")
        else:
            with pytest.raises(CommandError, match="officer_holds_the_post"):
                compute("back_pay", content, "--as", name, month="2026-05")
    assert [(event.actor, event.refused) for event in AuditEvent.objects.filter(act="month.pay_rule")] == [
        ("reviewer-ng", "officer_holds_the_post")
    ]
    assert [event.actor for event in AuditEvent.objects.filter(act="documents.read")] == ["clerk-ng"]


@pytest.mark.parametrize(
    ("amounts", "left"),
    [
        (("1700", "2000", "0", "0"), ("1700", "2000")),
        (("1700", "2000", "1700", "2000"), ("0", "0")),
        (("700", "0", "1000", "0"), ("0", "300")),
        (("0", "0", "0", "300"), ("300", "0")),
        (("700", "100", "1000", "200"), ("0", "200")),
    ],
)
def test_what_was_settled_too_far_goes_the_other_way(amounts: Sequence[str], left: Sequence[str]) -> None:
    assert less_settled(*map(yuan, amounts)) == tuple(map(yuan, left))


# The files


def workbook(heading: str, *lines: Sequence[object]) -> bytes:
    """Return a workbook with a title, a heading, lines and a total."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["2026年年终一次性奖金测算表"])
        sheet.write_row(1, 0, heading.split(","))
        for at, line in enumerate(lines, start=2):
            for place, cell in enumerate(line):
                if isinstance(cell, date):
                    sheet.write_datetime(at, place, cell, day)
                else:
                    sheet.write(at, place, cell)
        sheet.write_row(len(lines) + 2, 0, ["合计", "", 7836])
    return content.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_cleaned_whatever_its_encoding(compute: Compute, encoding: str) -> None:
    lines = [
        "年终奖测算表,,,,",
        "序号,公民身份号码,姓名,基本工资,考核结果,定级日期",
        f'１,　{ONE[:6]} {ONE[6:]},测试 人,"3,918.00",称 职,2013年1月31日',
        f"2,{TWO},测试人乙,¥3918,称职,2026/7/1",
        "合计,,,7836,,",
        "制表人：测试,,,,,",
    ]
    rows = compute("thirteenth_month", "\r\n".join(lines).encode(encoding))
    assert column(rows, "年终一次性奖金") == ["3918.00", "1959.00"]
    assert (rows[0]["公民身份号码"], rows[0]["姓名"], rows[0]["基本工资"]) == (ONE, "测试人", "3918.00")
    assert rows[0]["定级日期"] == "2013-01-31"
    assert column(rows, "序号") == ["１", "2"]  # as it stands: no column of the rule


def test_a_workbook_gives_the_same(compute: Compute) -> None:
    content = workbook(
        YEARS,
        (ONE, "测试人", 3918, "称职", date(2013, 1, 31), ""),
        (TWO, "测试人乙", "3918.00", "称职", "2026.7.1", ""),
    )
    rows = compute("thirteenth_month", content, name="facts.xlsx")
    assert column(rows, "年终一次性奖金") == ["3918.00", "1959.00"]


def test_every_faulty_row_is_told_and_nothing_is_written(compute: Compute, tmp_path: Path) -> None:
    spoilt = ONE[:-1] + ("0" if ONE[-1] != "0" else "1")
    content = table(BONUSES, f"{spoilt},100", f"{TWO},", f"{THREE},-1", f"{id_number(4)},1.005", f"{id_number(5)},a")
    faults = refusals(compute, "bonus_tax", content)
    assert [fault.partition(": ")[0] for fault in faults] == [
        "Row 2, 身份证号",
        "Row 3, 年终一次性奖金",
        "Row 4, 年终一次性奖金",
        "Row 5, 年终一次性奖金",
        "Row 6, 年终一次性奖金",
    ]
    assert spoilt not in "".join(faults)
    assert [path.name for path in tmp_path.iterdir()] == ["facts.csv"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (table("身份证号,金额", f"{ONE},1"), "年终一次性奖金"),
        (table("甲,乙", "1,2"), "身份证号、年终一次性奖金"),
        (table(BONUSES), "no row"),
        (table(BONUSES, f"{ONE},1", "合计,1", f"{TWO},1"), "Row 4"),
        (table(BONUSES, f"{ONE},1,2"), "Row 2"),
        (workbook(BONUSES, (ONE, "=1+1")), "Row 3, 年终一次性奖金"),
        (b"", "EMPTY"),
    ],
)
def test_a_file_that_is_no_list_of_the_rule_is_refused(compute: Compute, content: bytes, said: str) -> None:
    with pytest.raises(CommandError, match=rf"(?i){said}"):
        compute("bonus_tax", content)


def test_the_answer_is_for_its_owner_only_and_never_takes_the_place_of_the_facts(
    compute: Compute, tmp_path: Path
) -> None:
    compute("bonus_tax", table(BONUSES, f"{ONE},36000"))
    answer = tmp_path / "answer.csv"
    assert stat.S_IMODE(answer.stat().st_mode) == 0o600
    assert answer.read_bytes().startswith(b"\xef\xbb\xbf")
    facts = str(tmp_path / "facts.csv")
    with pytest.raises(CommandError):
        call_command("pay_rule", "bonus_tax", facts, "--month", "2026-12", "--out", facts)
    assert answer.read_bytes() != (tmp_path / "facts.csv").read_bytes()
