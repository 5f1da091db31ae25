"""``manage.py book_papers``: ledgers, journals of bank accounts and statements of books, as PDF or xlsx."""

from argparse import ArgumentParser, Namespace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.printing_books import WHOLE_YEAR, Asked, Printed, print_books
from ledger.book_figures import UnableToPrint
from ledger.book_rows import SPLITS
from ledger.exports.book_papers import FORMATS, PAPERS
from ledger.exports.pages.embedding import GlyphMissing
from ledger.models import Officer
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost, database_words
from ledger.sums import DoesNotAddUp
from month.management.commands.month import officer_of
from month.posts import demo_officer

ALL = "all"


class Command(BaseCommand):
    help = "Write ledgers, journals of bank accounts, trial balance and statements of books into a folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add, months = parser.add_argument, range(1, 14)
        add("--book", action="append", default=[], dest="books", metavar="CODE", help=_("without it all you may read"))
        add("--year", type=int, required=True)
        add("--month", type=int, choices=months, metavar="MONTH", help=_("13 is the adjustment period"))
        add("--from-month", type=int, choices=months, metavar="MONTH", help=_("without it January"))
        add("--to-month", type=int, choices=months, metavar="MONTH", help=_("without it the adjustment period"))
        add("--paper", action="append", choices=[*PAPERS, ALL], required=True, dest="papers")
        add("--format", action="append", choices=list(FORMATS), dest="formats", help=_("without it each of them"))
        add("--account", default="", metavar="CODE", help=_("only this account and those below it"))
        add("--by", default="", choices=SPLITS, help=_("tell the lines of a subsidiary ledger apart by this"))
        add("--out", type=Path, required=True, help=_("the folder to write into"))
        add("--as", dest="officer", help=_("the officer who reads; asks for the password"))

    def handle(self, *args: Any, **options: Any) -> None:
        given = Namespace(**options)
        officer = officer_of(given) or demo_officer("auditor")
        at = timezone.localtime()
        asked = asked_of(given)
        try:
            with (
                acting_from("manage.py book_papers"),
                refusals_recorded(
                    chain="", at=at, actor=officer.username, act="books.read", subject=f"books/{asked.year}"
                ),
            ):
                printed = written(officer, asked, given.out, at)
        except UnableToPost as refusal:
            raise CommandError(str(refusal)) from refusal
        except DatabaseError as error:
            raise CommandError(database_words(error)) from None
        for name in printed.names:
            self.stdout.write(name)
        if printed.gaps:
            missing = ", ".join(map(str, printed.gaps))
            raise CommandError(
                _("Voucher numbers are missing: {missing}. Run manage.py check_books.").format(missing=missing)
            )


def written(officer: Officer, asked: Asked, folder: Path, at: datetime) -> Printed:
    """Write the papers; what is in the way is told.

    :raises CommandError: if the papers cannot be written
    """
    try:
        return print_books(officer=officer, asked=asked, folder=folder, on=at.date(), at=at)
    except (UnableToPrint, GlyphMissing) as error:
        raise CommandError(str(error)) from error
    except DoesNotAddUp as fault:
        raise CommandError(_("{fault}. Run manage.py check_books.").format(fault=fault)) from fault
    except OSError as error:
        raise CommandError(_("{file} cannot be written: {error}").format(file=folder, error=error)) from error


def asked_of(given: Namespace) -> Asked:
    """Return what the options ask for."""
    if given.month and (given.from_month or given.to_month):
        raise CommandError(_("Give either --month or --from-month and --to-month."))
    months = (
        (given.month, given.month)
        if given.month
        else (given.from_month or WHOLE_YEAR[0], given.to_month or WHOLE_YEAR[1])
    )
    return Asked(
        codes=given.books,
        year=given.year,
        months=(given.month, given.month) if given.month else months,
        papers=list(PAPERS) if ALL in given.papers else list(dict.fromkeys(given.papers)),
        formats=list(dict.fromkeys(given.formats or FORMATS)),
        account=given.account,
        split=given.by,
    )
