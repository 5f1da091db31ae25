"""The approvals of a month's batches, as a demo lets invented officers give them.

Real officers take the same acts one by one (``month sign_batch``, ``month approve``).
"""

from datetime import date, datetime

from month.posts import SIGNED_BY_DEMO, demo_officer
from payouts.approving import approve_next, open_exceptions, sign_batch, standing_approvals
from payouts.models import Batch
from payouts.models.words import BatchStatus


def carry_approvals(*, month: date, at: datetime) -> None:
    """Sign for the batches of a month and approve them, until nothing more is asked for."""
    for batch in Batch.objects.filter(month=month, status=BatchStatus.CHECKED).order_by("number"):
        if open_exceptions(batch):
            sign_batch(
                month=month,
                number=batch.number,
                exceptions=None,
                officer=demo_officer("preparer"),
                reason=SIGNED_BY_DEMO,
                at=at,
            )
        approvers = (batch.released_by, demo_officer("chief_accountant"), demo_officer("bureau_head"))
        for approver in approvers[len(standing_approvals(batch)) : batch.check_made.approvals]:
            assert approver is not None
            approve_next(month=month, number=batch.number, officer=approver, at=at)
