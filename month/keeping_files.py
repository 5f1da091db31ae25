"""Keep the bytes of a file with a job, so that workers need no folder in common."""

from hashlib import sha256

from ledger.contents import bytes_of
from month.models import FileSide, JobFile


def keep_file(job: int, side: FileSide, number: int, name: str, content: bytes) -> None:
    """Keep one file with a job."""
    digest = sha256(content).hexdigest()
    JobFile.objects.create(job_id=job, side=side, number=number, name=name[:300], sha256=digest, content=content)


def content_of(file: JobFile) -> bytes:
    """Return the bytes of a file of a job.

    :raises ContentDestroyed: if they were destroyed with the archives of their year
    """
    return bytes_of(name=file.name, digest=file.sha256, content=file.content)
