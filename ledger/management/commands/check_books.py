"""``manage.py check_books``: silent and 0 if the books agree with themselves, else what, where, since when."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ledger.checks import CHECKS, run_checks
from ledger.heads import UnreadableAnchor, book_heads, missing_anchors, read_anchors


class Command(BaseCommand):
    help = "Check the whole books: every rule again, from the lines up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="CHECK", help="only these checks (see --list)")
        parser.add_argument("--list", action="store_true", help="list the checks and what each proves")
        parser.add_argument("--anchors", type=Path, help="a file of heads kept elsewhere, to check the chains against")
        parser.add_argument("--print-heads", action="store_true", help="print the heads, to be kept elsewhere")

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        unknown = sorted(set(names) - CHECKS.keys())
        if unknown:
            raise CommandError(_("No such check: {names}. See --list.").format(names=", ".join(unknown)))
        if options["list"]:
            width = max(map(len, CHECKS)) + 1
            for name, check in CHECKS.items():
                self.stdout.write(f"{name:{width}}{check.__doc__}")
            return
        with transaction.atomic():
            faults = self.tell_disagreements(names)
            if options["anchors"]:
                faults += self.tell_missing_anchors(options["anchors"])
            if options["print_heads"]:
                for head in book_heads():
                    self.stdout.write(str(head))
        if faults:
            raise CommandError(_("Disagreements found: {count}.").format(count=faults), returncode=1)

    def tell_disagreements(self, names: list[str]) -> int:
        count = 0
        for found in run_checks(names):
            count += 1
            line = _("{check}: book {book}: {what}").format(check=found.check, book=found.book, what=found.what)
            if found.since:
                line += " " + _("(since {moment})").format(moment=f"{localtime(found.since):%Y-%m-%d %H:%M:%S}")
            self.stderr.write(line)
        return count

    def tell_missing_anchors(self, file: Path) -> int:
        try:
            anchors = read_anchors(file.read_text(encoding="utf-8").splitlines())
        except (OSError, UnicodeDecodeError, UnreadableAnchor) as error:
            raise CommandError(_("{file} cannot be read: {error}").format(file=file, error=error)) from error
        missing = missing_anchors(anchors)
        for anchor in missing:
            self.stderr.write(
                _("anchor: book {book}: seal {number} is not the one kept: the chain was rewritten").format(
                    book=anchor.book, number=anchor.number
                )
            )
        return len(missing)
