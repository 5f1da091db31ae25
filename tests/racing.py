"""Works that start at once on connections of their own; every wait has its deadline."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

import psycopg2
from django.db import connection, connections

from ledger.refusals import UnableToPost
from tests.attacks import refused_as

DEADLINE_SECONDS = 30
T = TypeVar("T")


def all_at_once(pool: ThreadPoolExecutor, works: Sequence[Callable[[], T]]) -> list[Future[T]]:
    """Start all works together, each on a connection of its own, and return their futures when all have ended."""
    barrier = threading.Barrier(len(works))

    def start(work: Callable[[], T]) -> T:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SET statement_timeout = '{DEADLINE_SECONDS}s'")
            barrier.wait(timeout=DEADLINE_SECONDS)
            return work()
        finally:
            connections.close_all()

    futures = [pool.submit(start, work) for work in works]
    wait(futures, timeout=2 * DEADLINE_SECONDS)
    return futures


def outcome(future: Future[Any]) -> str:
    """Return ``done`` or the name of the refusal."""
    error = future.exception(timeout=DEADLINE_SECONDS)
    if error is None:
        return "done"
    if isinstance(error, psycopg2.Error):
        return refused_as(error)
    assert isinstance(error, UnableToPost), error
    return error.name


def outcomes(pool: ThreadPoolExecutor, *works: Callable[[], object]) -> list[str]:
    return sorted(outcome(future) for future in all_at_once(pool, works))
