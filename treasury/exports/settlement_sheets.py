"""结算单: one page for each settlement, every figure with its origin; a what-if says 试算 and is not signed."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from ledger.capitals import capital_amount, fen_of
from ledger.models import Officer
from ledger.money import ZERO
from treasury.exports.papers import Document, Heading, Lines, Page, Part, Signing, Table, Title, day_text, month_text
from treasury.settlement_readings import SettlementSheet

TITLE: Final = "乡镇财政结算单"
WHAT_IF: Final = "乡镇财政结算单（试算）"
STATES: Final = {"PREPARED": "已编制，未审核", "APPROVED": "已审核，未记账", "POSTED": "已记账"}
PARTS: Final = {"ordinary": "正常返还", "rebate": "超收返还", "upper": "超收上级留用"}
UNSIGNED: Final = "________"


def settlement_document(*, month: date, sheets: Sequence[SettlementSheet], heading: Heading) -> Document:
    """Return the settlement sheets of a month; they are all what-ifs, or all kept."""
    is_what_if = any(sheet.is_what_if for sheet in sheets)
    return Document(
        title=WHAT_IF if is_what_if else TITLE,
        facts=[month_text(month)],
        heading=heading,
        pages=[*map(page_of, sheets), *([summary_of(sheets)] if len(sheets) > 1 else [])],
    )


def page_of(sheet: SettlementSheet) -> Page:
    return Page(sheet.township.name, list(parts_of(sheet)))


def parts_of(sheet: SettlementSheet) -> Iterator[Part]:
    number = "试算" if sheet.is_what_if else f"第{sheet.number}号，{STATES[sheet.status]}"
    yield Title(f"{sheet.township.name}　{month_text(sheet.month)}结算　{number}")
    yield Lines([f"结算日期：{day_text(sheet.settled_on)}"])
    yield Table(
        name="结算计算",
        heads=[("序号", 9), ("项目", 44), ("金额或比例", 30), ("来源", 107)],
        rows=[
            [str(place), figure.label, figure.written if figure.is_percent else figure.amount, figure.origin]
            for place, figure in enumerate(sheet.figures, start=1)
        ],
    )
    yield Lines([f"应返还（大写）：{capital_amount(fen=fen_of(sheet.values['returned']))}"])
    yield Title("先补发的欠发工资")
    if sheet.back_pay_months:
        yield Table(
            name="补发欠发工资",
            heads=[("欠发月份", 40), ("人次", 30), ("补发金额", 40)],
            rows=[[f"{one.month:%Y-%m}", one.people, one.amount] for one in sheet.back_pay_months],
            total="合计",
            stated={2: sheet.values["back_pay"]},
        )
    else:
        yield Lines(["无。"])
    if sheet.vouchers:
        yield Title("记账凭证")
        yield Table(
            name="记账凭证",
            heads=[
                ("事项", 36),
                ("日期", 26),
                ("区账凭证号", 28),
                ("乡镇账凭证号", 28),
                ("凭证金额", 34),
                ("拨出资金", 34),
            ],
            rows=[
                [PARTS[one.part], f"{one.day}", one.district, one.township, one.amount, one.paid]
                for one in sheet.vouchers
            ],
            total="合计",
            stated={5: sheet.values["returned"] + sheet.values["ordinary_return"]},
        )
    if not sheet.is_what_if:
        signers = sheet.signers
        yield Signing(
            [
                f"编制：{name_of(signers.prepared_by)}",
                f"审核：{name_of(signers.approved_by)}",
                f"出纳：{name_of(signers.posted_by)}",
            ]
        )


def name_of(officer: Officer | None) -> str:
    return str(officer.full_name or officer.username) if officer else UNSIGNED


def summary_of(sheets: Sequence[SettlementSheet]) -> Page:
    """Return all settlements on one page: what was over, withheld, returned, and paid back first."""
    columns = ("local_part", "base", "withheld", "debt_after", "returned", "back_pay", "rest", "ordinary_return")
    heads = ("地方留用", "基数", "扣还欠款", "结算后欠款", "返还", "补发", "可用", "正常返还")
    totals = {place: sum((sheet.values[name] for sheet in sheets), ZERO) for place, name in enumerate(columns, start=1)}
    base, withheld, returned = (totals[1 + columns.index(name)] for name in ("base", "withheld", "returned"))
    table = Table(
        name="汇总",
        heads=[("乡镇", 20), *((head, 22) for head in heads)],
        rows=[[sheet.township.name, *(sheet.values[name] for name in columns)] for sheet in sheets],
        total="合计",
        stated={**totals, 1 + columns.index("returned"): base - withheld},
        size=65,
    )
    return Page("汇总", [Title("汇总"), table, Lines([f"返还合计（大写）：{capital_amount(fen=fen_of(returned))}"])])
