"""The kinds of long work: who may ask for each, how often it is tried without a person, and what it does.

A kind finds done what an attempt before it has done: it asks the state of the run or the batch, not the job.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ledger.models import Officer
from month.held import Held, Kind
from month.long_posting import POSTING_KINDS
from month.long_work import LONG_KINDS
from month.paper_work import PAPER_KINDS
from payouts.models import Batch
from payouts.models.words import BatchStatus
from payouts.sending import send_batch


def hand_over(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> None:
    """Hand an approved batch to the bank in a format of the bank."""
    with held.effect():
        batch = Batch.objects.select_for_update().get(pk=arguments["batch"])
        if batch.status == BatchStatus.APPROVED:
            send_batch(batch=batch, officer=officer, template=arguments["template"], at=at)


KINDS = {
    kind.name: kind
    for kind in (
        # Money leaves the house: a second attempt is a person's decision.
        Kind("batch.send", "payouts.render_batch", 1, hand_over),
        *LONG_KINDS,
        *POSTING_KINDS,
        *PAPER_KINDS,
    )
}


def kind_named(name: str) -> Kind:
    return KINDS[name]
