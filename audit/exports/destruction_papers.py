"""会计档案销毁清册: what a list orders to destroy, and who has signed and watched it (第十八条)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

from audit.destructions import DestructionSheet
from audit.models import DestructionItem, DestructionRole, RecordClass
from ledger.exports.pages.frames import Paper, local_time
from treasury.exports.papers import Document, Heading, Lines, Page, Part, Table, Title, day_text

TITLE: Final = "会计档案销毁清册"
CLASSES: Final = {
    RecordClass.VOUCHERS: "会计凭证",
    RecordClass.PAYOUT_ROLLS: "发放清册",
    RecordClass.IMPORTED_FILES: "导入文件",
    RecordClass.BANK_FILES: "代发文件",
    RecordClass.RESULT_FILES: "代发结果文件",
    RecordClass.JOB_FILES: "任务文件",
    RecordClass.LEDGERS: "总账、明细账",
    RecordClass.JOURNALS: "日记账",
    RecordClass.TREASURY_REPORTS: "国库报表",
    RecordClass.REVENUE_REPORTS: "收入机关报表",
    RecordClass.ANNUAL_ACCOUNTS: "财政总决算",
    RecordClass.PERIOD_REPORTS: "月、季度报表",
    RecordClass.RECONCILIATIONS: "银行余额调节表",
    RecordClass.STATEMENTS: "银行对账单",
    RecordClass.TRANSFER_LISTS: "移交清册",
    RecordClass.ARCHIVE_LISTS: "鉴定意见书、销毁清册",
    RecordClass.AUDIT_TRAIL: "操作日志",
}
ROLES: Final = {
    DestructionRole.HEAD: "单位负责人",
    DestructionRole.ARCHIVE_HEAD: "档案管理机构负责人",
    DestructionRole.ACCOUNTING_HEAD: "会计管理机构负责人",
    DestructionRole.ARCHIVIST: "档案管理机构经办人",
    DestructionRole.ACCOUNTANT: "会计管理机构经办人",
    DestructionRole.IT: "信息系统管理机构",
    DestructionRole.ACCOUNTING_WITNESS: "会计管理机构监销人",
    DestructionRole.IT_WITNESS: "信息系统管理机构监销人",
}
ORDERED: Final = (
    "本清册销毁所列文件的内容（字节），文件名、大小、SHA-256 与行数保留；记账凭证、分录、余额、封存、付款与操作日志的"
    "电子记录不删除，对其仅销毁纸质档案。"
)


def destruction_document(*, sheet: DestructionSheet, heading: Heading) -> Document:
    """Return a destruction list with its items, its files and its signatures as they stand."""
    return Document(
        title=TITLE,
        facts=[f"第{sheet.list.pk}号", state_of(sheet)],
        heading=heading,
        pages=[Page(f"第{sheet.list.pk}号", list(parts_of(sheet)))],
        paper=Paper.LANDSCAPE,
    )


def state_of(sheet: DestructionSheet) -> str:
    if sheet.carried_out:
        return f"已于{day_text(sheet.carried_out.carried_out_on)}销毁"
    if sheet.refusal:
        return "不同意销毁"
    return "待签署、监销" if sheet.missing else "待销毁"


def parts_of(sheet: DestructionSheet) -> Iterator[Part]:
    appraisal = sheet.list.appraisal
    yield Lines(
        [
            f"鉴定意见书第{appraisal.pk}号，{day_text(appraisal.appraised_on)}，参加鉴定：{appraisal.members}。",
            f"鉴定意见：{appraisal.opinion}",
            f"编制日期：{day_text(sheet.list.proposed_on)}　清册摘要（SHA-256）：{sheet.digest}",
            ORDERED,
        ]
    )
    yield Title("拟销毁会计档案")
    yield Table(
        name="销毁清册",
        heads=[
            ("序号", 10),
            ("档案名称", 34),
            ("年度", 12),
            ("档案编号", 34),
            ("册（件）数", 18),
            ("文件数", 16),
            ("字节数", 24),
            ("应保管期限", 22),
            ("已保管期限", 22),
            ("保管至", 24),
            ("摘要（SHA-256）", 50),
        ],
        rows=[row_of(place, item, sheet) for place, item in enumerate(sheet.items, start=1)],
        size=65,
    )
    yield Title("签署与监销")
    yield Table(
        name="签署",
        heads=[("职责", 50), ("姓名", 40), ("意见", 24), ("理由", 80), ("时间", 50)],
        rows=list(signing_rows(sheet)),
    )


def row_of(place: int, item: DestructionItem, sheet: DestructionSheet) -> Sequence[str | int]:
    assert item.kept_until is not None
    done = sheet.carried_out.carried_out_on if sheet.carried_out else sheet.list.proposed_on
    return [
        str(place),
        CLASSES[RecordClass(item.record_class)],
        str(item.fiscal_year),
        f"{item.record_class}/{item.fiscal_year}",
        item.records,
        item.files,
        item.size,
        f"{item.kept_until.year - item.fiscal_year}年",
        f"{full_years(item.fiscal_year, done)}年",
        item.kept_until.isoformat(),
        f"{item.digest[:32]} {item.digest[32:]}",
    ]


def full_years(fiscal_year: int, on: date) -> int:
    """Return for how many full years a fiscal year has been kept on a day."""
    return on.year - fiscal_year - 1


def signing_rows(sheet: DestructionSheet) -> Iterator[Sequence[str]]:
    for role in (*sheet.roles, *sheet.witnesses):
        one = sheet.signatures.get(role)
        if one is None:
            yield [ROLES[role], "", "", "", ""]
        else:
            name = one.signed_by.full_name or one.signed_by.username
            yield [
                ROLES[role],
                name,
                "同意" if one.is_approved else "不同意",
                one.reason,
                moment_text(one.signed_at),
            ]
    if sheet.carried_out:
        by = sheet.carried_out.carried_out_by
        yield [
            "销毁人",
            by.full_name or by.username,
            "已销毁",
            "",
            moment_text(sheet.carried_out.carried_out_at),
        ]


def moment_text(at: datetime) -> str:
    return f"{local_time(at):%Y-%m-%d %H:%M}"
