"""Receipt books against hands that go round the acts, as app role and as owner."""

import itertools
from datetime import date

import pytest

from tests import attacks, posts
from tests.attacks import Hand, Stage
from tests.payroll_hands import adds, another, refusal, refuses, row_of
from tests.posts import DAY, deposited, income, issued, officer, received, songjiang
from treasury.issuing_receipts import close_book
from treasury.models.words import RECEIPT_BOOK_MOVES, IncomeKind, ReceiptBookStatus, ReceiptKind

hand = attacks.hand
app = attacks.app
owner = attacks.owner
posts_stage = posts.stage


@pytest.fixture(scope="module", name="stage")
def furnished(posts_stage: Stage) -> Stage:
    """The district with an open book, one of the tax office, one closed, one not received, and income."""
    received(issued())  # 101 to 110
    deposited("吉财0000101")
    income("吉财0000102")
    income("吉财0000109", on=date(2026, 7, 5))
    income("吉财0000103", township=songjiang())
    income("税0000001", kind=IncomeKind.EXTRA_BUDGETARY)
    received(issued("税0000001", "税0000010", kind=ReceiptKind.TAX))
    closed = received(issued("辽财01", "辽财01", township=songjiang()))
    deposited("辽财01", "12.00", township=songjiang())
    close_book(book=closed, stub_total=12, officer=officer("reviewer"), on=DAY, at=posts.AT)  # type: ignore[arg-type]
    issued("辽财50", "辽财59", township=songjiang())
    return posts_stage


def book(hand: Hand, condition: str = "first_number = 101") -> dict[str, object]:
    return row_of(hand, "treasury_receiptbook", condition)


def line_of(hand: Hand, receipt: str) -> object:
    return hand.value("SELECT max(id) FROM treasury_incomeline WHERE receipt = %s", receipt)


def mark(hand: Hand, number: int, **changes: object) -> dict[str, object]:
    """Return a row that hands a number back, which is right in every point."""
    plain = {
        "book_id": book(hand)["id"],
        "number": number,
        "fate": "RETURNED",
        "income_line_id": None,
        "on": DAY,
        "copies_kept": None,
        "reason": "换新",
        "recorded_by_id": "demo-receipts",
        "taken_back": False,
    }
    row = {**plain, **changes}
    row['"on"'] = row.pop("on")
    return row


def use(hand: Hand, receipt: str, number: int, **changes: object) -> dict[str, object]:
    used = {"fate": "USED", "income_line_id": line_of(hand, receipt), "reason": ""}
    return mark(hand, number, **{**used, **changes})


# Marks


def test_marks_that_are_right_are_taken(hand: Hand) -> None:
    assert adds(hand, "treasury_receiptmark", mark(hand, 110))
    assert adds(hand, "treasury_receiptmark", mark(hand, 108, fate="VOIDED", copies_kept=3))
    assert adds(hand, "treasury_receiptmark", use(hand, "吉财0000102", 102))


def test_a_number_is_marked_once_in_one_statement_or_two(hand: Hand) -> None:
    assert refuses(hand, "treasury_receiptmark", mark(hand, 110), mark(hand, 110)) == "receipt_is_marked_once"
    for number in (101, 110):
        if number == 110:
            adds(hand, "treasury_receiptmark", mark(hand, 110))
        for again in (mark(hand, number), mark(hand, number, fate="VOIDED", copies_kept=3)):
            assert refuses(hand, "treasury_receiptmark", again) == "receipt_is_marked_once"


def test_an_income_line_uses_one_number(hand: Hand) -> None:
    again = use(hand, "吉财0000101", 102)
    assert refuses(hand, "treasury_receiptmark", again) == "treasury_receiptmark_income_line_id_key"


@pytest.mark.parametrize(
    ("receipt", "number", "changes", "rule"),
    [
        ("吉财0000102", 103, {}, "receipt_is_its_number"),
        ("吉财0000103", 103, {}, "receipt_is_of_its_township"),
        ("吉财0000109", 109, {}, "receipt_is_issued_first"),
        ("吉财0000102", 102, {"income_line_id": None}, "receipt_mark_is_of_known_kind"),
        ("吉财0000102", 102, {"taken_back": True}, "receipt_is_of_standing_income"),
        ("吉财0000102", 111, {}, "receipt_is_in_its_book"),
        ("吉财0000102", 100, {}, "receipt_is_in_its_book"),
    ],
)
def test_a_number_is_used_by_its_own_income(
    hand: Hand, receipt: str, number: int, changes: dict[str, object], rule: str
) -> None:
    assert refuses(hand, "treasury_receiptmark", use(hand, receipt, number, **changes)) == rule


def test_a_receipt_of_the_tax_office_is_for_agricultural_tax(hand: Hand) -> None:
    tax = book(hand, "first_number = 1 AND last_number = 10")["id"]
    assert refuses(hand, "treasury_receiptmark", use(hand, "税0000001", 1, book_id=tax)) == "receipt_fits_its_income"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"fate": "VOIDED", "copies_kept": 2}, "spoiled_receipt_is_kept_whole"),
        ({"fate": "VOIDED", "copies_kept": 4}, "spoiled_receipt_is_kept_whole"),
        ({"fate": "VOIDED", "copies_kept": None}, "receipt_mark_is_of_known_kind"),
        ({"fate": "VOIDED", "copies_kept": 3, "reason": ""}, "receipt_mark_is_of_known_kind"),
        ({"reason": ""}, "receipt_mark_is_of_known_kind"),
        ({"fate": "LOST"}, "receipt_mark_is_of_known_kind"),
        ({"recorded_by_id": None}, "receipt_mark_is_of_known_kind"),
        ({"on": date(2026, 7, 5)}, "receipt_is_issued_first"),
    ],
)
def test_void_and_returned_numbers_have_their_reasons_and_sheets(
    hand: Hand, changes: dict[str, object], rule: str
) -> None:
    assert refuses(hand, "treasury_receiptmark", mark(hand, 110, **changes)) == rule


@pytest.mark.parametrize(("condition", "number"), [("status = 'CLOSED'", 1), ("status = 'ISSUED'", 55)])
def test_a_book_not_received_or_closed_takes_no_mark(hand: Hand, condition: str, number: int) -> None:
    row = mark(hand, number, book_id=book(hand, condition)["id"])
    expected = {"receipt_is_marked_once", "receipt_book_is_open"} if number == 1 else {"receipt_book_is_open"}
    assert refuses(hand, "treasury_receiptmark", row) in expected
    outside = mark(hand, number + 1, book_id=book(hand, condition)["id"])
    assert refuses(hand, "treasury_receiptmark", outside) == "receipt_book_is_open"


@pytest.mark.parametrize("change", ["number = 105", "fate = 'VOIDED'", "income_line_id = NULL", "reason = 'x'"])
def test_a_mark_is_not_rewritten(hand: Hand, change: str) -> None:
    assert refusal(hand, f"UPDATE treasury_receiptmark SET {change} WHERE number = 101") == "receipt_mark_is_fixed"


def test_a_number_is_freed_only_with_its_income(hand: Hand) -> None:
    free = "UPDATE treasury_receiptmark SET taken_back = true WHERE number = 101"
    assert refusal(hand, free) == "receipt_mark_is_fixed"
    hand.rows("UPDATE treasury_incomeline SET taken_back = true WHERE receipt = '吉财0000101'")
    assert hand.value("SELECT taken_back FROM treasury_receiptmark WHERE number = 101")
    back = "UPDATE treasury_receiptmark SET taken_back = false WHERE number = 101"
    assert refusal(hand, back) == "receipt_mark_is_fixed"


def test_income_of_a_closed_book_is_not_taken_back(hand: Hand) -> None:
    sql = "UPDATE treasury_incomeline SET taken_back = true WHERE receipt = '辽财01'"
    assert refusal(hand, sql) == "receipt_book_is_open"


# Income


@pytest.mark.parametrize("receipt", ["吉财0000102", "吉财0000103"])
def test_income_is_not_collected_past_its_receipt(hand: Hand, receipt: str) -> None:
    collect = (
        "UPDATE treasury_incomeline SET collection_id = (SELECT min(id) FROM treasury_collection) WHERE receipt = %s"
    )
    assert refusal(hand, collect, receipt) == "receipt_is_used_with_its_income"


def test_income_is_not_registered_as_collected_past_its_receipt(hand: Hand) -> None:
    like = row_of(hand, "treasury_incomeline", "receipt = '吉财0000101'")
    born = another(like, receipt="吉财0000104", payment_slip="JK-x")
    assert refuses(hand, "treasury_incomeline", {f'"{name}"': value for name, value in born.items()}) == (
        "receipt_is_used_with_its_income"
    )
    other = {**born, "takes_back_id": line_of(hand, "吉财0000101"), "amount": -100}
    assert refuses(hand, "treasury_incomeline", {f'"{name}"': value for name, value in other.items()}) == (
        "receipt_is_used_with_its_income"
    )
    takes = {**born, "receipt": "吉财0000101", "takes_back_id": line_of(hand, "吉财0000101"), "amount": -100}
    assert refuses(hand, "treasury_incomeline", {f'"{name}"': value for name, value in takes.items()}) == "accepted"


# Books


@pytest.mark.parametrize(
    ("first", "last", "rule"),
    [
        (91, 100, "accepted"),
        (91, 101, "receipt_ranges_are_apart"),
        (110, 110, "receipt_ranges_are_apart"),
        (111, 111, "accepted"),
        (112, 111, "receipt_book_is_a_range"),
        (-1, 3, "receipt_book_is_a_range"),
        (9999999, 9999999, "accepted"),
        (9999999, 10000000, "receipt_book_is_a_range"),
        (1000000, 1100000, "receipt_book_is_a_range"),
    ],
)
def test_ranges_lie_apart_within_their_digits(hand: Hand, first: int, last: int, rule: str) -> None:
    row = another(
        book(hand, "status = 'ISSUED'"), series_id=book(hand)["series_id"], first_number=first, last_number=last
    )
    assert refuses(hand, "treasury_receiptbook", row) == rule


def test_two_books_of_one_statement_lie_apart(hand: Hand) -> None:
    row = another(book(hand, "status = 'ISSUED'"), series_id=book(hand)["series_id"], first_number=500, last_number=510)
    assert refuses(hand, "treasury_receiptbook", row, {**row, "first_number": 510, "last_number": 520}) == (
        "receipt_ranges_are_apart"
    )


def test_a_series_never_ends_in_a_digit(hand: Hand) -> None:
    series = row_of(hand, "treasury_receiptseries", "prefix = '吉财'")
    for change, rule in (
        ({"prefix": "吉财1"}, "receipt_series_is_of_known_kind"),
        ({"width": 19}, "receipt_series_is_of_known_kind"),
        ({"copies": 0}, "receipt_series_is_of_known_kind"),
        ({"kind": "TAX"}, "receipt_series_is_unique"),
        ({"width": 8}, "accepted"),
    ):
        assert refuses(hand, "treasury_receiptseries", another(series, **change)) == rule


SET = {
    "ISSUED": "status = 'ISSUED', received_by_id = NULL, received_on = NULL",
    "RECEIVED": "status = 'RECEIVED', received_by_id = 'clerk-birch', received_on = issued_on",
    "CLOSED": "status = 'CLOSED', received_by_id = 'clerk-birch', received_on = issued_on, closed_by_id ="
    " 'demo-reviewer', closed_on = issued_on, stub_total = 0",
    "WITHDRAWN": "status = 'WITHDRAWN', reason = '发错'",
}


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(ReceiptBookStatus, 2)))
def test_a_book_moves_as_its_table_says(hand: Hand, before: ReceiptBookStatus, after: ReceiptBookStatus) -> None:
    key = adds(hand, "treasury_receiptbook", another(book(hand, "status = 'ISSUED'"), first_number=90, last_number=90))
    if before in ("RECEIVED", "CLOSED"):
        hand.rows(f"UPDATE treasury_receiptbook SET {SET['RECEIVED']} WHERE id = %s", key)
        adds(hand, "treasury_receiptmark", mark(hand, 90, book_id=key))
    if before in ("CLOSED", "WITHDRAWN"):
        hand.rows(f"UPDATE treasury_receiptbook SET {SET[before]} WHERE id = %s", key)
    told = refusal(hand, f"UPDATE treasury_receiptbook SET {SET[after]} WHERE id = %s", key)
    assert (told == "accepted") is ((before, after) in RECEIPT_BOOK_MOVES), told


def close(stubs: str, by: str = "demo-reviewer") -> str:
    return (
        f"UPDATE treasury_receiptbook SET status = 'CLOSED', closed_by_id = '{by}', closed_on = '2026-07-31',"
        f" stub_total = {stubs} WHERE first_number = 101"
    )


def test_a_book_closes_with_every_number_marked_and_every_sum_agreed(hand: Hand) -> None:
    assert refusal(hand, close("100")) == "receipt_book_is_used_up"
    for number in range(103, 111):
        adds(hand, "treasury_receiptmark", mark(hand, number))
    assert refusal(hand, close("100")) == "receipt_book_is_used_up"
    hand.rows("SAVEPOINT used")
    adds(hand, "treasury_receiptmark", use(hand, "吉财0000102", 102))
    assert refusal(hand, close("100")) == "receipts_are_deposited"
    hand.rows("ROLLBACK TO SAVEPOINT used")
    adds(hand, "treasury_receiptmark", mark(hand, 102))
    for stubs in ("99.99", "100.01"):
        assert refusal(hand, close(stubs)) == "receipts_agree_with_deposits"
    assert refusal(hand, close("100.001")) in ("receipt_book_total_is_exact", "receipts_agree_with_deposits")
    for by in ("demo-receipts", "clerk-birch"):
        assert refusal(hand, close("100", by)) == "receipt_book_four_eyes"
    assert refusal(hand, close("100")) == "accepted"


def test_who_issued_a_book_does_not_receive_it(hand: Hand) -> None:
    sql = (
        "UPDATE treasury_receiptbook SET status = 'RECEIVED', received_by_id = issued_by_id, received_on = issued_on"
        " WHERE status = 'ISSUED'"
    )
    assert refusal(hand, sql) == "receipt_book_four_eyes"


@pytest.mark.parametrize(
    "change",
    [
        "first_number = 100",
        "last_number = 111",
        "township_id = (SELECT max(id) FROM treasury_township)",
        "issued_by_id = 'demo-cashier'",
        "received_by_id = 'clerk-songjiang'",
        "received_on = received_on + 1",
        "collector = '别处'",
    ],
)
def test_what_was_signed_of_a_book_stays(hand: Hand, change: str) -> None:
    assert (
        refusal(hand, f"UPDATE treasury_receiptbook SET {change} WHERE first_number = 101") == "receipt_book_is_fixed"
    )


@pytest.mark.parametrize("change", ["stub_total = 13", "closed_on = closed_on + 1", "closed_by_id = 'second-reviewer'"])
def test_a_closed_book_stays(hand: Hand, change: str) -> None:
    assert refusal(hand, f"UPDATE treasury_receiptbook SET {change} WHERE status = 'CLOSED'") == "receipt_book_is_fixed"


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ("treasury_receiptseries", "receipt_series"),
        ("treasury_receiptbook", "receipt_book"),
        ("treasury_receiptmark", "receipt_mark"),
    ],
)
def test_nothing_of_receipts_is_deleted_or_truncated(hand: Hand, table: str, word: str) -> None:
    for sql in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        assert refusal(hand, sql) == hand.owner_meets(f"{word}_is_append_only")
    if table == "treasury_receiptseries":
        assert refusal(hand, "UPDATE treasury_receiptseries SET copies = 1") == hand.owner_meets(
            "receipt_series_is_append_only"
        )


def test_the_auditor_reads_books_and_marks(stage: Stage) -> None:
    auditor = stage.hand("auditor")
    assert auditor.value("SELECT count(*) FROM auditor_receipt_book") == 4
    assert auditor.value("SELECT count(*) FROM auditor_receipt_mark WHERE fate = 'USED'") == 2
    auditor.connection.rollback()
