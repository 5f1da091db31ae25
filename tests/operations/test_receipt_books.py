"""Receipt books: issued by one, received by another, every number used, void or handed back once, closed by a third."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from ledger.models import AuditEvent
from ledger.refusals import OfficerMayNot
from tests import posts
from tests.payroll import hire
from tests.posts import (
    AT,
    DAY,
    birch,
    collect,
    deposited,
    held,
    income,
    issued,
    local,
    officer,
    received,
    songjiang,
)
from treasury.issuing_receipts import close_book, receive_book, take_back_receipts, withdraw_book
from treasury.models import IncomeLine, ReceiptBook, ReceiptMark, Secondment
from treasury.models.words import IncomeKind, PostKind, ReceiptBookStatus, ReceiptKind
from treasury.receipt_books import reconcile
from treasury.refusals import (
    NotOneRange,
    OldReceiptsOpen,
    OneOfficerTwice,
    ReceiptNotIssued,
    ReceiptOfAnotherKind,
    ReceiptOfAnotherTownship,
    ReceiptRangesOverlap,
    ReceiptsOpen,
    ReceiptSumsDiffer,
    ReceiptUnmarked,
    ReceiptUsedTwice,
    ReceiptVoid,
    SheetsMissing,
    StateRefuses,
    TooManyReceipts,
    refusals_named,
)
from treasury.seconding import end_post
from treasury.using_receipts import use_receipts, void_receipt

stage = posts.stage
pytestmark = pytest.mark.usefixtures("rolled_back")
rolled_back = posts.rolled_back

A_DAY = timedelta(days=1)


def use(*lines: IncomeLine) -> int:
    with transaction.atomic():
        return use_receipts(lines=lines, officer=officer("reviewer"))


def void(book: ReceiptBook, receipt: str, *, copies: int = 3, on: date = DAY) -> ReceiptMark:
    return void_receipt(
        book=book, receipt=receipt, copies_kept=copies, reason="写错", officer=local("clerk-birch"), on=on, at=AT
    )


def back(book: ReceiptBook, first: str, last: str) -> int:
    return take_back_receipts(
        book=book, first=first, last=last, officer=officer("receipt_keeper"), reason="换新", on=DAY, at=AT
    )


def close(book: ReceiptBook, stubs: str, *, by: str = "reviewer", on: date = DAY) -> ReceiptBook:
    return close_book(book=book, stub_total=Decimal(stubs), officer=officer(by), on=on, at=AT)


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


# Using


def test_income_of_a_township_without_books_passes() -> None:
    received(issued(township=songjiang()))
    line = income("QL26110000007")
    assert use(line) == 0
    collect(line)


def test_a_number_that_is_not_issued_is_refused_where_the_township_has_books() -> None:
    received(issued())
    for receipt in ("吉财0000100", "吉财0000111", "吉财00000101", "QL26110000007", "吉财0000101 "):
        with pytest.raises(ReceiptNotIssued):
            use(income(receipt))
    assert use(income("吉财0000101"), income("吉财0000110")) == 2


def test_income_from_before_the_first_book_passes_and_of_its_day_does_not() -> None:
    received(issued(on=DAY))
    assert use(income("旧0001", on=DAY - A_DAY)) == 0
    with pytest.raises(ReceiptNotIssued):
        use(income("旧0002", on=DAY))


def test_a_number_is_not_used_before_its_book_was_issued() -> None:
    received(issued(on=DAY))
    with pytest.raises(ReceiptNotIssued, match="receipt_is_issued_first"):
        use(income("吉财0000101", on=DAY - A_DAY))


def test_a_number_of_another_township_is_refused_with_books_or_without() -> None:
    received(issued())
    with pytest.raises(ReceiptOfAnotherTownship):
        use(income("吉财0000101", township=songjiang()))
    received(issued("吉财0000201", "吉财0000210", township=songjiang()))
    with pytest.raises(ReceiptOfAnotherTownship):
        use(income("吉财0000101", township=songjiang()))


def test_a_number_is_used_once_in_one_collection_or_two() -> None:
    received(issued())
    with pytest.raises(ReceiptUsedTwice):
        use(income("吉财0000101"), income("吉财0000101"))
    deposited("吉财0000101")
    with pytest.raises(ReceiptUsedTwice):
        use(income("吉财0000101"))


def test_a_void_or_returned_number_is_not_used() -> None:
    book = received(issued())
    void(book, "吉财0000101")
    back(book, "吉财0000102", "吉财0000102")
    for receipt in ("吉财0000101", "吉财0000102"):
        with pytest.raises(ReceiptVoid):
            use(income(receipt))


@pytest.mark.parametrize("kind", list(IncomeKind))
def test_agricultural_tax_uses_receipts_of_the_tax_office_and_all_else_fiscal_ones(kind: IncomeKind) -> None:
    received(issued())
    received(issued("税0000101", "税0000110", kind=ReceiptKind.TAX))
    tax = kind == IncomeKind.AGRICULTURAL_TAX
    right, wrong = ("税0000101", "吉财0000101") if tax else ("吉财0000101", "税0000101")
    with pytest.raises(ReceiptOfAnotherKind):
        use(income(wrong, kind=kind))
    assert use(income(right, kind=kind)) == 1


def test_a_red_line_uses_a_receipt_of_its_own() -> None:
    received(issued())
    deposited("吉财0000101", "100.00")
    with pytest.raises(ReceiptUsedTwice):
        use(income("吉财0000101", "-100.00"))
    deposited("吉财0000102", "-100.00")


def test_a_line_without_a_receipt_needs_none() -> None:
    received(issued())
    line = income("", kind=IncomeKind.TRANSFER)
    assert use(line) == 0
    collect(line)


def test_income_is_not_collected_without_its_receipt() -> None:
    received(issued())
    for receipt in ("吉财0000101", "没发过0001"):
        with pytest.raises(ReceiptUnmarked), refusals_named(), transaction.atomic():
            collect(income(receipt))
    with pytest.raises(ReceiptUnmarked), refusals_named(), transaction.atomic():
        collect(income("吉财0000101", township=songjiang()))


# A corrected file takes income back


def taken_back(line: IncomeLine) -> IncomeLine:
    red = income(line.receipt, str(-line.amount), takes_back=line)
    IncomeLine.objects.filter(pk=line.pk).update(taken_back=True)
    return red


def test_the_number_of_a_line_taken_back_is_used_by_the_corrected_line_once() -> None:
    received(issued())
    line = deposited("吉财0000101", "100.00")
    red = taken_back(line)
    assert use(red) == 0
    corrected = income("吉财0000101", "110.00")
    assert use(corrected) == 1
    collect(red, corrected)
    with pytest.raises(ReceiptUsedTwice):
        use(income("吉财0000101"))


def test_a_number_freed_by_a_corrected_file_is_open_again() -> None:
    book = received(issued())
    taken_back(deposited("吉财0000101"))
    assert reconcile(book=book).open_count == 10
    void(book, "吉财0000101")


def test_income_of_a_closed_book_is_not_taken_back() -> None:
    book = received(issued("吉财0000101", "吉财0000101"))
    line = deposited("吉财0000101")
    close(book, "100.00")
    with pytest.raises(StateRefuses), refusals_named(), transaction.atomic():
        taken_back(line)


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
