"""Let an officer trace what he or she may see; reading it leaves an event in the trail."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from audit.traces import FIRST, Step, trace
from audit.traces.searches import Meant, meanings
from ledger.models import Officer
from ledger.recording import record_event
from ledger.refusals import OfficerMayNot
from treasury.scopes import reads_district, townships_open_to
from treasury.secondments import day_of


@transaction.atomic
def trace_for(
    *, reference: str, officer: Officer, at: datetime, depth: int, skipped: int = 0, length: int = FIRST
) -> Sequence[Step]:
    """Return what a reference names, as far as an officer may see it.

    The trail keeps the reference of what was found, never an ID number that was typed to look somebody up.

    :raises OfficerMayNot: if the officer may read no book
    :raises UnknownReference: if there is nothing of the reference that the officer may see
    """
    steps = trace(reference, townships=open_to(officer, at), depth=depth, skipped=skipped, length=length)
    record_event(
        chain="",
        at=at,
        actor=officer.username,
        act="trace.read",
        subject=steps[0].reference,
        after={"found": len(steps), "steps": sum(1 for step in steps for _one in step.walk())},
    )
    return steps


def meanings_for(*, text: str, officer: Officer, at: datetime) -> Sequence[Meant]:
    """Return what a number, a name or a code may mean, of what an officer may see.

    :raises OfficerMayNot: if the officer may read no book
    """
    return list(meanings(text, townships=open_to(officer, at)))


def open_to(officer: Officer, at: datetime) -> frozenset[int] | None:
    """Return the townships that an officer may see, None for everything.

    :raises OfficerMayNot: if there are none
    """
    if reads_district(officer):
        return None
    own = frozenset(townships_open_to(officer=officer, on=day_of(at)).values_list("pk", flat=True))
    if not own:
        raise OfficerMayNot("officer_reads_own_books", {"officer": officer.username, "act": "read"})
    return own
