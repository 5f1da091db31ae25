"""COPY of the same rows into the same columns and indexes, with no check: the raw limit.

``copy_prepared`` sends rows that stand ready in a file, which is the limit of the server.
``copy_formatted`` makes them of the same events first: a program that posts and checks nothing.
"""

import io
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from benchmarks import journal
from benchmarks.posting import peak_mb
from ledger.entries import Event, VoucherToPost
from ledger.models import Account, Period

CHUNK_LINES = 40_000
COLUMNS = {
    "bare_voucher": (
        "id, book_id, period_id, number, seal_number, voucher_type, posting_date, kind, summary, source, part,"
        " reference, attachments, preparer_id, reviewer_id, poster_id, chief_accountant_id, cashier_id, reverses_id,"
        " corrects_id, paper, line_count, debit_total, credit_total, budget_debit_total, budget_credit_total"
    ),
    "bare_line": (
        "voucher_id, line_no, period_id, posting_date, account_id, record, fund_id, functional_id, economic_id,"
        " project_id, unit_id, counterparty_id, side, amount, summary"
    ),
}


def copy_prepared(*, folder: str) -> dict[str, Any]:
    """Copy the files that ``posting.write_out`` wrote."""
    owner = connections["owner"]
    create_bare_tables(owner)
    start = time.perf_counter()
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        for table in COLUMNS:
            with (Path(folder) / table.replace("bare", "ledger")).open("rb") as file:
                cursor.copy_expert(f"COPY {table} FROM STDIN", file, size=1 << 16)
    return {"lines": counted(owner), "seconds": time.perf_counter() - start}


def copy_formatted(*, lines: int) -> dict[str, Any]:
    """Copy what a client makes of the events of ``journal.mixed``."""
    owner = connections["owner"]
    create_bare_tables(owner)
    start = time.perf_counter()
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        for rows in formatted(journal.mixed(lines)):
            for (table, columns), text in zip(COLUMNS.items(), rows, strict=True):
                cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO(text), size=1 << 16)
    seconds = time.perf_counter() - start
    return {"lines": counted(owner), "seconds": seconds, "peak_mb": peak_mb()}


def create_bare_tables(owner: BaseDatabaseWrapper) -> None:
    """Create tables of the same columns and indexes without constraints, triggers and rows."""
    with owner.cursor() as cursor:
        for table in COLUMNS:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
            cursor.execute(f"CREATE TABLE {table} (LIKE {table.replace('bare', 'ledger')} INCLUDING INDEXES)")


def counted(owner: BaseDatabaseWrapper) -> int:
    with owner.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bare_line")
        return int(cursor.fetchone()[0])


def formatted(events: Iterable[Event]) -> Iterator[tuple[str, str]]:
    """Yield headers and lines of about ``CHUNK_LINES`` lines as COPY reads them."""
    accounts = {
        (book, code): (pk, record)
        for pk, book, code, record in Account.objects.values_list("pk", "book__code", "code", "record")
    }
    periods = {
        (book, year, month): (pk, book_id)
        for pk, book, book_id, year, month in Period.objects.values_list("pk", "book__code", "book_id", "year", "month")
    }
    numbers: dict[int, int] = defaultdict(int)
    headers: list[str] = []
    lines: list[str] = []
    pk = 0
    for event in events:
        for part, voucher in enumerate(event.vouchers, start=1):
            pk += 1
            on = voucher.posting_date
            period, book = periods[voucher.book, on.year, on.month]
            numbers[period] += 1
            headers.append(header_of(event, part, voucher, f"{pk}\t{book}\t{period}\t{numbers[period]}\t1"))
            for no, entry in enumerate(voucher.entries, start=1):
                account, record = accounts[voucher.book, entry.account]
                lines.append(
                    f"{pk}\t{no}\t{period}\t{on}\t{account}\t{record}\t{entry.fund}\t{text(entry.functional)}"
                    f"\t{text(entry.economic)}\t{text(entry.project)}\t{text(entry.unit)}\t{text(entry.counterparty)}"
                    f"\t{entry.side}\t{entry.amount}\t{text(entry.summary)}\n"
                )
        if len(lines) >= CHUNK_LINES:
            yield "".join(headers), "".join(lines)
            headers, lines = [], []
    yield "".join(headers), "".join(lines)


def header_of(event: Event, part: int, voucher: VoucherToPost, keys: str) -> str:
    signed = voucher.signatures
    debit = sum(entry.amount for entry in voucher.entries if entry.side == "D")
    credit = sum(entry.amount for entry in voucher.entries if entry.side == "C")
    return (
        f"{keys}\t{voucher.voucher_type}\t{voucher.posting_date}\t{voucher.kind}\t{text(voucher.summary)}"
        f"\t{text(event.source)}\t{part}\t{text(voucher.reference)}\t{voucher.attachments}\t{text(signed.preparer)}"
        f"\t{text(signed.reviewer)}\t{text(signed.poster)}\t{text(signed.chief_accountant)}\t{text(signed.cashier)}"
        f"\t{text(voucher.reverses)}\t{text(voucher.corrects)}\t{text(voucher.paper)}\t{len(voucher.entries)}"
        f"\t{debit}\t{credit}\t0.00\t0.00\n"
    )


def text(value: str | int | None) -> str:
    """Return a value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, str) and "\\" in value:
        return value.replace("\\", "\\\\")
    return str(value)
