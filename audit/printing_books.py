"""Put books on paper for an officer who may read them; what was taken away leaves an event in the trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import translation
from django.utils.timezone import localdate

from ledger.book_figures import ADJUSTMENT, Span, figures_of
from ledger.exports.book_papers import PAPERS, whole_folder, write_paper
from ledger.exports.paper_parts import Wanted
from ledger.exports.snapshots import one_moment
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


def print_books(*, officer: Officer, asked: Asked, folder: Path, at: datetime) -> Sequence[str]:
    """Write the papers into ``folder``, all of them or none, from one moment of the books; return their names.

    :raises OfficerMayNot: if a book is not open to the officer
    :raises UnableToPrint: if a book has no such months or account
    :raises DoesNotAddUp: if what is written is not what the books keep
    :raises GlyphMissing: if no font has a character of it
    """
    books = require_books(officer=officer, codes=asked.codes, on=localdate(at))
    with whole_folder(folder) as written, translation.override("zh-hans"), one_moment():
        names = [name for book in books for name in print_book(book, asked, written, at)]
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
            },
        )
    return names


def print_book(book: Book, asked: Asked, folder: Path, at: datetime) -> Sequence[str]:
    """Write the papers of one book and return their names."""
    figures = figures_of(Span(book, asked.year, *asked.months))
    wanted = Wanted(account=asked.account, split=asked.split)
    return [
        name
        for paper in asked.papers
        for format_name in asked.formats
        for name in write_paper(
            paper=PAPERS[paper](figures, wanted), format_name=format_name, folder=folder, printed_at=at
        )
    ]
