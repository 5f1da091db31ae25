"""Check a computed run: every control of the list over every person and unit, and the comparison with last month.

What is found becomes exceptions of the run; those that ask for it are signed with a reason before
the run can be submitted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from ledger.copying import copy_rows
from ledger.models import Officer
from ledger.posts import require_post
from payouts import facts
from payouts.charges import employer_spending_of, spending_of
from payouts.facts import LastSlip, YearRecord, rows_of
from payouts.models import Declaration, Run
from payouts.models.words import RunKind, RunStatus, Severity
from payouts.policy import payout_policies
from payouts.refusals import WrongState, refusals_named
from payouts.rules.changes import month_number
from payouts.rules.comparison import DifferenceKind, PaidInUnit, change_limits, compare_people, compare_units
from payouts.rules.contributions import base_bounds
from payouts.rules.control_list import Place, severities
from payouts.rules.controls import ControlLimits, PersonPay, UnitReport, control_person, control_unit
from payouts.rules.pay_calendar import Stage, stage_dates
from payouts.rules.pay_classes import pay_classes
from payouts.rules.payroll import Pay
from payouts.running import lock_run, move_run
from treasury.budgets import townships_without_budget
from treasury.entries import SpendingLine
from treasury.establishments import OwnAccount, establishments_on, own_accounts
from treasury.models import Township
from treasury.reserving import shortfalls

IN_POST = "在编"  # 编制状态 of the roster; everybody else is outside the establishment
RELEASED_STATES = ", ".join(f"'{state}'" for state in facts.RELEASED)


BY_POLICY = ""  # what the policy of the controls says


class Found(NamedTuple):
    """One exception on its way into the run."""

    kind: str
    severity: str
    person: int | None
    unit: int | None
    facts: str


class CheckedSlip(NamedTuple):
    """A payslip as the controls look at it."""

    person: int
    unit: int
    id_number: str
    name: str
    channel: str
    account_number: str
    as_last_month: bool
    category: str
    pay: Pay


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands beside the payslips of a run."""

    month: date
    limits: ControlLimits
    before: Mapping[int, LastSlip]
    holders: Mapping[str, str]
    refused: Mapping[str, str]  # accounts that the bank refused when it was last asked, and how
    sharers: Mapping[str, int]
    deaths: Mapping[str, date]
    bases: Mapping[int, Decimal]
    recorded: Mapping[int, YearRecord]
    reported: Mapping[int, YearRecord]
    declared_names: Mapping[int, str]
    own_accounts: Mapping[str, Sequence[OwnAccount]]  # the officers whose own an account is
    establishments: Mapping[int, int]  # posts of the units that have a recorded number
    in_posts: Mapping[int, int]  # people in posts (在编) of each unit who are paid in the month


def check_run(*, run: Run, officer: Officer, at: datetime) -> Run:
    """Find the exceptions of a computed run and move it to checked.

    :raises WrongState: if the run is not computed
    """
    require_post(officer, "payouts.compute_run")
    with refusals_named(), transaction.atomic():
        run = lock_run(run)
        if run.status != RunStatus.COMPUTED:
            raise WrongState("run_moves", {"run": str(run), "from": run.status, "to": RunStatus.CHECKED})
        slips = slips_of_run(run)
        beside = surroundings(run, slips)
        found = [
            *(exception for slip in slips for exception in exceptions_of(slip, beside)),
            *unit_exceptions(slips, beside),
            *comparison_exceptions(run, slips, beside),
            *run_exceptions(run),
            *budget_exceptions(run),
        ]
        keep_exceptions(run, found, Place.PAYROLL)
        return move_run(run, RunStatus.CHECKED, by=officer, at=at)


def keep_exceptions(run: Run, found: Iterable[Found], place: Place) -> None:
    """Keep what was found in a run; each asks for what the policy of the controls says."""
    asked = severities(policies=payout_policies(), on=run.month, place=place)
    copy_rows(
        table="payouts_runexception",
        columns=("run_id", "edition", "kind", "severity", "person_id", "unit_id", "facts", "reason"),
        rows=(
            (run.pk, run.edition, one.kind, one.severity or asked[one.kind], one.person, one.unit, one.facts, "")
            for one in found
        ),
    )


def slips_of_run(run: Run) -> list[CheckedSlip]:
    """Return the payslips of a run in the order of the roster."""
    return [
        CheckedSlip._make((*row[:8], Pay(*row[8:])))
        for row in rows_of(
            """SELECT s.person_id, s.unit_id, p.id_number, s.name, s.channel, s.account_number, s.as_last_month,
                      s.category, s.gross, s.deductions, s.exempt, s.special, s.additional, s.other, s.months,
                      s.taxable, s.cumulative_tax, s.tax, s.net
                 FROM payouts_payslip s JOIN payouts_person p ON p.id = s.person_id
                WHERE s.run_id = %s AND s.edition = %s ORDER BY s.position, s.id""",
            run.pk,
            run.edition,
        )
    ]


def surroundings(run: Run, slips: Sequence[CheckedSlip]) -> Surroundings:
    """Load what the controls of a run look at beside its payslips."""
    policies = payout_policies()
    inputs: dict[str, int] = dict(
        Declaration.objects.filter(pk__in=run.inputs.filter(edition=run.edition).values("declaration")).values_list(
            "kind", "pk"
        )
    )
    return Surroundings(
        month=run.month,
        limits=ControlLimits(
            run.month,
            change_limits(policies=policies, month=run.month),
            base_bounds(policies=policies, month=run.month),
        ),
        before=facts.slips_of(facts.month_before(run.month)),
        holders=dict(
            rows_of(
                """SELECT DISTINCT ON (a.number) a.number, a.holder_name
                     FROM treasury_accountverification v JOIN treasury_bankaccount a ON a.id = v.account_id
                    WHERE v.verdict = 'VERIFIED' AND a.number = ANY(%s) ORDER BY a.number, v.id DESC""",
                [slip.account_number for slip in slips],
            )
        ),
        refused=dict(
            rows_of(
                """SELECT number, source FROM (
                     SELECT DISTINCT ON (a.number) a.number, v.verdict, v.source
                       FROM treasury_accountverification v JOIN treasury_bankaccount a ON a.id = v.account_id
                      WHERE a.number = ANY(%s) ORDER BY a.number, v.id DESC) latest
                    WHERE verdict = 'REFUSED'""",
                [slip.account_number for slip in slips],
            )
        ),
        sharers=Counter(slip.account_number for slip in slips if slip.channel == "个人账户"),
        deaths=facts.deaths_of(inputs.get("DEATHS", 0)),
        bases=dict(
            rows_of(
                """SELECT s.person_id, e.base FROM payouts_payslip s JOIN payouts_employerpart e ON e.payslip_id = s.id
                    WHERE s.run_id = %s AND s.edition = %s AND e.item = 'PENSION'""",
                run.pk,
                run.edition,
            )
        ),
        recorded=facts.own_years_before(run.month),
        reported=facts.declared_years_of(inputs.get("YEAR_TO_DATE", 0)),
        declared_names={person: row.name for person, row in facts.pay_rows_of(inputs.get("PAY_ITEMS", 0)).items()},
        own_accounts=own_accounts(numbers=[slip.account_number for slip in slips]),
        establishments=establishments_on(on=run.month),
        in_posts=people_in_posts(run),
    )


def people_in_posts(run: Run) -> dict[int, int]:
    """Return how many people in posts each unit pays in the month of a run: this run's and those of earlier ones."""
    return dict(
        rows_of(
            f"""SELECT s.unit_id, count(DISTINCT s.person_id)
                 FROM payouts_run r
                 JOIN payouts_payslip s ON s.run_id = r.id AND s.edition = r.edition
                 JOIN payouts_runinput i ON i.run_id = r.id AND i.edition = r.edition
                 JOIN payouts_declaration d ON d.id = i.declaration_id AND d.kind = 'ROSTER'
                 JOIN payouts_declaredstaff f ON f.declaration_id = d.id AND f.person_id = s.person_id
                WHERE r.month = %s AND (r.id = %s OR r.status IN ({RELEASED_STATES})) AND f.establishment = %s
                GROUP BY s.unit_id""",  # noqa: S608
            run.month,
            run.pk,
            IN_POST,
        )
    )


def exceptions_of(slip: CheckedSlip, beside: Surroundings) -> Iterator[Found]:
    """Yield what the controls find in one person's pay."""
    own_account = slip.account_number if slip.channel == "个人账户" else ""
    last = beside.before.get(slip.person)
    recorded, reported = beside.recorded.get(slip.person), beside.reported.get(slip.person)
    comparable = recorded and reported and month_number(recorded.through) == month_number(reported.through)
    found = control_person(
        person=PersonPay(
            pay=slip.pay,
            limits=beside.limits,
            name=slip.name,
            before=last.gross if last else None,
            holder=beside.holders.get(own_account, ""),
            account=own_account,
            account_before=last.account_number if last and own_account else "",
            sharers=beside.sharers.get(own_account, 1),
            officer=next(
                (
                    own.officer
                    for own in beside.own_accounts.get(own_account, ())
                    if own.holder_number != slip.id_number
                ),
                "",
            ),
            refused=beside.refused.get(own_account, ""),
            died_on=beside.deaths.get(slip.id_number),
            contribution_base=beside.bases.get(slip.person),
            recorded=recorded.so_far if comparable and recorded else None,
            reported=reported.so_far if comparable and reported else None,
        )
    )
    for exception in found:
        yield Found(exception.control, BY_POLICY, slip.person, slip.unit, text_of(exception.facts))
    declared = beside.declared_names.get(slip.person, slip.name)
    if declared != slip.name:
        yield Found(
            "declared_name_differs",
            BY_POLICY,
            slip.person,
            slip.unit,
            text_of({"name": slip.name, "declared": declared}),
        )


def text_of(told: Mapping[str, str]) -> str:
    """Return facts as ``name=value; name=value``, as ``payouts.labels.facts_label`` reads them."""
    return "; ".join(f"{name}={value}" for name, value in told.items())[:300]


def unit_exceptions(slips: Sequence[CheckedSlip], beside: Surroundings) -> Iterator[Found]:
    """Yield what the controls find in the units' reports: a unit paid as last month sent no rows."""
    staff = Counter(slip.unit for slip in slips)
    silent = {slip.unit for slip in slips if slip.as_last_month}
    passbooks = {slip.unit: slip.account_number for slip in slips if slip.channel == "单位存折"}
    for unit, people in staff.items():
        owners = beside.own_accounts.get(passbooks.get(unit, ""), ())
        report = UnitReport(
            rows=0 if unit in silent else people,
            staff=people,
            in_posts=beside.in_posts.get(unit, 0),
            establishment=beside.establishments.get(unit),
            passbook_of=owners[0].officer if owners else "",
        )
        for exception in control_unit(report=report):
            yield Found(exception.control, BY_POLICY, None, unit, text_of(exception.facts))


def comparison_exceptions(run: Run, slips: Sequence[CheckedSlip], beside: Surroundings) -> Iterator[Found]:
    """Yield who is new and who is gone since last month, and whose unit changed over the limit."""
    if run.kind != RunKind.REGULAR or not beside.before:
        return
    now = {str(slip.person): PaidInUnit(str(slip.unit), slip.pay.gross) for slip in slips}
    then = {str(person): PaidInUnit(str(last.unit), last.gross) for person, last in beside.before.items()}
    for difference in compare_people(now=now, before=then, limits=beside.limits.change):
        if difference.kind is not DifferenceKind.CHANGED:  # those are exceptions of the person already
            yield Found(
                f"person_{difference.kind.lower()}",
                BY_POLICY,
                int(difference.key),
                int(difference.unit),
                text_of({"change": str(difference.change)}),
            )
    for difference in compare_units(now=now, before=then, limits=beside.limits.change):
        yield Found(
            f"unit_{difference.kind.lower()}",
            BY_POLICY,
            None,
            int(difference.key),
            text_of(
                {
                    "before": str(difference.last_month or "—"),
                    "now": str(difference.this_month or "—"),
                    "change": str(difference.change),
                }
            ),
        )


def budget_exceptions(run: Run) -> Iterator[Found]:
    """Yield the townships whose budget of the year is not approved, together, and each line that would be overrun."""
    year = run.pay_date.year
    pay, employer = spending_of(run), employer_spending_of(run)
    without = [one.name for one in townships_without_budget(year=year) if one.pk in pay]
    if without:
        told = text_of({"year": str(year), "townships": str(len(without)), "names": "、".join(without)})
        yield Found("no_approved_budget", BY_POLICY, None, None, told)
    for township in Township.objects.filter(pk__in=pay).order_by("number"):
        lines = [SpendingLine(one.gross, one.classes) for one in (*pay[township.pk], *employer.get(township.pk, ()))]
        for short in shortfalls(township=township, year=year, on=run.pay_date, lines=lines):
            told = text_of(
                {"township": township.name, "line": short.line, "asked": str(short.asked), "left": str(short.left)}
            )
            yield Found("over_budget", BY_POLICY, None, None, told)


def run_exceptions(run: Run) -> Iterator[Found]:
    """Yield what concerns the run as a whole: people left unpaid by reason, days off nobody has listed."""
    reasons = rows_of(
        """SELECT split_part(reason, ':', 1), count(*) FROM payouts_notpaid
            WHERE run_id = %s AND edition = %s GROUP BY 1 ORDER BY 1""",
        run.pk,
        run.edition,
    )
    for reason, people in reasons:
        planned = reason in ("stopped_in_roster", "stopped_by_change")
        severity = Severity.INFO if planned else BY_POLICY
        yield Found("people_not_paid", severity, None, None, text_of({"reason": reason, "people": people}))
    classes = pay_classes(policies=payout_policies(), month=run.month)
    categories = rows_of(
        "SELECT category, count(*) FROM payouts_payslip WHERE run_id = %s AND edition = %s GROUP BY 1 ORDER BY 1",
        run.pk,
        run.edition,
    )
    for category, people in categories:
        if category not in classes.economic:
            told = text_of({"category": category, "people": people})
            yield Found("unknown_category", BY_POLICY, None, None, told)
    natures = rows_of(
        """SELECT DISTINCT u.id, u.nature FROM payouts_payslip s JOIN treasury_unit u ON u.id = s.unit_id
            WHERE s.run_id = %s AND s.edition = %s ORDER BY u.id""",
        run.pk,
        run.edition,
    )
    for unit, nature in natures:
        if nature not in classes.functional:
            yield Found("unknown_nature", BY_POLICY, None, unit, text_of({"nature": nature}))
    if stage_dates(month=run.month, policies=payout_policies())[Stage.PAY_DAY].outside_table:
        yield Found("holidays_unknown", BY_POLICY, None, None, text_of({"pay_date": str(run.pay_date)}))
