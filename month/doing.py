"""Ask for work and do it at once, in this process: the way of commands and of the demo, by the code of the workers."""

import os
import socket
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from ledger.models import Officer
from ledger.refusals import UnableToPost
from month.models import Job, JobState
from month.queueing import ask_for
from month.working import Progress, tell_nobody, work_off


class JobElsewhere(UnableToPost):
    message = _("A worker has this job, or it is being cancelled.")
    remedy = _("Wait until it has ended: manage.py job list. Then try again.")


def do_now(
    *,
    kind: str,
    key: str,
    arguments: Mapping[str, Any],
    officer: Officer,
    at: datetime,
    files: Sequence[tuple[str, bytes]] = (),
    progress: Progress = tell_nobody,
) -> Job:
    """Do work that may be asked for already, and may be done; return its job.

    ``made`` of the job is what the work returned, or None if it was done before.

    :raises UnableToPost: what refuses the work; the job keeps it
    :raises JobElsewhere: if a worker has it, or it is being cancelled
    """
    job = ask_for(kind=kind, key=key, arguments=arguments, officer=officer, at=at, files=files)
    worker = f"{socket.gethostname()}/{os.getpid()}"
    # Without a lease: a command that was stopped is started again at once.
    done = work_off(job=job.pk, worker=worker, at=at, lease_seconds=0, tell=progress)
    if done is None:
        job.refresh_from_db()
    else:
        job = done
    if job.status != JobState.DONE:
        raise JobElsewhere("job_is_held_by_one", {"job": job.pk, "worker": job.worker})
    return job
