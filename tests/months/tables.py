"""What a file is before it is written: columns, lines with clean values, and the fault of a line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

Kind = Literal["text", "amount", "date", "month", "count", "number"]
Value = str | int | None  # a text, fen of an amount, or an amount left blank


class Number(NamedTuple):
    """A cell that holds a number; its text is exact."""

    text: str


class Formula(NamedTuple):
    """A cell that holds a formula; cached is what the spreadsheet last computed ('' if it never did)."""

    text: str
    cached: str


class DateCell(NamedTuple):
    """A cell that holds a date, not a text."""

    on: date


Raw = str | Number | Formula | DateCell

LAYOUT_KINDS = {
    "title_row", "unit_line", "merged_cells", "two_row_header", "header_synonym", "total_row", "footer_line",
    "empty_row", "extra_sheet", "bom", "mixed_eol",
}  # fmt: skip
FORMAT_KINDS = {"spaces", "fullwidth", "text_amount", "date_format", "id_lower_x", "id_15", "name_dot"}
WARNINGS = LAYOUT_KINDS | FORMAT_KINDS | {"credit_code", "shared_account_first", "verification_overdue"}
CASCADES = {"person_not_accepted", "claim_refused"}
BUSINESS = {"not_approved", "over_balance"}


@dataclass(slots=True)
class Fault:
    """One fault of a file; row 0 is the whole sheet."""

    kind: str
    field: str = ""
    raw: str | None = None
    clean: str | None = None
    cause: str | None = None
    row: int = 0
    file: str = ""
    sheet: str = ""

    @property
    def severity(self) -> str:
        return "warning" if self.kind in WARNINGS else "error"

    @property
    def scope(self) -> str:
        if self.kind in LAYOUT_KINDS:
            return "layout"
        if self.kind in FORMAT_KINDS:
            return "format"
        if self.kind in CASCADES:
            return "cascade"
        return "business" if self.kind in BUSINESS else "data"


@dataclass(slots=True)
class Line:
    """One data row: clean values by column, what is written instead of them, and its one fault."""

    cells: dict[str, Value]
    raw: dict[str, Raw] = field(default_factory=dict)
    fault: Fault | None = None
    row: int = 0
    blank: bool = False  # an empty row between the others

    @property
    def refused(self) -> bool:
        return self.fault is not None and self.fault.severity == "error"

    def text(self, column: str) -> str:
        return str(self.cells[column] or "")

    def amount(self, column: str) -> int:
        return int(self.cells[column] or 0)


class Column(NamedTuple):
    """A column by its own name; group is the upper name where the header has two rows."""

    name: str
    kind: Kind = "text"
    group: str = ""


@dataclass(slots=True)
class Table:
    """A sheet to be: the file it goes to, its columns and its lines in file order."""

    file: str  # the workbook's name, without ending where the form decides: '单位名册'
    sheet: str
    title: str
    columns: Sequence[Column]
    lines: list[Line]
    merged: Sequence[str] = ()  # columns whose equal values a dirty set merges downwards
    always_csv: str = ""  # the encoding, where the file is csv in every form
    header_row: int = 0
    layout_faults: list[Fault] = field(default_factory=list)
    own_workbook: bool = True  # False: one of several sheets of a workbook

    @property
    def data(self) -> list[Line]:
        return [line for line in self.lines if not line.blank]

    @property
    def faults(self) -> list[Fault]:
        return self.layout_faults + [line.fault for line in self.lines if line.fault]

    @property
    def valid(self) -> list[Line]:
        return [line for line in self.lines if not line.blank and not line.refused]


@dataclass
class Tables:
    """The sheets of the payroll files."""

    units: Table
    roster: Table
    pay: Table
    changes: Table
    ytd: Table

    def __iter__(self) -> Iterator[Table]:
        return iter((self.units, self.roster, self.pay, self.changes, self.ytd))


SYNONYMS: dict[str, tuple[str, ...]] = {
    "身份证号": ("身份证号码", "公民身份号码", "身份证"),
    "姓名": ("人员姓名",),
    "账号": ("银行账号", "帐号", "卡号（账号）"),
    "单位编码": ("单位代码",),
    "单位名称": ("工作单位",),
    "乡镇": ("乡镇（街道）",),
    "人员类别": ("人员性质",),
    "入职日期": ("参加工作日期",),
    "停发日期": ("停薪日期",),
    "职务岗位工资": ("职务（岗位）工资",),
    "级别薪级工资": ("级别（薪级）工资",),
    "养老保险": ("基本养老保险",),
    "住房公积金": ("公积金",),
    "金额": ("金额（元）",),
    "村": ("村（社区）",),
    "开户行": ("开户银行",),
    "项目名称": ("补助项目",),
    "票据号": ("票据号码",),
    "统一社会信用代码": ("信用代码",),
    "最近见面核实日期": ("最近核实日期",),
    "欠发金额": ("欠发工资额",),
    "历史欠款": ("欠区财政往来款",),
}

EARNED = ("职务岗位工资", "级别薪级工资", "津贴补贴", "乡镇工作补贴", "绩效工资", "改革性补贴", "奖金", "独生子女补贴")
WITHHELD = ("养老保险", "职业年金", "医疗保险", "失业保险", "住房公积金")
YEAR_TO_DATE = (
    "累计收入额", "累计免税收入", "累计减除费用", "累计专项扣除", "累计专项附加扣除", "累计其他扣除", "累计已预扣税额",
)  # fmt: skip


def columns(
    names: str, *, amounts: Sequence[str] = (), dates: str = "", months: str = "", numbers: str = ""
) -> list[Column]:
    """Make columns of names parted by spaces; the named ones hold amounts, dates, months or numbers, 序号 a count."""
    kinds: dict[str, Kind] = {"序号": "count", **dict.fromkeys(amounts, "amount")}
    kinds |= {**dict.fromkeys(dates.split(), "date"), **dict.fromkeys(months.split(), "month")}
    kinds |= dict.fromkeys(numbers.split(), "number")
    return [Column(name, kinds.get(name, "text")) for name in names.split()]


UNIT_COLUMNS = columns(
    "序号 乡镇编码 乡镇 乡镇类型 单位编码 单位名称 单位性质 统一社会信用代码 发放渠道 存折开户行 存折账号 备注"
)
ROSTER_COLUMNS = columns(
    "序号 单位编码 单位名称 姓名 身份证号 人员类别 编制状态 职务或岗位 级别薪级 发放方式 开户行 账号 入职日期 停发日期"
    " 停发原因 备注",
    dates="入职日期 停发日期",
)
PAY_GROUPS = {
    "基本工资": EARNED[:2],
    "津贴补贴和绩效": EARNED[2:],
    "代扣项目": WITHHELD,
    "补发补扣": ("补发金额", "补发月份", "补扣金额", "补扣月份"),
}
PAY_COLUMNS = [
    column._replace(group=next((group for group, names in PAY_GROUPS.items() if column.name in names), ""))
    for column in columns(
        f"序号 乡镇 单位编码 单位名称 姓名 身份证号 人员类别 {' '.join(EARNED)} {' '.join(WITHHELD)}"
        " 专项附加扣除 补发金额 补发月份 补扣金额 补扣月份 备注",
        amounts=(*EARNED, *WITHHELD, "专项附加扣除", "补发金额", "补扣金额"),
        months="补发月份 补扣月份",
    )
]
CHANGE_COLUMNS = columns(
    "变动单号 乡镇 单位编码 单位名称 姓名 身份证号 变动类型 生效日期 工资项目 原金额 新金额 新开户行 新账号 停发原因"
    " 备注",
    amounts=("原金额", "新金额"),
    dates="生效日期",
)
YTD_COLUMNS = columns(
    f"姓名 身份证号 单位编码 截至月份 任职受雇月数 {' '.join(YEAR_TO_DATE)}", amounts=YEAR_TO_DATE, months="截至月份"
)
