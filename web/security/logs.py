"""What is logged: routes, statuses, times and request ids; never addresses of pages, forms, or numbers of people."""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ledger.masking import masked

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
# What our own lines say beside their message (``extra``).
FIELDS: Final = ("route", "method", "status", "milliseconds")


class NoPersonalData(logging.Filter):
    """Mask long numbers, and say the route instead of the path of a request (Django logs paths)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place; it is always logged."""
        request = getattr(record, "request", None)
        if request is not None:
            status = getattr(record, "status_code", "")
            record.msg, record.args = f"{route_of(request)} {status}".strip(), ()
        else:
            record.msg, record.args = masked(record.getMessage()), ()
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line. An error is told by its kind and place: its text may quote rows."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := REQUEST_ID.get():
            line["request_id"] = request_id
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["at_lines"] = [
                f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])[-12:]
            ]
        return json.dumps(line, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """Lines for a terminal; an error is told as in ``JsonLines``."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - named by logging
        """Return the kind of an error and where it arose, without its text."""
        frames = "".join(traceback.format_tb(ei[2])[-12:])
        return f"{frames}{ei[0].__name__}"


def route_of(request: Any) -> str:
    """Return the name of the route of a request, or a dash where there is none."""
    match = getattr(request, "resolver_match", None)
    return (match.view_name or "-") if match else "-"
