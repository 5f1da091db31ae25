"""``manage.py audit_pack``: a year of the books in one zip, which an auditor verifies without this software."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.anchor_pages import write_anchor_page
from audit.packing import Packed, pack_year, pack_year_in_full
from ledger.exports.pages.embedding import GlyphMissing
from ledger.models import Officer
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost, database_words
from month.management.commands.month import officer_of
from month.posts import demo_officer
from treasury.exports.documents import heading_of


class Command(BaseCommand):
    help = "Write the audit pack of a year; verify.py inside it proves it with Python alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, required=True, help=_("the year, such as 2026"))
        parser.add_argument("--out", type=Path, required=True, help=_("the zip to write"))
        parser.add_argument(
            "--book",
            action="append",
            default=[],
            dest="codes",
            help=_("the code of a book, any number of times; without it all books that the officer may read"),
        )
        parser.add_argument("--as", dest="officer", help=_("the officer who acts; the password is asked for"))
        parser.add_argument(
            "--in-full", action="store_true", help=_("ID and account numbers in full; leaves its own trace")
        )
        parser.add_argument(
            "--anchor-page", type=Path, help=_("a page with the heads as QR codes, to be kept elsewhere")
        )

    def handle(self, *args: Any, **asked: Any) -> None:
        officer = self.officer(asked)
        at = timezone.now()
        year, out, page = asked["year"], asked["out"], asked["anchor_page"]
        try:
            with (
                acting_from("manage.py audit_pack"),
                refusals_recorded(
                    chain="", at=at, actor=officer.username, act="audit.pack", subject=f"audit.pack/{year}"
                ),
            ):
                on = timezone.localdate(at)
                if asked["in_full"]:
                    if asked["codes"]:
                        raise CommandError(_("A pack in full is of all books: leave --book out."))
                    packed = pack_year_in_full(year=year, officer=officer, on=on, at=at, path=out)
                else:
                    packed = pack_year(year=year, codes=asked["codes"], officer=officer, on=on, at=at, path=out)
            if page:
                with page.open("wb") as file:
                    write_anchor_page(file=file, packed=packed, heading=heading_of(at))
        except UnableToPost as refusal:
            raise CommandError(str(refusal)) from refusal
        except DatabaseError as error:
            raise CommandError(database_words(error)) from None
        except (OSError, GlyphMissing) as error:
            raise CommandError(_("{file} cannot be written: {error}").format(file=out, error=error)) from error
        self.tell(packed, out)

    def officer(self, asked: dict[str, Any]) -> Officer:
        """Return who acts: the officer of ``--as``, or in a demo its auditor."""
        officer = officer_of(Namespace(officer=asked["officer"]))
        return officer or demo_officer("chief_accountant" if asked["in_full"] else "auditor")

    def tell(self, packed: Packed, out: Path) -> None:
        """Tell what was packed; a missing number is told and ends the command as failed."""
        self.stdout.write(
            _("{file}: {books} books, {vouchers} vouchers, {lines} lines, debit {debit}, credit {credit}.").format(
                file=out,
                books=len(packed.books),
                vouchers=packed.stated.vouchers,
                lines=packed.stated.lines,
                debit=packed.stated.debit,
                credit=packed.stated.credit,
            )
        )
        self.stdout.write(f"# manifest {packed.year} {packed.manifest}")
        for gap in packed.stated.gaps:
            self.stderr.write(_("Missing number: {gap}").format(gap=gap))
        if packed.stated.gaps:
            raise CommandError(
                _("Numbers are missing in the books: {count}.").format(count=len(packed.stated.gaps)), returncode=1
            )
