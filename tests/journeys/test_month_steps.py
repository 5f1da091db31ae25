"""The month as real officers take it: step by step, each with a password, and what is refused on the way."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from ledger.checks import run_checks
from ledger.entries import Entry, Event, Signatures, VoucherToPost, credit, debit
from ledger.models import AuditEvent, Book, Voucher
from ledger.posting import post_event
from month.beginning import begin_demo
from payouts.models import Declaration, Payment, Payslip, Run
from tests.bank import Bank
from tests.months.comparing import compare_payroll_out
from tests.months.making import make_month
from tests.payroll_files import change_cell, change_column, drop_row
from treasury.entries import GENERAL, with_budget_record
from treasury.opening import code_of
from treasury.posting import parallel_of

MONTH = "2026-11"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_month(folder=tmp_path / "in", month=MONTH, seed=21, staff=40, dirt=0.0, form="csv")
    return tmp_path / "in"


@pytest.fixture
def step(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Take a step of the month as an officer of the demo, who types the password."""

    def take(name: str, *arguments: Any, officer: str = "", password: str = "") -> str:
        out = io.StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO((password or officer) + "\n"))
        named = ["--as", officer] if officer else []
        call_command("month", name, *map(str, arguments), "--month", MONTH, *named, stdout=out)
        return out.getvalue()

    return take


@pytest.fixture
def begun(fresh_database: str) -> None:
    begin_demo(month=date(2026, 11, 1), at=datetime(2026, 11, 2, tzinfo=UTC))


def take_to_release(step: Callable[..., str], folder: Path) -> None:
    step("stage", folder, officer="demo-clerk")
    step("apply", officer="demo-preparer")
    step("compute", officer="demo-preparer")
    step("check", officer="demo-preparer")
    step("sign", "--reason", "已核对", officer="demo-preparer")
    step("submit", officer="demo-preparer")
    step("review", officer="demo-reviewer")
    step("release", officer="demo-releaser")


def answer_of_the_bank(out: Path, tmp_path: Path, failing: dict[int, str]) -> list[Path]:
    bank = Bank(minimum=1)
    answers = []
    for file in sorted((out / "bank").iterdir()):
        path = tmp_path / f"result_{file.name}"
        if not path.exists():
            path.write_bytes(bank.take(file.read_bytes(), failing=failing))
            answers.append(path)
    return answers


def results_in(out: Path) -> dict[int, dict[str, str]]:
    with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return {int(row["serial"]): row for row in csv.DictReader(file)}


def test_officers_take_a_month_step_by_step_to_its_close(
    begun: None, step: Callable[..., str], folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    take_to_release(step, folder)
    step("render", "--out", out, officer="demo-cashier")
    assert compare_payroll_out(folder=folder, out=out) == []
    (answer,) = answer_of_the_bank(out, tmp_path, {1: "1002", 3: "1003"})
    call_command("month", "results", str(answer), "--out", str(out))
    rows = results_in(out)
    assert {row["status"] for row in rows.values()} == {"SETTLED", "RETURNED"}
    assert [serial for serial, row in rows.items() if row["status"] == "RETURNED"] == [1, 3]
    assert (rows[1]["code"], rows[1]["message"]) == ("1002", "账号不存在")

    step("correct", "--serial", 1, "--account", "6222080000000000015", "--paper", "更正函1号", officer="demo-clerk")
    step("decide", "--serial", 1, officer="demo-reviewer")
    with pytest.raises(CommandError, match="correction_has_cooled_off"):
        step("reissue", "--single", officer="demo-releaser")  # decided today
    tomorrow = ("--on", f"{timezone.localdate() + timedelta(days=1)}")
    with pytest.raises(CommandError, match="bank_list_has_its_minimum"):
        step("reissue", *tomorrow, officer="demo-releaser")  # one row is below the bank's five
    step("reissue", "--single", *tomorrow, officer="demo-releaser")
    step("render", "--single", "--out", out, officer="demo-cashier")
    (answer,) = answer_of_the_bank(out, tmp_path, {})
    call_command("month", "results", str(answer), "--out", str(out))
    rows = results_in(out)
    again = rows[max(rows)]
    assert (again["status"], again["account"], again["amount"]) == ("SETTLED", "6222080000000000015", rows[1]["amount"])
    assert len(rows) == 1 + Payment.objects.filter(reissues=None).count()
    assert Run.objects.get().status == "PART_SETTLED"  # payment 3 still waits

    step("remit", officer="demo-cashier")
    step("close", officer="demo-chief")
    assert Run.objects.get().status == "CLOSED"
    assert list(run_checks([])) == []


def test_a_production_instance_takes_no_unattended_approvals(
    fresh_database: str, folder: Path, tmp_path: Path, settings: Settings
) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("month", "run", str(folder), "--month", MONTH, "--out", str(tmp_path / "out"))
    assert not Voucher.objects.exists()
    assert not Declaration.objects.exists()


def test_a_step_asks_for_the_right_password(begun: None, step: Callable[..., str], folder: Path) -> None:
    with pytest.raises(CommandError):
        step("stage", folder, officer="demo-clerk", password="wrong")


@pytest.mark.parametrize(
    ("name", "officer"),
    [
        ("apply", "demo-clerk"),
        ("compute", "demo-clerk"),
        ("submit", "demo-reviewer"),
        ("review", "demo-preparer"),
        ("release", "demo-reviewer"),
    ],
)
def test_an_officer_without_the_post_is_refused_and_the_refusal_recorded(
    begun: None, step: Callable[..., str], folder: Path, name: str, officer: str
) -> None:
    step("stage", folder, officer="demo-clerk")
    step("apply", officer="demo-preparer")
    step("compute", officer="demo-preparer")
    with pytest.raises(CommandError, match="officer_holds_the_post"):
        step(name, officer=officer)
    event = AuditEvent.objects.filter(chain="").order_by("number").last()
    assert event is not None
    assert (event.actor, event.act, event.refused) == (officer, f"month.{name}", "officer_holds_the_post")


def test_a_file_of_another_month_is_refused_whole(begun: None, step: Callable[..., str], folder: Path) -> None:
    (folder / "工资项目表_202611.csv").rename(folder / "工资项目表_202610.csv")
    with pytest.raises(CommandError):
        step("stage", folder, officer="demo-clerk")
    with pytest.raises(CommandError, match=r"run_has_inputs|run_exists"):
        step("compute", officer="demo-preparer")


def test_a_corrected_file_before_freezing_replaces_its_rows_and_tells_the_differences(
    begun: None, step: Callable[..., str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    step("stage", folder, officer="demo-clerk")
    step("apply", officer="demo-preparer")
    change_cell(folder / "工资项目表_202611.csv", row=1, column="奖金", value="123.45")
    step("stage", folder, officer="demo-clerk")
    capsys.readouterr()
    step("apply", officer="demo-preparer")
    assert "奖金" in capsys.readouterr().out
    assert Declaration.objects.filter(kind="PAY_ITEMS").count() == 2
    step("compute", officer="demo-preparer")
    bonus = Payslip.objects.filter(items__item="BONUS", items__amount=Decimal("123.45"))
    assert bonus.count() == 1


def test_between_freezing_and_release_no_file_is_applied(begun: None, step: Callable[..., str], folder: Path) -> None:
    step("stage", folder, officer="demo-clerk")
    step("apply", officer="demo-preparer")
    step("compute", officer="demo-preparer")
    change_cell(folder / "工资项目表_202611.csv", row=1, column="奖金", value="123.45")
    step("stage", folder, officer="demo-clerk")
    with pytest.raises(CommandError, match="run_inputs_are_frozen"):
        step("apply", officer="demo-preparer")
    step("collect", "--reason", "单位更正", officer="demo-preparer")
    step("apply", officer="demo-preparer")
    step("compute", officer="demo-preparer")
    assert Run.objects.get().edition == 2


def test_a_corrected_file_after_release_pays_only_who_was_not_paid(
    fresh_database: str, folder: Path, tmp_path: Path
) -> None:
    pay_items = folder / "工资项目表_202611.csv"
    whole = pay_items.read_bytes()
    left_out = drop_row(pay_items, row=2)
    call_command("month", "run", str(folder), "--month", MONTH, "--out", str(tmp_path / "out"))
    paid = Payslip.objects.count()
    assert not Payslip.objects.filter(person__id_number=left_out).exists()

    pay_items.write_bytes(whole)
    change_cell(pay_items, row=1, column="奖金", value="999.00")  # was paid already: changes nothing now
    call_command("month", "run", str(folder), "--month", MONTH, "--out", str(tmp_path / "out"))
    assert Payslip.objects.count() == paid + 1
    slip = Payslip.objects.get(person__id_number=left_out)
    assert (slip.run.number, slip.run.kind) == (2, "SUPPLEMENTARY")
    assert not Payslip.objects.filter(items__item="BONUS", items__amount=Decimal("999.00")).exists()

    change_cell(pay_items, row=1, column="奖金", value="998.00")
    call_command("month", "run", str(folder), "--month", MONTH, "--out", str(tmp_path / "out"))
    assert Run.objects.count() == 2  # nobody was left to pay: no third run
    assert list(run_checks([])) == []


def test_a_unit_that_reports_nothing_is_paid_as_last_month_visibly(fresh_database: str, tmp_path: Path) -> None:
    first = make_month(folder=tmp_path / "11", month="2026-11", seed=23, staff=60, dirt=0.0, form="csv")
    make_month(folder=tmp_path / "12", month="2026-12", seed=23, staff=60, dirt=0.0, form="csv", previous=first)
    call_command("month", "run", str(tmp_path / "11"), "--month", "2026-11", "--out", str(tmp_path / "out"))
    slip = Payslip.objects.filter(unit__name__endswith="人民政府").order_by("pk")[0]
    pay_items = tmp_path / "12" / "工资项目表_202612.csv"
    drop_row(pay_items, unit=slip.unit.code)
    call_command("month", "run", str(tmp_path / "12"), "--month", "2026-12", "--out", str(tmp_path / "out"))
    run = Run.objects.get(month="2026-12-01")
    as_last = Payslip.objects.filter(run=run, as_last_month=True)
    assert {one.unit_id for one in as_last} == {slip.unit_id}
    exception = run.exceptions.get(kind="unit_reports_nothing")
    assert (exception.unit_id, exception.severity) == (slip.unit_id, "SIGN")
    assert exception.signed_by_id == "demo-preparer"


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda text: text.replace("合计|", "合计|9", 1), "trailer_disagrees"),
        (
            lambda text: "".join(line for line in text.splitlines(keepends=True) if "合计" not in line),
            "trailer_missing",
        ),
        (lambda text: text.replace("|成功", "|成功|", 1), "wrong_columns"),
        (lambda text: text.replace("|0000|", "|7777|", 1), "unknown_code"),
        (lambda text: "", "empty"),
    ],
)
def test_a_result_file_that_disagrees_is_refused_whole(
    fresh_database: str, folder: Path, tmp_path: Path, spoil: Callable[[str], str], fault: str
) -> None:
    out = tmp_path / "out"
    call_command("month", "run", str(folder), "--month", MONTH, "--out", str(out))
    (answer,) = answer_of_the_bank(out, tmp_path, {1: "1001"})
    answer.write_bytes(spoil(answer.read_bytes().decode("gb18030")).encode("gb18030"))
    with pytest.raises(CommandError, match=fault):
        call_command("month", "results", str(answer), "--out", str(out))
    assert not Payment.objects.exclude(status="SENT").exists()


def test_a_result_file_that_was_not_answered_to_ours_is_refused_whole(
    fresh_database: str, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    call_command("month", "run", str(folder), "--month", MONTH, "--out", str(out))
    (answer,) = answer_of_the_bank(out, tmp_path, {})
    payment = Payment.objects.get(serial=2)
    text = answer.read_bytes().decode("gb18030").replace(payment.account_number, payment.account_number[:-1] + "0")
    answer.write_bytes(text.encode("gb18030"))
    with pytest.raises(CommandError, match="result_fits_its_payment"):
        call_command("month", "results", str(answer), "--out", str(out))
    assert not Payment.objects.exclude(status="SENT").exists()


def test_the_same_result_file_again_changes_nothing(fresh_database: str, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    call_command("month", "run", str(folder), "--month", MONTH, "--out", str(out))
    (answer,) = answer_of_the_bank(out, tmp_path, {1: "1001"})
    call_command("month", "results", str(answer), "--out", str(out))
    vouchers, rows = Voucher.objects.count(), results_in(out)
    call_command("month", "results", str(answer), "--out", str(out))
    assert (Voucher.objects.count(), results_in(out)) == (vouchers, rows)


def test_a_month_with_unanswered_payments_does_not_close(fresh_database: str, folder: Path, tmp_path: Path) -> None:
    call_command("month", "run", str(folder), "--month", MONTH, "--out", str(tmp_path / "out"))
    with pytest.raises(CommandError, match="payments_are_answered"):
        call_command("month", "close", "--month", MONTH)


def test_the_lists_are_for_officers_only(fresh_database: str, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    call_command("month", "run", str(folder), "--month", MONTH, "--out", str(out))
    assert out.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in out.rglob("*")} == {0}
    assert AuditEvent.objects.filter(act="documents.read").exists()


@pytest.mark.parametrize("regime", ["GF2015", "GF2022"])
def test_a_production_bureau_sets_itself_up_and_pays(
    step: Callable[..., str],
    folder: Path,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    regime: str,
) -> None:
    settings.DEMO = False
    for name, post in {
        "zhang": "clerk",
        "li": "preparer",
        "wang": "reviewer",
        "zhao": "releaser",
        "qian": "cashier",
        "sun": "chief_accountant",
    }.items():
        monkeypatch.setattr("sys.stdin", io.StringIO(name + "\n"))
        call_command("officer", name, "--post", post, stdout=io.StringIO())
    opened = {"opened_on": date(2026, 11, 1), "officer": "sun", "regime": regime}
    call_command("open_book", "220112", "青岚区", **opened, stdout=io.StringIO())
    fund_the_treasury(regime)

    out = tmp_path / "out"
    step("stage", folder, "--out", out, officer="zhang")
    step("apply", officer="li")
    step("compute", officer="li")
    step("check", officer="li")
    step("sign", "--reason", "已核对", officer="li")
    step("submit", officer="li")
    step("review", officer="wang")
    step("release", officer="zhao")
    step("render", "--out", out, officer="qian")
    assert compare_payroll_out(folder=folder, out=out) == []
    (answer,) = answer_of_the_bank(out, tmp_path, {})
    monkeypatch.setattr("sys.stdin", io.StringIO("qian\n"))
    call_command("month", "results", str(answer), "--out", str(out), "--as", "qian")
    step("remit", officer="qian")
    step("close", officer="sun")
    assert Run.objects.get().status == "CLOSED"
    assert list(run_checks([])) == []


def fund_the_treasury(regime: str) -> None:
    """Give the district's book its opening cash by an imported voucher's door: an opening event."""
    district = Book.objects.get(kind="DISTRICT")
    cash, surplus = code_of(district, "TREASURY_CASH"), code_of(district, "GENERAL_SURPLUS")
    amount = Decimal("50000000.00")
    entries: tuple[Entry, ...] = (
        debit(cash, amount, fund=GENERAL),
        credit(surplus, amount, fund=GENERAL),
    )
    post_event(
        Event(
            source="opening/cash",
            vouchers=[
                VoucherToPost(
                    book=district.code,
                    posting_date=date(2026, 10, 31),
                    summary="期初余额：国库存款",
                    entries=with_budget_record(entries, parallel_of(district)),
                    signatures=Signatures(preparer="li", reviewer="wang", poster="li", cashier="qian"),
                    kind="OPENING",
                )
            ],
        )
    )


def test_a_name_that_the_bank_cannot_write_is_held_told_and_paid_after_its_correction(
    fresh_database: str, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for name in ("在职人员花名册.csv", "工资项目表_202611.csv"):
        change_cell(folder / name, row=1, column="姓名", value="龚䶮")
    bank = ("--bank", "list_gbk_summary")
    call_command("month", "run", str(folder), "--month", MONTH, "--out", str(out), *bank)
    held = Payment.objects.get(name="龚䶮")
    assert held.status == "REJECTED"
    assert "䶮".encode("gb18030") not in b"".join(file.read_bytes() for file in (out / "bank").iterdir())
    with (out / "not_paid.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["id_number"] for row in csv.DictReader(file) if row["reason"] == "unwritable"} == {held.id_number}
    assert list(run_checks([])) == []

    told = ("--account", held.account_number, "--name", "龚yan", "--paper", "更正函2号")
    call_command("month", "correct", "--month", MONTH, "--serial", str(held.serial), *told)
    call_command("month", "decide", "--month", MONTH, "--serial", str(held.serial))
    tomorrow = f"{timezone.localdate() + timedelta(days=1)}"
    call_command("month", "reissue", "--month", MONTH, "--single", "--on", tomorrow)
    call_command("month", "run", str(folder), "--month", MONTH, "--out", str(out), *bank)
    assert Payment.objects.get(reissues=held).status == "SENT"
    assert list(run_checks([])) == []


def test_staff_and_units_of_a_kind_nobody_has_classed_are_paid_and_told(
    fresh_database: str, folder: Path, tmp_path: Path
) -> None:
    change_cell(folder / "在职人员花名册.csv", row=1, column="人员类别", value="工勤")
    change_column(folder / "单位名册.csv", column="单位性质", value="参公")
    call_command("month", "run", str(folder), "--month", MONTH, "--out", str(tmp_path / "out"))
    run = Run.objects.get()
    kinds = set(run.exceptions.filter(severity="SIGN").values_list("kind", flat=True))
    assert {"unknown_category", "unknown_nature"} <= kinds
    assert run.status == "PAYING"
    assert list(run_checks([])) == []


def test_the_samples_run_one_after_the_other(fresh_database: str, tmp_path: Path) -> None:
    samples = Path(__file__).resolve().parents[1] / "samples"
    for month in ("2026-11", "2026-12"):
        out = tmp_path / month
        call_command("month", "run", str(samples / f"small-{month}"), "--month", month, "--out", str(out))
        answers = [str(path) for path in answer_of_the_bank(out, out, {2: "1003"})]
        call_command("month", "results", *answers, "--out", str(out))
        call_command("month", "close", "--month", month)
    assert set(Run.objects.values_list("status", flat=True)) == {"CLOSED"}
    assert list(run_checks([])) == []


def test_what_comes_back_after_the_close_is_booked_and_paid_again(
    fresh_database: str, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    call_command("month", "run", str(folder), "--month", MONTH, "--out", str(out))
    (answer,) = answer_of_the_bank(out, tmp_path, {4: "1004"})
    call_command("month", "results", str(answer), "--out", str(out))
    call_command("month", "close", "--month", MONTH)
    call_command(
        "month", "correct", "--month", MONTH, "--serial", "4", "--account", "6222080000000000015", "--paper", "函3号"
    )
    call_command("month", "decide", "--month", MONTH, "--serial", "4")
    call_command("month", "reissue", "--month", MONTH, "--single")
    call_command("month", "run", str(folder), "--month", MONTH, "--out", str(out))
    again = Payment.objects.get(reissues__serial=4)
    assert (again.status, again.batch.pay_date) == ("SENT", date(2026, 12, 1))
    assert Run.objects.get().status == "PAYING"
    assert list(run_checks([])) == []
