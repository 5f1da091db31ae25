"""What a step of a month is: what it is asked for, which act it is, what is told after it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from ledger.models import Officer
from month.held import Asked
from month.models import Job
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
    # What a worker is asked for where the step is long, instead of taking it now.
    ask: Callable[[Namespace, Officer, datetime], Sequence[Asked]] | None = None


def run_of(asked: Namespace) -> Run:
    run = current_run(month=asked.month)
    if run is None:
        raise NoSuchRun("run_exists", {"month": f"{asked.month:%Y-%m}"})
    return run


def acting(officer: Officer | None, post: str) -> Officer:
    """Return the officer who was named, or in a demo the one who holds the post."""
    return officer or demo_officer(post)


def told_of(job: Job, tell: Callable[[Any], Told]) -> Told:
    """Tell what work has made in this process; if a worker was quicker, that it is done."""
    return tell(job.made) if job.made is not None else [_("A worker has done job {job}.").format(job=job.pk)]
