"""Hand the files of a batch over to the bank, each once, and post its money out when the bank has them all.

A file is begun in the database before the bank can see it, so whoever comes after a death knows that the bank may
have it. Then the same bytes go again only to a bank that knows them by their id; with any other one the channel is
looked at, and where that tells nothing the batch is UNKNOWN: a record of the bank or two officers resolve it.
The vouchers are those of J3a and J3b for a payroll, of J20 for benefits, of J16a for what is issued again of them,
and those of each release.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, transaction

from ledger.contents import bytes_of
from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from ledger.refusals import UnableToPost
from payouts.channels.channel_files import Channel, NoChannel, channel_named
from payouts.channels.folder_drop import FolderDrop, NameTaken, Seen
from payouts.models import BankFile, Batch, Handover, HandoverFate, Payment
from payouts.models.words import BatchStatus, Fate, FateProof, PaymentStatus, RunStatus
from payouts.posting_payroll import post_batch_out
from payouts.refusals import ChannelUnfit, ChannelUnreachable, OutcomeUnknown, WrongState, refusals_named
from payouts.rendering import channels_folder, move_batch, render_batch
from payouts.running import CHAIN, lock_run, move_run

Effect = Callable[[], AbstractContextManager[None]]
BEING_SENT = (BatchStatus.SENDING, BatchStatus.UNKNOWN)


class Rehearsed(Exception):
    """The rehearsal has ended: nothing of it stays."""


def send_batch(
    *, batch: Batch, officer: Officer, template: str, at: datetime, effect: Effect = transaction.atomic
) -> Batch:
    """Render an approved batch in a format of the bank, if that has not been done, and hand it over.

    :raises TooFewRows: if the format takes no list so short
    :raises UnableToPay: what ``hand_over`` refuses
    """
    batch.refresh_from_db()
    if batch.status == BatchStatus.APPROVED:
        with effect():
            render_batch(batch=batch, officer=officer, template=template, at=at)
    return hand_over(batch=batch, officer=officer, at=at, effect=effect)


def hand_over(*, batch: Batch, officer: Officer, at: datetime, effect: Effect = transaction.atomic) -> Batch:
    """Hand a rendered batch over and post its money out; one that was interrupted goes on where it stood.

    The officer is the cashier of the vouchers. Each ``effect`` is a transaction of its own, and between two of them
    the bank is told: what it can see has been begun in the database before.

    :raises WrongState: if the batch is not one to hand over
    :raises CashShort: if the money is not there; the bank has not seen the batch then, unless it was interrupted
    :raises OutcomeUnknown: if nobody can prove whether the bank has one of its files
    :raises ChannelUnreachable: if the folder of the bank cannot be written
    """
    require_post(officer, "payouts.render_batch")
    with refusals_named(), effect():
        batch = Batch.objects.select_for_update().get(pk=batch.pk)
        if batch.status == BatchStatus.RENDERED:
            begin(batch, officer)
        elif batch.status not in BEING_SENT:
            raise WrongState("batch_moves", {"batch": str(batch), "status": batch.status})
    for key in list(batch.files.order_by("number").values_list("pk", flat=True)):  # their bytes one at a time
        hand_file_over(BankFile.objects.get(pk=key), officer, at, effect)
    with refusals_named(), effect():
        batch = Batch.objects.select_for_update().get(pk=batch.pk)
        end(batch, officer, at)
    if batch.status == BatchStatus.UNKNOWN:
        names = ", ".join(file.name for file in files_unproven(batch))
        raise OutcomeUnknown("batch_outcome_is_known", {"batch": str(batch), "files": names})
    return batch


def begin(batch: Batch, officer: Officer) -> None:
    """Begin to send a batch, after its vouchers were rehearsed: what would refuse them refuses now.

    :raises OperationalError: if the connection was lost, so that nothing of it counts
    """
    move_batch(batch, BatchStatus.SENDING)
    run = lock_run(batch.run) if batch.run else None
    try:
        with transaction.atomic():
            post_batch_out(batch, run, cashier=officer)
            raise Rehearsed
    except Rehearsed:
        pass
    if transaction.get_rollback():  # the connection broke as the rehearsal was taken back, and Django told nobody
        raise OperationalError("the connection was lost in the rehearsal")


def hand_file_over(file: BankFile, officer: Officer, at: datetime, effect: Effect) -> None:
    """Hand one file over unless the bank has it; leave it unknown where that is all that can be said.

    :raises ChannelUnreachable: if the folder cannot be written: the bank has not seen the file then
    """
    channel = channel_of(file)
    drop = folder_of(channel)
    handover = file.handovers.order_by("-attempt").first()
    known = fate_of(handover) if handover else Fate.NOT_RECEIVED
    if known == Fate.RECEIVED:
        return
    try:
        if handover is None or known == Fate.NOT_RECEIVED:
            seen = deliver(drop, file, begin_handover(drop, file, channel, officer, at, effect))
        else:
            # Who began it is gone, or thought gone: it may have been moved, and may be moved now, but only once.
            seen = drop.look(token=handover.token, name=file.name, digest=file.sha256)
            if seen is Seen.NOT_DELIVERED:
                seen = deliver(drop, file, handover)
            if seen is Seen.NOT_KNOWN and channel.checks_ids:
                seen = deliver(drop, file, begin_handover(drop, file, channel, officer, at, effect))
    except NameTaken as taken:
        raise ChannelUnfit("channel_has_no_file_of_this_name", {"file": file.name, "channel": channel.name}) from taken
    except OSError as error:
        raise ChannelUnreachable(
            "channel_is_reachable", {"file": file.name, "channel": channel.name, "error": error.strerror or ""}
        ) from error
    with refusals_named(), effect():
        keep_what_was_seen(file, seen, officer, at)


def begin_handover(
    drop: FolderDrop, file: BankFile, channel: Channel, officer: Officer, at: datetime, effect: Effect
) -> Handover:
    """Make a file ready and note that the bank is about to see it; the database refuses it where the bank may have it.

    :raises OutcomeUnknown: if somebody else has begun, or the bank may have it
    :raises ContentDestroyed: if the bytes of the file were destroyed with the archives
    """
    content = bytes_of(name=file.name, digest=file.sha256, content=file.content)
    token = drop.prepare(name=file.name, content=content)
    try:
        with refusals_named(), effect():
            batch = Batch.objects.select_for_update().get(pk=file.batch_id)
            if batch.status == BatchStatus.UNKNOWN:
                move_batch(batch, BatchStatus.SENDING)
            return Handover.objects.create(
                file=file,
                attempt=file.handovers.count() + 1,
                channel=channel.name,
                token=token,
                checks_ids=channel.checks_ids,
                begun_at=at,
                begun_by=officer,
            )
    except UnableToPost:
        drop.withdraw(token=token)
        raise


def deliver(drop: FolderDrop, file: BankFile, handover: Handover) -> Seen:
    """Let a file that was begun appear in the bank's folder, and return what is known of it then."""
    if drop.deliver(token=handover.token, name=file.name):
        return Seen.DELIVERED
    return drop.look(token=handover.token, name=file.name, digest=file.sha256)


def keep_what_was_seen(file: BankFile, seen: Seen, officer: Officer, at: datetime) -> None:
    """Keep what the channel told of the last handover of a file, unless a record of the bank came first."""
    Batch.objects.select_for_update().get(pk=file.batch_id)
    handover = file.handovers.latest("attempt")
    known = fate_of(handover)
    found = Fate.RECEIVED if seen is Seen.DELIVERED else Fate.UNKNOWN
    if known in (None, Fate.UNKNOWN) and known != found:
        proof = FateProof.DELIVERED if seen is Seen.DELIVERED else FateProof.LOOKED
        keep_fate(handover, found, proof, officer=officer, at=at)


def end(batch: Batch, officer: Officer, at: datetime) -> None:
    """Send a locked batch off if the bank has all its files, else leave it unknown."""
    if batch.status not in BEING_SENT:
        return  # a record of the bank came first
    if not files_unproven(batch):
        post_sent(batch, officer, at)
    elif batch.status == BatchStatus.SENDING:
        move_batch(batch, BatchStatus.UNKNOWN)


def post_sent(batch: Batch, officer: Officer, at: datetime) -> None:
    """Post a locked batch out and mark it as sent: the bank has all its files."""
    run = lock_run(batch.run) if batch.run else None
    post_batch_out(batch, run, cashier=officer)
    Payment.objects.filter(batch=batch).update(status=PaymentStatus.SENT)
    move_batch(batch, BatchStatus.SENT)
    if run is not None and run.status != RunStatus.PAYING:
        move_run(run, RunStatus.PAYING, by=officer, at=at)
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act="batch.send",
        subject=f"batch/{batch}",
        after={"payments": batch.payments_count, "total": batch.total, "digest": batch.digest},
    )


def note_receipt(*, file: BankFile, evidence: str, officer: Officer, at: datetime) -> None:
    """Keep that a record of the bank proves that it has a file, within a transaction of the caller.

    With the last of its files a batch that is being sent, or unknown, is sent.
    """
    batch = Batch.objects.select_for_update().get(pk=file.batch_id)
    if batch.status not in BEING_SENT:
        return
    handover = file.handovers.order_by("-attempt").first()
    if handover is not None and fate_of(handover) != Fate.RECEIVED:
        keep_fate(handover, Fate.RECEIVED, FateProof.RECORD, evidence=evidence, officer=officer, at=at)
    if not files_unproven(batch):
        post_sent(batch, officer, at)


def keep_fate(
    handover: Handover, fate: Fate, proof: FateProof, *, officer: Officer, at: datetime, evidence: str = ""
) -> None:
    HandoverFate.objects.create(handover=handover, fate=fate, proof=proof, evidence=evidence[:200], at=at, by=officer)


def fate_of(handover: Handover) -> str | None:
    """Return what is known of a handover: the bank has the file, has not got it, nobody knows, or None yet."""
    fates = set(handover.fates.values_list("fate", flat=True))
    return next((fate for fate in (Fate.RECEIVED, Fate.NOT_RECEIVED, Fate.UNKNOWN) if fate in fates), None)


def files_unproven(batch: Batch) -> list[BankFile]:
    """Return the files of a batch of which it is not proven that the bank has them."""
    received = HandoverFate.objects.filter(fate=Fate.RECEIVED, handover__file__batch=batch)
    return list(batch.files.defer("content").exclude(pk__in=received.values("handover__file")).order_by("number"))


def channel_of(file: BankFile) -> Channel:
    """Return the channel that a file was made for.

    :raises ChannelUnfit: if it is no longer described
    """
    try:
        return channel_named(name=file.channel, folder=channels_folder())
    except NoChannel as none:
        raise ChannelUnfit("channel_is_known", {"channel": file.channel, "known": ", ".join(none.known)}) from none


def folder_of(channel: Channel) -> FolderDrop:
    """Return the folders of a channel."""
    return FolderDrop(Path(settings.TONGFA_BANK_FOLDER) / channel.name)
