"""The pages of the files of a month: handing in, the list of sheets, one sheet with its findings, applying."""

import io
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from imports.differences import DifferenceKind, versions_before
from imports.marking import marked_name, write_marked_copy
from imports.models import StagedSheet
from ledger.models import Officer
from ledger.recording import record_event, record_refusal, refusals_recorded
from ledger.refusals import UnableToPost
from month.long_work import applying, staging
from month.standings import months_known
from payouts.refusals import SameOfficer
from web.access import may_open, officer_of
from web.act_words import refusal_told
from web.acting import take, take_and_go, tell
from web.addresses import key_in, month_in
from web.file_desk.changes import shown_changes
from web.file_desk.listings import jobs_of_month, sheets_of_month, title_of, waiting_for
from web.file_desk.refusals import NoFileTaken, NothingStaged, told_by_name
from web.file_desk.sheet_views import (
    findings_by_severity,
    findings_page,
    preview_of,
    totals_of_sheet,
)
from web.file_desk.trails import subject_of, subject_of_sheet, trail_of_month, trail_of_sheet
from web.job_pages import ask_for_work
from web.security.upload_refusals import UploadRefused
from web.security.uploads import Upload, checked_upload

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MONTHS_SHOWN = 8
ROWS_MAX = 2**31 - 1


@require_GET
def files(request: HttpRequest, month: str) -> HttpResponse:
    """List the sheets of a month, and take files in."""
    chosen = month_in(month)
    standing, replaced = sheets_of_month(chosen)
    known, waiting = months_known()[:MONTHS_SHOWN], waiting_for(officer_of(request), chosen)
    context = {
        "month": chosen,
        "months": known if chosen in known else [chosen, *known],
        "standing": standing,
        "replaced": replaced,
        "jobs": jobs_of_month(chosen),
        "waiting": waiting,
        "corrected": waiting.corrected(standing),
        "events": trail_of_month(chosen, [one.sheet for one in (*standing, *replaced)]),
        "bytes_max": settings.UPLOAD_BYTES_MAX,
        "megabytes_max": settings.UPLOAD_BYTES_MAX >> 20,
        "may_use_rules": may_open(request, "pay_rules"),
    }
    return render(request, "web/file_desk/files.html", context)


@require_POST
def files_hand_in(request: HttpRequest, month: str) -> HttpResponse:
    """Ask for the files of a form to be staged; each that is not taken is told by name, the others go on."""
    chosen = month_in(month)
    taken, refused = taken_in(request)

    def hand_in(officer: Officer, at: datetime) -> str:
        if not taken:
            raise NoFileTaken("files_are_handed_in", {"month": month, "refused": len(refused)})
        asked = staging(files=[(one.name, one.content) for one in taken], month=chosen)
        names = _(", ").join(one.name for one in taken)
        return _("Taken: {files}. {job}").format(files=names, job=ask_for_work(asked, officer, at))

    outcome = take(request, act="files.stage", subject=subject_of(chosen), step=hand_in)
    if not outcome.was_sent:
        tell_refused(request, refused, subject=subject_of(chosen))
    tell(request, outcome)
    return redirect_to_list(month)


def taken_in(request: HttpRequest) -> tuple[Sequence[Upload], Sequence[UploadRefused]]:
    """Return the files of a form that may be staged, and why the others may not."""
    taken, refused = [], []
    for file in request.FILES.getlist("files"):
        try:
            taken.append(checked_upload(file))
        except UploadRefused as refusal:
            refused.append(refusal)
    return taken, refused


def tell_refused(request: HttpRequest, refused: Sequence[UploadRefused], *, subject: str) -> None:
    """Tell by name which files were not taken, and leave it in the trail."""
    actor, at = officer_of(request).username, timezone.now()
    for refusal in refused:
        record_refusal(chain="", at=at, actor=actor, act="files.stage", subject=subject, refusal=refusal)
        messages.error(request, told_by_name(refusal))


@require_POST
def files_apply(request: HttpRequest, month: str) -> HttpResponse:
    """Ask for what waits to be applied, as the officer saw it."""
    chosen = month_in(month)
    waiting = waiting_for(officer_of(request), chosen)

    def apply(officer: Officer, at: datetime) -> str:
        if not waiting.sheets:
            raise NothingStaged("sheets_wait_to_be_applied", {"month": month})
        if waiting.own:  # the act refuses it too, but minutes later
            names = _(", ").join(sheet.file.name for sheet in waiting.own)
            raise SameOfficer("declaration_four_eyes", {"file": names, "officer": officer.username})
        return ask_for_work(applying(month=chosen, officer=officer), officer, at)

    return take_and_go(
        request,
        act="files.apply",
        subject=subject_of(chosen),
        step=apply,
        to=reverse("files", args=[month]),
        shown=waiting.mark,
    )


@require_GET
def staged_sheet(request: HttpRequest, month: str, pk: int) -> HttpResponse:
    """Show one sheet: its control totals, its findings, and rows of it with the cells that were found."""
    sheet = sheet_at(month, pk)
    severity = request.GET.get("severity", "")
    after = request.GET.get("after", "")
    found, following = findings_page(sheet, severity=severity, after=finding_key(after))
    counts = findings_by_severity(sheet)
    context = {
        "sheet": sheet,
        "month": sheet.month,
        "title": title_of(sheet),
        "totals": totals_of_sheet(sheet),
        "counts": counts,
        "all_findings": sum(counts.values()),
        "severity": severity if severity in counts else "",
        "findings": found,
        "after": after if finding_key(after) else "",
        "following": following,
        "preview": preview_of(sheet, rows_from=count_in(request.GET.get("rows_from", ""))),
        "events": trail_of_sheet(sheet),
        "may_take_copy": may_open(request, "marked_copy"),
        "has_versions": bool(versions_before(sheet)),
    }
    return render(request, "web/file_desk/sheet.html", context)


@require_GET
def sheet_changes(request: HttpRequest, month: str, pk: int) -> HttpResponse:
    """Show what a sheet changes against the version that it takes the place of, or another earlier one."""
    sheet = sheet_at(month, pk)
    asked = {name: request.GET.get(name, "") for name in ("against", "kind")}
    changes = shown_changes(sheet, **asked, after=min(key_in(request.GET.get("after", "")) or 0, ROWS_MAX))
    if changes is None:
        raise Http404(pk)
    kind = asked["kind"] if asked["kind"] in set(DifferenceKind) else ""
    context = {"sheet": sheet, "month": sheet.month, "title": title_of(sheet), "changes": changes, "kind": kind}
    return render(request, "web/file_desk/changes.html", context)


@require_POST
def marked_copy(request: HttpRequest, month: str, pk: int) -> HttpResponse:
    """Hand out the file of a sheet with its findings marked, numbers in full, and leave the trace of it."""
    sheet = sheet_at(month, pk)
    officer, at, copy, name = officer_of(request), timezone.now(), io.BytesIO(), marked_name(sheet.file.name)
    act, subject, actor = "documents.read", subject_of_sheet(sheet), officer.username
    try:
        with refusals_recorded(chain="", at=at, actor=actor, act=act, subject=subject):
            write_marked_copy(file=copy, staged=sheet.file)
            after = {"documents": 1, "names": name}
            record_event(chain="", at=at, actor=actor, act=act, subject=subject, after=after)
    except UnableToPost as refusal:
        messages.error(request, refusal_told(refusal))
        return redirect("staged_sheet", month, pk)
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(copy.getvalue(), content_type=XLSX, headers={"Content-Disposition": disposition})


def sheet_at(month: str, pk: int) -> StagedSheet:
    """Return the sheet of an address, without the bytes of its file."""
    found = StagedSheet.objects.select_related("file").defer("file__content")
    return get_object_or_404(found, pk=pk, month=month_in(month))


def redirect_to_list(month: str) -> HttpResponse:
    answer = redirect("files", month)
    answer.status_code = 303
    return answer


def finding_key(text: str) -> tuple[int, int] | None:
    """Return the key of a page of findings, or nothing if the text is none."""
    row, _dot, pk = text.partition(".")
    if row.isdecimal() and pk.isdecimal() and len(text) <= 25:
        return min(int(row), 2**31 - 1), min(int(pk), 2**63 - 1)
    return None


def count_in(text: str) -> int:
    """Return the number of a row, 1 if the text is none."""
    return int(text) if text.isdecimal() and len(text) <= 9 else 1
