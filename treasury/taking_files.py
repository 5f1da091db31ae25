"""Let a staged file of the treasury count: who handed it in, who applied it, and which it replaces."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.models import AppliedFile
from treasury.refusals import OneOfficerTwice, refusals_named


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Where the rows of a file come from."""

    month: date
    kind: str
    file: str
    sheet: str
    sha256: str
    staged_by: str


def take_file(*, source: HandedIn, rows: int, officer: Officer, at: datetime) -> AppliedFile:
    """Note a file that counts from now on, inside the caller's transaction.

    :raises OneOfficerTwice: if the officer staged it
    """
    require_post(officer, "payouts.apply_file")
    if source.staged_by == officer.username:
        raise OneOfficerTwice("applied_file_four_eyes", {"file": source.file, "officer": officer.username})
    with refusals_named(), transaction.atomic():
        file = AppliedFile.objects.create(
            month=source.month,
            kind=source.kind,
            file=source.file,
            sheet=source.sheet,
            sha256=source.sha256,
            rows=rows,
            staged_by_id=source.staged_by,
            applied_by=officer,
            applied_at=at,
            replaces=AppliedFile.objects.filter(month=source.month, kind=source.kind, replaced_by=None).first(),
        )
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="file.apply",
            subject=f"applied file/{file.pk}",
            before={"replaces": file.replaces_id or ""},
            after={"file": source.file, "sha256": source.sha256, "rows": rows, "staged_by": source.staged_by},
        )
        return file
