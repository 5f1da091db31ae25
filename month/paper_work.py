"""The long work that makes papers: lists and documents of a month, journals of the books; and taking them away.

A worker on any machine makes them in a folder of its own for the time, and keeps them with the job. Whoever asked
takes them away from there; after some days they are deleted (``month.working.forget_files``).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.utils.translation import gettext_lazy as _

from imports.models import StagedSheet
from ledger.exports.journals import UnableToExport, write_journal
from ledger.models import Book, Officer
from ledger.refusals import UnableToPost
from month import documents, writing
from month.held import Asked, Held, Kind, Work, next_key
from month.keeping_files import Made, keep_made, record_made

JOURNALS = {"hledger": "journal", "beancount": "beancount"}
Make = Callable[[Path, Mapping[str, Any], Officer, datetime], Sequence[str]]


class JournalRefused(UnableToPost):
    message = _("The journal cannot be written.")
    remedy = _("Check the code of the book.")


def papers_of_month(*, month: date, sheets: Sequence[StagedSheet], marked: Sequence[StagedSheet] = ()) -> Asked:
    """Ask for the lists, bank files and documents of a month; ``marked`` are sheets that get marked copies."""
    keys = {"sheets": [sheet.pk for sheet in sheets], "marked": [sheet.pk for sheet in marked]}
    return asked_papers("papers.month", month, **keys)


def papers_to_decide(*, month: date) -> Asked:
    """Ask for what is read before payroll runs of a month are decided on, numbers masked."""
    return asked_papers("papers.masked", month)


def papers_of_stage(*, month: date, sheets: Sequence[StagedSheet]) -> Asked:
    """Ask for the findings, the totals and the marked copies of staged sheets."""
    return asked_papers("papers.stage", month, sheets=[sheet.pk for sheet in sheets])


def papers_of_results(*, month: date) -> Asked:
    """Ask for the list of where every payment of a month stands."""
    return asked_papers("papers.results", month)


def asked_papers(kind: str, month: date, **more: object) -> Asked:
    arguments = {"month": month.isoformat(), **more}
    return {"kind": kind, "key": next_key(kind, f"{month:%Y-%m}", arguments), "arguments": arguments}


def journal(*, book: str, format_name: str) -> Asked:
    """Ask for a journal of a book, or of all where ``book`` is nothing."""
    arguments = {"book": book, "format": format_name}
    return {"kind": "books.export", "key": next_key("books.export", book or "all", arguments), "arguments": arguments}


def making(make: Make) -> Work:
    """Return work that makes files in a folder and keeps them with its job; that it read is recorded with them."""

    def work(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Sequence[str]:
        with TemporaryDirectory(prefix="tongfa-papers-") as folder, held.effect():
            held.progress("write", 0)
            names = make(Path(folder), arguments, officer, at)
            keep_papers(held, Path(folder), names)
            return names

    return work


def export(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Sequence[str]:
    """Write a journal: the books at one moment, which is a transaction of its own, and then keep it."""
    with TemporaryDirectory(prefix="tongfa-papers-") as folder:
        held.progress("write", 0)
        names = [write_book(Path(folder), arguments)]
        with held.effect():
            made = keep_papers(held, Path(folder), names)
            record_made(held.job, made, {}, officer=officer, at=at)
        return names


def keep_papers(held: Held, folder: Path, names: Sequence[str]) -> Sequence[Made]:
    return keep_made(held.job, folder, names, lambda: held.progress("write", 1))


def make_month(folder: Path, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> list[str]:
    month = date.fromisoformat(arguments["month"])
    names = writing.write_month(
        folder=folder, month=month, sheets=sheets_of(arguments["sheets"]), officer=officer, at=at
    )
    if arguments["marked"]:
        names += documents.write_marked_copies(folder=folder, sheets=sheets_of(arguments["marked"]))
    return [*names, *documents.write_documents(folder=folder, month=month, at=at)]


def make_masked(folder: Path, arguments: Mapping[str, Any], _officer: Officer, at: datetime) -> list[str]:
    return documents.write_masked_documents(folder=folder, month=date.fromisoformat(arguments["month"]), at=at)


def make_stage(folder: Path, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> list[str]:
    sheets = sheets_of(arguments["sheets"])
    month = date.fromisoformat(arguments["month"])
    names = writing.write_staged(folder=folder, month=month, sheets=sheets, officer=officer, at=at)
    return [*names, *documents.write_marked_copies(folder=folder, sheets=sheets)]


def make_results(folder: Path, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> list[str]:
    month = date.fromisoformat(arguments["month"])
    names = [writing.write_results(folder, month)]
    writing.record_reading(names, month=month, officer=officer, at=at)
    return names


def write_book(folder: Path, arguments: Mapping[str, Any]) -> str:
    """Write a journal, and return the name of its file.

    :raises JournalRefused: if there is no such book; what was asked for is a name of a file only then
    """
    if arguments["book"] and not Book.objects.filter(code=arguments["book"]).exists():
        raise JournalRefused("book_is_opened", {"book": arguments["book"]})
    name = f"{arguments['book'] or 'all'}.{JOURNALS[arguments['format']]}"
    with (folder / name).open("w", encoding="utf-8") as stream:

        def write(text: str) -> None:
            stream.write(text)

        try:
            write_journal(book_code=arguments["book"] or None, format_name=arguments["format"], write=write)
        except UnableToExport as refused:
            raise JournalRefused("journal_is_written", {"book": arguments["book"]}) from refused
    return name


def sheets_of(keys: Sequence[int]) -> list[StagedSheet]:
    return list(StagedSheet.objects.filter(pk__in=keys).select_related("file").order_by("pk"))


PAPER_KINDS = (
    Kind("papers.stage", "payouts.stage_file", 3, making(make_stage)),
    Kind("papers.month", "payouts.render_batch", 3, making(make_month), ("payouts.compute_run",)),
    Kind("papers.masked", "payouts.review_run", 3, making(make_masked), ("payouts.release_run",)),
    Kind("papers.results", "payouts.take_results", 3, making(make_results)),
    Kind("books.export", "ledger.view_voucher", 3, export),
)
