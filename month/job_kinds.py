"""The kinds of long work: who may ask for each, how often it is tried without a person, and what it does.

A kind finds done what an attempt before it has done: it asks the state of the run or the batch, not the job.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypedDict

from ledger.models import Officer
from month.inboxes import Arrived, take_arrived
from payouts.channels.channel_files import channel_named
from payouts.models import Batch, HandoverFate
from payouts.models.words import BatchStatus, Fate, FateProof
from payouts.rendering import channels_folder, render_batch
from payouts.sending import BEING_SENT, hand_over


class Held(Protocol):
    """A job in the hands of a worker."""

    def effect(self) -> AbstractContextManager[None]:
        """Open the transaction of an effect, which only the holder of the lease has."""

    def progress(self, step: str, rows: int) -> None:
        """Tell how far the work is."""


class Asked(TypedDict):
    """Work to ask for."""

    kind: str
    key: str
    arguments: Mapping[str, Any]


# What a kind does; it may return what is to be asked for next.
Work = Callable[[Held, Mapping[str, Any], Officer, datetime], Asked | None]


@dataclass(frozen=True)
class Kind:
    name: str
    post: str
    attempts_max: int
    work: Work


def rendering(batch: Batch, template: str, *, then_send: bool = False) -> Asked:
    """Return the work that makes the files of an approved batch, and perhaps has them sent then."""
    return {
        "kind": "batch.render",
        "key": f"batch/{batch.pk}",
        "arguments": {"batch": batch.pk, "template": template, "then_send": then_send},
    }


def sending(batch: Batch) -> Asked:
    """Return the work that hands a rendered batch over: once, and once more for each file proven not to have come."""
    lost = HandoverFate.objects.filter(
        handover__file__batch=batch, fate=Fate.NOT_RECEIVED, proof=FateProof.OFFICERS
    ).count()
    return {"kind": "batch.send", "key": f"batch/{batch.pk}/{lost + 1}", "arguments": {"batch": batch.pk}}


def render(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Asked | None:
    """Make the files of a batch, if that has not been done."""
    with held.effect():
        batch = Batch.objects.select_for_update().get(pk=arguments["batch"])
        if batch.status == BatchStatus.APPROVED:
            render_batch(batch=batch, officer=officer, template=arguments["template"], at=at)
    return sending(batch) if arguments["then_send"] else None


def send(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> None:
    """Hand the files of a batch over, each once; what was begun before is looked up first."""
    batch = Batch.objects.get(pk=arguments["batch"])
    if batch.status in (BatchStatus.APPROVED, BatchStatus.RENDERED, *BEING_SENT):
        hand_over(batch=batch, officer=officer, at=at, effect=held.effect)


def taking(file: Arrived) -> Asked:
    """Return the work that applies a file of the bank."""
    return {
        "kind": "bank.take",
        "key": f"{file.channel.name}/{file.digest}/{file.name}"[:200],
        "arguments": {"channel": file.channel.name, "name": file.name, "sha256": file.digest},
    }


def take(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> None:
    """Apply a file of the bank, unless that has been done, and move it away."""
    channel = channel_named(name=arguments["channel"], folder=channels_folder())
    file = Arrived(channel, arguments["name"], arguments["sha256"])
    take_arrived(file=file, officer=officer, at=at, effect=held.effect)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("batch.render", "payouts.render_batch", 5, render),
        # A worker that was lost is followed by one that looks first: what the bank may have never goes again.
        Kind("batch.send", "payouts.render_batch", 5, send),
        Kind("bank.take", "payouts.take_results", 5, take),
    )
}


def kind_named(name: str) -> Kind:
    return KINDS[name]
