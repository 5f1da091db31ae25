"""Databases of the tests' own, with the real roles: the owner migrates, the app works.

Each worker sets up one template. Ordinary tests share a copy of it and roll back. Tests that need
real transactions (races, attacks, whole commands) ask for ``fresh_database`` and get a copy of
their own, because posted tables refuse the TRUNCATE that Django would clean up with.
"""

import atexit
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
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
    roles.create_database(connection=administration, name=name)
    with django_db_blocker.unblock():
        point_at(name)
        call_command("setup", verbosity=0)
        connections.close_all()
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
