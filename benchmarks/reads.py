"""Reading balances out of a book with a million lines, and the plans that make it quick."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from django.db import connection, connections

from benchmarks.journal import DATES
from ledger.balances import balances_as_of, balances_known_at
from ledger.models import Book
from ledger.statements import trial_balance

REPEATS = 7


def read_balances() -> dict[str, Any]:
    """Time each read several times, then once more with its plans."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does soon after
    book = Book.objects.get(code="D")
    day = DATES[len(DATES) // 2]
    reads: dict[str, Callable[[], Any]] = {
        "balances as of a day": lambda: balances_as_of(book=book, as_of=day),
        "trial balance of the month": lambda: trial_balance(
            book=book, since=DATES[0], before=DATES[-1] + timedelta(days=1)
        ),
        "balances as known at a moment (from lines)": lambda: balances_known_at(
            book=book, as_of=day, known_at=datetime.now(tz=UTC)
        ),
    }
    return {name: timed(read) for name, read in reads.items()}


def timed(read: Callable[[], Any]) -> dict[str, Any]:
    spent = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        read()
        spent.append(time.perf_counter() - start)
    with plans_taken() as plans:
        read()
    return {"milliseconds": median(spent) * 1000, "plans": plans}


@contextmanager
def plans_taken() -> Iterator[list[list[str]]]:
    """Collect the plan, in short, of each large query that runs inside."""
    plans: list[list[str]] = []

    def explain(execute: Callable[..., Any], statement: str, parameters: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 Django's signature
        execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, COSTS OFF) {statement}", parameters, many, context)
        plans.append([short(line) for (line,) in context["cursor"].fetchall() if is_telling(line)])
        return execute(statement, parameters, many, context)

    with connection.execute_wrapper(explain):
        yield plans


def is_telling(line: str) -> bool:
    return "rows=" in line or "Execution Time" in line


def short(line: str) -> str:
    return line.replace("(actual ", "(").replace(".00 loops", " loops")
