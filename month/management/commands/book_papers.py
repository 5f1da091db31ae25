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

from audit.printing_books import WHOLE_YEAR, Asked, print_books
from ledger.book_figures import UnableToPrint
from ledger.book_rows import SPLITS
from ledger.exports.book_papers import FORMATS, PAPERS
from ledger.exports.pages.embedding import GlyphMissing
from ledger.models import Officer
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost
from ledger.sums import DoesNotAddUp
from month.management.commands.month import officer_of, plain_words
from month.posts import demo_officer

ALL = "all"


class Command(BaseCommand):
    help = "Write ledgers, journals of bank accounts, trial balance and statements of books into a folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--book",
            action="append",
            default=[],
            dest="books",
            metavar="CODE",
            help=_("code of a book; without it all that you may read"),
        )
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--month", type=int, choices=range(1, 14), help=_("one month; 13 is the adjustment period"))
        parser.add_argument(
            "--from-month", type=int, choices=range(1, 14), help=_("the first month; without it January")
        )
        parser.add_argument(
            "--to-month", type=int, choices=range(1, 14), help=_("the last month; without it the adjustment period")
        )
        parser.add_argument("--paper", action="append", choices=[*PAPERS, ALL], required=True, dest="papers")
        parser.add_argument(
            "--format", action="append", choices=list(FORMATS), dest="formats", help=_("without it each of them")
        )
        parser.add_argument(
            "--account", default="", help=_("only this account and those below it, in ledgers and journals")
        )
        parser.add_argument(
            "--by", default="", choices=SPLITS, help=_("tell the lines of a subsidiary ledger apart by this")
        )
        parser.add_argument("--out", type=Path, required=True, help=_("the folder to write into"))
        parser.add_argument("--as", dest="officer", help=_("the officer who reads; asks for the password"))

    def handle(self, *args: Any, **options: Any) -> None:
        given = Namespace(**options)
        officer = officer_of(given) or demo_officer("auditor")
        at = timezone.now()
        asked = asked_of(given)
        try:
            with (
                acting_from("manage.py book_papers"),
                refusals_recorded(
                    chain="", at=at, actor=officer.username, act="books.read", subject=f"books/{asked.year}"
                ),
            ):
                names = self.print(officer, asked, given.out, at)
        except UnableToPost as refusal:
            raise CommandError(str(refusal)) from refusal
        except DatabaseError as error:
            raise CommandError(plain_words(error)) from None
        for name in names:
            self.stdout.write(name)

    def print(self, officer: Officer, asked: Asked, folder: Path, at: datetime) -> list[str]:
        try:
            return list(print_books(officer=officer, asked=asked, folder=folder, at=at))
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
        months=months,
        papers=list(PAPERS) if ALL in given.papers else list(dict.fromkeys(given.papers)),
        formats=list(dict.fromkeys(given.formats or FORMATS)),
        account=given.account,
        split=given.by,
    )
