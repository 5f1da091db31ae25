"""``manage.py officer NAME --post preparer``: make an officer and give the posts of the month."""

import sys
from argparse import ArgumentParser
from getpass import getpass, getuser
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost
from month.posts import POSTS, appoint, deactivate


class Command(BaseCommand):
    help = "Make an officer and give the posts of the month; the posts named are all that the officer holds then."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--full-name", default="", help=_("name of the officer"))
        parser.add_argument("--post", dest="posts", action="append", default=[], choices=list(POSTS))
        parser.add_argument("--keep-password", action="store_true", help=_("do not ask for a password"))
        parser.add_argument("--deactivate", action="store_true", help=_("take posts, password and access away"))

    def handle(self, *args: Any, username: str, full_name: str, **options: Any) -> None:
        at = timezone.now()
        appointer = f"system:{getuser()}"
        try:
            with (
                acting_from("manage.py officer"),
                refusals_recorded(
                    chain="", at=at, actor=appointer, act="officer.appoint", subject=f"officer/{username}"
                ),
            ):
                if options["deactivate"]:
                    deactivate(username=username, appointer=appointer, at=at)
                    self.stdout.write(_("{name} has left: no posts, no password, no session.").format(name=username))
                    return
                appoint(
                    username=username,
                    full_name=full_name,
                    posts=options["posts"],
                    password="" if options["keep_password"] else ask_password(username),
                    appointer=appointer,
                    at=at,
                )
        except UnableToPost as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(_("{name} holds: {posts}.").format(name=username, posts=", ".join(options["posts"]) or "—"))


def ask_password(username: str) -> str:
    """Return a password typed twice on a terminal, or the first line of the input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass(_("New password of {name}: ").format(name=username))
    if password != getpass(_("Once more: ")):
        raise CommandError(_("The two passwords differ."))
    return password
