"""``manage.py demo``: the main job on a demo district, from nothing, and what came out of it."""

from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ledger.checks import run_checks
from ledger.models import Book
from ledger.money import in_full
from ledger.recording import acting_from
from ledger.statements import TrialBalance, trial_balance
from month.demonstrating import OPENED_ON, live_golden_month

NEXT_MONTH = OPENED_ON.replace(month=12)


class Command(BaseCommand):
    help = "Open a demo district, live through the golden month, print both trial balances."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(_("This is a production instance; the demo would leave its books in it."))
        if not is_set_up():
            call_command("setup", verbosity=0)
        with acting_from("manage.py demo"):
            demo = live_golden_month(at=timezone.now())
        balances = [
            trial_balance(book=book, since=OPENED_ON, before=NEXT_MONTH) for book in (demo.township, demo.district)
        ]
        tables = [table_of(balance) for balance in balances]
        console = console_as_wide_as(tables)
        console.print(
            _("Demo district opened and the month posted: {count} vouchers.").format(count=len(demo.posted))
            if demo.opened_now
            else _("The month was posted before; nothing changed: {count} vouchers.").format(count=len(demo.posted))
        )
        for table in tables:
            console.print(table)
        ties = all(balance.ties for balance in balances)
        faults = [fault.what for fault in run_checks([])]
        tell_result(console, ties=ties, faults=faults)
        if faults or not ties:
            raise CommandError(_("The books do not agree; run manage.py check_books."))


def is_set_up() -> bool:
    """Whether every migration has been applied and lists are loaded."""
    executor = MigrationExecutor(connections["owner"])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes()) and is_loaded()


def is_loaded() -> bool:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM ledger_chartaccount)")
        return bool(cursor.fetchone()[0])


def console_as_wide_as(tables: list[Table]) -> Console:
    """Return a console on which the tables stand whole: a narrow terminal wraps rather than cuts amounts."""
    ample = Console(width=1000)
    return Console(width=max(Console().width, *(ample.measure(table).maximum for table in tables)))


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


def tell_result(console: Console, *, ties: bool, faults: list[str]) -> None:
    if ties and not faults:
        console.print(_("Both trial balances tie; all checks of the books agree."))
    for fault in faults:
        console.print(fault, style="red")
    console.print(_("Next: make serve opens the books in a browser; manage.py export_journal --help writes them out."))
