"""Databases of the tests' own, with the real roles: the owner migrates, the app works.

What ``manage.py setup`` leaves is made once and kept for all workers and later runs of the same sources.
Ordinary tests share a copy of it and roll back. Tests that need real transactions (races, attacks, whole
commands) ask for ``fresh_database`` and get a copy of their own, because posted tables refuse the TRUNCATE
that Django would clean up with.
"""

import atexit
import hashlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import psycopg2
import psycopg2.extensions
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connections
from django.utils import translation
from psycopg2 import sql
from pytest_django.plugin import DjangoDbBlocker

import config.celery  # noqa: F401 - the application that rings
from config import instance, roles

PROJECT = Path(__file__).resolve().parents[1]
APPS = ("audit", "config", "imports", "ledger", "month", "payouts", "treasury", "web")
KEPT = "test_kept_"
copies = itertools.count()
bank_folders = Path(tempfile.mkdtemp(prefix="tongfa-bank-"))
atexit.register(shutil.rmtree, bank_folders, ignore_errors=True)


@pytest.fixture(scope="session")
def administration() -> Iterator[psycopg2.extensions.connection]:
    """A superuser's connection in autocommit."""
    connection = psycopg2.connect(instance.join().dsn(role="postgres", database="postgres"))
    connection.autocommit = True
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def template_database(
    administration: psycopg2.extensions.connection, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """The name of a database as ``manage.py setup`` leaves it."""
    drop_left_over(administration)
    name = f"test_tongfa_{os.getpid()}"
    with django_db_blocker.unblock():
        copy_database(administration, name, database_set_up(administration))
    yield name
    drop_database(administration, name)


@pytest.fixture(scope="session")
def django_db_setup(
    template_database: str, administration: psycopg2.extensions.connection, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The copy that ordinary tests share; each of them rolls back."""
    name = f"{template_database}_shared"
    with django_db_blocker.unblock():
        copy_database(administration, name, template_database)
        point_at(name)
        yield
        connections.close_all()
    drop_database(administration, name)


@pytest.fixture
def fresh_database(
    django_db_setup: None,
    template_database: str,
    administration: psycopg2.extensions.connection,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[str]:
    """A database of this test's own, where transactions really commit; yields its name."""
    shared = connections["default"].settings_dict["NAME"]
    name = f"{template_database}_{next(copies)}"
    with django_db_blocker.unblock():
        copy_database(administration, name, template_database)
        point_at(name)
        yield name
        point_at(shared)
    drop_database(administration, name)


@pytest.fixture
def connect(fresh_database: str) -> Iterator[Callable[[str], psycopg2.extensions.connection]]:
    """Open raw connections to the fresh database by role (``app``, ``owner``, ``auditor``, ``postgres``)."""
    users = {"app": roles.APP, "owner": roles.OWNER, "auditor": roles.AUDITOR, "postgres": "postgres"}
    opened: list[psycopg2.extensions.connection] = []

    def open_as(role: str) -> psycopg2.extensions.connection:
        opened.append(psycopg2.connect(instance.join().dsn(role=users[role], database=fresh_database)))
        return opened[-1]

    yield open_as
    for connection in opened:
        connection.close()


@pytest.fixture(autouse=True)
def bank_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The bank's folders of one test, for the programs that it starts, too."""
    folder = tmp_path / "bank"
    monkeypatch.setattr(django_settings, "TONGFA_BANK_FOLDER", str(folder))
    monkeypatch.setenv("TONGFA_BANK_FOLDER", str(folder))
    return folder


@pytest.fixture(autouse=True)
def language_of_the_settings() -> None:
    """Begin each test in the language of the settings: a client leaves that of its last request active."""
    translation.deactivate()


def point_at(name: str) -> None:
    """Point every alias of Django at one database, and the bank's folders at those of its own."""
    django_settings.TONGFA_BANK_FOLDER = os.environ["TONGFA_BANK_FOLDER"] = str(bank_folders / name)
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def copy_database(administration: psycopg2.extensions.connection, name: str, template: str) -> None:
    drop_database(administration, name)
    roles.create_database(connection=administration, name=name, template=template)


def database_set_up(administration: psycopg2.extensions.connection) -> str:
    """Return the name of a database that is only copied, set up by the first of all workers who asks for it."""
    name, making = f"{KEPT}{digest_of_sources()}", f"test_tongfa_{os.getpid()}_making"
    with administration.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if cursor.rowcount == 0:
            drop_kept_before(administration)
            roles.create_database(connection=administration, name=making)
            point_at(making)
            call_command("setup", verbosity=0)
            connections.close_all()
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            cursor.execute(rename.format(sql.Identifier(making), sql.Identifier(name)))
        cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])
    return name


@cache
def digest_of_sources() -> str:
    """Return a digest of all that ``manage.py setup`` can depend on, the day among it."""
    whole = hashlib.sha256(f"{date.today()}".encode())
    files = [path for folder in APPS for path in (PROJECT / folder).rglob("*") if path.is_file()]
    for path in sorted([*files, PROJECT / "requirements.lock"]):
        if path.suffix not in (".pyc", ".mo"):
            whole.update(f"{path}\n".encode())
            whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


def drop_kept_before(administration: psycopg2.extensions.connection) -> None:
    """Drop what was kept of earlier sources."""
    with administration.cursor() as cursor:
        pattern = f"^{KEPT}(?!{digest_of_sources()})"
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [pattern])
        for (name,) in cursor.fetchall():
            drop_database(administration, name)


def drop_left_over(administration: psycopg2.extensions.connection) -> None:
    """Drop what test processes that were killed have left: each database names its process."""
    with administration.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^test_tongfa_[0-9]'")
        for (name,) in cursor.fetchall():
            if not Path(f"/proc/{name.split('_')[2]}").exists():
                drop_database(administration, name)


def drop_database(administration: psycopg2.extensions.connection, name: str) -> None:
    with administration.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
