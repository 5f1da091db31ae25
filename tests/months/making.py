"""Make one month of files, with the key that says what is wrong in them and what a correct system pays.

Choices where the README leaves room:
- In January the year-to-date file is of the old year (截至月份 of December); a correct system starts at zero.
- Who was not paid in `previous` has the same year to date a month later; his 任职受雇月数 does not grow either, so
  that the file and the service's own books say the same.
- Of several raises of one item, or several changes of the account, the one with the latest date in force stands,
  whatever the order of the rows. A change of account dated after the month is not in force yet.
- Treasury files (with `claims`) are made anew each month: their key holds when the month is the first settlement of
  its year. Benefit files (with `beneficiaries`) go on with the recipients of `previous`.
- Who is due nothing (all items blank or zero) is in the payroll with zeros, but there is no payment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.months import filling, key, layout, moving, soiling, writing
from tests.months.benefiting import Office, benefits_key
from tests.months.digits import shift
from tests.months.oracle import Paid, payroll
from tests.months.people import DISTRICT, Inventor, Person, Unit, make_person, make_units
from tests.months.tables import Fault, Table, Tables, Value
from tests.months.treasury import Treasury

EXTRA_SHEETS = ("上年留存", "Sheet2")


@dataclass(frozen=True)
class Month:
    """A month that was made: where it is, its key, and the people the month after starts from."""

    folder: Path
    month: str
    seed: int
    form: str
    units: Sequence[Unit]
    people: Sequence[Person]
    changes: Sequence[moving.Change]
    used: frozenset[str]
    faults: Sequence[Fault]
    paid: dict[str, Paid]
    not_paid: dict[str, str]
    payments: Sequence[key.Payment]
    recipients: Sequence[Mapping[str, Value]]
    deaths: Mapping[str, tuple[str, str]]


@dataclass
class Truth:
    """What is true in a month, before anybody writes it down."""

    units: Sequence[Unit]
    people: list[Person]
    changes: list[moving.Change]
    inventor: Inventor


def make_month(
    *,
    folder: Path,
    month: str,
    seed: int,
    staff: int,
    townships: int = 13,
    claims: int = 0,
    beneficiaries: int = 0,
    dirt: float = 0.0,
    form: str = "xlsx",
    previous: Month | None = None,
) -> Month:
    """Write the files of a month ('2026-11') and their key into a folder, which is made.

    Without `claims` (their number) there are no treasury files, without `beneficiaries` no benefit files.
    `dirt` is the share of faulty rows; `form` is xlsx or csv; `previous` is the month before, of the same people
    (then `staff` and `townships` are its own). The same arguments always give the same files.
    :raises ValueError: `form` is another, or `previous` is not the month before.
    """
    if form not in ("xlsx", "csv"):
        raise ValueError(f"no such form: {form}")
    if previous and shift(previous.month, 1) != month:
        raise ValueError(f"{previous.month} is not the month before {month}")
    rng = Random(f"{seed} {month} {staff} {townships} {dirt} {form}")
    truth = first_truth(rng=rng, month=month, staff=staff, townships=townships)
    if previous:
        truth = next_truth(rng=rng, month=month, previous=previous)
    tables = Tables(
        filling.units_table(units=truth.units),
        filling.roster_table(people=truth.people, month=month),
        filling.pay_table(people=truth.people, month=month, rng=rng),
        filling.changes_table(changes=truth.changes, month=month, rng=rng),
        filling.ytd_table(people=truth.people, month=month),
    )
    if dirt > 0:
        soiling.soil(
            tables=tables, people=truth.people, inventor=truth.inventor, rng=rng, share=dirt, form=form, month=month
        )
    towns = {unit.township: unit.township_code for unit in truth.units}
    desk = Treasury(
        rng=rng, inventor=truth.inventor, units=truth.units, people=truth.people, month=month, claims=claims,
        share=dirt, form=form,
    ) if claims else None  # fmt: skip
    office = Office(rng=rng, inventor=truth.inventor, towns=towns, month=month) if beneficiaries else None
    all_tables = [*tables, *(desk.tables if desk else [])]
    if office:
        all_tables += benefit_tables(office=office, rows=beneficiaries, previous=previous, share=dirt, form=form)
    folder.mkdir(parents=True, exist_ok=True)
    write_tables(folder=folder, tables=all_tables, rng=rng, form=form, is_dirty=dirt > 0, seed=seed)
    paid, not_paid = settle(tables=tables, month=month)
    payments = key.payments_of(paid=paid, units=truth.units)
    faults = [fault for table in all_tables for fault in table.faults]
    meta = {"seed": seed, "month": month, "townships": townships, "staff": staff, "beneficiaries": beneficiaries}
    town_of = {unit.code: unit.township for unit in truth.units}
    parts: dict[str, Any] = {
        "meta": {**meta, "claims": claims, "dirt": dirt, "format": form, "district": DISTRICT},
        "files": {shown_name(table, form): key.file_key(table, township_of=town_of) for table in all_tables},
        "payroll": key.payroll_key(paid=paid, not_paid=not_paid),
        **(desk.key() if desk else {}),
    }
    if office:
        rows = office.outcome()
        parts["benefits"] = benefits_key(rows)
        key.write_benefits(folder=folder, rows=rows)
    key.write_key(folder=folder, parts=parts, faults=faults, payments=payments)
    return Month(
        folder=folder, month=month, seed=seed, form=form, units=truth.units, people=truth.people,
        changes=truth.changes, used=frozenset(truth.inventor.used), faults=faults, paid=paid, not_paid=not_paid,
        payments=payments, recipients=office.truth() if office else (), deaths=office.deaths if office else {},
    )  # fmt: skip


def first_truth(*, rng: Random, month: str, staff: int, townships: int) -> Truth:
    """Invent units and people, and let the month happen to them."""
    inventor = Inventor(rng=rng, used=set())
    units = make_units(rng=rng, inventor=inventor, townships=townships)
    places = sorted((rng.choice(units) for _ in range(staff)), key=lambda unit: unit.code)
    found = [make_person(rng=rng, inventor=inventor, unit=unit, month=month) for unit in places]
    return happen(rng=rng, inventor=inventor, units=units, found=found, month=month, stops=0.035)


def next_truth(*, rng: Random, month: str, previous: Month) -> Truth:
    """Take the people of the month before as they stand after it, and let the month happen to them."""
    inventor = Inventor(rng=rng, used=set(previous.used))
    found = moving.evolve(people=previous.people, changes=previous.changes, paid=previous.paid, month=previous.month)
    return happen(rng=rng, inventor=inventor, units=previous.units, found=found, month=month, stops=0.005)


def happen(
    *, rng: Random, inventor: Inventor, units: Sequence[Unit], found: list[Person], month: str,
    stops: float,
) -> Truth:  # fmt: skip
    moving.add_newcomers(rng=rng, inventor=inventor, people=found, units=units, month=month)
    moving.stop_some(rng=rng, people=found, month=month, share=stops)
    changes = moving.make_changes(rng=rng, inventor=inventor, people=found, month=month)
    changed = {change.person.id_number for change in changes}
    moving.add_extras(rng=rng, people=found, changed=changed, month=month)
    return Truth(units, found, changes, inventor)


def settle(*, tables: Tables, month: str) -> tuple[dict[str, Paid], dict[str, str]]:
    """Pay the valid rows; name everybody on the roster who is not paid, with the reason."""
    valid = [[line.cells for line in table.valid] for table in tables]
    paid, not_paid = payroll(month=month, units=valid[0], roster=valid[1], pay=valid[2], changes=valid[3], ytd=valid[4])
    for line in tables.roster.data:
        if line.refused and line.fault and line.fault.kind != "duplicate_person":
            not_paid[line.text("身份证号")] = f"roster_row_rejected:{line.fault.kind}"
    return paid, not_paid


def benefit_tables(*, office: Office, rows: int, previous: Month | None, share: float, form: str) -> list[Table]:
    """Write the recipients of the month before again, or invent them; and the deaths known of."""
    if previous and previous.recipients:
        office.go_on(previous.recipients, deaths=previous.deaths)
    else:
        office.invent(rows=rows)
    if share:
        office.soil(each=max(1, int(len(office.table.lines) * share / 18)), form=form)
    return [office.table, office.list_deaths()]


def write_tables(*, folder: Path, tables: Sequence[Table], rng: Random, form: str, is_dirty: bool, seed: int) -> None:
    """Lay the tables out, clean or messy, and write their files; every third dirty month has columns in new order."""
    books: dict[str, list[layout.Sheet]] = {}
    for table in tables:
        own_form = "csv" if table.always_csv else form
        if is_dirty:
            looks = layout.messy(table=table, form=own_form, rng=rng, shuffled=seed % 3 == 2)
        else:
            looks = layout.plain(table=table, form=own_form, rng=rng)
        sheet = layout.Layer(table=table, looks=looks, rng=rng).lay()
        name = file_name(table, form)
        if own_form == "xlsx":
            sheets = books.setdefault(name, [])
            sheets.append(sheet)
            if is_dirty and not table.merged and table.own_workbook and rng.random() < 0.5:
                extra = rng.choice(EXTRA_SHEETS)
                sheets.insert(rng.choice((0, 1, 1)), layout.Sheet(extra, [list(row) for row in layout.OLD_SHEET]))
                table.layout_faults.append(Fault("extra_sheet", sheet=extra))
        else:
            encoding = table.always_csv or "utf-8"
            has_bom = is_dirty and encoding == "utf-8" and rng.random() < 0.7
            is_mixed = is_dirty and rng.random() < 0.5
            table.layout_faults += [Fault("bom")] * has_bom + [Fault("mixed_eol")] * is_mixed
            ends = rng if is_mixed else None
            writing.write_csv(path=folder / name, sheet=sheet, encoding=encoding, bom=has_bom, ends=ends)
        for fault in table.faults:
            fault.file = name
            fault.sheet = fault.sheet or (table.sheet if own_form == "xlsx" else "")
    for name, sheets in books.items():
        writing.write_workbook(path=folder / name, sheets=sheets)


def file_name(table: Table, form: str) -> str:
    """Name the file of a table; of several sheets each has a csv file of its own."""
    if table.always_csv or form == "csv":
        return f"{table.file}.csv" if table.own_workbook else f"{table.file}_{table.sheet}.csv"
    return f"{table.file}.xlsx"


def shown_name(table: Table, form: str) -> str:
    """Name a table as the key does: file#sheet where a workbook has several."""
    name = file_name(table, form)
    return name if table.own_workbook or form == "csv" else f"{name}#{table.sheet}"
