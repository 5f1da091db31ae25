"""From a released run to settled payments in a browser: each officer at the own desk, on a small district."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ledger.models import AuditEvent
from month.inboxes import put_aside
from payouts.channels.channel_files import SHIPPED, load_channels
from payouts.models import BankFile, Batch, Payment
from payouts.rendering import channels_folder
from payouts.sending import folder_of
from tests import payroll
from tests.payroll import AUGUST, LIST, SEPTEMBER, answer_to, batch_of, card, serial_of
from tests.sign_ins import events
from tests.web.bank_desk import OPEN, REFUSED, Desk, work_off
from web.bank_desk.lying import refused_files

stage = payroll.stage
rolled_back = payroll.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")


def act_of(batch: Batch) -> str:
    return reverse("batch_act", args=[f"{batch.month:%Y-%m}", batch.number])


def page_of(desk: Desk, batch: Batch) -> str:
    return desk.sees("batch", f"{batch.month:%Y-%m}", batch.number)


def sent(batch: Batch) -> None:
    cashier = Desk("cashier")
    assert "make the files of a batch" in cashier.acts(
        page_of(cashier, batch), act_of(batch), "render_and_send", template=LIST
    )
    assert work_off() == ["batch.render", "batch.send"]


def read_answer(file: BankFile, *, failing: list[int], desk: Desk) -> str:
    page = desk.sees("results", "2026-09")
    upload = SimpleUploadedFile(f"result_{file.name}", answer_to(file, failing=failing))
    told = desk.acts(
        page, reverse("result_act", args=["2026-09"]), "result", file=upload, template=LIST, on="2026-09-15"
    )
    assert work_off() == ["results.read"]
    return told


def test_a_released_run_is_sent_answered_put_right_and_paid_again() -> None:
    batch = batch_of(SEPTEMBER)
    assert "The cashier makes its files." in Desk("auditor").sees("batches", "2026-09")
    sent(batch)
    batch.refresh_from_db()
    assert batch.status == "SENT"
    cashier = Desk("cashier")
    assert "read the bank&#x27;s results" in read_answer(batch.files.get(), failing=[2], desk=cashier)
    batch.refresh_from_db()
    assert batch.status == "RECONCILED"
    returned = Payment.objects.get(month=SEPTEMBER, serial=serial_of(SEPTEMBER, 2))
    assert returned.status == "RETURNED"
    address = ["2026-09", returned.serial]
    act = reverse("payment_act", args=address)
    clerk, reviewer, releaser = Desk("clerk"), Desk("reviewer"), Desk("releaser")
    assert reverse("payment", args=address) in clerk.sees("results", "2026-09")
    told = clerk.acts(clerk.sees("payment", *address), act, "correct", account=card(500), paper="开户证明")
    assert told == "The account is proposed; another officer approves it."
    assert "may be paid from" in reviewer.acts(reviewer.sees("payment", *address), act, "approve_correction")
    correction = returned.corrections.get()
    assert (correction.proposed_by_id, correction.approved_by_id) == ("demo-clerk", "demo-reviewer")
    page, results = releaser.sees("results", "2026-09"), reverse("result_act", args=["2026-09"])
    told = releaser.acts(page, results, "reissue", template=LIST, on=f"{correction.payable_from}")
    assert told.startswith("Batches to pay again: 2026-09/")
    again = Batch.objects.get(month=SEPTEMBER, number=batch.number + 1)
    assert (again.status, again.payments.get().reissues) == ("APPROVED", returned)
    assert "It was paid again as" in clerk.sees("payment", *address)
    acts = {act for act, _refused in events("correction.approve")}
    assert acts == {"demo-reviewer"}


def test_a_form_sent_twice_hands_over_once() -> None:
    batch, cashier = batch_of(SEPTEMBER), Desk("cashier")
    fields = cashier.form(page_of(cashier, batch), act_of(batch))
    first = cashier.sends(act_of(batch), fields, act="render_and_send", template=LIST)
    second = cashier.sends(act_of(batch), fields, act="render_and_send", template=LIST)
    assert "It goes on by itself" in first.content.decode()
    assert "This form was sent before" in second.content.decode()
    assert work_off() == ["batch.render", "batch.send"]
    assert BankFile.objects.filter(batch=batch).count() == 1


def test_the_second_of_two_officers_sees_what_the_first_has_done() -> None:
    batch = batch_of(SEPTEMBER)
    one, other = Desk("cashier"), Desk("second-cashier")
    seen = page_of(other, batch)
    sent(batch)
    told = other.acts(seen, act_of(batch), "render_and_send", template=LIST)
    assert "This has changed since you saw it; nothing was done." in told
    assert "演示出纳 batch · file made" in told
    assert BankFile.objects.filter(batch=batch).count() == 1
    assert "Send to the bank" not in page_of(one, batch)


def test_numbers_are_masked_until_they_are_read_in_full_which_is_recorded() -> None:
    batch = batch_of(AUGUST)
    payment = batch.payments.order_by("serial")[0]
    address = [f"{AUGUST:%Y-%m}", payment.serial]
    auditor, cashier = Desk("auditor"), Desk("cashier")
    for page in (auditor.sees("payment", *address), auditor.sees("batch_payments", "2026-08", batch.number)):
        assert payment.account_number not in page
        assert payment.id_number not in page
        assert payment.account_number[-4:] in page
    in_full = reverse("payment_in_full", args=address)
    assert auditor.client.post(in_full).status_code == REFUSED
    fields = cashier.form(cashier.sees("payment", *address), in_full)
    shown = cashier.sends(in_full, fields).content.decode()
    assert payment.account_number in shown
    assert payment.id_number in shown
    event = AuditEvent.objects.get(act="documents.read", subject=f"payment/{payment}")
    assert event.actor == "demo-cashier"
    assert payment.account_number not in str(event.after)


def test_a_file_for_the_bank_is_taken_away_by_the_cashier_alone_and_that_is_recorded() -> None:
    file = batch_of(AUGUST).files.get()
    action = reverse("bank_file", args=[file.name])
    assert Desk("releaser").client.post(action).status_code == REFUSED
    cashier = Desk("cashier")
    answer = cashier.sends(action, cashier.form(page_of(cashier, file.batch), action))
    assert (answer.status_code, answer.content) == (OPEN, bytes(file.content))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{file.name}"'
    assert AuditEvent.objects.get(act="documents.read", subject=f"bank file/{file.pk}").actor == "demo-cashier"


def test_what_was_typed_stays_when_it_is_refused() -> None:
    address = ["2026-07", serial_of(payroll.JULY, payroll.LEFT)]
    clerk, act = Desk("clerk"), reverse("payment_act", args=["2026-07", serial_of(payroll.JULY, payroll.LEFT)])
    wrong = f"{card(500)[:-1]}{(int(card(500)[-1]) + 1) % 10}"
    fields = clerk.form(clerk.sees("payment", *address), act)
    page = clerk.sends(act, fields, act="correct", account=wrong, paper="一张纸").content.decode()
    assert "account_number_is_sound" in page
    assert f'value="{wrong}"' in page
    assert 'value="一张纸"' in page


def test_files_that_were_refused_are_listed_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    drop = folder_of(next(iter(load_channels(folder=channels_folder() or SHIPPED).values())))
    drop.make()
    desk, before = Desk("auditor"), refused_files()[1]
    for number in (1, 2):
        path = drop.incoming / f"result_refused_{number}.txt"
        path.write_bytes(b"no list")
        put_aside(drop, path, f"no list, of account 622202000000000000{number}")
    (drop.refused / "result_refused_1.txt.reason.txt").unlink()
    try:
        page = desk.sees("results", "2026-08")
        assert f"Files of the bank that were refused · {before + 2}" in page
        assert ("result_refused_1.txt" in page, "no list, of account" in page) == (True, True)
        assert "6222020000000000002" not in page
        monkeypatch.setattr("web.bank_desk.lying.REFUSED_SHOWN", 1)
        shown, count = refused_files()
        assert ([one.name for one in shown], count) == (["result_refused_2.txt"], before + 2)
    finally:
        for path in drop.refused.glob("result_refused_*"):
            path.unlink()


def test_payments_are_searched_and_paged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.bank_desk.batch_pages.PAGE", 2)
    batch, desk = batch_of(AUGUST), Desk("auditor")
    payments = list(batch.payments.order_by("serial"))
    first = desk.sees("batch_payments", "2026-08", batch.number)
    assert (payments[1].name in first, payments[2].name in first) == (True, False)
    following = re.search(r"after=(\d+)", first)
    assert following is not None
    second = desk.sees("batch_payments", "2026-08", batch.number, after=following[1])
    assert (payments[1].name in second, payments[2].name in second) == (False, True)
    found = desk.sees("batch_payments", "2026-08", batch.number, text=payments[3].account_number[-6:])
    assert (payments[3].name in found, payments[0].name in found) == (True, False)
    assert "No payment fits." in desk.sees("batch_payments", "2026-08", batch.number, state="RETURNED")
