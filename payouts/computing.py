"""Compute a frozen run: who is due what, the tax of the month, and who is not paid and why.

Facts are loaded once, the rules of ``payouts.rules`` are applied person by person, and the results
are written by COPY; nothing outside the database is touched.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from ledger.copying import copy_rows, reserve_keys
from ledger.models import Officer
from ledger.posts import require_post
from payouts import facts
from payouts.facts import LastSlip, Payee, PayRow, Refused, Staff, YearRecord
from payouts.models import Declaration, Run
from payouts.models.words import RunStatus
from payouts.policy import payout_policies
from payouts.refusals import NobodyToPay, WrongState, refusals_named
from payouts.rules.changes import Change, NotPaid, NotPaidReason, PayDue, month_number, settle
from payouts.rules.contributions import Rates, contribution_rates, employer_parts, implied_base
from payouts.rules.income_tax import NOTHING_YET, YearToDate, add_month, year_before
from payouts.rules.payroll import Pay, PayPolicy, pay_of_month, pay_policy
from payouts.running import lock_run, move_run
from treasury.models import Channel

Progress = Callable[[str, int], None]

PAYSLIP_COLUMNS = (
    "id",
    "run_id",
    "edition",
    "person_id",
    "unit_id",
    "position",
    "name",
    "category",
    "channel",
    "bank",
    "account_number",
    "as_last_month",
    "gross",
    "deductions",
    "exempt",
    "special",
    "additional",
    "other",
    "months",
    "taxable",
    "cumulative_tax",
    "tax",
    "net",
    "income_to_date",
    "exempt_to_date",
    "special_to_date",
    "additional_to_date",
    "other_to_date",
    "withheld_to_date",
)


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """Everything that the pay of one month follows from."""

    month: date
    roster: Sequence[Staff]
    pay_rows: Mapping[int, PayRow]
    changes: Mapping[int, Sequence[Change]]
    declared_years: Mapping[int, YearRecord]
    own_years: Mapping[int, YearRecord]
    payees: Mapping[int, Payee]
    last_slips: Mapping[int, LastSlip]
    paid_already: Mapping[int, LastSlip]
    reporting_units: frozenset[int]  # units of which the pay items have a row, taken or refused
    refused_pay: frozenset[str | tuple[int, str]]  # ID numbers, and units with names, of refused pay rows
    refused_roster: Sequence[Refused]


class Slip(NamedTuple):
    """The result for one person."""

    staff: Staff
    amounts: Mapping[str, Decimal]
    pay: Pay
    to_date: YearToDate
    payee: Payee
    as_last_month: bool
    employer: Sequence["EmployerShare"]


class EmployerShare(NamedTuple):
    """What the employer owes for one contribution; the base is known where a rate sets the person's part."""

    item: str
    base: Decimal | None
    amount: Decimal


class Unpaid(NamedTuple):
    """Somebody who is not paid."""

    id_number: str
    unit: int | None
    reason: str


def compute_run(*, run: Run, officer: Officer, at: datetime, progress: Progress) -> Run:
    """Compute a frozen run and write its payslips.

    :raises WrongState: if the run is not frozen
    :raises NobodyToPay: if a supplementary run would pay nobody
    """
    require_post(officer, "payouts.compute_run")
    with refusals_named(), transaction.atomic():
        run = lock_run(run)
        if run.status != RunStatus.FROZEN:
            raise WrongState("run_moves", {"run": str(run), "from": run.status, "to": RunStatus.COMPUTED})
        known = load_facts(run)
        policies = payout_policies()
        policy = pay_policy(policies=policies, month=run.month)
        rates = contribution_rates(policies=policies, month=run.month)
        slips: list[Slip] = []
        unpaid: list[Unpaid] = []
        for result in results(known, policy):
            if isinstance(result, Unpaid):
                unpaid.append(result)
            else:
                slips.append(result._replace(employer=employer_shares(result.amounts, rates)))
                progress("compute", 1)
        if not slips:
            raise NobodyToPay("run_pays_somebody", {"run": str(run)})
        write_results(run, slips, unpaid)
        run.policy_digest = policy.digest
        return move_run(run, RunStatus.COMPUTED, by=officer, at=at)


def load_facts(run: Run) -> MonthFacts:
    """Load what the frozen declarations of a run and the months before it say."""
    inputs: dict[str, int] = dict(
        Declaration.objects.filter(pk__in=run.inputs.filter(edition=run.edition).values("declaration")).values_list(
            "kind", "pk"
        )
    )
    pay = inputs.get("PAY_ITEMS", 0)
    pay_rows = facts.pay_rows_of(pay)
    refused = facts.refused_rows_of(pay)
    return MonthFacts(
        month=run.month,
        roster=facts.staff_of(inputs["ROSTER"]),
        pay_rows=pay_rows,
        changes=facts.changes_of(inputs.get("CHANGES", 0)),
        declared_years=facts.declared_years_of(inputs.get("YEAR_TO_DATE", 0)),
        own_years=facts.own_years_before(run.month),
        payees=facts.payees_of_units(run.month),
        last_slips=facts.slips_of(facts.month_before(run.month)),
        paid_already=facts.slips_of(run.month),
        reporting_units=frozenset(row.unit for row in pay_rows.values())
        | frozenset(row.unit for row in refused if row.unit),
        refused_pay=frozenset(row.id_number for row in refused)
        | frozenset((row.unit, row.name) for row in refused if row.unit),
        refused_roster=facts.refused_rows_of(inputs["ROSTER"]),
    )


def results(known: MonthFacts, policy: PayPolicy) -> Iterator[Slip | Unpaid]:
    """Yield the result for each person of the roster who was not paid before, in its order."""
    silent = silent_units(known)
    for staff in known.roster:
        if staff.person in known.paid_already:
            continue
        as_last_month = staff.unit in silent and staff.person in known.last_slips
        due = due_of(staff, known, as_last_month=as_last_month)
        if isinstance(due, Unpaid):
            yield due
            continue
        pay = pay_of_month(amounts=due.amounts, before=year_of(staff, known), policy=policy)
        payee = payee_of(staff, due.account, known)
        if pay.net < 0:
            yield Unpaid(staff.id_number, staff.unit, "net_negative")
        elif not payee.account_number:
            yield Unpaid(staff.id_number, staff.unit, "no_account")
        else:
            to_date = add_month(before=year_of(staff, known), figures=pay.figures, tax=pay.tax)
            yield Slip(staff, due.amounts, pay, to_date, payee, as_last_month, ())
    listed = {staff.id_number for staff in known.roster}
    for row in known.refused_roster:
        if row.id_number not in listed:
            yield Unpaid(row.id_number, row.unit, f"roster_row_rejected:{row.cause}")


def silent_units(known: MonthFacts) -> frozenset[int]:
    """Return the units that reported nothing: no pay row, taken or refused, of the unit or its people."""
    heard = {staff.unit for staff in known.roster if staff.person in known.pay_rows or was_refused(staff, known)}
    return frozenset(staff.unit for staff in known.roster) - known.reporting_units - heard


def was_refused(staff: Staff, known: MonthFacts) -> bool:
    """Whether a refused pay row is this person's, by the ID number or by unit and name."""
    return staff.id_number in known.refused_pay or (staff.unit, staff.name) in known.refused_pay


def due_of(staff: Staff, known: MonthFacts, *, as_last_month: bool) -> PayDue | Unpaid:
    """Return what a person is due, or why nothing is."""
    if as_last_month:
        last = known.last_slips[staff.person].amounts
        declared: Mapping[str, Decimal] | None = {
            item: amount for item, amount in last.items() if item not in facts.ONCE_ITEMS
        }
    else:
        row = known.pay_rows.get(staff.person)
        declared = row.amounts if row else None
    due = settle(
        month=known.month,
        roster_stop=staff.stopped_on,
        declared=declared,
        changes=known.changes.get(staff.person, ()),
    )
    if not isinstance(due, NotPaid):
        return due
    if due.reason is NotPaidReason.NO_PAY_ROW and was_refused(staff, known):
        return Unpaid(staff.id_number, staff.unit, "pay_row_rejected")
    return Unpaid(staff.id_number, staff.unit, due.reason.value)


def employer_shares(amounts: Mapping[str, Decimal], rates: Mapping[str, Rates]) -> list[EmployerShare]:
    """Return what the employer owes beside the person's declared parts."""
    return [
        EmployerShare(
            item,
            None if rates[item].personal is None else implied_base(personal=amounts[item], rates=rates[item]),
            part,
        )
        for item, part in employer_parts(amounts=amounts, rates=rates).items()
    ]


def year_of(staff: Staff, known: MonthFacts) -> YearToDate:
    """Return the tax year before the month: our own records, else what another system declared.

    Months at this payer count on while nothing was paid.
    """
    own = known.own_years.get(staff.person)
    record = own or known.declared_years.get(staff.person)
    if record is None or month_number(record.through) >= month_number(known.month):
        return NOTHING_YET
    so_far = year_before(month=known.month, as_of=record.through, so_far=record.so_far)
    if own is None or so_far is NOTHING_YET:
        return so_far
    return so_far._replace(months=so_far.months + month_number(known.month) - month_number(own.through) - 1)


def payee_of(staff: Staff, change: Change | None, known: MonthFacts) -> Payee:
    """Return where the pay goes: the unit's passbook, the changed account, or the roster's."""
    unit = known.payees.get(staff.unit)
    if unit is not None and unit.channel == Channel.PASSBOOK:
        return unit
    if change is not None:
        return Payee(Channel.INDIVIDUAL, change.bank, change.account)
    return Payee(Channel.INDIVIDUAL, staff.bank, staff.account_number)


def write_results(run: Run, slips: Sequence[Slip], unpaid: Sequence[Unpaid]) -> None:
    """Write the results of a run by COPY."""
    keys = reserve_keys(table="payouts_payslip", count=len(slips))
    copy_rows(
        table="payouts_payslip",
        columns=PAYSLIP_COLUMNS,
        rows=(payslip_row(run, key, slip) for key, slip in zip(keys, slips, strict=True)),
    )
    copy_rows(
        table="payouts_payslipitem",
        columns=("payslip_id", "item", "amount"),
        rows=(
            (key, item, amount)
            for key, slip in zip(keys, slips, strict=True)
            for item, amount in slip.amounts.items()
            if amount
        ),
    )
    copy_rows(
        table="payouts_employerpart",
        columns=("payslip_id", "item", "base", "amount"),
        rows=(
            (key, share.item, share.base, share.amount)
            for key, slip in zip(keys, slips, strict=True)
            for share in slip.employer
        ),
    )
    copy_rows(
        table="payouts_notpaid",
        columns=("run_id", "edition", "id_number", "unit_id", "reason"),
        rows=((run.pk, run.edition, *one) for one in unpaid),
    )


def payslip_row(run: Run, key: int, slip: Slip) -> tuple[object, ...]:
    """Return the columns of a payslip in their order."""
    staff, pay, to_date = slip.staff, slip.pay, slip.to_date
    return (
        key,
        run.pk,
        run.edition,
        staff.person,
        staff.unit,
        staff.row,
        staff.name,
        staff.category,
        slip.payee.channel,
        slip.payee.bank,
        slip.payee.account_number,
        slip.as_last_month,
        pay.gross,
        pay.deductions,
        pay.exempt,
        pay.special,
        pay.additional,
        pay.other,
        pay.months,
        pay.taxable,
        pay.cumulative_tax,
        pay.tax,
        pay.net,
        to_date.income,
        to_date.exempt,
        to_date.special,
        to_date.additional,
        to_date.other,
        to_date.withheld,
    )
