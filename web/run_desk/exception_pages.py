"""The exceptions of a run: what blocks it, what is to be signed; signed one by one or many at once, with a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ledger.masking import masked, masked_id
from ledger.models import Officer
from payouts.facts import rows_by_name
from payouts.labels import exception_label, facts_label
from payouts.models import Run, RunException
from payouts.models.words import RunPurpose, RunStatus, Severity
from payouts.running import open_exceptions, sign_exceptions
from web.access import officer_of
from web.acting import Outcome, take, tell
from web.addresses import keys_in
from web.run_desk.addresses import address_of, mark_of, run_in, subject_of
from web.run_desk.run_pages import NOT_DONE, SEE_OTHER, about

PAGE = 100
CHOSEN_MAX = 1000
# What blocks first, then what is to be signed, then what is to be known; "open" is what waits for somebody.
LISTED = """
SELECT id, rank FROM (
  SELECT id, kind, CASE severity WHEN 'BLOCK' THEN 0 WHEN 'SIGN' THEN 1 ELSE 2 END AS rank FROM payouts_runexception
   WHERE run_id = %(run)s AND edition = %(edition)s AND (%(kind)s = '' OR kind = %(kind)s)
     AND (NOT %(open)s OR severity = 'BLOCK' OR (severity = 'SIGN' AND signed_by_id IS NULL))) e
 WHERE (rank, kind, id) > (%(rank)s, %(after_kind)s, %(after)s) ORDER BY rank, kind, id LIMIT %(limit)s
"""
KINDS = """
SELECT kind, count(*), count(*) FILTER (WHERE severity = 'SIGN' AND signed_by_id IS NULL)
  FROM payouts_runexception WHERE run_id = %(run)s AND edition = %(edition)s GROUP BY kind ORDER BY kind
"""
SIGNED_IN = (RunStatus.COMPUTED, RunStatus.CHECKED)


class Shown(NamedTuple):
    """An exception as the list shows it."""

    one: RunException
    kind: str
    severity: str
    who: str
    facts: str
    is_to_be_signed: bool
    has_page: bool


class Typed(NamedTuple):
    """What a form said that was refused."""

    reason: str = ""
    chosen: frozenset[str] = frozenset()


@require_GET
def exceptions(request: HttpRequest, month: str, purpose: str, number: int) -> HttpResponse:
    """List the exceptions of a run."""
    return exceptions_page(request, run_in(month, purpose, number), Outcome(), Typed())


@require_POST
def sign(request: HttpRequest, month: str, purpose: str, number: int) -> HttpResponse:
    """Sign the chosen exceptions of a run, or all of a kind that wait, with one reason."""
    run = run_in(month, purpose, number)
    chosen = request.POST.getlist("exception")[:CHOSEN_MAX]
    kind, reason = request.POST.get("whole_kind", ""), request.POST.get("reason", "")[:300]

    def step(officer: Officer, at: datetime) -> str:
        keys = of_kind(run, kind) if kind else keys_in(chosen)
        signed = sign_exceptions(run=run, exceptions=keys, officer=officer, reason=reason, at=at)
        return _("{count} exceptions are signed.").format(count=signed)

    outcome = take(request, act="run.sign", subject=subject_of(run), step=step, shown=mark_of(run))
    if outcome.is_done or outcome.was_sent:
        tell(request, outcome)
        return HttpResponseRedirect(f"{address_of('run_exceptions', run)}?show=open", status=SEE_OTHER)
    run.refresh_from_db()
    return exceptions_page(request, run, outcome, Typed(reason, frozenset(chosen)))


def of_kind(run: Run, kind: str) -> Sequence[int]:
    """Return the exceptions of a kind that wait for a signature."""
    waiting = RunException.objects.filter(run=run, edition=run.edition, severity=Severity.SIGN, signed_by=None)
    return list(waiting.filter(kind=kind).values_list("pk", flat=True))


def exceptions_page(request: HttpRequest, run: Run, outcome: Outcome, typed: Typed) -> HttpResponse:
    """Draw a page of the list, with the refusal of a form and what it said."""
    mark = mark_of(run)  # before what is shown: what changes in between voids the forms
    kind, is_open = request.GET.get("kind", ""), request.GET.get("show") == "open"
    rank, after_kind, after = key_in(request.GET.get("after", ""))
    asked: dict[str, object] = {"run": run.pk, "edition": run.edition}
    bound = {**asked, "kind": kind, "open": is_open, "rank": rank, "after_kind": after_kind, "after": after}
    listed = rows_by_name(LISTED, {**bound, "limit": PAGE})
    found = RunException.objects.select_related("person", "unit").in_bulk([key for key, _rank in listed])
    linked = people_with_a_page(run, [one.person_id for one in found.values() if one.person_id])
    shown = [shown_as(found[key], linked) for key, _rank in listed]
    following = ""
    if len(listed) == PAGE:
        key, last_rank = listed[-1]
        following = f"{last_rank}.{found[key].kind}.{key}"
    signs = officer_of(request).has_perm("payouts.sign_exception") and run.status in SIGNED_IN
    context = {
        **about(run, "run_exceptions"),
        "outcome": outcome,
        "typed": typed,
        "mark": mark,
        "shown": shown,
        "kinds": [(one, exception_label(one), count, waits) for one, count, waits in rows_by_name(KINDS, asked)],
        "kind": kind,
        "is_open": is_open,
        "signs": signs,
        "has_some": signs and any(one.is_to_be_signed for one in shown),
        "waiting": open_exceptions(run),
        "following": following,
    }
    return render(request, "web/run_desk/exceptions.html", context, status=NOT_DONE if outcome.refusal else None)


def people_with_a_page(run: Run, people: Sequence[int]) -> frozenset[int]:
    """Return which of some people a run has a page about: of a payroll, whom it pays."""
    if run.purpose == RunPurpose.BENEFITS:
        return frozenset(people)
    paid = run.payslips.filter(edition=run.edition, person__in=people)
    return frozenset(paid.values_list("person_id", flat=True))


def shown_as(one: RunException, linked: frozenset[int]) -> Shown:
    return Shown(
        one,
        exception_label(one.kind),
        str(Severity(one.severity).label),
        f"{one.person.name} {masked_id(one.person.id_number)}" if one.person else "",
        masked(facts_label(one.facts)),
        one.severity == Severity.SIGN and one.signed_by_id is None,
        one.person_id in linked,
    )


def key_in(text: str) -> tuple[int, str, int]:
    """Return the key after which a page begins: rank, kind and number."""
    parts: Any = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts[::2]):
        return -1, "", 0
    return int(parts[0]), parts[1], int(parts[2])
