"""The embedded PostgreSQL, with real processes and a home folder of each test's own."""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import psycopg2.extensions
import pytest

from config import instance, roles

PROJECT = Path(__file__).resolve().parents[2]
WAIT_SECONDS_MAX = 20.0
COMMAND = """
import sys
from config import instance
try:
    instance.join()
except instance.InstanceUnavailable as error:
    sys.exit(str(error))
print("joined", flush=True)
sys.stdin.read()
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


class Command:
    """A process that joins the instance and stays until it is told to leave."""

    def __init__(self, home: Path, *, python: str = sys.executable, user: str | None = None):
        self.home = home
        self.process = subprocess.Popen(
            [python, "-c", COMMAND],
            cwd=PROJECT,
            env=make_environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
        )

    def has_joined(self) -> bool:
        assert self.process.stdout is not None
        return self.process.stdout.readline() == "joined\n"

    def leave(self) -> str:
        """End the command; return what it complained of."""
        return self.process.communicate("")[1]

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        os.killpg(self.process.pid, how)
        self.process.communicate()


def make_environment(home: Path) -> dict[str, str]:
    # The libraries are named for an interpreter that is not the environment's own.
    return {
        **os.environ,
        "TONGFA_HOME": str(home),
        "TONGFA_POSTGRES_OPTIONS": "-c fsync=off -c work_mem=33MB",
        "PYTHONPATH": os.pathsep.join([str(PROJECT), sysconfig.get_path("purelib")]),
    }


def is_running(home: Path) -> bool:
    """Tell whether any process of a server is left: each holds the lock of the data's folder."""
    store = instance.read_store(home)
    if not store.exists():
        return False
    lock = os.open(store, os.O_RDONLY)
    try:
        return not instance.try_lock(lock, kind=fcntl.LOCK_EX)
    finally:
        os.close(lock)


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def read_supervisor(home: Path) -> int:
    return int((home / "ready").read_text())


def read_postmaster(home: Path) -> int:
    status = instance.read_store(home) / "data" / "postmaster.pid"
    return int(status.read_text().splitlines()[0])


@contextlib.contextmanager
def connect(home: Path, *, role: str, database: str = roles.DATABASE) -> Iterator[psycopg2.extensions.connection]:
    place = instance.Instance(home=home, socket_dir=instance.name_socket_dir(home))
    connection = psycopg2.connect(place.dsn(role=role, database=database))
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def ask(home: Path, question: str, *, role: str = roles.APP) -> object:
    with connect(home, role=role) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
        assert row is not None
        return row[0]


def remove(home: Path) -> subprocess.CompletedProcess[str]:
    return run_instance(home, "remove")


def run_instance(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "config.instance", *arguments],
        cwd=PROJECT,
        env=make_environment(home) | variables,
        capture_output=True,
        text=True,
    )


@contextlib.contextmanager
def make_folder() -> Iterator[Path]:
    """Yield a short path that the server's user can pass through, unlike pytest's tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="tongfa-test-")).resolve()
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    with make_folder() as folder:
        yield folder / "home"
        removed = remove(folder / "home")
        assert removed.returncode == 0, removed.stderr


def test_the_last_one_to_leave_stops_the_server(home: Path) -> None:
    first, second = Command(home), Command(home)
    assert first.has_joined()
    assert second.has_joined()
    server = read_postmaster(home)

    first.leave()
    time.sleep(1.5)  # longer than the supervisor lingers
    assert read_postmaster(home) == server
    assert ask(home, "SELECT 1") == 1

    second.leave()
    assert wait_until(lambda: not is_running(home))


def test_a_command_right_after_another_finds_the_server_still_there(home: Path) -> None:
    first = Command(home)
    assert first.has_joined()
    server = read_postmaster(home)
    first.leave()
    second = Command(home)
    assert second.has_joined()
    assert read_postmaster(home) == server
    second.leave()


def test_a_killed_command_leaves_nothing_running(home: Path) -> None:
    command = Command(home)
    assert command.has_joined()
    command.kill(signal.SIGKILL)
    assert wait_until(lambda: not is_running(home))


def test_a_command_killed_while_it_starts_the_server_leaves_nothing_running(home: Path) -> None:
    command = Command(home)
    assert wait_until((home / "log").exists)
    command.kill(signal.SIGKILL)
    assert wait_until(lambda: not is_running(home) and (home / "users.lock").exists())
    again = Command(home)
    assert again.has_joined()
    again.leave()


def test_an_interrupt_in_one_terminal_leaves_the_server_to_the_others(home: Path) -> None:
    first, second = Command(home), Command(home)
    assert first.has_joined()
    assert second.has_joined()
    first.kill(signal.SIGINT)
    assert ask(home, "SELECT 1") == 1
    second.leave()


def test_the_next_command_recovers_from_a_killed_supervisor(home: Path) -> None:
    first = Command(home)
    assert first.has_joined()
    with connect(home, role=roles.OWNER) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(read_supervisor(home), signal.SIGKILL)
    assert wait_until(lambda: not is_running(home))

    second = Command(home)
    assert second.has_joined()
    assert ask(home, "SELECT answer FROM kept", role=roles.OWNER) == 42
    first.leave()
    second.leave()


def test_the_next_command_recovers_from_a_killed_server(home: Path) -> None:
    first = Command(home)
    assert first.has_joined()
    os.kill(read_postmaster(home), signal.SIGKILL)
    second = Command(home)
    assert second.has_joined()
    assert ask(home, "SELECT 1") == 1
    first.leave()
    second.leave()


def test_a_dead_servers_pid_that_now_belongs_to_another_process_is_no_hindrance(
    home: Path,
) -> None:
    first = Command(home)
    assert first.has_joined()
    status = instance.read_store(home) / "data" / "postmaster.pid"
    lines = status.read_text().splitlines()
    os.kill(read_postmaster(home), signal.SIGKILL)
    assert wait_until(lambda: not is_running(home))
    # A process of the server's own user, as after a restart of a container.
    other = subprocess.Popen(["sleep", "60"], user=status.stat().st_uid if os.geteuid() == 0 else None)
    try:
        status.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        second = Command(home)
        assert second.has_joined()
    finally:
        other.kill()
        other.wait()
    first.leave()
    second.leave()


def test_commands_that_start_together_share_one_server(home: Path) -> None:
    commands = [Command(home) for _ in range(4)]
    assert all(command.has_joined() for command in commands)
    assert (home / "log").read_text().count("starting PostgreSQL") == 1
    for command in commands:
        command.leave()


def test_two_instances_live_side_by_side(home: Path) -> None:
    other_home = home.with_name("other")
    command, other = Command(home), Command(other_home)
    assert command.has_joined()
    assert other.has_joined()
    assert read_postmaster(home) != read_postmaster(other_home)
    command.leave()
    other.leave()
    assert remove(other_home).returncode == 0


@pytest.mark.parametrize("name", ["with spaces", "区财政局", 'it\'s 100% "mine", really', "/".join(["very-long"] * 30)])
def test_the_home_may_have_any_name(home: Path, name: str) -> None:
    odd_home = home.with_name("odd") / name
    command = Command(odd_home)
    assert command.has_joined(), command.leave()
    assert ask(odd_home, "SELECT current_user") == roles.APP
    place = instance.name_socket_dir(odd_home)
    assert len(os.fsencode(place / instance.SOCKET_NAME)) < 100
    command.leave()
    assert remove(odd_home).returncode == 0


def test_a_home_deleted_under_a_running_server_starts_anew(home: Path) -> None:
    first = Command(home)
    assert first.has_joined()
    shutil.rmtree(home)
    second = Command(home)
    assert second.has_joined()
    assert ask(home, "SELECT 1") == 1
    first.leave()
    second.leave()


def test_a_program_runs_on_the_instance_as_its_owner(home: Path) -> None:
    question = "SELECT current_user, current_database(), current_setting('server_version_num')::int / 10000"
    told = run_instance(home, "run", "psql", "-Atc", question, PGPORT="1", PGSERVICE="another")
    ours = run_instance(home, "run", "psql", "--version")
    assert (told.stderr, told.returncode) == ("", 0)
    assert told.stdout == f"{roles.OWNER}|{roles.DATABASE}|{ours.stdout.split()[2].split('.')[0]}\n"


def test_a_program_that_fails_says_so_through_the_instance(home: Path) -> None:
    assert run_instance(home, "run", "sh", "-c", "exit 3").returncode == 3
    missing = run_instance(home, "run", "pg_nothing")
    assert missing.returncode == 1
    assert "pg_nothing cannot be run: No such file or directory" in missing.stderr


@pytest.mark.parametrize("arguments", [[], ["run"], ["stop"], ["remove", "all"]])
def test_what_the_instance_does_not_know_is_answered_by_how_to_call_it(home: Path, arguments: list[str]) -> None:
    said = run_instance(home, *arguments)
    assert said.returncode == 1
    assert said.stderr.startswith("usage: ")
    assert not home.exists()


def test_an_instance_in_use_is_not_removed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = Command(home)
    assert command.has_joined()
    monkeypatch.setattr(instance, "LEAVE_SECONDS_MAX", 0.1)
    monkeypatch.setenv("TONGFA_HOME", str(home))
    with pytest.raises(instance.InstanceUnavailable, match="still uses"):
        instance.remove()
    assert ask(home, "SELECT 1") == 1
    command.leave()


def test_a_home_that_cannot_be_made_says_what_to_do() -> None:
    assert "Name another one" in Command(Path("/proc/tongfa")).leave()


def test_a_server_that_does_not_start_says_why(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGFA_HOME", str(home))
    monkeypatch.setenv("TONGFA_POSTGRES_OPTIONS", "-c work_mem=plenty")
    with pytest.raises(instance.InstanceUnavailable, match="invalid value for parameter"):
        instance.join()


def test_a_trap_in_the_sockets_place_is_refused(home: Path) -> None:
    long_home = home.with_name("long") / "/".join(["very-long"] * 30)
    trap = instance.name_socket_dir(long_home)
    trap.mkdir()
    trap.chmod(0o777)
    try:
        assert "is not a folder of mode 0700" in Command(long_home).leave()
    finally:
        trap.rmdir()


def test_the_settings_of_the_server_are_ours(home: Path) -> None:
    command = Command(home)
    assert command.has_joined()
    assert ask(home, "SHOW listen_addresses") == ""
    assert ask(home, "SHOW TimeZone") == "UTC"
    assert ask(home, "SHOW work_mem") == "33MB"  # TONGFA_POSTGRES_OPTIONS come last
    assert ask(home, "SELECT datcollate FROM pg_database WHERE datname = 'tongfa'") == "C.UTF-8"
    command.leave()


def test_the_roles_have_what_they_need_and_no_more(home: Path) -> None:
    command = Command(home)
    assert command.has_joined()
    for role in roles.ROLES:
        assert ask(home, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user", role=role) is False
    for role in (roles.APP, roles.AUDITOR):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(home, "CREATE TEMPORARY TABLE hidden (id int)", role=role)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(home, "CREATE TABLE stray (id int)", role=role)
    with connect(home, role="postgres") as connection, connection.cursor() as cursor:
        cursor.execute("CREATE ROLE stranger LOGIN")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        ask(home, "SELECT 1", role="stranger")
    command.leave()


def test_an_administrator_who_is_no_superuser_creates_the_roles_too(home: Path) -> None:
    command = Command(home)
    assert command.has_joined()
    with connect(home, role="postgres", database="postgres") as connection, connection.cursor() as cursor:
        cursor.execute("CREATE ROLE administrator LOGIN CREATEROLE CREATEDB")
        cursor.execute("DROP DATABASE tongfa")
        cursor.execute("DROP ROLE tongfa_owner, tongfa_app, tongfa_auditor")
    with connect(home, role="administrator", database="postgres") as connection:
        for _ in range(2):
            roles.create_roles(connection=connection)
            roles.create_database(connection=connection)
    assert ask(home, "SELECT 1") == 1
    command.leave()


@as_root
def test_roots_home_that_the_servers_user_cannot_reach_keeps_its_data_elsewhere() -> None:
    with make_folder() as folder:
        folder.chmod(0o700)
        home = folder / "home"
        command = Command(home)
        assert command.has_joined(), command.leave()
        store = instance.read_store(home)
        assert store.parent == instance.REACHABLE
        assert folder.stat().st_mode & 0o777 == 0o700
        command.leave()
        assert remove(home).returncode == 0
        assert not store.exists()


@as_root
def test_another_users_instance_is_refused() -> None:
    with make_folder() as folder:
        home = folder / "home"
        home.mkdir()
        os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
        assert "belongs to user" in Command(home).leave()


@as_root
def test_an_ordinary_user_runs_an_instance() -> None:
    python = find_python_for("nobody")
    if python is None:
        pytest.skip("no interpreter that an ordinary user can run with our libraries")
    with make_folder() as folder:
        home = folder / "home"
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
        command = Command(home, python=python, user="nobody")
        assert command.has_joined(), command.leave()
        assert (home / "server" / "data").stat().st_uid == pwd.getpwnam("nobody").pw_uid
        assert (home / "socket" / instance.SOCKET_NAME).exists()
        command.leave()
        assert wait_until(lambda: not is_running(home))


def find_python_for(user: str) -> str | None:
    # The environment's own may lie in root's home.
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            tried = subprocess.run(
                [python, "-c", "import psycopg2, config.instance"],
                cwd="/",
                env=make_environment(Path("/nowhere")),
                capture_output=True,
                user=user,
                group=pwd.getpwnam(user).pw_gid,
                extra_groups=[],
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return python
    return None
