"""The steps of a month that sign for and approve batches, as officers take them, and the list of controls."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Officer
from month import telling_approvals
from month.asking import with_batch, with_exceptions, with_month, with_officer, with_reason
from month.steps import Progress, Step, acting
from month.tables import Told
from payouts.approving import approve_next, sign_batch


def with_day(parser: ArgumentParser) -> None:
    parser.add_argument("--on", type=date.fromisoformat, help=_("day whose policy holds; default: today"))


def take_sign_batch(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    batch = sign_batch(
        month=asked.month,
        number=asked.batch,
        exceptions=asked.exceptions,
        officer=acting(officer, "preparer"),
        reason=asked.reason,
        at=at,
    )
    return telling_approvals.of_batch(batch)


def take_approve(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    approver = acting(officer, "releaser")
    return telling_approvals.of_batch(approve_next(month=asked.month, number=asked.batch, officer=approver, at=at))


def take_controls(asked: Namespace, _officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    return telling_approvals.of_controls(asked.on or at.date())


APPROVAL_STEPS: Mapping[str, Step] = {
    "sign_batch": Step(
        gettext_lazy("sign what the controls found in a batch, with a reason"),
        (with_month, with_batch, with_officer, with_reason, with_exceptions),
        take_sign_batch,
    ),
    "approve": Step(
        gettext_lazy("approve a batch, as the next officer its total asks for"),
        (with_month, with_batch, with_officer),
        take_approve,
    ),
    "controls": Step(gettext_lazy("the controls before payment, and what each asks for"), (with_day,), take_controls),
}
