"""The papers of a run: made as long work, taken away one by one; that one was taken away is recorded.

Who prepares and who pays take them with numbers in full; who reviews and who releases a payroll, and signs for it,
takes those with masked numbers. Others see what there is.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ledger.models import Officer
from ledger.recording import record_event
from month.held import Asked, Kind
from month.job_kinds import kind_named
from month.keeping_files import content_of
from month.models import FileSide, Job, JobFile, JobState
from month.paper_work import papers_of_month, papers_to_decide
from month.writing import current_sheets
from payouts.exports.benefit_registers import TITLE
from payouts.models import Run
from payouts.models.words import RunPurpose
from web.access import may_open, officer_of
from web.acting import take, take_and_go, tell
from web.job_pages import ask_for_work, told
from web.run_desk.addresses import address_of, run_in
from web.run_desk.run_pages import SEE_OTHER, about

PAPERS, MASKED = "papers.month", "papers.masked"


class Paper(NamedTuple):
    """A paper that can be taken away."""

    name: str
    address: str


@require_GET
def papers(request: HttpRequest, month: str, purpose: str, number: int) -> HttpResponse:
    """List the papers of a run that were made last, and the work on new ones."""
    run = run_in(month, purpose, number)
    kind = kind_for(officer_of(request))
    works = Job.objects.filter(kind=kind.name, key__startswith=f"{month}/").order_by("-pk")[:1]
    made = latest_papers(run, kind)
    is_masked, last_move = kind.name == MASKED, run.moves.order_by("-pk").first()
    context = {
        **about(run, "run_papers"),
        "papers": papers_of(run, made) if made else [],
        "made": made,
        "is_stale": bool(made and last_move and last_move.at > made.asked_at),
        "jobs": told([job for job in works if job.status not in (JobState.DONE, JobState.CANCELLED)]),
        "takes": may_open(request, "run_paper") and (not is_masked or run.purpose == RunPurpose.PAYROLL),
        "is_masked": is_masked,
    }
    return render(request, "web/run_desk/papers.html", context)


def kind_for(officer: Officer) -> Kind:
    """Return which papers an officer takes: masked ones where the officer decides and may not take those in full."""
    full, masked = kind_named(PAPERS), kind_named(MASKED)
    return masked if masked.is_for(officer) and not full.is_for(officer) else full


def latest_papers(run: Run, kind: Kind) -> Job | None:
    """Return the latest work that made the papers of a month, while they are kept."""
    done = Job.objects.filter(kind=kind.name, status=JobState.DONE, key__startswith=f"{run.month:%Y-%m}/")
    return done.filter(files__side=FileSide.OUT).order_by("-pk").first()


def papers_of(run: Run, made: Job) -> Sequence[Paper]:
    """Return the papers of a run among those of its month."""
    files = made.files.filter(side=FileSide.OUT).order_by("number").values_list("pk", "name")
    return [Paper(own_name(name), address_of("run_paper", run, key)) for key, name in files if is_of(run, name)]


def is_of(run: Run, name: str) -> bool:
    """Whether a paper of a month is one of a run."""
    begins = re.fullmatch(rf"documents/{run.month:%Y-%m}-{run.number}-(?P<title>.+)", name)
    if begins is None:
        return False
    return begins["title"].startswith(TITLE) == (run.purpose == RunPurpose.BENEFITS)


def own_name(name: str) -> str:
    return name.rpartition("/")[2]


@require_POST
def make_papers(request: HttpRequest, month: str, purpose: str, number: int) -> HttpResponse:
    """Ask for the papers of the month to be made."""
    run = run_in(month, purpose, number)

    def step(officer: Officer, at: datetime) -> str:
        return ask_for_work(asked_by(officer, run), officer, at)

    to = address_of("run_papers", run)
    return take_and_go(request, act="papers.make", subject=f"month/{month}", step=step, to=to)


def asked_by(officer: Officer, run: Run) -> Asked:
    if kind_for(officer).name == MASKED:
        return papers_to_decide(month=run.month)
    return papers_of_month(month=run.month, sheets=current_sheets(run.month))


@require_POST
def take_paper(request: HttpRequest, month: str, purpose: str, number: int, file: int) -> HttpResponse:
    """Hand out a paper of a run, and record that it was read."""
    run = run_in(month, purpose, number)
    kind = kind_for(officer_of(request))
    files = JobFile.objects.select_related("job").filter(job__kind=kind.name, side=FileSide.OUT)
    paper = get_object_or_404(files, pk=file)
    name = own_name(paper.name)
    handed: list[bytes] = []

    def step(officer: Officer, at: datetime) -> str:
        kind.require_post(officer)
        handed.append(content_of(paper))
        read: dict[str, Any] = {"documents": 1, "names": name}
        record_event(
            chain="", at=at, actor=officer.username, act="documents.read", subject=f"month/{month}", after=read
        )
        return _("{name} was taken away.").format(name=name)

    if not is_of(run, paper.name):
        return HttpResponseRedirect(address_of("run_papers", run), status=SEE_OTHER)
    outcome = take(request, act="documents.read", subject=f"month/{month}", step=step)
    if not outcome.is_done:
        tell(request, outcome)
        return HttpResponseRedirect(address_of("run_papers", run), status=SEE_OTHER)
    answer = HttpResponse(handed[0], content_type="application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer
