"""How far the long steps of a month are, on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from month.telling import step_name


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int], None]]:
    """Show how far the long steps are, on a terminal; elsewhere say nothing."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    tasks: dict[str, Any] = {}

    def advance(step: str, amount: int) -> None:
        if step not in tasks:
            tasks[step] = bar.add_task(step_name(step), total=None)
        bar.advance(tasks[step], amount)

    if sys.stderr.isatty():
        with bar:
            yield advance
    else:
        yield ignore


def ignore(_step: str, _amount: int) -> None:
    """Show nothing."""
