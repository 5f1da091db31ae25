"""Channels as YAML files, strictly read: the shipped ones, or those of a folder of the bureau's own instead.

One file describes one bank: which formats it takes, whether it knows a file that it had before, and which of its
records settles a payment. A format belongs to one channel, so an officer only chooses the format.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ledger.exact_yaml import parse_exact

SHIPPED = Path(__file__).parent / "shipped"
KEYS = {"name": str, "description": str, "source": str, "formats": list, "checks_ids": bool, "settles_by": str}
DEBTOR_KEYS = ("initiating_party", "name", "bank", "account")


class SettlesBy(StrEnum):
    """Which of the bank's own records settles a payment."""

    RESULT = "RESULT"  # its result file, or a status report that says "settled"
    STATEMENT = "STATEMENT"  # an entry of its statement or notice


@dataclass(frozen=True, slots=True)
class Debtor:
    """Whom a payment file names as payer, and the account that the bank takes the money from."""

    initiating_party: str
    name: str
    bank: str
    account: str

    def __repr__(self) -> str:
        """Leave out the account, so that no log and no exception carries it."""
        return f"Debtor(name={self.name!r})"


@dataclass(frozen=True, slots=True)
class Channel:
    """One bank; ``checks_ids`` says that it takes the same file twice for one."""

    name: str
    description: str
    formats: tuple[str, ...]
    checks_ids: bool
    settles_by: SettlesBy
    debtor: Debtor | None


class BadChannel(ValueError):
    """A file of channels that is not used; the place and the fault."""

    def __init__(self, file: str, place: str, fault: str) -> None:
        super().__init__(f"{file}: {place}: {fault}")


class NoChannel(LookupError):
    """No channel takes a format, or has a name; ``known`` are those there are."""

    def __init__(self, asked: str, known: Sequence[str]) -> None:
        super().__init__(f"no channel for {asked}; there are {', '.join(known)}")
        self.asked = asked
        self.known = known


def channel_for(*, format_name: str, folder: Path | None = None) -> Channel:
    """Return the channel that takes a format.

    :raises NoChannel: if none does
    :raises BadChannel: if a file of the folder has faults
    """
    channels = load_channels(folder=folder or SHIPPED)
    for channel in channels.values():
        if format_name in channel.formats:
            return channel
    raise NoChannel(format_name, sorted(channels))


def channel_named(*, name: str, folder: Path | None = None) -> Channel:
    """Return a channel.

    :raises NoChannel: if there is none of this name
    """
    channels = load_channels(folder=folder or SHIPPED)
    if name not in channels:
        raise NoChannel(name, sorted(channels))
    return channels[name]


@cache
def load_channels(*, folder: Path) -> Mapping[str, Channel]:
    """Read every ``*.yaml`` of a folder, by name.

    :raises BadChannel: at the first fault, or if a name or a format occurs twice
    """
    channels: dict[str, Channel] = {}
    taken: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        channel = channel_of(path)
        if channel.name in channels:
            raise BadChannel(path.name, "name", "occurs twice")
        for one in channel.formats:
            if one in taken:
                raise BadChannel(path.name, "formats", f"{one} is taken by {taken[one]}")
            taken[one] = channel.name
        channels[channel.name] = channel
    return channels


def channel_of(path: Path) -> Channel:
    try:
        said = parse_exact(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadChannel(path.name, "file", "is no YAML") from error
    if not isinstance(said, dict):
        raise BadChannel(path.name, "file", "is no mapping")
    require_keys(path.name, said)
    try:
        settles_by = SettlesBy(said["settles_by"])
    except ValueError as error:
        raise BadChannel(path.name, "settles_by", " or ".join(SettlesBy)) from error
    debtor = said.get("debtor")
    if debtor is not None and (
        not isinstance(debtor, dict)
        or set(debtor) != set(DEBTOR_KEYS)
        or not all(isinstance(text, str) and text for text in debtor.values())
    ):
        raise BadChannel(path.name, "debtor", f"needs {', '.join(DEBTOR_KEYS)}, each a text")
    return Channel(
        name=said["name"],
        description=said["description"],
        formats=tuple(said["formats"]),
        checks_ids=said["checks_ids"],
        settles_by=settles_by,
        debtor=Debtor(**debtor) if debtor else None,
    )


def require_keys(file: str, said: Mapping[str, Any]) -> None:
    for key, kind in KEYS.items():
        if not isinstance(said.get(key), kind) or said[key] in ("", []):
            raise BadChannel(file, key, f"is missing or no {kind.__name__}")
    for key in said:
        if key not in (*KEYS, "debtor"):
            raise BadChannel(file, str(key), "is not known")
    name = said["name"]
    if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
        raise BadChannel(file, "name", "is a folder's name: letters, digits, - and _")
    if not all(isinstance(one, str) for one in said["formats"]):
        raise BadChannel(file, "formats", "are names")
