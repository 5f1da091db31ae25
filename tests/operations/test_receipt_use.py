"""Receipts and the income they are written for: each number used once, by its own township, with the money."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests import posts
from tests.posts import (
    DAY,
    back,
    close,
    collect,
    deposited,
    income,
    issued,
    received,
    songjiang,
    use,
    void,
)
from treasury.models import IncomeLine
from treasury.models.words import IncomeKind, ReceiptKind
from treasury.receipt_books import reconcile
from treasury.refusals import (
    ReceiptNotIssued,
    ReceiptOfAnotherKind,
    ReceiptOfAnotherTownship,
    ReceiptUnmarked,
    ReceiptUsedTwice,
    ReceiptVoid,
    StateRefuses,
    refusals_named,
)

stage = posts.stage
pytestmark = pytest.mark.usefixtures("rolled_back")
rolled_back = posts.rolled_back

A_DAY = timedelta(days=1)


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
