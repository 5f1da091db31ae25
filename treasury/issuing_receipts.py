"""Issue receipt books to townships, take unused receipts back, and close books when everything agrees (F25).

One officer issues, an officer of the township receives, a third closes. That ranges never overlap and that a book
closes only when no number is open and the stubs agree with the deposits is kept by PostgreSQL
(``treasury/promises/receipt_books.sql``).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.models import ReceiptBook, ReceiptMark, ReceiptSeries, Township
from treasury.models.words import ReceiptBookStatus, ReceiptFate, ReceiptKind
from treasury.policy import treasury_policies
from treasury.receipt_books import stock_of
from treasury.refusals import (
    NotOneRange,
    OldReceiptsOpen,
    ReceiptNotIssued,
    StateRefuses,
    TooManyReceipts,
    refusals_named,
)
from treasury.rules.receipts import IssueFault, issue_fault, issue_limits, split_receipt
from treasury.scopes import district_wide
from treasury.secondments import day_of, require_township_post

CHAIN = ""  # the trail of acts that belong to no single book
WIDTH_MAX = 18


@dataclass(frozen=True, slots=True)
class PrintedRange:
    """The first and the last number of a book as they are printed, and how many sheets a form has."""

    kind: ReceiptKind
    first: str
    last: str
    copies: int


def issue_book(
    *, printed: PrintedRange, township: Township, collector: str, officer: Officer, on: date, at: datetime
) -> ReceiptBook:
    """Issue a range of numbers to a township; it can be used once the township has received it.

    :raises NotOneRange: if first and last are no range of one series
    :raises ReceiptRangesOverlap: if a number of it was issued before
    :raises TooManyReceipts: if it is more than one issue may be (分次限量)
    :raises OldReceiptsOpen: if too many of the earlier ones are open (验旧换新)
    """
    require_post(officer, "treasury.issue_receipts")
    prefix, digits = split_receipt(printed.first)
    other, last_digits = split_receipt(printed.last)
    if prefix != other or len(digits) != len(last_digits) or not 1 <= len(digits) <= WIDTH_MAX or digits > last_digits:
        raise NotOneRange("receipt_book_is_a_range", {"first": printed.first, "last": printed.last})
    first, last = int(digits), int(last_digits)
    with refusals_named(), transaction.atomic():
        Township.objects.select_for_update(no_key=True).get(pk=township.pk)
        limits = issue_limits(policies=treasury_policies(), on=on)
        issued, still_open = stock_of(township=township, kind=printed.kind)
        fault = issue_fault(limits=limits, asked=last - first + 1, issued_before=issued, open_before=still_open)
        if fault is IssueFault.TOO_MANY:
            raise TooManyReceipts(
                "receipts_are_issued_in_limits", {"asked": last - first + 1, "limit": limits.per_issue}
            )
        if fault is IssueFault.OLD_ONES_OPEN:
            raise OldReceiptsOpen(
                "old_receipts_come_first", {"open": still_open, "issued": issued, "percent": limits.open_share}
            )
        series, _made = ReceiptSeries.objects.get_or_create(
            prefix=prefix, width=len(digits), defaults={"kind": printed.kind, "copies": printed.copies}
        )
        if (series.kind, series.copies) != (printed.kind, printed.copies):
            raise NotOneRange(
                "receipt_series_is_unique", {"first": printed.first, "kind": series.kind, "sheets": series.copies}
            )
        book = ReceiptBook.objects.create(
            series=series,
            first_number=first,
            last_number=last,
            township=township,
            collector=collector,
            issued_on=on,
            issued_by=officer,
        )
        record(book, "issue", officer, at, {"township": township.code, "collector": collector, "on": on})
        return book


@district_wide()
def receive_book(*, book: ReceiptBook, officer: Officer, on: date, at: datetime) -> ReceiptBook:
    """Receive a book for its township: from now on its numbers can be used.

    :raises OfficerMayNot: if the officer holds no fitting post of the township now, whatever day the paper says
    :raises OneOfficerTwice: if the officer issued it
    """
    require_township_post(officer=officer, township=book.township, act="treasury.receive_receipts", on=day_of(at))
    with refusals_named(), transaction.atomic():
        book = lock_book(book, ReceiptBookStatus.ISSUED)
        book.status = ReceiptBookStatus.RECEIVED
        book.received_by, book.received_on = officer, on
        book.save(update_fields=["status", "received_by", "received_on"])
        record(book, "receive", officer, at, {"on": on})
        return book


def withdraw_book(*, book: ReceiptBook, officer: Officer, reason: str, at: datetime) -> ReceiptBook:
    """Withdraw a book that the township has not received; its numbers can be issued anew."""
    require_post(officer, "treasury.issue_receipts")
    with refusals_named(), transaction.atomic():
        book = lock_book(book, ReceiptBookStatus.ISSUED)
        book.status, book.reason = ReceiptBookStatus.WITHDRAWN, reason
        book.save(update_fields=["status", "reason"])
        record(book, "withdraw", officer, at, {"reason": reason})
        return book


def take_back_receipts(
    *, book: ReceiptBook, first: str, last: str, officer: Officer, reason: str, on: date, at: datetime
) -> int:
    """Take unused receipts of a book back, from one printed number to another; they are never used again.

    :raises ReceiptNotIssued: if the numbers are not in the book
    :raises ReceiptUsedTwice: if one of them is used, void or handed back already
    """
    require_post(officer, "treasury.issue_receipts")
    with refusals_named(), transaction.atomic():
        book = lock_book(book, ReceiptBookStatus.RECEIVED)
        numbers = range(number_in(book, first), number_in(book, last) + 1)
        if not numbers:
            raise NotOneRange("receipt_book_is_a_range", {"first": first, "last": last})
        ReceiptMark.objects.bulk_create(
            ReceiptMark(book=book, number=number, fate=ReceiptFate.RETURNED, on=on, reason=reason, recorded_by=officer)
            for number in numbers
        )
        record(book, "return", officer, at, {"first": first, "last": last, "reason": reason})
        return len(numbers)


def close_book(*, book: ReceiptBook, stub_total: Decimal, officer: Officer, on: date, at: datetime) -> ReceiptBook:
    """Close a book whose stubs add up to ``stub_total`` (核销).

    :raises ReceiptsOpen: if a number is neither used, void nor handed back, or its income not collected
    :raises ReceiptSumsDiffer: if the stubs do not agree with what was deposited
    :raises OneOfficerTwice: if the officer issued or received it
    """
    require_post(officer, "treasury.close_receipts")
    with refusals_named(), transaction.atomic():
        book = lock_book(book, ReceiptBookStatus.RECEIVED)
        book.status = ReceiptBookStatus.CLOSED
        book.closed_by, book.closed_on, book.stub_total = officer, on, stub_total
        book.save(update_fields=["status", "closed_by", "closed_on", "stub_total"])
        record(book, "close", officer, at, {"on": on, "stubs": stub_total})
        return book


def lock_book(book: ReceiptBook, status: ReceiptBookStatus) -> ReceiptBook:
    """Return a book, locked, that is in the state an act asks for."""
    locked = ReceiptBook.objects.select_for_update(of=("self",)).select_related("series", "township").get(pk=book.pk)
    if locked.status != status:
        raise StateRefuses("receipt_book_moves", {"book": str(locked), "status": locked.status})
    return locked


def number_in(book: ReceiptBook, printed: str) -> int:
    """Return the number that is printed so on a form of a book.

    :raises ReceiptNotIssued: if it is no number of the book
    """
    prefix, digits = split_receipt(printed)
    inside = prefix == book.series.prefix and len(digits) == book.series.width
    if not inside or not book.first_number <= int(digits) <= book.last_number:
        raise ReceiptNotIssued("receipt_is_in_its_book", {"receipt": printed, "book": str(book)})
    return int(digits)


def record(book: ReceiptBook, act: str, officer: Officer, at: datetime, facts: dict[str, object]) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=f"receipt_book.{act}",
        subject=f"receipt_book/{book.pk}",
        after={"numbers": str(book), **facts},
    )
