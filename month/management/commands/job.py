"""``manage.py job``: the long work that was asked for; see it, ask for it, cancel it, restart it, take its files."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ledger.models import Officer
from month.asking import month_of
from month.held import Asked
from month.management.acting import take
from month.models import Job, JobState
from month.paper_work import JOURNALS, journal, papers_of_month
from month.queueing import NoSuchJob, ask_for, cancel_job, restart_job
from month.running import fitting, handing_over, waiting_batches
from month.tables import Told, tell
from month.taking_away import take_away
from month.tasks import ring_for
from month.telling_jobs import of_job, of_jobs
from month.writing import current_sheets
from payouts.building import DEFAULT_TEMPLATE


class Command(BaseCommand):
    help = "Long work: which jobs there are, how far they are and why they failed; cancel and restart them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        listing = acts.add_parser("list", help=_("the jobs, the latest first"))
        listing.add_argument("--all", action="store_true", help=_("also those that are done or cancelled"))
        show = acts.add_parser("show", help=_("the whole story of a job"))
        show.add_argument("job", type=int)
        send = acts.add_parser("send", help=_("ask for the approved batches of a month to be handed to the bank"))
        send.add_argument("--bank", default=DEFAULT_TEMPLATE, help=_("format of the bank"))
        papers = acts.add_parser("papers", help=_("ask for the lists and documents of a month"))
        export = acts.add_parser("export", help=_("ask for a journal of the books"))
        export.add_argument("--format", choices=sorted(JOURNALS), required=True, dest="format_name")
        export.add_argument("--book", default="", help=_("the code of one book; without it all books in one journal"))
        cancel = acts.add_parser("cancel", help=_("cancel a job"))
        cancel.add_argument("--reason", required=True, help=_("why"))
        restart = acts.add_parser("restart", help=_("start a failed job again"))
        fetch = acts.add_parser("fetch", help=_("take away the files that a job has made"))
        fetch.add_argument("--out", type=Path, required=True, help=_("folder for the files"))
        for act in (send, papers):
            act.add_argument("--month", type=month_of, required=True, help=_("month, such as 2026-11"))
        for act in (cancel, restart, fetch):
            act.add_argument("job", type=int)
        for act in (send, papers, export, cancel, restart, fetch):
            act.add_argument("--as", dest="officer", required=True, help=_("officer who acts"))

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        asked = Namespace(**options)
        if act == "list":
            jobs = Job.objects.order_by("-pk")
            ended = [JobState.DONE, JobState.CANCELLED]
            tell(of_jobs(list(jobs if asked.all else jobs.exclude(status__in=ended))))
        elif act == "show":
            tell(of_job(job_numbered(asked.job)))
        else:
            subject = f"job/{asked.job}" if "job" in asked else "job"
            told = take(
                asked=asked,
                command=f"job {act}",
                act=f"job.{act}",
                subject=subject,
                step=lambda officer, at: ACTS[act](asked, officer, at),
            )
            tell(told)


def job_numbered(number: int) -> Job:
    job = Job.objects.filter(pk=number).first()
    if job is None:
        raise CommandError(str(NoSuchJob("job_exists", {"job": number})))
    return job


def asked_for(works: Sequence[Asked], officer: Officer, at: datetime) -> Told:
    """Ask for work and ring for it."""
    jobs = [ask_for(**work, officer=officer, at=at) for work in works]
    for job in jobs:
        ring_for(job)
    return of_jobs(jobs)


def send(asked: Namespace, officer: Officer, at: datetime) -> Told:
    batches = waiting_batches(month=asked.month)
    return asked_for([handing_over(batch, fitting(batch, asked.bank)) for batch in batches], officer, at)


def papers(asked: Namespace, officer: Officer, at: datetime) -> Told:
    return asked_for([papers_of_month(month=asked.month, sheets=current_sheets(asked.month))], officer, at)


def export(asked: Namespace, officer: Officer, at: datetime) -> Told:
    return asked_for([journal(book=asked.book, format_name=asked.format_name)], officer, at)


def cancel(asked: Namespace, officer: Officer, at: datetime) -> Told:
    return of_jobs([cancel_job(key=asked.job, officer=officer, reason=asked.reason, at=at)])


def restart(asked: Namespace, officer: Officer, at: datetime) -> Told:
    job = restart_job(key=asked.job, officer=officer, at=at)
    ring_for(job)
    return of_jobs([job])


def fetch(asked: Namespace, officer: Officer, at: datetime) -> Told:
    names = take_away(job=job_numbered(asked.job), folder=asked.out, officer=officer, at=at)
    return [_("Written to {folder}: {names}.").format(folder=asked.out, names=", ".join(names))]


ACTS = {
    "send": send,
    "papers": papers,
    "export": export,
    "cancel": cancel,
    "restart": restart,
    "fetch": fetch,
}
