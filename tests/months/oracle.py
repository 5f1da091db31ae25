"""Compute what a correct system pays: sections 'Pay of the month' 1 to 10, in integer fen, over valid clean rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.months.tables import EARNED, WITHHELD, YEAR_TO_DATE, Value

Row = Mapping[str, Value]  # clean: texts, amounts in fen

BRACKETS = (
    (36_000_00, 3, 0),
    (144_000_00, 10, 2_520_00),
    (300_000_00, 20, 16_920_00),
    (420_000_00, 25, 31_920_00),
    (660_000_00, 30, 52_920_00),
    (960_000_00, 35, 85_920_00),
)
ABOVE = (45, 181_920_00)
BASIC = 5_000_00


@dataclass(frozen=True, slots=True)
class YearToDate:
    """What a person had in the tax year before the month, in fen."""

    months: int = 0
    income: int = 0
    exempt: int = 0
    special: int = 0
    additional: int = 0
    other: int = 0
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class Paid:
    """One person's pay of the month, in fen, and the year to date that the next month starts from."""

    id_number: str
    name: str
    township: str
    unit_code: str
    category: str
    channel: str
    bank: str
    account: str
    gross: int
    deductions: Mapping[str, int]
    taxable: int
    cumulative_tax: int
    withheld_before: int
    tax: int
    after: YearToDate

    @property
    def deductions_total(self) -> int:
        return sum(self.deductions.values())

    @property
    def net(self) -> int:
        return self.gross - self.deductions_total - self.tax


def cumulative_tax(taxable: int) -> int:
    """Give the tax on the taxable income of the year so far, half up to the fen."""
    if taxable <= 0:
        return 0
    rate, quick = next(((rate, quick) for top, rate, quick in BRACKETS if taxable <= top), ABOVE)
    return (taxable * rate + 50) // 100 - quick


def amount(row: Row, column: str) -> int:
    return int(row.get(column) or 0)


def month_of(row: Row, column: str) -> str:
    return str(row.get(column) or "")[:7]


def year_to_date(row: Row | None, *, month: str) -> YearToDate:
    """Read the row of the year-to-date file; a row of an older tax year counts for nothing."""
    if row is None or month_of(row, "截至月份")[:4] != month[:4]:
        return YearToDate()
    income, exempt, _, special, additional, other, withheld = (amount(row, column) for column in YEAR_TO_DATE)
    return YearToDate(int(row["任职受雇月数"] or 0), income, exempt, special, additional, other, withheld)


def add_month(before: YearToDate, items: Mapping[str, int]) -> tuple[YearToDate, int]:
    """Add a month's items to the year to date, its tax not yet; give it with the taxable income of the year."""
    gross = sum(items.get(name, 0) for name in EARNED) + items.get("补发金额", 0) - items.get("补扣金额", 0)
    after = YearToDate(
        before.months + 1,
        before.income + gross,
        before.exempt + items.get("独生子女补贴", 0),
        before.special + sum(items.get(name, 0) for name in WITHHELD if name != "职业年金"),
        before.additional + items.get("专项附加扣除", 0),
        before.other + items.get("职业年金", 0),
        before.withheld,
    )
    off = after.exempt + BASIC * after.months + after.special + after.additional + after.other
    return after, after.income - off


def pay_of(*, row: Row, unit: Row, items: Mapping[str, int], before: YearToDate, account: tuple[str, str]) -> Paid:
    """Compute one person's pay; row is the roster's, account is bank and number."""
    after, taxable = add_month(before, items)
    due = cumulative_tax(taxable)
    tax = max(0, due - before.withheld)
    values = (after.months, after.income, after.exempt, after.special, after.additional, after.other)
    return Paid(
        id_number=str(row["身份证号"]),
        name=str(row["姓名"]),
        township=str(unit["乡镇"]),
        unit_code=str(unit["单位编码"]),
        category=str(row["人员类别"]),
        channel=str(unit["发放渠道"]),
        bank=account[0],
        account=account[1],
        gross=after.income - before.income,
        deductions={name: items.get(name, 0) for name in WITHHELD},
        taxable=taxable,
        cumulative_tax=due,
        withheld_before=before.withheld,
        tax=tax,
        after=YearToDate(*values, before.withheld + tax),
    )


@dataclass(slots=True)
class Changes:
    """What the valid rows of the change file say of one person for the month."""

    stopped: bool = False
    items: dict[str, int] | None = None  # of a newcomer
    raises: dict[str, tuple[str, int]] | None = None  # item -> date and amount
    account: tuple[str, str, str] | None = None  # date, bank, number


def read_changes(rows: Iterable[Row], *, month: str) -> dict[str, Changes]:
    """Sort the change rows by person; of several raises or accounts in force the one with the latest date stands."""
    people: dict[str, Changes] = {}
    for row in rows:
        found = people.setdefault(str(row["身份证号"]), Changes())
        kind, since, on = row["变动类型"], month_of(row, "生效日期"), str(row["生效日期"])
        if kind == "停发" and since < month:
            found.stopped = True
        elif kind == "新增" and since <= month:
            found.items = (found.items or {}) | {str(row["工资项目"]): amount(row, "新金额")}
        elif kind == "调资" and since < month:
            found.raises = found.raises or {}
            item = str(row["工资项目"])
            if item not in found.raises or found.raises[item][0] <= on:
                found.raises[item] = (on, amount(row, "新金额"))
        elif kind == "变更账号" and since <= month and (found.account is None or found.account[0] <= on):
            found.account = (on, str(row["新开户行"]), str(row["新账号"]))
    return people


def payroll(
    *,
    month: str,
    units: Iterable[Row],
    roster: Iterable[Row],
    pay: Iterable[Row],
    changes: Iterable[Row],
    ytd: Iterable[Row],
) -> tuple[dict[str, Paid], dict[str, str]]:
    """Pay everybody who is due; give the pay by ID and, for valid roster rows only, the reason why one is not paid."""
    unit_of = {str(row["单位编码"]): row for row in units}
    pay_of_id = {str(row["身份证号"]): row for row in pay}
    ytd_of_id = {str(row["身份证号"]): row for row in ytd}
    changed = read_changes(changes, month=month)
    paid: dict[str, Paid] = {}
    not_paid: dict[str, str] = {}
    for row in roster:
        person = str(row["身份证号"])
        change = changed.get(person, Changes())
        if "" < month_of(row, "停发日期") < month:
            not_paid[person] = "stopped_in_roster"
            continue
        if change.stopped:
            not_paid[person] = "stopped_by_change"
            continue
        if person in pay_of_id:
            source = pay_of_id[person]
            items = {
                name: amount(source, name) for name in (*EARNED, *WITHHELD, "专项附加扣除", "补发金额", "补扣金额")
            }
            items |= {item: value for item, (_, value) in (change.raises or {}).items()}
        elif change.items is not None:
            items = change.items
        else:
            not_paid[person] = "pay_row_rejected"
            continue
        unit = unit_of[str(row["单位编码"])]
        account = change.account[1:] if change.account else (str(row["开户行"] or ""), str(row["账号"] or ""))
        if unit["发放渠道"] == "单位存折":
            account = (str(unit["存折开户行"]), str(unit["存折账号"]))
        before = year_to_date(ytd_of_id.get(person), month=month)
        paid[person] = pay_of(row=row, unit=unit, items=items, before=before, account=account)
    return paid, not_paid
