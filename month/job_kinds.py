"""The kinds of long work: who may ask for each, how often it is tried without a person, and what it does.

A kind finds done what an attempt before it has done: it asks the state of the run or the batch, not the job.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ledger.models import Officer
from payouts.models import Batch
from payouts.models.words import BatchStatus
from payouts.sending import send_batch


class Held(Protocol):
    """A job in the hands of a worker."""

    def effect(self) -> AbstractContextManager[None]:
        """Open the transaction of an effect, which only the holder of the lease has."""

    def progress(self, step: str, rows: int) -> None:
        """Tell how far the work is."""


Work = Callable[[Held, Mapping[str, Any], Officer, datetime], None]


@dataclass(frozen=True)
class Kind:
    name: str
    post: str
    attempts_max: int
    work: Work


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
    )
}


def kind_named(name: str) -> Kind:
    return KINDS[name]
