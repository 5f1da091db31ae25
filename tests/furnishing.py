"""Districts furnished once and handed out as copies, so that none is built for each test."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg2.extensions
import pytest
from django.db import connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.attacks import Stage
from tests.conftest import copy_database, drop_database, point_at

COPIES = itertools.count()
MADE = pytest.StashKey[dict[str, str]]()


class Fixtures(NamedTuple):
    """What a module of tests takes of a district: ``stage = district.stage``, and so on.

    ``stage`` is a copy that the tests of one module share, ``rolled_back`` undoes what a test does in it;
    ``own_stage`` is a copy of one test's own, where transactions really commit.
    """

    stage: Any
    own_stage: Any
    rolled_back: Any


def fixtures(furnish: Callable[[], None]) -> Fixtures:
    """Return the fixtures of the district that an act of the tests makes."""

    def stage(
        request: pytest.FixtureRequest,
        django_db_setup: None,
        template_database: str,
        administration: psycopg2.extensions.connection,
        django_db_blocker: DjangoDbBlocker,
    ) -> Iterator[Stage]:
        with django_db_blocker.unblock():
            source = furnished(request, template_database, administration, furnish)
            with handed_out(administration, source) as made:
                yield made

    def rolled_back(stage: Stage) -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return Fixtures(pytest.fixture(scope="module")(stage), pytest.fixture(stage), pytest.fixture(rolled_back))


def furnished(
    request: pytest.FixtureRequest,
    template: str,
    administration: psycopg2.extensions.connection,
    furnish: Callable[[], None],
) -> str:
    """Return the name of a furnished database, made when the first test of the session asks for it."""
    made = request.session.stash.setdefault(MADE, {})
    label = f"{furnish.__module__.rpartition('.')[2]}_{furnish.__name__}"
    if label not in made:
        name = f"{template}_{label}"
        shared = str(connections["default"].settings_dict["NAME"])
        copy_database(administration, name, template)
        point_at(name)
        furnish()
        point_at(shared)
        made[label] = name
    return made[label]


@contextmanager
def handed_out(administration: psycopg2.extensions.connection, source: str) -> Iterator[Stage]:
    """Point Django at a copy of a furnished database until it is handed back; the database must be unblocked."""
    shared = str(connections["default"].settings_dict["NAME"])
    stage = Stage(f"{source}_{next(COPIES)}")
    copy_database(administration, stage.database, source)
    point_at(stage.database)
    yield stage
    for connection in stage.opened.values():
        connection.close()
    point_at(shared)
    drop_database(administration, stage.database)
