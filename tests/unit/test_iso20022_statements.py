"""A statement held against itself, the one before, and what was sent; mock-bank as counterparty."""

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import mockbank.db
import pytest

from payouts.iso20022.camt import Detail, Statement, read_camt053, read_camt054
from payouts.iso20022.faults import Finding, Rule
from payouts.iso20022.pain001 import unwritable
from payouts.iso20022.pain001_checks import check_pain001
from payouts.iso20022.pain002 import FileStatus, PaymentStatus, Status, read_pain002
from payouts.iso20022.statement_matching import MatchedStatement, match_statement
from payouts.iso20022.statement_proofs import LastStatement, prove_statement
from tests.iso import ACCOUNT, MONTH, TODAY, balance, detail, entry, identity, pay, statement, written

LAST = LastStatement(sequence_number=6, closing=Decimal("1000.00"), closing_on=date(2026, 11, 26))


def prove(file: BytesIO, last: LastStatement | None = LAST, account: str = ACCOUNT) -> list[Rule]:
    head, *parts = read_camt053(file)
    assert isinstance(head, Statement)
    return [each.rule for each in prove_statement(statement=head, parts=parts, account=account, last=last)]


def test_a_statement_that_adds_up_has_no_finding() -> None:
    moved = (entry("3.00"), entry("5.01", side="CRDT"))
    assert prove(statement(*moved, closing="1002.01")) == []


@pytest.mark.parametrize("closing", ["1002.00", "1002.02"])
def test_a_fen_off_is_found(closing: str) -> None:
    moved = (entry("3.00"), entry("5.01", side="CRDT"))
    assert prove(statement(*moved, closing=closing)) == [Rule.BALANCE_DIFFERS]


def test_what_is_not_booked_is_not_in_the_balance() -> None:
    assert prove(statement(entry("3.00", status="PDNG"))) == []


@pytest.mark.parametrize(
    ("number", "expected"), [("6", [Rule.SEQUENCE_DIFFERS]), ("7", []), ("8", [Rule.SEQUENCE_DIFFERS])]
)
def test_the_number_follows_the_last(number: str, expected: list[Rule]) -> None:
    assert prove(statement(number=number)) == expected


@pytest.mark.parametrize(("last_on", "expected"), [("2025-12-31", []), ("2026-01-01", [Rule.SEQUENCE_DIFFERS])])
def test_a_new_year_may_begin_again(last_on: str, expected: list[Rule]) -> None:
    last = LAST._replace(closing_on=date.fromisoformat(last_on))
    assert prove(statement(number="1"), last=last) == expected


@pytest.mark.parametrize("opening", ["999.99", "1000.01"])
def test_the_opening_is_the_last_closing(opening: str) -> None:
    assert prove(statement(opening=opening, closing=opening)) == [Rule.OPENING_DIFFERS]


def test_the_first_statement_has_nothing_to_follow() -> None:
    assert prove(statement(number="40", opening="5.00", closing="5.00"), last=None) == []


def test_days_do_not_go_back() -> None:
    assert prove(statement(), last=LAST._replace(closing_on=date(2026, 11, 28))) == [Rule.DATES_DIFFER]
    told = [balance("OPBD", "1000.00"), balance("CLBD", "1000.00", on="2026-11-26")]
    assert prove(statement(balances=told)) == [Rule.DATES_DIFFER]


def test_the_account_is_ours() -> None:
    assert prove(statement(), account="1") == [Rule.ACCOUNT_DIFFERS]


def match(*entries: str, sent: int = 2, before: tuple[str, ...] = ()) -> MatchedStatement:
    return match_statement(
        parts=read_camt053(statement(*entries)),
        sent=[pay(serial) for serial in range(1, sent + 1)],
        month=MONTH,
        debited_before=before,
    )


def debit(serial: int, amount: str = "450.00") -> str:
    return entry(amount, detail(identity(serial), amount))


def back(serial: int, amount: str = "450.00") -> str:
    return entry(amount, detail(identity(serial), amount, returned="AC04"), side="CRDT")


def test_a_debit_settles_its_payment() -> None:
    found = match(
        debit(1), entry("9.00"), entry("1.00", detail("NOTPROVIDED")), entry("2.00", detail("X"), side="CRDT")
    )
    assert (list(found.settled), found.missing, found.findings, found.others) == ([1], [2], [], 2)


def test_a_return_is_known_with_its_reason_whatever_the_order() -> None:
    found = match(back(1), debit(1))
    assert found.findings == []
    assert found.returned[identity(1)].return_reason == "AC04"


def test_a_return_of_an_earlier_debit_is_known() -> None:
    assert match(back(9), before=(identity(9),)).findings == []


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ((debit(1), debit(1)), Rule.DUPLICATE_DEBIT),
        ((debit(3),), Rule.UNKNOWN_PAYMENT),
        ((debit(1, "449.99"),), Rule.AMOUNT_DIFFERS),
        ((debit(1, "450.01"),), Rule.AMOUNT_DIFFERS),
        ((back(1),), Rule.RETURN_WITHOUT_DEBIT),
        ((debit(1), back(1), back(1)), Rule.DUPLICATE_RETURN),
        ((debit(1), back(1, "449.99")), Rule.AMOUNT_DIFFERS),
        ((entry("450.00", detail(identity(1)), side="CRDT"),), Rule.WRONG_SIDE),
        ((debit(1), entry("450.00", detail(identity(1), returned="AC04"))), Rule.WRONG_SIDE),
    ],
)
def test_what_does_not_match_is_named(entries: tuple[str, ...], rule: Rule) -> None:
    assert [finding.rule for finding in match(*entries).findings] == [rule]


def test_a_debit_of_what_was_debited_before_is_a_duplicate() -> None:
    assert [each.rule for each in match(debit(1), before=(identity(1),)).findings] == [Rule.DUPLICATE_DEBIT]
    assert [each.rule for each in match(debit(9), before=(identity(9),)).findings] == [Rule.DUPLICATE_DEBIT]


def test_what_is_pending_settles_nothing() -> None:
    assert match(entry("450.00", detail(identity(1)), status="PDNG")).missing == [1, 2]


def test_the_envelope_vectors() -> None:
    """1,002 payments of 1 to 1002; one without an account, one cancelled: 1,000 go; three findings come back."""
    planned = [pay(serial, f"{serial}.00", account="" if serial == 1002 else "62170001") for serial in range(1, 1003)]
    assert sum(each.amount for each in planned) == Decimal("502503.00")
    assert list(unwritable(planned)) == [Finding(Rule.ACCOUNT_MISSING, "payment 001002")]
    gone = [each for each in planned if each.serial not in (1001, 1002)]
    content = written(*gone)
    assert content.count(b"<CdtTrfTxInf>") == 1000
    assert b"<CtrlSum>500500.00</CtrlSum>" in content
    assert check_pain001(file=BytesIO(content), today=TODAY, known_message_ids=()) == []
    entries = [debit(each.serial, f"{each.amount}") for each in gone]
    entries += [
        debit(500, "500.00"),
        debit(1001, "1001.00"),
        entry("1002.00", detail(identity(1002), returned="AC01"), side="CRDT"),
    ]
    found = match_statement(parts=read_camt053(statement(*entries)), sent=gone, month=MONTH, debited_before=())
    assert [(each.rule, each.stated) for each in found.findings] == [
        (Rule.DUPLICATE_DEBIT, identity(500)),
        (Rule.UNKNOWN_PAYMENT, identity(1001)),
        (Rule.RETURN_WITHOUT_DEBIT, identity(1002)),
    ]
    assert len(found.settled) == 1000


@pytest.fixture(scope="module")
def bank() -> Iterator[http.client.HTTPConnection]:
    """A bank that runs on its own clock, with our account in it."""
    program = [sys.executable, "-u", "-m", "mockbank", "--port", "0", "--clock", "2026-11-27T09:00"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            told = next(line for line in process.stdout if "http://" in line)
            address = re.search(r"127\.0\.0\.1:(\d+)", told)
            assert address, told
            yield http.client.HTTPConnection("127.0.0.1", int(address[1]), timeout=20)
        finally:
            process.terminate()


def ask(bank: http.client.HTTPConnection, method: str, path: str, told: bytes | dict[str, object] = b"") -> Any:
    bank.request(method, path, json.dumps(told) if isinstance(told, dict) else told)
    answer = bank.getresponse()
    said = json.loads(answer.read() or b"null")
    assert answer.status < 500, said
    return said


def collect(bank: http.client.HTTPConnection, kind: str) -> list[BytesIO]:
    """Return the messages of one kind; the bank has accounts of its own, in euros."""
    bodies = [each["body"] for each in ask(bank, "GET", f"/_mock/mailbox?type={kind}")]
    return [BytesIO(body.encode()) for body in bodies if 'Ccy="EUR"' not in body]


def test_a_bank_takes_what_we_write_and_its_answers_are_read(bank: http.client.HTTPConnection) -> None:
    """Sent, accepted, sent again by mistake, booked, and returned two days later."""
    account = {
        "iban": mockbank.db.iban("NL", "MOCK0000000099"),
        "account_number": ACCOUNT,
        "currency": "CNY",
        "balance": 10_000_000,
    }
    account |= {"behaviour": "return-later", "parameters": {"days": 2, "reason": "AC04"}}
    assert "error" not in ask(bank, "POST", "/_mock/accounts", {"id": "TONGFA", **account})
    sent = [pay(serial) for serial in range(1, 4)]
    ask(bank, "POST", "/payments", written(*sent))
    (first,) = map(list, map(read_pain002, collect(bank, "pain.002")))
    statuses = {each.end_to_end_id: each.status for each in first if isinstance(each, PaymentStatus)}
    assert statuses == {identity(serial): Status.ACCEPTED for serial in range(1, 4)}

    ask(bank, "POST", "/payments", written(*sent))
    (again,) = map(list, map(read_pain002, collect(bank, "pain.002")))
    assert isinstance(again[0], FileStatus)
    assert (again[0].status, again[0].received_before) == (Status.REJECTED, True)

    ask(bank, "POST", "/_mock/advance?days=5")
    last: LastStatement | None = None
    before: list[str] = []
    returned: list[str] = []
    settled: list[int] = []
    for file in collect(bank, "camt.053"):
        head, *parts = read_camt053(file)
        assert isinstance(head, Statement)
        assert list(prove_statement(statement=head, parts=parts, account=head.account, last=last)) == []
        last = LastStatement(head.sequence_number, head.closing.amount, head.closing.on)
        found = match_statement(parts=parts, sent=[] if settled else sent, month=MONTH, debited_before=before)
        assert found.findings == []
        settled += found.settled
        before += map(identity, found.settled)
        returned += found.returned
        assert {each.return_reason for each in found.returned.values()} <= {"AC04"}
    assert settled == [1, 2, 3]
    assert set(returned) == set(before)
    notices = [part for file in collect(bank, "camt.054") for part in read_camt054(file)]
    assert sum(isinstance(part, Detail) for part in notices) == 6
