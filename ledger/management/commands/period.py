"""``manage.py period open|adjust|resume|close|reopen BOOK YYYY-MM``: move an accounting month."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.closing import close_month, reopen_period, resume, start_adjusting
from ledger.models import Officer, Period
from ledger.opening import open_period
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost

ACTS = ("open", "adjust", "resume", "close", "reopen")


class Command(BaseCommand):
    help = "Open, adjust, close or reopen an accounting month of a book; month 13 is the adjustment period."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=ACTS)
        parser.add_argument("book", help="code of the book")
        parser.add_argument("month", help="2026-11; 2026-13 is the adjustment period")
        parser.add_argument("--officer", required=True, help="username of the officer who acts")
        parser.add_argument("--approved-by", help="username of the second officer, to reopen")
        parser.add_argument("--reason", default="", help="why it is reopened or resumed")

    def handle(self, *args: Any, act: str, book: str, month: str, **options: Any) -> None:
        period = find_period(book, month)
        officer = find_officer(options["officer"])
        at = timezone.now()
        trace: dict[str, Any] = {
            "chain": book,
            "at": at,
            "actor": officer.username,
            "subject": f"period/{book}/{month}",
        }
        try:
            with acting_from("manage.py period"), refusals_recorded(act=f"period.{act}", **trace):
                if act == "open":
                    open_period(period=period, opener=officer, at=at)
                elif act == "adjust":
                    start_adjusting(period=period, officer=officer, at=at)
                elif act == "resume":
                    resume(period=period, officer=officer, reason=options["reason"], at=at)
                elif act == "close":
                    close_month(period=period, officer=officer, at=at)
                else:
                    if not options["approved_by"]:
                        raise CommandError(_("Two officers reopen a period: name the second with --approved-by."))
                    second = find_officer(options["approved_by"])
                    reopen_period(
                        period=period, requested_by=officer, approved_by=second, reason=options["reason"], at=at
                    )
        except UnableToPost as refusal:
            raise CommandError(str(refusal)) from refusal
        period.refresh_from_db()
        self.stdout.write(f"{period.book} {period}: {period.get_status_display()}")


def find_period(book: str, month: str) -> Period:
    year, _dash, number = month.partition("-")
    if not (year.isdigit() and number.isdigit()):
        raise CommandError(_("{month} is no month; write it like 2026-11.").format(month=month))
    period = Period.objects.select_related("book").filter(book__code=book, year=year, month=number).first()
    if period is None:
        raise CommandError(_("Book {book} has no period {month}.").format(book=book, month=month))
    return period


def find_officer(username: str | None) -> Officer:
    officer = Officer.objects.filter(username=username or "").first()
    if officer is None:
        raise CommandError(_("There is no officer {name}.").format(name=username or "—"))
    return officer
