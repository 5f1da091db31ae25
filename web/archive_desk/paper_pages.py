"""The paper of a destruction list (会计档案销毁清册), as it stands, to be kept."""

import io
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.destroying import subject_of
from audit.destructions import sheet_of
from audit.exports.destruction_papers import TITLE, destruction_document
from audit.models import DestructionList
from ledger.exports.pages.embedding import GlyphMissing
from ledger.recording import record_event
from treasury.exports.documents import heading_of
from treasury.exports.papers import in_chinese, write_book, write_pdf
from web.access import officer_of
from web.acting import Outcome, tell

WRITERS: Final = {
    "pdf": (write_pdf, "application/pdf"),
    "xlsx": (write_book, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_GET
def list_paper(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Return a list as a file, and record that it was read."""
    if kind not in WRITERS:
        raise Http404(kind)
    listed = get_object_or_404(DestructionList.objects.select_related("appraisal"), pk=pk)
    write, content_type = WRITERS[kind]
    at, file = timezone.now(), io.BytesIO()
    try:
        with in_chinese():
            write(file=file, document=destruction_document(sheet=sheet_of(listed), heading=heading_of(at)))
    except GlyphMissing as missing:
        said = _("The list cannot be printed, take it as xlsx: {why}").format(why=missing)
        tell(request, Outcome(refusal=said))
        return HttpResponseRedirect(reverse("archive_list", args=[pk]))
    record_event(chain="", at=at, actor=officer_of(request).username, act="retention.read", subject=subject_of(listed))
    named = content_disposition_header(as_attachment=True, filename=f"{TITLE}-{pk}.{kind}") or ""
    return HttpResponse(file.getvalue(), content_type=content_type, headers={"Content-Disposition": named})
