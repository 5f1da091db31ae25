"""``manage.py month``: a month from the bureau's files to the bank and back, whole or step by step."""

import sys
from argparse import ArgumentParser, Namespace
from datetime import datetime
from getpass import getpass
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from imports.refusals import UnableToStage
from ledger.models import Officer
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost, database_words
from month import telling_jobs
from month.management.progress import progress_bar
from month.management.setting_up import is_set_up
from month.queueing import ask_for
from month.stepping import STEPS
from month.steps import Step
from month.tables import Told, tell
from month.tasks import ring_for
from payouts.bank_formats import format_names
from payouts.building import DEFAULT_TEMPLATE


class Command(BaseCommand):
    help = "Run a month's payroll: whole in a demo (run), or step by step as real officers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
        for name, step in STEPS.items():
            sub = steps.add_parser(name, help=str(step.help))
            for add in step.arguments:
                add(sub)
            sub.set_defaults(unattended=name not in ("status", "controls"), queue=False)
            if step.ask is not None:
                sub.add_argument(
                    "--queue", action="store_true", help=_("leave it to the workers and tell the numbers of the jobs")
                )
            sub.add_argument(
                "--bank", default=DEFAULT_TEMPLATE, choices=format_names(), help=_("format of the bank's files")
            )

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        chosen = STEPS[step]
        if settings.DEMO and not is_set_up():
            call_command("setup", verbosity=0)
        asked = Namespace(**options)
        officer = officer_of(asked)
        at = timezone.now()
        month = getattr(asked, "month", None)
        subject = f"month/{month:%Y-%m}" if month else "month"
        actor = officer.username if officer else "month-service"
        try:
            with (
                acting_from(f"manage.py month {step}"),
                refusals_recorded(chain="", at=at, actor=actor, act=f"month.{step}", subject=subject),
                progress_bar() as progress,
            ):
                told = leave(chosen, asked, officer, at) if asked.queue else chosen.take(asked, officer, at, progress)
        except (UnableToPost, UnableToStage) as refusal:
            raise CommandError(str(refusal)) from refusal
        except DatabaseError as error:
            # Its text may quote rows: what it says of people is neither shown nor chained.
            raise CommandError(database_words(error)) from None
        tell(told)


def leave(step: Step, asked: Namespace, officer: Officer | None, at: datetime) -> Told:
    """Ask the workers for what a step would do now; tell the jobs."""
    if officer is None or step.ask is None:
        raise CommandError(_("Name the officer who acts: --as."))
    jobs = [ask_for(**one, officer=officer, at=at) for one in step.ask(asked, officer, at)]
    for job in jobs:
        ring_for(job)
    return telling_jobs.of_jobs(jobs)


def officer_of(asked: Namespace) -> Officer | None:
    """Return the officer of ``--as``; None where a demo's officers act.

    The password is asked for, and a code of the device where the officer has a second factor, as at the sign-in.
    """
    username = getattr(asked, "officer", None)
    if username is None:
        if not settings.DEMO and getattr(asked, "unattended", True):
            raise CommandError(
                _("This is a production instance: it takes no unattended approvals. Take the steps one by one, --as.")
            )
        return None
    officer = authenticate(username=username, password=typed(_("Password of {name}: ").format(name=username)))
    if not isinstance(officer, Officer):
        raise CommandError(_("Wrong officer or password."))
    if not factor_is_right(officer):
        raise CommandError(_("The code is wrong, has been used, or came too soon after a wrong one."))
    return officer


def typed(prompt: str) -> str:
    """Return a secret that is typed at a terminal, or the next line of what is handed in without one."""
    return getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


@transaction.atomic
def factor_is_right(officer: Officer) -> bool:
    """Ask for a code of an officer's device, if there is one; the code is used up, and failures make the next wait."""
    device = TOTPDevice.objects.select_for_update().filter(user=officer, confirmed=True).first()
    return device is None or bool(device.verify_token(typed(_("Code of the device: ")).strip()))
