"""The files of the treasury: income, the plan of the year, opening balances, claims."""

from imports.layouts.fields import Column, Presence
from imports.layouts.layout import Layout, NotNegative
from imports.layouts.widgets import (
    Account,
    Amount,
    Choice,
    Code,
    Date,
    JudgedIdNumber,
    Month,
    Name,
    Percent,
    Quantity,
    SignedAmount,
    Text,
)

COLUMN, FILLED = Presence.COLUMN, Presence.FILLED
REVERSAL = "冲正"
APPROVED = "同意"


class Income(Layout):
    key = "INCOME"
    title = "收入日报"
    month_column = "日期"
    row_rules = (NotNegative("金额", unless="备注", says=REVERSAL),)
    row_key = "票据号"
    township_column = "乡镇"
    judged_by = ("UNITS",)

    received_on = Column("日期", Date(), FILLED)
    township = Column("乡镇", Text(), FILLED)
    subject_code = Column("科目编码", Code())
    subject = Column("科目名称", Text())
    fund = Column("资金性质", Choice("预算内", "预算外", "转移支付", "新增农业税"), FILLED)
    payment_slip = Column("缴款书号", Text())
    receipt = Column("票据号", Text(), COLUMN)
    amount = Column("金额", SignedAmount(), COLUMN)
    collector = Column("征收单位", Text())
    note = Column("备注", Text(), COLUMN)


class Plan(Layout):
    key = "PLAN"
    title = "年度收入计划"
    row_key = "乡镇"
    township_column = "乡镇"
    judged_by = ("UNITS",)

    township_code = Column("乡镇编码", Code())
    township = Column("乡镇", Text(), FILLED)
    planned = Column("年度计划（万元）", Quantity(), FILLED)
    collected = Column("上月止累计完成（元）", SignedAmount(), COLUMN)
    local_share = Column("超收地方留用比例（%）", Percent(), FILLED)
    note = Column("备注", Text())


class OldDebts(Layout):
    key = "OLD_DEBTS"
    title = "往来欠款_期初"
    sheet_title = "历史欠款"
    row_key = "乡镇"
    township_column = "乡镇"
    judged_by = ("UNITS",)

    township_code = Column("乡镇编码", Code())
    township = Column("乡镇", Text(), FILLED)
    debt = Column("历史欠款", SignedAmount(), COLUMN)
    origin = Column("形成原因", Text())
    note = Column("备注", Text())


class UnpaidSalaries(Layout):
    key = "UNPAID_SALARIES"
    title = "往来欠款_期初"
    sheet_title = "欠发工资"
    row_key = "身份证号"
    unit_column = "单位编码"
    township_column = "乡镇"
    judged_by = ("UNITS",)

    township = Column("乡镇", Text(), FILLED)
    unit_code = Column("单位编码", Code())
    name = Column("姓名", Name(), FILLED)
    id_number = Column("身份证号", JudgedIdNumber(), FILLED)
    month = Column("欠发月份", Month(), FILLED)
    amount = Column("欠发金额", Amount(), COLUMN)
    note = Column("备注", Text())


class SubAccounts(Layout):
    key = "SUB_ACCOUNTS"
    title = "往来欠款_期初"
    sheet_title = "分户余额"
    row_key = "分户"
    township_column = "乡镇"
    judged_by = ("UNITS",)

    township = Column("乡镇", Text(), FILLED)
    sub_account = Column("分户", Text(), FILLED)
    balance = Column("期初余额", SignedAmount(), COLUMN)


class Claims(Layout):
    key = "CLAIMS"
    title = "报账单"
    row_key = "票据号"
    unit_column = "单位编码"
    township_column = "乡镇"
    refused_as_one = "报账单号"
    merged_columns = (
        "报账单号",
        "报账日期",
        "乡镇",
        "单位编码",
        "单位名称",
        "分户",
        "收款人",
        "收款账号",
        "经办人",
        "审批意见",
        "审批人",
        "审批日期",
    )
    judged_by = ("UNITS", "SUB_ACCOUNTS")

    claim = Column("报账单号", Text(), FILLED)
    claimed_on = Column("报账日期", Date(), FILLED)
    township = Column("乡镇", Text(), FILLED)
    unit_code = Column("单位编码", Code(), FILLED)
    unit_name = Column("单位名称", Text())
    sub_account = Column("分户", Text(), FILLED)
    line = Column("行号", Text())
    economic_code = Column("经济分类编码", Code(), FILLED)
    economic = Column("经济分类", Text())
    summary = Column("摘要", Text())
    invoice = Column("票据号", Text(), COLUMN)
    amount = Column("金额", Amount(), COLUMN)
    payee = Column("收款人", Text(), COLUMN)
    payee_account = Column("收款账号", Account(), COLUMN)
    attachments = Column("附件张数", Text())
    handler = Column("经办人", Text())
    opinion = Column("审批意见", Text(), COLUMN)
    approver = Column("审批人", Text())
    approved_on = Column("审批日期", Date(), COLUMN)
