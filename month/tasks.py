"""The doors of the queue: it only rings, PostgreSQL says what is to be done."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import NoReturn

from celery import shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from imports.refusals import UnableToStage
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost
from month.models import Job
from month.working import WorkerStops, forget_files, sweep_jobs, work_off

# Bells do not pile up while all workers are busy: the next sweep rings again.
BELL_SECONDS = 60
log = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def work_off_job(key: int) -> None:
    """Do a job; what refuses it is kept in it and in the trail, and a database that was lost is waited for."""
    worker = f"{socket.gethostname()}/{os.getpid()}"
    job, at = Job.objects.select_related("asked_by").get(pk=key), timezone.now()
    try:
        with (
            acting_from(f"worker {worker}"),
            refusals_recorded(
                chain="", at=at, actor=job.asked_by.username, act=f"job.{job.kind}", subject=f"job/{key}"
            ),
            ending_at_sigterm(),
        ):
            ended = work_off(job=key, worker=worker, at=at, lease_seconds=settings.JOB_LEASE_SECONDS)
            if ended is not None and ended.follows is not None:
                ring_for(ended.follows)
    except (UnableToPost, UnableToStage, OperationalError, InterfaceError):
        return


@contextmanager
def ending_at_sigterm() -> Iterator[None]:
    """Let SIGTERM end the work: what is not committed is undone, and the job is given back."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise WorkerStops(0)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@shared_task(ignore_result=True)
def ring_for_waiting_jobs() -> None:
    """Ring again for every job that is to be done: bells get lost, and workers die."""
    for key in sweep_jobs():
        work_off_job.apply_async([key], expires=BELL_SECONDS)


@shared_task(ignore_result=True)
def forget_job_files() -> None:
    """Delete the files of jobs that ended long ago."""
    forget_files()


def ring_for(job: Job) -> None:
    """Ring for a job when what asks for it is committed; without a broker the sweep of a worker finds it."""
    transaction.on_commit(partial(ring, job.pk))


def ring(key: int) -> None:
    try:
        work_off_job.delay(key)
    except BrokerAway:
        log.info("job %s: no broker answers, the sweep will find it", key)
