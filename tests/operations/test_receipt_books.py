"""Receipt books: issued by one, received by another, every number used, void or handed back once, closed by a third."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ledger.models import AuditEvent
from ledger.refusals import OfficerMayNot
from tests import posts
from tests.payroll import hire
from tests.posts import (
    AT,
    DAY,
    back,
    birch,
    close,
    collect,
    deposited,
    held,
    income,
    issued,
    local,
    officer,
    received,
    songjiang,
    use,
    void,
)
from treasury.issuing_receipts import receive_book, withdraw_book
from treasury.models import ReceiptMark, Secondment
from treasury.models.words import PostKind, ReceiptBookStatus, ReceiptKind
from treasury.receipt_books import reconcile
from treasury.refusals import (
    NotOneRange,
    OldReceiptsOpen,
    OneOfficerTwice,
    ReceiptNotIssued,
    ReceiptRangesOverlap,
    ReceiptsOpen,
    ReceiptSumsDiffer,
    ReceiptUsedTwice,
    SheetsMissing,
    StateRefuses,
    TooManyReceipts,
)
from treasury.seconding import end_post

stage = posts.stage
pytestmark = pytest.mark.usefixtures("rolled_back")
rolled_back = posts.rolled_back


# Issuing


def test_a_book_is_used_once_its_township_received_it() -> None:
    book = issued()
    with pytest.raises(ReceiptNotIssued):
        use(income("吉财0000101"))
    received(book)
    assert use(income("吉财0000101")) == 1


def test_only_the_keeper_issues_and_only_a_clerk_of_the_township_receives() -> None:
    with pytest.raises(OfficerMayNot):
        issued(by="reviewer")
    book = issued()
    for other in (local("clerk-songjiang"), officer("clerk"), officer("everything")):
        with pytest.raises(OfficerMayNot):
            receive_book(book=book, officer=other, on=DAY, at=AT)
    assert received(book).status == ReceiptBookStatus.RECEIVED


@pytest.mark.parametrize(
    ("at", "may"),
    [(datetime(2026, 7, 31, 15, 59, tzinfo=UTC), True), (datetime(2026, 7, 31, 16, 0, tzinfo=UTC), False)],
)
def test_access_is_judged_by_the_clock_and_not_by_the_day_on_the_paper(at: datetime, may: bool) -> None:
    clerk = local("clerk-birch")
    post = Secondment.objects.get(holder=clerk)
    end_post(secondment=post, ends_on=date(2026, 8, 1), reason="调离", officer=officer("administrator"), at=AT)
    book = issued()
    if may:
        assert receive_book(book=book, officer=clerk, on=DAY, at=at).received_on == DAY
    else:
        with pytest.raises(OfficerMayNot):
            receive_book(book=book, officer=clerk, on=DAY, at=at)


def test_who_issued_a_book_neither_receives_nor_closes_it() -> None:
    both = hire("both", ["receipt_keeper", "reviewer"])
    held(PostKind.CASHIER, holder=both)
    book = issued(by="both")
    with pytest.raises(OneOfficerTwice):
        receive_book(book=book, officer=both, on=DAY, at=AT)
    book = received(book)
    back(book, book.first, book.last)
    with pytest.raises(OneOfficerTwice):
        close(book, "0.00", by="both")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("吉财0000110", "吉财0000101"),
        ("吉财0000101", "吉财000110"),
        ("吉财0000101", "辽财0000110"),
        ("吉财", "吉财"),
        ("1" * 19, "1" * 19),
    ],
)
def test_a_book_is_one_range_of_one_series(first: str, last: str) -> None:
    with pytest.raises(NotOneRange):
        issued(first, last)


def test_a_series_keeps_its_kind() -> None:
    issued()
    with pytest.raises(NotOneRange):
        issued("吉财0000201", "吉财0000202", kind=ReceiptKind.TAX, township=songjiang())


@pytest.mark.parametrize(
    ("first", "last", "apart"),
    [
        ("吉财0000091", "吉财0000100", True),
        ("吉财0000091", "吉财0000101", False),
        ("吉财0000105", "吉财0000105", False),
        ("吉财0000110", "吉财0000120", False),
        ("吉财0000111", "吉财0000120", True),
        ("吉财000101", "吉财000110", True),
        ("辽财0000101", "辽财0000110", True),
    ],
)
def test_ranges_of_a_series_never_overlap(first: str, last: str, apart: bool) -> None:
    issued("吉财0000101", "吉财0000110")
    if apart:
        assert issued(first, last, township=songjiang()).pk
    else:
        with pytest.raises(ReceiptRangesOverlap):
            issued(first, last, township=songjiang())


def test_the_numbers_of_a_withdrawn_book_are_issued_anew_those_of_a_received_one_are_not() -> None:
    book = issued()
    withdraw_book(book=book, officer=officer("receipt_keeper"), reason="发错乡镇", at=AT)
    again = received(issued())
    with pytest.raises(StateRefuses):
        withdraw_book(book=again, officer=officer("receipt_keeper"), reason="x", at=AT)


def test_one_issue_keeps_within_its_limit() -> None:
    with pytest.raises(TooManyReceipts):
        issued("吉财0001001", "吉财0001501")
    assert issued("吉财0001001", "吉财0001500").size == 500


def test_a_new_book_waits_until_the_old_ones_are_settled() -> None:
    book = received(issued())
    back(book, "吉财0000101", "吉财0000107")
    with pytest.raises(OldReceiptsOpen):
        issued("吉财0000111", "吉财0000120")
    assert issued("吉财0000111", "吉财0000120", township=songjiang()).pk
    assert issued("税0000111", "税0000120", kind=ReceiptKind.TAX).pk
    void(book, "吉财0000108")
    assert issued("吉财0000121", "吉财0000130").pk


# Voiding and handing back


@pytest.mark.parametrize(("copies", "whole"), [(2, False), (3, True), (4, False)])
def test_a_spoiled_receipt_is_kept_with_all_its_sheets(copies: int, whole: bool) -> None:
    book = received(issued())
    if whole:
        assert void(book, "吉财0000101", copies=copies).copies_kept == copies
    else:
        with pytest.raises(SheetsMissing):
            void(book, "吉财0000101", copies=copies)


def test_only_a_clerk_of_the_township_voids_its_receipts() -> None:
    book = received(issued(township=songjiang()))
    with pytest.raises(OfficerMayNot):
        void(book, "吉财0000101")


def test_each_number_has_one_fate() -> None:
    book = received(issued())
    deposited("吉财0000101")
    void(book, "吉财0000102")
    back(book, "吉财0000103", "吉财0000103")
    for receipt in ("吉财0000101", "吉财0000102", "吉财0000103"):
        with pytest.raises(ReceiptUsedTwice):
            void(book, receipt)
        with pytest.raises(ReceiptUsedTwice):
            back(book, receipt, receipt)
    with pytest.raises(ReceiptUsedTwice):
        back(book, "吉财0000102", "吉财0000110")
    assert ReceiptMark.objects.filter(book=book).count() == 3
    assert back(book, "吉财0000104", "吉财0000110") == 7


def test_numbers_outside_the_book_are_neither_voided_nor_handed_back() -> None:
    book = received(issued())
    for receipt in ("吉财0000100", "吉财0000111", "辽财0000101"):
        with pytest.raises(ReceiptNotIssued):
            void(book, receipt)
        with pytest.raises(ReceiptNotIssued):
            back(book, receipt, receipt)
    with pytest.raises(NotOneRange):
        back(book, "吉财0000102", "吉财0000101")


# Reconciling and closing


def test_a_book_is_reconciled_by_number_and_sum() -> None:
    book = received(issued())
    deposited("吉财0000101", "100.10")
    deposited("吉财0000105", "-20.05")
    use(income("吉财0000106", "7.00"))
    void(book, "吉财0000103")
    back(book, "吉财0000110", "吉财0000110")
    counted = reconcile(book=book)
    assert (counted.used, counted.voided, counted.returned, counted.open_count) == (3, 1, 1, 5)
    assert counted.open == [(102, 102), (104, 104), (107, 109)]
    assert counted.missing == [(102, 102), (104, 104)]
    assert (counted.receipts, counted.deposited) == (Decimal("87.05"), Decimal("80.05"))
    assert not counted.agrees


@pytest.mark.parametrize(("stubs", "agrees"), [("200.00", True), ("200.01", False), ("199.99", False)])
def test_a_book_closes_when_its_stubs_are_what_was_deposited(stubs: str, agrees: bool) -> None:
    book = received(issued("吉财0000101", "吉财0000102"))
    deposited("吉财0000101", "150.00")
    deposited("吉财0000102", "50.00")
    if agrees:
        assert close(book, stubs).status == ReceiptBookStatus.CLOSED
    else:
        with pytest.raises(ReceiptSumsDiffer):
            close(book, stubs)


def test_a_book_with_an_open_number_or_uncollected_income_does_not_close() -> None:
    book = received(issued("吉财0000101", "吉财0000102"))
    line = income("吉财0000101", "150.00")
    use(line)
    with pytest.raises(ReceiptsOpen, match="receipt_book_is_used_up"):
        close(book, "150.00")
    void(book, "吉财0000102")
    with pytest.raises(ReceiptsOpen, match="receipts_are_deposited"):
        close(book, "150.00")
    collect(line)
    assert close(book, "150.00").status == ReceiptBookStatus.CLOSED


def test_nothing_of_a_closed_book_changes() -> None:
    book = received(issued("吉财0000101", "吉财0000101"))
    deposited("吉财0000101")
    close(book, "100.00")
    attempts: list[Callable[[], object]] = [
        lambda: void(book, "吉财0000101"),
        lambda: back(book, "吉财0000101", "吉财0000101"),
        lambda: close(book, "100.00"),
        lambda: received(book),
    ]
    for attempt in attempts:
        with pytest.raises(StateRefuses):
            attempt()


def test_stubs_are_kept_five_years_from_the_closing() -> None:
    book = received(issued("吉财0000101", "吉财0000101"))
    assert reconcile(book=book).stubs_until is None
    void(book, "吉财0000101")
    book = close(book, "0.00", on=date(2028, 2, 29))
    assert reconcile(book=book).stubs_until == date(2033, 3, 1)


def test_every_act_on_a_book_leaves_one_event() -> None:
    before = AuditEvent.objects.count()
    book = received(issued("吉财0000101", "吉财0000102"))
    void(book, "吉财0000101")
    back(book, "吉财0000102", "吉财0000102")
    close(book, "0.00")
    told = list(AuditEvent.objects.order_by("pk").values_list("act", "actor"))[before:]
    assert told == [
        ("receipt_book.issue", "demo-receipts"),
        ("receipt_book.receive", "clerk-birch"),
        ("receipt_book.void", "clerk-birch"),
        ("receipt_book.return", "demo-receipts"),
        ("receipt_book.close", "demo-reviewer"),
    ]


def test_books_of_a_township_are_told_apart() -> None:
    one, other = issued(), issued("吉财0000201", "吉财0000210", township=songjiang())
    assert (one.township, other.township) == (birch(), songjiang())
