"""``manage.py export_journal``: the books as a journal that hledger or beancount checks."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from ledger.exports.journals import FORMATS, UnableToExport, write_journal
from ledger.exports.whole_files import whole_file


class Command(BaseCommand):
    help = "Write a journal of all posted vouchers for `hledger check --strict` or `bean-check`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=sorted(FORMATS), required=True, dest="format_name")
        parser.add_argument("--book", help="the code of one book; without it all books in one journal")
        parser.add_argument("--out", required=True, help="the file to write; - for the standard output")

    def handle(self, *args: Any, format_name: str, book: str | None, out: str, **options: Any) -> None:
        try:
            if out == "-":
                write_journal(book_code=book, format_name=format_name, write=sys.stdout.write)
                return
            with whole_file(Path(out)) as file:
                stated = write_journal(book_code=book, format_name=format_name, write=file.write)
        except UnableToExport as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(_("{file} cannot be written: {error}").format(file=out, error=error)) from error
        self.stdout.write(
            _("{file}: {vouchers} vouchers, {lines} lines, debit {debit}, credit {credit}.").format(
                file=out, vouchers=stated.vouchers, lines=stated.lines, debit=stated.debit, credit=stated.credit
            )
        )
