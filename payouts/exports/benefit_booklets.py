"""受益人手册: what was paid under one certificate number, line by line; ID and account numbers masked."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ledger.exports.pages.frames import Paper, local_time
from ledger.exports.pages.tables import Value
from ledger.masking import masked_account, masked_id
from ledger.money import ZERO
from payouts.benefit_booklets import Booklet, BookletEntry, BookletLine
from payouts.models.words import PaymentStatus, Standing
from treasury.exports.papers import Document, Heading, Lines, Page, Table, Title, day_text

STANDINGS: Final = {
    Standing.NORMAL: "正常",
    Standing.SUSPENDED: "暂停",
    Standing.REFUSED: "名册行有误",
    Standing.REMOVED: "已移出名册",
}
STATUSES: Final = {
    PaymentStatus.PLANNED: "待发送",
    PaymentStatus.SENT: "已发送银行",
    PaymentStatus.ACCEPTED: "银行已受理",
    PaymentStatus.SETTLED: "已到账",
    PaymentStatus.RETURNED: "已退回",
    PaymentStatus.REJECTED: "清单无法写出",
}
HEADS: Final = (
    ("发放月份", 16),
    ("所属期", 16),
    ("项目", 36),
    ("应发", 18),
    ("抵扣", 16),
    ("本次支付", 18),
    ("到账", 18),
    ("支付状态", 26),
    ("日期", 20),
    ("银行", 16),
    ("账号", 24),
    ("标准依据", 66),
)


def booklet_document(*, booklet: Booklet, heading: Heading) -> Document:
    """Return the booklet of a certificate number: who it stands for, then every payment."""
    first = booklet.entries[0]
    who = f"{first.name}　身份证号 {masked_id(first.id_number)}　{first.township}{first.village}"
    entries = Table(
        name="享受项目",
        heads=[("项目", 60), ("资格起始", 24), ("资格终止", 24), ("状态", 24), ("户名", 24), ("账户", 60)],
        rows=[entry_row(entry) for entry in booklet.entries],
    )
    lines = Table(
        name="发放记录",
        heads=HEADS,
        rows=[line_row(line) for line in booklet.lines],
        total="合计" if booklet.lines else "",
        size=65,
    )
    return Document(
        title="惠民补贴发放证（受益人手册）",
        facts=[f"证号 {booklet.certificate}", f"打印日期{day_text(local_time(heading.printed_at).date())}"],
        heading=heading,
        pages=[Page(booklet.certificate, [Lines([who]), entries, Title("发放记录"), lines])],
        paper=Paper.LANDSCAPE,
    )


def entry_row(entry: BookletEntry) -> Sequence[Value]:
    ended = [day for day in (entry.died_on, entry.ended_on) if day is not None]
    return [
        entry.scheme,
        f"{entry.starts_on}",
        f"{min(ended)}" if ended else "",
        STANDINGS[Standing(entry.standing)],
        entry.holder_name,
        f"{entry.bank} {masked_account(entry.account_number)}",
    ]


def line_row(line: BookletLine) -> Sequence[Value]:
    """Return one order to pay one benefit; what is due stands at the first order only, so that it adds up."""
    is_first = (line.attempt or 1) == 1
    return [
        f"{line.month:%Y-%m}",
        f"{line.period:%Y-%m}" + (f"（第{line.number}次）" if line.number > 1 else ""),
        line.scheme,
        line.due if is_first else None,
        line.kept_back if is_first else None,
        line.amount,
        settled_amount(line),
        status_text(line),
        f"{line.on or ''}",
        line.bank,
        masked_account(line.account_number),
        line.reference,
    ]


def settled_amount(line: BookletLine) -> Decimal:
    return line.amount or ZERO if line.status == PaymentStatus.SETTLED else ZERO


def status_text(line: BookletLine) -> str:
    """Return how an order stands, and whether it was issued again or issues another again."""
    if line.status is None:
        return "全额抵扣多发款" if line.kept_back == line.due else "待支付"
    again = "，已重新支付" if line.was_reissued else ""
    first = "（重新支付）" if line.is_reissue else ""
    return f"{STATUSES[line.status]}{again}{first}"
