"""``manage.py setup``: tables, promises, privileges and lists, ready for work; repeatable."""

from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections
from django.utils.translation import gettext as _

from ledger.granting import grant_privileges
from ledger.loading import load_shipped_lists


class Command(BaseCommand):
    help = "Create the tables and their promises, grant the roles their privileges, load the charts."

    def handle(self, *args: Any, **options: Any) -> None:
        if "owner" not in settings.DATABASES:
            raise CommandError(_("DATABASE_OWNER_URL is missing: the owner's connection creates the tables."))
        owner = connections["owner"]
        app = settings.DATABASES["default"]["USER"]
        auditor = settings.AUDITOR_ROLE
        try:
            missing = missing_roles(app, auditor)
        except DatabaseError as error:
            raise CommandError(_("The owner's connection does not work: {error}").format(error=error)) from error
        if missing:
            raise CommandError(
                _("The roles {roles} do not exist. As a superuser: CREATE ROLE ... LOGIN, for each.").format(
                    roles=", ".join(missing)
                )
            )
        call_command("migrate", database="owner", verbosity=max(0, options["verbosity"] - 1))
        grant_privileges(connection=owner, app=app, auditor=auditor)
        counts = load_shipped_lists()
        if options["verbosity"]:
            loaded = ", ".join(f"{name} {count}" for name, count in counts.items())
            self.stdout.write(_("Set up. Lists loaded: {loaded}.").format(loaded=loaded))


def missing_roles(*wanted: str) -> list[str]:
    """Return the roles that the server does not have."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles")
        existing = {name for (name,) in cursor.fetchall()}
    return [role for role in wanted if role not in existing]
