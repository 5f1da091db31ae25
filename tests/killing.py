"""Kill what is under way (SIGKILL) at each of its commits in turn, until it ends."""

import os
import signal
from collections.abc import Callable

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
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die_at_commit(number: int, *, after: bool) -> None:
    """Let this process kill itself just before or just after its ``number``-th commit."""
    commits = 0
    commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

    def counted(self: BaseDatabaseWrapper) -> None:
        nonlocal commits
        commits += 1
        if commits == number and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        commit(self)
        if commits == number and after:
            os.kill(os.getpid(), signal.SIGKILL)

    BaseDatabaseWrapper._commit = counted  # type: ignore[attr-defined]


def killed_until_done(act: Callable[[], None], *, after: bool) -> int:
    """Run ``act`` again and again, each time killed one commit later, until it ends; return how often it was killed."""
    for number in range(1, RUNS_MAX):

        def attempt(number: int = number) -> None:
            die_at_commit(number, after=after)
            act()

        status = in_a_process(attempt)
        if status == 0:
            return number - 1
        assert status == -signal.SIGKILL
    pytest.fail("the month never ended")
