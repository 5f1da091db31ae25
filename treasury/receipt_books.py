"""What became of the numbers of each receipt book, and whether receipts and deposits agree (账据一致, 票款一致)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from ledger.money import ZERO
from treasury.models import ReceiptBook, ReceiptMark, Township
from treasury.models.words import ReceiptBookStatus, ReceiptFate, ReceiptKind
from treasury.policy import treasury_policies
from treasury.rules.receipts import ranges_of, stubs_kept_until


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """核销: the numbers of one book by what became of them, and the sums of its receipts.

    ``missing`` are open numbers that were jumped over: a later number is used already. ``receipts`` is the sum
    of the income lines that used a number, ``deposited`` of those of them that were collected. ``stubs_until``
    is the first day on which the stubs need no longer be kept, None while the book is open.
    """

    book: ReceiptBook
    used: int
    voided: int
    returned: int
    open: Sequence[tuple[int, int]]
    missing: Sequence[tuple[int, int]]
    receipts: Decimal
    deposited: Decimal
    stubs_until: date | None

    @property
    def open_count(self) -> int:
        return self.book.size - self.used - self.voided - self.returned

    @property
    def agrees(self) -> bool:
        """Whether nothing is open and everything was deposited."""
        return self.open_count == 0 and self.receipts == self.deposited


def reconcile(*, book: ReceiptBook) -> Reconciliation:
    """Return the reconciliation of a book as it stands."""
    marks = ReceiptMark.objects.filter(book=book, taken_back=False)
    fates = dict(marks.values_list("number", "fate"))
    open_numbers = [n for n in range(book.first_number, book.last_number + 1) if n not in fates]
    last_used = max((number for number, fate in fates.items() if fate == ReceiptFate.USED), default=-1)
    sums = marks.aggregate(
        receipts=Sum("income_line__amount"),
        deposited=Sum("income_line__amount", filter=Q(income_line__collection__isnull=False)),
    )
    counted = Counter(fates.values())
    until = stubs_kept_until(policies=treasury_policies(), closed_on=book.closed_on) if book.closed_on else None
    return Reconciliation(
        book=book,
        used=counted[ReceiptFate.USED],
        voided=counted[ReceiptFate.VOIDED],
        returned=counted[ReceiptFate.RETURNED],
        open=ranges_of(open_numbers),
        missing=ranges_of(number for number in open_numbers if number < last_used),
        receipts=sums["receipts"] or ZERO,
        deposited=sums["deposited"] or ZERO,
        stubs_until=until,
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """How many numbers of a book are used, void or handed back, and how many are open; the sums of its receipts."""

    book: ReceiptBook
    used: int
    voided: int
    returned: int
    receipts: Decimal
    deposited: Decimal

    @property
    def open_count(self) -> int:
        return self.book.size - self.used - self.voided - self.returned


def tallies_of(*, books: Sequence[ReceiptBook]) -> Sequence[Tally]:
    """Return the tally of each book; one query, however many there are."""
    marks = ReceiptMark.objects.filter(book__in=[book.pk for book in books], taken_back=False)
    rows = marks.values("book").annotate(
        **{fate.value: Count("pk", filter=Q(fate=fate)) for fate in ReceiptFate},
        receipts=Sum("income_line__amount"),
        deposited=Sum("income_line__amount", filter=Q(income_line__collection__isnull=False)),
    )
    found = {row["book"]: row for row in rows.order_by("book")}
    return [tally_of(book, found.get(book.pk, {})) for book in books]


def tally_of(book: ReceiptBook, row: Mapping[str, Any]) -> Tally:
    return Tally(
        book=book,
        used=row.get(ReceiptFate.USED.value, 0),
        voided=row.get(ReceiptFate.VOIDED.value, 0),
        returned=row.get(ReceiptFate.RETURNED.value, 0),
        receipts=row.get("receipts") or ZERO,
        deposited=row.get("deposited") or ZERO,
    )


def books_issued(*, township: Township | None = None) -> QuerySet[ReceiptBook]:
    """Return the books that were issued, by township and number; withdrawn ones too."""
    books = ReceiptBook.objects.select_related("series", "township")
    if township is not None:
        books = books.filter(township=township)
    return books.order_by("township__number", "series__prefix", "series__width", "first_number", "pk")


def stock_of(*, township: Township, kind: ReceiptKind) -> tuple[int, int]:
    """Return how many numbers of a kind were issued to a township, and how many of them are open."""
    books = ReceiptBook.objects.filter(township=township, series__kind=kind).exclude(status=ReceiptBookStatus.WITHDRAWN)
    issued = books.aggregate(n=Sum(F("last_number") - F("first_number") + 1))["n"] or 0
    marked = ReceiptMark.objects.filter(book__in=books, taken_back=False).aggregate(n=Count("pk"))["n"]
    return issued, issued - marked


def first_issues(*, townships: Sequence[int]) -> Mapping[int, date]:
    """Return the day on which each of some townships was first issued a book; others are not in it."""
    books = ReceiptBook.objects.filter(township__in=townships).exclude(status=ReceiptBookStatus.WITHDRAWN)
    return dict(books.order_by("township_id", "-issued_on").values_list("township_id", "issued_on"))
