"""Take what units declared for a month: the valid rows of one file, all or nothing.

A later file of a kind and month replaces the earlier one; both stay. Rows come as clean texts and
go in by COPY; they are lists where a number may be unknown, for COPY swallows what is raised inside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from ledger.arrays import text_array
from ledger.copying import copy_rows
from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.facts import rows_of
from payouts.inputs import standing
from payouts.models import Declaration, Run
from payouts.models.words import RELEASED_STATES, RunPurpose, RunStatus
from payouts.refusals import InputsFrozen, NumberUnknown, SameOfficer
from payouts.running import CHAIN
from treasury.models import Unit


@dataclass(frozen=True, slots=True)
class DeclaredFile:
    """The file that a declaration comes from."""

    month: date
    kind: str
    file: str
    sheet: str
    sha256: str
    staged_by: str


class RefusedRow(NamedTuple):
    """A row that was not taken."""

    row: int
    id_number: str
    name: str
    unit_code: str
    cause: str


class StaffRow(NamedTuple):
    """A roster row; empty texts are empty cells."""

    row: int
    id_number: str
    unit_code: str
    name: str
    category: str
    establishment: str
    post: str
    grade: str
    pay_method: str
    bank: str
    account_number: str
    hired_on: str
    stopped_on: str
    stop_reason: str


class DeclaredPayRow(NamedTuple):
    """A row of the pay items; ``amounts`` by item code, as texts."""

    row: int
    id_number: str
    unit_code: str
    name: str
    amounts: Mapping[str, str]


class ChangeRow(NamedTuple):
    """A row of the changes."""

    row: int
    id_number: str
    reference: str
    kind: str
    effective_on: str
    item: str
    amount: str
    bank: str
    account_number: str
    reason: str


class YearRow(NamedTuple):
    """A row of the years to date."""

    row: int
    id_number: str
    through: str
    months: str
    income: str
    exempt: str
    special: str
    additional: str
    other: str
    withheld: str


class DeathRow(NamedTuple):
    """A row of the death list."""

    row: int
    id_number: str
    name: str
    died_on: str
    source: str


def declare(*, source: DeclaredFile, rows: int, officer: Officer, at: datetime) -> Declaration:
    """Open a declaration that replaces the one standing, inside the caller's transaction.

    :raises SameOfficer: if the officer staged the file
    :raises InputsFrozen: if the latest run of the month is between freezing and release
    """
    require_post(officer, "payouts.certify_enrolment" if source.kind == "BENEFITS" else "payouts.apply_file")
    if source.staged_by == officer.username:
        raise SameOfficer("declaration_four_eyes", {"file": source.file, "officer": officer.username})
    purpose = RunPurpose.BENEFITS if source.kind == "BENEFITS" else RunPurpose.PAYROLL
    run = Run.objects.select_for_update().filter(month=source.month, purpose=purpose).order_by("-number").first()
    if run and run.status not in (RunStatus.OPEN, RunStatus.COLLECTING, *RELEASED_STATES):
        raise InputsFrozen("run_inputs_are_frozen", {"run": str(run), "status": run.status})
    declaration = Declaration.objects.create(
        month=source.month,
        kind=source.kind,
        file=source.file,
        sheet=source.sheet,
        sha256=source.sha256,
        rows=rows,
        staged_by_id=source.staged_by,
        applied_by=officer,
        applied_at=at,
        replaces=standing(month=source.month, kind=source.kind),
    )
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act="file.apply",
        subject=f"declaration/{declaration}",
        before={"replaces": declaration.replaces_id or ""},
        after={"file": source.file, "sha256": source.sha256, "rows": rows, "staged_by": source.staged_by},
    )
    return declaration


def declare_refused(*, declaration: Declaration, rows: Iterable[RefusedRow]) -> None:
    """Note the rows that were refused: their people and units did report."""
    units = unit_keys()
    copy_rows(
        table="payouts_declaredrefusal",
        columns=("declaration_id", "row", "id_number", "name", "unit_id", "cause"),
        rows=(
            (declaration.pk, row.row, row.id_number[:40], row.name[:80], units.get(row.unit_code), row.cause)
            for row in rows
        ),
    )


def declare_staff(*, declaration: Declaration, rows: Sequence[StaffRow], officer: Officer) -> None:
    """Take the roster: people, and the accounts they name."""
    people = register_people([(row.id_number, row.name) for row in rows])
    units = unit_keys()
    copy_rows(
        table="payouts_declaredstaff",
        columns=(
            "declaration_id",
            "row",
            "person_id",
            "unit_id",
            "name",
            "category",
            "establishment",
            "post",
            "grade",
            "pay_method",
            "bank",
            "account_number",
            "hired_on",
            "stopped_on",
            "stop_reason",
        ),
        rows=[
            (
                declaration.pk,
                row.row,
                people[row.id_number],
                found(units, row.unit_code, row.row),
                row.name,
                row.category,
                row.establishment,
                row.post,
                row.grade,
                row.pay_method,
                row.bank,
                row.account_number,
                row.hired_on or None,
                row.stopped_on or None,
                row.stop_reason,
            )
            for row in rows
        ],
    )
    accounts = (
        (people[row.id_number], row.account_number, row.bank, row.name, row.id_number)
        for row in rows
        if row.account_number
    )
    register_accounts(accounts, declaration, officer)


def declare_pay(*, declaration: Declaration, rows: Sequence[DeclaredPayRow]) -> None:
    """Take the pay items."""
    people = person_keys([row.id_number for row in rows])
    units = unit_keys()
    copy_rows(
        table="payouts_declaredpay",
        columns=("declaration_id", "row", "person_id", "unit_id", "name"),
        rows=[
            (
                declaration.pk,
                row.row,
                found(people, row.id_number, row.row),
                found(units, row.unit_code, row.row),
                row.name,
            )
            for row in rows
        ],
    )
    copy_rows(
        table="payouts_declaredamount",
        columns=("declaration_id", "row", "item", "amount"),
        rows=(
            (declaration.pk, row.row, item, amount) for row in rows for item, amount in row.amounts.items() if amount
        ),
    )


def declare_changes(*, declaration: Declaration, rows: Sequence[ChangeRow], officer: Officer) -> None:
    """Take the changes, and the accounts they name."""
    people = person_keys([row.id_number for row in rows])
    copy_rows(
        table="payouts_declaredchange",
        columns=(
            "declaration_id",
            "row",
            "person_id",
            "reference",
            "kind",
            "effective_on",
            "item",
            "amount",
            "bank",
            "account_number",
            "reason",
        ),
        rows=[
            (
                declaration.pk,
                row.row,
                found(people, row.id_number, row.row),
                row.reference,
                row.kind,
                row.effective_on,
                row.item,
                row.amount or None,
                row.bank,
                row.account_number,
                row.reason,
            )
            for row in rows
        ],
    )
    names = dict(rows_of("SELECT id, name FROM payouts_person WHERE id = ANY(%s)", list(people.values())))
    accounts = (
        (people[row.id_number], row.account_number, row.bank, names[people[row.id_number]], row.id_number)
        for row in rows
        if row.account_number
    )
    register_accounts(accounts, declaration, officer)


def declare_years(*, declaration: Declaration, rows: Sequence[YearRow]) -> None:
    """Take the years to date of another system; a row without a month reaches to the month before."""
    people = person_keys([row.id_number for row in rows])
    before = rows_of("SELECT (%s::date - interval '1 month')::date", declaration.month)[0][0]
    copy_rows(
        table="payouts_declaredyeartodate",
        columns=(
            "declaration_id",
            "row",
            "person_id",
            "through",
            "months",
            "income",
            "exempt",
            "special",
            "additional",
            "other",
            "withheld",
        ),
        rows=[
            (
                declaration.pk,
                row.row,
                found(people, row.id_number, row.row),
                f"{row.through}-01" if row.through else before,
                row.months,
                *(figure or "0" for figure in row[4:]),
            )
            for row in rows
        ],
    )


def declare_deaths(*, declaration: Declaration, rows: Sequence[DeathRow]) -> None:
    """Take the death list; most of the dead were never paid here."""
    copy_rows(
        table="payouts_declareddeath",
        columns=("declaration_id", "row", "id_number", "name", "died_on", "source"),
        rows=((declaration.pk, *row) for row in rows),
    )


def register_people(people: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the keys of people by ID number, adding who is new and correcting names."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO payouts_person (id_number, name)
               SELECT DISTINCT ON (id_number) id_number, name FROM unnest(%s::text[], %s::text[]) AS t (id_number, name)
               ORDER BY id_number
               ON CONFLICT (id_number) DO UPDATE SET name = excluded.name WHERE payouts_person.name <> excluded.name""",
            [text_array([number for number, _name in people]), text_array([name for _number, name in people])],
        )
    return person_keys([number for number, _name in people])


def person_keys(id_numbers: Sequence[str]) -> dict[str, int]:
    """Return the keys of known people by ID number."""
    return dict(
        rows_of(
            "SELECT id_number, id FROM payouts_person WHERE id_number = ANY(%s::text[])", text_array(list(id_numbers))
        )
    )


def unit_keys() -> dict[str, int]:
    """Return the keys of all units by code."""
    return dict(Unit.objects.values_list("code", "pk"))


def found(keys: Mapping[str, int], name: str, row: int) -> int:
    if name not in keys:
        raise NumberUnknown("declared_row_is_known", {"row": row})
    return keys[name]


def register_accounts(
    accounts: Iterable[tuple[int, str, str, str, str]], declaration: Declaration, officer: Officer
) -> None:
    """Add the accounts (person, number, bank, holder, ID number) that are not the ones people have now."""
    rows = list(accounts)
    columns = [text_array([str(row[at]) for row in rows]) for at in range(5)]
    listed = (
        "unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[]) AS t (person, number, bank, holder, id)"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO treasury_bankaccount (number, bank, holder_name, holder_number)
                SELECT DISTINCT number, bank, holder, id FROM {listed} ON CONFLICT DO NOTHING""",  # noqa: S608
            columns,
        )
        cursor.execute(
            f"""INSERT INTO payouts_payaccount (person_id, account_id, effective_from, recorded_by_id, source)
                SELECT DISTINCT ON (t.person) t.person, a.id, %s, %s, %s
                  FROM {listed}
                  JOIN treasury_bankaccount a
                    ON (a.number, a.bank, a.holder_name, a.holder_number) = (t.number, t.bank, t.holder, t.id)
                 WHERE a.id IS DISTINCT FROM (SELECT p.account_id FROM payouts_payaccount p
                                               WHERE p.person_id = t.person ORDER BY p.id DESC LIMIT 1)
                 ORDER BY t.person""",  # noqa: S608
            [declaration.month, officer.username, f"declaration {declaration.pk}: {declaration.kind}", *columns],
        )
