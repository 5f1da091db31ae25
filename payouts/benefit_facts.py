"""The facts a benefit run computes with: what is known of each enrolment, of the dead, and of what was owed before."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection

from payouts.facts import RELEASED, rows_by_name, rows_of
from payouts.models import Declaration, Run, RunMove, SchemeValue
from payouts.models.words import RunStatus
from payouts.policy import payout_policies
from payouts.rules.entitlements import EnrolmentFacts
from payouts.rules.scheme_rates import AddedRate
from payouts.rules.schemes import Scheme, jurisdiction_in_use, schemes_of

LATEST = date(9999, 12, 1)  # a month behind every policy
FETCHED = 10_000  # rows that are held at a time


class Known(NamedTuple):
    """What is known of one enrolment, and where its money goes."""

    enrolment: int
    person: int
    scheme: str
    id_number: str
    standing: str
    cause: str
    suspended_from: date | None
    facts: EnrolmentFacts
    township: int
    household: int | None
    holder_name: str
    bank: str
    account_number: str


class OwedBefore(NamedTuple):
    """What runs that were released owe an enrolment for one period: net, and how often it was found due or overpaid.

    Where nothing was owed in a month, ``period`` is that month and ``reason`` says why.
    """

    period: date
    amount: Decimal
    dues: int
    overpayments: int
    reason: str


class OpenOverpayment(NamedTuple):
    """An overpaid benefit that is open, with its approved plan of the month and what counts to its cap already.

    ``kept`` was kept back by the plan in the month, of the ``due`` of the person, by other runs.
    """

    overpayment: int
    person: int
    household: int | None
    left: Decimal
    plan: int | None
    instalment: Decimal | None
    share: Decimal | None
    kept: Decimal
    due: Decimal


KNOWN = """
SELECT e.id, e.person_id, e.scheme, p.id_number, f.standing, f.cause, f.suspended_from, f.starts_on, f.ended_on,
       least(f.died_on, x.died_on), f.met_on, f.grade, f.own_amount, e.declaration_id IS NULL, f.township_id,
       f.household_id, f.holder_name, f.bank, f.account_number
  FROM payouts_enrolment e
  JOIN payouts_person p ON p.id = e.person_id
  JOIN (SELECT DISTINCT ON (enrolment_id) * FROM payouts_enrolmentfact WHERE id <= %s
         ORDER BY enrolment_id DESC, version DESC) f ON f.enrolment_id = e.id
  LEFT JOIN (SELECT id_number, min(died_on) AS died_on FROM payouts_declareddeath
              WHERE declaration_id = %s GROUP BY id_number) x ON x.id_number = p.id_number
"""


def scheme_values(*, until: int | None = None) -> list[AddedRate]:
    """Return the values that officers added and approved, in the order of their approval."""
    approved = SchemeValue.objects.filter(approval__is_approved=True).order_by("approval__pk")
    return [
        AddedRate(value.scheme, value.effective_from, value.grade, value.amount, value.reference)
        for value in (approved if until is None else approved.filter(approval__pk__lte=until))
    ]


def schemes_in_use(*, month: date) -> Mapping[str, Scheme]:
    """Return the schemes of the district in a month by code, with the values that officers added."""
    policies = payout_policies()
    jurisdiction = jurisdiction_in_use(policies=policies, month=month)
    return schemes_of(policies=policies, jurisdiction=jurisdiction, month=month, added=scheme_values())


def scheme_codes(*, month: date) -> Mapping[str, str]:
    """Return the codes of the schemes in use by the names that rosters call them."""
    return {scheme.name: code for code, scheme in schemes_in_use(month=month).items()}


@cache
def scheme_names() -> Mapping[str, str]:
    """Return what the latest policies call the schemes of the district, by code: officers add rates, not names."""
    policies = payout_policies()
    jurisdiction = jurisdiction_in_use(policies=policies, month=LATEST)
    schemes = schemes_of(policies=policies, jurisdiction=jurisdiction, month=LATEST)
    return {code: scheme.name for code, scheme in schemes.items()}


def deaths_declaration(run: Run) -> int:
    """Return the death list that a run was frozen with, 0 if there is none."""
    frozen = run.inputs.filter(edition=run.edition, declaration__kind="DEATHS").values_list("declaration", flat=True)
    return int(frozen.first() or 0)


def people_known(run: Run) -> Iterator[list[Known]]:
    """Yield the enrolments of each person, a chunk of rows at a time, in the order of people."""
    with connection.cursor() as opened:
        opened.execute("SET LOCAL work_mem = '256MB'")
    rows = streamed(KNOWN + " ORDER BY e.person_id, e.id", [run.facts_until, deaths_declaration(run)])
    for _person, group in groupby(map(known_of, rows), key=lambda known: known.person):
        yield list(group)


def enrolments_known(run: Run, enrolments: Sequence[int]) -> list[Known]:
    """Return what is known of some enrolments as a run was frozen."""
    return [
        known_of(row)
        for row in rows_of(
            KNOWN + " WHERE e.id = ANY(%s) ORDER BY e.person_id, e.id",
            run.facts_until,
            deaths_declaration(run),
            list(enrolments),
        )
    ]


def streamed(sql: str, arguments: Sequence[Any]) -> Iterator[tuple]:  # type: ignore[type-arg]
    """Yield the rows of a statement through a cursor of the server, so that they are never held together."""
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE streamed NO SCROLL CURSOR FOR {sql}", arguments)
        try:
            while True:
                cursor.execute(f"FETCH {FETCHED} FROM streamed")
                rows = cursor.fetchall()
                if not rows:
                    return
                yield from rows
        finally:
            if not connection.needs_rollback and not connection.connection.closed:
                with connection.cursor() as closing:
                    closing.execute("CLOSE streamed")


def known_of(row: tuple) -> Known:  # type: ignore[type-arg]
    number = row[3]
    return Known(
        enrolment=row[0],
        person=row[1],
        scheme=row[2],
        id_number=number,
        standing=row[4],
        cause=row[5],
        suspended_from=row[6],
        facts=EnrolmentFacts(
            born=None,
            is_female=False,
            starts_on=row[7],
            ended_on=row[8],
            died_on=row[9],
            met_on=row[10],
            is_suspended=False,
            grade=row[11],
            own_amount=row[12],
            made_here=row[13],
        ),
        township=row[14],
        household=row[15],
        holder_name=row[16],
        bank=row[17],
        account_number=row[18],
    )


def runs_before(run: Run) -> list[Run]:
    """Return the benefit runs of its month and earlier that were released, the latest first."""
    return list(
        Run.objects.filter(purpose=run.purpose, month__lte=run.month, status__in=RELEASED)
        .exclude(pk=run.pk)
        .order_by("-month", "-number")
    )


def newcomers(run: Run, last: Run) -> set[int]:
    """Return the enrolments that became known after the last run of the month was frozen."""
    return {
        key
        for (key,) in rows_of(
            "SELECT enrolment_id FROM payouts_enrolmentfact WHERE version = 1 AND id > %s AND id <= %s",
            last.facts_until,
            run.facts_until,
        )
    }


def of_the_people_of(enrolments: Collection[int]) -> list[int]:
    """Return all enrolments of the people who have some."""
    return [
        key
        for (key,) in rows_of(
            """SELECT id FROM payouts_enrolment
                WHERE person_id IN (SELECT person_id FROM payouts_enrolment WHERE id = ANY(%s))""",
            list(enrolments),
        )
    ]


def rivals_of(enrolments: Collection[int], *, schemes: Collection[str]) -> list[int]:
    """Return the enrolments of some schemes that the people have who have one of these in them."""
    if not schemes:
        return []
    return [
        key
        for (key,) in rows_of(
            """SELECT o.id FROM payouts_enrolment e JOIN payouts_enrolment o ON o.person_id = e.person_id
                WHERE e.id = ANY(%s) AND e.scheme = ANY(%s) AND o.scheme = ANY(%s)""",
            list(enrolments),
            list(schemes),
            list(schemes),
        )
    ]


def last_to_look_back(before: Sequence[Run]) -> list[Run]:
    """Return the latest of the runs before, and those it could not look back at: released after it was frozen."""
    latest = before[0]
    frozen = latest.moves.filter(to_status=RunStatus.FROZEN).latest("pk")
    moves = RunMove.objects.filter(run__in=before, to_status=RunStatus.RELEASED, pk__gt=frozen.pk).exclude(run=latest)
    unseen = set(moves.values_list("run", flat=True))
    return [latest, *(one for one in before if one.pk in unseen)]


def changed_since(run: Run, facts_until: int, *, revalued: Sequence[str]) -> list[int]:
    """Return the enrolments of which more is known than up to a fact: facts, deaths, values of their schemes."""
    return [
        key
        for (key,) in rows_of(
            """SELECT DISTINCT enrolment_id FROM payouts_enrolmentfact WHERE id > %s AND id <= %s
               UNION
               SELECT DISTINCT d.enrolment_id
                 FROM payouts_declareddeath x JOIN payouts_person p ON p.id_number = x.id_number
                 JOIN payouts_enrolment e ON e.person_id = p.id JOIN payouts_benefitdue d ON d.enrolment_id = e.id
                 JOIN payouts_run r ON r.id = d.run_id AND r.month > x.died_on
                WHERE x.declaration_id = %s
               UNION
               SELECT id FROM payouts_enrolment WHERE scheme = ANY(%s)
               ORDER BY 1""",
            facts_until,
            run.facts_until,
            deaths_declaration(run),
            list(revalued),
        )
    ]


def owed_before(run: Run, enrolments: Sequence[int]) -> Mapping[int, Sequence[OwedBefore]]:
    """Return what runs that were released owe some enrolments, in the order of the periods."""
    found: dict[int, list[OwedBefore]] = defaultdict(list)
    for enrolment, *owed in rows_by_name(
        """SELECT enrolment_id, period, sum(amount), max(dues), max(overpayments), max(reason)
             FROM (SELECT d.enrolment_id, d.period, d.amount, d.number AS dues, 0 AS overpayments, '' AS reason
                     FROM payouts_benefitdue d JOIN payouts_run r ON r.id = d.run_id AND r.edition = d.edition
                    WHERE d.enrolment_id = ANY(%(keys)s) AND r.status = ANY(%(released)s) AND r.month <= %(month)s
                    UNION ALL
                   SELECT v.enrolment_id, v.period, -v.amount, 0, v.number, ''
                     FROM payouts_overpayment v JOIN payouts_run r ON r.id = v.run_id AND r.edition = v.edition
                    WHERE v.enrolment_id = ANY(%(keys)s) AND r.status = ANY(%(released)s) AND r.month <= %(month)s
                    UNION ALL
                   SELECT u.enrolment_id, r.month, 0, 0, 0, u.reason
                     FROM payouts_benefitunpaid u JOIN payouts_run r ON r.id = u.run_id AND r.edition = u.edition
                    WHERE u.enrolment_id = ANY(%(keys)s) AND r.status = ANY(%(released)s) AND r.month <= %(month)s) o
            GROUP BY enrolment_id, period ORDER BY enrolment_id, period""",
        {"keys": list(enrolments), "released": list(RELEASED), "month": run.month},
    ):
        found[enrolment].append(OwedBefore(*owed))
    return found


def open_overpayments(*, month: date) -> list[OpenOverpayment]:
    """Return the overpaid benefits that are open, the oldest first, with the plan of the month."""
    return [
        OpenOverpayment(*row)
        for row in rows_by_name(
            """SELECT v.id, e.person_id, f.household_id, o.amount, k.id, k.instalment, k.share,
                      CASE WHEN k.id IS NULL THEN 0.00 ELSE payouts_kept_in_month(v.id, %(month)s) END,
                      CASE WHEN k.share IS NULL THEN 0.00 ELSE payouts_due_in_month(e.person_id, %(month)s) END
                 FROM payouts_overpayment v
                 JOIN payouts_run r ON r.id = v.run_id AND r.edition = v.edition AND r.status = ANY(%(released)s)
                CROSS JOIN LATERAL (SELECT v.amount - payouts_recovered(v.id) - payouts_written_off(v.id) AS amount) o
                 JOIN payouts_enrolment e ON e.id = v.enrolment_id
                 JOIN LATERAL (SELECT household_id FROM payouts_enrolmentfact f
                                WHERE f.enrolment_id = e.id ORDER BY version DESC LIMIT 1) f ON true
                 LEFT JOIN payouts_recoveryplan k ON k.id = payouts_ruling_plan(v.id, %(month)s)
                WHERE o.amount > 0 ORDER BY v.period, v.id""",
            {"month": month, "released": list(RELEASED)},
        )
    ]


def households_with(run: Run, *, schemes: Collection[str]) -> set[int]:
    """Return the households that had somebody in one of some schemes when a run was frozen."""
    return {
        key
        for (key,) in rows_of(
            """SELECT DISTINCT f.household_id
                 FROM payouts_enrolment e JOIN payouts_enrolmentfact f ON f.enrolment_id = e.id
                WHERE e.scheme = ANY(%s) AND f.id <= %s AND f.household_id IS NOT NULL""",
            list(schemes),
            run.facts_until,
        )
    }


def frozen_declarations(run: Run) -> list[Declaration]:
    """Return the declarations that a run was frozen with."""
    return list(Declaration.objects.filter(pk__in=run.inputs.filter(edition=run.edition).values("declaration")))
