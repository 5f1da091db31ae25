"""``manage.py import_vouchers FILE``: post the vouchers of a csv file or a workbook, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from imports.importing_vouchers import import_vouchers
from imports.voucher_files import FileRefused, UnableToImport
from ledger.entries import Signatures
from ledger.recording import acting_from, record_refusal
from ledger.refusals import UnableToPost

# The officers that `manage.py demo` creates.
DEMO_OFFICERS = {"preparer": "month-service", "reviewer": "demo-reviewer", "cashier": "demo-cashier"}


class Command(BaseCommand):
    help = "Post the vouchers of a csv file or a workbook as one event, all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        for role in DEMO_OFFICERS:
            parser.add_argument(f"--{role}", help="a username; a demo signs with its own officers when none is named")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        signatures = read_signatures(**{role: options[role] for role in DEMO_OFFICERS})
        try:
            with acting_from("manage.py import_vouchers"):
                result = import_vouchers(
                    file=file.name, content=file.read_bytes(), signatures=signatures, at=timezone.now()
                )
        except OSError as error:
            raise CommandError(_("{file} cannot be read: {error}").format(file=file, error=error)) from error
        except UnableToImport as error:
            leave_trace(file, signatures, error)
            raise CommandError(str(error)) from error
        told = {
            "file": file.name,
            "vouchers": result.vouchers,
            "lines": result.lines,
            "books": " ".join(result.books),
        }
        if result.known_before:
            message = _("{file} was imported before: {vouchers} vouchers in {books}. Nothing is posted now.")
        else:
            message = _("{file}: {vouchers} vouchers with {lines} lines posted in {books}.")
        self.stdout.write(message.format(**told))


def leave_trace(file: Path, signatures: Signatures, error: UnableToImport) -> None:
    """Record the refusal of a file after everything was rolled back."""
    faults = len(error.findings) if isinstance(error, FileRefused) else 1
    with acting_from("manage.py import_vouchers"):
        record_refusal(
            chain="",
            at=timezone.now(),
            actor=signatures.preparer,
            act="vouchers.import",
            subject=file.name,
            refusal=UnableToPost("file_refused", {"faults": faults}),
        )


def read_signatures(*, preparer: str | None, reviewer: str | None, cashier: str | None) -> Signatures:
    """Return who signs: the officers named; on a demo that names nobody, those of the demo."""
    if settings.DEMO and not (preparer or reviewer or cashier):
        return Signatures(poster=DEMO_OFFICERS["preparer"], **DEMO_OFFICERS)
    if not preparer or not reviewer:
        raise CommandError(
            _("Name who signs: --preparer and --reviewer, and --cashier where a voucher moves money at a bank.")
        )
    return Signatures(preparer=preparer, reviewer=reviewer, poster=preparer, cashier=cashier)
