"""Own accounts and statements by command: recorded, taken, explained, reconciled, and the month that waits for it."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ledger.models import AuditEvent
from month.closing_months import close_month
from payouts.models import CloseReason, EntryListing, OwnAccount, Payment, StatementEntry
from payouts.statement_refusals import NotReconciled
from tests import payroll
from tests.attacks import Stage
from tests.payroll import AT, AUGUST, answered, batch_of, officer, yuan
from tests.statements import NUMBER, Bank, balance_before, cash_codes, debit, district, entry

own_stage = payroll.own_stage


def payments() -> list[Payment]:
    return list(Payment.objects.filter(batch=batch_of(AUGUST)).order_by("serial"))


Run = Callable[..., str]
BEGIN, PAY_DAY, END = date(2026, 8, 1), date(2026, 8, 15), date(2026, 8, 31)


@pytest.fixture
def run(own_stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def take(step: str, *arguments: object, by: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"demo-{by}\n"))
        out = io.StringIO()
        capsys.readouterr()
        named = ["--as", f"demo-{by}"] if by else []
        call_command("statement", step, *map(str, arguments), *named, stdout=out)
        return out.getvalue() + capsys.readouterr().out

    return take


def test_an_account_is_reconciled_by_command(run: Run, tmp_path: Path) -> None:
    [code] = cash_codes("1001")
    opening = balance_before(BEGIN, [code])
    run(
        *("account", "--book", district().code, "--code", code, "--bank", "农商行", "--number", NUMBER),
        *("--holder", "青岚区财政局", "--from", BEGIN, "--opening", opening, "--paper", "开户许可证"),
        by="chief",
    )
    run("confirm", OwnAccount.objects.get().pk, by="bureau")
    bank = Bank(OwnAccount.objects.get())
    listed = payments()
    first, second = tmp_path / "1.xml", tmp_path / "2.xml"
    first.write_bytes(
        bank.statement(PAY_DAY, *(debit(one, PAY_DAY) for one in listed), amounts=[-one.amount for one in listed])
    )
    second.write_bytes(bank.statement(END, entry("3.21", END, text="利息"), amounts=["3.21"]))
    with pytest.raises(CommandError):
        run("take", second, by="cashier")
    assert AuditEvent.objects.filter(refused="bank_statement_follows_the_last", act="statement.take").exists()
    run("take", first, "--settled-by", "STATEMENTS", by="cashier")
    assert {one.status for one in payments()} == {"SETTLED"}
    run("take", second, by="cashier")
    assert "3.21" in run("list", "--account", "6789", "--until", END)
    with pytest.raises(NotReconciled):
        close_month(month=AUGUST, officer=officer("chief_accountant"), at=AT)
    left = StatementEntry.objects.get(explained=None)
    run("entry", left.pk, "--reason", "利息待入账", by="preparer")
    run("sign", EntryListing.objects.get().pk, by="reviewer")
    run("reconcile", "--account", "6789", "--month", "2026-08", by="preparer")
    run("review", "--account", "6789", "--month", "2026-08", by="chief")
    assert "3.21" in run("show", "--account", "6789", "--month", "2026-08")
    run("paper", "--month", "2026-08", "--out", tmp_path)
    assert sorted(path.suffix for path in tmp_path.glob("2026-08-*")) == [".pdf", ".xlsx"]
    assert "农商行" in run("accounts")


def test_a_table_is_taken_by_command_and_a_month_closes_with_a_signed_reason(run: Run, tmp_path: Path) -> None:
    [code] = cash_codes("1001")
    opening = balance_before(END, [code])
    run(
        *("account", "--book", district().code, "--code", code, "--bank", "农商行", "--number", NUMBER),
        *("--holder", "青岚区财政局", "--from", END, "--opening", opening, "--paper", "开户许可证"),
        by="chief",
    )
    run("confirm", OwnAccount.objects.get().pk, by="bureau")
    table = tmp_path / "明细.csv"
    table.write_bytes(f"日期,摘要,借方,贷方,余额\n2026-08-31,利息,,3.21,{opening + yuan('3.21')}\n".encode("gb18030"))
    run("take", table, "--kind", "table", "--account", "6789", by="cashier")
    assert StatementEntry.objects.get().text == "利息"
    answered(batch_of(AUGUST))
    run("reason", "--account", "6789", "--month", "2026-08", "--reason", "利息下月入账", by="preparer")
    with pytest.raises(NotReconciled):
        close_month(month=AUGUST, officer=officer("chief_accountant"), at=AT)
    run("excuse", CloseReason.objects.get().pk, by="chief")
    close_month(month=AUGUST, officer=officer("chief_accountant"), at=AT)
