"""``manage.py demo``: the main job on a demo district, from nothing, and what came out of it."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.box import SIMPLE_HEAD
from rich.table import Table

from ledger.checks import run_checks
from ledger.models import Book
from ledger.models.words import BookKind
from ledger.money import in_full
from ledger.recording import acting_from
from ledger.refusals import UnableToPost
from ledger.statements import TrialBalance, trial_balance
from month import telling
from month.closing_months import after
from month.demonstrating import MONTH, live_a_month, write_demo
from month.management.progress import progress_bar
from month.management.setting_up import is_set_up
from month.tables import tell


class Command(BaseCommand):
    help = "Run the payroll of a demo district for a month, from its files to the bank and back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, help="folder for the lists and documents (demo_out in the instance)")

    def handle(self, *args: Any, out: Path | None, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(_("This is a production instance; the demo would leave its books in it."))
        if not is_set_up():
            call_command("setup", verbosity=0)
        folder = out or settings.DEMO_FOLDER
        at = timezone.now()
        try:
            with acting_from("manage.py demo"), progress_bar() as progress:
                demo = live_a_month(at=at, progress=progress)
                names = write_demo(folder=folder, demo=demo, at=at)
        except UnableToPost as refusal:  # another demo is at work on this instance
            raise CommandError(str(refusal)) from refusal
        district = Book.objects.filter(kind=BookKind.DISTRICT).order_by("pk")[0]
        balance = trial_balance(book=district, since=MONTH, before=after(MONTH))
        faults = [fault.what for fault in run_checks([])]
        tell(
            [
                *telling.of_demo(demo, folder=folder, names=names),
                table_of(balance),
                *results_of(ties=balance.ties, faults=faults),
            ]
        )
        if faults or not balance.ties:
            raise CommandError(_("The books do not agree; run manage.py check_books."))


def table_of(balance: TrialBalance) -> Table:
    """Return a trial balance as a terminal table; sub-accounts are set in."""
    book: Book = balance.book
    heading = _("Trial balance")
    table = Table(
        title=f"{heading}  {book.name}  {balance.since:%Y-%m}",
        caption=notice_of(book),
        header_style="bold",
        box=SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
        show_footer=True,
    )
    totals = balance.totals("F")
    table.add_column(_("Account"), footer=_("Total"), no_wrap=True)
    headings = (
        _("Opening debit"),
        _("Opening credit"),
        _("Debit"),
        _("Credit"),
        _("Closing debit"),
        _("Closing credit"),
    )
    for title, total in zip(headings, totals, strict=True):
        table.add_column(title, justify="right", footer=in_full(total), no_wrap=True)
    for line in balance.lines:
        amounts = (
            line.opening_debit,
            line.opening_credit,
            line.debit,
            line.credit,
            line.closing_debit,
            line.closing_credit,
        )
        indent = "  " * (max(0, len(line.code) - 4) // 2)
        cells = [in_full(amount) if amount else "" for amount in amounts]
        table.add_row(f"{indent}{line.code} {line.name}", *cells, style="" if line.leaf else "dim")
    return table


def notice_of(book: Book) -> str:
    """Return the regime that a statement follows, and that it was repealed if it was."""
    chart = book.chart
    notice = _("Regime: {name}, {document}.").format(name=chart.name, document=chart.document)
    if chart.effective_to:
        notice += " " + _("Repealed from {date}; used here because its codes are verified.").format(
            date=chart.effective_to
        )
    return notice


def results_of(*, ties: bool, faults: list[str]) -> Iterator[str]:
    """Yield whether the books agree, and what to look at next."""
    if ties and not faults:
        yield _("The trial balance ties; all checks of the books agree.")
    yield from faults
    yield _("Next: make serve opens the books in a browser; manage.py export_journal --help writes them out.")
