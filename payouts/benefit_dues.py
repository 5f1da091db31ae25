"""What is due of the people who are paid: verifications, lists of who entered and left, awards, and reports.

A benefit that is paid once is an award. Who has never been met is not overdue (the terms of schemes). The roster with
which the district began brings nobody new and nobody who left.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.timezone import get_default_timezone_name

from payouts.benefit_facts import schemes_in_use
from payouts.facts import RELEASED, rows_by_name
from payouts.policy import payout_policies
from payouts.rules.benefit_calendar import ReportDue, award_due, list_due, met_before, reports_due, verification_due
from payouts.rules.scheme_terms import Frequency
from payouts.rules.schemes import Scheme

DAY = timedelta(days=1)
Asked = dict[str, Any]
Schemes = Mapping[str, Scheme]
# The latest of what is known of each entry by a day, and on which day that was.
LATEST = """
WITH begun AS (SELECT id, month FROM payouts_declaration WHERE kind = 'BENEFITS' ORDER BY id LIMIT 1),
latest AS (
  SELECT DISTINCT ON (f.enrolment_id) f.*, e.scheme, e.person_id, e.certified_at, e.declaration_id AS entered_by,
         (e.certified_at AT TIME ZONE %(zone)s)::date AS certified_on, p.name, p.id_number, t.name AS township,
         t.number AS township_number
    FROM payouts_enrolmentfact f JOIN payouts_enrolment e ON e.id = f.enrolment_id
    JOIN payouts_person p ON p.id = e.person_id JOIN treasury_township t ON t.id = f.township_id
   WHERE (f.recorded_at AT TIME ZONE %(zone)s)::date <= %(on)s
   ORDER BY f.enrolment_id, f.version DESC)
"""
WHO = "l.township, l.village, l.name, l.id_number, l.scheme"
IN_ORDER = "l.township_number, l.village, l.name, l.enrolment_id"
VERIFICATIONS = f"""
{LATEST}
SELECT {WHO}, l.met_on
  FROM latest l JOIN unnest(%(schemes)s::text[], %(bounds)s::date[]) AS b (scheme, met_before) ON b.scheme = l.scheme
 WHERE l.met_on < b.met_before AND l.standing IN ('NORMAL', 'SUSPENDED') AND l.died_on IS NULL
   AND (l.ended_on IS NULL OR l.ended_on >= %(on)s) ORDER BY {IN_ORDER}
"""  # noqa: S608
# Who was certified on a day; and whose leaving became known, or came, on a day.
CHANGES = f"""
{LATEST}
, version AS (
  SELECT f.enrolment_id, f.declaration_id, least(f.died_on, f.ended_on) AS last_day,
         (f.recorded_at AT TIME ZONE %(zone)s)::date AS recorded_on, g.gone,
         lag(g.gone, 1, false) OVER (PARTITION BY f.enrolment_id ORDER BY f.version) AS was_gone
    FROM payouts_enrolmentfact f,
         LATERAL (SELECT f.standing = 'REMOVED' OR f.died_on IS NOT NULL OR f.ended_on IS NOT NULL AS gone) g
   WHERE (f.recorded_at AT TIME ZONE %(zone)s)::date <= %(on)s),
departure AS (
  SELECT DISTINCT ON (enrolment_id) enrolment_id, greatest(recorded_on, last_day) AS left_on, gone,
         declaration_id = (SELECT id FROM begun) AND last_day <= recorded_on AS long_ago
    FROM version WHERE gone <> was_gone ORDER BY enrolment_id, recorded_on DESC)
SELECT {WHO}, c.kind, c.changed_on
  FROM (SELECT enrolment_id, 'ENTERED' AS kind, certified_on AS changed_on FROM latest
         WHERE entered_by IS DISTINCT FROM (SELECT id FROM begun)
         UNION ALL
        SELECT enrolment_id, 'LEFT', left_on FROM departure WHERE gone AND long_ago IS NOT TRUE) c
  JOIN latest l USING (enrolment_id)
 WHERE c.changed_on BETWEEN %(since)s AND %(on)s ORDER BY c.kind, c.changed_on, {IN_ORDER}
"""  # noqa: S608
# Awards that somebody may have: from the first month of the district on. Paid when the bank settled it.
AWARDS = f"""
{LATEST}
SELECT {WHO}, l.certified_on, coalesce(d.amount, 0), d.paid_on
  FROM latest l
  LEFT JOIN LATERAL (
    SELECT sum(d.amount) AS amount, max(a.settled_on) AS paid_on
      FROM payouts_benefitdue d
      JOIN payouts_run r ON r.id = d.run_id AND r.edition = d.edition AND r.status = ANY(%(released)s)
      LEFT JOIN payouts_obligation o ON o.benefit_id = d.id
      LEFT JOIN LATERAL (
        SELECT max(x.posting_date) AS settled_on
          FROM payouts_paymentpart q JOIN payouts_resultrow w ON w.payment_id = q.payment_id
          JOIN payouts_resultfile x ON x.id = w.file_id
         WHERE q.obligation_id = o.id AND w.outcome = 'SETTLED' AND x.posting_date <= %(on)s
           AND NOT EXISTS (SELECT FROM payouts_resultrow b JOIN payouts_resultfile y ON y.id = b.file_id
                            WHERE b.payment_id = q.payment_id AND b.outcome = 'RETURNED'
                              AND y.posting_date <= %(on)s)) a ON true
     WHERE d.enrolment_id = l.enrolment_id) d ON true
 WHERE l.scheme = ANY(%(schemes)s) AND (d.paid_on >= %(since)s OR d.paid_on IS NULL)
   AND l.starts_on >= coalesce((SELECT month FROM begun), l.starts_on) AND l.standing IN ('NORMAL', 'SUSPENDED')
 ORDER BY l.certified_on, {IN_ORDER}
"""  # noqa: S608


class ListKind(StrEnum):
    """Which list somebody belongs on."""

    ENTERED = "ENTERED"
    LEFT = "LEFT"


class AwardStanding(StrEnum):
    """Whether an award was paid in time, or still can be."""

    DUE = "DUE"
    OVERDUE = "OVERDUE"
    PAID_IN_TIME = "PAID_IN_TIME"
    PAID_LATE = "PAID_LATE"


class Who(NamedTuple):
    """Somebody enrolled, the numbers in full; what leaves the office masks them."""

    township: str
    village: str
    name: str
    id_number: str
    scheme: str


class VerificationDue(NamedTuple):
    """Somebody whose verification holds to ``due_on``."""

    who: Who
    met_on: date
    due_on: date
    is_overdue: bool


class ChangeDue(NamedTuple):
    """Somebody who entered or left, and by when the list with the papers is to be handed in."""

    who: Who
    kind: ListKind
    changed_on: date
    due_on: date


class AwardDue(NamedTuple):
    """An award by the day of its decision; the amount is zero while no run has released it."""

    who: Who
    decided_on: date
    due_on: date
    amount: Decimal
    paid_on: date | None
    standing: AwardStanding


class BenefitDues(NamedTuple):
    """What is due as of a day, with what became due or was done in so many days before it."""

    on: date
    days: int
    verifications: list[VerificationDue]
    changes: list[ChangeDue]
    awards: list[AwardDue]
    reports: list[ReportDue]


def benefit_dues(*, on: date, days: int) -> BenefitDues:
    """Return what is due within so many days after a day, with what happened in so many days before it."""
    schemes = schemes_in_use(month=on.replace(day=1))
    since, until = on - days * DAY, on + days * DAY
    asked: Asked = {"on": on, "since": since, "zone": get_default_timezone_name()}
    return BenefitDues(
        on=on,
        days=days,
        verifications=sorted(verifications(asked, schemes, until), key=lambda one: one.due_on),
        changes=list(changes(asked, schemes)),
        awards=list(awards(asked, schemes)),
        reports=reports_due(since=since, until=until, policies=payout_policies()),
    )


def verifications(asked: Asked, schemes: Schemes, until: date) -> Iterator[VerificationDue]:
    """Yield whose verification ends by a day; awards are paid once, so nobody has to be met for them again."""
    months = {
        code: scheme.verification_months
        for code, scheme in schemes.items()
        if scheme.verification_months is not None and scheme.frequency is not Frequency.ONCE
    }
    bounds = [met_before(due_until=until, months=each) for each in months.values()]
    for *who, met_on in rows_by_name(VERIFICATIONS, {**asked, "schemes": list(months), "bounds": bounds}):
        due_on = verification_due(met_on=met_on, months=months[who[-1]])
        yield VerificationDue(who_of(who, schemes), met_on, due_on, due_on < asked["on"])


def changes(asked: Asked, schemes: Schemes) -> Iterator[ChangeDue]:
    policies = payout_policies()
    for *who, kind, changed_on in rows_by_name(CHANGES, asked):
        due = list_due(on=changed_on, policies=policies)
        yield ChangeDue(who_of(who, schemes), ListKind(kind), changed_on, due.on)


def awards(asked: Asked, schemes: Schemes) -> Iterator[AwardDue]:
    policies = payout_policies()
    once = [code for code, scheme in schemes.items() if scheme.frequency is Frequency.ONCE]
    rows = rows_by_name(AWARDS, {**asked, "schemes": once, "released": list(RELEASED)})
    for *who, decided_on, amount, paid_on in rows:
        due = award_due(decided_on=decided_on, policies=policies)
        standing = award_standing(due_on=due.on, paid_on=paid_on, on=asked["on"])
        yield AwardDue(who_of(who, schemes), decided_on, due.on, amount, paid_on, standing)


def award_standing(*, due_on: date, paid_on: date | None, on: date) -> AwardStanding:
    """Return whether an award was paid in time, or still can be."""
    if paid_on is not None:
        return AwardStanding.PAID_IN_TIME if paid_on <= due_on else AwardStanding.PAID_LATE
    return AwardStanding.DUE if on <= due_on else AwardStanding.OVERDUE


def who_of(values: Sequence[str], schemes: Schemes) -> Who:
    *person, code = values
    return Who._make([*person, schemes[code].name if code in schemes else code])
