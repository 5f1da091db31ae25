"""Take a certified roster: its rows enter as enrolments and as facts, with the file as evidence.

A row is held against what was known last: only what differs becomes a new version. Whoever is no longer on the
roster, or whose row was refused, keeps the enrolment and is not paid. What officers recorded here, a verification
or a death, is not undone by a roster that does not know it yet.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from ledger.copying import copy_rows
from ledger.models import Officer
from payouts.declaring import register_people
from payouts.models import Declaration
from treasury.models import Township

SUSPENDED = "暂停"


class RosterRow(NamedTuple):
    """A valid row of a certified roster; empty texts are empty cells, dates are spelled as ISO 8601."""

    row: int
    id_number: str
    name: str
    township: str
    village: str
    household: str
    household_kind: str
    residence: str
    relation: str
    scheme: str
    starts_on: str
    ended_on: str
    died_on: str
    certificate: str
    met_on: str
    bank: str
    account_number: str
    status: str


class RefusedRosterRow(NamedTuple):
    """A row that was refused, as far as it can be read, and the kind of its fault."""

    row: int
    id_number: str
    scheme: str
    cause: str


COLUMNS = (
    "declaration_id",
    "row",
    "person_id",
    "name",
    "township_id",
    "village",
    "household",
    "household_kind",
    "residence",
    "relation",
    "scheme",
    "starts_on",
    "ended_on",
    "died_on",
    "certificate",
    "met_on",
    "bank",
    "account_number",
    "status",
)
# The rows of the roster, and the latest version of the latest entry of everybody.
ROSTER = "(SELECT * FROM payouts_declaredbeneficiary WHERE declaration_id = %(declaration)s)"
LAST = """
WITH last_fact AS MATERIALIZED (
  SELECT DISTINCT ON (e.person_id, e.scheme) e.person_id, e.scheme, e.number, f.*
    FROM payouts_enrolment e JOIN payouts_enrolmentfact f ON f.enrolment_id = e.id
   ORDER BY e.person_id, e.scheme, e.number DESC, f.version DESC)
"""
HOUSEHOLDS = f"""
INSERT INTO payouts_household (township_id, number)
SELECT DISTINCT township_id, household FROM {ROSTER} r WHERE household <> ''
ON CONFLICT (township_id, number) DO NOTHING
"""
# Who is in no entry of the scheme yet, or whose last entry ended before this one begins.
ENROL = f"""
{LAST}
INSERT INTO payouts_enrolment (person_id, scheme, number, declaration_id, paper, certified_by_id, certified_at)
SELECT r.person_id, r.scheme, 1 + coalesce(l.number, 0), %(declaration)s, %(paper)s || r.row, %(officer)s, %(at)s
  FROM {ROSTER} r LEFT JOIN last_fact l ON (l.person_id, l.scheme) = (r.person_id, r.scheme)
 WHERE l.enrolment_id IS NULL OR l.ended_on < r.starts_on
 ORDER BY r.row
"""
# What was recorded here, without a roster, stands beside it.
FACTS = f"""
{LAST}
INSERT INTO payouts_enrolmentfact
       (enrolment_id, version, recorded_at, recorded_by_id, declaration_id, paper, standing, cause, suspended_from,
        starts_on, ended_on, died_on, met_on, grade, own_amount, certificate, township_id, village, household_id,
        household_kind, residence, relation, account_kind, holder_name, bank, account_number, account_reason)
SELECT n.enrolment_id, n.version, %(at)s, %(officer)s, %(declaration)s, %(paper)s || n.row, n.standing, '',
       n.suspended_from, n.starts_on, n.ended_on, n.died_on, n.met_on, n.grade, n.own_amount, n.certificate,
       n.township_id, n.village, n.household_id, n.household_kind, n.residence, n.relation, n.account_kind,
       n.holder_name, n.bank, n.account_number, n.account_reason
  FROM (SELECT r.row, e.id AS enrolment_id, 1 + coalesce(l.version, 0) AS version,
               CASE WHEN r.status = %(suspended)s THEN 'SUSPENDED' ELSE 'NORMAL' END AS standing,
               CASE WHEN r.status = %(suspended)s THEN coalesce(l.suspended_from, %(month)s) END AS suspended_from,
               r.starts_on, r.ended_on, coalesce(r.died_on, h.died_on) AS died_on,
               greatest(r.met_on, h.met_on) AS met_on, coalesce(l.grade, '') AS grade, l.own_amount, r.certificate,
               r.township_id, r.village,
               k.id AS household_id, r.household_kind, r.residence, r.relation,
               CASE WHEN g.kept THEN 'GUARDIAN' ELSE 'OWN' END AS account_kind,
               CASE WHEN g.kept THEN l.holder_name ELSE r.name END AS holder_name, r.bank, r.account_number,
               CASE WHEN g.kept THEN l.account_reason ELSE '' END AS account_reason
          FROM {ROSTER} r
          JOIN (SELECT DISTINCT ON (person_id, scheme) id, person_id, scheme FROM payouts_enrolment
                 ORDER BY person_id, scheme, number DESC) e ON (e.person_id, e.scheme) = (r.person_id, r.scheme)
          LEFT JOIN last_fact l ON l.enrolment_id = e.id
          LEFT JOIN payouts_household k ON (k.township_id, k.number) = (r.township_id, r.household)
          LEFT JOIN (SELECT enrolment_id, max(met_on) AS met_on, max(died_on) AS died_on FROM payouts_enrolmentfact
                      WHERE declaration_id IS NULL GROUP BY enrolment_id) h ON h.enrolment_id = e.id
         CROSS JOIN LATERAL (SELECT (l.account_kind = 'GUARDIAN' AND (l.bank, l.account_number)
                                                                    = (r.bank, r.account_number)) IS TRUE AS kept) g
       ) n
  LEFT JOIN last_fact o ON o.enrolment_id = n.enrolment_id
 WHERE o.enrolment_id IS NULL
    OR (n.standing, n.suspended_from, n.starts_on, n.ended_on, n.died_on, n.met_on, n.certificate, n.township_id,
        n.village, n.household_id, n.household_kind, n.residence, n.relation, n.holder_name, n.bank, n.account_number)
       IS DISTINCT FROM
       (o.standing, o.suspended_from, o.starts_on, o.ended_on, o.died_on, o.met_on, o.certificate, o.township_id,
        o.village, o.household_id, o.household_kind, o.residence, o.relation, o.holder_name, o.bank, o.account_number)
 ORDER BY n.row
"""
# Of those who came by a roster: refused now, or missing from it.
NOT_LISTED = f"""
{LAST}, refused_row AS (
  SELECT t.row, p.id AS person_id, t.scheme, t.cause
    FROM unnest(%(rows)s::integer[], %(numbers)s::text[], %(schemes)s::text[], %(causes)s::text[])
         AS t (row, id_number, scheme, cause)
    JOIN payouts_person p ON p.id_number = t.id_number)
INSERT INTO payouts_enrolmentfact
       (enrolment_id, version, recorded_at, recorded_by_id, declaration_id, paper, standing, cause, suspended_from,
        starts_on, ended_on, died_on, met_on, grade, own_amount, certificate, township_id, village, household_id,
        household_kind, residence, relation, account_kind, holder_name, bank, account_number, account_reason)
SELECT l.enrolment_id, l.version + 1, %(at)s, %(officer)s, %(declaration)s, %(paper)s || coalesce(x.row, 0),
       CASE WHEN x.cause IS NULL THEN 'REMOVED' ELSE 'REFUSED' END, coalesce(x.cause, ''), l.suspended_from,
       l.starts_on, l.ended_on, l.died_on, l.met_on, l.grade, l.own_amount, l.certificate, l.township_id, l.village,
       l.household_id, l.household_kind, l.residence, l.relation, l.account_kind, l.holder_name, l.bank,
       l.account_number, l.account_reason
  FROM last_fact l
  LEFT JOIN (SELECT DISTINCT ON (person_id, scheme) person_id, scheme, cause, row FROM refused_row
              ORDER BY person_id, scheme, row) x ON (x.person_id, x.scheme) = (l.person_id, l.scheme)
 WHERE EXISTS (SELECT FROM payouts_enrolment e WHERE e.id = l.enrolment_id AND e.declaration_id IS NOT NULL)
   AND NOT EXISTS (SELECT FROM {ROSTER} r WHERE (r.person_id, r.scheme) = (l.person_id, l.scheme))
   AND (l.standing, l.cause) IS DISTINCT FROM
       (CASE WHEN x.cause IS NULL THEN 'REMOVED' ELSE 'REFUSED' END, coalesce(x.cause, ''))
 ORDER BY l.enrolment_id
"""


def enrol_roster(
    *,
    declaration: Declaration,
    rows: Iterable[RosterRow],
    refused: Iterable[RefusedRosterRow],
    officer: Officer,
    at: datetime,
) -> None:
    """Take the rows of a certified roster, inside the caller's transaction.

    ``scheme`` of a row is the code of its scheme; a refused row whose number nobody has is left out.
    """
    listed = list(rows)
    people = register_people([(row.id_number, row.name) for row in listed])
    townships = dict(Township.objects.values_list("name", "pk"))
    with connection.cursor() as cursor:
        # One writer of facts at a time: two rosters would both add the same next version.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payouts.enrolmentfact'))")
    copy_rows(
        table="payouts_declaredbeneficiary",
        columns=COLUMNS,
        rows=[
            (
                declaration.pk,
                row.row,
                people[row.id_number],
                row.name,
                townships[row.township],
                row.village[:60],
                row.household[:40],
                row.household_kind[:20],
                row.residence[:20],
                row.relation[:20],
                row.scheme,
                row.starts_on,
                row.ended_on or None,
                row.died_on or None,
                row.certificate[:40],
                row.met_on or None,
                row.bank[:80],
                row.account_number,
                row.status[:20],
            )
            for row in listed
        ],
    )
    turned_down = [row for row in refused if row.id_number and row.scheme]
    facts: dict[str, object] = {
        "declaration": declaration.pk,
        "month": declaration.month,
        "paper": f"{declaration.file} 行"[:180],
        "officer": officer.username,
        "at": at,
        "suspended": SUSPENDED,
        "rows": [row.row for row in turned_down],
        "numbers": [row.id_number for row in turned_down],
        "schemes": [row.scheme for row in turned_down],
        "causes": [row.cause for row in turned_down],
    }
    with connection.cursor() as cursor:
        for statement in (HOUSEHOLDS, ENROL, FACTS, NOT_LISTED):
            cursor.execute(statement, facts)  # type: ignore[arg-type]


def roster_of(*, month: date) -> Declaration | None:
    """Return the certified roster that stands in a month: its own, or the latest of an earlier one."""
    rosters = Declaration.objects.filter(kind="BENEFITS", month__lte=month, replaced_by=None)
    return rosters.order_by("-month").first()
