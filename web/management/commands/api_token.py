"""``manage.py api_token``: make, revoke and list the tokens with which other systems use the API."""

from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from month.asking import with_officer
from month.management.acting import take, township_of
from month.tables import table, tell
from web.api.giving_tokens import DAYS_MAX, make_token, revoke_token
from web.models import ApiScope, ApiToken


class Command(BaseCommand):
    help = "Make, revoke and list the tokens with which other systems use the API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
        make = steps.add_parser("make", help=_("make a token of a system; it is told this once"))
        make.add_argument("system", help=_("name of the system: small letters, digits and -"))
        make.add_argument("--scope", dest="scopes", action="append", required=True, choices=ApiScope.values)
        make.add_argument("--township", default="", help=_("code or name of the township; default: the whole district"))
        make.add_argument(
            "--days", type=int, required=True, help=_("days until it expires, at most {days}").format(days=DAYS_MAX)
        )
        with_officer(make)
        revoke = steps.add_parser("revoke", help=_("revoke a token for good"))
        revoke.add_argument("handle", help=_("the eight characters of the token that list shows"))
        with_officer(revoke)
        steps.add_parser("list", help=_("list the tokens"))

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        asked = Namespace(**options)
        {"make": self.make, "revoke": self.revoke, "list": self.list}[step](asked)

    def make(self, asked: Namespace) -> None:
        made = take(
            asked=asked,
            command="api_token make",
            act="api_token.make",
            subject="api_token",
            step=lambda officer, at: make_token(
                system=asked.system,
                scopes=asked.scopes,
                township=township_of(asked.township) if asked.township else None,
                days=asked.days,
                officer=officer,
                at=at,
            ),
        )
        told = _("Token {token}, until {day}. It is shown this once:")
        self.stdout.write(told.format(token=made.token, day=timezone.localdate(made.token.expires_at)))
        self.stdout.write(made.secret)

    def revoke(self, asked: Namespace) -> None:
        token = take(
            asked=asked,
            command="api_token revoke",
            act="api_token.revoke",
            subject=f"api_token/{asked.handle}",
            step=lambda officer, at: revoke_token(handle=asked.handle, officer=officer, at=at),
        )
        self.stdout.write(_("Token {token} is revoked; nothing opens with it any more.").format(token=token))

    def list(self, _asked: Namespace) -> None:
        made = table(
            _("Tokens of other systems"),
            _("Token"),
            _("Scopes"),
            _("Township"),
            _("Made by"),
            _("Expires"),
            _("Last used"),
            _("Revoked at"),
        )
        for token in ApiToken.objects.select_related("officer", "township", "made_by").order_by("pk"):
            made.add_row(
                str(token),
                " ".join(token.scopes),
                token.township.name if token.township else "",
                token.made_by.username,
                *(
                    f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
                    for at in (token.expires_at, token.used_at, token.revoked_at)
                ),
            )
        tell([made])
