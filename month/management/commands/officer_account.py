"""``manage.py officer_account``: record and list the bank accounts that are officers' own."""

from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from ledger.masking import masked_account
from month.asking import with_officer
from month.management.acting import officer_named, take
from month.tables import table, tell
from treasury.establishing import record_officer_account
from treasury.models import OfficerAccount


class Command(BaseCommand):
    help = "Record the bank accounts that are officers' own: anybody else's pay to them is an exception to sign."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
        record = steps.add_parser("record", help=_("record an account of an officer"))
        record.add_argument("username", help=_("username of the officer whose account it is"))
        record.add_argument("--number", required=True, help=_("account number"))
        record.add_argument("--id-number", default="", help=_("ID number of the officer: own pay is no exception"))
        with_officer(record)
        steps.add_parser("list", help=_("list the accounts, masked"))

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        asked = Namespace(**options)
        if step == "list":
            made = table(_("Accounts of officers"), _("Officer"), _("Account"), _("Recorded by"))
            for own in OfficerAccount.objects.order_by("officer", "pk"):
                made.add_row(str(own.officer_id), masked_account(own.number), str(own.recorded_by_id))
            tell([made])
            return
        own = take(
            asked=asked,
            command="officer_account record",
            act="officer.account",
            subject=f"officer/{asked.username}",
            step=lambda officer, at: record_officer_account(
                holder=officer_named(asked.username),
                number=asked.number,
                holder_number=asked.id_number,
                officer=officer,
                at=at,
            ),
        )
        told = _("{account} is recorded as an account of {name}.")
        self.stdout.write(told.format(account=masked_account(own.number), name=own.officer_id))
