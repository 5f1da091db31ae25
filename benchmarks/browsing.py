"""Two hundred officers at once at the desks of the demo district, and the same server's barest answer beside them."""

import contextlib
import csv
import io
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import timezone

from config import instance
from ledger.models import Officer
from web.models import ChosenPassword

BIND = "127.0.0.1:8765"
POSTS = ("reviewer", "auditor", "cashier", "preparer", "chief_accountant", "clerk")
ARRIVING_PER_SECOND = 5


def fill(*, users: int, folder: str) -> dict[str, Any]:
    """Fill the demo district, and hire officers who read it; their password is left in the folder."""
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("demo", "--out", f"{folder}/out")
    password = token_urlsafe(16)
    hashed = make_password(password)
    for number in range(users):
        one = Officer.objects.create(username=f"load-{number:03}", full_name="压测", password=hashed)
        one.groups.add(Group.objects.get(name=POSTS[number % len(POSTS)]))
        # As if each had chosen it: a password that others gave leads to the page that changes it, and nowhere else.
        ChosenPassword.objects.create(officer=one, password=hashed, chosen_at=timezone.now())
    Path(folder, "password").write_text(password)
    return {"officers": users}


def visit(*, users: int, seconds: float, folder: str) -> dict[str, Any]:
    """Serve the district by gunicorn and let the officers look around; percentiles in milliseconds by page."""
    environment = {**os.environ, "TONGFA_LOAD_PASSWORD": Path(folder, "password").read_text()}
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "--workers", "4"),
            *("--bind", BIND, "config.wsgi"),
        ],
        cwd=instance.PROJECT,
    )
    try:
        wait_for(f"http://{BIND}/healthz")
        with TemporaryDirectory() as figures:
            subprocess.run(
                [
                    *(sys.executable, "-m", "locust", "--locustfile", "benchmarks/web_users.py", "--headless"),
                    *("--host", f"http://{BIND}", "--users", str(users), "--spawn-rate", str(ARRIVING_PER_SECOND)),
                    *("--run-time", f"{int(seconds + users / ARRIVING_PER_SECOND)}s", "--csv", f"{figures}/found"),
                    *("--only-summary", "--exit-code-on-error", "0", "--loglevel", "ERROR"),
                ],
                cwd=instance.PROJECT,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            with Path(figures, "found_stats.csv").open(newline="") as file:
                rows = list(csv.DictReader(file))
    finally:
        server.terminate()
        server.wait(timeout=60)
    return {
        f"{row['Type']} {row['Name']}".strip(): {
            "requests": int(row["Request Count"]),
            "failures": int(row["Failure Count"]),
            "p50_ms": float(row["50%"]),
            "p95_ms": float(row["95%"]),
            "per_second": float(row["Requests/s"]),
        }
        for row in rows
        if int(row["Request Count"])
    }


def wait_for(address: str) -> None:
    for _second in range(60):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(1)
    raise SystemExit(f"{address} does not answer.")
