"""The bank's desk where two officers decide: approvals, files nobody can prove, giving up, reconciling, closing."""

from datetime import date
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from month import statement_work
from payouts.models import BankFile, Batch, BatchApproval, Payment, Reconciliation, StatementEntry
from payouts.refusals import OutcomeUnknown
from payouts.sending import begin, begin_handover, channel_of, folder_of, hand_over
from payouts.statement_refusals import StatementRefused
from tests import payroll
from tests.payroll import (
    AT,
    AUGUST,
    JULY,
    LEFT,
    OFFICE,
    SEPTEMBER,
    Staffer,
    collected,
    officer,
    released,
    rendered,
    serial_of,
)
from tests.statements import Bank, entry, own_account
from tests.web.bank_desk import REFUSED, Desk, queries_of, work_off

stage = payroll.stage
rolled_back = payroll.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

DECEMBER = date(2026, 12, 1)
# Nets above the first tier of approvals, below the limit of a payment.
RICH = [Staffer(one.number, one.unit, one.account, "4000000.00") for one in OFFICE]


def acts_on(batch: Batch) -> str:
    return reverse("batch_act", args=[f"{batch.month:%Y-%m}", batch.number])


def page_of(desk: Desk, batch: Batch) -> str:
    return desk.sees("batch", f"{batch.month:%Y-%m}", batch.number)


def test_findings_are_signed_then_a_large_batch_is_approved_by_the_releaser_and_the_chief_accountant() -> None:
    batch = released(collected(DECEMBER, RICH))
    preparer, releaser, chief = Desk("preparer"), Desk("releaser"), Desk("chief_accountant")
    waiting = list(batch.exceptions.filter(severity="SIGN", signed_by=None).values_list("pk", flat=True))
    if waiting:
        assert "atches whose findings are to be signed" in preparer.sees("tasks")
        assert "Approve as" not in page_of(releaser, batch)
        told = preparer.acts(page_of(preparer, batch), acts_on(batch), "sign", exception=waiting, reason="已逐项核对")
        assert told == "Signed."
    assert "atches whose findings are to be signed" not in preparer.sees("tasks")
    given = BatchApproval.objects.filter(batch=batch).count()
    for desk in (releaser, chief)[given:]:
        assert "has your approval" in desk.acts(page_of(desk, batch), acts_on(batch), "approve")
    batch.refresh_from_db()
    assert (batch.status, BatchApproval.objects.filter(batch=batch).count()) == ("APPROVED", batch.check_made.approvals)
    assert batch.check_made.approvals > 1
    assert "Approve as" not in page_of(chief, batch)


def unknown(month: date) -> BankFile:
    """Return a file of which nobody can prove whether the bank has it: who handed it over died in between."""
    batch = rendered(month)
    with transaction.atomic():
        begin(batch, officer("cashier"))
    file = BankFile.objects.get(batch=batch)
    channel = channel_of(file)
    drop = folder_of(channel)
    handover = begin_handover(drop, file, channel, officer("cashier"), AT, partial(transaction.atomic))
    drop.withdraw(token=handover.token)
    with pytest.raises(OutcomeUnknown):
        hand_over(batch=batch, officer=officer("cashier"), at=AT)
    return file


@pytest.mark.parametrize("says", ["RECEIVED", "NOT_RECEIVED"])
def test_two_officers_decide_what_became_of_a_file(says: str) -> None:
    file = unknown(SEPTEMBER)
    cashier, reviewer = Desk("cashier"), Desk("reviewer")
    action = reverse("bank_file_act", args=[file.name])
    page = page_of(cashier, file.batch)
    assert "nobody can prove whether the bank has it" in page
    told = cashier.acts(page, action, "propose", says=says, paper="银行回函〔2026〕1号")
    assert "another officer decides" in told
    assert reverse("bank_file_act", args=[file.name]) not in page_of(cashier, file.batch)
    assert "Decided" in reviewer.acts(page_of(reviewer, file.batch), action, "decide")
    decision = file.decisions.get()
    assert (decision.status, decision.proposed_by_id, decision.approved_by_id) == (
        "APPROVED",
        "demo-cashier",
        "demo-reviewer",
    )
    file.batch.refresh_from_db()
    if says == "NOT_RECEIVED":
        cashier.acts(page_of(cashier, file.batch), acts_on(file.batch), "send")
        assert work_off() == ["batch.send"]
        file.batch.refresh_from_db()
        assert file.handovers.count() == 2
    assert file.batch.status == "SENT"


def test_a_payment_that_came_back_is_given_up_by_two_officers() -> None:
    serial = serial_of(JULY, LEFT)
    address = ["2026-07", serial]
    action = reverse("payment_act", args=address)
    clerk, chief = Desk("clerk"), Desk("chief_accountant")
    told = clerk.acts(clerk.sees("payment", *address), action, "give_up", reason="身故无继承人", paper="民政证明")
    assert "the chief accountant decides" in told
    page = chief.sees("payment", *address)
    assert "身故无继承人" in page
    assert "given up" in chief.acts(page, action, "approve_giving_up")
    payment = Payment.objects.get(month=JULY, serial=serial)
    assert payment.givings_up.get().decision.is_approved
    assert f"/{serial}/" not in clerk.sees("results", "2026-07").split("Result files")[0]


def test_an_entry_is_listed_signed_and_the_account_reconciled_by_two_officers() -> None:
    own = own_account(since=date(2026, 8, 16))
    cashier, preparer, reviewer, chief = map(Desk, ("cashier", "preparer", "reviewer", "chief_accountant"))
    bank, last = Bank(own), date(2026, 8, 31)
    statement = SimpleUploadedFile("s.xml", bank.statement(last, entry("8.00", last), amounts=["8.00"]))
    results = reverse("result_act", args=["2026-08"])
    told = cashier.acts(
        cashier.sees("results", "2026-08"), results, "statement", file=statement, kind="camt.053", settled_by="RESULTS"
    )
    assert "1 entries" in told
    left = StatementEntry.objects.get(own_account=own)
    action, address = reverse("own_account_act", args=["2026-08", own.pk]), ["2026-08", own.pk]
    told = preparer.acts(preparer.sees("own_account", *address), action, "list", entry=[left.pk], reason="利息未入账")
    assert "another officer signs it" in told
    signed = reviewer.sees("own_account", *address)
    listing = reviewer.form(signed, action, having="Sign the reason")["listing"]
    assert "Decided." in reviewer.acts(signed, action, "sign", listing=listing)
    assert "is made" in preparer.acts(preparer.sees("own_account", *address), action, "make")
    assert "blocks" in chief.sees("closing", "2026-08")
    assert "is reviewed" in chief.acts(chief.sees("own_account", *address), action, "review")
    kept = Reconciliation.objects.get(own_account=own)
    assert (kept.status, kept.made_by_id, kept.reviewed_by_id) == ("REVIEWED", "demo-preparer", "demo-chief")
    assert "reviewed" in chief.sees("own_accounts", "2026-08")


def test_a_large_statement_is_taken_by_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement_work, "BYTES_AT_ONCE_MAX", 100)
    own, cashier = own_account(since=date(2026, 8, 16)), Desk("cashier")
    bank, last = Bank(own), date(2026, 8, 31)
    content = bank.statement(last, entry("8.00", last), amounts=["8.00"])
    results, sent = reverse("result_act", args=["2026-08"]), {"kind": "camt.053", "settled_by": "RESULTS"}
    file = SimpleUploadedFile("s.xml", content)
    told = cashier.acts(cashier.sees("results", "2026-08"), results, "statement", file=file, **sent)
    assert "take a statement of the bank" in told
    assert StatementEntry.objects.filter(own_account=own).count() == 0
    assert work_off() == ["statement.read"]
    assert StatementEntry.objects.filter(own_account=own).count() == 1
    assert "take a statement of the bank" in cashier.sees("results", "2026-08")
    again = SimpleUploadedFile("s.xml", content)
    cashier.acts(cashier.sees("results", "2026-08"), results, "statement", file=again, **sent)
    assert work_off() == ["statement.read"]
    assert StatementEntry.objects.filter(own_account=own).count() == 1
    broken = SimpleUploadedFile("b.xml", content[:200])
    cashier.acts(cashier.sees("results", "2026-08"), results, "statement", file=broken, **sent)
    with pytest.raises(StatementRefused):
        work_off()


def test_the_chief_accountant_alone_closes_a_month_and_what_blocks_it_is_told() -> None:
    action = reverse("closing_act", args=["2026-08"])
    assert Desk("auditor").client.post(action).status_code == REFUSED
    chief, cashier = Desk("chief_accountant"), Desk("cashier")
    page = chief.sees("closing", "2026-08")
    assert f"unanswered: {Payment.objects.filter(month=AUGUST).count()}" in page
    assert "the closing will be refused" in page
    assert "close the month" in chief.acts(
        chief.sees("closing", "2026-07"), reverse("closing_act", args=["2026-07"]), "close"
    )
    assert work_off() == ["month.close"]
    assert "Every book of the month is closed." in chief.sees("closing", "2026-07")
    told = cashier.acts(cashier.sees("closing", "2026-08"), action, "close")
    assert "The officer does not hold the post for this act." in told


@pytest.mark.parametrize("name", ["batches", "money", "closing"])
def test_the_queries_of_a_list_do_not_grow_with_it(name: str) -> None:
    """July has two batches; November has none."""
    desk = Desk("auditor")
    assert queries_of(desk, name, "2026-11") == queries_of(desk, name, "2026-07")


def test_the_queries_of_the_returns_do_not_grow_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk("auditor")
    both = queries_of(desk, "results", "2026-07")
    monkeypatch.setattr("web.bank_desk.result_pages.PAGE", 1)
    assert queries_of(desk, "results", "2026-07") == both


def test_the_line_of_a_month_tells_by_name_who_approved() -> None:
    page = Desk("auditor").sees("month_of", "2026-07")
    for one in (officer("reviewer"), officer("releaser")):
        assert f'<span title="{one.username}">{one.full_name}</span>' in page
