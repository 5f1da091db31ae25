"""Mark what became of receipts: used by the income they were written for, or spoiled and kept (票款同行, 以票管收)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import connection, transaction

from ledger.models import Officer
from treasury.issuing_receipts import lock_book, number_in, record
from treasury.models import IncomeLine, ReceiptBook, ReceiptMark
from treasury.models.words import IncomeKind, ReceiptBookStatus, ReceiptFate, ReceiptKind
from treasury.receipt_books import first_issues
from treasury.refusals import (
    ReceiptNotIssued,
    ReceiptOfAnotherKind,
    ReceiptOfAnotherTownship,
    ReceiptUsedTwice,
    ReceiptVoid,
    UnableToFund,
    refusals_named,
)
from treasury.rules.receipts import split_receipt
from treasury.scopes import district_wide
from treasury.secondments import day_of, require_township_post

UNMARKED = ""


def use_receipts(*, lines: Sequence[IncomeLine], officer: Officer) -> int:
    """Mark the receipts of income lines as used and return how many were; before the lines are collected.

    Runs in the caller's transaction, so that receipts and collection stand or fall together. Lines without a
    receipt, lines taken back and lines that take back need none. A number that lies in no issued range passes
    while its township has no range on the day of the income.

    :raises ReceiptNotIssued: if the number is not issued, or not yet on the day of the income
    :raises ReceiptOfAnotherTownship: if it was issued to another township
    :raises ReceiptOfAnotherKind: if agricultural tax has a fiscal receipt, or other income one of the tax office
    :raises ReceiptUsedTwice: if it was used before
    :raises ReceiptVoid: if it was voided or handed back
    """
    standing = [line for line in lines if line.receipt and not line.taken_back and line.takes_back_id is None]
    with refusals_named(), transaction.atomic():
        books = lock_books_of(receipts=[line.receipt for line in standing])
        first_issue = first_issues(townships=list({line.township_id for line in standing}))
        marked = marks_in(books)
        marks = []
        for line in standing:
            book = books.get(line.receipt)
            if book is None and line.received_on < first_issue.get(line.township_id, date.max):
                continue
            refusal = refusal_of(line, book, marked.get(line.receipt, UNMARKED))
            if refusal is not None or book is None:
                raise refusal or ReceiptNotIssued("receipt_is_issued", {"receipt": line.receipt})
            marked[line.receipt] = ReceiptFate.USED
            marks.append(
                ReceiptMark(
                    book=book,
                    number=int(split_receipt(line.receipt)[1]),
                    fate=ReceiptFate.USED,
                    income_line=line,
                    on=line.received_on,
                    recorded_by=officer,
                )
            )
        ReceiptMark.objects.bulk_create(marks, batch_size=2000)
        return len(marks)


def lock_books_of(*, receipts: Sequence[str]) -> Mapping[str, ReceiptBook]:
    """Return the book in whose range each of some printed numbers lies; numbers of no book are not in it.

    The books stay locked until the caller's transaction ends, so that what became of their numbers stands.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r, treasury_receipt_book(r) FROM unnest(%s::text[]) r WHERE treasury_receipt_book(r) IS NOT NULL",
            [list(receipts)],
        )
        keys = dict(cursor.fetchall())
    books = ReceiptBook.objects.select_related("series", "township").filter(pk__in=set(keys.values())).order_by("pk")
    locked = {book.pk: book for book in books.select_for_update(of=("self",), no_key=True)}
    return {receipt: locked[key] for receipt, key in keys.items()}


def refusal_of(line: IncomeLine, book: ReceiptBook | None, fate: str) -> UnableToFund | None:
    """Return why an income line may not use its receipt, None where it may; ``fate`` is what became of it before."""
    facts = {"receipt": line.receipt, "row": line.row, "received_on": line.received_on}
    if book is None:
        return ReceiptNotIssued("receipt_is_issued", facts)
    if book.township_id != line.township_id:
        return ReceiptOfAnotherTownship("receipt_is_of_its_township", facts)
    if book.status == ReceiptBookStatus.ISSUED or line.received_on < book.issued_on:
        return ReceiptNotIssued("receipt_is_issued_first", {**facts, "issued_on": book.issued_on, "book": book.status})
    if (book.series.kind == ReceiptKind.TAX) != (line.kind == IncomeKind.AGRICULTURAL_TAX):
        return ReceiptOfAnotherKind("receipt_fits_its_income", {**facts, "kind": line.kind})
    if fate == ReceiptFate.USED:
        return ReceiptUsedTwice("receipt_is_marked_once", facts)
    if fate:
        return ReceiptVoid("receipt_is_marked_once", {**facts, "before": fate})
    return None


def marks_in(books: Mapping[str, ReceiptBook]) -> dict[str, str]:
    """Return what became of printed numbers before, those that are open apart."""
    numbers = {(book.pk, int(split_receipt(receipt)[1])): receipt for receipt, book in books.items()}
    marks = ReceiptMark.objects.filter(
        book__in={book.pk for book in books.values()},
        number__in={number for _book, number in numbers},
        taken_back=False,
    )
    found = marks.values_list("book_id", "number", "fate")
    return {numbers[book, number]: fate for book, number, fate in found if (book, number) in numbers}


@district_wide()
def void_receipt(
    *, book: ReceiptBook, receipt: str, copies_kept: int, reason: str, officer: Officer, on: date, at: datetime
) -> ReceiptMark:
    """Void a spoiled receipt, all of whose sheets are kept.

    :raises OfficerMayNot: if the officer holds no fitting post of the township now, whatever day the paper says
    :raises SheetsMissing: if not all sheets of the form are kept
    :raises ReceiptUsedTwice: if it is used, void or handed back already
    """
    require_township_post(officer=officer, township=book.township, act="treasury.void_receipts", on=day_of(at))
    with refusals_named(), transaction.atomic():
        book = lock_book(book, ReceiptBookStatus.RECEIVED)
        mark = ReceiptMark.objects.create(
            book=book,
            number=number_in(book, receipt),
            fate=ReceiptFate.VOIDED,
            copies_kept=copies_kept,
            reason=reason,
            on=on,
            recorded_by=officer,
        )
        record(book, "void", officer, at, {"receipt": receipt, "sheets": copies_kept, "reason": reason})
        return mark
