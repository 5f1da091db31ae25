"""Databases furnished once a session and handed out as copies, so that a district is not built for each test."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2.extensions
import pytest
from django.db import connections

from tests.attacks import Stage
from tests.conftest import copy_database, drop_database, point_at

COPIES = itertools.count()
MADE = pytest.StashKey[dict[str, str]]()


def furnished(
    request: pytest.FixtureRequest,
    template: str,
    administration: psycopg2.extensions.connection,
    furnish: Callable[[], None],
) -> str:
    """Return the name of a furnished database, made when the first test of the session asks for it."""
    made = request.session.stash.setdefault(MADE, {})
    label = furnish.__module__.rpartition(".")[2]
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
def handed_out(
    request: pytest.FixtureRequest,
    template: str,
    administration: psycopg2.extensions.connection,
    furnish: Callable[[], None],
) -> Iterator[Stage]:
    """Point Django at a copy of the furnished database until it is handed back; the database must be unblocked."""
    source = furnished(request, template, administration, furnish)
    shared = str(connections["default"].settings_dict["NAME"])
    stage = Stage(f"{source}_{next(COPIES)}")
    copy_database(administration, stage.database, source)
    point_at(stage.database)
    yield stage
    for connection in stage.opened.values():
        connection.close()
    point_at(shared)
    drop_database(administration, stage.database)
