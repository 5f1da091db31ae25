"""Put books on paper for an officer who may read them; what was taken away leaves an event in the trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import translation

from ledger.book_figures import ADJUSTMENT, Span, figures_of
from ledger.exports.book_papers import PAPERS, whole_folder, write_paper
from ledger.exports.paper_parts import Wanted
from ledger.exports.snapshots import one_moment
from ledger.exports.stated import Gap, gaps_in
from ledger.models import Book, Officer
from ledger.recording import record_event
from treasury.scopes import require_books

WHOLE_YEAR = (1, ADJUSTMENT)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which papers of which months are asked for; no codes mean every book that is open to the officer.

    ``months`` are the first and the last; ``account`` and ``split`` choose what ledgers and journals show.
    """

    codes: Sequence[str]
    year: int
    months: tuple[int, int]
    papers: Sequence[str]
    formats: Sequence[str]
    account: str = ""
    split: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """The names of the files, and the voucher numbers that are missing in the books they are of."""

    names: Sequence[str]
    gaps: Sequence[Gap]


def print_books(*, officer: Officer, asked: Asked, folder: Path, on: date, at: datetime) -> Printed:
    """Write the papers into ``folder``, all of them or none, from one moment of the books.

    A gap in the numbers of the vouchers is told on each paper, and to the caller.

    :raises OfficerMayNot: if a book is not open to the officer
    :raises UnableToPrint: if a book has no such months or account
    :raises DoesNotAddUp: if what is written is not what the books keep
    :raises GlyphMissing: if no font has a character of it
    """
    books = require_books(officer=officer, codes=asked.codes, on=on)
    with whole_folder(folder) as written, one_moment():
        printed = [print_book(book, asked, written, at) for book in books]
    names = [name for one in printed for name in one.names]
    gaps = [gap for one in printed for gap in one.gaps]
    with transaction.atomic():
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="books.read",
            subject=f"books/{asked.year}",
            after={
                "books": " ".join(book.code for book in books)[:1000],
                "months": f"{asked.months[0]}-{asked.months[1]}",
                "papers": " ".join(asked.papers),
                "files": len(names),
                "gaps": len(gaps),
            },
        )
    return Printed(names, gaps)


def print_book(book: Book, asked: Asked, folder: Path, at: datetime) -> Printed:
    """Write the papers of one book."""
    span = Span(book, asked.year, *asked.months)
    figures = figures_of(span)
    gaps = gaps_in(books=[book], since=span.begins, until=span.before - timedelta(days=1))
    wanted = Wanted(account=asked.account, split=asked.split, gaps=gaps)
    names: list[str] = []
    for paper in asked.papers:
        for format_name in asked.formats:
            made = PAPERS[paper](figures, wanted)
            # Papers are Chinese; what is in the way is told in the officer's language.
            with translation.override("zh-hans"):
                names += write_paper(paper=made, format_name=format_name, folder=folder, printed_at=at)
    return Printed(names, gaps)
