"""Compute what a correct system settles, claims and grants, in integer fen, over valid clean rows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.months.digits import shift
from tests.months.oracle import amount, month_of
from tests.months.tables import Value

Row = Mapping[str, Value]

MONTHLY = {
    "独生子女保健费": 100_00,
    "二女户养老保障": 300_00,
    "奖励扶助": 80_00,
    "特别扶助-伤残": 460_00,
    "特别扶助-死亡": 590_00,
}
ONE_OFF = {
    "抚慰金-配偶死亡-二女户": 6000_00,
    "抚慰金-配偶死亡-独生子女户": 8000_00,
    "抚慰金-子女死亡-二女户": 15_000_00,
    "抚慰金-子女死亡-独生子女户": 40_000_00,
    "抚慰金-配偶死亡-职工户": 10_000_00,
    "抚慰金-子女死亡-职工户": 30_000_00,
}
CLOSED = "二女户养老保障-旧年付"


@dataclass(frozen=True, slots=True)
class Settlement:
    """One township's settlement of the year so far, in fen; ratio in tenths of a percent."""

    township: str
    plan: int
    prior: int
    income: int
    ratio: int
    debt: int
    owed: Sequence[tuple[str, int]]  # unpaid salaries by month, oldest first

    @property
    def actual(self) -> int:
        return self.prior + self.income

    @property
    def over(self) -> int:
        return max(0, self.actual - self.plan)

    @property
    def local(self) -> int:
        return (self.over * self.ratio + 500) // 1000

    @property
    def quarter(self) -> int:
        return (self.local * 25 + 50) // 100

    @property
    def withheld(self) -> int:
        return min(self.quarter, self.debt)

    @property
    def returned(self) -> int:
        return self.local - self.withheld

    @property
    def back_pay(self) -> list[tuple[str, int, int]]:
        """Give month, owed and paid, oldest month first, until the return is used up."""
        left, found = self.returned, []
        for month, owed in self.owed:
            paid = min(left, owed)
            left -= paid
            found.append((month, owed, paid))
        return found

    @property
    def back_pay_total(self) -> int:
        return sum(paid for _, _, paid in self.back_pay)


def settle(
    *, income: Iterable[Row], plan: Iterable[Row], debts: Iterable[Row], unpaid: Iterable[Row]
) -> list[Settlement]:
    """Settle the townships of the plan, in its order."""
    sums: Counter[str] = Counter()
    for row in income:
        if row["资金性质"] == "预算内":
            sums[str(row["乡镇"])] += amount(row, "金额")
    debt = {str(row["乡镇"]): amount(row, "历史欠款") for row in debts}
    owed: dict[str, Counter[str]] = {}
    for row in unpaid:
        owed.setdefault(str(row["乡镇"]), Counter())[str(row["欠发月份"])] += amount(row, "欠发金额")
    return [
        Settlement(
            township=(town := str(row["乡镇"])),
            plan=amount(row, "年度计划（万元）") * 10_000,
            prior=amount(row, "上月止累计完成（元）"),
            income=sums[town],
            ratio=tenths(str(row["超收地方留用比例（%）"])),
            debt=debt.get(town, 0),
            owed=sorted(owed.get(town, Counter()).items()),
        )
        for row in plan
    ]


def tenths(text: str) -> int:
    """Read a percentage with at most one decimal as tenths of a percent: '62.5' is 625."""
    whole, _, rest = text.partition(".")
    return int(whole) * 10 + int((rest + "0")[:1])


@dataclass(slots=True)
class Claim:
    """A claim as it was decided; total is None where a line of it cannot be read."""

    number: str
    township: str
    sub_account: str
    lines: int
    total: int | None
    reason: str
    balance: int
    at: int = 0  # the line of the fault, from 0

    @property
    def is_accepted(self) -> bool:
        return not self.reason


@dataclass(slots=True)
class Desk:
    """The desk that works through claims in file order: what is left in the accounts, which receipts are used."""

    left: dict[tuple[str, str], int]
    receipts: set[str]

    def decide(self, *, lines: Sequence[Row], row_error: tuple[int, str] | None = None) -> Claim:
        """Decide one claim; row_error is the line and kind of a fault in one of its lines."""
        first = lines[0]
        key = (str(first["乡镇"]), str(first["分户"]))
        total = sum(amount(line, "金额") for line in lines)
        used = [at for at, line in enumerate(lines) if line["票据号"] in self.receipts]
        at, reason = 0, ""
        if row_error:
            at, reason = row_error[0], f"row_error:{row_error[1]}"
        elif first["审批意见"] != "同意" or not first["审批日期"]:
            reason = "not_approved"
        elif used:
            at, reason = used[0], "receipt_reused"
        elif total > self.left[key]:
            reason = "over_balance"
        else:
            self.left[key] -= total
            self.receipts |= {str(line["票据号"]) for line in lines}
        shown = None if row_error else total
        return Claim(str(first["报账单号"]), *key, len(lines), shown, reason, self.left[key], at)


def benefit_of(*, row: Row, month: str, death: str) -> tuple[str, int]:
    """Say why a valid benefit row is not paid ('' if it is) and how much it gets; death is the list's date or ''."""
    died = str(row["死亡日期"] or death)[:7]
    ended = month_of(row, "资格终止")
    if row["状态"] == "暂停":
        return "suspended_status", 0
    if month_of(row, "资格起始") > month:
        return "not_started", 0
    if "" < died < month:
        return "died", 0
    if "" < ended < month:
        return "ended", 0
    if str(row["最近见面核实日期"]) < f"{shift(month, -6)}-01":
        return "verification_overdue", 0
    if row["项目名称"] == CLOSED:
        return "closed_scheme", 0
    scheme = str(row["项目名称"])
    return "", MONTHLY[scheme] if scheme in MONTHLY else ONE_OFF[scheme]
