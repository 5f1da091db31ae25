"""What a corrected list changes against an earlier version, as its page shows it: masked, with the sums of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from imports.differences import (
    DifferenceKind,
    RowChange,
    Version,
    changed_columns,
    changes_between,
    version_replaced,
    versions_before,
)
from imports.layouts import Column, Layout
from imports.layouts.widgets import NUMBERS, Account, IdNumber
from imports.models import ControlTotal, StagedSheet
from ledger.money import ZERO, in_full
from web.addresses import key_in
from web.file_desk.shown_cells import layout_of, masked_cell

ROWS_SHOWN = 100
KIND_NAMES: Mapping[DifferenceKind, Any] = {
    DifferenceKind.CHANGED: _("changed"),
    DifferenceKind.REMOVED: _("taken out"),
    DifferenceKind.ADDED: _("added"),
}


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """A cell that says something else: before and now, how much more now, and whether the difference is masked."""

    column: str
    before: str
    now: str
    more: str
    differs_unseen: bool


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A row that came, went or changed: who or what it is about, and its cells."""

    change: RowChange
    about: Sequence[str]
    cells: Sequence[Any]


@dataclass(frozen=True, slots=True)
class ShownKind:
    """The rows that differ in one way: how many there are, some of them, and where the next ones begin."""

    kind: str
    name: Any
    is_shown: bool
    count: int
    rows: Sequence[ShownChange]
    after: int
    following: int

    @property
    def first(self) -> int:
        return self.after + 1

    @property
    def last(self) -> int:
        return self.after + len(self.rows)


@dataclass(frozen=True, slots=True)
class ComparedSum:
    """What one column adds up to in both versions."""

    item: str
    before: Decimal
    now: Decimal

    @property
    def more(self) -> Decimal:
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class ShownChanges:
    """All that a page tells of two versions of a list."""

    before: Version
    versions: Sequence[Version]
    columns: Sequence[str]
    about: Sequence[str]
    kinds: Sequence[ShownKind]
    unchanged: int
    sums: Sequence[ComparedSum]


def shown_changes(sheet: StagedSheet, *, against: str, kind: str, after: int) -> ShownChanges | None:
    """Return what a sheet changes against the version that is named, or the one that it takes the place of.

    Nothing for a sheet that is the first of its list.
    """
    versions, layout = versions_before(sheet), layout_of(sheet.layout)
    named = key_in(against)
    before = next((one for one in versions if one.sheet.pk == named), version_replaced(versions))
    if before is None or layout is None:
        return None
    chosen = DifferenceKind(kind) if kind in set(DifferenceKind) else None
    after = after if chosen else 0
    found = changes_between(before=before.sheet, now=sheet, kind=chosen, after=after, most=ROWS_SHOWN)
    kinds = []
    for one in KIND_NAMES:
        rows = [shown_change(layout, one, row) for row in found.rows.get(one, ())]
        last = after + len(rows)
        following = last if rows and last < found.counts[one] else 0
        is_shown = chosen in (None, one)
        kinds.append(ShownKind(one.value, KIND_NAMES[one], is_shown, found.counts[one], rows, after, following))
    return ShownChanges(
        before=before,
        versions=versions,
        columns=[column.name for column in layout.columns()],
        about=[column.name for column in about_columns(layout)],
        kinds=kinds,
        unchanged=sheet.valid - found.counts[DifferenceKind.ADDED] - found.counts[DifferenceKind.CHANGED],
        sums=compared_sums(before.sheet, sheet),
    )


def about_columns(layout: type[Layout]) -> Sequence[Column]:
    """Return the columns that say who or what a row is about: its key, and the name of the person or else the unit."""
    columns = {column.name: column for column in layout.columns()}
    name = next((one for one in ("姓名", "单位名称") if one in columns), layout.row_key)
    return [column for column in columns.values() if column.name in (layout.row_key, name)]


def shown_change(layout: type[Layout], kind: DifferenceKind, row: RowChange) -> ShownChange:
    cells = dict(zip([column.name for column in layout.columns()], row.cells or row.cells_before, strict=True))
    about = [masked_cell(layout, column, cells[column.name], is_sound=True) for column in about_columns(layout)]
    if kind is DifferenceKind.CHANGED:
        return ShownChange(row, about, changed_cells(layout, row))
    whole = [
        (masked_cell(layout, column, cells[column.name], is_sound=True), isinstance(column.cell, NUMBERS))
        for column in layout.columns()
    ]
    return ShownChange(row, about, whole)


def changed_cells(layout: type[Layout], row: RowChange) -> Sequence[ChangedCell]:
    """Return the cells of a row that say something else now."""
    changed = []
    names = set(changed_columns(layout, row.cells_before, row.cells))
    for column, was, will in zip(layout.columns(), row.cells_before, row.cells, strict=True):
        if column.name in names:
            before, now = (masked_cell(layout, column, text, is_sound=True) for text in (was, will))
            more = in_full(Decimal(will or ZERO) - Decimal(was or ZERO)) if isinstance(column.cell, NUMBERS) else ""
            hidden = before == now and isinstance(column.cell, IdNumber | Account)
            changed.append(ChangedCell(column.name, before, now, more, hidden))
    return changed


def compared_sums(before: StagedSheet, now: StagedSheet) -> Sequence[ComparedSum]:
    """Return the control totals of two sheets beside each other."""
    totals = ControlTotal.objects.filter(sheet__in=[before.pk, now.pk], township="").exclude(item="").order_by("pk")
    found = {(total.sheet_id, total.item): total.amount for total in totals}
    items = dict.fromkeys(item for _sheet, item in found)
    return [ComparedSum(one, found.get((before.pk, one), ZERO), found.get((now.pk, one), ZERO)) for one in items]


def first_versions(month: date) -> Mapping[str, int]:
    """Return the key of the first sheet of each list of a month: a later one is a corrected version."""
    return dict(
        StagedSheet.objects.filter(month=month).exclude(layout="").order_by().values_list("layout").annotate(Min("pk"))
    )
