"""``manage.py receipt_book``: issue receipt books to townships, void and take back receipts, reconcile and close."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from rich.console import RenderableType

from ledger.models import Officer
from ledger.money import in_full
from month.asking import with_officer, with_reason
from month.management.acting import amount_of, day_of, take, township_of
from month.tables import table, tell
from treasury.issuing_receipts import (
    PrintedRange,
    close_book,
    issue_book,
    receive_book,
    take_back_receipts,
    withdraw_book,
)
from treasury.models import ReceiptBook
from treasury.models.words import ReceiptBookStatus, ReceiptKind
from treasury.receipt_books import Reconciliation, books_issued, reconcile
from treasury.refusals import NothingThere
from treasury.using_receipts import void_receipt


class Command(BaseCommand):
    help = "Issue receipt books to townships, void and take back receipts, reconcile and close the books."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
        issue = steps.add_parser("issue", help=_("issue a range of numbers to a township"))
        issue.add_argument("--township", required=True, help=_("code or name of the township"))
        issue.add_argument("--kind", choices=ReceiptKind.values, default=ReceiptKind.FISCAL.value)
        issue.add_argument("--first", required=True, help=_("first number as it is printed"))
        issue.add_argument("--last", required=True, help=_("last number as it is printed"))
        issue.add_argument("--copies", type=int, default=3, help=_("sheets of a form; default: 3"))
        issue.add_argument("--collector", default="", help=_("collecting unit"))
        receive = numbered(steps.add_parser("receive", help=_("receive a book for its township")))
        withdraw = numbered(steps.add_parser("withdraw", help=_("withdraw a book that was not received")))
        void = numbered(steps.add_parser("void", help=_("void a spoiled receipt")))
        void.add_argument("--receipt", required=True, help=_("number as it is printed"))
        void.add_argument("--copies", type=int, required=True, help=_("sheets of the form that are kept"))
        back = numbered(steps.add_parser("return", help=_("take unused receipts back")))
        back.add_argument("--first", required=True, help=_("first number as it is printed"))
        back.add_argument("--last", required=True, help=_("last number as it is printed"))
        close = numbered(steps.add_parser("close", help=_("close a book of which every number is settled")))
        close.add_argument("--stubs", type=amount_of, required=True, help=_("sum counted on the stubs"))
        for sub in (withdraw, void, back):
            with_reason(sub)
        for sub in (issue, receive, void, back, close):
            sub.add_argument("--on", type=day_of, required=True, help=_("day of the act"))
        for sub in (issue, receive, withdraw, void, back, close):
            with_officer(sub)
        numbered(steps.add_parser("reconcile", help=_("show what became of each number, and the sums")))
        shown = steps.add_parser("list", help=_("list the books"))
        shown.add_argument("--township", default="", help=_("code or name of the township"))

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        asked = Namespace(**options)
        if step == "list":
            tell([books_table(asked.township)])
            return
        if step == "reconcile":
            tell(of_reconciliation(reconcile(book=book_of(asked.number))))
            return
        book = take(
            asked=asked,
            command=f"receipt_book {step}",
            act=f"receipt_book.{step}",
            subject=f"receipt_book/{asked.number}" if step != "issue" else "receipt_book",
            step=lambda officer, at: STEPS[step](asked, officer, at),
        )
        told = _("Book {number}: {book} of {township}, {status}.")
        self.stdout.write(
            told.format(number=book.pk, book=book, township=book.township, status=book.get_status_display())
        )


def numbered(parser: ArgumentParser) -> ArgumentParser:
    parser.add_argument("number", type=int, help=_("number of the book, as list shows it"))
    return parser


def issue(asked: Namespace, officer: Officer, at: datetime) -> ReceiptBook:
    return issue_book(
        printed=PrintedRange(ReceiptKind(asked.kind), asked.first, asked.last, asked.copies),
        township=township_of(asked.township),
        collector=asked.collector,
        officer=officer,
        on=asked.on,
        at=at,
    )


def receive(asked: Namespace, officer: Officer, at: datetime) -> ReceiptBook:
    return receive_book(book=book_of(asked.number), officer=officer, on=asked.on, at=at)


def withdraw(asked: Namespace, officer: Officer, at: datetime) -> ReceiptBook:
    return withdraw_book(book=book_of(asked.number), officer=officer, reason=asked.reason, at=at)


def void(asked: Namespace, officer: Officer, at: datetime) -> ReceiptBook:
    return void_receipt(
        book=book_of(asked.number),
        receipt=asked.receipt,
        copies_kept=asked.copies,
        reason=asked.reason,
        officer=officer,
        on=asked.on,
        at=at,
    ).book


def take_back(asked: Namespace, officer: Officer, at: datetime) -> ReceiptBook:
    book = book_of(asked.number)
    take_back_receipts(
        book=book, first=asked.first, last=asked.last, officer=officer, reason=asked.reason, on=asked.on, at=at
    )
    return book


def close(asked: Namespace, officer: Officer, at: datetime) -> ReceiptBook:
    return close_book(book=book_of(asked.number), stub_total=asked.stubs, officer=officer, on=asked.on, at=at)


STEPS = {
    "issue": issue,
    "receive": receive,
    "withdraw": withdraw,
    "void": void,
    "return": take_back,
    "close": close,
}


def book_of(number: int) -> ReceiptBook:
    """Return a book by its number.

    :raises NothingThere: if there is none
    """
    book = ReceiptBook.objects.select_related("series", "township").filter(pk=number).first()
    if book is None:
        raise NothingThere("receipt_book_is_issued", {"book": number})
    return book


def books_table(township: str) -> RenderableType:
    """Return the books of all townships or of one with what became of their numbers."""
    made = table(
        _("Receipt books"),
        _("No."),
        _("Township"),
        _("Kind of receipt"),
        _("First"),
        _("Last"),
        _("State"),
        _("Issued on"),
        _("Receipts used"),
        _("Receipts void"),
        _("Handed back"),
        _("Open"),
        right=(0, 7, 8, 9, 10),
    )
    for book in books_issued(township=township_of(township) if township else None):
        counted = reconcile(book=book)
        withdrawn = book.status == ReceiptBookStatus.WITHDRAWN
        made.add_row(
            str(book.pk),
            book.township.name,
            book.series.get_kind_display(),
            book.first,
            book.last,
            book.get_status_display(),
            str(book.issued_on),
            *map(str, (counted.used, counted.voided, counted.returned)),
            "" if withdrawn else str(counted.open_count),
        )
    return made


def of_reconciliation(counted: Reconciliation) -> list[RenderableType]:
    """Tell the numbers and the sums of a book, and what keeps it from being closed."""
    book = counted.book
    made = table(_("Book {number}: {book}").format(number=book.pk, book=book), "", "", right=(1,))
    rows: Sequence[tuple[str, object]] = (
        (_("Numbers"), book.size),
        (_("Receipts used"), counted.used),
        (_("Receipts void"), counted.voided),
        (_("Handed back"), counted.returned),
        (_("Open"), counted.open_count),
        (_("Sum of the receipts"), in_full(counted.receipts)),
        (_("Deposited"), in_full(counted.deposited)),
        (_("Sum of the stubs"), "—" if book.stub_total is None else in_full(book.stub_total)),
        (_("Stubs are kept until"), counted.stubs_until or "—"),
    )
    for name, value in rows:
        made.add_row(name, str(value))
    told: list[RenderableType] = [made]
    if counted.open:
        told.append(_("Open: {ranges}.").format(ranges=spelt(book, counted.open)))
    if counted.missing:
        told.append(_("Jumped over: {ranges}.").format(ranges=spelt(book, counted.missing)))
    agrees = _("Every number is settled, and receipts and deposits agree.")
    told.append(agrees if counted.agrees else _("The book cannot be closed yet."))
    return told


def spelt(book: ReceiptBook, ranges: Sequence[tuple[int, int]]) -> str:
    """Return ranges of numbers as they are printed."""
    spell = book.series.spelt
    return _(", ").join(spell(one) if one == other else f"{spell(one)}–{spell(other)}" for one, other in ranges)
