"""The acts on a run: which its state asks for, who holds each, and what it is when its form is sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Officer
from month.long_work import COMING, checking, computing, releasing
from payouts.models import Run
from payouts.models.words import RunPurpose, RunStatus
from payouts.running import refuse_run, review_run, submit_run, thaw_run
from web.access import officer_of
from web.job_pages import ask_for_work

DEFAULT_FORMAT: Final = "list_gb18030"
Step = Callable[[Run, Mapping[str, str], Officer, datetime], str]


def compute(run: Run, _sent: Mapping[str, str], officer: Officer, at: datetime) -> str:
    coming = COMING[RunPurpose(run.purpose)](month=run.month)
    return ask_for_work(computing(coming), officer, at)


def check(run: Run, _sent: Mapping[str, str], officer: Officer, at: datetime) -> str:
    return ask_for_work(checking(run), officer, at)


def submit(run: Run, _sent: Mapping[str, str], officer: Officer, at: datetime) -> str:
    return stands(submit_run(run=run, officer=officer, at=at))


def review(run: Run, _sent: Mapping[str, str], officer: Officer, at: datetime) -> str:
    return stands(review_run(run=run, officer=officer, at=at))


def send_back(run: Run, sent: Mapping[str, str], officer: Officer, at: datetime) -> str:
    return stands(refuse_run(run=run, officer=officer, reason=sent.get("reason", "")[:300], at=at))


def collect(run: Run, sent: Mapping[str, str], officer: Officer, at: datetime) -> str:
    return stands(thaw_run(run=run, officer=officer, reason=sent.get("reason", "")[:300], at=at))


def release(run: Run, sent: Mapping[str, str], officer: Officer, at: datetime) -> str:
    return ask_for_work(releasing(run, sent.get("format", DEFAULT_FORMAT)), officer, at)


def stands(run: Run) -> str:
    return _("Run {run}: {status}.").format(run=run, status=RunStatus(run.status).label)


@dataclass(frozen=True, slots=True)
class RunAct:
    """An act on a run: its word in the address, its name, who may take it, and in which states."""

    word: str
    name: Any
    post: str
    states: Sequence[RunStatus]
    step: Step
    needs_reason: bool = False
    confirmed: bool = False


ACTS: Final[Mapping[str, RunAct]] = {
    one.word: one
    for one in (
        RunAct(
            "compute",
            gettext_lazy("Freeze the inputs and compute"),
            "payouts.compute_run",
            (RunStatus.OPEN, RunStatus.COLLECTING),
            compute,
        ),
        RunAct("check", gettext_lazy("Check"), "payouts.compute_run", (RunStatus.COMPUTED,), check),
        RunAct("submit", gettext_lazy("Submit for review"), "payouts.submit_run", (RunStatus.CHECKED,), submit),
        RunAct(
            "review",
            gettext_lazy("Pass the review"),
            "payouts.review_run",
            (RunStatus.SUBMITTED,),
            review,
            confirmed=True,
        ),
        RunAct(
            "release",
            gettext_lazy("Release the money"),
            "payouts.release_run",
            (RunStatus.REVIEWED,),
            release,
            confirmed=True,
        ),
        RunAct(
            "send-back",
            gettext_lazy("Send back"),
            "payouts.review_run",
            (RunStatus.SUBMITTED, RunStatus.REVIEWED),
            send_back,
            needs_reason=True,
        ),
        RunAct(
            "collect",
            gettext_lazy("Collect anew"),
            "payouts.compute_run",
            (RunStatus.FROZEN, RunStatus.COMPUTED, RunStatus.CHECKED),
            collect,
            needs_reason=True,
        ),
    )
}


def act_named(word: str) -> RunAct:
    """Return the act of an address."""
    if word not in ACTS:
        raise Http404(word)
    return ACTS[word]


@dataclass(frozen=True, slots=True)
class ActShown:
    """An act as a page offers it, or why it cannot be taken yet."""

    act: RunAct
    hindrance: str = ""


def acts_offered(request: HttpRequest, run: Run, *, waiting: int) -> Sequence[ActShown]:
    """Return the acts that the state of a run asks for and that who asks holds; the act itself checks again."""
    officer = officer_of(request)
    return [
        ActShown(act, hindrance_of(act, run, officer, waiting))
        for act in ACTS.values()
        if run.status in act.states and officer.has_perm(act.post)
    ]


def hindrance_of(act: RunAct, run: Run, officer: Officer, waiting: int) -> str:
    """Return what stands in the way of an act."""
    if act.word == "submit" and waiting:
        return _("{count} exceptions block the run or wait for a signature.").format(count=waiting)
    if act.word == "review" and officer.username == run.submitted_by_id:
        return _("You submitted this run; another officer reviews it.")
    if act.word == "release" and officer.username in (run.submitted_by_id, run.reviewed_by_id):
        return _("You submitted or reviewed this run; a third officer releases it.")
    return ""
