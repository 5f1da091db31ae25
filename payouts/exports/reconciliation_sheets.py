"""银行余额调节表: the balances of books and bank, the four classes of what lies between, and who signed."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from ledger.exports.pages.frames import local_time
from ledger.exports.pages.tables import Value
from ledger.money import ZERO, in_full
from payouts.models.bank_words import OutstandingClass, ReconciliationStatus
from payouts.reconciliations import Figures
from treasury.exports.papers import Document, Heading, Lines, Page, Part, Signing, Table, Title, day_text, month_text

NAMES: Final = {
    OutstandingClass.BANK_IN: "银行已收、单位未收",
    OutstandingClass.BANK_OUT: "银行已付、单位未付",
    OutstandingClass.BOOK_IN: "单位已收、银行未收",
    OutstandingClass.BOOK_OUT: "单位已付、银行未付",
}
HEADS: Final = (("日期", 20), ("摘要", 92), ("凭证或流水号", 38), ("笔数", 12), ("金额", 32))


def reconciliation_document(*, month: date, accounts: Sequence[Figures], heading: Heading) -> Document:
    """Return the reconciliation statements of a month, each account beginning on a page of its own."""
    return Document(
        title="银行余额调节表",
        facts=[month_text(month)],
        heading=heading,
        pages=[Page(str(one.own), list(parts_of(one))) for one in accounts],
    )


def parts_of(found: Figures) -> Iterator[Part]:
    edition = f"第{found.kept.edition}版" if found.kept and found.still_holds else "未编制"
    yield Title(f"{found.own.holder}　{found.own}　截至{day_text(found.until)}　{edition}")
    yield Lines([f"银行对账单止于{day_text(found.stated_until)}。"])
    yield balances_table(found)
    for kind, name in NAMES.items():
        items = [item for item in found.items if item.kind is kind]
        yield Title(name)
        if items:
            yield Table(
                name=name,
                heads=HEADS,
                rows=[[f"{one.day}", what_of(one.what), one.reference or "—", one.number, one.amount] for one in items],
                total="合计",
                stated={4: found.total(kind)},
                size=70,
            )
        else:
            yield Lines(["无。"])
    yield Lines([f"SHA-256：{found.digest}", *told_lines(found)])
    yield Signing(signing_of(found))


def what_of(text: str) -> str:
    """Return what an item is; payments of a batch that wait for the rest of it stand together."""
    return f"第{text.removeprefix('batch ')}批代发款" if text.startswith("batch ") else text or "—"


def balances_table(found: Figures) -> Table:
    """Return both sides of the reconciliation, which end in one balance."""
    bank_in, bank_out, book_in, book_out = (found.total(kind) for kind in OutstandingClass)
    rows: list[list[Value]] = [
        ["单位账面余额", found.book_balance, "银行对账单余额", found.bank_balance],
        ["加：银行已收、单位未收", bank_in, "加：单位已收、银行未收", book_in],
        ["减：银行已付、单位未付", ZERO - bank_out, "减：单位已付、银行未付", ZERO - book_out],
        ["调节后余额", found.adjusted_books, "调节后余额", found.adjusted_bank],
    ]
    # The last row is the sum of those above, and that of the other side.
    return Table(
        name="余额调节",
        heads=[("单位", 62), ("金额（单位）", 34), ("银行", 62), ("金额（银行）", 34)],
        rows=rows,
        stated={1: found.adjusted_bank * 2, 3: found.adjusted_books * 2},
    )


def told_lines(found: Figures) -> Iterator[str]:
    if found.adjusted_books == found.adjusted_bank:
        yield f"调节后余额相符：{in_full(found.adjusted_bank)}。"
    if found.unexplained:
        yield f"未说明的银行流水：{found.unexplained}笔。"
    if found.kept is not None and not found.still_holds:
        yield f"第{found.kept.edition}版之后账面或对账单又有变动，该版不再有效，须重新编制。"


def signing_of(found: Figures) -> Sequence[str]:
    kept = found.kept
    if kept is None or not found.still_holds:
        return ["编制：", "复核："]
    made = f"编制：{kept.made_by}　{local_time(kept.made_at):%Y-%m-%d}"
    if kept.status != ReconciliationStatus.REVIEWED or kept.reviewed_at is None:
        return [made, "复核："]
    return [made, f"复核：{kept.reviewed_by}　{local_time(kept.reviewed_at):%Y-%m-%d}"]
