"""Decide which faults a month gets, and what follows from them."""

from random import Random

from tests.months import dirt, filling
from tests.months.people import Inventor, Person
from tests.months.tables import Fault, Line, Table, Tables, Value

PAY_MAKERS = (dirt.id_check_digit, dirt.unknown_unit, dirt.negative_amount, dirt.three_decimals, dirt.formula_cell)
ROSTER_MAKERS = (
    dirt.id_check_digit, dirt.id_bad_date, dirt.number_precision, dirt.account_luhn, dirt.missing_account,
    dirt.unknown_unit,
)  # fmt: skip
UNIT_MAKERS = (dirt.spaces, dirt.fullwidth, dirt.credit_code)


def soil(
    *, tables: Tables, people: list[Person], inventor: Inventor, rng: Random, share: float, form: str, month: str
) -> None:
    """Put faults into the clean tables: the roster's first, then what follows from them, then the others."""

    def dirtier(table: Table) -> dirt.Dirtier:
        return dirt.Dirtier(rng, table, "csv" if table.always_csv else form)

    def each(table: Table, kinds: int) -> int:
        return max(1, int(len(table.lines) * share / kinds))

    units, roster, pay = dirtier(tables.units), dirtier(tables.roster), dirtier(tables.pay)
    dirt.sprinkle(units, makers=UNIT_MAKERS, each=each(tables.units, 4))
    dirt.repeat(units, kind="duplicate_unit", column="单位编码", each=each(tables.units, 4))

    many = each(tables.roster, len(ROSTER_MAKERS) + 2 + len(dirt.FORMAT_MAKERS))
    dirt.share_accounts(roster, each=many)
    dirt.sprinkle(roster, makers=(*ROSTER_MAKERS, *dirt.FORMAT_MAKERS), each=many)
    refused = {line.text("身份证号"): line.fault.kind for line in tables.roster.lines if line.refused and line.fault}
    dirt.cascade(tables=(tables.pay, tables.changes, tables.ytd), refused=refused)
    twice = dirt.repeat(roster, kind="duplicate_person", column="身份证号", each=many)

    many = each(tables.pay, len(PAY_MAKERS) + 2 + len(dirt.FORMAT_MAKERS))
    add_ghosts(dirtier=pay, people=people, refused=refused, month=month, each=many)
    dirt.sprinkle(pay, makers=(*PAY_MAKERS, *dirt.FORMAT_MAKERS), each=many)
    repeat_pay(dirtier=pay, people_twice={line.text("身份证号") for line in twice}, each=many)

    for table, makers in (
        (tables.changes, (*dirt.FORMAT_MAKERS, dirt.account_luhn, dirt.negative_amount)),
        (tables.ytd, dirt.FORMAT_MAKERS),
    ):
        found, many = dirtier(table), each(table, len(makers) + 1)
        dirt.sprinkle(found, makers=makers, each=many)
        names = [(inventor.name(), inventor.id_number()) for _ in range(many)]
        dirt.insert_strangers(found, each=many, strangers=names)
    for table in (tables.roster, tables.pay, tables.changes, tables.ytd):
        if not table.always_csv or rng.random() < 0.3:
            dirt.leave_empty_rows(dirtier(table), each=each(table, 20))


def add_ghosts(*, dirtier: dirt.Dirtier, people: list[Person], refused: dict[str, str], month: str, each: int) -> None:
    """Add pay rows of people who stopped in a month before, next to the rows of their unit."""
    gone = [person for person in people if "" < person.stopped[:7] < month and person.id_number not in refused]
    lines = dirtier.table.lines
    for person in dirtier.rng.sample(gone, min(each, len(gone))):
        line = filling.pay_line(person=person, rng=dirtier.rng)
        line.fault = Fault("ghost_after_stop", "身份证号", clean=person.id_number, cause=person.reason)
        after = [at for at, found in enumerate(lines) if found.cells["单位编码"] == person.unit.code]
        lines.insert(after[-1] + 1 if after else len(lines), line)


def repeat_pay(*, dirtier: dirt.Dirtier, people_twice: set[str], each: int) -> None:
    """Write pay rows twice, above all of those who are on the roster twice; the second has more money."""
    lines = dirtier.table.lines
    free = [at for at, line in enumerate(lines) if line.fault is None]
    chosen = [at for at in free if lines[at].text("身份证号") in people_twice]
    chosen += dirtier.rng.sample(free, min(max(1, each // 2), len(free)))
    for at in sorted(set(chosen), reverse=True):
        number = lines[at].text("身份证号")
        more: dict[str, Value] = {"职务岗位工资": lines[at].amount("职务岗位工资") + 100_00}
        copy = Line(lines[at].cells | more, fault=Fault("duplicate_person", "身份证号", clean=number))
        lines.insert(min(at + dirtier.rng.randint(1, 30), len(lines)), copy)
