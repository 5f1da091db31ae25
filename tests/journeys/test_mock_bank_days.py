"""A week with mock-bank: funding, payments, a statement that is late, a late return, a citizen who pays back.

The bank is a program of its own with its own clock; what it says comes by HTTP, and after each day check_books is
silent and the bank's list of payments is ours.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import mockbank.db
import pytest
from pypdf import PdfReader

from ledger.checks import run_checks
from month.documents import write_reconciliations
from payouts.explaining import decide_listing, explain_anew, list_entry
from payouts.iso20022.values import end_to_end_id
from payouts.models import Explanation, Overpayment, OwnAccount, Payment, StatementEntry
from payouts.models.bank_words import ExplanationKind, SignedStatus
from payouts.reconciliations import figures_of
from payouts.reconciling import make_reconciliation, review_reconciliation
from payouts.recovering import take_refund
from payouts.rendering import instructions_of
from payouts.sending import send_batch
from payouts.statement_refusals import EntryUnexplained, StatementMissing
from tests import iso, paid_benefits
from tests.attacks import Stage
from tests.paid_benefits import IN_APRIL, SINGLE, certify, clock, computed, released
from tests.payroll import officer
from tests.statements import cash_codes, identity_of, moment, notify, own_account, take

MAY, PAY_DAY = date(2026, 5, 1), date(2026, 5, 25)
RETURNING = 2  # the serial of the payment that comes back
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 5, day) for day in (26, 27, 28, 29))
own_stage = paid_benefits.own_stage


class MockBank:
    """The bank, by HTTP; amounts in fen."""

    def __init__(self, connection: HTTPConnection) -> None:
        self.connection = connection

    def ask(self, method: str, path: str, told: bytes | dict[str, object] = b"") -> Any:
        self.connection.request(method, path, json.dumps(told) if isinstance(told, dict) else told)
        answer = self.connection.getresponse()
        said = json.loads(answer.read() or b"null")
        assert answer.status < 400, said
        return said

    def opens(self, own: OwnAccount) -> None:
        account = {"id": "TONGFA", "iban": own.number, "currency": "CNY", "account_number": iso.ACCOUNT}
        self.ask("POST", "/_mock/accounts", {**account, "balance": int(own.opening * 100)})

    def receives(self, amount: Decimal, note: str) -> None:
        self.ask("POST", "/_mock/credits", {"account": "TONGFA", "amount": int(amount * 100), "note": note})

    def said(self, kind: str) -> list[bytes]:
        bodies = [each["body"] for each in self.ask("GET", f"/_mock/mailbox?type={kind}")]
        return [body.encode() for body in bodies if 'Ccy="EUR"' not in body]

    def until(self, day: date) -> None:
        self.ask("POST", f"/_mock/advance?to={day}")

    def payments(self) -> dict[str, tuple[str, Decimal]]:
        """Return what the bank has of each payment: its state, and the amount in yuan."""
        return {
            one["end_to_end_id"]: (
                "RETURNED" if one["returned_at"] else "SETTLED" if one["booked_at"] else "SENT",
                Decimal(one["amount"]) / 100,
            )
            for one in self.ask("GET", "/_mock/payments")
        }


@pytest.fixture
def bank() -> Iterator[MockBank]:
    program = [sys.executable, "-u", "-m", "mockbank", "--port", "0", "--clock", f"{PAY_DAY}T09:00"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            told = next(line for line in process.stdout if "http://" in line)
            address = re.search(r"127\.0\.0\.1:(\d+)", told)
            assert address, told
            yield MockBank(HTTPConnection("127.0.0.1", int(address[1]), timeout=20))
        finally:
            process.terminate()


def ours() -> dict[str, tuple[str, Decimal]]:
    return {identity_of(one): (one.status, one.amount) for one in Payment.objects.filter(month=MAY)}


def agree(bank: MockBank) -> None:
    """Check that the books are silent and that both have the same payments in the same state."""
    assert [f"{fault.check}: {fault.what}" for fault in run_checks([])] == []
    assert bank.payments() == ours()


def send_may(bank: MockBank) -> list[Payment]:
    """Pay the benefits of May: the bank gets the money of the funders, and the payments as pain.001."""
    certify(MAY, IN_APRIL)
    batches = released(computed(MAY))
    returning = {"days": 2, "reason": "AC04", "end_to_end_id": end_to_end_id(month=MAY, serial=RETURNING)}
    bank.ask("PATCH", "/_mock/accounts/TONGFA", {"behaviour": "return-later", "parameters": returning})
    for batch in batches:
        send_batch(batch=batch, officer=officer("cashier"), template=SINGLE, at=clock(PAY_DAY))
        instructions = instructions_of(batch)
        bank.ask(
            "POST",
            "/payments",
            iso.written(
                *instructions,
                month=MAY,
                message_id=f"TF{batch.pk}",
                execution_date=PAY_DAY,
                created_at=datetime(2026, 5, 25, 9, tzinfo=UTC),
            ),
        )
    return list(Payment.objects.filter(month=MAY).order_by("serial"))


def test_a_week_with_the_bank(own_stage: Stage, bank: MockBank, tmp_path: Path) -> None:
    own = own_account(
        since=MAY, codes=cash_codes("100405"), number=mockbank.db.iban("NL", "MOCK0000000099"), bank="模拟银行"
    )
    bank.opens(own)
    payments = send_may(bank)
    back = Payment.objects.get(month=MAY, serial=RETURNING)
    funded = figures_of(own=own, month=MAY).book_balance + sum(one.amount for one in payments) - own.opening
    bank.receives(funded, "惠民补贴资金")

    # Monday: notices settle, the statement of the day explains.
    bank.until(TUESDAY)
    for notice in bank.said("camt.054"):
        notify(notice, on=PAY_DAY)
    assert {status for status, _amount in ours().values()} == {"SETTLED"}
    [monday] = bank.said("camt.053")
    taken = take(monday, on=TUESDAY)
    assert (list(taken.findings), taken.results) == ([], [])
    assert not StatementEntry.objects.filter(explained=None).exists()
    agree(bank)

    # Tuesday's statement is late; Wednesday's, with a return, waits for it.
    bank.until(WEDNESDAY)
    [tuesday] = bank.said("camt.053")
    [returned] = bank.said("camt.054")
    bank.until(THURSDAY)
    [wednesday] = bank.said("camt.053")
    with pytest.raises(StatementMissing):
        take(wednesday, on=THURSDAY)
    take(tuesday, on=THURSDAY)
    [result] = take(wednesday, on=THURSDAY).results
    assert (result.posting_date, result.returned_amount) == (WEDNESDAY, back.amount)
    assert ours()[identity_of(back)] == ("RETURNED", back.amount)
    assert notify(returned, on=THURSDAY).results == []  # the statement said so before its notice
    assert Explanation.objects.filter(kind=ExplanationKind.RETURN).count() == 1
    agree(bank)

    # A citizen pays back on Thursday; nothing explains it until it is booked.
    overpaid = Overpayment.objects.get()
    bank.receives(overpaid.amount, "退回多发补贴")
    bank.until(FRIDAY)
    [thursday] = bank.said("camt.053")
    assert list(take(thursday, on=FRIDAY).findings) == []
    entry = StatementEntry.objects.get(explained=None)
    assert (entry.amount, entry.booked_on, entry.text) == (overpaid.amount, THURSDAY, "退回多发补贴")
    bank.until(date(2026, 6, 1))
    for statement in bank.said("camt.053"):
        take(statement, on=date(2026, 6, 1))
    first = make_reconciliation(own=own, month=MAY, officer=officer("preparer"), at=moment(FRIDAY))
    assert (first.unexplained, first.bank_in) == (1, overpaid.amount)
    with pytest.raises(EntryUnexplained):
        review_reconciliation(own=own, month=MAY, officer=officer("chief_accountant"), at=moment(FRIDAY))
    listing = list_entry(entry=entry, reason="待入账", officer=officer("preparer"), at=moment(FRIDAY))
    decide_listing(listing=listing, to=SignedStatus.SIGNED, officer=officer("reviewer"), at=moment(FRIDAY))
    take_refund(
        overpayment=overpaid,
        amount=overpaid.amount,
        paper=f"银行回单 {entry.reference}",
        officer=officer("benefits_funder"),
        cashier=officer("cashier"),
        on=FRIDAY,
        at=moment(FRIDAY),
    )
    assert explain_anew(own=own, officer=officer("preparer"), at=moment(FRIDAY)) == 1
    assert Explanation.objects.filter(kind=ExplanationKind.REFERENCE, explained_entries__entry=entry).exists()
    agree(bank)

    second = make_reconciliation(own=own, month=MAY, officer=officer("preparer"), at=moment(FRIDAY))
    assert (second.edition, second.unexplained, second.book_balance) == (2, 0, second.bank_balance)
    review_reconciliation(own=own, month=MAY, officer=officer("chief_accountant"), at=moment(FRIDAY))
    names = write_reconciliations(folder=tmp_path, month=MAY, at=moment(FRIDAY))
    assert names == ["2026-05-银行余额调节表.pdf", "2026-05-银行余额调节表.xlsx"]
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / names[0]).pages)
    assert "调节后余额相符" in text
    agree(bank)
