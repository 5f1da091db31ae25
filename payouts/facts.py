"""The facts a run computes with, read from the declarations and the payslips of before."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from payouts.models import Run
from payouts.models.words import RELEASED_STATES, RunPurpose
from payouts.rules.changes import Change, ChangeKind
from payouts.rules.income_tax import YearToDate

RELEASED = tuple(state.value for state in RELEASED_STATES)
# What is declared for a past month by name does not come again when a unit is paid as last month.
ONCE_ITEMS = ("BACK_PAY", "TAKEN_BACK")


class Staff(NamedTuple):
    """One person of the roster."""

    person: int
    id_number: str
    name: str
    unit: int
    row: int
    category: str
    bank: str
    account_number: str
    stopped_on: date | None


class PayRow(NamedTuple):
    """The declared pay of a person: amounts by item code."""

    unit: int
    name: str
    amounts: Mapping[str, Decimal]


class Payee(NamedTuple):
    """How the pay of a unit goes out; a passbook's account, or nothing."""

    channel: str
    bank: str
    account_number: str


class LastSlip(NamedTuple):
    """What a person was paid in an earlier month."""

    unit: int
    gross: Decimal
    net: Decimal
    account_number: str
    amounts: Mapping[str, Decimal]


class YearRecord(NamedTuple):
    """A year to date and the month that it reaches to."""

    through: date
    so_far: YearToDate


def rows_of(sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return list(cursor.fetchall())


def rows_by_name(sql: str, asked: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement whose arguments have names."""
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)  # type: ignore[arg-type]
        return list(cursor.fetchall())


def month_before(month: date) -> date:
    """Return the first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


def was_paid(*, month: date) -> bool:
    """Whether a run of a month has been released."""
    return Run.objects.filter(month=month, purpose=RunPurpose.PAYROLL, status__in=RELEASED_STATES).exists()


def staff_of(declaration: int) -> list[Staff]:
    """Return the roster in its order."""
    return [
        Staff(*row)
        for row in rows_of(
            """SELECT s.person_id, p.id_number, s.name, s.unit_id, s.row, s.category, s.bank, s.account_number,
                      s.stopped_on
                 FROM payouts_declaredstaff s JOIN payouts_person p ON p.id = s.person_id
                WHERE s.declaration_id = %s ORDER BY s.row""",
            declaration,
        )
    ]


def pay_rows_of(declaration: int) -> dict[int, PayRow]:
    """Return the declared pay by person."""
    amounts: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for row, item, amount in rows_of(
        "SELECT row, item, amount FROM payouts_declaredamount WHERE declaration_id = %s", declaration
    ):
        amounts[row][item] = amount
    return {
        person: PayRow(unit, name, amounts.get(row, {}))
        for row, person, unit, name in rows_of(
            "SELECT row, person_id, unit_id, name FROM payouts_declaredpay WHERE declaration_id = %s", declaration
        )
    }


def changes_of(declaration: int) -> dict[int, list[Change]]:
    """Return the declared changes by person."""
    found: dict[int, list[Change]] = defaultdict(list)
    for person, kind, effective, item, amount, bank, account, row in rows_of(
        """SELECT person_id, kind, effective_on, item, amount, bank, account_number, row
             FROM payouts_declaredchange WHERE declaration_id = %s ORDER BY row""",
        declaration,
    ):
        found[person].append(Change(ChangeKind(kind), effective, item, amount, bank, account, row))
    return found


def declared_years_of(declaration: int) -> dict[int, YearRecord]:
    """Return the years to date that another system declared, by person."""
    return {
        person: YearRecord(through, YearToDate(*figures))
        for person, through, *figures in rows_of(
            """SELECT person_id, through, months, income, exempt, special, additional, other, withheld
                 FROM payouts_declaredyeartodate WHERE declaration_id = %s""",
            declaration,
        )
    }


def own_years_before(month: date) -> dict[int, YearRecord]:
    """Return our own records of the tax year by person: what the latest payslip before a month says."""
    return {
        person: YearRecord(through, YearToDate(*figures))
        for person, through, *figures in rows_of(
            """SELECT DISTINCT ON (s.person_id) s.person_id, r.month, s.months, s.income_to_date, s.exempt_to_date,
                      s.special_to_date, s.additional_to_date, s.other_to_date, s.withheld_to_date
                 FROM payouts_payslip s JOIN payouts_run r ON r.id = s.run_id AND r.edition = s.edition
                WHERE r.month >= %s AND r.month < %s AND r.status = ANY(%s)
                ORDER BY s.person_id, r.month DESC, r.number DESC""",
            month.replace(month=1),
            month,
            list(RELEASED),
        )
    }


def slips_of(month: date) -> dict[int, LastSlip]:
    """Return what people were paid in a month, over all its released runs."""
    amounts: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for slip, item, amount in rows_of(
        """SELECT i.payslip_id, i.item, i.amount
             FROM payouts_run r JOIN payouts_payslip s ON s.run_id = r.id AND s.edition = r.edition
             JOIN payouts_payslipitem i ON i.payslip_id = s.id
            WHERE r.month = %s AND r.status = ANY(%s)""",
        month,
        list(RELEASED),
    ):
        amounts[slip][item] = amount
    return {
        person: LastSlip(unit, gross, net, account, amounts.get(slip, {}))
        for slip, person, unit, gross, net, account in rows_of(
            """SELECT s.id, s.person_id, s.unit_id, s.gross, s.net, s.account_number
                 FROM payouts_run r JOIN payouts_payslip s ON s.run_id = r.id AND s.edition = r.edition
                WHERE r.month = %s AND r.status = ANY(%s)""",
            month,
            list(RELEASED),
        )
    }


def payees_of_units(month: date) -> dict[int, Payee]:
    """Return how each unit is paid in a month: the latest channel that has begun."""
    return {
        unit: Payee(channel, bank or "", number or "")
        for unit, channel, bank, number in rows_of(
            """SELECT DISTINCT ON (c.unit_id) c.unit_id, c.channel, a.bank, a.number
                 FROM treasury_unitchannel c LEFT JOIN treasury_bankaccount a ON a.id = c.account_id
                WHERE c.effective_from <= %s ORDER BY c.unit_id, c.effective_from DESC, c.id DESC""",
            month,
        )
    }


class Refused(NamedTuple):
    """A refused row, as far as it can be read, and the kind of its fault."""

    id_number: str
    name: str
    unit: int | None
    cause: str


def refused_rows_of(declaration: int) -> list[Refused]:
    """Return the refused rows in their order."""
    return [
        Refused(*row)
        for row in rows_of(
            """SELECT id_number, name, unit_id, cause FROM payouts_declaredrefusal
                WHERE declaration_id = %s ORDER BY row""",
            declaration,
        )
    ]


def deaths_of(declaration: int) -> dict[str, date]:
    """Return the dates of death by ID number."""
    return dict(
        rows_of(
            "SELECT id_number, min(died_on) FROM payouts_declareddeath WHERE declaration_id = %s GROUP BY id_number",
            declaration,
        )
    )
