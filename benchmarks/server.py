"""A fresh embedded server for the benchmarks, with the durability of production, and its databases."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions
from psycopg2 import sql

from config import instance, roles

TEMPLATE = roles.DATABASE
OURS, HORDAKS = "config.settings", "benchmarks.hordak_settings"


@contextlib.contextmanager
def fresh_home() -> Iterator[Path]:
    """Point TONGFA_HOME at a new folder, and delete the instance in it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="tongfa-bench-"))
    folder.chmod(0o711)  # the server's user passes through
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_AUDITOR_URL", "TONGFA_POSTGRES_OPTIONS"):
        os.environ.pop(name, None)
    os.environ["TONGFA_HOME"] = str(folder / "home")
    try:
        yield folder
    finally:
        subprocess.run([sys.executable, "-m", "config.instance", "remove"], cwd=instance.PROJECT, check=False)
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """The running instance: copies of its template database, and measurements in them."""

    def __init__(self) -> None:
        self.place = instance.join()
        self.administration = self.connect("postgres")

    def connect(self, database: str) -> psycopg2.extensions.connection:
        connection = psycopg2.connect(self.place.dsn(role="postgres", database=database))
        connection.autocommit = True
        return connection

    @contextlib.contextmanager
    def database(self, name: str, *, template: str = TEMPLATE) -> Iterator[str]:
        """Create a copy of the template, written out to disk, and drop it afterwards."""
        roles.create_database(connection=self.administration, name=name, template=template)
        self.settle()
        try:
            yield name
        finally:
            with self.administration.cursor() as cursor:
                cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def settle(self) -> None:
        """Write everything out, so that no measurement pays for the one before."""
        with self.administration.cursor() as cursor:
            cursor.execute("CHECKPOINT")

    def run(self, module: str, function: str, *, database: str, settings: str = OURS, **options: Any) -> dict[str, Any]:
        """Run one measurement in a process of its own and return what it found."""
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": settings,
            "DATABASE_URL": self.place.dsn(role=roles.APP, database=database),
            "DATABASE_OWNER_URL": self.place.dsn(role=roles.OWNER, database=database),
            "SECRET_KEY": "of the benchmarks",
            "TONGFA_DEMO": "1",
        }
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.part", module, function, json.dumps(options)],
            cwd=instance.PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        if done.returncode != 0:
            raise SystemExit(f"benchmarks.{module}.{function} failed; its reason stands above.")
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return result
