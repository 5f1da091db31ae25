"""``manage.py pay_rule RULE FILE --month 2026-12 --out FILE.csv``: what a pay rule makes of a clerk's facts."""

from argparse import ArgumentParser, Namespace
from getpass import getuser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from imports.layouts import Layout, Presence
from imports.refusals import UnableToStage
from ledger.exports.whole_files import whole_bytes
from ledger.models import Officer
from ledger.policies import NoValue
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost
from month.asking import existing_path, month_of
from month.calculating import RULES, pay_by_rule
from month.fact_sheets import FactsRefused
from month.management.commands.month import officer_of
from month.management.setting_up import is_set_up
from month.posts import demo_officer, ensure_demo_officers


class Command(BaseCommand):
    help = "Compute the rows of a csv or xlsx by a rule of pay, for a unit to declare in its pay items."

    def add_arguments(self, parser: ArgumentParser) -> None:
        known = "; ".join(f"{name}: {columns_of(rule.layout)}" for name, rule in RULES.items())
        parser.add_argument("rule", choices=list(RULES), metavar="RULE", help=known)
        parser.add_argument("file", type=existing_path, help=_("csv or xlsx with the columns of the rule"))
        parser.add_argument("--month", type=month_of, required=True, help="2026-12")
        parser.add_argument("--out", type=Path, required=True, help=_("the csv to write"))
        parser.add_argument("--as", dest="officer", help=_("username of the officer, where the rule reads payslips"))

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        if asked.out.resolve() == asked.file.resolve():
            raise CommandError(_("--out would overwrite the file that is read. Name another one."))
        clerk = clerk_of(asked) if RULES[asked.rule].act else None
        at = timezone.now()
        actor = clerk.username if clerk else f"system:{getuser()}"
        try:
            with (
                acting_from(f"manage.py pay_rule {asked.rule}"),
                refusals_recorded(
                    chain="", at=at, actor=actor, act="month.pay_rule", subject=f"month/{asked.month:%Y-%m}"
                ),
            ):
                answer = pay_by_rule(
                    rule=asked.rule,
                    file=(asked.file.name, asked.file.read_bytes()),
                    month=asked.month,
                    taken_as=asked.out.name,
                    clerk=clerk,
                    at=at,
                )
                with whole_bytes(asked.out) as out:
                    out.write(answer.as_csv())
        except (FactsRefused, UnableToPost, UnableToStage, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        except NoValue as missing:
            said = _("The policy {policy} has no value on {day}. Choose another month, or add the value.")
            raise CommandError(said.format(policy=missing.name, day=missing.on)) from missing
        self.stdout.write(_("{file}: {lines} lines.").format(file=asked.out, lines=len(answer.lines)))
        self.stdout.write(str(RULES[asked.rule].declared))


def columns_of(layout: type[Layout]) -> str:
    """Return the columns that a rule reads, in brackets those that a file may leave out."""
    return "、".join(
        f"({column.name})" if column.presence is Presence.OPTIONAL else column.name for column in layout.columns()
    )


def clerk_of(asked: Namespace) -> Officer:
    """Return the officer who reads the payslips: the one of ``--as``, in a demo the clerk."""
    if settings.DEMO and not is_set_up():
        call_command("setup", verbosity=0)
    officer = officer_of(asked)
    if officer is None:
        ensure_demo_officers()
        return demo_officer("clerk")
    return officer
