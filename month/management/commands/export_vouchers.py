"""``manage.py export_vouchers``: vouchers as printed sheets or as a list, for whoever may read their books."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.exports.csv_files import Encoding
from audit.exports.numbers import Numbers
from audit.voucher_files import FORMATS, PAPERS, export_vouchers
from ledger.exports.journals import UnableToExport
from ledger.exports.pages.embedding import GlyphMissing
from ledger.exports.stated import ExportStated
from ledger.models import Officer
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost, database_words
from month.management.acting import day_of
from month.management.commands.month import officer_of
from month.posts import demo_officer, ensure_demo_officers

ENCODINGS = {"utf8": Encoding.UTF8, "gb18030": Encoding.GB18030}


def demo_auditor() -> Officer:
    """Return the auditor of a demo, where no officer is named."""
    ensure_demo_officers()
    return demo_officer("auditor")


class Command(BaseCommand):
    help = "Export the posted vouchers of books: printed sheets (pdf), a list with lines (xlsx), data standards."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--book", action="append", default=[], help=_("code of a book; several times for several"))
        parser.add_argument("--from", dest="since", type=day_of, required=True, help=_("first day, such as 2026-11-01"))
        parser.add_argument("--to", dest="until", type=day_of, required=True, help=_("last day, such as 2026-11-30"))
        parser.add_argument("--format", dest="format_name", choices=sorted(FORMATS), required=True)
        parser.add_argument("--paper", choices=sorted(PAPERS), help=_("of a pdf: a5, or a4 with two sheets to cut"))
        parser.add_argument(
            "--in-full", action="store_true", help=_("ID and account numbers in full; leaves its own trace")
        )
        parser.add_argument(
            "--encoding", choices=sorted(ENCODINGS), default="utf8", help=_("of the platform's csv files")
        )
        parser.add_argument("--out", type=Path, required=True, help=_("the file to write, or a folder for it"))
        parser.add_argument("--as", dest="officer", help=_("username of the officer who acts"))

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        officer = officer_of(asked) or demo_auditor()
        at = timezone.now()
        subject = f"vouchers/{asked.since}/{asked.until}"
        try:
            with (
                acting_from("manage.py export_vouchers"),
                refusals_recorded(chain="", at=at, actor=officer.username, act="vouchers.export", subject=subject),
            ):
                stated = export_vouchers(
                    officer=officer,
                    codes=asked.book,
                    since=asked.since,
                    until=asked.until,
                    format_name=asked.format_name,
                    paper=asked.paper,
                    numbers=Numbers.IN_FULL if asked.in_full else Numbers.MASKED,
                    encoding=ENCODINGS[asked.encoding],
                    out=asked.out,
                    at=at,
                )
        except (UnableToPost, UnableToExport, GlyphMissing) as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(_("{file} cannot be written: {error}").format(file=asked.out, error=error)) from error
        except DatabaseError as error:
            raise CommandError(database_words(error)) from None
        self.tell(stated, asked.out)

    def tell(self, stated: ExportStated, out: Path) -> None:
        """Tell what was written; a gap ends the command as failed, though the file is there and names it."""
        self.stdout.write(
            _("{file}: {vouchers} vouchers, {lines} lines, debit {debit}, credit {credit}.").format(
                file=out, vouchers=stated.vouchers, lines=stated.lines, debit=stated.debit, credit=stated.credit
            )
        )
        if not stated.vouchers:
            self.stdout.write(_("No voucher was posted in this period; the file says so."))
        if stated.gaps:
            gaps = ", ".join(map(str, stated.gaps))
            raise CommandError(_("Numbers are missing: {gaps}. Run manage.py check_books.").format(gaps=gaps))
