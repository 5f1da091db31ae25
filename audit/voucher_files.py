"""Take vouchers out of the books as a file: who may, in which format, and the trace that it leaves.

A format is a function that writes the vouchers of books from one day to another and returns what it
states of them; a further one is one more entry of ``FORMATS``.
"""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final, Protocol

from django.utils.translation import gettext_lazy as _

from ledger.exports.pages.frames import local_time
from ledger.exports.stated import ExportStated
from ledger.exports.vouchers import write_a4, write_a5, write_xlsx
from ledger.models import Book, Officer
from ledger.recording import record_event
from ledger.refusals import UnableToPost
from treasury.scopes import require_books


class Exporter(Protocol):
    """Writes the vouchers of books, both days included, whole or not at all, to a file or into a folder."""

    def __call__(self, *, books: Sequence[Book], since: date, until: date, out: Path, at: datetime) -> ExportStated: ...


PDF: Final = "pdf"
PAPERS: Final[dict[str, Exporter]] = {"a5": write_a5, "a4": write_a4}
FORMATS: Final[dict[str, Exporter]] = {PDF: write_a5, "xlsx": write_xlsx}


class PeriodTurnedRound(UnableToPost):
    message = _("The period ends before it begins.")
    remedy = _("Give the first day as --from and the last as --to.")


class NoPaperNeeded(UnableToPost):
    message = _("Only a PDF is of a paper.")
    remedy = _("Leave the paper out, or take the format pdf.")


def export_vouchers(
    *,
    officer: Officer,
    codes: Sequence[str],
    since: date,
    until: date,
    format_name: str,
    paper: str | None,
    out: Path,
    at: datetime,
) -> ExportStated:
    """Write the vouchers of the books of some codes, or of all that are open to an officer; leave a trace of it.

    ``paper`` is one of ``PAPERS``, for a PDF only; none is the first.

    :raises OfficerMayNot: if a book is not open to the officer
    :raises PeriodTurnedRound: if ``since`` is after ``until``
    :raises NoPaperNeeded: if a paper is named for another format
    :raises GlyphMissing: if no font has a character of a voucher
    :raises OSError: if ``out`` cannot be written
    """
    if since > until:
        raise PeriodTurnedRound("export_period_runs_forward", {"since": since, "until": until})
    if paper and format_name != PDF:
        raise NoPaperNeeded("export_is_of_a_paper", {"paper": paper, "format": format_name})
    books = require_books(officer=officer, codes=codes, on=local_time(at).date())
    write = PAPERS[paper] if paper else FORMATS[format_name]
    stated = write(books=books, since=since, until=until, out=out, at=at)
    record_event(
        chain="",
        at=at,
        actor=officer.username,
        act="vouchers.export",
        subject=f"vouchers/{since}/{until}",
        after={
            "format": f"{format_name} {paper}" if paper else format_name,
            "books": " ".join(book.code for book in books)[:1000],
            "vouchers": stated.vouchers,
            "lines": stated.lines,
            "debit": stated.debit,
            "credit": stated.credit,
            "gaps": len(stated.gaps),
        },
    )
    return stated
