"""Backups as the runbook makes them, and what they are restored into."""

from pathlib import Path

from config import instance
from tests.clusters import Cluster, programs
from tests.runbook import follow, of_service, urls

DATABASE = "restored"


def make_backup(*, folder: Path, database: str) -> None:
    """Make a backup of a database of the embedded instance."""
    variables = of_service(BACKUP=str(folder), **urls(instance.locate().dsn, database))
    for block in ("heads", "dump"):
        assert follow(block, variables=variables, programs=programs()) == ""


def variables_of(cluster: Cluster, **more: str) -> dict[str, str]:
    """Return the environment of a service whose database was restored into a cluster."""
    return of_service(ADMIN_URL=cluster.dsn(), DATABASE=DATABASE, **urls(cluster.dsn, DATABASE), **more)


def restore_into(cluster: Cluster, *, folder: Path) -> None:
    """Restore a backup into an empty cluster that runs; nothing may be said, by ``check_books`` above all."""
    variables = variables_of(cluster, BACKUP=str(folder))
    for block in ("roles", "database", "restore"):
        assert follow(block, variables=variables, programs=programs()) == ""
