"""The files of a payroll: units, staff, pay items, changes, and the year to date."""

from imports.fault_kinds import FaultKind
from imports.layouts.fields import Column, Presence
from imports.layouts.layout import Layout, Needed
from imports.layouts.widgets import (
    Account,
    Amount,
    Choice,
    Code,
    Count,
    CreditCode,
    Date,
    IdNumber,
    JudgedAccount,
    JudgedIdNumber,
    Month,
    Name,
    SignedAmount,
    Text,
)

OPTIONAL, COLUMN, FILLED = Presence.OPTIONAL, Presence.COLUMN, Presence.FILLED
TO_PERSONS, TO_THE_UNIT = "个人账户", "单位存折"
HIRED, STOPPED, RAISED, OTHER_ACCOUNT = "新增", "停发", "调资", "变更账号"


class Units(Layout):
    key = "UNITS"
    title = "单位名册"
    row_key = "单位编码"
    unit_column = "单位编码"
    township_column = "乡镇"
    merged_columns = ("乡镇编码", "乡镇", "乡镇类型")
    row_rules = (Needed("存折账号", FaultKind.MISSING_ACCOUNT, where="发放渠道", says=(TO_THE_UNIT,)),)

    serial = Column("序号", Text())
    township_code = Column("乡镇编码", Code(), FILLED)
    township = Column("乡镇", Text(), FILLED)
    township_kind = Column("乡镇类型", Choice("乡", "镇", "街道"), FILLED)
    unit_code = Column("单位编码", Code(), FILLED)
    unit_name = Column("单位名称", Text(), FILLED)
    unit_kind = Column("单位性质", Text())
    credit_code = Column("统一社会信用代码", CreditCode())
    channel = Column("发放渠道", Choice(TO_PERSONS, TO_THE_UNIT), FILLED)
    passbook_bank = Column("存折开户行", Text())
    passbook = Column("存折账号", Account(), COLUMN)
    note = Column("备注", Text())


class Roster(Layout):
    key = "ROSTER"
    title = "在职人员花名册"
    row_key = "身份证号"
    account_column = "账号"
    unit_column = "单位编码"
    judged_by = ("UNITS",)
    row_rules = (Needed("账号", FaultKind.MISSING_ACCOUNT, where="发放方式", says=(TO_PERSONS,)),)

    serial = Column("序号", Text())
    unit_code = Column("单位编码", Code(), FILLED)
    unit_name = Column("单位名称", Text())
    name = Column("姓名", Name(), FILLED)
    id_number = Column("身份证号", JudgedIdNumber(), FILLED)
    staff_kind = Column("人员类别", Text())
    establishment = Column("编制状态", Text())
    post = Column("职务或岗位", Text())
    grade = Column("级别薪级", Text())
    channel = Column("发放方式", Choice(TO_PERSONS, TO_THE_UNIT), FILLED)
    bank = Column("开户行", Text())
    account = Column("账号", JudgedAccount(), COLUMN)
    hired_on = Column("入职日期", Date())
    stopped_on = Column("停发日期", Date(), COLUMN)
    stop_reason = Column("停发原因", Text())
    note = Column("备注", Text())


class PayItems(Layout):
    key = "PAY_ITEMS"
    title = "工资项目表"
    row_key = "身份证号"
    unit_column = "单位编码"
    township_column = "乡镇"
    judged_by = ("UNITS", "ROSTER")

    serial = Column("序号", Text())
    township = Column("乡镇", Text())
    unit_code = Column("单位编码", Code(), FILLED)
    unit_name = Column("单位名称", Text())
    name = Column("姓名", Name(), FILLED)
    id_number = Column("身份证号", JudgedIdNumber(), FILLED)
    staff_kind = Column("人员类别", Text())
    post_wage = Column("职务岗位工资", Amount(), COLUMN)
    grade_wage = Column("级别薪级工资", Amount(), COLUMN)
    allowance = Column("津贴补贴", Amount(), COLUMN)
    township_allowance = Column("乡镇工作补贴", Amount(), COLUMN)
    performance = Column("绩效工资", Amount(), COLUMN)
    reform_allowance = Column("改革性补贴", Amount(), COLUMN)
    bonus = Column("奖金", Amount(), COLUMN)
    only_child = Column("独生子女补贴", Amount(), COLUMN)
    pension = Column("养老保险", Amount(), COLUMN)
    annuity = Column("职业年金", Amount(), COLUMN)
    medical = Column("医疗保险", Amount(), COLUMN)
    unemployment = Column("失业保险", Amount(), COLUMN)
    housing_fund = Column("住房公积金", Amount(), COLUMN)
    additional = Column("专项附加扣除", Amount(), COLUMN)
    back_pay = Column("补发金额", Amount(), COLUMN)
    back_pay_month = Column("补发月份", Month())
    taken_back = Column("补扣金额", Amount(), COLUMN)
    taken_back_month = Column("补扣月份", Month())
    note = Column("备注", Text())


# The names under which a change names the items of the pay table.
ITEM_NAMES = tuple(column.name for column in PayItems.amounts())


class Changes(Layout):
    key = "CHANGES"
    title = "工资变动"
    row_key = "身份证号"
    unit_column = "单位编码"
    township_column = "乡镇"
    judged_by = ("ROSTER",)
    row_rules = (
        Needed("工资项目", FaultKind.MISSING_VALUE, where="变动类型", says=(HIRED, RAISED)),
        Needed("新账号", FaultKind.MISSING_ACCOUNT, where="变动类型", says=(OTHER_ACCOUNT,)),
    )

    number = Column("变动单号", Text())
    township = Column("乡镇", Text())
    unit_code = Column("单位编码", Code())
    unit_name = Column("单位名称", Text())
    name = Column("姓名", Name())
    id_number = Column("身份证号", IdNumber(), FILLED)
    change = Column("变动类型", Choice(HIRED, STOPPED, RAISED, OTHER_ACCOUNT), FILLED)
    effective_on = Column("生效日期", Date(), FILLED)
    item = Column("工资项目", Choice(*ITEM_NAMES), COLUMN)
    old_amount = Column("原金额", Amount())
    new_amount = Column("新金额", Amount(), COLUMN)
    new_bank = Column("新开户行", Text())
    new_account = Column("新账号", JudgedAccount(), COLUMN)
    stop_reason = Column("停发原因", Text())
    note = Column("备注", Text())


class YearToDate(Layout):
    key = "YEAR_TO_DATE"
    title = "累计个税"
    title_months_before = 1
    row_key = "身份证号"
    unit_column = "单位编码"
    judged_by = ("UNITS", "ROSTER")

    name = Column("姓名", Name())
    id_number = Column("身份证号", IdNumber(), FILLED)
    unit_code = Column("单位编码", Code())
    up_to = Column("截至月份", Month())
    months = Column("任职受雇月数", Count(), FILLED)
    income = Column("累计收入额", SignedAmount(), COLUMN)
    exempt = Column("累计免税收入", SignedAmount(), COLUMN)
    basic = Column("累计减除费用", SignedAmount())
    special = Column("累计专项扣除", SignedAmount(), COLUMN)
    additional = Column("累计专项附加扣除", SignedAmount(), COLUMN)
    other = Column("累计其他扣除", SignedAmount(), COLUMN)
    withheld = Column("累计已预扣税额", SignedAmount(), COLUMN)
