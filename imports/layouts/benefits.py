"""The files of the benefits: the roster of those who get them, and the known deaths."""

from imports.fault_kinds import FaultKind
from imports.layouts.fields import Column, Presence
from imports.layouts.layout import Layout
from imports.layouts.widgets import Date, IdNumber, JudgedAccount, JudgedIdNumber, Name, Text

COLUMN, FILLED = Presence.COLUMN, Presence.FILLED
NORMAL, SUSPENDED = "正常", "暂停"


class Benefits(Layout):
    key = "BENEFITS"
    title = "奖扶对象名册"
    row_key = "身份证号"
    account_column = "账号"
    township_column = "乡镇"
    judged_by = ("UNITS",)
    judged_by_if_there = ("DEATHS",)

    serial = Column("序号", Text())
    township = Column("乡镇", Text(), FILLED)
    village = Column("村", Text())
    household = Column("户编号", Text())
    household_kind = Column("户类型", Text())
    residence = Column("城乡", Text())
    name = Column("姓名", Name(), FILLED)
    id_number = Column("身份证号", JudgedIdNumber(), FILLED)
    relation = Column("与户主关系", Text())
    scheme = Column("项目名称", Text(), FILLED)
    starts_on = Column("资格起始", Date(), FILLED)
    ends_on = Column("资格终止", Date(), COLUMN)
    died_on = Column("死亡日期", Date(), COLUMN)
    certificate = Column("发放证号", Text())
    verified_on = Column("最近见面核实日期", Date(), COLUMN)
    bank = Column("开户行", Text())
    account = Column("账号", JudgedAccount(), FILLED, missing=FaultKind.MISSING_ACCOUNT)
    status = Column("状态", Text(), FILLED)


class Deaths(Layout):
    key = "DEATHS"
    title = "死亡比对名单"
    row_key = "身份证号"

    name = Column("姓名", Name())
    id_number = Column("身份证号", IdNumber(), FILLED)
    died_on = Column("死亡日期", Date(), FILLED)
    origin = Column("来源", Text())
