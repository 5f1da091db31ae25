"""Invent a month of income, the plan of the year and the opening balances; every case of a settlement in turn."""

from collections.abc import Iterable, Sequence
from random import Random

from tests.months.digits import last_day, shift
from tests.months.people import DISTRICT, Person, Unit
from tests.months.settling import Row, settle
from tests.months.tables import Line, Table, Value, columns

TAXES = {
    "10101": "增值税", "10104": "企业所得税", "10106": "个人所得税", "10109": "城市维护建设税", "10110": "房产税",
    "10111": "印花税", "10112": "城镇土地使用税", "10119": "契税", "10304": "行政事业性收费收入", "10305": "罚没收入",
}  # fmt: skip
OUTSIDE = {"Y01": "村镇建设服务费", "Y02": "林业服务费", "Y03": "房屋租赁收入", "Y04": "文化活动收费"}
TRANSFERS = {"11002": "一般性转移支付收入", "11003": "专项转移支付收入"}
FARM_TAX = {"N01": "农业税新增部分", "N02": "农业税附加新增部分"}
FUNDS = (("预算内", TAXES, 73), ("预算外", OUTSIDE, 17), ("转移支付", TRANSFERS, 8), ("新增农业税", FARM_TAX, 2))
SUB_ACCOUNTS = ("预算内支出户", "预算外分户", "转移支付专户")

PLAN = "年度计划（万元）"
PRIOR = "上月止累计完成（元）"
RATIO = "超收地方留用比例（%）"
INCOME_COLUMNS = columns(
    "日期 乡镇 科目编码 科目名称 资金性质 缴款书号 票据号 金额 征收单位 备注", amounts=("金额",), dates="日期"
)
PLAN_COLUMNS = columns(f"乡镇编码 乡镇 {PLAN} {PRIOR} {RATIO} 备注", amounts=(PLAN, PRIOR), numbers=RATIO)
DEBT_COLUMNS = columns("乡镇编码 乡镇 历史欠款 形成原因 备注", amounts=("历史欠款",))
UNPAID_COLUMNS = columns("乡镇 单位编码 姓名 身份证号 欠发月份 欠发金额 备注", amounts=("欠发金额",), months="欠发月份")
SUB_ACCOUNT_COLUMNS = columns("乡镇 分户 期初余额", amounts=("期初余额",))


def income_table(*, rng: Random, towns: Sequence[str], month: str) -> Table:
    """Write about 40 lines of income for each township, by day; some 预算内 lines are taken back (冲正)."""
    days = sorted(rng.choices(range(1, last_day(month) + 1), k=40 * len(towns) - 2))
    lines: list[Line] = []
    flat = month.replace("-", "")
    for number, day in enumerate([1, *days, last_day(month)], start=1):
        town = rng.choice(towns)
        fund, heads, _ = rng.choices(FUNDS, [weight for *_, weight in FUNDS])[0]
        code = rng.choice(list(heads))
        amount = rng.randint(1_000_00, 35_000_00)
        if fund in ("转移支付", "新增农业税"):
            amount = rng.randint(4, 60) * 10_000_00
        is_taken_back = fund == "预算内" and rng.random() < 0.02
        office = "税务所" if code < "103" and fund == "预算内" else "财政所"
        cells: dict[str, Value] = {
            "日期": f"{month}-{day:02d}",
            "乡镇": town,
            "科目编码": code,
            "科目名称": heads[code],
            "资金性质": fund,
            "缴款书号": f"JK{flat}{number:05d}",
            "票据号": f"QL{month[2:4]}{month[5:]}{number * 7:07d}",
            "金额": -amount // 10 if is_taken_back else amount,
            "征收单位": town + office,
            "备注": "冲正" if is_taken_back else "",
        }
        lines.append(Line(cells))
    title = f"{DISTRICT}{month[:4]}年{int(month[5:])}月乡镇收入日报"
    return Table(f"收入日报_{flat}", "", title, INCOME_COLUMNS, lines, always_csv="gb18030")


def case_of(*, rng: Random, index: int) -> tuple[int, str, int]:
    """Choose what a township is a case of: what it collects above plan, the ratio, its old debt; fen."""
    cases = (
        (-rng.randint(0, 900_000_00), "50", rng.randint(300_000_00, 900_000_00)),  # plan not met
        (rng.randint(200_000_00, 400_000_00), "62.5", 0),  # no debt
        (1_200_000_03, "37.5", 3_000_000_00),  # large debt
        (rng.randint(300_000_00, 600_000_00), "50", rng.randint(5_000_00, 20_000_00)),  # debt below a quarter
        (200_000_00, "50", 25_000_00),  # debt of exactly a quarter
        (90_000_00, "50", 1_200_000_00),  # less returned than unpaid
        (200_000_02, "50", 33_333_33),  # odd fen
        (100_000_04, "62.5", rng.choice((0, 15_625_00, 15_625_01))),  # half a fen
        (0, "50", 5_000_00),  # plan met to the fen
    )
    return cases[index % len(cases)]


def plan_tables(
    *, rng: Random, units: Iterable[Unit], people: Sequence[Person], income: Iterable[Row], month: str
) -> list[Table]:
    """Write plan, old debts, unpaid salaries and sub-accounts, so that the valid income makes each case come true."""
    towns = {unit.township: unit.township_code for unit in units}
    blank: list[Row] = [{"乡镇": town, PLAN: 0, PRIOR: 0, RATIO: "50"} for town in towns]
    collected = {found.township: found.income for found in settle(income=income, plan=blank, debts=[], unpaid=[])}
    plans: list[Line] = []
    debts: list[Line] = []
    unpaid: list[Line] = []
    for index, (town, code) in enumerate(towns.items()):
        over, ratio, debt = case_of(rng=rng, index=index)
        plan = rng.randint(300_00, 900_00)
        prior = plan * 10_000 + over - collected[town]
        reason = "截留区级收入" if debt else ""
        plans.append(Line({"乡镇编码": code, "乡镇": town, PLAN: plan, PRIOR: prior, RATIO: ratio, "备注": ""}))
        debts.append(Line({"乡镇编码": code, "乡镇": town, "历史欠款": debt, "形成原因": reason, "备注": ""}))
        if index % 9 not in (1, 4):
            at_home = [person for person in people if person.unit.township == town]
            count = min(len(at_home), 24 if index % 9 == 5 else rng.randint(1, 8))
            unpaid += unpaid_lines(rng=rng, people=rng.sample(at_home, count), month=month)
    balances = [
        Line({"乡镇": town, "分户": account, "期初余额": rng.randint(200_000, 800_000) * 100})
        for town in towns
        for account in SUB_ACCOUNTS
    ]
    opening = "往来欠款_期初"
    return [
        Table("年度收入计划", "收入计划", f"{DISTRICT}{month[:4]}年乡镇收入计划", PLAN_COLUMNS, plans),
        Table(opening, "历史欠款", f"{DISTRICT}乡镇往来欠款期初表", DEBT_COLUMNS, debts, own_workbook=False),
        Table(opening, "欠发工资", f"{DISTRICT}欠发工资明细", UNPAID_COLUMNS, unpaid, own_workbook=False),
        Table(opening, "分户余额", f"{DISTRICT}乡镇分户期初余额", SUB_ACCOUNT_COLUMNS, balances, own_workbook=False),
    ]


def unpaid_lines(*, rng: Random, people: Iterable[Person], month: str) -> list[Line]:
    """Owe people their salaries of up to nine months, the last of them the month before."""
    lines: list[Line] = []
    for person in people:
        for back in range(rng.randint(1, 9), 0, -1):
            cells: dict[str, Value] = {
                "乡镇": person.unit.township,
                "单位编码": person.unit.code,
                "姓名": person.name,
                "身份证号": person.id_number,
                "欠发月份": shift(month, -back),
                "欠发金额": rng.randint(500_00, 4000_00),
                "备注": "",
            }
            lines.append(Line(cells))
    return lines
