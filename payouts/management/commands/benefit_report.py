"""``manage.py benefit_report``: the statistics of benefits, what is due, booklets, and lists to hang out."""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from datetime import date, datetime
from getpass import getpass
from pathlib import Path
from typing import Any

from django.contrib.auth import authenticate
from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Officer
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost
from payouts.exports.benefit_papers import write_booklet, write_due_list, write_public_list, write_statistics
from payouts.policy import payout_policies
from payouts.rules.benefit_calendar import period_of_half_year, period_of_year

DAYS = 30


def half_of(text: str) -> int:
    """Return the statistical year of a half-year written ``2026-H1``."""
    year, _dash, half = text.partition("-")
    if half != "H1" or not is_year(year):
        raise ArgumentTypeError(
            _("{text} is no half-year; write it as 2026-H1. The other half is reported with the year.").format(
                text=text
            )
        )
    return int(year)


def year_of(text: str) -> int:
    if not is_year(text):
        raise ArgumentTypeError(_("{text} is no statistical year; write it as 2026.").format(text=text))
    return int(text)


def is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit() and text > "2004"


def month_asked(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise ArgumentTypeError(_("{text} is no month; write it as 2026-11.").format(text=text)) from error


def day_asked(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("{text} is no day; write it as 2026-11-05.").format(text=text)) from error


def statistics(asked: Namespace, officer: Officer, at: datetime) -> Sequence[str]:
    policies = payout_policies()
    if asked.half:
        period = period_of_half_year(year=asked.half, policies=policies)
    else:
        period = period_of_year(year=asked.year, policies=policies)
    on = asked.on or timezone.localdate(at)
    return write_statistics(period=period, folder=asked.out, on=on, officer=officer, at=at)


def due_list(asked: Namespace, officer: Officer, at: datetime) -> Sequence[str]:
    on = asked.on or timezone.localdate(at)
    return write_due_list(on=on, days=asked.days, folder=asked.out, officer=officer, at=at)


def booklet(asked: Namespace, officer: Officer, at: datetime) -> Sequence[str]:
    return write_booklet(certificate=asked.certificate, folder=asked.out, officer=officer, at=at)


def hung_out(asked: Namespace, officer: Officer, at: datetime) -> Sequence[str]:
    return write_public_list(scheme=asked.scheme, month=asked.month, folder=asked.out, officer=officer, at=at)


REPORTS: dict[str, Callable[[Namespace, Officer, datetime], Sequence[str]]] = {
    "statistics": statistics,
    "due_list": due_list,
    "booklet": booklet,
    "public_list": hung_out,
}


class Command(BaseCommand):
    help = "Papers of benefits: statistics, what is due, booklets, and lists to hang out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        reports = parser.add_subparsers(dest="report", required=True, metavar="REPORT")
        subs = {name: reports.add_parser(name) for name in REPORTS}
        periods = subs["statistics"].add_mutually_exclusive_group(required=True)
        periods.add_argument("--half", type=half_of, help=_("half of a statistical year: 2026-H1"))
        periods.add_argument("--year", type=year_of, help=_("statistical year: 2026 is from October 2025"))
        subs["due_list"].add_argument("--days", type=int, default=DAYS, help=_("how far to look, in days"))
        for name in ("statistics", "due_list"):
            subs[name].add_argument("--on", type=day_asked, help=_("as known on a day; default: today"))
        subs["booklet"].add_argument("certificate", help=_("number of the certificate"))
        subs["public_list"].add_argument("scheme", help=_("code or name of the scheme"))
        subs["public_list"].add_argument("--month", type=month_asked, required=True, help="2026-11")
        for sub in subs.values():
            sub.add_argument("--as", dest="officer", required=True, help=_("username of the officer who acts"))
            sub.add_argument("--out", type=Path, required=True, help=_("folder for the lists and documents"))

    def handle(self, *args: Any, report: str, **options: Any) -> None:
        asked = Namespace(**options)
        officer = officer_of(asked.officer)
        at = timezone.now()
        act = f"benefits.{report}"
        try:
            with (
                acting_from(f"manage.py benefit_report {report}"),
                refusals_recorded(chain="", at=at, actor=officer.username, act=act, subject="benefits"),
            ):
                names = REPORTS[report](asked, officer, at)
        except UnableToPost as refusal:
            raise CommandError(str(refusal)) from refusal
        for name in names:
            self.stdout.write(str(asked.out / name))


def officer_of(username: str) -> Officer:
    """Return the officer of ``--as`` after asking for the password."""
    password = getpass(_("Password of {name}: ").format(name=username)) if sys.stdin.isatty() else sys.stdin.readline()
    officer = authenticate(username=username, password=password.rstrip("\n"))
    if not isinstance(officer, Officer):
        raise CommandError(_("Wrong officer or password."))
    return officer
