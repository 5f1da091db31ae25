"""The commands of docs/runbook.md, run word for word: its blocks that have a name (```sh dump)."""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

from config import instance, roles

RUNBOOK = instance.PROJECT / "docs" / "runbook.md"
BLOCK = re.compile(r"^( *)```sh (\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
COMMAND_SECONDS_MAX = 300


def read_blocks() -> dict[str, str]:
    """Return the named blocks of the runbook; a name stands once."""
    found = [(name, dedent(text)) for _, name, text in BLOCK.findall(RUNBOOK.read_text(encoding="utf-8"))]
    assert len(dict(found)) == len(found)
    return dict(found)


def of_service(**variables: str) -> dict[str, str]:
    """Return the environment of a service on a real server, with nothing of the tests' own."""
    return {
        **without_ours(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "of the tests",
        "TONGFA_DEMO": "1",
        **variables,
    }


def without_ours() -> dict[str, str]:
    ours = ("PG", "TONGFA_", "DATABASE_", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def follow(name: str, *, variables: Mapping[str, str], programs: Path, user: int | None = None) -> str:
    """Run a block of the runbook as it stands and return what it prints; it must succeed and complain of nothing.

    ``user`` is who runs PostgreSQL, when that is somebody else; the folder of the program may be closed to him.
    """
    path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        ["sh", "-eu", "-c", read_blocks()[name]],
        cwd=instance.PROJECT if user is None else "/",
        env={**variables, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS_MAX,
        user=user,
        extra_groups=None if user is None else [],
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{name}: {done.stdout}{done.stderr}"
    return done.stdout


def urls(dsn_of: Callable[..., str], database: str) -> dict[str, str]:
    """Return the variables that name the three roles' connections to a database."""
    return {
        "DATABASE_URL": dsn_of(role=roles.APP, database=database),
        "DATABASE_OWNER_URL": dsn_of(role=roles.OWNER, database=database),
        "DATABASE_AUDITOR_URL": dsn_of(role=roles.AUDITOR, database=database),
    }
