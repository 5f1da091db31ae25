"""Printing vouchers: a run through our pen as ``export_vouchers`` makes it, beside xhtml2pdf voucher by voucher."""

import io
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection

from benchmarks import journal
from benchmarks.posting import peak_mb
from ledger.exports.pages.typefaces import BOLD, REGULAR, typeface
from ledger.exports.snapshots import one_moment
from ledger.exports.voucher_pages import know_fonts, write_voucher
from ledger.exports.voucher_rows import VoucherReader
from ledger.exports.vouchers import write_a5
from ledger.models import Book, Voucher
from ledger.posting import post_events

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
SINCE = journal.OPENED_ON
EACH_LONG = 5  # every fifth voucher has twelve lines, which are two sheets; the others have two


def post_some(*, vouchers: int) -> dict[str, Any]:
    """Post vouchers into the book of the district, spread over the thirty days of the month."""
    post_events(
        journal.middle(number) if number % EACH_LONG == 0 else journal.accrual(f"accrual/{number}", number)
        for number in range(vouchers)
    )
    return {"vouchers": Voucher.objects.count()}


def print_run(*, days: int) -> dict[str, Any]:
    """Print the vouchers of the first days of the month on A5."""
    connection.ensure_connection()
    books = [Book.objects.get(code="D")]
    for name in (REGULAR, BOLD):
        typeface(name)
    before = peak_mb()
    with TemporaryDirectory() as folder:
        out = Path(folder) / "run.pdf"
        start = time.perf_counter()
        stated = write_a5(books=books, since=SINCE, until=SINCE + timedelta(days=days - 1), out=out, at=AT)
        seconds = time.perf_counter() - start
        size = out.stat().st_size
    return {
        "vouchers": stated.vouchers,
        "lines": stated.lines,
        "seconds": seconds,
        "bytes": size,
        "idle_mb": before,
        "peak_mb": peak_mb(),
    }


def print_single(*, vouchers: int) -> dict[str, Any]:
    """Print the first vouchers one by one through xhtml2pdf."""
    books = [Book.objects.get(code="D")]
    know_fonts()
    with one_moment():
        reader = VoucherReader(books=books, since=SINCE, until=SINCE + timedelta(days=29))
        chosen = list(islice(iter(reader), vouchers))
    start = time.perf_counter()
    for voucher in chosen:
        write_voucher(file=io.BytesIO(), voucher=voucher, at=AT)
    return {"vouchers": len(chosen), "seconds": time.perf_counter() - start, "peak_mb": peak_mb()}
