"""The service as a browser meets it: gunicorn, a worker and a broker, on a database of the test's own."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import instance, roles
from tests.workers import Queue, wait_until

HOST = "127.0.0.1"


@contextmanager
def served(*, database: str, folder: Path) -> Iterator[str]:
    """Serve a database and work off its jobs; yield the address of the pages."""
    queue = Queue(folder, database)
    queue.worker()
    port = free_port()
    home = folder / "home-web"
    home.mkdir()
    environment = {
        **os.environ,
        "DATABASE_URL": instance.locate().dsn(role=roles.APP, database=database),
        "TONGFA_BROKER_URL": queue.url,
        "TONGFA_DEMO": "1",
        "SECRET_KEY": "of the tests",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TONGFA_HOME": str(home),
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "--workers", "2"]
    server = subprocess.Popen([*command, "--bind", f"{HOST}:{port}", "config.wsgi"], env=environment)
    queue.started.append(server)
    address = f"http://{HOST}:{port}"
    try:
        wait_until(lambda: answers(address))
        yield address
    finally:
        queue.end()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:  # not there yet, or busy
        return False
