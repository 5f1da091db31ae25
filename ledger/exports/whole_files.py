"""Files that are there whole or not at all."""

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def whole_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside ``path`` that takes its name when everything is written, for its owner's eyes only.

    When the block fails, what stood at ``path`` before stays and nothing else is left.
    """
    with tempfile.NamedTemporaryFile("w+b", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        written = Path(file.name)
        try:
            yield file.file
            file.flush()
            os.fsync(file.fileno())
            written.replace(path)
        finally:
            written.unlink(missing_ok=True)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """Open a file of text, UTF-8 with the line ends of Unix, in the way of ``whole_bytes``."""
    with whole_bytes(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
        yield text
        text.flush()
        text.detach()
