"""The sheets of a month as its page lists them: rows, sums and findings, in a constant number of queries."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from imports.applying import APPLIES, CERTIFIES
from imports.models import ControlTotal, Finding, StagedSheet, StageStatus
from ledger.models import Officer
from month.long_work import waiting_sheets
from month.models import Job
from web.file_desk.changes import first_versions
from web.file_desk.shown_cells import layout_of
from web.job_pages import ToldJob, told

REPLACED_SHOWN = 50
JOBS_SHOWN = 3
SUMS_SHOWN = 2
KINDS = ("files.stage", "files.apply")


@dataclass
class ListedSheet:
    """A staged sheet with what is added up of it."""

    sheet: StagedSheet
    title: str
    errors: int = 0
    warnings: int = 0
    is_corrected: bool = False
    townships: Sequence[str] = ()
    sums: list[ControlTotal] = field(default_factory=list)

    @property
    def shown_sums(self) -> Sequence[ControlTotal]:
        return self.sums[:SUMS_SHOWN]

    @property
    def more_sums(self) -> int:
        return len(self.sums) - len(self.shown_sums)


def sheets_of_month(month: date) -> tuple[list[ListedSheet], list[ListedSheet]]:
    """Return the sheets of a month that count or wait, and the latest that were replaced."""
    found = StagedSheet.objects.filter(month=month).select_related("file").defer("file__content")
    standing = list(found.exclude(status=StageStatus.REPLACED).order_by("pk"))
    replaced = list(found.filter(status=StageStatus.REPLACED).order_by("-pk")[:REPLACED_SHOWN])
    firsts = first_versions(month)
    listed = {
        sheet.pk: ListedSheet(sheet, title_of(sheet), is_corrected=firsts.get(sheet.layout, sheet.pk) < sheet.pk)
        for sheet in (*standing, *replaced)
    }
    add_findings(listed)
    add_totals(listed)
    return [listed[sheet.pk] for sheet in standing], [listed[sheet.pk] for sheet in replaced]


def title_of(sheet: StagedSheet) -> str:
    """Return the kind of list that a sheet is."""
    layout = layout_of(sheet.layout)
    if layout is None:
        return _("No known list")
    return layout.sheet_title or layout.title


def add_findings(listed: dict[int, ListedSheet]) -> None:
    counts: Counter[tuple[int, str]] = Counter()
    rows = Finding.objects.filter(sheet__in=listed).values_list("sheet_id", "severity").annotate(found=Count("pk"))
    for key, severity, found in rows.order_by():
        counts[key, severity] = found
    for key, one in listed.items():
        one.errors, one.warnings = counts[key, "error"], counts[key, "warning"]


def add_totals(listed: dict[int, ListedSheet]) -> None:
    townships: dict[int, list[str]] = defaultdict(list)
    totals = ControlTotal.objects.filter(Q(item="") | Q(township=""), sheet__in=listed).order_by("pk")
    for total in totals:
        if total.township:
            townships[total.sheet_id].append(total.township)
        elif total.item:
            listed[total.sheet_id].sums.append(total)
    for key, names in townships.items():
        listed[key].townships = names


def jobs_of_month(month: date) -> Sequence[ToldJob]:
    """Return the latest work on the files of a month."""
    return told(
        list(Job.objects.filter(kind__in=KINDS, key__startswith=f"{month:%Y-%m}/").order_by("-pk")[:JOBS_SHOWN])
    )


@dataclass(frozen=True)
class Waiting:
    """The staged sheets that an officer may apply: all of them, and those that the officer staged."""

    sheets: Sequence[StagedSheet]
    own: Sequence[StagedSheet]

    @property
    def mark(self) -> str:
        return "/".join(str(sheet.pk) for sheet in self.sheets)

    @property
    def titles(self) -> Sequence[str]:
        return [title_of(sheet) for sheet in self.sheets]

    def corrected(self, listed: Sequence[ListedSheet]) -> Sequence[ListedSheet]:
        """Return those that take the place of an earlier version, as they are listed."""
        waiting = {sheet.pk for sheet in self.sheets}
        return [one for one in listed if one.is_corrected and one.sheet.pk in waiting]


def waiting_for(officer: Officer, month: date) -> Waiting:
    """Return what waits to be applied by an officer; nothing for who holds no post to apply."""
    sheets: Sequence[Any] = ()
    if officer.has_perm(APPLIES) or officer.has_perm(CERTIFIES):
        sheets = list(waiting_sheets(month, officer).select_related("file").defer("file__content"))
    return Waiting(sheets=sheets, own=[sheet for sheet in sheets if sheet.staged_by_id == officer.username])
