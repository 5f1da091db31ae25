"""What keeps a month of payments from being closed: its closing asks for each, and an officer reads them beforehand."""

from collections.abc import Sequence
from datetime import date

from month.standings import UNANSWERED
from payouts.models import Payment, Run
from payouts.models.words import RunStatus
from treasury.models import IncomeLine, Settlement
from treasury.models.words import SettlementStatus

PAID = (RunStatus.SETTLED, RunStatus.PART_SETTLED, RunStatus.CLOSED)


def lines_unswept(month: date) -> int:
    """Return how many lines of income of a month are not posted."""
    return IncomeLine.objects.filter(file__month=month, collection=None).count()


def settlements_open(month: date) -> int:
    """Return how many settlements of a month are left half way."""
    half_way = [SettlementStatus.PREPARED, SettlementStatus.APPROVED]
    return Settlement.objects.filter(month=month, status__in=half_way).count()


def payments_unanswered(month: date) -> int:
    """Return for how many payments of a month the bank has not answered."""
    return Payment.objects.filter(month=month, status__in=UNANSWERED).count()


def runs_unpaid(month: date) -> Sequence[Run]:
    """Return the runs of a month that are not paid out."""
    return list(Run.objects.filter(month=month).exclude(status__in=PAID).order_by("purpose", "number"))
