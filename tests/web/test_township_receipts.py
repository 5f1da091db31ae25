"""Receipt books, statements and settlements at the desks: who may take which act, what stays of a refused form."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import AuditEvent
from month.models import Job
from month.posts import demo_officer
from tests import golden
from tests.golden import BIRCH, NOVEMBER, RIVER, town
from tests.sign_ins import hire, signed_in
from tests.web.desks import hidden, page, seconded, send
from treasury.collecting import register_income, sweep_income
from treasury.issuing_receipts import PrintedRange, issue_book
from treasury.models import AccountStatement, ReceiptBook, ReceiptMark, Settlement
from treasury.models.words import PostKind, ReceiptKind, SettlementStatus

stage, rolled_back = golden.stage, golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
SEE_OTHER, NOT_FOUND, REFUSED, FORBIDDEN = 303, 404, 422, 403
BOOKS = reverse("receipt_books")
ISSUE = {
    "township": RIVER,
    "kind": "FISCAL",
    "first": "吉财0000101",
    "last": "吉财0000110",
    "copies": "3",
    "collector": "松江财政所",
    "on": "2026-11-02",
}


def bureau(post: str) -> Client:
    hire(f"b-{post}", post)
    return signed_in(f"b-{post}")


@pytest.fixture
def clerk(rolled_back: None) -> Client:
    seconded("river-clerk", PostKind.CENTRE_CLERK, RIVER)
    return signed_in("river-clerk")


def issued(**changes: str) -> Any:
    return send(bureau("receipt_keeper"), BOOKS, {**ISSUE, **changes})


def of_river(book: ReceiptBook) -> str:
    return reverse("township_receipt_book", args=[RIVER, book.pk])


def test_a_book_is_issued_received_voided_taken_back_and_closed_by_three(clerk: Client) -> None:
    keeper = bureau("receipt_keeper")
    assert send(keeper, BOOKS, ISSUE).status_code == SEE_OTHER
    book = ReceiptBook.objects.get()
    assert "吉财0000101" in page(clerk, reverse("township_receipts", args=[RIVER]))
    assert send(clerk, of_river(book), {"act": "receive", "on": "2026-11-03"}).status_code == SEE_OTHER
    void = {"act": "void", "receipt": "吉财0000101", "copies": "3", "reason": "写错", "on": "2026-11-04"}
    assert send(clerk, of_river(book), void).status_code == SEE_OTHER
    bureau_page = reverse("receipt_book", args=[book.pk])
    back = {"act": "return", "first": "吉财0000102", "last": "吉财0000110", "reason": "换新", "on": "2026-11-05"}
    assert send(keeper, bureau_page, back).status_code == SEE_OTHER
    reviewer = bureau("reviewer")
    assert send(reviewer, bureau_page, {"act": "close", "stubs": "0.00", "on": "2026-11-06"}).status_code == SEE_OTHER
    book.refresh_from_db()
    assert (book.status, book.received_by_id, book.closed_by_id) == ("CLOSED", "river-clerk", "b-reviewer")
    assert ReceiptMark.objects.filter(book=book).count() == 10
    acts = AuditEvent.objects.filter(subject=f"receipt_book/{book.pk}", refused="").order_by("pk")
    assert [one.act.partition(".")[2] for one in acts] == ["issue", "receive", "void", "return", "close"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"last": "吉财0000100"}, "receipt_book_is_a_range"),
        ({"copies": "drei"}, "count_is_written"),
        ({"on": "gestern"}, "day_is_written"),
        ({"township": "nowhere"}, "township_is_registered"),
    ],
)
def test_a_refused_issue_keeps_what_was_typed(rolled_back: None, fields: dict[str, str], said: str) -> None:
    answer = issued(**fields)
    text = answer.content.decode()
    assert answer.status_code == REFUSED
    assert said in text
    assert "松江财政所" in text
    assert not ReceiptBook.objects.exists()


def test_an_issue_sent_twice_issues_once(rolled_back: None) -> None:
    keeper = bureau("receipt_keeper")
    drawn = hidden(page(keeper, BOOKS))
    send(keeper, BOOKS, ISSUE, drawn=drawn)
    assert send(keeper, BOOKS, ISSUE, drawn=drawn).status_code == SEE_OTHER
    assert ReceiptBook.objects.count() == 1


def test_a_book_of_another_township_is_neither_seen_nor_received(clerk: Client) -> None:
    issued()
    book = ReceiptBook.objects.get()
    seconded("birch-clerk", PostKind.CENTRE_CLERK, BIRCH)
    other = signed_in("birch-clerk")
    for address in (of_river(book), reverse("township_receipt_book", args=[BIRCH, book.pk])):
        assert other.get(address).status_code == NOT_FOUND
        assert other.post(address, {"act": "receive", "on": "2026-11-03"}).status_code == NOT_FOUND
    assert other.get(reverse("receipt_book", args=[book.pk])).status_code == FORBIDDEN
    assert "吉财" not in page(other, reverse("township_receipts", args=[BIRCH]))
    book.refresh_from_db()
    assert book.status == "ISSUED"


def test_the_list_asks_as_many_questions_for_few_books_as_for_many(clerk: Client) -> None:
    address = reverse("township_receipts", args=[RIVER])
    keeper = hire("keeper", "receipt_keeper")
    at = datetime(2026, 11, 2, tzinfo=UTC)

    def asked() -> int:
        page(clerk, address)
        with CaptureQueriesContext(connection) as queries:
            page(clerk, address)
        return len(queries)

    def issue(kind: ReceiptKind, number: str) -> None:
        printed, on = PrintedRange(kind, number, number, 3), date(2026, 11, 2)
        issue_book(printed=printed, township=town(RIVER), collector="", officer=keeper, on=on, at=at)

    issue(ReceiptKind.FISCAL, "吉财0000100")
    few = asked()
    issue(ReceiptKind.TAX, "吉税0000100")
    assert asked() == few


def test_a_statement_is_made_and_confirmed_by_both_sides(rolled_back: None) -> None:
    address = reverse("statement", args=[RIVER, "2026-11"])
    assert send(bureau("preparer"), address, {"act": "make"}).status_code == SEE_OTHER
    assert send(bureau("chief_accountant"), address, {"act": "confirm", "side": "DISTRICT"}).status_code == SEE_OTHER
    officer = seconded("river-head", PostKind.HEAD, RIVER)
    head = signed_in("river-head")
    refused = send(head, address, {"act": "confirm", "side": "TOWNSHIP"})
    assert refused.status_code == REFUSED
    officer.groups.set(hire("other-head", "township_head").groups.all())
    assert send(head, address, {"act": "confirm", "side": "TOWNSHIP"}).status_code == SEE_OTHER
    kept = AccountStatement.objects.get(township=town(RIVER))
    assert (kept.status, kept.township_by_id) == ("CONFIRMED", "river-head")
    assert head.post(reverse("statement", args=[BIRCH, "2026-11"]), {"act": "confirm"}).status_code == NOT_FOUND


def test_a_disagreement_without_a_reason_is_refused(rolled_back: None) -> None:
    address = reverse("statement", args=[RIVER, "2026-11"])
    send(bureau("preparer"), address, {"act": "make"})
    chief = bureau("chief_accountant")
    assert send(chief, address, {"act": "disagree", "side": "DISTRICT", "reason": " "}).status_code == REFUSED
    assert send(chief, address, {"act": "disagree", "side": "DISTRICT", "reason": "少记"}).status_code == SEE_OTHER
    assert AccountStatement.objects.get(township=town(RIVER)).reason == "少记"


def test_settlements_are_prepared_approved_withdrawn_and_posted_by_three(rolled_back: None) -> None:
    register_income(
        file=golden.a_file("INCOME", text="二"),
        rows=[*golden.INCOME, golden.income(28, BIRCH, "预算内", "100 000.00")],
        officer=demo_officer("preparer"),
        at=golden.AT,
    )
    sweep_income(month=NOVEMBER, cashier=demo_officer("cashier"), at=golden.AT)
    address, act = reverse("settlements", args=["2026-11"]), reverse("settlement_act", args=["2026-11"])
    preparer, reviewer, cashier = bureau("preparer"), bureau("reviewer"), bureau("cashier")
    assert send(preparer, address, {"act": "prepare"}, to=act).status_code == SEE_OTHER
    made = Settlement.objects.get(township=town(BIRCH), number=2)
    drawn = hidden(page(reviewer, address))
    assert send(reviewer, address, {"act": "approve"}, to=act).status_code == SEE_OTHER
    made.refresh_from_db()
    assert made.status == SettlementStatus.APPROVED
    send(reviewer, address, {"act": "withdraw", "reason": "迟了"}, drawn=drawn, to=act)
    assert "This has changed since you saw it" in page(reviewer, address)
    send(cashier, address, {"act": "post"}, to=act)
    assert Job.objects.get(kind="month.rebate").asked_by_id == "b-cashier"
    send(reviewer, address, {"act": "withdraw", "reason": "数字有变"}, to=act)
    made.refresh_from_db()
    assert made.status == SettlementStatus.WITHDRAWN
    assert preparer.post(act, {"act": "prepare"}).status_code == SEE_OTHER


def test_an_income_page_tells_what_is_collected_and_lets_a_cashier_sweep(clerk: Client) -> None:
    address = reverse("township_income", args=[RIVER, "2026-11"])
    text = page(clerk, address)
    assert "380,000.00" in text
    assert "Sweep the income" not in text
    sweep = reverse("income_sweep", args=["2026-11"])
    assert clerk.post(sweep).status_code == FORBIDDEN
    assert send(bureau("cashier"), address, {}, to=sweep).status_code == SEE_OTHER
    assert Job.objects.filter(kind="month.sweep").count() == 1


def test_the_page_of_officers_tells_who_holds_which_post(clerk: Client) -> None:
    seconded("birch-head", PostKind.HEAD, BIRCH, name="白桦镇长")
    text = page(clerk, reverse("township_officers", args=[RIVER]))
    assert "claims clerk" in text
    assert "river-clerk" in text
    assert "白桦镇长" not in text
