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
import sys
import tempfile
from pathlib import Path
from typing import Any

from config import worker

MEASUREMENTS = "PROMETHEUS_MULTIPROC_DIR"

bind = os.environ.get("TONGFA_BIND") or "127.0.0.1:8000"
workers = int(os.environ.get("TONGFA_WEB_WORKERS") or min(8, 2 * (os.cpu_count() or 1)))
worker_class = "gthread"  # a slow client holds a thread, not a process
threads = 4
timeout = 120  # the longest pages make documents; longer work is a job
graceful_timeout = 30
keepalive = 5
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


def on_starting(_server: Any) -> None:
    """Give the processes a folder for what they count, and a demo its worker."""
    os.environ[MEASUREMENTS] = tempfile.mkdtemp(prefix="tongfa-metrics-")
    if os.environ.pop("TONGFA_WORKER_BESIDE", ""):
        worker.start([sys.executable, "-m", "config.worker"])


def on_exit(_server: Any) -> None:
    """Delete the folder of what was counted."""
    shutil.rmtree(os.environ.pop(MEASUREMENTS, ""), ignore_errors=True)
