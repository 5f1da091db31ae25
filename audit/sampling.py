"""Take a sample or the rows of a test away; what was taken stands in the trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from audit.populations import Population, Within
from audit.refusals import SampleUnfit
from audit.samples import Taken, Wanted, population_of, take
from ledger.exports.pages.frames import local_time
from ledger.exports.snapshots import one_moment
from ledger.models import Book, Officer
from ledger.recording import record_event
from treasury.scopes import require_books, require_district


@dataclass(frozen=True, slots=True)
class Filters:
    """Of which days, books, accounts and fund; nothing said is all that is open to the officer."""

    since: date
    until: date
    books: Sequence[str] = ()
    account: str = ""
    fund: str = ""

    def given(self) -> set[str]:
        """Return which filters are asked for, beside the days."""
        asked = {"book": self.books, "account": self.account, "fund": self.fund}
        return {name for name, value in asked.items() if value}


def take_sample(*, wanted: Wanted, filters: Filters, officer: Officer, at: datetime) -> Taken:
    """Return a sample or the rows of a test, all of one moment.

    What has books is drawn from those that are open to the officer; payments and benefit dues are for those
    who read the whole district.

    :raises OfficerMayNot: if a book, or the district, is not open to the officer
    :raises SampleUnfit: if what was asked for does not fit together
    :raises SampleTooLarge: if the sample would be larger than anybody looks at
    :raises PopulationEmpty: if there is nothing to draw from
    """
    population = population_of(wanted)
    books = books_of(population, filters, officer, at)
    within = Within(books, filters.since, filters.until, filters.account, filters.fund)
    with one_moment():
        taken = take(wanted=wanted, within=within)
    with transaction.atomic():
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="audit.sample",
            subject=f"sample/{population.name}/{wanted.method}",
            after={
                "since": filters.since,
                "until": filters.until,
                "books": " ".join(book.code for book in books) if filters.books else "all",
                "account": filters.account,
                "fund": filters.fund,
                "seed": wanted.seed,
                "size": wanted.size or "",
                "interval": wanted.interval or "",
                "bands": " ".join(map(str, wanted.bands)),
                "numbers": " ".join(f"{name}={number}" for name, number in sorted((wanted.numbers or {}).items())),
                "rows": len(taken.rows),
                "found": taken.found,
            },
        )
    return taken


def books_of(population: Population, filters: Filters, officer: Officer, at: datetime) -> Sequence[Book]:
    """Return the books that are drawn from, none where the whole district is."""
    unfit = sorted(filters.given() - set(population.filters))
    if unfit:
        raise SampleUnfit("sample_filter_fits", {"of": population.name, "filters": ", ".join(unfit)})
    if "book" in population.filters:
        return require_books(officer=officer, codes=filters.books, on=local_time(at).date())
    require_district(officer)
    return ()
