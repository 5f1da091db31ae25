"""What a step of a month is: what it is asked for, which act it is, what is told after it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.models import Officer
from month.posts import demo_officer
from month.tables import Told
from payouts.models import Run
from payouts.refusals import NoSuchRun
from payouts.running import current_run

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a month."""

    help: object
    arguments: Sequence[Callable[[ArgumentParser], object]]
    take: Callable[[Namespace, Officer | None, datetime, Progress], Told]


def run_of(asked: Namespace) -> Run:
    run = current_run(month=asked.month)
    if run is None:
        raise NoSuchRun("run_exists", {"month": f"{asked.month:%Y-%m}"})
    return run


def acting(officer: Officer | None, post: str) -> Officer:
    """Return the officer who was named, or in a demo the one who holds the post."""
    return officer or demo_officer(post)
