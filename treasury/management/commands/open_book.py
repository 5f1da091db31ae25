"""``manage.py open_book``: open the book of a district, or of a township under it."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Account, Book, Officer
from ledger.opening import UnableToOpen
from ledger.recording import acting_from
from treasury.opening import code_of, open_district_book, open_township_book


class Command(BaseCommand):
    help = "Open the book of a district; with --district, of a township with its unified accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="code of the book, e.g. the division code 220112")
        parser.add_argument("name")
        parser.add_argument("--opened-on", type=date.fromisoformat, required=True, help="first day of business")
        parser.add_argument("--officer", required=True, help="username of the officer who opens it")
        parser.add_argument("--regime", default="GF2022", help="regime of a district's book (GF2022)")
        parser.add_argument("--district", help="code of the district's book, to open a township's under it")
        parser.add_argument("--number", type=int, help="place of the township under 与下级往来, 1 to 999")

    def handle(self, *args: Any, code: str, name: str, opened_on: date, **options: Any) -> None:
        officer = Officer.objects.filter(username=options["officer"]).first()
        if officer is None:
            raise CommandError(
                _("There is no officer {name}. Create one: manage.py createsuperuser.").format(name=options["officer"])
            )
        if Book.objects.filter(code=code).exists():
            raise CommandError(_("Book {code} is open already.").format(code=code))
        common: dict[str, Any] = {
            "code": code,
            "name": name,
            "opened_on": opened_on,
            "opener": officer,
            "at": timezone.now(),
        }
        with acting_from("manage.py open_book"):
            try:
                if options["district"]:
                    book = open_township_book(**township_place(options), **common)
                else:
                    book = open_district_book(regime=options["regime"], **common)
            except UnableToOpen as error:
                raise CommandError(str(error)) from error
        self.stdout.write(_("Book {book} is open from {date}.").format(book=book, date=opened_on))


def township_place(options: dict[str, Any]) -> dict[str, Any]:
    """Return the district's book and the township's number in it."""
    district = Book.objects.filter(code=options["district"]).first()
    if district is None:
        raise CommandError(_("There is no book {code}; open the district's first.").format(code=options["district"]))
    taken = Account.objects.filter(
        book=district, code=f"{code_of(district, 'CURRENT_LOWER')}{options['number'] or 0:03}"
    ).exists()
    if taken or not options["number"] or not 1 <= options["number"] <= 999:
        raise CommandError(_("Give the township its --number, 1 to 999; each number once."))
    return {"district": district, "number": options["number"]}
