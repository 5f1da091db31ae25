"""Make the files of an approved batch in a format of the bank, proven, and keep them before anything is sent.

Bytes, SHA-256, message id and name are fixed from then on: whatever is sent later, however often, is these bytes.
"""

from datetime import datetime
from itertools import accumulate, pairwise
from pathlib import Path

from django.conf import settings
from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.bank_files.instructions import Instruction
from payouts.bank_files.list_files import RowsUnwritable, TooFew
from payouts.bank_formats import DebtorMissing, NotProven, Told, format_named
from payouts.channels.channel_files import Channel, NoChannel, channel_for
from payouts.facts import rows_of
from payouts.iso20022.pain001 import UnableToWrite
from payouts.models import BankFile, Batch
from payouts.models.words import BatchStatus
from payouts.refusals import ChannelUnfit, TooFewRows, TotalsDiffer, WrongState, refusals_named
from payouts.running import CHAIN


def render_batch(*, batch: Batch, officer: Officer, template: str, at: datetime) -> Batch:
    """Render an approved batch in a format of the bank and keep its files; the format's channel is theirs.

    :raises TooFewRows: if the format takes no list so short
    :raises ChannelUnfit: if no channel takes the format, or it does not say whose account is debited
    :raises TotalsDiffer: if what was rendered is not what was approved
    """
    require_post(officer, "payouts.render_batch")
    with refusals_named(), transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch.pk)
        if batch.status != BatchStatus.APPROVED:
            raise WrongState("batch_moves", {"batch": str(batch), "status": batch.status})
        channel = channel_taking(template)
        move_batch(batch, BatchStatus.FUNDED)
        keep_files(batch, template, channel, at)
        move_batch(batch, BatchStatus.RENDERED)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="batch.render",
            subject=f"batch/{batch}",
            after={"format": template, "channel": channel.name, "files": batch.files.count()},
        )
        return batch


def channel_taking(template: str) -> Channel:
    """Return the channel of a format, by the files of the instance."""
    try:
        return channel_for(format_name=template, folder=channels_folder())
    except NoChannel as none:
        raise ChannelUnfit("format_has_its_channel", {"format": template, "known": ", ".join(none.known)}) from none


def channels_folder() -> Path | None:
    """Return where the bureau describes its channels; None for those shipped."""
    return Path(settings.TONGFA_CHANNELS) if settings.TONGFA_CHANNELS else None


def move_batch(batch: Batch, to: BatchStatus) -> None:
    """Move a locked batch one step; the database checks the move."""
    batch.status = to
    batch.save(update_fields=["status"])


def keep_files(batch: Batch, template: str, channel: Channel, at: datetime) -> None:
    """Make the files of a batch, each proven to say what was approved, and keep them."""
    instructions = instructions_of(batch)
    told = Told(batch.month, batch.number, batch.pay_date, at.replace(microsecond=0), channel.debtor)
    try:
        rendered = list(format_named(template).render(instructions, told))
    except TooFew as few:
        raise TooFewRows("bank_list_has_its_minimum", {"rows": few.rows, "minimum": few.minimum}) from few
    except DebtorMissing as missing:
        raise ChannelUnfit("channel_names_its_debtor", {"channel": channel.name}) from missing
    except (NotProven, UnableToWrite, RowsUnwritable) as differs:
        raise TotalsDiffer("batch_total_is_its_files", {"batch": str(batch), "format": template}) from differs
    bounds = list(accumulate((file.rows for file in rendered), initial=0))
    for number, (file, (start, end)) in enumerate(zip(rendered, pairwise(bounds), strict=True), start=1):
        BankFile.objects.create(
            batch=batch,
            number=number,
            name=file.name,
            template=template,
            channel=channel.name,
            message_id=told.message_id(number),
            content=file.content,
            sha256=file.sha256,
            first_serial=instructions[start].serial,
            last_serial=instructions[end - 1].serial,
            rows=file.rows,
            total=file.total,
        )


def instructions_of(batch: Batch) -> list[Instruction]:
    """Return the payments of a batch as the bank is told of them."""
    return [
        Instruction(*row)
        for row in rows_of(
            """SELECT serial, name, account_number, amount, id_number, bank FROM payouts_payment
                WHERE batch_id = %s ORDER BY serial""",
            batch.pk,
        )
    ]
