"""A real Chromium on a real server; one demo district is served to all tests that only look."""

import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg2.extensions
import pytest
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import Browser
from pytest_django.plugin import DjangoDbBlocker

from tests.browser.desks import Desk
from tests.browser.serving import served
from tests.conftest import copy_database, drop_database, point_at

# Playwright keeps an event loop in the thread of the tests, which also ask the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take Debian's Chromium, not one that playwright would fetch."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("chromium is not installed (apt-get install chromium)")
    return {**browser_type_launch_args, "executable_path": found, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture(scope="session")
def demo_site(
    django_db_setup: None,
    template_database: str,
    administration: psycopg2.extensions.connection,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[str]:
    """The address of a filled demo district."""
    shared, name = connections["default"].settings_dict["NAME"], f"{template_database}_browsed"
    with django_db_blocker.unblock(), tempfile.TemporaryDirectory(prefix="tongfa-web-") as folder:
        copy_database(administration, name, template_database)
        point_at(name)
        with contextlib.redirect_stdout(io.StringIO()):
            call_command("demo", "--out", str(Path(folder) / "out"))
        with served(database=name, folder=Path(folder)) as address:
            yield address
        connections.close_all()
        point_at(shared)
    drop_database(administration, name)


@pytest.fixture
def empty_site(fresh_database: str) -> Iterator[str]:
    """The address of a database of the test's own."""
    with (
        tempfile.TemporaryDirectory(prefix="tongfa-web-") as folder,
        served(database=fresh_database, folder=Path(folder)) as address,
    ):
        yield address


@pytest.fixture
def sit_down(browser: Browser) -> Iterator[Callable[..., Desk]]:
    """Seat officers before browsers of their own."""
    seated: list[Desk] = []

    def seat(address: str, username: str, *, language: str = "zh-CN", width: int = 1280) -> Desk:
        context = browser.new_context(locale=language, viewport={"width": width, "height": 800}, base_url=address)
        desk = Desk(context.new_page())
        seated.append(desk)
        desk.sign_in(username)
        return desk

    yield seat
    for desk in seated:
        desk.page.context.close()
