"""What tests serve to slow clients: a program that reads all of a request, by a worker that waits shortly."""

from collections.abc import Callable, Iterable
from typing import Any

from config.gunicorn import PatientWorker


class HastyWorker(PatientWorker):
    head_seconds = 1
    body_seconds = 2


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the length of the body."""
    told = str(len(environ["wsgi.input"].read())).encode()
    start_response("200 OK", [("Content-Length", str(len(told)))])
    return [told]
