"""Work with the bank: batches are rendered, handed over, and the bank's files taken."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ledger.models import Officer
from month.held import Asked, Held, Kind
from month.inboxes import Arrived, take_arrived
from payouts.answering import Taken
from payouts.channels.channel_files import channel_named
from payouts.models import Batch, HandoverFate
from payouts.models.words import BatchStatus, Fate, FateProof
from payouts.rendering import channels_folder, render_batch
from payouts.sending import BEING_SENT, hand_over
from payouts.taking_statements import TakenStatement

# From here on the files of a batch are there.
RENDERED = (
    BatchStatus.RENDERED,
    *BEING_SENT,
    BatchStatus.SENT,
    BatchStatus.ANSWERED,
    BatchStatus.RECONCILED,
    BatchStatus.CLOSED,
)


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


def render(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> None:
    """Make the files of a batch, if that has not been done."""
    with held.effect():
        batch = Batch.objects.select_for_update().get(pk=arguments["batch"])
        if batch.status not in RENDERED:
            render_batch(batch=batch, officer=officer, template=arguments["template"], at=at)


def send(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> None:
    """Hand the files of a batch over, each once; what was begun before is looked up first."""
    batch = Batch.objects.get(pk=arguments["batch"])
    if batch.status not in RENDERED or batch.status in (BatchStatus.RENDERED, *BEING_SENT):
        hand_over(batch=batch, officer=officer, at=at, effect=held.effect)


def taking(file: Arrived) -> Asked:
    """Return the work that applies a file of the bank."""
    return {
        "kind": "bank.take",
        "key": f"{file.channel.name}/{file.digest}/{file.name}"[:200],
        "arguments": {"channel": file.channel.name, "name": file.name, "sha256": file.digest},
    }


def take(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Taken | TakenStatement | None:
    """Apply a file of the bank, unless that has been done, and move it away."""
    channel = channel_named(name=arguments["channel"], folder=channels_folder())
    file = Arrived(channel, arguments["name"], arguments["sha256"])
    return take_arrived(file=file, officer=officer, at=at, effect=held.effect)


def send_next(arguments: Mapping[str, Any]) -> Asked | None:
    """Return what is to be asked for after a batch was rendered, if that was asked for."""
    return sending(Batch.objects.get(pk=arguments["batch"])) if arguments["then_send"] else None


BANK_KINDS = (
    Kind("batch.render", "payouts.render_batch", 5, render, follow=send_next),
    # A worker that was lost is followed by one that looks first: what the bank may have never goes again.
    Kind("batch.send", "payouts.render_batch", 5, send),
    Kind("bank.take", "payouts.take_results", 5, take),
)
