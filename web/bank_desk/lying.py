"""What lies in the folders of the channels: what has arrived, and what was refused and why. Nothing is moved."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from ledger.masking import masked
from payouts.channels.channel_files import SHIPPED, load_channels
from payouts.rendering import channels_folder
from payouts.sending import folder_of

REASON: Final = ".reason.txt"
REASON_MAX: Final = 500
REFUSED_SHOWN: Final = 30


class Lying(NamedTuple):
    """A file that lies in the folder of a channel."""

    channel: str
    name: str
    size: int


class RefusedFile(NamedTuple):
    """A file that was refused and put aside."""

    at: datetime
    channel: str
    name: str
    size: int
    reason: str


def lying() -> Sequence[Lying]:
    """Return what lies in the folders of the channels; nothing is read or moved."""
    found = []
    for channel in load_channels(folder=channels_folder() or SHIPPED).values():
        for path in folder_of(channel).arrived():
            try:
                found.append(Lying(channel.name, path.name, path.stat().st_size))
            except FileNotFoundError:  # a worker may take it away at any moment
                continue
    return found


def refused_files() -> tuple[Sequence[RefusedFile], int]:
    """Return the latest files that were refused, each with its reason, and how many there are in all."""
    found = sorted(put_aside(), reverse=True)
    shown = [
        RefusedFile(datetime.fromtimestamp(moved, UTC), channel, path.name, size, reason_of(path))
        for moved, channel, path, size in found[:REFUSED_SHOWN]
    ]
    return shown, len(found)


def put_aside() -> Iterator[tuple[float, str, Path, int]]:
    """Yield the files that were refused: when each was put aside, its channel, where it is, its size."""
    for channel in load_channels(folder=channels_folder() or SHIPPED).values():
        folder = folder_of(channel).refused
        for path in folder.iterdir() if folder.is_dir() else ():
            try:
                if not path.name.endswith(REASON) and path.is_file() and not path.is_symlink():
                    facts = path.stat()
                    yield facts.st_ctime, channel.name, path, facts.st_size
            except FileNotFoundError:  # it may be taken again at any moment
                continue


def reason_of(path: Path) -> str:
    """Return why a file was refused, as it is written beside it."""
    try:
        text = path.with_name(f"{path.name}{REASON}").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return masked(text.strip()[:REASON_MAX])
