"""A client that sends its request slowly, or never all of it, keeps nobody else from being served."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from config import gunicorn, instance

HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "
HALF_A_BODY = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve with two threads."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("served")
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{number}", "--threads", "2"]
    command += ["--no-control-socket", "--worker-class", "tests.slow_server.HastyWorker"]
    command += ["tests.slow_server:application"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, cwd=instance.PROJECT, stderr=log) as served:
        try:
            wait_for(number)
            yield number
        finally:
            served.terminate()


def wait_for(port: int) -> None:
    for _attempt in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError


def answer(port: int, body: bytes = b"") -> bytes:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        client.request("POST", "/", body)
        return client.getresponse().read()


@pytest.mark.parametrize("sent", [HALF_A_HEAD, HALF_A_BODY])
def test_those_who_never_end_are_ended_and_others_are_served(port: int, sent: bytes) -> None:
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(4)]
    for one in slow:
        one.sendall(sent)
    assert answer(port, b"whole") == b"5"
    for one in slow:
        one.close()


def test_a_request_that_comes_piece_by_piece_is_served(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        for piece in (b"POST / HTTP/1.1\r\nHo", b"st: x\r\nContent-Length: 4\r\n\r\n", b"ab", b"cd"):
            client.sendall(piece)
            time.sleep(0.1)
        assert b"200 OK" in client.recv(1000)


def test_a_real_server_waits_as_long_as_an_upload_takes() -> None:
    assert gunicorn.worker_class.endswith(f".{gunicorn.PatientWorker.__name__}")
    assert gunicorn.PatientWorker.head_seconds < gunicorn.timeout < gunicorn.PatientWorker.body_seconds
