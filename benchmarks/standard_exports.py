"""Vouchers of a district as GB/T 24589.1-2010 and as the platform's csv, out of one snapshot, streamed."""

import resource
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection, connections

from audit.exports import gbt24589, platform_csv
from audit.exports.combinations import TURNOVER
from audit.exports.voucher_lines import LINES
from benchmarks.journal import DATES
from benchmarks.posting import peak_mb
from benchmarks.reads import is_telling, short
from ledger.exports.snapshots import one_moment
from ledger.exports.stated import ExportStated
from ledger.models import Book

WRITERS: dict[str, Callable[..., ExportStated]] = {"gbt24589": gbt24589.write, "platform": platform_csv.write}


def export(*, form: str) -> dict[str, Any]:
    """Export all books of the month in a form and say how long it took, in how much memory, and how large it is."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does soon after
    idle = peak_mb()
    with TemporaryDirectory() as folder:
        start, spent = time.perf_counter(), own_seconds()
        with one_moment():
            stated = WRITERS[form](
                books=list(Book.objects.select_related("chart").order_by("code")),
                since=DATES[0],
                until=DATES[-1],
                out=Path(folder) / "out",
                at=datetime.now(tz=UTC),
            )
        seconds, client = time.perf_counter() - start, own_seconds() - spent
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    return {
        "vouchers": stated.vouchers,
        "lines": stated.lines,
        "seconds": seconds,
        "client_seconds": client,
        "mb": size / 2**20,
        "idle_mb": idle,
        "peak_mb": peak_mb(),
        "plans": plans(),
    }


def plans() -> Sequence[Sequence[str]]:
    """Return the plans of the two large queries, in short."""
    book = Book.objects.get(code="D")
    asked: dict[str, int | date] = {"book": book.pk, "since": DATES[0], "until": DATES[-1]}
    found = []
    with connection.cursor() as cursor:
        for query in (LINES, TURNOVER):
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, COSTS OFF) {query}", asked)
            found.append([short(line) for (line,) in cursor.fetchall() if is_telling(line)])
    return found


def own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
