"""Clusters of PostgreSQL of the tests' own, beside the embedded instance and with its programs.

Where the tests run as root the server runs as the user of the embedded one, as its own machine would have it. Each
cluster listens on a socket in its own folder only, and is stopped whatever happens.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg2
from django.db import connections

from config import instance
from tests.runbook import without_ours

START_SECONDS_MAX = 120
STOP_SECONDS_MAX = 60
ADOPTION_SECONDS = 5
SMALL = ["--wal-segsize=4"]  # a cluster is copied several times
SETTINGS = """
# What is killed is processes, not the machine: what they have written is there.
fsync = off
listen_addresses = ''
unix_socket_directories = '{folder}'
timezone = 'UTC'
log_timezone = 'UTC'
log_error_verbosity = terse
log_min_error_statement = panic
# Containers often have little of the shared memory that PostgreSQL would take.
dynamic_shared_memory_type = mmap
"""


# The servers that are our children, by the folder of their cluster.
children: dict[Path, "subprocess.Popen[bytes]"] = {}


@dataclass(frozen=True)
class Cluster:
    """A cluster in a folder of its own, running or not."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def dsn(self, *, role: str = "postgres", database: str = "postgres") -> str:
        return instance.Instance(home=self.folder, socket_dir=self.folder).dsn(role=role, database=database)

    def create(self) -> None:
        """Make the folder, and an empty cluster that everybody who reaches its folder may use."""
        self.make_folder()
        run(
            "initdb",
            "--pgdata",
            self.data,
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
            *SMALL,
        )
        self.settle_here()

    def make_folder(self) -> None:
        self.folder.mkdir(mode=0o700)
        os.chown(self.folder, server_account().pw_uid, server_account().pw_gid)

    def settle_here(self) -> None:
        """Set what is of the machine: where it listens."""
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(SETTINGS.format(folder=self.folder))

    def start(self) -> None:
        """Start it as a child of ours, so that a killed one is gone and not a zombie, whoever else would reap it."""
        with (self.folder / "log").open("ab") as log:
            server = spawn("postgres", "-D", self.data, output=log)
        children[self.folder] = server
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self.answers():
            assert server.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, "the cluster does not start"
            time.sleep(0.02)

    def answers(self) -> bool:
        try:
            psycopg2.connect(self.dsn()).close()
        except psycopg2.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop it cleanly."""
        run("pg_ctl", "--pgdata", self.data, "--mode=fast", "--silent", "--wait", "stop")

    def kill(self) -> None:
        """Kill the postmaster and all its children at once (SIGKILL), as a power cut would; nothing if none runs."""
        status = self.data / "postmaster.pid"
        postmaster = int(status.read_text().split()[0]) if status.exists() else 0
        if postmaster and is_server(postmaster, self.data):
            kill_family(postmaster)
        if self.folder in children:
            children.pop(self.folder).wait(timeout=STOP_SECONDS_MAX)

    def ask(self, question: str, *values: object, database: str = "postgres") -> list[tuple[object, ...]]:
        """Return the rows of a statement of the superuser's, which is committed."""
        connection = psycopg2.connect(self.dsn(database=database))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(question, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


def server_account() -> pwd.struct_passwd:
    """Return who runs the embedded server, and so the clusters beside it."""
    return pwd.getpwuid((instance.read_store(instance.locate().home) / "data").stat().st_uid)


def server_user() -> int | None:
    """Return the user that programs of the server are run as, or None where it is ourselves."""
    return server_account().pw_uid if os.geteuid() == 0 else None


def programs() -> Path:
    """Return the folder of the embedded server's programs."""
    return Path((instance.join().home / "programs").read_text())


def run(program: str, *arguments: object) -> None:
    """Run a program of the server as the server's user; it must succeed."""
    process = spawn(program, *arguments, output=subprocess.PIPE)
    said = process.communicate(timeout=START_SECONDS_MAX)[0]
    assert process.returncode == 0, said.decode()


def spawn(program: str, *arguments: object, output: int | IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [programs() / program, *map(str, arguments)],
        cwd="/",
        env=without_ours() | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=server_user(),
        extra_groups=None if server_user() is None else [],
    )


@contextmanager
def cluster_folder() -> Iterator[Path]:
    """Make a folder for clusters that the server's user may enter; whatever runs in it is killed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="tongfa-clusters-", dir="/tmp"))
    os.chown(folder, server_account().pw_uid, server_account().pw_gid)
    try:
        yield folder
    finally:
        for data in folder.glob("*/data"):
            Cluster(data.parent).kill()
        shutil.rmtree(folder)


def copied(cluster: Cluster, folder: Path) -> Cluster:
    """Return a copy of a cluster that does not run."""
    shutil.copytree(cluster.folder, folder, symlinks=True)
    copy = Cluster(folder)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, server_account().pw_uid, server_account().pw_gid)
    copy.settle_here()
    return copy


@contextmanager
def pointed_at(cluster: Cluster, database: str) -> Iterator[None]:
    """Point every alias of Django at a database of a cluster, and back."""
    before = {
        alias: (connections[alias].settings_dict["HOST"], connections[alias].settings_dict["NAME"])
        for alias in connections
    }
    point({alias: (str(cluster.folder), database) for alias in connections})
    try:
        yield
    finally:
        point(before)


def point(places: dict[str, tuple[str, str]]) -> None:
    for alias, (host, name) in places.items():
        connections[alias].close()
        connections[alias].settings_dict.update(HOST=host, NAME=name)


def kill_family(postmaster: int) -> None:
    os.kill(postmaster, signal.SIGSTOP)  # so that it sees no child die, and has no new ones
    family = [postmaster, *children_of(postmaster)]
    for pid in family:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + STOP_SECONDS_MAX
    while any(is_alive(pid) for pid in family):
        assert time.monotonic() < deadline, "killed and still there"
        time.sleep(0.01)
    # A server that a program has started is somebody else's child: who adopts it needs a moment to take notice.
    deadline = time.monotonic() + ADOPTION_SECONDS
    while Path(f"/proc/{postmaster}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)


def is_server(pid: int, data: Path) -> bool:
    """Tell whether the process is a server of that data: the number in its file may be another's by now."""
    try:
        return data.samefile(f"/proc/{pid}/cwd")
    except OSError:
        return False


def children_of(parent: int) -> list[int]:
    return [pid for pid, of in processes() if of == parent]


def is_alive(pid: int) -> bool:
    """Tell whether a process still does anything; one that nobody has waited for does not."""
    return any(pid == one for one, _ in processes())


def processes() -> Iterator[tuple[int, int]]:
    """Return each process that is not a zombie, and its parent."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = status.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            yield int(status.parent.name), int(parent)
