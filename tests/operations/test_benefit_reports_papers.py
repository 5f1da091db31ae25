"""The papers of benefits read back: statistics, due lists, booklets, public lists, and their door."""

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from python_calamine import CalamineWorkbook

from ledger.masking import masked_id
from ledger.models import AuditEvent
from ledger.refusals import OfficerMayNot
from payouts.benefit_booklets import booklet_of
from payouts.benefit_dues import (
    AwardStanding,
    BenefitDues,
    ListKind,
    award_standing,
    benefit_dues,
)
from payouts.exports.benefit_papers import write_booklet, write_due_list, write_public_list
from payouts.models.words import PaymentStatus
from payouts.public_lists import public_list
from payouts.refusals import NoSuchRun, NothingInBooklet
from payouts.rules.benefit_calendar import Report
from tests import paid_benefits
from tests.documents import text_of
from tests.paid_benefits import (
    APRIL,
    AWARDED,
    BIRCH,
    DEAD,
    ENDING,
    FEBRUARY,
    MARCH,
    NEW,
    REMOVED,
    REWARD,
    STEADY,
    UNMET,
    clock,
)
from tests.payroll import card, officer, yuan

stage = paid_benefits.stage
rolled_back = paid_benefits.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
AT = clock(date(2026, 4, 28))


def dues(on: str, days: int = 30) -> BenefitDues:
    return benefit_dues(on=date.fromisoformat(on), days=days)


def verified(on: str, days: int) -> list[tuple[str, bool]]:
    return [(one.who.name, one.is_overdue) for one in dues(on, days).verifications]


def sheets(path: Path) -> dict[str, Sequence[Sequence[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def everything(folder: Path) -> str:
    """Return all that a person or program reads in the files of a folder."""
    said = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".pdf":
            said.append(text_of(path.read_bytes()))
        elif path.suffix == ".xlsx":
            said.append(repr(sheets(path)))
        else:
            said.append(path.read_text("utf-8-sig"))
    return "\n".join(said)


# Due lists


@pytest.mark.parametrize(
    ("on", "days", "expected"),
    [
        ("2026-07-01", 29, []),
        ("2026-07-01", 30, [(STEADY.name, False), (NEW.name, False)]),
        ("2026-07-31", 0, [(STEADY.name, False), (NEW.name, False)]),
        ("2026-08-01", 0, [(STEADY.name, True), (NEW.name, True)]),
    ],
)
def test_a_verification_of_january_holds_to_the_end_of_july(
    on: str, days: int, expected: list[tuple[str, bool]]
) -> None:
    """Nobody who died, ended, was removed, or was paid once has to be met."""
    assert verified(on, days) == expected


def test_who_was_met_too_long_ago_is_overdue_until_the_meeting_is_known() -> None:
    assert (UNMET.name, True) in verified("2026-04-02", 0)
    assert (UNMET.name, True) not in verified("2026-04-03", 0)


def test_who_entered_or_left_is_to_be_on_a_list_within_five_working_days() -> None:
    changes = [(one.kind, one.who.name, one.changed_on, one.due_on) for one in dues("2026-04-10", 40).changes]
    assert changes == [
        (ListKind.ENTERED, AWARDED.name, date(2026, 3, 3), date(2026, 3, 10)),
        (ListKind.LEFT, REMOVED.name, date(2026, 3, 3), date(2026, 3, 10)),
        (ListKind.LEFT, ENDING.name, date(2026, 3, 31), date(2026, 4, 8)),
        (ListKind.LEFT, DEAD.name, date(2026, 4, 3), date(2026, 4, 13)),
    ]


def test_the_first_roster_brings_nobody_new() -> None:
    assert dues("2026-02-20").changes == []


def test_an_award_that_the_bank_paid_by_the_fifteenth_working_day_was_paid_in_time() -> None:
    """Certified on 3 March, due on 24 March, paid on 26 March."""
    [before] = dues("2026-03-24").awards
    [after] = dues("2026-03-25").awards
    [paid] = dues("2026-03-26").awards
    assert (before.due_on, before.standing, before.amount) == (date(2026, 3, 24), AwardStanding.DUE, yuan("8000.00"))
    assert after.standing is AwardStanding.OVERDUE
    assert (paid.standing, paid.paid_on) == (AwardStanding.PAID_LATE, date(2026, 3, 26))


@pytest.mark.parametrize(
    ("paid_on", "on", "standing"),
    [
        ("2026-03-24", "2026-04-01", AwardStanding.PAID_IN_TIME),
        ("2026-03-25", "2026-04-01", AwardStanding.PAID_LATE),
        ("", "2026-03-24", AwardStanding.DUE),
        ("", "2026-03-25", AwardStanding.OVERDUE),
    ],
)
def test_an_award_stands_by_the_day_it_was_due(paid_on: str, on: str, standing: AwardStanding) -> None:
    paid = date.fromisoformat(paid_on) if paid_on else None
    assert award_standing(due_on=date(2026, 3, 24), paid_on=paid, on=date.fromisoformat(on)) is standing


def test_the_reports_around_a_day_are_due() -> None:
    """That of March, due on 6 April, a day off, is to be handed in on 3 April."""
    assert [one.report for one in dues("2026-04-09", 6).reports] == [
        Report.MONTHLY_REPORT,
        Report.HALF_YEAR_STATISTICS,
        Report.HALF_YEAR_REPORT,
    ]


def test_a_due_list_is_written_masked(tmp_path: Path) -> None:
    names = write_due_list(on=date(2026, 4, 10), days=120, folder=tmp_path, officer=officer("auditor"), at=AT)
    assert names == [f"2026-04-10-到期事项清单.{kind}" for kind in ("csv", "pdf", "xlsx")]
    text = everything(tmp_path)
    for said in (
        "白＊＊",
        masked_id(STEADY.id_number),
        "2026-07-31",
        "新增名单上报",
        "逾期兑付",
        "半年统计表",
        "8000.00",
    ):
        assert said in text, said
    for one in (STEADY, NEW, DEAD, AWARDED):
        assert one.name not in text
        assert one.id_number not in text
        assert one.account not in text


# Booklets


def test_a_booklet_shows_every_order_to_pay_with_its_notice() -> None:
    lines = booklet_of(certificate=NEW.certificate).lines
    assert [(one.month, one.attempt, one.status, one.on) for one in lines] == [
        (FEBRUARY, 1, PaymentStatus.RETURNED, date(2026, 2, 27)),
        (FEBRUARY, 2, PaymentStatus.SETTLED, date(2026, 3, 12)),
        (MARCH, 1, PaymentStatus.SETTLED, date(2026, 3, 26)),
        (APRIL, 1, PaymentStatus.SETTLED, date(2026, 4, 27)),
    ]
    assert [(one.was_reissued, one.is_reissue) for one in lines[:3]] == [(True, False), (False, True), (False, False)]
    assert {one.reference for one in lines} == {"960 a year [RF1]: 80 a month"}


def test_a_booklet_tells_arrears_by_their_period() -> None:
    lines = booklet_of(certificate=UNMET.certificate).lines
    assert [(one.month, one.period, one.due) for one in lines] == [
        (APRIL, month, yuan("460.00")) for month in (FEBRUARY, MARCH, APRIL)
    ]


def test_a_booklet_is_written_masked_and_its_reading_leaves_an_event(tmp_path: Path) -> None:
    write_booklet(certificate=NEW.certificate, folder=tmp_path, officer=officer("auditor"), at=AT)
    text = everything(tmp_path)
    for said in (
        NEW.certificate,
        "松乙二",
        masked_id(NEW.id_number),
        "已退回，已重新支付",
        "已到账（重新支付）",
        "320.00",
    ):
        assert said in text, said
    for number in (NEW.id_number, NEW.account, card(202)):
        assert number not in text
    event = AuditEvent.objects.get(act="documents.read", subject=f"booklet/{NEW.certificate}")
    assert event.actor == officer("auditor").username


@pytest.mark.parametrize("certificate", ["无此证号", ""])
def test_a_certificate_of_nobody_is_refused(certificate: str) -> None:
    with pytest.raises(NothingInBooklet):
        booklet_of(certificate=certificate)


def test_who_may_not_see_vouchers_reads_nothing(tmp_path: Path) -> None:
    with pytest.raises(OfficerMayNot):
        write_booklet(certificate=NEW.certificate, folder=tmp_path, officer=officer("village_clerk"), at=AT)
    assert not list(tmp_path.iterdir())


# Public lists


def test_a_public_list_says_village_masked_name_and_amount(tmp_path: Path) -> None:
    write_public_list(scheme="奖励扶助", month=FEBRUARY, folder=tmp_path, officer=officer("auditor"), at=AT)
    text = everything(tmp_path)
    for said in ("奖励扶助发放公示清单", "白家村", "白＊＊", "松林社区", "240.00", "公示期7天", "公示单位（盖章）："):
        assert said in text, said
    for one in (STEADY, NEW, REMOVED):
        for hidden in (one.name, one.id_number, one.id_number[-4:], one.account, one.account[-4:], one.certificate):
            assert hidden not in text


def test_a_public_list_has_everybody_whom_the_month_pays() -> None:
    listed = public_list(scheme=REWARD, month=MARCH)
    assert [(one.township, one.name) for one in listed.rows] == [(BIRCH, STEADY.name), ("松江街道", NEW.name)]
    assert listed.total == yuan("160.00")


@pytest.mark.parametrize(
    ("scheme", "month"), [(REWARD, date(2026, 5, 1)), ("无此项目", MARCH), ("consolation_child_employee", MARCH)]
)
def test_what_no_released_run_pays_has_no_public_list(scheme: str, month: date) -> None:
    with pytest.raises(NoSuchRun):
        public_list(scheme=scheme, month=month)


# The door


@pytest.fixture
def sitting(monkeypatch: pytest.MonkeyPatch) -> None:
    """An auditor who types the password."""
    monkeypatch.setattr("sys.stdin", io.StringIO("demo-auditor\n"))


def told(*words: str, out: Path) -> list[str]:
    printed = io.StringIO()
    with translation.override("zh-hans"):
        call_command("benefit_report", *words, "--as", "demo-auditor", "--out", str(out), stdout=printed)
    return [Path(line).name for line in printed.getvalue().splitlines()]


@pytest.mark.usefixtures("sitting")
@pytest.mark.parametrize(
    ("words", "stem"),
    [
        (("statistics", "--half", "2026-H1", "--on", "2026-04-10"), "2026半年报-奖励扶助与补贴发放统计表"),
        (("statistics", "--year", "2026", "--on", "2026-10-09"), "2026年报-奖励扶助与补贴发放统计表"),
        (("due_list", "--on", "2026-04-10"), "2026-04-10-到期事项清单"),
        (("booklet", STEADY.certificate), f"受益人手册-{STEADY.certificate}"),
        (("public_list", REWARD, "--month", "2026-03"), "2026-03-奖励扶助公示清单"),
    ],
)
def test_every_report_is_written_by_its_command(words: tuple[str, ...], stem: str, tmp_path: Path) -> None:
    names = told(*words, out=tmp_path)
    assert names[-2:] == [f"{stem}.pdf", f"{stem}.xlsx"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert AuditEvent.objects.filter(act="documents.read", origin__startswith="manage.py benefit_report").exists()


@pytest.mark.usefixtures("sitting")
def test_the_statistics_say_their_figures_their_due_day_and_who_signs(tmp_path: Path) -> None:
    told("statistics", "--half", "2026-H1", "--on", "2026-04-10", out=tmp_path)
    pdf = next(text_of(path.read_bytes()) for path in tmp_path.glob("*.pdf"))
    for said in (
        "奖励扶助与补贴发放统计表",
        "2026统计年度半年报",
        "2025年10月1日至2026年3月31日",
        "报送期限：2026年4月10日前",
        "总兑现率98.97%",
        "期末享受4人，期内发放到账6人",
        "9,780.00",
        "分管领导：",
        "主任：",
        "统计员：",
        "单位（盖章）：",
        "财库〔2015〕192号",
    ):
        assert said in pdf, said
    book = sheets(next(tmp_path.glob("*.xlsx")))
    assert list(book) == ["发放统计", "资金负担"]
    assert book["发放统计"][-1][0] == "合计"
    assert 9680 in book["发放统计"][-1]


@pytest.mark.usefixtures("sitting")
def test_a_refusal_is_told_and_kept(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="没有受益人使用该发放证号"):
        told("booklet", "无此证号", out=tmp_path)
    assert AuditEvent.objects.filter(act="benefits.booklet", refused="certificate_is_known").exists()


def test_a_wrong_password_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong\n"))
    with pytest.raises(CommandError):
        told("booklet", STEADY.certificate, out=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("half", ["2026-H2", "2026", "26-H1", "2026-h1"])
def test_only_the_first_half_is_reported_apart(half: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="2026-H1"):
        told("statistics", "--half", half, out=tmp_path)
