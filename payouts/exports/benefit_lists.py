"""到期事项清单 and 公示清单: names and ID numbers masked, for what is handed round and what is hung out."""

from collections.abc import Iterator, Sequence
from typing import IO, Final

from ledger.exports.pages.frames import Paper
from ledger.exports.pages.lists import write_list
from ledger.exports.pages.tables import Value
from ledger.masking import masked_id, masked_name
from payouts.benefit_dues import AwardStanding, BenefitDues, ListKind, Who
from payouts.public_lists import PublicList
from payouts.rules.benefit_calendar import Report, ReportDue
from treasury.exports.papers import Document, Heading, Lines, Page, Part, Signing, Table, Title, day_text, month_text

WHO: Final = (("乡镇", 20), ("村（社区）", 24), ("姓名", 16), ("身份证号", 26), ("项目", 38))
CSV_HEADS: Final = ("事项", "乡镇", "村（社区）", "姓名", "身份证号", "项目", "起算日期", "期限", "状态", "金额")
KINDS: Final = {ListKind.ENTERED: "新增名单上报", ListKind.LEFT: "退出名单上报"}
AWARDS: Final = {
    AwardStanding.DUE: "待兑付",
    AwardStanding.OVERDUE: "逾期未兑付",
    AwardStanding.PAID_IN_TIME: "按期兑付",
    AwardStanding.PAID_LATE: "逾期兑付",
}
REPORTS: Final = {
    Report.MONTHLY_REPORT: "月报",
    Report.HALF_YEAR_STATISTICS: "半年统计表",
    Report.HALF_YEAR_REPORT: "半年报",
    Report.YEAR_STATISTICS: "年度统计表",
    Report.YEAR_REPORT: "年报",
}
OVERDUE, TO_COME = "已逾期", "未到期"


def due_document(*, dues: BenefitDues, heading: Heading) -> Document:
    """Return what is due as one paper: verifications, lists, awards, reports."""
    verifications = Table(
        name="见面核实",
        heads=[*WHO, ("上次核实", 22), ("有效至", 22), ("状态", 18)],
        rows=[
            [*masked_who(one.who), f"{one.met_on}", f"{one.due_on}", state_of(is_past=one.is_overdue)]
            for one in dues.verifications
        ],
    )
    changes = Table(
        name="新增和退出名单",
        heads=[*WHO, ("名单", 26), ("发生日期", 22), ("上报期限", 22)],
        rows=[[*masked_who(one.who), KINDS[one.kind], f"{one.changed_on}", f"{one.due_on}"] for one in dues.changes],
    )
    awards = Table(
        name="一次性奖励兑付",
        heads=[*WHO, ("确认日期", 20), ("兑付期限", 20), ("到账日期", 20), ("状态", 22), ("金额", 22)],
        rows=[
            [
                *masked_who(one.who),
                f"{one.decided_on}",
                f"{one.due_on}",
                f"{one.paid_on or ''}",
                AWARDS[one.standing],
                one.amount,
            ]
            for one in dues.awards
        ],
    )
    reports = Table(
        name="报表报送",
        heads=[("报表", 26), ("所属期间", 46), ("规定期限", 24), ("应报出日", 24), ("状态", 18), ("依据", 90)],
        rows=[
            [
                REPORTS[one.report],
                f"{one.since}至{one.until}",
                f"{one.due.nominal}",
                f"{one.due.on}",
                state_of(is_past=one.due.on < dues.on),
                one.source,
            ]
            for one in dues.reports
        ],
    )
    tables = (verifications, changes, awards, reports)
    return Document(
        title="惠民补贴到期事项清单",
        facts=[f"截至{day_text(dues.on)}", f"前后{dues.days}天"],
        heading=heading,
        pages=[Page("全区", [part for table in tables for part in parts_of(table)])],
        paper=Paper.LANDSCAPE,
    )


def parts_of(table: Table) -> list[Part]:
    """Return a table under its title, and a word where it is empty."""
    return [Title(table.name), table, *([] if table.rows else [Lines(["无。"])])]


def write_due_csv(*, file: IO[bytes], dues: BenefitDues) -> None:
    """Write what is due as one csv, names and ID numbers masked."""
    write_list(file=file, heads=CSV_HEADS, rows=due_rows(dues))


def due_rows(dues: BenefitDues) -> Iterator[Sequence[Value]]:
    for one in dues.verifications:
        state = state_of(is_past=one.is_overdue)
        yield ["见面核实", *masked_who(one.who), f"{one.met_on}", f"{one.due_on}", state, None]
    for change in dues.changes:
        state = state_of(is_past=change.due_on < dues.on)
        yield [KINDS[change.kind], *masked_who(change.who), f"{change.changed_on}", f"{change.due_on}", state, None]
    for award in dues.awards:
        state = AWARDS[award.standing]
        days = f"{award.decided_on}", f"{award.due_on}"
        yield ["一次性奖励兑付", *masked_who(award.who), *days, state, award.amount]
    for report in dues.reports:
        state = state_of(is_past=report.due.on < dues.on)
        yield [report_name(report), *[""] * 5, f"{report.until}", f"{report.due.on}", state, None]


def report_name(report: ReportDue) -> str:
    return f"{REPORTS[report.report]}（{report.since}至{report.until}）"


def public_document(*, listed: PublicList, heading: Heading) -> Document:
    """Return the list that is hung out: village, masked name, amount, and nothing else of a person."""
    days = listed.scheme.notice_days["VILLAGE"]
    said = f"公示期{days}天。对公示内容有异议的，可在公示期内向所在乡镇（街道）反映。"
    rows = Table(
        name="公示清单",
        heads=[("序号", 12), ("乡镇", 36), ("村（社区）", 50), ("姓名", 34), ("金额", 34)],
        rows=[
            [f"{place}", one.township, one.village, masked_name(one.name), one.amount]
            for place, one in enumerate(listed.rows, start=1)
        ],
        total="合计",
        stated={4: listed.total},
    )
    return Document(
        title=f"{listed.scheme.name}发放公示清单",
        facts=[month_text(listed.month), f"{len(listed.rows)}人"],
        heading=heading,
        pages=[Page("全区", [rows, Lines([said]), Signing(["公示单位（盖章）：", "公示日期：　　　年　　月　　日"])])],
    )


def masked_who(who: Who) -> list[str]:
    return [who.township, who.village, masked_name(who.name), masked_id(who.id_number), who.scheme]


def state_of(*, is_past: bool) -> str:
    return OVERDUE if is_past else TO_COME
