"""Compares the rows of a staged sheet with each other and with the sheets they are judged against.

Set-based, in the database, after the rows are copied. Each check writes its findings; rows with an
error are refused before the next check looks at what is valid.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg2 import sql

from imports.fault_kinds import FaultKind
from imports.layouts import Layout
from imports.layouts.payroll import Roster, Units

# The parts that the checks share. A row that was refused for who it is about, or for a unit or
# township that nobody knows, has no second finding that only follows from the first.
PARTS = {
    "note": sql.SQL('INSERT INTO imports_finding (sheet_id, row, "column", kind, severity, value, cause, taken_as) '),
    "unrefused": sql.SQL(
        """
        NOT EXISTS (SELECT 1 FROM imports_finding f WHERE f.sheet_id = r.sheet_id AND f.row = r.row
                       AND f.kind IN ('duplicate_person', 'duplicate_unit', 'duplicate_township', 'unknown_unit',
                                      'unknown_township', 'unknown_person', 'person_not_accepted'))
        """
    ),
}

DUPLICATES = """
{note}
SELECT r.sheet_id, r.row, %(column)s, %(kind)s, %(severity)s, r.key, t.first::text, ''
  FROM imports_stagedrow r
  JOIN (SELECT key, coalesce(cells[%(beside)s], '') AS beside, min(row) AS first
          FROM imports_stagedrow WHERE sheet_id = %(sheet)s AND key <> ''
         GROUP BY 1, 2 HAVING count(*) > 1) t
    ON t.key = r.key AND t.beside = coalesce(r.cells[%(beside)s], '') AND r.row > t.first
 WHERE r.sheet_id = %(sheet)s
"""
UNKNOWN = """
{note}
SELECT r.sheet_id, r.row, %(column)s, %(kind)s, %(severity)s, r.cells[%(at)s], '', ''
  FROM imports_stagedrow r
 WHERE r.sheet_id = %(sheet)s AND r.cells[%(at)s] <> ''
   AND NOT EXISTS (SELECT 1 FROM imports_stagedrow u
                    WHERE u.sheet_id = %(units)s AND u.valid AND u.cells[%(known_at)s] = r.cells[%(at)s])
   AND {unrefused}
"""
UNKNOWN_PERSONS = """
{note}
SELECT r.sheet_id, r.row, %(column)s,
       CASE WHEN refused.cause IS NULL THEN 'unknown_person' ELSE 'person_not_accepted' END,
       'error', r.key, coalesce(refused.cause, ''), ''
  FROM (SELECT * FROM imports_stagedrow r
         WHERE r.sheet_id = %(sheet)s AND r.key <> ''
           AND NOT EXISTS (SELECT 1 FROM imports_stagedrow p
                            WHERE p.sheet_id = %(roster)s AND p.valid AND p.key = r.key)
           AND {unrefused}) r
  LEFT JOIN (SELECT DISTINCT ON (p.cells[%(known_at)s]) p.cells[%(known_at)s] AS id_number, f.kind AS cause
               FROM imports_stagedrow p JOIN imports_finding f ON f.sheet_id = p.sheet_id AND f.row = p.row
              WHERE p.sheet_id = %(roster)s AND NOT p.valid AND f.severity = 'error'
              ORDER BY p.cells[%(known_at)s], p.row, f.id) refused ON refused.id_number = r.key
"""
GHOSTS = """
{note}
SELECT r.sheet_id, r.row, %(column)s, %(kind)s, %(severity)s, r.key,
       concat_ws(' ', p.cells[%(stopped_at)s], p.cells[%(reason_at)s]), ''
  FROM imports_stagedrow r
  JOIN imports_stagedrow p ON p.sheet_id = %(roster)s AND p.valid AND p.key = r.key
 WHERE r.sheet_id = %(sheet)s AND r.key <> '' AND p.cells[%(stopped_at)s] <> ''
   AND p.cells[%(stopped_at)s] < %(month)s AND {unrefused}
"""
# The account belongs to the first row that has it; another person's row is refused.
SHARED = """
WITH held AS (
    SELECT account, min(row) AS first FROM imports_stagedrow
     WHERE sheet_id = %(sheet)s AND account <> '' AND key <> ''
     GROUP BY account HAVING min(key) <> max(key)
), shared AS (
    SELECT r.row, r.account, h.first
      FROM held h
      JOIN imports_stagedrow f ON f.sheet_id = %(sheet)s AND f.row = h.first
      JOIN imports_stagedrow r ON r.sheet_id = %(sheet)s AND r.account = h.account
     WHERE r.key <> '' AND r.key <> f.key
)
{note}
SELECT %(sheet)s, row, %(column)s, 'shared_account', 'error', account, first::text, '' FROM shared
UNION ALL
SELECT %(sheet)s, first, %(column)s, 'shared_account_first', 'warning', account, min(row)::text, ''
  FROM shared GROUP BY first, account
"""
RECEIPTS = """
{note}
SELECT r.sheet_id, r.row, %(column)s, %(kind)s, %(severity)s, r.key, t.first::text, ''
  FROM imports_stagedrow r
  JOIN (SELECT key, min(row) AS first FROM imports_stagedrow
         WHERE sheet_id = %(sheet)s AND valid AND key <> '' GROUP BY key HAVING count(*) > 1) t
    ON t.key = r.key AND r.row > t.first
 WHERE r.sheet_id = %(sheet)s AND r.valid
"""
REFUSE = """
UPDATE imports_stagedrow r SET valid = false
  FROM imports_finding f
 WHERE f.sheet_id = %s AND f.severity = 'error' AND r.sheet_id = f.sheet_id AND r.row = f.row AND r.valid
"""


@dataclass(frozen=True)
class Comparison:
    """A sheet and the keys of the sheets it is compared with, by layout."""

    layout: type[Layout]
    sheet: int
    references: Mapping[str, int]
    month: date

    def run(self, statement: str, *, column: str, facts: Mapping[str, Any], kind: FaultKind | None = None) -> None:
        """Run a check that writes findings about a column of the sheet; ``facts`` are its own parameters."""
        parameters: dict[str, Any] = {
            "sheet": self.sheet,
            "month": f"{self.month:%Y-%m-%d}",
            **{layout.lower(): self.references.get(layout) for layout in ("UNITS", "ROSTER", "DEATHS")},
            "column": column,
            "kind": kind,
            "severity": kind and kind.severity,
            **facts,
        }
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(**PARTS), parameters)

    def at(self, column: str) -> int:
        """Return where a column of the sheet stands in ``cells``, as PostgreSQL counts."""
        return self.layout.position(column) + 1


Check = Callable[[Comparison], None]


def run_checks(comparison: Comparison, checks: Sequence[Check]) -> None:
    """Write the findings of the checks in their order, each after refusing what the one before has found."""
    with without_nested_loops() as cursor:
        for check in checks:
            check(comparison)
            cursor.execute(REFUSE, [comparison.sheet])


@contextmanager
def without_nested_loops() -> Iterator[CursorWrapper]:
    """Keep PostgreSQL from nested loops: rows are newer than its statistics, and a loop over them is quadratic."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield cursor
        cursor.execute("SET LOCAL enable_nestloop = on")


def persons_are_there_once(comparison: Comparison) -> None:
    comparison.run(DUPLICATES, column="身份证号", kind=FaultKind.DUPLICATE_PERSON, facts={"beside": 0})


def units_are_there_once(comparison: Comparison) -> None:
    comparison.run(DUPLICATES, column="单位编码", kind=FaultKind.DUPLICATE_UNIT, facts={"beside": 0})


def townships_are_there_once(comparison: Comparison) -> None:
    column = comparison.layout.township_column
    comparison.run(
        DUPLICATES, column=column, kind=FaultKind.DUPLICATE_TOWNSHIP, facts={"beside": comparison.at(column)}
    )


def units_are_known(comparison: Comparison) -> None:
    column = comparison.layout.unit_column
    facts = {"at": comparison.at(column), "known_at": Units.position("单位编码") + 1}
    comparison.run(UNKNOWN, column=column, kind=FaultKind.UNKNOWN_UNIT, facts=facts)


def townships_are_known(comparison: Comparison) -> None:
    column = comparison.layout.township_column
    facts = {"at": comparison.at(column), "known_at": Units.position("乡镇") + 1}
    comparison.run(UNKNOWN, column=column, kind=FaultKind.UNKNOWN_TOWNSHIP, facts=facts)


def accounts_are_their_own(comparison: Comparison) -> None:
    comparison.run(SHARED, column=comparison.layout.account_column, facts={})


def persons_are_accepted(comparison: Comparison) -> None:
    comparison.run(UNKNOWN_PERSONS, column="身份证号", facts={"known_at": Roster.position("身份证号") + 1})


def nobody_stopped_is_paid(comparison: Comparison) -> None:
    comparison.run(
        GHOSTS,
        column="身份证号",
        kind=FaultKind.GHOST_AFTER_STOP,
        facts={"stopped_at": Roster.position("停发日期") + 1, "reason_at": Roster.position("停发原因") + 1},
    )


def receipts_are_used_once(comparison: Comparison) -> None:
    comparison.run(RECEIPTS, column=comparison.layout.row_key, kind=FaultKind.RECEIPT_REUSED, facts={})
