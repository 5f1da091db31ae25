"""Compares the benefit roster with itself, with the known deaths, and with the month of the run."""

from datetime import date

from imports.comparing import DUPLICATES, Check, Comparison, accounts_are_their_own, townships_are_known
from imports.fault_kinds import FaultKind
from imports.layouts.benefits import NORMAL, SUSPENDED, Deaths
from payouts.benefit_facts import schemes_in_use
from payouts.rules.schemes import Scheme

UNKNOWN_SCHEMES = """
{note}
SELECT r.sheet_id, r.row, %(column)s, %(kind)s, %(severity)s, r.cells[%(scheme)s], '', ''
  FROM imports_stagedrow r
 WHERE r.sheet_id = %(sheet)s AND r.cells[%(scheme)s] <> '' AND r.cells[%(scheme)s] <> ALL (%(schemes)s)
"""
DECEASED = """
{note}
SELECT r.sheet_id, r.row, %(column)s, %(kind)s, %(severity)s, r.key, d.died_on, ''
  FROM imports_stagedrow r
  JOIN (SELECT key, min(cells[%(death)s]) AS died_on FROM imports_stagedrow
         WHERE sheet_id = %(deaths)s AND valid GROUP BY key) d ON d.key = r.key
 WHERE r.sheet_id = %(sheet)s AND r.key <> '' AND r.cells[%(status)s] = %(normal)s AND r.cells[%(died_on)s] = ''
   AND d.died_on < %(month)s AND {unrefused}
"""
# A scheme beside another one that excludes it, of one person in the same month: it is refused.
DOUBLES = """
{note}
SELECT r.sheet_id, r.row, %(column)s, %(kind)s, %(severity)s, r.cells[%(scheme)s], min(n.row)::text, ''
  FROM imports_stagedrow r
  JOIN unnest(%(excluded)s::text[], %(excluding)s::text[]) AS x (excluded, excluding)
    ON x.excluded = r.cells[%(scheme)s]
  JOIN imports_stagedrow n ON n.sheet_id = r.sheet_id AND n.key = r.key AND n.cells[%(scheme)s] = x.excluding
 WHERE r.sheet_id = %(sheet)s AND r.key <> ''
   AND r.cells[%(starts_on)s] < %(next_month)s AND n.cells[%(starts_on)s] < %(next_month)s
   AND (r.cells[%(ends_on)s] = '' OR r.cells[%(ends_on)s] >= %(month)s)
   AND (n.cells[%(ends_on)s] = '' OR n.cells[%(ends_on)s] >= %(month)s)
   AND {unrefused}
 GROUP BY r.sheet_id, r.row, r.cells[%(scheme)s]
"""
# Only where nothing else stops the payment already.
OVERDUE = """
{note}
SELECT r.sheet_id, r.row, %(column)s, %(kind)s, %(severity)s, r.cells[%(verified_on)s], '', ''
  FROM imports_stagedrow r
  JOIN unnest(%(verified)s::text[], %(met_since)s::text[]) AS v (scheme, met_since) ON v.scheme = r.cells[%(scheme)s]
  LEFT JOIN (SELECT key, min(cells[%(death)s]) AS died_on FROM imports_stagedrow
              WHERE sheet_id = %(deaths)s AND valid GROUP BY key) d ON d.key = r.key
 WHERE r.sheet_id = %(sheet)s AND r.valid AND r.cells[%(verified_on)s] <> ''
   AND r.cells[%(verified_on)s] < v.met_since
   AND r.cells[%(status)s] <> %(suspended)s
   AND r.cells[%(starts_on)s] < %(next_month)s
   AND coalesce(nullif(r.cells[%(died_on)s], ''), d.died_on, %(month)s) >= %(month)s
   AND (r.cells[%(ends_on)s] = '' OR r.cells[%(ends_on)s] >= %(month)s)
"""


def run(comparison: Comparison, statement: str, *, column: str, kind: FaultKind) -> None:
    schemes = schemes_in_use(month=comparison.month)
    excluded = [
        (schemes[code].name, by.name) for by in schemes.values() for code in sorted(by.excludes & schemes.keys())
    ]
    verified = [scheme for scheme in schemes.values() if scheme.verification_months is not None]
    facts = {
        "beside": comparison.at("项目名称"),
        "scheme": comparison.at("项目名称"),
        "status": comparison.at("状态"),
        "starts_on": comparison.at("资格起始"),
        "ends_on": comparison.at("资格终止"),
        "died_on": comparison.at("死亡日期"),
        "verified_on": comparison.at("最近见面核实日期"),
        "death": Deaths.position("死亡日期") + 1,
        "schemes": sorted(scheme.name for scheme in schemes.values()),
        "excluded": [name for name, _by in excluded],
        "excluding": [by for _name, by in excluded],
        "verified": [scheme.name for scheme in verified],
        "normal": NORMAL,
        "suspended": SUSPENDED,
        "next_month": str(months_from(comparison.month, 1)),
        "met_since": [met_since(comparison.month, scheme) for scheme in verified],
    }
    comparison.run(statement, column=column, kind=kind, facts=facts)


def months_from(month: date, months: int) -> date:
    """Return the first day of the month so many months later, or earlier."""
    years, place = divmod(month.month - 1 + months, 12)
    return date(month.year + years, place + 1, 1)


def met_since(month: date, scheme: Scheme) -> str:
    """Return the first day on which a meeting is in time for a month (G01)."""
    return str(months_from(month, -(scheme.verification_months or 0)))


def persons_are_in_a_scheme_once(comparison: Comparison) -> None:
    run(comparison, DUPLICATES, column="身份证号", kind=FaultKind.DUPLICATE_PERSON)


def schemes_are_known(comparison: Comparison) -> None:
    run(comparison, UNKNOWN_SCHEMES, column="项目名称", kind=FaultKind.UNKNOWN_BENEFIT)


def nobody_dead_is_normal(comparison: Comparison) -> None:
    run(comparison, DECEASED, column="身份证号", kind=FaultKind.DECEASED_ON_ROSTER)


def schemes_exclude_each_other(comparison: Comparison) -> None:
    run(comparison, DOUBLES, column="项目名称", kind=FaultKind.EXCLUSIVE_DOUBLE)


def people_were_met(comparison: Comparison) -> None:
    run(comparison, OVERDUE, column="最近见面核实日期", kind=FaultKind.VERIFICATION_OVERDUE)


CHECKS: tuple[Check, ...] = (
    persons_are_in_a_scheme_once,
    townships_are_known,
    schemes_are_known,
    nobody_dead_is_normal,
    schemes_exclude_each_other,
    accounts_are_their_own,
    people_were_met,
)
