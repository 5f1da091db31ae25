"""Invent reimbursement claims, in every turn a claim can take, and decide them as a correct desk would."""

from collections.abc import Sequence
from random import Random

from tests.months import dirt
from tests.months.digits import last_day, yuan
from tests.months.people import DISTRICT, FAMILY, GIVEN, Inventor, Unit
from tests.months.settling import Claim, Desk
from tests.months.tables import Fault, Line, Table, Value, columns

CLASSES = {
    "30201": "办公费", "30202": "印刷费", "30205": "水费", "30206": "电费", "30207": "邮电费", "30208": "取暖费",
    "30211": "差旅费", "30213": "维修费", "30215": "会议费", "30216": "培训费", "30217": "公务接待费",
    "30226": "劳务费", "30231": "公务用车运行维护费", "30299": "其他商品和服务支出",
}  # fmt: skip
PAYEES = ("快讯科技有限公司", "和泰科技有限公司", "佳禾网络有限公司", "国讯传媒有限公司", "创汇信息有限公司")
CLAIM_COLUMNS = columns(
    "报账单号 报账日期 乡镇 单位编码 单位名称 分户 行号 经济分类编码 经济分类 摘要 票据号 金额 收款人 收款账号 附件张数"
    " 经办人 审批意见 审批人 审批日期",
    amounts=("金额",),
    dates="报账日期 审批日期",
    numbers="行号 附件张数",
)
MERGED = (
    "报账单号", "报账日期", "乡镇", "单位编码", "单位名称", "分户", "收款人", "收款账号", "经办人", "审批意见",
    "审批人", "审批日期",
)  # fmt: skip
ROW_MAKERS = (dirt.three_decimals, dirt.negative_amount, dirt.formula_cell, dirt.unknown_unit)


class Clerk:
    """Writes claims and has each decided at once, so that it knows what is left and which receipts are used."""

    def __init__(
        self, *, rng: Random, inventor: Inventor, units: Sequence[Unit], balances: Sequence[Line], month: str
    ) -> None:
        self.rng = rng
        self.inventor = inventor
        self.units = units
        self.month = month
        left = {(line.text("乡镇"), line.text("分户")): line.amount("期初余额") for line in balances}
        self.desk = Desk(left, set())
        self.heads = {unit.township: rng.choice(FAMILY) + rng.choice(GIVEN) for unit in units}
        self.claims: list[Claim] = []
        title = f"{DISTRICT}{month[:4]}年{int(month[5:])}月乡镇报账单"
        name = f"报账单_{month.replace('-', '')}"
        self.table = Table(name, "报账单", title, CLAIM_COLUMNS, [], merged=MERGED)

    def work(self, *, count: int, is_dirty: bool, form: str) -> None:
        """Write a number of claims; about one in ten must be refused, in a dirty set for faults of a line too."""
        turns = ["reuse", "unapproved", "undated", "over", "reuse", "exact", "over"]
        if is_dirty:
            turns += ["row", "row", "row"]
        maker = dirt.Dirtier(self.rng, self.table, form)
        for number in range(1, count + 1):
            day = max(2, number * last_day(self.month) // (count + 1))
            lines = self.lines(number=number, day=day)
            turn = self.rng.choice(turns) if self.rng.random() < 0.12 and self.desk.receipts else ""
            if turn == "exact" and number < count * 0.85:
                turn = ""  # it leaves nothing to those after it
            row_error = self.turn(turn=turn, lines=lines, maker=maker)
            self.decide(lines=lines, row_error=row_error)
            self.table.lines += lines

    def lines(self, *, number: int, day: int) -> list[Line]:
        rng, flat = self.rng, self.month.replace("-", "")
        unit = rng.choice(self.units)
        _, account = self.inventor.account()
        approved = f"{self.month}-{min(day + rng.randint(0, 3), last_day(self.month)):02d}"
        common: dict[str, Value] = {
            "报账单号": f"BZ{flat}{number:04d}", "报账日期": f"{self.month}-{day:02d}", "乡镇": unit.township,
            "单位编码": unit.code, "单位名称": unit.name,
            "分户": rng.choice(("预算内支出户", "预算外分户", "转移支付专户")), "收款人": rng.choice(PAYEES),
            "收款账号": account, "经办人": rng.choice(FAMILY) + rng.choice(GIVEN), "审批意见": "同意",
            "审批人": self.heads[unit.township], "审批日期": approved,
        }  # fmt: skip
        found: list[Line] = []
        for at in range(1, rng.randint(1, 5) + 1):
            code = rng.choice(list(CLASSES))
            own: dict[str, Value] = {
                "行号": str(at), "经济分类编码": code, "经济分类": CLASSES[code], "摘要": unit.name + CLASSES[code],
                "票据号": f"FP{flat[2:]}{number:04d}{at}{rng.randint(10, 99)}",
                "金额": rng.randint(300_00, 9000_00), "附件张数": str(rng.randint(1, 6)),
            }  # fmt: skip
            found.append(Line(common | own))
        return found

    def turn(self, *, turn: str, lines: list[Line], maker: dirt.Dirtier) -> tuple[int, str] | None:
        """Turn a claim into one of a sort; give the line and kind if a line of it is faulty."""
        rng, key = self.rng, (lines[0].text("乡镇"), lines[0].text("分户"))
        rest = sum(line.amount("金额") for line in lines[1:])
        if turn == "reuse":
            # The key's clean value is the number it should have had; the file has the used one.
            rng.choice(lines).cells["票据号"] = rng.choice(sorted(self.desk.receipts))
        elif turn == "unapproved":
            opinion = rng.choice(("", "待审", "不同意"))
            for line in lines:
                line.cells |= {"审批意见": opinion, "审批人": "", "审批日期": ""}
        elif turn == "undated":
            for line in lines:
                line.cells["审批日期"] = ""
        elif turn == "over" and self.desk.left[key] > rest:
            lines[0].cells["金额"] = self.desk.left[key] - rest + rng.choice((1, rng.randint(1, 4000_00)))
        elif turn == "exact" and self.desk.left[key] > rest:
            lines[0].cells["金额"] = self.desk.left[key] - rest
        elif turn == "row":
            at = rng.randrange(len(lines))
            if rng.choice(ROW_MAKERS)(maker, lines[at]):
                fault = lines[at].fault
                return (at, fault.kind) if fault else None
        return None

    def decide(self, *, lines: list[Line], row_error: tuple[int, str] | None) -> None:
        """Have a claim decided and note the faults of its lines."""
        key = (lines[0].text("乡镇"), lines[0].text("分户"))
        before = self.desk.left[key]
        claim = self.desk.decide(lines=[line.cells for line in lines], row_error=row_error)
        self.claims.append(claim)
        if claim.is_accepted:
            return
        kind = claim.reason.removeprefix("row_error:")
        for at, line in enumerate(lines):
            if at != claim.at:
                line.fault = Fault("claim_refused", cause=kind)
            elif not row_error:
                line.fault = own_fault(kind=kind, line=line, left=before, total=claim.total or 0)

    def soil(self, *, each: int, form: str) -> None:
        """Put format faults into lines of accepted claims; merged columns stay clean."""
        maker = dirt.Dirtier(self.rng, self.table, form)
        dirt.sprinkle(maker, makers=(dirt.spaces, dirt.fullwidth, dirt.text_amount), each=each)


def own_fault(*, kind: str, line: Line, left: int, total: int) -> Fault:
    """Write the fault of the line for which its claim is refused."""
    if kind == "receipt_reused":
        return Fault(kind, "票据号", raw=line.text("票据号"))
    if kind == "over_balance":
        cause = f"balance {yuan(left)}, claim {yuan(total)}"
        return Fault(kind, "金额", clean=yuan(line.amount("金额")), cause=cause)
    return Fault(kind, "审批意见", clean=line.text("审批意见"))
