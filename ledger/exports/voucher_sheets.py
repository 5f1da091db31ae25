"""A voucher as it is printed, with all that 会计基础工作规范 第五十一条 asks for, and its sheets. Values only.

The paper of a print run, the single voucher from HTML and the xlsx list are all made from these. A
negative amount is red and keeps its sign, so that a black and white copy still tells it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.capitals import capital_amount, fen_of
from ledger.money import ZERO, in_full

TITLES: Final = {"记": "记账凭证", "收": "收款凭证", "付": "付款凭证", "转": "转账凭证"}
KINDS: Final = {
    "ORDINARY": "",
    "OPENING": "期初余额",
    "REVERSAL": "红字冲销",
    "SUPPLEMENT": "补充更正",
    "CLOSING": "年终转账",
}
TOTAL, FINANCIAL_TOTAL, BUDGET_TOTAL = "合计", "财务会计合计", "预算会计合计"


@dataclass(frozen=True, slots=True)
class PrintedAccount:
    """An account by the names of its levels: 总账科目 is the top one, 明细科目 the rest."""

    code: str
    general_code: str
    names: Sequence[str]

    @property
    def general(self) -> str:
        return f"{self.general_code} {self.names[0]}"

    @property
    def detail(self) -> str:
        return f"{self.code} {'—'.join(self.names[1:])}" if len(self.names) > 1 else ""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One debit or credit; its dimensions read ``111 一般公共预算资金`` and are empty where there is none."""

    number: int
    record: str
    summary: str
    account: PrintedAccount
    fund: str
    functional: str
    economic: str
    project: str
    unit: str
    counterparty: str
    side: str
    amount: Decimal

    @property
    def debit(self) -> Decimal | None:
        return self.amount if self.side == "D" else None

    @property
    def credit(self) -> Decimal | None:
        return self.amount if self.side == "C" else None

    @property
    def dimensions(self) -> Sequence[str]:
        """Return fund, classes, project, unit and counterparty, each as a text of its own."""
        told = (
            ("资金", self.fund),
            ("功能", self.functional),
            ("经济", self.economic),
            ("项目", self.project),
            ("单位", self.unit),
            ("往来", self.counterparty),
        )
        return tuple(f"{label}：{text}" for label, text in told if text)


@dataclass(frozen=True, slots=True)
class BlockTotal:
    """The sums of the lines of one record, or of the whole voucher where it keeps one record."""

    label: str
    debit: Decimal
    credit: Decimal

    @property
    def capitals(self) -> str:
        return capital_amount(fen=fen_of(self.debit))


@dataclass(frozen=True, slots=True)
class Cited:
    """Another voucher that one names: its day, type and number."""

    posting_date: date
    voucher_type: str
    number: int

    def __str__(self) -> str:
        return f"{day_text(self.posting_date)}{self.voucher_type}字第{self.number}号凭证"


@dataclass(frozen=True, slots=True)
class Signed:
    """The full names of who signed; empty where nobody has."""

    chief_accountant: str
    poster: str
    cashier: str
    reviewer: str
    preparer: str

    @property
    def roles(self) -> Sequence[tuple[str, str]]:
        """Return the roles in the order in which they stand at the foot of a voucher."""
        return (
            ("会计主管", self.chief_accountant),
            ("记账", self.poster),
            ("出纳", self.cashier),
            ("审核", self.reviewer),
            ("制单", self.preparer),
        )


@dataclass(frozen=True, slots=True)
class PrintedVoucher:
    """A posted voucher with everything that its paper names."""

    book_code: str
    book_name: str
    regime: str
    month: str
    posting_date: date
    voucher_type: str
    number: int
    kind: str
    summary: str
    source: str
    reference: str
    paper: str
    attachments: int
    signed: Signed
    reverses: Cited | None
    reversed_by: Cited | None
    corrects: Cited | None
    lines: Sequence[PrintedLine] = field(repr=False)

    @property
    def title(self) -> str:
        return TITLES[self.voucher_type]

    @property
    def mark(self) -> str:
        """What is laid across the paper: that it is a red reversal, or has been reversed."""
        if self.kind == "REVERSAL":
            return KINDS[self.kind]
        return "已冲销" if self.reversed_by else ""

    @property
    def notes(self) -> Sequence[str]:
        """Return what ties the voucher to others and to its papers."""
        told = (
            (KINDS[self.kind], not self.mark),
            (f"冲销{self.reverses}", self.reverses),
            (f"已由{self.reversed_by}冲销", self.reversed_by),
            (f"更正{self.corrects}", self.corrects),
            (f"依据：{self.paper}", self.paper),
            (f"文号：{self.reference}", self.reference),
            (f"来源：{self.source}", self.source),
        )
        return [text for text, is_told in told if is_told and text]

    def lines_of(self, record: str) -> Sequence[PrintedLine]:
        return [line for line in self.lines if line.record == record]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a voucher: its rows, how many stay blank, and the total at its foot.

    Only the last sheet has a total there; the others say where it stands.
    """

    voucher: PrintedVoucher
    number: int
    sheets: int
    rows: Sequence[PrintedLine | BlockTotal]
    blanks: int
    total: BlockTotal | None

    @property
    def name(self) -> str:
        """Return 记字第12号, and with 分数编号 where there are several sheets: 记字第12号（1/2）."""
        part = f"（{self.number}/{self.sheets}）" if self.sheets > 1 else ""
        return f"{self.voucher.voucher_type}字第{self.voucher.number}号{part}"


def sheets_of(voucher: PrintedVoucher, *, rows: int) -> Iterator[Sheet]:
    """Yield the sheets of a voucher, each of ``rows`` lines over the line of its total.

    Financial lines stand before budget lines, each block with its own total; that of the last block is
    at the foot of the last sheet.
    """
    blocks = blocks_of(voucher)
    body: list[PrintedLine | BlockTotal] = []
    for lines, total in blocks:
        body += [*lines, total]
    body.pop()
    sheets = max(1, -(-len(body) // rows))
    for number in range(1, sheets + 1):
        shown = body[(number - 1) * rows : number * rows]
        last = blocks[-1][1] if number == sheets else None
        yield Sheet(voucher, number, sheets, shown, rows - len(shown), last)


def blocks_of(voucher: PrintedVoucher) -> Sequence[tuple[Sequence[PrintedLine], BlockTotal]]:
    """Return the lines of each record with their total; a voucher of one record has one block."""
    financial, budget = voucher.lines_of("F"), voucher.lines_of("B")
    if not (financial and budget):
        return [(voucher.lines, total_of(TOTAL, voucher.lines))]
    return [(financial, total_of(FINANCIAL_TOTAL, financial)), (budget, total_of(BUDGET_TOTAL, budget))]


def yuan(amount: Decimal) -> str:
    """Return the sum of a total with the sign of the currency right before its digits: ¥1,234.50, -¥1,234.50.

    Source: 会计基础工作规范 第五十二条 (一).
    """
    return f"{'-' if amount < 0 else ''}¥{in_full(abs(amount))}"


def total_of(label: str, lines: Sequence[PrintedLine]) -> BlockTotal:
    debit = sum((line.amount for line in lines if line.side == "D"), ZERO)
    credit = sum((line.amount for line in lines if line.side == "C"), ZERO)
    return BlockTotal(label, debit, credit)


def day_text(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
