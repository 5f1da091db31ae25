"""The address of a run, and the mark of the state that a page shows of it."""

from datetime import date

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from ledger.models import AuditEvent
from payouts.models import Run
from payouts.models.words import RunPurpose
from web.addresses import month_in

PURPOSES = {"payroll": RunPurpose.PAYROLL, "benefits": RunPurpose.BENEFITS}
WORDS = {purpose: word for word, purpose in PURPOSES.items()}


def purpose_in(text: str) -> RunPurpose:
    """Return what a run pays, of an address."""
    if text not in PURPOSES:
        raise Http404(text)
    return PURPOSES[text]


def run_in(month: str, purpose: str, number: int) -> Run:
    """Return the run of an address such as ``2026-11``, ``payroll``, 1."""
    return get_object_or_404(Run, month=month_in(month), purpose=purpose_in(purpose), number=number)


def words_of(run: Run) -> tuple[str, str, int]:
    """Return the words that the address of a run is made of."""
    return f"{run.month:%Y-%m}", WORDS[RunPurpose(run.purpose)], run.number


def address_of(route: str, run: Run, *more: object) -> str:
    """Return the address of a page about a run."""
    return reverse(route, args=[*words_of(run), *more])


def subject_of(run: Run) -> str:
    """Return what the trail calls a run."""
    return f"run/{run}"


def mark_of(run: Run) -> str:
    """Return the mark of a run as it stands: its state, its edition, and the last act that was done on it."""
    done = AuditEvent.objects.filter(subject=subject_of(run), refused="").order_by("-pk").values_list("pk", flat=True)
    return f"{run.status}/{run.edition}/{done.first() or 0}"


def mark_of_coming(month: date, purpose: RunPurpose) -> str:
    """Return the mark of the runs of a month, for who begins the next one."""
    runs = (
        Run.objects.filter(month=month, purpose=purpose).order_by("number").values_list("number", "status", "edition")
    )
    return " ".join(f"{number}/{status}/{edition}" for number, status, edition in runs)
