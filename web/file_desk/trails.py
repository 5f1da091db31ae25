"""What happened to the files of a month: handed in, refused, judged, read in full, applied."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import QuerySet

from imports.models import StagedSheet
from ledger.models import AuditEvent
from payouts.models import Declaration
from treasury.models import AppliedFile

TOLD_OF_MONTH, TOLD_OF_SHEET = 12, 30


def subject_of(month: date) -> str:
    """Return the subject of acts on the files of a month."""
    return f"files/{month:%Y-%m}"


def subject_of_sheet(sheet: StagedSheet) -> str:
    """Return the subject under which a sheet was staged, and is read."""
    return f"sheet/{sheet.pk}"


def trail_of_month(month: date, sheets: Iterable[StagedSheet]) -> Sequence[AuditEvent]:
    """Return the last events about the files of a month."""
    applied = subjects_applied(Declaration.objects.filter(month=month), AppliedFile.objects.filter(month=month))
    return events_about([subject_of(month), *map(subject_of_sheet, sheets), *applied], TOLD_OF_MONTH)


def trail_of_sheet(sheet: StagedSheet) -> Sequence[AuditEvent]:
    """Return the last events about one sheet."""
    same = {"month": sheet.month, "kind": sheet.layout, "sha256": sheet.file.sha256}
    applied = subjects_applied(Declaration.objects.filter(**same), AppliedFile.objects.filter(**same))
    return events_about([subject_of_sheet(sheet), *applied], TOLD_OF_SHEET)


def subjects_applied(declarations: QuerySet[Declaration], files: QuerySet[AppliedFile]) -> set[str]:
    return {f"declaration/{one}" for one in declarations} | {
        f"applied file/{pk}" for pk in files.values_list("pk", flat=True)
    }


def events_about(subjects: Sequence[str], most: int) -> Sequence[AuditEvent]:
    return list(AuditEvent.objects.filter(subject__in=subjects).order_by("-at", "-pk")[:most])
