"""A column of a layout: its own name, the other names it goes by, and whether it must be there."""

from enum import Enum, auto
from typing import Any

from import_export.fields import Field

from imports.fault_kinds import FaultKind
from imports.layouts.widgets import Cell
from imports.voucher_cells import HALF_WIDTH

# The other headings of the bureaus' columns, by their own names.
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


class Presence(Enum):
    """What a layout asks of a column."""

    OPTIONAL = auto()  # the column may be missing
    COLUMN = auto()  # the column must be there, its cells may be blank
    FILLED = auto()  # every row must say something


class Column(Field):
    """A field of django-import-export that knows its headings; ``missing`` is the fault of an empty cell."""

    def __init__(
        self,
        name: str,
        cell: Cell,
        presence: Presence = Presence.OPTIONAL,
        missing: FaultKind = FaultKind.MISSING_VALUE,
    ) -> None:
        super().__init__(attribute=None, column_name=name, widget=cell, default="")
        self.name = name
        self.cell = cell
        self.presence = presence
        self.missing = missing
        self.synonyms = SYNONYMS.get(name, ())
        self.headings = tuple(map(plain_heading, (name, *self.synonyms)))


def plain_heading(heading: Any) -> str:
    """Return a heading as it is compared: without spaces and line breaks, half-width."""
    return "".join(str(heading).split()).translate(HALF_WIDTH)
