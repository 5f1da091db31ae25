"""Take away the files that a job has made: at once, or days later from a job that a worker did."""

from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from ledger.models import Officer
from ledger.recording import record_event
from ledger.refusals import UnableToPost
from month.job_kinds import kind_named
from month.keeping_files import content_of
from month.models import FileSide, Job, JobFile, JobState
from month.writing import keep_private, make_folder


class NoFiles(UnableToPost):
    message = _("The job has no files to take away.")
    remedy = _("Wait until it is done; files are kept for some days only. Ask for them again.")


def take_away(*, job: Job, folder: Path, officer: Officer, at: datetime) -> list[str]:
    """Write the files that a job made into a folder that only its owner reads; return their names.

    :raises NoFiles: if there are none, or none any more
    :raises ContentDestroyed: if their bytes were destroyed with the archives of their year
    :raises OfficerMayNot: without the post for the work
    """
    kind_named(job.kind).require_post(officer)
    names = write_out(job, folder)
    record_event(
        chain="",
        at=at,
        actor=officer.username,
        act="documents.read",
        subject=f"job/{job.pk}",
        after={"documents": len(names), "names": " ".join(names)[:1000]},
    )
    return names


def hand_out(*, job: Job, folder: Path) -> list[str]:
    """Write the files that a job of this process made into a folder, and keep no second copy; return their names."""
    names = write_out(job, folder)
    JobFile.objects.filter(job=job, side=FileSide.OUT).delete()
    return names


def write_out(job: Job, folder: Path) -> list[str]:
    files = JobFile.objects.filter(job=job, side=FileSide.OUT).order_by("number")
    if job.status != JobState.DONE or not files.exists():
        raise NoFiles("job_has_its_files", {"job": job.pk, "status": job.status})
    make_folder(folder)
    names: list[str] = []
    for file in files.iterator(chunk_size=1):
        path = folder / file.name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("ab" if file.name in names else "wb") as stream:  # a part of one that was begun, or a new one
            stream.write(content_of(file))
        if file.name not in names:
            names.append(file.name)
    keep_private(folder)
    return names
