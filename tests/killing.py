"""Kill what is under way (SIGKILL) at each of its commits and moves of files in turn, until it ends."""

import os
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

RUNS_MAX = 80


def in_a_process(act: Callable[[], None]) -> int:
    """Run ``act`` in a process of its own and return its exit status (negative: the signal that killed it)."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            act()
            os._exit(0)
        finally:
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die_at_commit(number: int, *, after: bool) -> None:
    """Let this process kill itself just before or just after its ``number``-th step.

    A step is what others can see: a commit, or a file that is moved.
    """
    steps = 0

    def counted(step: Callable[..., Any]) -> Callable[..., Any]:
        def taken(*arguments: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == number and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            done = step(*arguments)
            if steps == number and after:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        return taken

    BaseDatabaseWrapper._commit = counted(BaseDatabaseWrapper._commit)  # type: ignore[attr-defined]
    Path.rename = counted(Path.rename)  # type: ignore[method-assign]


def killed_at(act: Callable[[], None], number: int, *, after: bool) -> bool:
    """Run ``act`` in a process that is killed at its ``number``-th step; False if it ended before."""

    def attempt() -> None:
        die_at_commit(number, after=after)
        act()

    status = in_a_process(attempt)
    assert status in (0, -signal.SIGKILL), status
    return status != 0


def killed_after_a_move(act: Callable[[], None]) -> None:
    """Run ``act`` in a process that is killed as soon as it has moved a file."""

    def attempt() -> None:
        move = Path.rename

        def moved(self: Path, target: Path) -> Path:
            move(self, target)
            os.kill(os.getpid(), signal.SIGKILL)
            return target

        Path.rename = moved  # type: ignore[assignment,method-assign]
        act()

    assert in_a_process(attempt) == -signal.SIGKILL


def killed_until_done(act: Callable[[], None], *, after: bool, between: Callable[[], None] = lambda: None) -> int:
    """Run ``act`` again and again, each time killed one step later, until it ends; return how often it was killed.

    ``between`` is what the world does after each death.
    """
    for number in range(1, RUNS_MAX):
        if not killed_at(act, number, after=after):
            return number - 1
        between()
    pytest.fail("the month never ended")
