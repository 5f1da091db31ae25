"""Posting in bulk through the one door, with every promise on."""

import resource
import time
from pathlib import Path
from typing import Any

from django.db import connection, connections

from benchmarks import journal
from ledger.models import Voucher
from ledger.posting import post_events, post_stream


def post_mixed(*, lines: int) -> dict[str, Any]:
    """Post vouchers of 2, 12 and 5,000 lines from a generator, as one transaction, and keep none of them."""
    connection.ensure_connection()
    before = peak_mb()
    start = time.perf_counter()
    vouchers = post_stream(journal.mixed(lines))
    seconds = time.perf_counter() - start
    return {
        "vouchers": vouchers,
        "lines": counted("ledger_line"),
        "seconds": seconds,
        "idle_mb": before,
        "peak_mb": peak_mb(),
    }


def post_pairs(*, vouchers: int) -> dict[str, Any]:
    """Post vouchers of two lines into one book, as one transaction."""
    connection.ensure_connection()
    start = time.perf_counter()
    post_events(journal.accruals(vouchers))
    seconds = time.perf_counter() - start
    assert Voucher.objects.count() == vouchers
    return {"vouchers": vouchers, "seconds": seconds}


def write_out(*, folder: str) -> dict[str, Any]:
    """Write the posted rows to files, as COPY reads them."""
    with connections["owner"].cursor() as cursor:
        for table in ("ledger_voucher", "ledger_line"):
            with (Path(folder) / table).open("wb") as file:
                cursor.copy_expert(f"COPY {table} TO STDOUT", file)
    return {}


def counted(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def peak_mb() -> float:
    """Return the largest resident size of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
