"""What a newer version of a list says differently from an earlier one, row by row of the same key.

Only valid rows are compared, because only they count. Rows that say the same in both versions are set aside first,
wherever they stand; of a key that is there several times, the rows that are left are paired in their order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Min
from psycopg2 import sql

from imports.layouts import LAYOUTS, Layout
from imports.models import StagedRow, StagedSheet, StageStatus
from payouts.inputs import LASTING_KINDS
from payouts.models import Declaration
from treasury.models import AppliedFile

# What numbers the lines of a file, and says nothing about a row.
SERIAL = "序号"


class DifferenceKind(StrEnum):
    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that came, went or changed; ``columns`` names what changed, by the layout's own names."""

    kind: DifferenceKind
    key: str
    row: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that came, went or changed, with its cells in both versions.

    A row number is 0 and the cells are none in the version that does not have the row. ``refused_row`` is where that
    version has a refused row of the same key, 0 for nowhere.
    """

    key: str
    row_before: int
    row: int
    cells_before: Sequence[str]
    cells: Sequence[str]
    refused_row: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """How many rows came, went or changed, and some of them in the order of the file."""

    counts: Mapping[DifferenceKind, int]
    rows: Mapping[DifferenceKind, Sequence[RowChange]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier version of a list, and whether it ever counted."""

    sheet: StagedSheet
    counted: bool


# A full join is a hash or a merge join, never a loop, also where PostgreSQL knows nothing of these rows yet.
DIFFERING = """
WITH before AS (
    SELECT key, row, cells, said, row_number() OVER (PARTITION BY key, said ORDER BY row) AS twin
      FROM (SELECT key, row, cells, cells[:%(serial)s - 1] || cells[%(serial)s + 1:] AS said
              FROM imports_stagedrow WHERE sheet_id = %(before)s AND valid) r
), now AS (
    SELECT key, row, cells, said, row_number() OVER (PARTITION BY key, said ORDER BY row) AS twin
      FROM (SELECT key, row, cells, cells[:%(serial)s - 1] || cells[%(serial)s + 1:] AS said
              FROM imports_stagedrow WHERE sheet_id = %(now)s AND valid) r
), single AS (
    SELECT b.key AS old_key, b.row AS old_row, b.cells AS old_cells, n.key AS new_key, n.row AS new_row,
           n.cells AS new_cells
      FROM before b FULL JOIN now n ON (n.key, n.said, n.twin) = (b.key, b.said, b.twin)
     WHERE b.row IS NULL OR n.row IS NULL
), gone AS (
    SELECT *, row_number() OVER (PARTITION BY old_key ORDER BY old_row) AS place FROM single WHERE new_row IS NULL
), come AS (
    SELECT *, row_number() OVER (PARTITION BY new_key ORDER BY new_row) AS place FROM single WHERE old_row IS NULL
), differing AS (
    SELECT CASE WHEN g.old_row IS NULL THEN 'ADDED' WHEN c.new_row IS NULL THEN 'REMOVED' ELSE 'CHANGED' END AS kind,
           coalesce(c.new_key, g.old_key) AS key, coalesce(g.old_row, 0) AS row_before, coalesce(c.new_row, 0) AS row,
           coalesce(g.old_cells, '{}') AS cells_before, coalesce(c.new_cells, '{}') AS cells
      FROM gone g FULL JOIN come c ON (c.new_key, c.place) = (g.old_key, g.place)
)
"""
ALL = sql.SQL(
    """
{differing}
SELECT kind, key, row_before, row, cells_before, cells FROM differing ORDER BY coalesce(nullif(row, 0), row_before), key
"""
).format(differing=sql.SQL(DIFFERING))
SOME = sql.SQL(
    """
{differing}, numbered AS (
    SELECT *, row_number() OVER (PARTITION BY kind ORDER BY coalesce(nullif(row, 0), row_before), key) AS place
      FROM differing
)
SELECT c.kind, c.rows, n.key, n.row_before, n.row, n.cells_before, n.cells
  FROM (SELECT kind, count(*) AS rows FROM differing GROUP BY kind) c
  LEFT JOIN numbered n ON n.kind = c.kind AND %(kind)s IN ('', n.kind)
                      AND n.place > %(after)s AND n.place <= %(after)s + %(most)s
 ORDER BY c.kind, n.place
"""
).format(differing=sql.SQL(DIFFERING))


def differences_between(before: StagedSheet, now: StagedSheet) -> list[Difference]:
    """Return all differences of the valid rows of two sheets of one layout."""
    layout = LAYOUTS[now.layout]
    with connection.cursor() as cursor:
        cursor.execute(ALL, sheets_of(before, now))
        return [
            Difference(DifferenceKind(kind), key, row or row_before, tuple(changed_columns(layout, old, new)))
            for kind, key, row_before, row, old, new in cursor.fetchall()
        ]


def changed_columns(layout: type[Layout], before: Sequence[str], now: Sequence[str]) -> list[str]:
    """Return the columns whose cells two rows have otherwise; none where one of the rows is not there."""
    if not before or not now:
        return []
    pairs = zip(layout.columns(), before, now, strict=True)
    return [column.name for column, was, will in pairs if was != will and column.name != SERIAL]


def changes_between(
    *, before: StagedSheet, now: StagedSheet, kind: DifferenceKind | None, after: int, most: int
) -> Changes:
    """Return how the valid rows of two sheets of one layout differ: all counts, and at most some rows of each kind.

    The rows are those of one kind, or of all where ``kind`` is None, behind the first ``after`` of each.
    """
    facts = {**sheets_of(before, now), "kind": kind or "", "after": after, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(SOME, facts)
        found = cursor.fetchall()
    refused = refused_rows(before, now, [key for _kind, _rows, key, *_more in found if key])
    rows: dict[DifferenceKind, list[RowChange]] = {}
    for name, _count, key, row_before, row, old, new in found:
        if key is not None:
            lacks = {DifferenceKind.ADDED: before.pk, DifferenceKind.REMOVED: now.pk}.get(DifferenceKind(name))
            change = RowChange(key, row_before, row, old, new, refused.get((lacks, key), 0))
            rows.setdefault(DifferenceKind(name), []).append(change)
    counts = {DifferenceKind(name): count for name, count, *_more in found}
    return Changes(counts={one: counts.get(one, 0) for one in DifferenceKind}, rows=rows)


def sheets_of(before: StagedSheet, now: StagedSheet) -> dict[str, Any]:
    columns = [column.name for column in LAYOUTS[now.layout].columns()]
    return {
        "before": before.pk,
        "now": now.pk,
        "serial": columns.index(SERIAL) + 1 if SERIAL in columns else 0,
    }


def refused_rows(before: StagedSheet, now: StagedSheet, keys: Sequence[str]) -> Mapping[tuple[int | None, str], int]:
    """Return the first refused row of some keys in each of two sheets."""
    found = StagedRow.objects.filter(sheet__in=[before.pk, now.pk], valid=False, key__in=set(keys))
    return {(sheet, key): row for sheet, key, row in found.values_list("sheet_id", "key").annotate(Min("row"))}


def versions_before(sheet: StagedSheet) -> list[Version]:
    """Return the earlier versions of a sheet, the latest first, and what held on from an earlier month."""
    if not sheet.layout:
        return []
    of_list = StagedSheet.objects.filter(layout=sheet.layout).select_related("file", "staged_by").defer("file__content")
    earlier = list(of_list.filter(month=sheet.month, pk__lt=sheet.pk).order_by("-pk"))
    counted = counted_hashes(sheet) - {sheet.file.sha256}
    versions = []
    for one in earlier:
        versions.append(Version(one, counted=one.file.sha256 in counted))
        counted.discard(one.file.sha256)  # of equal bytes, the latest are those that counted
    if sheet.layout in LASTING_KINDS:
        lasting = of_list.filter(month__lt=sheet.month, status=StageStatus.APPLIED).order_by("-month", "-pk")[:1]
        versions += [Version(one, counted=True) for one in lasting]
    return versions


def counted_hashes(sheet: StagedSheet) -> set[str]:
    """Return the hashes of the files of a list that were applied in a month."""
    same = {"month": sheet.month, "kind": sheet.layout}
    declared = Declaration.objects.filter(**same).values_list("sha256", flat=True)
    return {*declared, *AppliedFile.objects.filter(**same).values_list("sha256", flat=True)}


def version_replaced(versions: Sequence[Version]) -> Version | None:
    """Return the version that a list takes, or took, the place of: the latest that counted, else the latest."""
    return next((one for one in versions if one.counted), versions[0] if versions else None)
