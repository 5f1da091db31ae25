"""``manage.py establishment``: record the approved posts of units, confirm and list them."""

from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from ledger.models import Officer
from month.asking import with_officer
from month.management.acting import day_of, take
from month.tables import table, tell
from treasury.establishing import confirm_establishment, record_establishment
from treasury.models import Establishment, Unit
from treasury.refusals import NothingThere


class Command(BaseCommand):
    help = "Record the approved posts (编制) of units; another officer confirms them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
        record = steps.add_parser("record", help=_("record how many posts a unit has from a day on"))
        record.add_argument("--unit", required=True, help=_("code of the unit"))
        record.add_argument("--posts", type=int, required=True, help=_("approved posts"))
        record.add_argument("--from", dest="begin", type=day_of, required=True, help=_("first day"))
        record.add_argument("--paper", required=True, help=_("the evidence, e.g. the number of a letter"))
        confirm = steps.add_parser("confirm", help=_("confirm what another officer recorded"))
        confirm.add_argument("number", type=int, help=_("number of the entry, as list shows it"))
        for sub in (record, confirm):
            with_officer(sub)
        shown = steps.add_parser("list", help=_("list the approved posts"))
        shown.add_argument("--unit", default="", help=_("code of the unit"))

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        asked = Namespace(**options)
        if step == "list":
            tell([establishments_table(asked.unit)])
            return
        act = record if step == "record" else confirm
        made = take(
            asked=asked,
            command=f"establishment {step}",
            act=f"establishment.{step}",
            subject="establishment",
            step=lambda officer, at: act(asked, officer, at),
        )
        told = _("Entry {number}: {unit} has {posts} posts from {begin}; recorded by {one}, confirmed by {other}.")
        self.stdout.write(
            told.format(
                number=made.pk,
                unit=made.unit,
                posts=made.approved,
                begin=made.effective_from,
                one=made.recorded_by_id,
                other=made.confirmed_by_id or "—",
            )
        )


def record(asked: Namespace, officer: Officer, at: datetime) -> Establishment:
    unit = Unit.objects.filter(code=asked.unit).first()
    if unit is None:
        raise NothingThere("unit_is_registered", {"unit": asked.unit})
    return record_establishment(
        unit=unit, approved=asked.posts, effective_from=asked.begin, paper=asked.paper, officer=officer, at=at
    )


def confirm(asked: Namespace, officer: Officer, at: datetime) -> Establishment:
    entry = Establishment.objects.filter(pk=asked.number).first()
    if entry is None:
        raise NothingThere("establishment_is_recorded", {"number": asked.number})
    return confirm_establishment(establishment=entry, officer=officer, at=at)


def establishments_table(unit: str) -> Any:
    """Return the approved posts of all units or of one."""
    entries = Establishment.objects.select_related("unit").order_by("unit__code", "effective_from", "pk")
    if unit:
        entries = entries.filter(unit__code=unit)
    made = table(
        _("Approved posts"),
        _("No."),
        _("Unit"),
        _("Posts"),
        _("From"),
        _("Paper"),
        _("Recorded by"),
        _("Confirmed by"),
        right=(0, 2),
    )
    for entry in entries:
        made.add_row(
            str(entry.pk),
            str(entry.unit),
            str(entry.approved),
            str(entry.effective_from),
            entry.paper,
            str(entry.recorded_by_id),
            str(entry.confirmed_by_id or ""),
        )
    return made
