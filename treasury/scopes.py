"""Whose books an officer may read: those of the whole district, or of the townships in which a post is held."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import DatabaseError, OperationalError, connection
from django.db.models import Q, QuerySet

from ledger.arrays import number_array
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


@dataclass(frozen=True, slots=True)
class Rows:
    """The townships and books whose rows PostgreSQL shows a narrowed session, as array literals."""

    townships: str
    books: str


# Unset is the whole district: PostgreSQL's row policies (promises/row_policies.sql) read these.
NARROW: Final = "SELECT set_config('tongfa.townships', %s, false), set_config('tongfa.books', %s, false)"
WHOLE_DISTRICT: Final = Rows("", "")
# To what the session of this thread is narrowed now, and on which connection.
NARROWED: ContextVar[tuple[Rows, object] | None] = ContextVar("narrowed", default=None)


def acts_in_townships_only(officer: Officer) -> bool:
    """Return whether an officer has no post of the bureau, so that no row beyond the own townships is of use.

    A post of the bureau acts in every township, also where it does not read their books: who gives posts, keeps the
    receipt books, or passes applications.
    """
    return not reads_district(officer) and not officer.get_all_permissions() - {READ}


def rows_open_to(*, officer: Officer, on: date) -> Rows:
    """Return the rows of the townships that an officer may read on a day."""
    return rows_of(townships_open_to(officer=officer, on=on))


def rows_of(townships: QuerySet[Township]) -> Rows:
    """Return the rows of some townships and of their books."""
    found = townships.order_by("pk").values_list("pk", "book__pk")
    keys, books = zip(*found, strict=True) if found else ((), ())
    return Rows(number_array(keys), number_array(books))


@contextmanager
def narrowed_to(rows: Rows) -> Iterator[None]:
    """Let PostgreSQL show these rows alone to the session of this thread, and take no others from it.

    A connection that cannot be widened again at the end is closed: none is ever left narrowed, or narrowed to what
    is open to somebody else. A connection that replaces a lost one in between is refused.

    :raises django.db.DatabaseError: if it cannot be narrowed
    """
    set_rows(rows)
    token = NARROWED.set((rows, connection.connection))
    try:
        with connection.execute_wrapper(same_connection):
            yield
    finally:
        NARROWED.reset(token)
        try:
            set_rows(WHOLE_DISTRICT)
        except DatabaseError:
            connection.close()


@contextmanager
def district_wide() -> Iterator[None]:
    """Let an act of a township see the whole district: it posts into two books, and no invoice is used twice anywhere.

    The act itself asks for the post in its township. The reports of a township's accounts with the district are read
    so too, from the district's side of the pair, and are about no township but those they are asked about. Where
    nothing is narrowed this does nothing.
    """
    narrowed = NARROWED.get()
    if narrowed is None:
        yield
        return
    set_rows(WHOLE_DISTRICT)
    token = NARROWED.set(None)
    try:
        yield
    finally:
        NARROWED.reset(token)
        try:
            set_rows(narrowed[0])
        except DatabaseError:
            # A transaction that has failed takes no statement. Its rollback brings back what stood before it;
            # where it did not begin inside, nothing may be asked of this connection again.
            if not connection.in_atomic_block:
                connection.close()


def set_rows(rows: Rows) -> None:
    with connection.cursor() as cursor:
        cursor.execute(NARROW, [rows.townships, rows.books])


def same_connection(
    execute: Callable[..., Any],
    sql: str,
    params: Any,
    many: bool,  # noqa: FBT001 - given by Django
    context: Mapping[str, Any],
) -> Any:
    """Run a statement, unless its connection replaced the one that was narrowed.

    :raises OperationalError: if it did
    """
    narrowed = NARROWED.get()
    if narrowed is not None and connection.connection is not narrowed[1]:
        raise OperationalError("the connection that was narrowed to a township's rows is lost")
    return execute(sql, params, many, context)
