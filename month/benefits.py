"""The benefit run of a month: which one is to be computed, and computing it from what is known."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from ledger.models import Officer
from month.beginning import pay_date_of
from payouts.entitling import compute_benefits
from payouts.inputs import current_declarations, inputs_digest
from payouts.models import EnrolmentFact, Run
from payouts.models.words import RELEASED_STATES, RunPurpose, RunStatus
from payouts.running import current_run, freeze_run, run_to_collect

Progress = Callable[[str, int], None]
BENEFITS = RunPurpose.BENEFITS


def coming_benefits(*, month: date) -> Run:
    """Return the benefit run to carry through: the month's, or a supplementary one if more is known since.

    A run that nobody has begun is not written.
    """
    run = current_run(month=month, purpose=BENEFITS)
    if run is None:
        return unwritten(month, 1)
    last = EnrolmentFact.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    digest = inputs_digest(current_declarations(month=month, purpose=BENEFITS), facts_until=last)
    changed = run.status in RELEASED_STATES and digest != run.inputs_digest
    return unwritten(month, run.number + 1) if changed else run


def open_benefits(*, month: date) -> Run:
    """Return the benefit run that takes what is known: the one that is not released, or the next one, unwritten."""
    run = current_run(month=month, purpose=BENEFITS)
    if run is None or run.status in RELEASED_STATES:
        return unwritten(month, run.number + 1 if run else 1)
    return run


def unwritten(month: date, number: int) -> Run:
    return Run(month=month, purpose=BENEFITS, number=number, pay_date=pay_date_of(month), status=RunStatus.COLLECTING)


@transaction.atomic
def freeze_and_compute(run: Run, *, officer: Officer, at: datetime, progress: Progress) -> Run:
    """Freeze and compute in one act: a supplementary run that would pay nobody leaves nothing behind."""
    kept = run_to_collect(month=run.month, pay_date=run.pay_date, at=at, purpose=BENEFITS)
    return compute_benefits(run=freeze_run(run=kept, officer=officer, at=at), officer=officer, at=at, progress=progress)
