"""Write the truth into clean tables: units, roster, pay items, changes, year to date."""

from collections.abc import Iterable, Sequence
from random import Random

from tests.months.digits import shift
from tests.months.moving import Change
from tests.months.people import DISTRICT, Person, Unit
from tests.months.tables import (
    CHANGE_COLUMNS,
    EARNED,
    PAY_COLUMNS,
    ROSTER_COLUMNS,
    UNIT_COLUMNS,
    WITHHELD,
    YTD_COLUMNS,
    Line,
    Table,
    Value,
)

ITEM_COLUMNS = (*EARNED, *WITHHELD, "专项附加扣除", "补发金额", "补扣金额")
CHANGE_ORDER = ("新增", "停发", "调资", "变更账号")


def words(month: str) -> str:
    """Write a month as titles do: 2026年11月."""
    return f"{month[:4]}年{int(month[5:])}月"


def units_table(*, units: Sequence[Unit]) -> Table:
    lines = [
        Line(
            {
                "序号": "",
                "乡镇编码": unit.township_code,
                "乡镇": unit.township,
                "乡镇类型": unit.township_type,
                "单位编码": unit.code,
                "单位名称": unit.name,
                "单位性质": unit.nature,
                "统一社会信用代码": unit.credit,
                "发放渠道": unit.channel,
                "存折开户行": unit.bank,
                "存折账号": unit.account,
                "备注": "",
            }
        )
        for unit in units
    ]
    title = f"{DISTRICT}乡镇（街道）预算单位名册"
    return Table("单位名册", "单位名册", title, UNIT_COLUMNS, lines, merged=("乡镇编码", "乡镇", "乡镇类型"))


def roster_line(person: Person) -> Line:
    unit = person.unit
    return Line(
        {
            "序号": "",
            "单位编码": unit.code,
            "单位名称": unit.name,
            "姓名": person.name,
            "身份证号": person.id_number,
            "人员类别": person.category,
            "编制状态": "编外" if person.category == "聘用" else "在编",
            "职务或岗位": person.post,
            "级别薪级": person.grade,
            "发放方式": unit.channel,
            "开户行": person.bank,
            "账号": person.account,
            "入职日期": person.hired,
            "停发日期": person.stopped,
            "停发原因": person.reason,
            "备注": "",
        }
    )


def roster_table(*, people: Iterable[Person], month: str) -> Table:
    title = f"{DISTRICT}{words(month)}乡镇（街道）在职人员花名册"
    return Table("在职人员花名册", "花名册", title, ROSTER_COLUMNS, [roster_line(person) for person in people])


def pay_line(*, person: Person, rng: Random) -> Line:
    """Write the pay items of a person; what he does not get is blank, seldom a zero."""
    unit = person.unit
    cells: dict[str, Value] = {
        "序号": "",
        "乡镇": unit.township,
        "单位编码": unit.code,
        "单位名称": unit.name,
        "姓名": person.name,
        "身份证号": person.id_number,
        "人员类别": person.category,
    }
    amounts = {} if "nothing" in person.extras else person.items | person.extras
    for name in ITEM_COLUMNS:
        cells[name] = amounts.get(name) or (0 if rng.random() < 0.02 else None)
    for name in ("补发月份", "补扣月份"):
        cells[name] = person.extra_months.get(name, "")
    cells["备注"] = ""
    return Line(cells)


def pay_table(*, people: Iterable[Person], month: str, rng: Random) -> Table:
    lines = [
        pay_line(person=person, rng=rng)
        for person in people
        if not person.newcomer and not "" < person.stopped[:7] < month
    ]
    name = f"工资项目表_{month.replace('-', '')}"
    return Table(name, "工资项目", f"{DISTRICT}{words(month)}工资项目表", PAY_COLUMNS, lines)


def changes_table(*, changes: Sequence[Change], month: str, rng: Random) -> Table:
    """Write the changes: one number for each person and kind; steps of one raise stand in any order."""
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.kind, change.person.id_number), []).append(change)
    keys = sorted(groups, key=lambda key: CHANGE_ORDER.index(key[0]))
    if rng.random() < 0.4:
        rng.shuffle(keys)
    lines: list[Line] = []
    for number, key in enumerate(keys, start=1):
        group = groups[key]
        if key[0] in ("调资", "变更账号") and rng.random() < 0.5:
            group.reverse()
        lines += [change_line(change=change, number=f"BD{month.replace('-', '')}{number:04d}") for change in group]
    title = f"{DISTRICT}{words(month)}工资变动表"
    return Table(f"工资变动_{month.replace('-', '')}", "", title, CHANGE_COLUMNS, lines, always_csv="gb18030")


def change_line(*, change: Change, number: str) -> Line:
    person = change.person
    return Line(
        {
            "变动单号": number,
            "乡镇": person.unit.township,
            "单位编码": person.unit.code,
            "单位名称": person.unit.name,
            "姓名": person.name,
            "身份证号": person.id_number,
            "变动类型": change.kind,
            "生效日期": change.on,
            "工资项目": change.item,
            "原金额": change.old,
            "新金额": change.new,
            "新开户行": change.bank,
            "新账号": change.account,
            "停发原因": change.reason,
            "备注": "",
        }
    )


def ytd_table(*, people: Iterable[Person], month: str) -> Table:
    """Write the year to date at the end of the month before, for whoever has one and was there this tax year."""
    before = shift(month, -1)
    lines: list[Line] = []
    for person in people:
        ytd = person.ytd
        if ytd is None or "" < person.stopped[:4] < before[:4]:
            continue
        cells: dict[str, Value] = {
            "姓名": person.name,
            "身份证号": person.id_number,
            "单位编码": person.unit.code,
            "截至月份": before,
            "任职受雇月数": str(ytd.months),
            "累计收入额": ytd.income,
            "累计免税收入": ytd.exempt,
            "累计减除费用": 5000_00 * ytd.months,
            "累计专项扣除": ytd.special,
            "累计专项附加扣除": ytd.additional,
            "累计其他扣除": ytd.other,
            "累计已预扣税额": ytd.withheld,
        }
        lines.append(Line(cells))
    title = f"{DISTRICT}{words(before)}止累计个人所得税"
    return Table(f"累计个税_{month.replace('-', '')}上月", "", title, YTD_COLUMNS, lines, always_csv="utf-8")
