"""The tables and fields of GB/T 24589.1-2010, in their order: 公共档案, 总账, 员工薪酬.

Names and order are those that a public exporter of the standard and its tests use (domain 4.2); the standard's
own text was not at hand. So are the ids of the tables that are known (T101, T106, T107); the other tables are
numbered by their order, and fields by their table and place, which is INFERRED and marks them only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

NAMESPACE: Final = "http://sxbw.audit.gov.cn/AccountingSoftwareDataInterfaceStandard/2010/SOE/XMLSchema"
STANDARD: Final = "GB/T 24589.1-2010"
ITEMS_MAX: Final = 30  # auxiliary items of a line
AUXILIARY: Final = tuple(f"辅助项{number}编号" for number in range(1, ITEMS_MAX + 1))


@dataclass(frozen=True, slots=True)
class Table:
    """A table: a row is one element of this name, its fields are elements in their order."""

    name: str
    identity: str
    fields: Sequence[str]

    def identity_of(self, field: str) -> str:
        """Return the id of a field: the file, the table and the place, two digits each."""
        return f"0{self.identity[1]}{self.identity[2:]}{self.fields.index(field) + 1:02}"


@dataclass(frozen=True, slots=True)
class Document:
    """One of the files: the name of its root, its id, and its tables in their order."""

    root: str
    identity: str
    tables: Sequence[Table]

    def __getitem__(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)


def document(root: str, part: int, *tables: tuple[str, str]) -> Document:
    """Return a document whose tables are given as name and fields, parted by blanks."""
    return Document(
        root=root,
        identity=f"T{part}",
        tables=[Table(name, f"T{part}{at:02}", fields.split()) for at, (name, fields) in enumerate(tables, start=1)],
    )


ARCHIVES: Final = document(
    "公共档案",
    1,
    (
        "电子账簿",
        "电子账簿编号 电子账簿名称 会计核算单位 组织机构代码 单位性质 行业 开发单位 版本号 本位币 会计年度 标准版本号",
    ),
    ("会计期间", "会计年度 会计期间号 会计期间起始日期 会计期间结束日期"),
    ("记账凭证类型", "记账凭证类型编号 记账凭证类型名称 记账凭证类型简称"),
    ("汇率类型", "汇率类型编号 汇率类型名称"),
    ("币种", "币种编码 币种名称"),
    ("结算方式", "结算方式编码 结算方式名称"),
    ("部门档案", "部门编码 部门名称 上级部门编码"),
    ("员工档案", "员工编码 员工姓名 证件类别 证件号码 性别 出生日期 部门编码 入职日期 离职日期"),
    ("供应商档案", "供应商编码 供应商名称 供应商简称"),
    ("客户档案", "客户编码 客户名称 客户简称"),
    ("自定义档案项", "档案编码 档案名称 档案描述 是否有层级特征 档案编码规则"),
    ("自定义档案项值", "档案编码 档案值编码 档案值名称 档案值描述 档案值父节点 档案值级次"),
)

LEDGER: Final = document(
    "总账",
    2,
    (
        "总账基础信息",
        (
            "结构分隔符 会计科目编号规则 现金流量项目编码规则 凭证头可扩展字段结构 凭证头可扩展结构对应档案"
            " 分录行可扩展字段结构 分录行可扩展字段对应档案"
        ),
    ),
    ("会计科目", "科目编号 科目名称 科目级次 科目类型 余额方向"),
    ("科目辅助核算", "科目编号 辅助项编号 辅助项名称 对应档案 辅助项描述"),
    (
        "现金流量项目",
        (
            "现金流量项目编码 现金流量项目名称 现金流量项目描述 是否末级 现金流量项目级次 现金流量项目父节点"
            " 现金流量数据来源 现金流量项目属性"
        ),
    ),
    (
        "科目余额及发生额",
        (
            f"科目编号 {' '.join(AUXILIARY)} 期初余额方向 期末余额方向 币种编码 计量单位 会计年度 会计期间号"
            " 期初数量 期初原币余额 期初本币余额 借方数量 借方原币金额 借方本币金额"
            " 贷方数量 贷方原币金额 贷方本币金额 期末数量 期末原币余额 期末本币余额"
        ),
    ),
    (
        "记账凭证",
        (
            "记账凭证日期 会计年度 会计期间号 记账凭证类型编号 记账凭证编号 记账凭证行号 记账凭证摘要 科目编号"
            f" {' '.join(AUXILIARY)} 币种编码 计量单位 借方数量 借方原币金额 借方本币金额"
            " 贷方数量 贷方原币金额 贷方本币金额 汇率类型编号 汇率 单价 凭证头可扩展字段结构值"
            " 分录行可扩展字段结构值 结算方式编码 票据类型 票据号 票据日期 附件数 制单人 审核人 记账人"
            " 记账标志 作废标志 凭证来源系统"
        ),
    ),
    (
        "现金流量凭证项目数据",
        (
            "记账凭证类型编号 记账凭证编号 币种编码 现金流量行号 现金流量摘要 现金流量项目编码 现金流量项目属性"
            " 现金流量原币金额 现金流量本币金额"
        ),
    ),
    ("报表集", "报表编号 报表名称 报表报告日 报表报告期 编制单位 货币单位"),
    ("报表项数据", "报表编号 报表项编号 报表项名称 报表项公式 报表项数值"),
)

PAY: Final = document(
    "员工薪酬",
    5,
    ("薪酬期间", "薪酬年度 薪酬期间号 薪酬期间起始日期 薪酬期间结束日期"),
    ("薪酬项目", "薪酬类别名称 薪酬项目编码 薪酬项目名称"),
    (
        "员工薪酬记录",
        "员工编码 员工类别 部门编码 薪酬类别名称 薪酬年度 薪酬期间号 会计年度 会计期间号 币种编码",
    ),
    ("员工薪酬记录明细", "员工编码 薪酬类别名称 薪酬年度 薪酬期间号 薪酬项目编码 薪酬金额"),
)
