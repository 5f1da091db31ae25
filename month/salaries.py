"""The payroll run of a month: which one is to be computed, and computing it from what is collected."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from ledger.models import Officer
from month.beginning import open_months, pay_date_of
from payouts.computing import compute_run
from payouts.inputs import current_declarations, inputs_digest
from payouts.models import Run
from payouts.models.words import RELEASED_STATES, RunStatus
from payouts.running import current_run, freeze_run, run_to_collect

Progress = Callable[[str, int], None]


def coming_run(*, month: date) -> Run:
    """Return the run to carry through: the month's, or a supplementary one if the inputs changed after release.

    A run that nobody has begun is not written.
    """
    run = current_run(month=month)
    if run is None:
        return Run(month=month, number=1, pay_date=pay_date_of(month), status=RunStatus.COLLECTING)
    unchanged = inputs_digest(current_declarations(month=month)) == run.inputs_digest
    if run.status in RELEASED_STATES and not unchanged:
        return Run(month=month, number=run.number + 1, pay_date=pay_date_of(month), status=RunStatus.COLLECTING)
    return run


@transaction.atomic
def freeze_and_compute(run: Run, *, officer: Officer, at: datetime, progress: Progress) -> Run:
    """Freeze and compute in one act: a supplementary run that would pay nobody leaves nothing behind."""
    open_months(day=pay_date_of(run.month), officer=officer, at=at)
    kept = run if run.pk else run_to_collect(month=run.month, pay_date=run.pay_date, at=at)
    frozen = freeze_run(run=kept, officer=officer, at=at)
    return compute_run(run=frozen, officer=officer, at=at, progress=progress)
