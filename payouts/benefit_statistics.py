"""The figures of a statistical half-year or year, by township and scheme, as they are known on a day.

Money counts in the period in whose months a run pays it, and only of runs that were released; it is paid when the
bank has settled it by the day, and did not send it back. People are enrolled from their first day of entitlement to
the day before their last: who has his or her last day in the period left in it. Each entry into a scheme counts.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.utils.timezone import get_default_timezone_name

from ledger.money import ZERO
from payouts.benefit_facts import schemes_in_use
from payouts.facts import RELEASED, rows_by_name, rows_of
from payouts.rules.benefit_calendar import StatisticalPeriod
from payouts.rules.scheme_terms import PERIOD_MONTHS
from payouts.rules.schemes import Scheme

FEN = 100
BASIS_POINTS = 10_000  # a hundredth of a per cent
PARAMETERS = """
WITH period AS (SELECT %(since)s::date AS since, %(until)s::date AS until, %(on)s::date AS known_on),
counted_run AS (
  SELECT r.id, r.edition, r.month FROM payouts_run r, period
   WHERE r.purpose = 'BENEFITS' AND r.status = ANY(%(released)s) AND r.month BETWEEN since AND until)
"""
# What happened to the payment of each benefit, by the records of the bank up to the day.
ANSWERED = """
, counted_due AS MATERIALIZED (
  SELECT d.*, r.month FROM payouts_benefitdue d JOIN counted_run r ON r.id = d.run_id AND r.edition = d.edition),
answered AS (
  SELECT o.benefit_id, bool_or(a.settled AND NOT a.came_back) AS paid, bool_or(a.came_back) AS came_back
    FROM counted_due d JOIN payouts_obligation o ON o.benefit_id = d.id
    JOIN payouts_paymentpart q ON q.obligation_id = o.id
    JOIN (SELECT w.payment_id, bool_or(w.outcome = 'SETTLED') AS settled,
                 bool_or(w.outcome IN ('RETURNED', 'REJECTED')) AS came_back
            FROM payouts_resultrow w JOIN payouts_resultfile f ON f.id = w.file_id, period
           WHERE f.posting_date <= known_on GROUP BY w.payment_id) a ON a.payment_id = q.payment_id
   GROUP BY o.benefit_id)
"""
MONEY = f"""
{PARAMETERS}{ANSWERED}
SELECT d.township_id, d.scheme, count(DISTINCT d.person_id) FILTER (WHERE a.paid), sum(d.amount),
       coalesce(sum(d.amount) FILTER (WHERE d.number > 1 OR d.month >= d.period + l.months * interval '1 month'), 0),
       sum(d.offset),
       coalesce(sum(d.amount - d.offset) FILTER (WHERE a.paid), 0),
       coalesce(sum(d.amount - d.offset) FILTER (WHERE a.came_back AND NOT a.paid), 0),
       sum(d.borne_by_central), sum(d.borne_by_province), sum(d.borne_by_city), sum(d.borne_by_district),
       sum(d.borne_by_township)
  FROM counted_due d
  LEFT JOIN unnest(%(schemes)s::text[], %(months)s::integer[]) AS l (scheme, months) ON l.scheme = d.scheme
  LEFT JOIN answered a ON a.benefit_id = d.id
 GROUP BY d.township_id, d.scheme
"""  # noqa: S608
# What is known of each entry by the day, and the day on which it left; off the roster from its month on.
ENTERED = """
, entry AS (
  SELECT DISTINCT ON (f.enrolment_id) e.person_id, e.scheme, f.township_id, f.starts_on, f.ended_on, f.died_on,
         CASE WHEN f.standing = 'REMOVED'
              THEN coalesce(c.month, (f.recorded_at AT TIME ZONE %(zone)s)::date) END AS removed_on
    FROM payouts_enrolmentfact f JOIN payouts_enrolment e ON e.id = f.enrolment_id
    LEFT JOIN payouts_declaration c ON c.id = f.declaration_id, period
   WHERE (f.recorded_at AT TIME ZONE %(zone)s)::date <= known_on
   ORDER BY f.enrolment_id, f.version DESC),
known AS (
  SELECT *, least(died_on, ended_on, removed_on) AS left_on FROM entry)
"""
PEOPLE = f"""
{PARAMETERS}{ENTERED}
SELECT k.township_id, k.scheme, count(*) FILTER (WHERE starts_on <= until AND (left_on IS NULL OR left_on > until)),
       count(*) FILTER (WHERE starts_on BETWEEN since AND until),
       count(*) FILTER (WHERE left_here AND died_on = left_on),
       count(*) FILTER (WHERE left_here AND ended_on = left_on AND died_on IS DISTINCT FROM left_on),
       count(*) FILTER (WHERE left_here AND removed_on = left_on AND died_on IS DISTINCT FROM left_on
                          AND ended_on IS DISTINCT FROM left_on)
  FROM known k, period,
       LATERAL (SELECT left_on BETWEEN since AND until AND starts_on <= left_on AS left_here) h
 GROUP BY k.township_id, k.scheme
"""  # noqa: S608
OVERPAID = f"""
{PARAMETERS}
SELECT v.township_id, e.scheme, sum(v.amount)
  FROM payouts_overpayment v JOIN counted_run r ON r.id = v.run_id AND r.edition = v.edition
  JOIN payouts_enrolment e ON e.id = v.enrolment_id
 GROUP BY v.township_id, e.scheme
"""  # noqa: S608
RECOVERED = f"""
{PARAMETERS}
SELECT v.township_id, e.scheme, sum(c.amount)
  FROM payouts_recovery c JOIN payouts_overpayment v ON v.id = c.overpayment_id
  JOIN payouts_enrolment e ON e.id = v.enrolment_id
  LEFT JOIN payouts_benefitdue d ON d.id = c.due_id
  LEFT JOIN counted_run r ON r.id = d.run_id AND r.edition = d.edition, period
 WHERE (c.kind = 'PAID_IN' AND c.paid_on BETWEEN since AND least(until, known_on)
        AND NOT EXISTS (SELECT FROM payouts_refundtakenback t
                         WHERE t.recovery_id = c.id AND t.taken_back_on <= known_on))
    OR r.id IS NOT NULL
 GROUP BY v.township_id, e.scheme
"""  # noqa: S608
DISTINCT_PEOPLE = f"""
{PARAMETERS}{ANSWERED}{ENTERED}
SELECT (SELECT count(DISTINCT person_id) FROM known, period
         WHERE starts_on <= until AND (left_on IS NULL OR left_on > until)),
       (SELECT count(DISTINCT d.person_id) FROM counted_due d JOIN answered a ON a.benefit_id = d.id WHERE a.paid)
"""  # noqa: S608
MONEY_NAMES = (
    "paid_people",
    "due",
    "arrears",
    "kept_back",
    "paid",
    "returned",
    *(f"borne_by_{funder}" for funder in ("central", "province", "city", "district", "township")),
)
PEOPLE_NAMES = ("enrolled", "entered", "died", "ended", "removed")


@dataclass(frozen=True, slots=True)
class Figures:
    """People and yuan of a period.

    ``arrears`` are the part of what is due that is for earlier periods; ``kept_back`` the part that recovers what was
    overpaid. ``returned`` came back from the bank and was not paid again since.
    """

    enrolled: int = 0
    entered: int = 0
    died: int = 0
    ended: int = 0
    removed: int = 0
    paid_people: int = 0
    due: Decimal = ZERO
    arrears: Decimal = ZERO
    kept_back: Decimal = ZERO
    paid: Decimal = ZERO
    returned: Decimal = ZERO
    overpaid: Decimal = ZERO
    recovered: Decimal = ZERO
    borne_by_central: Decimal = ZERO
    borne_by_province: Decimal = ZERO
    borne_by_city: Decimal = ZERO
    borne_by_district: Decimal = ZERO
    borne_by_township: Decimal = ZERO

    @property
    def payable(self) -> Decimal:
        return self.due - self.kept_back

    @property
    def unpaid(self) -> Decimal:
        """What is not with the people: on its way, or come back."""
        return self.payable - self.paid

    @property
    def paid_percent(self) -> Decimal | None:
        """兑现率: what was paid of what was to be paid; none where nothing was.

        Cut off after two decimals, so that 100.00 says that everything was paid.
        """
        if not self.payable:
            return None
        return Decimal(int(self.paid * FEN) * BASIS_POINTS // int(self.payable * FEN)) / FEN


@dataclass(frozen=True, slots=True)
class SchemeFigures:
    """The figures of one scheme in one township."""

    township: str
    scheme: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of a period as known on a day, in the order of townships and schemes; people counted once beside."""

    period: StatisticalPeriod
    known_on: date
    rows: Sequence[SchemeFigures]
    total: Figures
    people_enrolled: int
    people_paid: int


def statistics_of(*, period: StatisticalPeriod, on: date) -> Statistics:
    """Return the figures of a period as they are known on a day."""
    schemes = schemes_in_use(month=period.until.replace(day=1))
    asked: dict[str, object] = {
        "since": period.since,
        "until": period.until,
        "on": on,
        "released": list(RELEASED),
        "zone": get_default_timezone_name(),
        "schemes": list(schemes),
        "months": [PERIOD_MONTHS[scheme.frequency] for scheme in schemes.values()],
    }
    found: dict[tuple[int, str], dict[str, int | Decimal]] = defaultdict(dict)
    with without_nested_loops():
        for statement, names in (
            (MONEY, MONEY_NAMES),
            (PEOPLE, PEOPLE_NAMES),
            (OVERPAID, ("overpaid",)),
            (RECOVERED, ("recovered",)),
        ):
            for township, scheme, *values in rows_by_name(statement, asked):
                found[(township, scheme)] |= dict(zip(names, values, strict=True))
        [(enrolled, paid)] = rows_by_name(DISTINCT_PEOPLE, asked)
    rows = in_order({key: Figures(**values) for key, values in found.items()}, schemes)  # type: ignore[arg-type]
    return Statistics(period, on, rows, total_of([row.figures for row in rows]), enrolled, paid)


@contextmanager
def without_nested_loops() -> Iterator[None]:
    """Keep PostgreSQL from nested loops: it takes the dues of a period for one, and a loop over them is quadratic."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL enable_nestloop = on")


def in_order(found: Mapping[tuple[int, str], Figures], schemes: Mapping[str, Scheme]) -> list[SchemeFigures]:
    """Return figures with the names of townships and schemes, without those of nobody and nothing."""
    townships = rows_of("SELECT id, name FROM treasury_township ORDER BY number, id")
    return [
        SchemeFigures(name, schemes[code].name if code in schemes else code, found[(township, code)])
        for township, name in townships
        for code in sorted({scheme for _township, scheme in found})
        if found.get((township, code), Figures()) != Figures()
    ]


def total_of(rows: Sequence[Figures]) -> Figures:
    """Return the sums of some figures."""
    return Figures(
        **{
            field.name: sum((getattr(row, field.name) for row in rows), field.default)  # type: ignore[arg-type]
            for field in fields(Figures)
        }
    )
