"""A bank's folders: a file is made ready beside them, then appears in the outgoing one at once, whole.

``ready/`` and ``out/`` are on one file system, so that a file moves from the one to the other by a rename, which
happens or does not, and happens once. What is made ready has a token of its own, so nobody else's file is taken for
it. A file whose token still lies ready was never seen by the bank; one that lies in ``out/`` is there for it; one that
lies in neither was taken away, by the bank or by somebody: nobody here can tell.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

SIZE_MAX = 200 * 1024 * 1024
PRIVATE = 0o700


class Seen(StrEnum):
    """What the folders tell of a file."""

    DELIVERED = "DELIVERED"
    NOT_DELIVERED = "NOT_DELIVERED"
    NOT_KNOWN = "NOT_KNOWN"


class NameTaken(Exception):
    """Another file of this name, with other bytes, lies in the bank's folder."""


class TooLarge(Exception):
    """A file of the bank that is not read; ``size`` in bytes."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} bytes")
        self.size = size


@dataclass(frozen=True, slots=True)
class FolderDrop:
    """The folders of one channel."""

    root: Path

    @property
    def out(self) -> Path:
        """Where the bank takes our files from."""
        return self.root / "out"

    @property
    def incoming(self) -> Path:
        """Where the bank lays its files."""
        return self.root / "in"

    @property
    def ready(self) -> Path:
        return self.root / "ready"

    @property
    def done(self) -> Path:
        """Where the bank's files go once they are applied."""
        return self.root / "done"

    @property
    def refused(self) -> Path:
        return self.root / "refused"

    def make(self) -> None:
        """Make the folders, readable for their owner only.

        :raises OSError: if they cannot be made
        """
        for folder in (self.root, self.ready, self.out, self.incoming, self.done, self.refused):
            folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)

    def prepare(self, *, name: str, content: bytes) -> str:
        """Make a file ready, have it on the disk before this returns, and return its token.

        :raises NameTaken: if other bytes of this name wait for the bank
        :raises OSError: if it cannot be written
        """
        self.make()
        if self.lies_in_out(name) and not self.is_in_out(name, sha256(content).hexdigest()):
            raise NameTaken(name)
        token = uuid4().hex
        with (self.ready / token).open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.ready)
        return token

    def withdraw(self, *, token: str) -> None:
        """Throw away what was made ready and nobody begun to hand over."""
        (self.ready / token).unlink(missing_ok=True)

    def deliver(self, *, token: str, name: str) -> bool:
        """Let a file that is ready appear in the bank's folder; False if it is not ready (any more).

        :raises OSError: if it cannot be moved: it is not delivered then
        """
        try:
            (self.ready / token).rename(self.out / name)
        except FileNotFoundError:
            return False
        sync_folder(self.out)
        sync_folder(self.ready)
        return True

    def look(self, *, token: str, name: str, digest: str) -> Seen:
        """Tell whether a file was delivered, by what lies in the folders now; ``digest`` is its SHA-256."""
        if (self.ready / token).exists():
            return Seen.NOT_DELIVERED
        if self.is_in_out(name, digest):
            return Seen.DELIVERED
        return Seen.NOT_KNOWN

    def lies_in_out(self, name: str) -> bool:
        return (self.out / name).exists()

    def is_in_out(self, name: str, digest: str) -> bool:
        try:
            content = (self.out / name).read_bytes()
        except FileNotFoundError:  # the bank may take it at any moment
            return False
        return sha256(content).hexdigest() == digest

    def arrived(self) -> Iterator[Path]:
        """Yield the bank's files in the order of their names; what is being written, and hidden, is not one yet."""
        if self.incoming.is_dir():
            for path in sorted(self.incoming.iterdir()):
                whole = not path.name.startswith(".") and not path.name.endswith((".part", ".tmp"))
                if whole and path.is_file() and not path.is_symlink():
                    yield path

    def read(self, path: Path) -> bytes:
        """Return the bytes of a file that arrived.

        :raises TooLarge: above SIZE_MAX
        """
        size = path.stat().st_size
        if size > SIZE_MAX:
            raise TooLarge(size)
        return path.read_bytes()

    def put_away(self, path: Path, *, folder: Path) -> Path:
        """Move a file that arrived into another folder, beside one of the same name; return where it is."""
        to = folder / path.name
        number = 1
        while to.exists():
            number += 1
            to = folder / f"{path.stem}-{number}{path.suffix}"
        path.rename(to)
        sync_folder(folder)
        return to


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
