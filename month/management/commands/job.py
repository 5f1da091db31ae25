"""``manage.py job``: the long work that was asked for; see it, cancel it, start it again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Officer
from ledger.refusals import UnableToPost
from month.asking import month_of
from month.models import Job, JobState
from month.queueing import ask_for, cancel_job, restart_job
from month.running import handing_over, waiting_batches
from payouts.building import DEFAULT_TEMPLATE


class Command(BaseCommand):
    help = "Long work: which jobs there are, how far they are and why they failed; cancel and restart them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        listing = acts.add_parser("list", help=_("the jobs, the latest first"))
        listing.add_argument("--all", action="store_true", help=_("also those that are done or cancelled"))
        send = acts.add_parser("send", help=_("ask for the approved batches of a month to be handed to the bank"))
        send.add_argument("--month", type=month_of, required=True, help=_("month, such as 2026-11"))
        send.add_argument("--bank", default=DEFAULT_TEMPLATE, help=_("format of the bank"))
        send.add_argument("--as", dest="officer", required=True, help=_("officer who acts"))
        for name, told in (("cancel", _("cancel a job")), ("restart", _("start a failed job again"))):
            act = acts.add_parser(name, help=told)
            act.add_argument("job", type=int)
            act.add_argument("--as", dest="officer", required=True, help=_("officer who acts"))
            if name == "cancel":
                act.add_argument("--reason", required=True, help=_("why"))

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        if act == "list":
            self.tell(everything=options["all"])
            return
        officer = Officer.objects.filter(username=options["officer"]).first()
        if officer is None:
            raise CommandError(_("There is no officer {name}.").format(name=options["officer"]))
        at = timezone.now()
        try:
            if act == "send":
                jobs = [
                    ask_for(**handing_over(batch, options["bank"]), officer=officer, at=at)
                    for batch in waiting_batches(month=options["month"])
                ]
            elif act == "cancel":
                jobs = [cancel_job(key=options["job"], officer=officer, reason=options["reason"], at=at)]
            else:
                jobs = [restart_job(key=options["job"], officer=officer, at=at)]
        except UnableToPost as refused:
            raise CommandError(str(refused)) from refused
        for job in jobs:
            self.tell_one(job)

    def tell(self, *, everything: bool) -> None:
        jobs = Job.objects.order_by("-pk")
        for job in jobs if everything else jobs.exclude(status__in=[JobState.DONE, JobState.CANCELLED]):
            self.tell_one(job)

    def tell_one(self, job: Job) -> None:
        how = f"{job.step} {job.progress:,}" if job.step else ""
        why = f"[{job.failure}] {job.reason}" if job.failure else job.reason
        state = JobState(job.status).label
        self.stdout.write(" ".join(f"{job.pk} {job.kind} {job.key} {state} {job.attempt} {how} {why}".split()))
