"""``manage.py dsn --role app|owner|auditor``: the connection string for psql and SQL tools."""

from argparse import ArgumentParser
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

ALIASES = {"app": "default", "owner": "owner", "auditor": "auditor"}
VARIABLES = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "auditor": "DATABASE_AUDITOR_URL"}


class Command(BaseCommand):
    help = "Print the connection string of a role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", choices=sorted(ALIASES), required=True)

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        database = settings.DATABASES.get(ALIASES[role])
        if database is None:
            raise CommandError(_("{variable} is not set: it names this connection.").format(variable=VARIABLES[role]))
        password = f":{quote(database['PASSWORD'], safe='')}" if database["PASSWORD"] else ""
        query = {"host": database["HOST"], "port": database["PORT"], **database["OPTIONS"]}
        self.stdout.write(
            f"postgresql://{quote(database['USER'], safe='')}{password}@/{quote(database['NAME'], safe='')}?"
            + urlencode({name: value for name, value in query.items() if value}, quote_via=quote)
        )
