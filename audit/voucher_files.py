"""Take vouchers out of the books as a file: who may, in which format, and the trace that it leaves.

A format is a function that writes the vouchers of books from one day to another and returns what it
states of them; a further one is one more entry of ``FORMATS``.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from django.utils.translation import gettext_lazy as _

from audit.exports import gbt24589, platform_csv
from audit.exports.csv_files import Encoding
from audit.exports.numbers import Numbers, record_numbers_shown
from ledger.exports.pages.frames import local_time
from ledger.exports.snapshots import one_moment
from ledger.exports.stated import ExportStated
from ledger.exports.vouchers import write_a4, write_a5, write_xlsx
from ledger.models import Book, Officer
from ledger.recording import record_event
from ledger.refusals import UnableToPost
from treasury.scopes import require_books, require_district


class Exporter(Protocol):
    """Writes the vouchers of books, both days included, whole or not at all, to a file or into a folder."""

    def __call__(self, *, books: Sequence[Book], since: date, until: date, out: Path, at: datetime) -> ExportStated: ...


def at_one_moment(write: Callable[..., ExportStated]) -> Exporter:
    """Return a writer of several files that all see the books at one moment."""

    def written(*, books: Sequence[Book], since: date, until: date, out: Path, at: datetime) -> ExportStated:
        with one_moment():
            return write(books=books, since=since, until=until, out=out, at=at)

    return written


PDF: Final = "pdf"
GBT24589, PLATFORM = "gbt24589", "platform"
PAPERS: Final[dict[str, Exporter]] = {"a5": write_a5, "a4": write_a4}
FORMATS: Final[dict[str, Exporter]] = {
    PDF: write_a5,
    "xlsx": write_xlsx,
    GBT24589: at_one_moment(gbt24589.write),
    PLATFORM: at_one_moment(platform_csv.write),
}


def exporter_of(*, format_name: str, paper: str | None, numbers: Numbers, encoding: Encoding) -> Exporter:
    """Return what writes a format as it is asked for.

    :raises OptionUnfit: if the format has no such choice
    """
    if paper and format_name != PDF:
        raise OptionUnfit("export_takes_the_option", {"paper": paper, "format": format_name})
    if numbers is Numbers.IN_FULL and format_name not in (GBT24589, PLATFORM):
        raise OptionUnfit("export_takes_the_option", {"numbers": numbers.value, "format": format_name})
    if encoding is not Encoding.UTF8 and format_name != PLATFORM:
        raise OptionUnfit("export_takes_the_option", {"encoding": encoding.value, "format": format_name})
    if format_name == GBT24589:
        return at_one_moment(partial(gbt24589.write, numbers=numbers))
    if format_name == PLATFORM:
        return at_one_moment(partial(platform_csv.write, numbers=numbers, encoding=encoding))
    return PAPERS[paper] if paper else FORMATS[format_name]


class PeriodTurnedRound(UnableToPost):
    message = _("The period ends before it begins.")
    remedy = _("Give the first day as --from and the last as --to.")


class OptionUnfit(UnableToPost):
    message = _("The format has no such choice.")
    remedy = _("A paper is of a pdf, an encoding of the platform; numbers in full are of gbt24589 and platform.")


def export_vouchers(
    *,
    officer: Officer,
    codes: Sequence[str],
    since: date,
    until: date,
    format_name: str,
    paper: str | None,
    numbers: Numbers,
    encoding: Encoding,
    out: Path,
    at: datetime,
) -> ExportStated:
    """Write the vouchers of the books of some codes, or of all that are open to an officer; leave a trace of it.

    ``paper`` is one of ``PAPERS``, for a PDF only; none is the first. Numbers in full are for who reads the
    whole district, and leave an event of their own.

    :raises OfficerMayNot: if a book is not open to the officer
    :raises PeriodTurnedRound: if ``since`` is after ``until``
    :raises OptionUnfit: if the format has no such paper, encoding or numbers
    :raises GlyphMissing: if no font has a character of a voucher
    :raises OSError: if ``out`` cannot be written
    """
    if since > until:
        raise PeriodTurnedRound("export_period_runs_forward", {"since": since, "until": until})
    write = exporter_of(format_name=format_name, paper=paper, numbers=numbers, encoding=encoding)
    if numbers is Numbers.IN_FULL:
        require_district(officer)
    books = require_books(officer=officer, codes=codes, on=local_time(at).date())
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
    if numbers is Numbers.IN_FULL:
        record_numbers_shown(officer=officer, form=format_name, stated=stated, at=at)
    return stated
