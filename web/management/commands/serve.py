"""``manage.py serve``: the pages in a browser, on the data of the demo or of the configured server.

A demo gets a worker of the queue beside the pages; elsewhere the workers run on their own (``make work``).
"""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _


class Command(BaseCommand):
    help = "Serve the web pages with gunicorn; a demo is filled first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", help="address and port (127.0.0.1:8000)")
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *args: Any, bind: str, workers: int, **options: Any) -> None:
        if settings.DEMO:
            call_command("demo")
            os.environ["TONGFA_WORKER_BESIDE"] = "yes"
        self.stdout.write(_("Open http://{bind}/ in a browser; Ctrl-C stops.").format(bind=bind))
        self.stdout.flush()
        # gunicorn takes over this process, so that signals reach it directly.
        arguments = ["--config", "python:config.gunicorn", "--bind", bind, "--workers", str(workers), "config.wsgi"]
        os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments])  # noqa: S606
