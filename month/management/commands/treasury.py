"""``manage.py treasury``: what the district and its townships read of their money, and confirm to each other."""

from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost, database_words
from ledger.sums import DoesNotAddUp
from month.management.commands.month import officer_of
from month.reporting import REPORTS
from month.tables import tell


class Command(BaseCommand):
    help = "Reports of district and township money: positions, debts, income, arrears, settlements, statements."

    def add_arguments(self, parser: ArgumentParser) -> None:
        reports = parser.add_subparsers(dest="report", required=True, metavar="REPORT")
        for name, report in REPORTS.items():
            sub = reports.add_parser(name, help=str(report.help))
            for add in report.arguments:
                add(sub)
            sub.set_defaults(unattended=report.moves)

    def handle(self, *args: Any, report: str, **options: Any) -> None:
        asked = Namespace(**options)
        chosen = REPORTS[report]
        officer = officer_of(asked)
        at = timezone.localtime()
        month = getattr(asked, "month", None)
        actor = officer.username if officer else "month-service"
        try:
            with (
                acting_from(f"manage.py treasury {report}"),
                refusals_recorded(
                    chain="",
                    at=at,
                    actor=actor,
                    act=f"treasury.{report}",
                    subject=f"month/{month:%Y-%m}" if month else "treasury",
                ),
            ):
                told = chosen.take(asked, officer, at)
        except UnableToPost as refusal:
            raise CommandError(str(refusal)) from refusal
        except DoesNotAddUp as fault:
            raise CommandError(_("{fault}. Run manage.py check_books.").format(fault=fault)) from fault
        except DatabaseError as error:
            raise CommandError(database_words(error)) from None
        tell(told)
