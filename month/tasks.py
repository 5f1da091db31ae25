"""The doors of the queue: it only rings, PostgreSQL says what is to be done."""

import os
import socket

from celery import shared_task
from django.utils import timezone

from ledger.recording import acting_from
from ledger.refusals import UnableToPost
from month.working import sweep_jobs, work_off


@shared_task(ignore_result=True)
def work_off_job(key: int) -> None:
    """Do a job; what refuses it is kept in it."""
    worker = f"{socket.gethostname()}/{os.getpid()}"
    with acting_from(f"worker {worker}"):
        try:
            work_off(job=key, worker=worker, at=timezone.now())
        except UnableToPost:
            return


@shared_task(ignore_result=True)
def ring_for_waiting_jobs() -> None:
    """Ring again for every job that is to be done: bells get lost, and workers die."""
    for key in sweep_jobs():
        work_off_job.delay(key)
