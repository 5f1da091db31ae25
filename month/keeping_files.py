"""Keep the bytes of a file with a job, so that workers need no folder in common.

What a job makes is kept in parts of a few megabytes, however long it is: neither the worker that keeps it nor the page
that hands it out ever holds more of it than one part.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Final, NamedTuple

from ledger.contents import bytes_of
from ledger.models import Officer
from ledger.recording import record_event
from month.models import FileSide, JobFile

PART_BYTES: Final = 4 << 20


class Made(NamedTuple):
    """A file that a job has made."""

    name: str
    size: int
    sha256: str


def keep_file(job: int, side: FileSide, number: int, name: str, content: bytes) -> None:
    """Keep one file, or a part of one, with a job."""
    digest = sha256(content).hexdigest()
    JobFile.objects.create(job_id=job, side=side, number=number, name=name[:300], sha256=digest, content=content)


def keep_made(job: int, folder: Path, names: Sequence[str], tell: Callable[[], None]) -> Sequence[Made]:
    """Keep the files of a folder with the job that made them, in place of what an attempt before has kept."""
    JobFile.objects.filter(job=job, side=FileSide.OUT).delete()
    made, number = [], 0
    for name in names:
        whole, size = sha256(), 0
        with (folder / name).open("rb") as stream:
            for part in parts_of(stream):
                number += 1
                keep_file(job, FileSide.OUT, number, name, part)
                whole.update(part)
                size += len(part)
        made.append(Made(name, size, whole.hexdigest()))
        tell()
    return made


def record_made(job: int, made: Sequence[Made], told: Mapping[str, object], *, officer: Officer, at: datetime) -> None:
    """Leave the digest of each file that a job has made in the trail: it stays when the files are deleted."""
    for one in made:
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="export.made",
            subject=f"job/{job}",
            after={"file": one.name, "bytes": one.size, "sha256": one.sha256, **told},
        )


def parts_of(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a file in parts; an empty one is one empty part."""
    part = stream.read(PART_BYTES)
    yield part
    while part := stream.read(PART_BYTES):
        yield part


def content_of(file: JobFile) -> bytes:
    """Return the bytes of a file of a job, or of a part of one.

    :raises ContentDestroyed: if they were destroyed with the archives of their year
    """
    return bytes_of(name=file.name, digest=file.sha256, content=file.content)
