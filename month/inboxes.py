"""What the bank has laid in its folders: each file is known by its hash, applied once, and moved after the commit.

A worker that dies between the commit and the move leaves a file that is found known next time. A file that is refused
is put aside with the reason beside it; one that only has to wait stays where it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from ledger.models import Officer
from ledger.refusals import UnableToPost
from payouts.answering import Taken, known_file, take_results
from payouts.bank_files.template_files import template_names
from payouts.channels.channel_files import Channel, SettlesBy
from payouts.channels.folder_drop import FolderDrop, TooLarge
from payouts.models import BankFile, StatementFile
from payouts.models.bank_words import SettledBy
from payouts.models.words import BatchStatus
from payouts.refusals import ResultRefused
from payouts.sending import Effect, folder_of
from payouts.statement_refusals import StatementMissing
from payouts.taking_statements import TakenStatement, take_notice, take_statement
from payouts.taking_status import take_status_report

MESSAGE = re.compile(rb"urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.[0-9]{3})")
HEAD = 4096
STATEMENTS = {b"camt.053": take_statement, b"camt.054": take_notice}


class NotThere(UnableToPost):
    message = _("The file is no longer in the folder of the bank.")
    remedy = _("Look into the folders done/ and refused/ beside it.")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that the bank has laid in a channel's folder."""

    channel: Channel
    name: str
    digest: str


def arrived(channel: Channel) -> Iterator[Arrived]:
    """Yield what lies in the folder of a channel; what is too large to be read is put aside."""
    drop = folder_of(channel)
    drop.make()
    for path in list(drop.arrived()):
        try:
            content = drop.read(path)
        except TooLarge as large:
            put_aside(drop, path, str(large))
        else:
            yield Arrived(channel, path.name, sha256(content).hexdigest())


def take_arrived(*, file: Arrived, officer: Officer, at: datetime, effect: Effect) -> Taken | TakenStatement | None:
    """Apply one file of the bank and move it away; None if that was done before.

    :raises NotThere: if it is gone, or its bytes are no longer those that arrived
    :raises ResultRefused: if it cannot be applied: it is put aside, or waits where it is
    """
    drop = folder_of(file.channel)
    path = drop.incoming / file.name
    if not path.is_file():
        path = drop.refused / file.name
    content = path.read_bytes() if path.is_file() else b""
    if not content and is_known(file.digest):
        return None  # the worker before died after it had moved it
    if sha256(content).hexdigest() != file.digest:
        raise NotThere("file_has_arrived", {"file": file.name, "channel": file.channel.name})
    try:
        taken = take_content(file, content, officer, at, effect)
    except UnableToPost as refused:
        if not is_to_wait(refused) and path.parent == drop.incoming:
            put_aside(drop, path, str(refused))
        raise
    drop.put_away(path, folder=drop.done)
    return taken


def is_to_wait(refused: UnableToPost) -> bool:
    """Whether a file may be taken later: after a decision about another file, or after a statement that is missing."""
    return isinstance(refused, StatementMissing) or refused.name == "batch_is_handed_over_whole"


def is_known(digest: str) -> bool:
    """Whether bytes were applied before, as an answer or as a statement."""
    return known_file(digest, None) is not None or StatementFile.objects.filter(sha256=digest).exists()


def put_known_away(file: Arrived) -> None:
    """Move a file away that lies there although it was applied: the bank has laid it there once more."""
    drop = folder_of(file.channel)
    path = drop.incoming / file.name
    if path.is_file() and sha256(path.read_bytes()).hexdigest() == file.digest:
        drop.put_away(path, folder=drop.done)


def take_content(
    file: Arrived, content: bytes, officer: Officer, at: datetime, effect: Effect
) -> Taken | TakenStatement:
    """Apply the bytes of a file by what they are: a message of ISO 20022, or a list with results."""
    message = MESSAGE.search(content[:HEAD])
    if message is None:
        return take_list(file, content, officer, at, effect)
    if message[1] == b"pain.002":
        return take_status_report(name=file.name, content=content, officer=officer, on=None, at=at, effect=effect)
    if message[1] in STATEMENTS:
        settled_by = SettledBy.STATEMENTS if file.channel.settles_by is SettlesBy.STATEMENT else SettledBy.RESULTS
        with effect():
            return STATEMENTS[message[1]](
                name=file.name, content=content, settled_by=settled_by, officer=officer, at=at
            )
    raise ResultRefused("message_is_one_we_take", {"file": file.name, "message": message[1].decode()})


def take_answers(
    *,
    name: str,
    content: bytes,
    template: str,
    month: date | None,
    officer: Officer,
    on: date | None,
    at: datetime,
    effect: Effect,
) -> Taken:
    """Apply what the bank says of payments: a status report, or a list of results in a format.

    :raises ResultRefused: if it is neither, or cannot be applied
    """
    message = MESSAGE.search(content[:HEAD])
    if message and message[1] == b"pain.002":
        return take_status_report(name=name, content=content, officer=officer, on=on, at=at, effect=effect)
    if message or template not in template_names():
        told = message[1].decode() if message else ""
        raise ResultRefused("message_is_one_we_take", {"file": name, "message": told, "format": template})
    return take_results(
        name=name, content=content, template=template, month=month, officer=officer, on=on, at=at, effect=effect
    )


def take_list(file: Arrived, content: bytes, officer: Officer, at: datetime, effect: Effect) -> Taken:
    """Apply a list of results, in the format of the files that wait for an answer, or another one of the channel.

    :raises ResultRefused: what the format that fits best refuses
    """
    refusal: ResultRefused | None = None
    month = month_named(file)
    for template in formats_to_try(file.channel):
        try:
            return take_results(
                name=file.name,
                content=content,
                template=template,
                month=month,
                officer=officer,
                on=None,
                at=at,
                effect=effect,
            )
        except ResultRefused as refused:
            if refused.name != "result_file_agrees_with_itself":
                raise
            refusal = refusal or refused
    raise refusal or ResultRefused("message_is_one_we_take", {"file": file.name, "message": ""})


def month_named(file: Arrived) -> date | None:
    """Return the month of our file that the bank's file is named after; None if its name tells nothing."""
    ours = BankFile.objects.filter(channel=file.channel.name).order_by("-pk").values_list("name", "batch__month")
    return next((month for name, month in ours if Path(name).stem in file.name), None)


def formats_to_try(channel: Channel) -> list[str]:
    """Return the list formats of a channel, those whose files wait for an answer first."""
    waiting = BankFile.objects.filter(
        channel=channel.name, batch__status__in=[BatchStatus.SENDING, BatchStatus.UNKNOWN, BatchStatus.SENT]
    )
    used = list(waiting.order_by("-pk").values_list("template", flat=True))
    known = [name for name in channel.formats if name in template_names()]
    return sorted(known, key=lambda name: (used.index(name) if name in used else len(used), known.index(name)))


def put_aside(drop: FolderDrop, path: Path, reason: str) -> None:
    """Move a file that cannot be applied beside the reason why."""
    to = drop.put_away(path, folder=drop.refused)
    told = to.with_name(f"{to.name}.reason.txt")
    told.write_text(reason + "\n", encoding="utf-8")
    told.chmod(0o600)
