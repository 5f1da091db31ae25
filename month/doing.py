"""Ask for work and do it at once, in this process: the way of commands and of the demo, by the code of the workers."""

import os
import socket
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ledger.models import Officer
from month.models import Job
from month.queueing import ask_for
from month.working import work_off


def do_now(*, kind: str, key: str, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Job:
    """Do work that may be asked for already; return its job, which another worker may have.

    :raises UnableToPost: what refuses the work; the job keeps it
    """
    job = ask_for(kind=kind, key=key, arguments=arguments, officer=officer, at=at)
    worker = f"{socket.gethostname()}/{os.getpid()}"
    # Without a lease: a command that was stopped is started again at once.
    work_off(job=job.pk, worker=worker, at=at, lease_seconds=0)
    job.refresh_from_db()
    return job
