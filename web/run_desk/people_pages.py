"""The people of a run: who differs from last month, groups, whom it pays and whom not, and one person's lines."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ledger.masking import masked_id
from ledger.models import Officer
from ledger.recording import record_event
from month.telling_benefits import reason_with_cause
from payouts.facts import rows_by_name
from payouts.models import Person, Run
from payouts.models.words import RunPurpose
from web.access import may_open
from web.acting import take, tell
from web.run_desk.addresses import address_of, run_in
from web.run_desk.comparisons import (
    PAGE,
    groups_of,
    is_compared,
    largest_groups,
    largest_people,
    names_of,
)
from web.run_desk.payees import Search, payees_of, sums_of
from web.run_desk.payslips import of_benefits, of_payroll
from web.run_desk.reasons import reasons_of
from web.run_desk.run_pages import SEE_OTHER, about, total_of

NOT_PAID = """
SELECT n.id, p.id, coalesce(p.name, ''), n.id_number, coalesce(u.name, ''), '', n.reason
  FROM payouts_notpaid n LEFT JOIN payouts_person p ON p.id_number = n.id_number
  LEFT JOIN treasury_unit u ON u.id = n.unit_id
 WHERE n.run_id = %(run)s AND n.edition = %(edition)s AND n.id > %(after)s
   AND (%(reason)s = '' OR n.reason = %(reason)s) ORDER BY n.id LIMIT %(limit)s
"""
UNPAID = """
SELECT n.id, p.id, p.name, p.id_number, coalesce(t.name, ''), e.scheme, n.reason
  FROM payouts_benefitunpaid n JOIN payouts_enrolment e ON e.id = n.enrolment_id
  JOIN payouts_person p ON p.id = e.person_id
  LEFT JOIN LATERAL (SELECT f.township_id FROM payouts_enrolmentfact f WHERE f.enrolment_id = e.id
                      AND f.id <= %(until)s ORDER BY f.version DESC LIMIT 1) f ON true
  LEFT JOIN treasury_township t ON t.id = f.township_id
 WHERE n.run_id = %(run)s AND n.edition = %(edition)s AND n.id > %(after)s
   AND (%(reason)s = '' OR n.reason = %(reason)s) ORDER BY n.id LIMIT %(limit)s
"""
REASONS = """
SELECT reason, count(*) FROM payouts_notpaid WHERE run_id = %(run)s AND edition = %(edition)s
 GROUP BY reason ORDER BY 2 DESC, 1
"""
UNPAID_REASONS = """
SELECT reason, count(*) FROM payouts_benefitunpaid WHERE run_id = %(run)s AND edition = %(edition)s
 GROUP BY reason ORDER BY 2 DESC, 1
"""


class NotPaidLine(NamedTuple):
    """Somebody whom a run does not pay, and why."""

    name: str
    id_number: str
    group: str
    scheme: str
    reason: str


@require_GET
def differences(request: HttpRequest, month: str, purpose: str, number: int) -> HttpResponse:
    """List who differs from the month before, the largest difference first."""
    run = run_in(month, purpose, number)
    after = request.GET.get("after", "")
    compared = is_compared(run) and run.edition > 0
    people = largest_people(run, after=after) if compared else []
    reasons = reasons_of(run, people)
    context = {
        **about(run, "run_differences"),
        "compared": compared,
        "groups": largest_groups(run, limit=PAGE) if compared and not after else [],
        "people": [(one, reasons.get((one.person, one.top), [])) for one in people],
        "following": people[-1].key if len(people) == PAGE else "",
    }
    return render(request, "web/run_desk/differences.html", context)


@require_GET
def groups(request: HttpRequest, month: str, purpose: str, number: int) -> HttpResponse:
    """List the units of a township, or the townships of a scheme, with their sums; all without a choice."""
    run = run_in(month, purpose, number)
    top = request.GET.get("top", "")
    found = groups_of(run, top=top, after=request.GET.get("after", "")) if run.edition else []
    context = {
        **about(run, "run_groups"),
        "compared": is_compared(run),
        "groups": found,
        "total": total_of(found),
        "top": top,
        "top_name": found[0].top_name if top and found else "",
        "following": f"{found[-1].top}.{found[-1].part}" if len(found) == PAGE else "",
    }
    return render(request, "web/run_desk/groups.html", context)


@require_GET
def people(request: HttpRequest, month: str, purpose: str, number: int) -> HttpResponse:
    """List whom a run pays, all or whom a search finds."""
    run = run_in(month, purpose, number)
    search = Search(*(request.GET.get(name, "").strip()[:60] for name in Search._fields))
    found = payees_of(run, search=search, after=request.GET.get("after", "")) if run.edition else []
    names = names_of(run)
    context = {
        **about(run, "run_people"),
        "compared": is_compared(run),
        "people": found,
        "search": search,
        "sums": sums_of(run, search=search) if run.edition else None,
        "chosen": " · ".join(names.get(code, code) for code in (search.top, search.part) if code),
        "following": found[-1].key if len(found) == PAGE else "",
    }
    return render(request, "web/run_desk/people.html", context)


@require_GET
def not_paid(request: HttpRequest, month: str, purpose: str, number: int) -> HttpResponse:
    """List whom a run does not pay, and why."""
    run = run_in(month, purpose, number)
    is_benefits = run.purpose == RunPurpose.BENEFITS
    after, reason = request.GET.get("after", ""), request.GET.get("reason", "")[:60]
    asked = {"run": run.pk, "edition": run.edition}
    key = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    bound = {**asked, "after": key, "reason": reason, "limit": PAGE, "until": run.facts_until}
    rows = rows_by_name(UNPAID if is_benefits else NOT_PAID, bound)
    names = names_of(run) if is_benefits else {}
    context = {
        **about(run, "run_not_paid"),
        "lines": [
            NotPaidLine(name, masked_id(id_number), group, names.get(scheme, scheme), reason_with_cause(why))
            for _key, _person, name, id_number, group, scheme, why in rows
        ],
        "reason": reason,
        "reasons": [
            (one, reason_with_cause(one), count)
            for one, count in rows_by_name(UNPAID_REASONS if is_benefits else REASONS, asked)
        ],
        "following": rows[-1][0] if len(rows) == PAGE else "",
    }
    return render(request, "web/run_desk/not_paid.html", context)


@require_GET
def person(request: HttpRequest, month: str, purpose: str, number: int, person: int) -> HttpResponse:
    """Show what a run pays one person, line by line, and what it follows from; numbers are masked."""
    run = run_in(month, purpose, number)
    return person_page(request, run, get_object_or_404(Person, pk=person), in_full=False)


@require_POST
def numbers(request: HttpRequest, month: str, purpose: str, number: int, person: int) -> HttpResponse:
    """Show one person with the numbers in full, and record that they were read."""
    run, whom = run_in(month, purpose, number), get_object_or_404(Person, pk=person)

    def step(officer: Officer, at: datetime) -> str:
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="person.read",
            subject=f"person/{whom.pk}",
            after={"run": str(run)},
        )
        return _("That you read these numbers in full is in the trail.")

    outcome = take(request, act="person.read", subject=f"person/{whom.pk}", step=step)
    if outcome.is_done:
        return person_page(request, run, whom, in_full=True)
    tell(request, outcome)
    return HttpResponseRedirect(address_of("run_person", run, whom.pk), status=SEE_OTHER)


def person_page(request: HttpRequest, run: Run, whom: Person, *, in_full: bool) -> HttpResponse:
    lines: Mapping[str, Any]
    if run.purpose == RunPurpose.BENEFITS:
        template, lines = "web/run_desk/recipient.html", of_benefits(run, whom)
    else:
        template, lines = "web/run_desk/payslip.html", of_payroll(run, whom)
    context = {
        **about(run, "run_people"),
        **lines,
        "person": whom,
        "id_number": whom.id_number if in_full else masked_id(whom.id_number),
        "in_full": in_full,
        "reads": may_open(request, "run_numbers"),
        "numbers_link": address_of("run_numbers", run, whom.pk),
        "person_subject": f"person/{whom.pk}",
    }
    return render(request, template, context)
