"""The embedded PostgreSQL: it runs while somebody uses it.

A command that finds the instance running joins it, and the last one to leave stops it. Locks of
the kernel (flock) tell who is there, because they end with their process however it ends:

    start.lock       one command joins at a time
    users.lock       shared by every command for its life; the supervisor takes it alone when
                     nobody is left, and stops the server
    supervisor.lock  held by the supervisor for its life (config/supervisor.py)
    the folders of the data and of the socket: held by postgres and all its children, so a new
                     server never starts beside the remains of an old one
"""

import contextlib
import dataclasses
import fcntl
import hashlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from config import roles

PROJECT = Path(__file__).resolve().parent.parent
# Where the server's files go when root's home folder is closed to the server's user.
REACHABLE = Path("/var/lib/tongfa")
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_BYTES_MAX = 100
HOME_PATH_BYTES_MAX = 900  # postgres cuts its paths at 1,024
LOG_BYTES_MAX = 10_000_000
START_SECONDS_MAX = 180.0  # crash recovery of max_wal_size on a slow disk
LEAVE_SECONDS_MAX = 10.0
USAGE = """usage: python -m config.instance run PROGRAM [ARGUMENT ...] | remove
run     runs psql, pg_dump or another program on the instance in TONGFA_HOME, as the owner of the tables
remove  deletes the instance with its data"""


class InstanceUnavailable(Exception):
    """The embedded PostgreSQL cannot be used: what, where, and what to do."""


@dataclasses.dataclass(frozen=True)
class Instance:
    home: Path
    socket_dir: Path

    def dsn(self, *, role: str, database: str = roles.DATABASE) -> str:
        """Return a libpq URI, good for psycopg2 and for DATABASE_URL."""
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{quote(role, safe='')}@/{quote(database, safe='')}?host={host}"

    @property
    def broker_socket(self) -> Path:
        """Where the broker of the embedded workers listens: in a folder of this user's."""
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(f"/tmp/tongfa-queue-{os.geteuid()}-{digest}") / "broker.sock"


# The instances this process has joined, with the lock that says so.
_joined: dict[Path, int] = {}


def is_embedded() -> bool:
    return not os.environ.get("DATABASE_URL")


def locate() -> Instance:
    """Say where the instance is, without starting or creating anything."""
    home = Path(os.environ.get("TONGFA_HOME") or PROJECT / ".tongfa").expanduser().resolve()
    return Instance(home=home, socket_dir=name_socket_dir(home))


def read_secret_key() -> str:
    """Return Django's secret key of this instance, or a passing one before the first join."""
    path = locate().home / "secret_key"
    return path.read_text() if path.exists() else secrets.token_urlsafe(50)


def join() -> Instance:
    """Join the instance for the life of this process, starting it if nobody uses it yet.

    :raises InstanceUnavailable: if it cannot be started; the message says what to do
    """
    instance = locate()
    home = instance.home
    if home in _joined:
        return instance
    _create_home(home)
    deadline = time.monotonic() + START_SECONDS_MAX
    with contextlib.ExitStack() as start, contextlib.ExitStack() as use:
        start_lock = open_lock(home / "start.lock")
        start.callback(os.close, start_lock)
        wait_for_lock(start_lock, kind=fcntl.LOCK_EX, deadline=deadline, where=home)
        users_lock = open_lock(home / "users.lock")
        use.callback(os.close, users_lock)
        wait_for_lock(users_lock, kind=fcntl.LOCK_SH, deadline=deadline, where=home)
        _create_secret_key(home)
        _wait_for_server(instance, deadline)
        use.pop_all()  # this lock is kept until the process ends
    _joined[home] = users_lock
    return instance


def run(command: Sequence[str]) -> int:
    """Run a program of PostgreSQL (psql, pg_dump) on the instance as its owner, and return its exit status.

    The programs are those of the server's own version; the instance is in use until this one ends.

    :raises InstanceUnavailable: if the instance cannot be started or the program is not there
    """
    place = join()
    programs = (place.home / "programs").read_text()
    # Only our own: a PGPORT or PGSERVICE of the shell would lead to another server.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment |= {
        "PATH": os.pathsep.join([programs, environment.get("PATH", os.defpath)]),
        "PGHOST": str(place.socket_dir),
        "PGUSER": roles.OWNER,
        "PGDATABASE": roles.DATABASE,
    }
    try:
        return subprocess.run(command, env=environment).returncode
    except OSError as error:
        raise InstanceUnavailable(
            f"{command[0]} cannot be run: {error.strerror}\nThe programs of this server are in {programs}"
        ) from error


def remove() -> None:
    """Delete the instance with all its data.

    :raises InstanceUnavailable: if a command still uses it
    """
    instance = locate()
    home = instance.home
    if not home.exists():
        return
    _check_owner(home)
    deadline = time.monotonic() + LEAVE_SECONDS_MAX
    with contextlib.ExitStack() as held:

        def hold(name: str) -> None:
            lock = open_lock(home / name)
            held.callback(os.close, lock)
            wait_for_lock(lock, kind=fcntl.LOCK_EX, deadline=deadline, where=home)

        hold("start.lock")
        hold("users.lock")
        # A supervisor whose lock file is gone stops at once.
        (home / "users.lock").unlink()
        hold("supervisor.lock")
        store = read_store(home)
        if store.parent == REACHABLE and store.exists():
            shutil.rmtree(store)
        if instance.socket_dir.exists():
            shutil.rmtree(instance.socket_dir)
        shutil.rmtree(home)


def answers(path: Path) -> bool:
    """Whether something listens on a socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def name_socket_dir(home: Path) -> Path:
    # The server's user may be unable to reach root's home, so root's sockets are always in /tmp.
    inside = home / "socket"
    path_bytes = len(os.fsencode(inside / SOCKET_NAME))
    # libpq reads a comma as a list of hosts.
    if os.geteuid() != 0 and path_bytes < SOCKET_PATH_BYTES_MAX and "," not in str(inside):
        return inside
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path(f"/tmp/tongfa-{os.geteuid()}-{digest}")


def read_store(home: Path) -> Path:
    """Return the folder of the server's files: in the home, or where its pointer says."""
    pointer = home / "store"
    return Path(pointer.read_text()) if pointer.exists() else home / "server"


def open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise InstanceUnavailable(
            f"The instance cannot be locked: {path}: {error.strerror}\n"
            "Make the folder writable, or name another one: TONGFA_HOME=/some/folder"
        ) from error


def try_lock(lock: int, *, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(lock: int, *, kind: int, deadline: float, where: Path) -> None:
    while not try_lock(lock, kind=kind):
        if time.monotonic() > deadline:
            raise InstanceUnavailable(
                f"Another process still uses {where}.\nEnd the commands that use this instance, then try again."
            )
        time.sleep(0.01)


def _create_home(home: Path) -> None:
    if len(os.fsencode(home)) > HOME_PATH_BYTES_MAX:
        raise InstanceUnavailable(
            f"The path of TONGFA_HOME is longer than {HOME_PATH_BYTES_MAX} bytes: {home}\nName a shorter one."
        )
    try:
        # Others may pass through, as the server's user does when we are root; only we may list it.
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError as error:
        raise InstanceUnavailable(
            f"The instance folder {home} cannot be created: {error.strerror}\n"
            "Name another one: TONGFA_HOME=/some/folder"
        ) from error
    _check_owner(home)


def _check_owner(home: Path) -> None:
    owner = home.stat().st_uid
    if owner != os.geteuid():
        raise InstanceUnavailable(
            f"The instance {home} belongs to user {owner}, and you are {os.geteuid()}.\n"
            "Run as that user, or name another one: TONGFA_HOME=/some/folder"
        )


def _create_secret_key(home: Path) -> None:
    path = home / "secret_key"
    if not path.exists():
        partial = home / "secret_key.new"
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_urlsafe(50))
        partial.rename(path)


def _wait_for_server(instance: Instance, deadline: float) -> None:
    home = instance.home
    ready = home / "ready"
    log = home / "log"
    log_start = log.stat().st_size if log.exists() else 0
    spawned = False
    while True:
        lock = open_lock(home / "supervisor.lock")
        try:
            if not try_lock(lock, kind=fcntl.LOCK_EX):
                if ready.exists() and _is_answering(instance):
                    return
            elif spawned:
                raise InstanceUnavailable(
                    f"The embedded PostgreSQL of {home} did not start:\n\n"
                    f"{_read_tail(log, log_start)}\n\nThe whole log is in {log}"
                )
            else:
                ready.unlink(missing_ok=True)
                _spawn_supervisor(instance, lock)
                spawned = True
        finally:
            os.close(lock)
        if time.monotonic() > deadline:
            raise InstanceUnavailable(
                f"The embedded PostgreSQL of {home} is not ready after {START_SECONDS_MAX:.0f} s.\n"
                f"Look into {log}; it may still be recovering: then try again later."
            )
        time.sleep(0.01)


def _is_answering(instance: Instance) -> bool:
    """Tell whether postgres listens: it may have died a moment ago, unseen by its supervisor."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(instance.socket_dir / SOCKET_NAME))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
    return True


def _spawn_supervisor(instance: Instance, lock: int) -> None:
    log = instance.home / "log"
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_name("log.1"))
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        # It forks, so that it is nobody's child, and hands the lock over to the fork. In a session
        # of its own, Ctrl-C in the terminal reaches the command and not the server.
        subprocess.run(
            [sys.executable, "-m", "config.supervisor", str(instance.home), str(instance.socket_dir)],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[lock],
            start_new_session=True,
            check=False,
        )
    finally:
        os.close(output)


def _read_tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(min(start, log.stat().st_size))
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-15:])


def main() -> None:
    arguments = sys.argv[1:]
    try:
        if arguments == ["remove"]:
            remove()
        elif len(arguments) > 1 and arguments[0] == "run":
            sys.exit(run(arguments[1:]))
        else:
            sys.exit(USAGE)
    except InstanceUnavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
