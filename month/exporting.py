"""Ask for what leaves the books, or for a check of them, and hand out what was made: who did each stands in the trail.

The bytes of a file are handed out part by part, as they are kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Length

from ledger.models import Officer
from ledger.recording import record_event
from month.held import Asked
from month.job_kinds import kind_named
from month.keeping_files import content_of
from month.models import FileSide, Job, JobFile, JobState
from month.queueing import ask_for
from month.taking_away import NoFiles


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as it is handed out."""

    name: str
    size: int
    parts: Iterator[bytes]


@transaction.atomic
def ask_for_export(*, asked: Asked, officer: Officer, at: datetime) -> Job:
    """Ask for an export, a sample or a check; return its job.

    :raises OfficerMayNot: without the post for the work
    """
    job = ask_for(**asked, officer=officer, at=at)
    record_event(
        chain="",
        at=at,
        actor=officer.username,
        act="export.ask",
        subject=f"job/{job.pk}",
        after={"kind": job.kind, **{name: one_line(value) for name, value in asked["arguments"].items()}},
    )
    return job


def one_line(value: object) -> str:
    return " ".join(map(str, value))[:1000] if isinstance(value, list) else str(value)


def hand_out_file(*, job: Job, name: str, officer: Officer, at: datetime) -> Handed:
    """Hand out a file that a job has made; that it was read is recorded before its first byte goes out.

    :raises NoFiles: if there is none of the name, or none any more
    :raises ContentDestroyed: if its bytes were destroyed with the archives of their year
    :raises OfficerMayNot: without the post for the work
    """
    kind_named(job.kind).require_post(officer)
    files = JobFile.objects.filter(job=job, side=FileSide.OUT, name=name).order_by("number")
    keys = list(files.values_list("pk", flat=True))
    if job.status != JobState.DONE or not keys:
        raise NoFiles("job_has_its_files", {"job": job.pk, "status": job.status})
    first = content_of(files[0])
    size = sum(files.values_list(Length("content"), flat=True))
    record_event(
        chain="",
        at=at,
        actor=officer.username,
        act="documents.read",
        subject=f"job/{job.pk}",
        after={"documents": 1, "names": name},
    )
    return Handed(name, size, parts(first, keys[1:]))


def parts(first: bytes, keys: list[int]) -> Iterator[bytes]:
    """Yield the bytes of a file, one part of it at a time."""
    yield first
    for key in keys:
        yield content_of(JobFile.objects.get(pk=key))
