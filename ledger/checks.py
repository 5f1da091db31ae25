"""The whole-book checks: each a small function, a name a person can type, one sentence of what it proves.

``check_books`` runs them after the fact and finds what was changed round the triggers, by a
superuser too. The ledger's own stand in ``book_checks.py``; upper apps add theirs with
``@book_check`` in a module that their ``AppConfig.ready`` loads.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that does not agree: which check, in which book, what, and since when."""

    check: str
    book: str
    what: str
    since: datetime | None


Check = Callable[[], Iterator[Disagreement]]
CHECKS: dict[str, Check] = {}


def book_check(function: Check) -> Check:
    """Register a check under its function's name."""
    CHECKS[function.__name__] = function
    return function


def run_checks(names: Sequence[str]) -> Iterator[Disagreement]:
    """Run the named checks, or all of them when no name is given, in the order they are listed."""
    for name in names or list(CHECKS):
        yield from CHECKS[name]()


def disagreements(check: str, sql: str) -> Iterator[Disagreement]:
    """Yield a disagreement for each row (book, what, since) that ``sql`` finds."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        for book, what, since in cursor:
            yield Disagreement(check=check, book=book or "?", what=what, since=since)
