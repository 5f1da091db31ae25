"""Sixteen clients that post single vouchers at once, each with a connection of its own."""

import multiprocessing
import time
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

from django.db import DatabaseError, connection, connections

from benchmarks.journal import accrual
from ledger.checks import run_checks
from ledger.models import Voucher
from ledger.posting import post_event
from ledger.refusals import UnableToPost

CLIENTS = 16
WARM_UP = 20  # a connection of a running service has its plans made already


def post_singles(*, seconds: float, books: int) -> dict[str, Any]:
    """Post two-line vouchers into one book, or spread over many, and prove that nothing went wrong."""
    processes = multiprocessing.get_context("fork")
    start = processes.Barrier(CLIENTS)
    connections.close_all()
    clients = []
    for client in range(CLIENTS):
        ours, theirs = processes.Pipe()
        book = "D" if books == 1 else f"T{client % books + 1:02}"
        process = processes.Process(target=post_until, args=(client, book, seconds, start, theirs))
        process.start()
        clients.append((process, ours))
    latencies: list[float] = []
    faults: list[str] = []
    for process, ours in clients:
        spent, failed = ours.recv()
        process.join()
        latencies += spent
        faults += failed
    latencies.sort()
    prove(len(latencies) + CLIENTS * WARM_UP, faults)
    return {
        "vouchers": len(latencies),
        "rate": len(latencies) / seconds,
        "p50_ms": latencies[len(latencies) // 2] * 1000,
        "p99_ms": latencies[len(latencies) * 99 // 100] * 1000,
    }


def post_until(client: int, book: str, seconds: float, start: Barrier, answer: Connection) -> None:
    """Post one voucher after the other for some seconds; send the time each took, and what failed."""
    latencies: list[float] = []
    failed: list[str] = []
    for number in range(WARM_UP):
        post_event(accrual(f"warm-up/{client}/{number}", number, book=book))
    start.wait()
    end = time.perf_counter() + seconds
    for number in count():
        before = time.perf_counter()
        if before >= end:
            break
        try:
            post_event(accrual(f"client/{client}/{number}", number, book=book))
        except (UnableToPost, DatabaseError) as error:
            failed.append(repr(error))
            break
        latencies.append(time.perf_counter() - before)
    answer.send((latencies, failed))
    connections.close_all()


def prove(expected: int, faults: list[str]) -> None:
    """Assert that every voucher is there once, numbers have no gap, and the chain of seals holds."""
    assert not faults, faults
    assert Voucher.objects.count() == expected
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert cursor.fetchone() == (0,)
    disagreements = list(run_checks(("gapless", "chain", "seals", "balances_equal_lines")))
    assert not disagreements, disagreements
