"""Keep the bytes of a file with a job, so that workers need no folder in common."""

from hashlib import sha256

from month.models import FileSide, JobFile


def keep_file(job: int, side: FileSide, number: int, name: str, content: bytes) -> None:
    """Keep one file with a job."""
    digest = sha256(content).hexdigest()
    JobFile.objects.create(job_id=job, side=side, number=number, name=name[:300], sha256=digest, content=content)
