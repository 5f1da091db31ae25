"""Folders of exported files: for their owner's eyes only, each file whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

BUFFER: Final = 1 << 20


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Make ``out`` and yield a folder inside whose files move to it when all of them are written.

    When the block fails, what stood in ``out`` before stays and nothing else is left.
    """
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".partial-") as name:
        partial = Path(name)
        yield partial
        for path in sorted(partial.rglob("*")):
            target = out / path.relative_to(partial)
            if path.is_dir():
                target.mkdir(mode=0o700, exist_ok=True)
            else:
                path.replace(target)


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a new file for its owner, in a folder that is made if need be, and see it on the disk."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=BUFFER) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def file_name(code: str) -> str:
    """Return the code of a book as the name of a folder, another one for each code."""
    return "".join(sign if sign.isalnum() or sign in "-_" else f"%{ord(sign):X}" for sign in code)
