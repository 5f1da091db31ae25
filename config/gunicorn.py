"""How gunicorn serves in production: ``gunicorn --config python:config.gunicorn config.wsgi``.

TONGFA_BIND             address and port, or unix:/path (127.0.0.1:8000)
TONGFA_WEB_WORKERS      processes (two a processor, at most 8)
TONGFA_PROXY_ADDRESSES  whose X-Forwarded-Proto is believed (127.0.0.1)
TONGFA_WORKER_BESIDE    set by ``manage.py serve`` for a demo: a worker of the queue runs beside the pages

The proxy in front ends TLS, sets X-Forwarded-Proto and X-Forwarded-For itself, and limits the size of a request to
that of an upload. What is logged is logged by the application (web/security/requests.py): no paths, no addresses.
"""

import os
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from config import worker

MEASUREMENTS = "PROMETHEUS_MULTIPROC_DIR"

bind = os.environ.get("TONGFA_BIND") or "127.0.0.1:8000"
workers = int(os.environ.get("TONGFA_WEB_WORKERS") or min(8, 2 * (os.cpu_count() or 1)))
worker_class = "config.gunicorn.PatientWorker"  # a slow client holds a thread, not a process, and not for long
threads = 4
timeout = 120  # the longest pages make documents; longer work is a job
graceful_timeout = 30
keepalive = 75  # longer than officers pause: what is closed as they send again is lost to them
max_requests = 2000  # a process that has grown is replaced
max_requests_jitter = 200
forwarded_allow_ips = os.environ.get("TONGFA_PROXY_ADDRESSES") or "127.0.0.1"
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
if Path("/dev/shm").is_dir():  # noqa: S108 - only the heartbeats of the processes
    worker_tmp_dir = "/dev/shm"  # noqa: S108


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """A worker that ends the reading of a request that does not arrive: gthread waits for ever once it has begun."""

    head_seconds = 15
    body_seconds = 300  # an upload as large as it may be, on a slow line

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read_until: dict[Any, float] = {}

    def handle(self, conn: Any) -> Any:
        """Read a request and answer it."""
        self.read_until[conn] = time.monotonic() + self.head_seconds
        try:
            return super().handle(conn)
        finally:
            self.read_until.pop(conn, None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request whose head has been read."""
        self.read_until[conn] = time.monotonic() + self.body_seconds
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """End what waits for too long; asked every second. An answer under way is not cut off by that."""
        super().murder_pending()
        now = time.monotonic()
        for conn, until in list(self.read_until.items()):
            if now > until and self.read_until.pop(conn, None) is not None:
                try:
                    conn.sock.shutdown(socket.SHUT_RD)
                except OSError:
                    continue  # it has ended by itself


def on_starting(_server: Any) -> None:
    """Give the processes a folder for what they count, and a demo its worker."""
    os.environ[MEASUREMENTS] = tempfile.mkdtemp(prefix="tongfa-metrics-")
    if os.environ.pop("TONGFA_WORKER_BESIDE", ""):
        worker.start([sys.executable, "-m", "config.worker"])


def on_exit(_server: Any) -> None:
    """Delete the folder of what was counted."""
    shutil.rmtree(os.environ.pop(MEASUREMENTS, ""), ignore_errors=True)
