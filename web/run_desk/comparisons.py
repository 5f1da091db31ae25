"""Read a run by its groups and its people, beside what the month before was paid.

A payroll is grouped by township and unit, benefits by scheme and township; each is read set-based, a page at a time.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from ledger.masking import masked_id
from payouts.benefit_facts import schemes_in_use
from payouts.facts import RELEASED, month_before, rows_by_name
from payouts.models import Run
from payouts.models.words import RunPurpose
from treasury.models import Township, Unit

PAGE = 100
KEY = re.compile(r"(?P<size>\d{1,16}\.\d{2})\.(?P<person>\d{1,18})\.(?P<top>\w*)", re.ASCII)

# Who is paid what in this run, and what in the month before: one row for each person of a group.
PAYROLL = """
WITH now AS (
  SELECT s.person_id AS person, t.code AS top, u.code AS part, s.gross AS main, s.deductions AS one, s.tax AS two,
         s.net AS three, s.id AS slip
    FROM payouts_payslip s JOIN treasury_unit u ON u.id = s.unit_id JOIN treasury_township t ON t.id = u.township_id
   WHERE s.run_id = %(run)s AND s.edition = %(edition)s),
last AS (
  SELECT s.person_id AS person, t.code AS top, u.code AS part, s.gross AS main, s.id AS slip
    FROM payouts_run r JOIN payouts_payslip s ON s.run_id = r.id AND s.edition = r.edition
    JOIN treasury_unit u ON u.id = s.unit_id JOIN treasury_township t ON t.id = u.township_id
   WHERE r.month = %(before)s AND r.purpose = 'PAYROLL' AND r.status = ANY(%(released)s)),
pairs AS (SELECT n.*, l.top AS last_top, l.part AS last_part, l.main AS last_main, l.slip AS last_slip,
                 coalesce(n.person, l.person) AS who
            FROM now n FULL JOIN last l ON l.person = n.person)
"""
BENEFITS = """
WITH now AS (
  SELECT d.person_id AS person, d.scheme AS top, min(t.code) AS part, sum(d.amount) AS main, sum(d."offset") AS one,
         coalesce(sum(d.amount) FILTER (WHERE d.period < %(month)s OR d.number > 1), 0.00) AS two,
         sum(d.amount - d."offset") AS three, min(d.id) AS slip
    FROM payouts_benefitdue d JOIN treasury_township t ON t.id = d.township_id
   WHERE d.run_id = %(run)s AND d.edition = %(edition)s GROUP BY d.person_id, d.scheme),
last AS (
  SELECT d.person_id AS person, d.scheme AS top, min(t.code) AS part, sum(d.amount) AS main, min(d.id) AS slip
    FROM payouts_run r JOIN payouts_benefitdue d ON d.run_id = r.id AND d.edition = r.edition
    JOIN treasury_township t ON t.id = d.township_id
   WHERE r.month = %(before)s AND r.purpose = 'BENEFITS' AND r.status = ANY(%(released)s)
   GROUP BY d.person_id, d.scheme),
pairs AS (SELECT n.*, l.top AS last_top, l.part AS last_part, l.main AS last_main, l.slip AS last_slip,
                 coalesce(n.person, l.person) AS who
            FROM now n FULL JOIN last l ON l.person = n.person AND l.top = n.top)
"""
# Who went from one group to another is new in this one and gone from that one.
PARTS = """, parts AS (
  SELECT top, part, main, one, two, three, CASE WHEN (last_top, last_part) = (top, part) THEN last_main END AS before
    FROM pairs WHERE top IS NOT NULL
  UNION ALL
  SELECT last_top, last_part, NULL, NULL, NULL, NULL, last_main
    FROM pairs WHERE last_top IS NOT NULL AND (last_top, last_part) IS DISTINCT FROM (top, part)),
sums AS (
  SELECT top, part, count(main) AS people, coalesce(sum(main), 0.00) AS main, coalesce(sum(one), 0.00) AS one,
         coalesce(sum(two), 0.00) AS two, coalesce(sum(three), 0.00) AS three, coalesce(sum(before), 0.00) AS before,
         count(*) FILTER (WHERE before IS NULL) AS come, count(*) FILTER (WHERE main IS NULL) AS gone,
         count(*) FILTER (WHERE main <> before) AS changed
    FROM parts GROUP BY top, part)
"""
TOPS = """
SELECT top, '', sum(people)::int, sum(main), sum(one), sum(two), sum(three), sum(before), sum(come)::int,
       sum(gone)::int, sum(changed)::int FROM sums GROUP BY top ORDER BY top
"""
GROUPS = """
SELECT * FROM sums WHERE (%(top)s = '' OR top = %(top)s) AND (top, part) > (%(after_top)s, %(after_part)s)
 ORDER BY top, part LIMIT %(limit)s
"""
LARGEST_GROUPS = """
SELECT * FROM sums WHERE main <> before OR come > 0 OR gone > 0
 ORDER BY abs(main - before) DESC, top, part LIMIT %(limit)s
"""
PEOPLE = """, found AS (
  SELECT who, coalesce(top, last_top) AS top, coalesce(part, last_part) AS part, main, last_main, two, slip, last_slip,
         abs(coalesce(main, 0) - coalesce(last_main, 0)) AS size, last_part
    FROM pairs WHERE main IS DISTINCT FROM last_main OR part IS DISTINCT FROM last_part)
SELECT who, top, part, main, last_main, two, slip, last_slip, size, last_part, p.name, p.id_number
  FROM found JOIN payouts_person p ON p.id = who
 WHERE (%(size)s::numeric IS NULL OR (-size, who, top) > (-%(size)s::numeric, %(after)s, %(after_top)s))
 ORDER BY size DESC, who, top LIMIT %(limit)s"""


class Names(NamedTuple):
    """What people read for the two levels of groups, and for the amounts of each."""

    top: Any
    part: Any
    amounts: Sequence[Any]


PAIRS = {RunPurpose.PAYROLL: PAYROLL, RunPurpose.BENEFITS: BENEFITS}
NAMES = {
    RunPurpose.PAYROLL: Names(_("Township"), _("Unit"), (_("Gross"), _("Deductions"), _("Tax"), _("Net"))),
    RunPurpose.BENEFITS: Names(
        _("Scheme"), _("Township"), (_("Due"), _("Kept back"), _("Of it for earlier months"), _("To be paid"))
    ),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The people of a township, a unit or a scheme: their sums, and what they were paid in the month before."""

    top: str
    part: str
    top_name: str
    part_name: str
    people: int
    amounts: Sequence[Decimal]
    before: Decimal
    come: int
    gone: int
    changed: int

    @property
    def change(self) -> Decimal:
        return self.amounts[0] - self.before


@dataclass(frozen=True, slots=True)
class PersonDifference:
    """What one person is paid now and was paid in the month before, nothing where not at all."""

    person: int
    name: str
    id_number: str
    top: str
    part: str
    top_name: str
    part_name: str
    came_from: str
    now: Decimal | None
    before: Decimal | None
    earlier: Decimal | None  # of benefits: what is for earlier months
    slip: int | None
    last_slip: int | None
    size: Decimal

    @property
    def change(self) -> Decimal:
        return (self.now or Decimal(0)) - (self.before or Decimal(0))

    @property
    def key(self) -> str:
        return f"{self.size}.{self.person}.{self.top}"


def is_compared(run: Run) -> bool:
    """Whether a run is compared: it is the regular one, and the month before was paid."""
    return (
        run.number == 1
        and Run.objects.filter(month=month_before(run.month), purpose=run.purpose, status__in=RELEASED).exists()
    )


def tops_of(run: Run) -> Sequence[Group]:
    """Return the townships of a payroll, or the schemes of benefits."""
    return groups_read(run, TOPS)


def groups_of(run: Run, *, top: str, after: str) -> Sequence[Group]:
    """Return a page of units of a township, or of the townships of a scheme; of all where ``top`` is empty."""
    after_top, _dot, after_part = after.partition(".")
    return groups_read(run, GROUPS, top=top, after_top=after_top, after_part=after_part, limit=PAGE)


def largest_groups(run: Run, *, limit: int) -> Sequence[Group]:
    """Return the units or townships that differ most from the month before."""
    return groups_read(run, LARGEST_GROUPS, limit=limit)


def groups_read(run: Run, statement: str, **asked: object) -> Sequence[Group]:
    names = names_of(run)
    return [
        Group(top, part, names.get(top, top), names.get(part, part), people, amounts, before, come, gone, changed)
        for top, part, people, *amounts, before, come, gone, changed in read(run, PARTS + statement, asked)
    ]


def largest_people(run: Run, *, after: str, limit: int = PAGE) -> Sequence[PersonDifference]:
    """Return a page of the people who differ from the month before, the largest difference first."""
    size, person, top = key_in(after)
    names = names_of(run)
    return [
        PersonDifference(
            person=who,
            name=name,
            id_number=masked_id(id_number),
            top=top,
            part=part,
            top_name=names.get(top, top),
            part_name=names.get(part, part),
            came_from=names.get(last_part, "") if now is not None and last_part and last_part != part else "",
            now=now,
            before=before,
            earlier=two if run.purpose == RunPurpose.BENEFITS else None,
            slip=slip,
            last_slip=last_slip,
            size=size,
        )
        for who, top, part, now, before, two, slip, last_slip, size, last_part, name, id_number in read(
            run, PEOPLE, {"size": size, "after": person, "after_top": top, "limit": limit}
        )
    ]


def read(run: Run, statement: str, asked: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement over a run and, where it is compared, the month before it."""
    before = month_before(run.month) if run.number == 1 else None
    bound = {
        "run": run.pk,
        "edition": run.edition,
        "month": run.month,
        "before": before,
        "released": list(RELEASED),
        **asked,
    }
    return rows_by_name(PAIRS[RunPurpose(run.purpose)] + statement, bound)


def names_of(run: Run) -> Mapping[str, str]:
    """Return the names of townships, units and schemes by their codes."""
    names = dict(Township.objects.values_list("code", "name"))
    if run.purpose == RunPurpose.BENEFITS:
        return {**names, **{code: scheme.name for code, scheme in schemes_in_use(month=run.month).items()}}
    return {**names, **dict(Unit.objects.values_list("code", "name"))}


def key_in(text: str) -> tuple[Decimal | None, int, str]:
    """Return the key after which a page of differences begins: size, person and group; nothing for the first page."""
    match = KEY.fullmatch(text)
    if match is None:
        return None, 0, ""
    return Decimal(match["size"]), int(match["person"]), match["top"]
