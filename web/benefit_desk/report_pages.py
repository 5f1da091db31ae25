"""The papers of benefits: statistics, what is due, lists to hang out, booklets; seen here and taken away as files.

The pages read what the papers read, names and numbers masked as there. A file is made by the act of the papers
(``payouts.exports.benefit_papers``), which asks for the post and leaves the event of the reading.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from ledger.masking import masked_account, masked_id, masked_name
from ledger.models import Officer
from ledger.recording import refusals_recorded
from ledger.refusals import UnableToPost
from payouts.benefit_booklets import Booklet, booklet_of
from payouts.benefit_dues import AwardStanding, BenefitDues, ListKind, benefit_dues
from payouts.benefit_statistics import Figures, SchemeFigures, statistics_of, total_of
from payouts.exports.benefit_lists import masked_who
from payouts.exports.benefit_papers import write_booklet, write_due_list, write_public_list, write_statistics
from payouts.facts import RELEASED
from payouts.models import Enrolment, EnrolmentFact, Run
from payouts.models.words import PaymentStatus, RunPurpose, Standing
from payouts.policy import payout_policies
from payouts.public_lists import public_list
from payouts.rules.benefit_calendar import (
    Report,
    Span,
    StatisticalPeriod,
    period_of_half_year,
    period_of_year,
    statistical_year,
    statistics_due,
)
from web.access import officer_of
from web.act_words import refusal_told
from web.acting import SEE_OTHER
from web.benefit_desk.asked import (
    UNPROCESSABLE,
    FieldUnread,
    day_in,
    key_in,
    month_of,
    policies_known,
    schemes_today,
    text_in,
)

DAYS: Final = 30
DAYS_MAX: Final = 366
SHOWN: Final = 100
CERTIFICATE_MAX: Final = 40
SPANS: Final = {Span.HALF_YEAR: gettext_lazy("first half of the year"), Span.YEAR: gettext_lazy("whole year")}
LISTS: Final = {ListKind.ENTERED: gettext_lazy("list of who entered"), ListKind.LEFT: gettext_lazy("list of who left")}
AWARDS: Final = {
    AwardStanding.DUE: gettext_lazy("still to be paid"),
    AwardStanding.OVERDUE: gettext_lazy("overdue and not paid"),
    AwardStanding.PAID_IN_TIME: gettext_lazy("paid in time"),
    AwardStanding.PAID_LATE: gettext_lazy("paid late"),
}
REPORTS: Final = {
    Report.MONTHLY_REPORT: gettext_lazy("monthly report"),
    Report.HALF_YEAR_STATISTICS: gettext_lazy("statistics of the half-year"),
    Report.HALF_YEAR_REPORT: gettext_lazy("report of the half-year"),
    Report.YEAR_STATISTICS: gettext_lazy("statistics of the year"),
    Report.YEAR_REPORT: gettext_lazy("report of the year"),
}
Shown = Mapping[str, Any]


class PaperNotPrinted(UnableToPost):
    message = gettext_lazy("The paper cannot be printed.")
    remedy = gettext_lazy("Take it as xlsx.")


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that was asked for: what its page shows of it, and the act that writes its files into a folder."""

    read: Callable[[], Shown]
    write: Callable[[Path, Officer, datetime], Sequence[str]]


def benefit_papers(request: HttpRequest) -> HttpResponse:
    """Show which papers there are; lead from a certificate number, which goes into no address, to its booklet."""
    typed, refusal = text_in(request.POST, "certificate", CERTIFICATE_MAX), ""
    if request.method == "POST":
        try:
            entries = booklet_of(certificate=typed).entries
            return HttpResponseRedirect(reverse("benefit_booklet", args=[entries[0].enrolment]), status=SEE_OTHER)
        except UnableToPost as refused:
            refusal = refusal_told(refused)
    context = {"certificate": typed, "refusal": refusal}
    return render(request, "web/benefit_desk/papers.html", context, status=UNPROCESSABLE if refusal else None)


def answer(
    request: HttpRequest, template: str, *, kinds: Sequence[str], typed: Shown, asked: Callable[[], Paper | None]
) -> HttpResponse:
    """Return a paper's page, or a file of it where one is wanted; what is refused is told on the page."""
    wanted, figures, refusal = request.GET.get("as", ""), dict[str, Any](), ""
    try:
        with policies_known():
            paper = asked()
            if paper is not None and wanted in kinds:
                return taken(request, paper, wanted)
            figures |= paper.read() if paper is not None else {}
    except UnableToPost as refused:
        refusal = refusal_told(refused)
    context = {**typed, **figures, "refusal": refusal, "shown_max": SHOWN}
    return render(request, f"web/benefit_desk/{template}", context, status=UNPROCESSABLE if refusal else None)


def taken(request: HttpRequest, paper: Paper, wanted: str) -> HttpResponse:
    """Return a file of a paper, which its act writes and records; a refusal is in the trail.

    :raises UnableToPost: as the act does
    :raises PaperNotPrinted: if no font has a character of it
    """
    officer, at = officer_of(request), timezone.now()
    with TemporaryDirectory(prefix="tongfa-") as folder:
        with refusals_recorded(chain="", at=at, actor=officer.username, act="documents.read", subject="benefits"):
            names = paper.write(Path(folder), officer, at)
        name = next((name for name in names if name.endswith(f".{wanted}")), "")
        if not name:
            notes = [Path(folder, name).read_text("utf-8").strip() for name in names if name.endswith(".txt")]
            raise PaperNotPrinted("paper_is_printed", {"why": " ".join(notes)})
        content = Path(folder, name).read_bytes()
    named = content_disposition_header(as_attachment=True, filename=name) or ""
    return HttpResponse(content, content_type="application/octet-stream", headers={"Content-Disposition": named})


# Statistics


@require_GET
def benefit_statistics(request: HttpRequest) -> HttpResponse:
    """Show the figures of a statistical year or its first half, as known on a day."""
    today = timezone.localdate()
    periods = periods_until(today)
    ended = [word for word, period in periods.items() if period.until < today]
    typed = {
        "period": text_in(request.GET, "period", 10) or (ended or list(periods))[0],
        "on": text_in(request.GET, "on", 20) or f"{today}",
    }

    def asked() -> Paper:
        on = day_in(typed["on"])
        if typed["period"] not in periods:
            raise FieldUnread("period_is_statistical", {"text": typed["period"]})
        period = periods[typed["period"]]

        def read() -> Shown:
            due = statistics_due(period=period, policies=payout_policies()).due
            found = statistics_of(period=period, on=on)
            return {"statistics": found, "schemes": by_scheme(found.rows), "due": due}

        def write(folder: Path, officer: Officer, at: datetime) -> Sequence[str]:
            return write_statistics(period=period, folder=folder, on=on, officer=officer, at=at)

        return Paper(read, write)

    told = {**typed, "periods": [(word, one, SPANS[one.span]) for word, one in periods.items()]}
    return answer(request, "statistics.html", kinds=("pdf", "xlsx"), typed=told, asked=asked)


def periods_until(today: date) -> Mapping[str, StatisticalPeriod]:
    """Return the statistical years and half-years since the first benefit run by their words, the latest first."""
    policies = payout_policies()
    first = Run.objects.filter(purpose=RunPurpose.BENEFITS).order_by("month").values_list("month", flat=True).first()
    last = statistical_year(on=today, policies=policies)
    since = min(last, statistical_year(on=first, policies=policies) if first else last)
    found: dict[str, StatisticalPeriod] = {}
    for year in range(last, since - 1, -1):
        found[f"{year}"] = period_of_year(year=year, policies=policies)
        found[f"{year}-H1"] = period_of_half_year(year=year, policies=policies)
    return found


def by_scheme(rows: Sequence[SchemeFigures]) -> Sequence[tuple[str, Figures]]:
    """Return the figures of each scheme in all townships."""
    found: dict[str, list[Figures]] = {}
    for row in rows:
        found.setdefault(row.scheme, []).append(row.figures)
    return [(scheme, total_of(figures)) for scheme, figures in found.items()]


# What is due


@require_GET
def benefit_due_list(request: HttpRequest) -> HttpResponse:
    """Show what is due around a day: verifications, lists, awards and reports."""
    typed = {
        "on": text_in(request.GET, "on", 20) or f"{timezone.localdate()}",
        "days": text_in(request.GET, "days", 10) or f"{DAYS}",
    }

    def asked() -> Paper:
        on, days = day_in(typed["on"]), key_in(typed["days"])
        if days is None or days > DAYS_MAX:
            raise FieldUnread("days_are_a_count", {"text": typed["days"], "most": DAYS_MAX})

        def write(folder: Path, officer: Officer, at: datetime) -> Sequence[str]:
            return write_due_list(on=on, days=days, folder=folder, officer=officer, at=at)

        return Paper(lambda: dues_shown(benefit_dues(on=on, days=days)), write)

    return answer(request, "due_list.html", kinds=("pdf", "xlsx", "csv"), typed=typed, asked=asked)


def dues_shown(dues: BenefitDues) -> Shown:
    """Return what is due as the page shows it, people masked as on the paper."""
    return {
        "dues": dues,
        "verifications": [(masked_who(one.who), one) for one in dues.verifications[:SHOWN]],
        "changes": [(masked_who(one.who), one, LISTS[one.kind]) for one in dues.changes[:SHOWN]],
        "awards": [(masked_who(one.who), one, AWARDS[one.standing]) for one in dues.awards[:SHOWN]],
        "reports": [(one, REPORTS[one.report]) for one in dues.reports],
    }


# Lists that are hung out


@require_GET
def benefit_public_list(request: HttpRequest) -> HttpResponse:
    """Show whom a scheme pays in a month, as it is hung out."""
    typed = {
        "scheme": text_in(request.GET, "scheme", 60),
        "month": text_in(request.GET, "month", 10) or last_released(timezone.localdate()),
    }

    def asked() -> Paper | None:
        if not typed["scheme"]:
            return None
        scheme, month = typed["scheme"], month_of(typed["month"])

        def read() -> Shown:
            listed = public_list(scheme=scheme, month=month)
            return {"listed": listed, "rows": [(one, masked_name(one.name)) for one in listed.rows[:SHOWN]]}

        def write(folder: Path, officer: Officer, at: datetime) -> Sequence[str]:
            return write_public_list(scheme=scheme, month=month, folder=folder, officer=officer, at=at)

        return Paper(read, write)

    told = {**typed, "schemes": schemes_today().values()}
    return answer(request, "public_list.html", kinds=("pdf", "xlsx"), typed=told, asked=asked)


def last_released(today: date) -> str:
    """Return the latest month whose benefits were released, this one if there is none."""
    released = Run.objects.filter(purpose=RunPurpose.BENEFITS, status__in=RELEASED).order_by("-month").first()
    return f"{released.month if released else today:%Y-%m}"


# Booklets


@require_GET
def benefit_booklet(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was paid under the certificate number of an enrolment."""
    enrolment = get_object_or_404(Enrolment.objects.select_related("person"), pk=pk)
    facts = EnrolmentFact.objects.filter(enrolment=enrolment).order_by("-version")
    certificate = facts.values_list("certificate", flat=True).first() or ""

    def write(folder: Path, officer: Officer, at: datetime) -> Sequence[str]:
        return write_booklet(certificate=certificate, folder=folder, officer=officer, at=at)

    paper = Paper(lambda: booklet_shown(booklet_of(certificate=certificate)), write)
    typed = {"enrolment": enrolment}
    return answer(request, "booklet.html", kinds=("pdf", "xlsx"), typed=typed, asked=lambda: paper)


def booklet_shown(booklet: Booklet) -> Shown:
    """Return a booklet as the page shows it, the latest months first; numbers are masked as on the paper."""
    lines = [
        (line, PaymentStatus(line.status).label if line.status else "", masked_account(line.account_number))
        for line in reversed(booklet.lines[-SHOWN:])
    ]
    entries = [
        (one, masked_id(one.id_number), Standing(one.standing).label, masked_account(one.account_number))
        for one in booklet.entries
    ]
    return {"booklet": booklet, "entries": entries, "lines": lines}
