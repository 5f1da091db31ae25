"""Long work: which there is, how far one piece is, its story; it is stopped and started again here."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ledger.models import Officer
from month.held import Asked
from month.models import Job, JobProgress, JobState
from month.queueing import ask_for, cancel_job, restart_job
from month.tasks import ring_for
from month.telling import step_name
from month.telling_jobs import kind_name, state_of, why
from treasury.scopes import reads_district
from web.access import officer_of
from web.acting import take_and_go

PAGE = 50
ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


def ask_for_work(asked: Asked, officer: Officer, at: datetime) -> str:
    """Ask for long work as the step of a form, and say where it is seen."""
    job = ask_for(**asked, officer=officer, at=at)
    ring_for(job)
    return _("Job {job}: {work}. It goes on by itself; you may leave this page.").format(
        job=job.pk, work=kind_name(job.kind)
    )


def open_jobs(request: HttpRequest) -> QuerySet[Job]:
    """Return the jobs that are open to who asks: all to who reads the district, else the officer's own."""
    officer = officer_of(request)
    return Job.objects.all() if reads_district(officer) else Job.objects.filter(asked_by=officer)


@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """List the latest jobs."""
    return render(request, "web/jobs.html", {"jobs": told(list(open_jobs(request).order_by("-pk")[:PAGE]))})


@require_GET
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a job is, and what it was."""
    shown = get_object_or_404(open_jobs(request), pk=pk)
    moves = [(move, why(move.failure, move.reason)) for move in shown.moves.order_by("pk")]
    return render(request, "web/job.html", {"job": told([shown])[0], "moves": moves})


@require_GET
def job_part(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the progress of a job, which a page asks for again and again until the job has ended."""
    shown = told([get_object_or_404(open_jobs(request), pk=pk)])[0]
    answer = render(request, "web/parts/job.html", {"job": shown})
    if shown.has_ended:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def job_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a job, or start one that failed again."""
    shown = get_object_or_404(open_jobs(request), pk=pk)
    starts = request.POST.get("act") == "restart"

    def restart(officer: Officer, at: datetime) -> str:
        ring_for(restart_job(key=shown.pk, officer=officer, at=at))
        return _("Job {job} waits for a worker again.").format(job=shown.pk)

    def cancel(officer: Officer, at: datetime) -> str:
        cancel_job(key=shown.pk, officer=officer, reason=request.POST.get("reason", "")[:200], at=at)
        return _("Job {job} is to be cancelled.").format(job=shown.pk)

    return take_and_go(
        request,
        act="job.restart" if starts else "job.cancel",
        subject=f"job/{shown.pk}",
        step=restart if starts else cancel,
        to=reverse("job", args=[shown.pk]),
    )


class ToldJob:
    """A job as the pages show it: in words, with its progress."""

    def __init__(self, job: Job, progress: JobProgress | None) -> None:
        self.pk = job.pk
        self.job = job
        self.subject = f"job/{job.pk}"
        self.name = kind_name(job.kind)
        self.state = state_of(job)
        self.why = why(job.failure, job.reason)
        self.has_ended = job.status in ENDED
        self.failed = job.status == JobState.FAILED
        is_known = progress is not None and job.status != JobState.WAITING
        self.progress = progress if is_known else None
        self.step = step_name(progress.step) if progress is not None and progress.step and is_known else ""


def told(jobs: Sequence[Job]) -> Sequence[ToldJob]:
    """Return jobs as the pages show them; two queries, however many there are."""
    known = JobProgress.objects.in_bulk([one.pk for one in jobs])
    return [ToldJob(one, known.get(one.pk)) for one in jobs]
