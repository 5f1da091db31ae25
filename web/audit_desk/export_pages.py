"""Exports and packs: asked for here, made by a worker, seen with their digests, taken away part by part.

Numbers of people and accounts are masked. In full they are for who closes the months alone, who confirms it when they
are asked for and when they are taken away.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from audit.exports.csv_files import Encoding
from audit.voucher_files import PDF
from ledger.book_figures import ADJUSTMENT
from ledger.exports.book_papers import PAPERS as BOOK_PAPERS
from ledger.models import Book, Officer, Period
from ledger.recording import refusals_recorded
from ledger.refusals import UnableToPost
from month.audit_work import pack_asked, papers_asked, vouchers_asked
from month.exporting import Handed, ask_for_export, hand_out_file
from month.held import Asked
from month.models import Job
from month.paper_work import JOURNALS, journal
from month.tasks import ring_for
from month.telling_jobs import kind_name
from web.access import officer_of, open_books
from web.act_words import refusal_told
from web.acting import SEE_OTHER, Outcome, take, tell
from web.audit_desk import fields
from web.audit_desk.export_lists import EXPORTS, FULL_KINDS, PAGE, SAMPLE, exports_of, jobs_of, page_of
from web.audit_desk.names import BOOK_PAPER_NAMES, FORMAT_NAMES


@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest) -> HttpResponse:
    """Show what was exported by whom, and the forms that ask for more; what is asked for is asked by one of them."""
    typed, outcome = request.POST, Outcome()
    if request.method == "POST":
        what = typed.get("what", "")
        outcome = take(
            request,
            act="export.ask",
            subject="exports",
            step=partial(ask, typed),
            confirmed="in_full" in typed and what in ("vouchers", "pack"),
        )
        if outcome.is_done or outcome.was_sent:
            tell(request, outcome)
            return HttpResponseRedirect(reverse("audit_exports"), status=SEE_OTHER)
    found = page_of(jobs_of(*EXPORTS), fields.key_in(request.GET, "before"))
    years = list(Period.objects.order_by("-year").values_list("year", flat=True).distinct())
    context = {
        "exports": found,
        "following": found[-1].told.pk if len(found) == PAGE else None,
        "refusal": outcome.refusal,
        "typed": typed,
        "chosen_books": typed.getlist("book"),
        "chosen_papers": typed.getlist("paper"),
        "books": open_books(request),
        "years": years,
        "formats": FORMAT_NAMES.items(),
        "papers": BOOK_PAPER_NAMES.items(),
        "months": range(1, ADJUSTMENT + 1),
        "journals": sorted(JOURNALS),
        "today": timezone.localdate(),
    }
    return render(request, "web/audit_desk/exports.html", context)


def ask(typed: QueryDict, officer: Officer, at: datetime) -> str:
    """Ask for what one of the forms says."""
    what = fields.one_of(typed, "what", ASKED)
    job = ask_for_export(asked=ASKED[what](typed, officer), officer=officer, at=at)
    ring_for(job)
    return _("Job {job}: {work}. It goes on by itself; you may leave this page.").format(
        job=job.pk, work=kind_name(job.kind)
    )


def vouchers_typed(typed: QueryDict, officer: Officer) -> Asked:
    form, _dash, paper = fields.one_of(typed, "format", FORMAT_NAMES).partition("-")
    return vouchers_asked(
        codes=typed.getlist("book"),
        since=fields.day_in(typed, "since"),
        until=fields.day_in(typed, "until"),
        format_name=form,
        paper=paper if form == PDF else "",
        encoding=(Encoding.GB18030 if paper == "gb18030" else Encoding.UTF8).value,
        in_full="in_full" in typed,
        officer=officer,
    )


def papers_typed(typed: QueryDict, officer: Officer) -> Asked:
    months = [fields.whole_in(typed, name, (1, ADJUSTMENT)) for name in ("first", "last")]
    papers = fields.some_of(typed, "paper", BOOK_PAPERS)
    if not papers:
        raise fields.unreadable("paper", "")
    return papers_asked(
        codes=typed.getlist("book"),
        year=fields.whole_in(typed, "year", fields.YEARS),
        months=(min(months), max(months)),
        papers=papers,
        officer=officer,
    )


def pack_typed(typed: QueryDict, officer: Officer) -> Asked:
    year = fields.whole_in(typed, "year", fields.YEARS)
    return pack_asked(codes=typed.getlist("book"), year=year, in_full="in_full" in typed, officer=officer)


def journal_typed(typed: QueryDict, _officer: Officer) -> Asked:
    codes = ["", *Book.objects.values_list("code", flat=True)]
    return journal(book=fields.one_of(typed, "book", codes), format_name=fields.one_of(typed, "format", JOURNALS))


ASKED: dict[str, Callable[[QueryDict, Officer], Asked]] = {
    "vouchers": vouchers_typed,
    "papers": papers_typed,
    "pack": pack_typed,
    "journal": journal_typed,
}


@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one export or sample: how far it is, its files with their digests, and how they are verified."""
    job = get_object_or_404(Job, pk=pk, kind__in=(*EXPORTS, SAMPLE))
    context = {"export": exports_of([job])[0], "mark": mark_of(job), "is_sample": job.kind == SAMPLE}
    return render(request, "web/audit_desk/export.html", context)


@require_http_methods(["GET", "POST"])
def export_file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """Hand out a file; one in full to who confirms that."""
    job = get_object_or_404(Job, pk=pk, kind__in=(*EXPORTS, SAMPLE))
    if job.kind in FULL_KINDS:
        return file_in_full(request, job, name) if request.method == "POST" else HttpResponseNotAllowed(["POST"])
    officer, at, subject = officer_of(request), timezone.now(), f"job/{job.pk}"
    try:
        with refusals_recorded(chain="", at=at, actor=officer.username, act="documents.read", subject=subject):
            return streamed(hand_out_file(job=job, name=name, officer=officer, at=at))
    except UnableToPost as refusal:
        tell(request, Outcome(refusal=refusal_told(refusal)))
        return HttpResponseRedirect(reverse("audit_export", args=[job.pk]))


def file_in_full(request: HttpRequest, job: Job, name: str) -> HttpResponseBase:
    handed: list[Handed] = []

    def step(officer: Officer, at: datetime) -> str:
        handed.append(hand_out_file(job=job, name=name, officer=officer, at=at))
        return ""

    outcome = take(
        request, act="documents.read", subject=f"job/{job.pk}", step=step, shown=mark_of(job), confirmed=True
    )
    if outcome.is_done:
        return streamed(handed[0])
    tell(request, outcome)
    return HttpResponseRedirect(reverse("audit_export", args=[job.pk]), status=SEE_OTHER)


def mark_of(job: Job) -> str:
    return f"{job.status}/{job.attempt}"


def streamed(handed: Handed) -> StreamingHttpResponse:
    """Return a file part by part, as it is kept."""
    answer = StreamingHttpResponse(handed.parts, content_type="application/octet-stream")
    answer["Content-Length"] = str(handed.size)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=handed.name) or ""
    return answer
