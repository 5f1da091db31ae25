"""The runs of a month, and one run: where it stands, how it differs from last month, what is to be done."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ledger.money import ZERO
from month.benefits import coming_benefits
from month.models import Job, JobState
from month.salaries import coming_run
from month.telling_benefits import reason_with_cause
from payouts.bank_formats import format_names
from payouts.facts import rows_of
from payouts.labels import declaration_label, exception_label
from payouts.models import Declaration, Run
from payouts.models.words import RunPurpose, RunStatus, Severity
from payouts.running import open_exceptions
from web.access import officer_of
from web.acting import Outcome, take, take_and_go, tell
from web.addresses import month_in
from web.job_pages import ToldJob, told
from web.run_desk.acts import ACTS, DEFAULT_FORMAT, act_named, acts_offered
from web.run_desk.addresses import (
    WORDS,
    address_of,
    mark_of,
    mark_of_coming,
    purpose_in,
    run_in,
    subject_of,
    words_of,
)
from web.run_desk.comparisons import (
    NAMES,
    Group,
    is_compared,
    largest_groups,
    largest_people,
    tops_of,
)
from web.run_desk.reasons import reasons_of

LARGEST = 12
SEE_OTHER, NOT_DONE = 303, 422
RUN_WORK = ("run.compute", "run.check", "run.release")
PAGES = ("run", "run_differences", "run_groups", "run_people", "run_not_paid", "run_exceptions", "run_papers")
SUMS = {
    RunPurpose.PAYROLL: """SELECT r.id, count(*), sum(s.gross), sum(s.net) FROM payouts_run r
        JOIN payouts_payslip s ON s.run_id = r.id AND s.edition = r.edition WHERE r.month = %s GROUP BY r.id""",
    RunPurpose.BENEFITS: """SELECT r.id, count(DISTINCT d.person_id), sum(d.amount), sum(d.amount - d."offset")
         FROM payouts_run r JOIN payouts_benefitdue d ON d.run_id = r.id AND d.edition = r.edition
        WHERE r.month = %s GROUP BY r.id""",
}
NEXT = {RunPurpose.PAYROLL: coming_run, RunPurpose.BENEFITS: coming_benefits}
EXCEPTIONS = """
SELECT kind, severity, count(*), count(signed_by_id) FROM payouts_runexception WHERE run_id = %s AND edition = %s
 GROUP BY kind, severity ORDER BY CASE severity WHEN 'BLOCK' THEN 0 WHEN 'SIGN' THEN 1 ELSE 2 END, kind
"""
NOT_PAID = {
    RunPurpose.PAYROLL: "SELECT reason, count(*) FROM payouts_notpaid WHERE run_id = %s AND edition = %s"
    " GROUP BY reason ORDER BY 2 DESC, 1",
    RunPurpose.BENEFITS: "SELECT reason, count(*) FROM payouts_benefitunpaid WHERE run_id = %s AND edition = %s"
    " GROUP BY reason ORDER BY 2 DESC, 1",
}
FUNDERS = """
SELECT scheme, sum(borne_by_central), sum(borne_by_province), sum(borne_by_city), sum(borne_by_district),
       sum(borne_by_township), sum(amount) FROM payouts_benefitdue WHERE run_id = %s AND edition = %s
 GROUP BY scheme ORDER BY scheme
"""


class RunLine(NamedTuple):
    """A run in the list of a month."""

    run: Run
    address: str
    purpose: str
    people: int
    main: Decimal
    net: Decimal


class Coming(NamedTuple):
    """The next run of a purpose, which nobody has begun, and the latest work on it."""

    word: str
    purpose: str
    number: int
    mark: str
    jobs: Sequence[ToldJob]


@require_GET
def runs(request: HttpRequest, month: str) -> HttpResponse:
    """List the runs of a month, and what may be begun."""
    chosen = month_in(month)
    found = list(Run.objects.filter(month=chosen).order_by("-purpose", "number"))
    sums = {key: figures for statement in SUMS.values() for key, *figures in rows_of(statement, chosen)}
    lines = [
        RunLine(run, address_of("run", run), str(RunPurpose(run.purpose).label), *sums.get(run.pk, (0, ZERO, ZERO)))
        for run in found
    ]
    begins = officer_of(request).has_perm("payouts.compute_run")
    context = {"month": chosen, "lines": lines, "coming": coming_of(chosen) if begins else []}
    return render(request, "web/run_desk/runs.html", context)


def coming_of(month: date) -> Sequence[Coming]:
    """Return the runs of a month that nobody has begun: the first ones, and supplementary ones if more is known."""
    found: list[Coming] = []
    for word in WORDS.values():
        purpose = purpose_in(word)
        run = NEXT[purpose](month=month)
        if not run.pk:
            label = str(purpose.label)
            found.append(Coming(word, label, run.number, mark_of_coming(month, purpose), work_on(run)))
    return found


@require_POST
def begin_run(request: HttpRequest, month: str, purpose: str) -> HttpResponse:
    """Freeze and compute the next run of a month."""
    chosen, wanted = month_in(month), purpose_in(purpose)
    coming = Run(month=chosen, purpose=wanted, number=Run.objects.filter(month=chosen, purpose=wanted).count() + 1)
    return take_and_go(
        request,
        act="run.compute",
        subject=subject_of(coming),
        step=lambda officer, at: ACTS["compute"].step(coming, {}, officer, at),
        to=reverse("runs", args=[month]),
        shown=mark_of_coming(chosen, wanted),
    )


@require_GET
def run(request: HttpRequest, month: str, purpose: str, number: int) -> HttpResponse:
    """Show a run."""
    return run_page(request, run_in(month, purpose, number), Outcome())


@require_POST
def run_act(request: HttpRequest, month: str, purpose: str, number: int, word: str) -> HttpResponse:
    """Take an act on a run; what was refused is drawn again with the reason that was typed."""
    shown, act = run_in(month, purpose, number), act_named(word)
    sent = {name: request.POST.get(name, "") for name in ("reason", "format") if name in request.POST}
    outcome = take(
        request,
        act=act.post if act.confirmed else f"run.{word}",
        subject=subject_of(shown),
        step=lambda officer, at: act.step(shown, sent, officer, at),
        shown=mark_of(shown),
        confirmed=act.confirmed,
    )
    if outcome.is_done or outcome.was_sent:
        tell(request, outcome)
        return HttpResponseRedirect(address_of("run", shown), status=SEE_OTHER)
    shown.refresh_from_db()
    return run_page(request, shown, outcome, typed={"word": word, **sent})


def run_page(
    request: HttpRequest, shown: Run, outcome: Outcome, *, typed: Mapping[str, str] | None = None
) -> HttpResponse:
    """Draw a run, with the refusal of a form that was not done."""
    mark = mark_of(shown)  # before what is shown: what changes in between voids the forms
    purpose = RunPurpose(shown.purpose)
    compared = is_compared(shown)
    tops = tops_of(shown) if shown.edition else []
    people = largest_people(shown, after="", limit=LARGEST) if compared and shown.edition else []
    reasons = reasons_of(shown, people)
    waiting = open_exceptions(shown)
    context = {
        **about(shown, "run"),
        "outcome": outcome,
        "typed": typed or {},
        "mark": mark,
        "acts": acts_offered(request, shown, waiting=waiting),
        "waiting": waiting,
        "formats": format_names(),
        "chosen_format": (typed or {}).get("format", DEFAULT_FORMAT),
        "jobs": work_on(shown),
        "compared": compared,
        "groups": largest_groups(shown, limit=LARGEST) if compared and shown.edition else [],
        "people": [(one, reasons.get((one.person, one.top), [])) for one in people],
        "tops": tops,
        "total": total_of(tops),
        "people_paid": people_paid(shown),
        "funders": funders_of(shown, tops) if purpose == RunPurpose.BENEFITS else [],
        "exceptions": [
            (kind, exception_label(kind), str(Severity(severity).label), severity, count, signed)
            for kind, severity, count, signed in rows_of(EXCEPTIONS, shown.pk, shown.edition)
        ],
        "not_paid": [
            (reason_with_cause(reason), count) for reason, count in rows_of(NOT_PAID[purpose], shown.pk, shown.edition)
        ],
        "moves": [(move, RunStatus(move.to_status).label) for move in shown.moves.order_by("pk")],
        "inputs": [(declaration_label(one.kind), one) for one in inputs_of(shown)],
    }
    return render(request, "web/run_desk/run.html", context, status=NOT_DONE if outcome.refusal else None)


def about(shown: Run, here: str) -> dict[str, Any]:
    """Return what every page about a run shows: its name, its state, the pages about it."""
    month, word, _number = words_of(shown)
    return {
        "run": shown,
        "subject": subject_of(shown),
        "month": month,
        "month_subject": f"month/{month}",
        "purpose_word": word,
        "purpose": str(RunPurpose(shown.purpose).label),
        "is_payroll": word == "payroll",
        "names": NAMES[RunPurpose(shown.purpose)],
        "here": here,
        "links": {page: address_of(page, shown) for page in PAGES},
    }


def work_on(shown: Run) -> Sequence[ToldJob]:
    """Return the latest long work on a run, while it goes on and where it failed."""
    about_run = f"{shown.month:%Y-%m}/{shown.purpose}/{shown.number}/"
    latest = Job.objects.filter(kind__in=RUN_WORK, key__startswith=about_run).order_by("-pk")[:1]
    return told([job for job in latest if job.status not in (JobState.DONE, JobState.CANCELLED)])


def total_of(groups: Sequence[Group]) -> Group | None:
    """Return the sum of groups, nothing where there are none."""
    if not groups:
        return None
    return Group(
        top="",
        part="",
        top_name="",
        part_name="",
        people=sum(one.people for one in groups),
        amounts=[sum(column, ZERO) for column in zip(*(one.amounts for one in groups), strict=True)],
        before=sum((one.before for one in groups), ZERO),
        come=sum(one.come for one in groups),
        gone=sum(one.gone for one in groups),
        changed=sum(one.changed for one in groups),
    )


def funders_of(shown: Run, tops: Sequence[Group]) -> Sequence[tuple[str, Sequence[Decimal]]]:
    """Return what each scheme costs its funders, from the centre to the townships, and in all."""
    names = {one.top: one.top_name for one in tops}
    return [(names.get(code, code), amounts) for code, *amounts in rows_of(FUNDERS, shown.pk, shown.edition)]


def people_paid(shown: Run) -> int:
    """Return how many people a run pays: of benefits, each once, however many schemes pay."""
    paid = shown.dues if shown.purpose == RunPurpose.BENEFITS else shown.payslips
    return int(paid.filter(edition=shown.edition).aggregate(people=Count("person", distinct=True))["people"])


def inputs_of(shown: Run) -> Sequence[Declaration]:
    """Return the files that a run was frozen with."""
    keys = shown.inputs.filter(edition=shown.edition).values("declaration")
    return list(Declaration.objects.filter(pk__in=keys).order_by("pk"))
