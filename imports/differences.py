"""What a newer file of a month says differently from the one it replaces, row by row of the same key."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import connection

from imports.layouts import LAYOUTS
from imports.models import StagedSheet


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


COMPARED = """
SELECT coalesce(n.key, o.key), coalesce(n.row, o.row), o.cells, n.cells
  FROM (SELECT key, row, cells, row_number() OVER (PARTITION BY key ORDER BY row) AS place
          FROM imports_stagedrow WHERE sheet_id = %s AND valid) o
  FULL JOIN (SELECT key, row, cells, row_number() OVER (PARTITION BY key ORDER BY row) AS place
               FROM imports_stagedrow WHERE sheet_id = %s AND valid) n ON (n.key, n.place) = (o.key, o.place)
 WHERE o.cells IS DISTINCT FROM n.cells ORDER BY 2, 1
"""


def differences_between(before: StagedSheet, now: StagedSheet) -> list[Difference]:
    """Return the differences of the valid rows of two sheets of one layout; serial numbers do not count."""
    columns = LAYOUTS[now.layout].columns()
    found = []
    with connection.cursor() as cursor:
        cursor.execute(COMPARED, [before.pk, now.pk])
        for key, row, old, new in cursor.fetchall():
            if old is None:
                found.append(Difference(DifferenceKind.ADDED, key, row))
            elif new is None:
                found.append(Difference(DifferenceKind.REMOVED, key, row))
            else:
                changed = tuple(
                    column.name
                    for column, was, will in zip(columns, old, new, strict=True)
                    if was != will and column.name != "序号"
                )
                if changed:
                    found.append(Difference(DifferenceKind.CHANGED, key, row, changed))
    return found
