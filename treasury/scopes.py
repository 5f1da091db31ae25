"""Whose books an officer may read: those of the whole district, or of the townships in which a post is held."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db.models import Q, QuerySet

from ledger.models import Book, Officer
from ledger.refusals import OfficerMayNot
from treasury.models import Township
from treasury.refusals import NothingThere
from treasury.secondments import holders_on

READ: Final = "ledger.view_voucher"
READ_DISTRICT: Final = "ledger.read_district"


def reads_district(officer: Officer) -> bool:
    """Return whether an officer may read the books of all townships and of the district."""
    return officer.is_active and officer.has_perms([READ, READ_DISTRICT])


def townships_open_to(*, officer: Officer, on: date) -> QuerySet[Township]:
    """Return the townships that an officer may read on a day: all, or those in which a post is held then."""
    if reads_district(officer):
        return Township.objects.all()
    held = holders_on(on=on).filter(holder=officer) if officer.is_active else holders_on(on=on).none()
    return Township.objects.filter(pk__in=held.values("township"))


def books_open_to(*, officer: Officer, on: date) -> QuerySet[Book]:
    """Return the books that an officer may read on a day, by their code."""
    own = Q() if reads_district(officer) else Q(pk__in=townships_open_to(officer=officer, on=on).values("book__pk"))
    return Book.objects.filter(own).order_by("code")


def require_books(*, officer: Officer, codes: Sequence[str], on: date) -> Sequence[Book]:
    """Return the books of some codes, or all that are open to an officer where no code is given.

    To who reads a township only, a book that does not exist and one that is not open are refused alike, so
    that nobody learns which townships there are.

    :raises OfficerMayNot: if a book is not open to the officer, or none is
    :raises NothingThere: if an officer who reads the district names a book that does not exist
    """
    open_books = {book.code: book for book in books_open_to(officer=officer, on=on).select_related("chart", "head")}
    closed = sorted(set(codes) - open_books.keys())
    if closed and reads_district(officer):
        raise NothingThere("book_is_opened", {"books": ", ".join(closed), "known": ", ".join(open_books)})
    if closed or not open_books:
        raise OfficerMayNot(
            "officer_reads_own_books", {"officer": officer.username, "act": "read", "books": ", ".join(closed)}
        )
    return [open_books[code] for code in sorted(set(codes) or open_books)]


def require_district(officer: Officer) -> None:
    """Check that an officer may read everything.

    :raises OfficerMayNot: if not
    """
    if not reads_district(officer):
        raise OfficerMayNot("officer_reads_the_district", {"officer": officer.username, "act": "read_district"})
