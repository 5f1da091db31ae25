"""A voucher as an officer types it: drawn again as it was typed, whatever is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.http import QueryDict
from django.utils import timezone

from ledger.drafting import DraftHeader
from ledger.entries import Entry
from ledger.models import Book, Voucher, VoucherDraft
from ledger.models.words import VoucherKind, VoucherType
from ledger.money import ZERO, InexactAmount, exact
from ledger.refusals import AmountNotExact, DateOutsideBook, ReversalRefused, TextTooLong
from web.addresses import key_in

HEADER: Final = ("posting_date", "voucher_type", "kind", "summary", "attachments", "paper", "corrects")
DIMENSIONS: Final = ("functional", "economic", "project", "unit", "counterparty")
LINE: Final = ("summary", "account", "fund", "debit", "credit", *DIMENSIONS)
ROWS_AT_FIRST, ROWS_MORE, ROWS_MAX = 6, 6, 90
TEXT_MAX, SMALL_MAX = 200, 32_767
GENERAL_FUND: Final = "111"


@dataclass(slots=True)
class Typed:
    """The header and the rows of a voucher, all as text."""

    header: Mapping[str, str]
    rows: Sequence[Mapping[str, str]] = ()

    def with_room(self, rows: int) -> "Typed":
        """Return the same with empty rows below."""
        room = min(rows, ROWS_MAX - len(self.rows))
        return Typed(self.header, [*self.rows, *[dict.fromkeys(LINE, "") for _ in range(room)]])


def blank(*, corrects: str = "") -> Typed:
    """Return an empty voucher of today; one that corrects another is a supplement."""
    header = dict.fromkeys(HEADER, "") | {
        "posting_date": f"{timezone.localdate()}",
        "voucher_type": VoucherType.GENERAL,
        "kind": VoucherKind.SUPPLEMENT if corrects else VoucherKind.ORDINARY,
        "corrects": corrects,
    }
    first = dict.fromkeys(LINE, "") | {"fund": GENERAL_FUND}
    return Typed(header, [first]).with_room(ROWS_AT_FIRST - 1)


def typed_in(sent: QueryDict) -> Typed:
    """Return what a form sent, without the rows that are empty."""
    header = {name: clean(sent.get(name, "")) for name in HEADER}
    columns = [[clean(text) for text in sent.getlist(f"line_{name}")[:ROWS_MAX]] for name in LINE]
    rows = [dict(zip(LINE, row, strict=True)) for row in zip(*columns, strict=False)]
    return Typed(header, [row for row in rows if any(row.values()) and not is_only_begun(row)])


def is_only_begun(row: Mapping[str, str]) -> bool:
    """Return whether a row has no more than what is there before anything is typed."""
    return not any(text for name, text in row.items() if name not in ("fund", "summary"))


def clean(text: str) -> str:
    return text.replace("\0", "").strip()


def as_typed(draft: VoucherDraft) -> Typed:
    """Return a draft as it would be typed."""
    header = {
        "posting_date": f"{draft.posting_date}",
        "voucher_type": draft.voucher_type,
        "kind": draft.kind,
        "summary": draft.summary,
        "attachments": f"{draft.attachments}",
        "paper": draft.paper,
        "corrects": f"{draft.corrects_id or ''}",
    }
    rows = [
        {
            "summary": line.summary,
            "account": line.account_code,
            "fund": line.fund_code,
            "debit": f"{line.amount:.2f}" if line.side == "D" else "",
            "credit": f"{line.amount:.2f}" if line.side == "C" else "",
            **{name: getattr(line, f"{name}_code") for name in DIMENSIONS},
        }
        for line in draft.lines.order_by("line_no")
    ]
    return Typed(header, rows).with_room(2)


def header_of(typed: Typed, book: Book) -> DraftHeader:
    """Return the header that was typed.

    :raises UnableToPost: by its kinds, if a part of it cannot be read
    """
    said = typed.header
    try:
        day = date.fromisoformat(said["posting_date"])
    except ValueError as error:
        raise DateOutsideBook("posting_date_is_a_date", {"date": said["posting_date"]}) from error
    attachments = said["attachments"] or "0"
    papers = key_in(attachments)
    if papers is None or papers > SMALL_MAX:
        raise TextTooLong("attachments_are_a_number", {"attachments": attachments[:20]})
    require_room([said["summary"], said["paper"]])
    return DraftHeader(
        posting_date=day,
        summary=said["summary"],
        attachments=papers,
        voucher_type=VoucherType(said["voucher_type"]) if said["voucher_type"] in VoucherType else VoucherType.GENERAL,
        kind=VoucherKind.SUPPLEMENT if said["kind"] == VoucherKind.SUPPLEMENT else VoucherKind.ORDINARY,
        corrects=corrected(said["corrects"], book),
        paper=said["paper"],
    )


def corrected(text: str, book: Book) -> Voucher | None:
    if not text:
        return None
    key = key_in(text)
    found = Voucher.objects.filter(book=book, pk=key).first() if key is not None else None
    if found is None:
        raise ReversalRefused("voucher_corrects_its_book", {"book": book.code, "corrects": text[:20]})
    return found


def entries_of(typed: Typed) -> Sequence[Entry]:
    """Return the lines that were typed; a fund that is left out is that of the line above.

    :raises AmountNotExact: if a line has not one amount on one side
    :raises TextTooLong: if a text is longer than its column
    """
    entries: list[Entry] = []
    for number, row in enumerate(typed.rows, start=1):
        require_room([row["summary"]])
        side, amount = amount_of(row, number)
        fund = row["fund"].split(" ")[0] or (entries[-1].fund if entries else "")
        codes = {name: row[name].split(" ")[0] or None for name in DIMENSIONS}
        account = row["account"].split(" ")[0]
        require_room([account, *(code or "" for code in codes.values())], room=40)
        require_room([fund], room=10)
        entries.append(Entry(account=account, side=side, amount=amount, fund=fund, summary=row["summary"], **codes))
    return entries


def amount_of(row: Mapping[str, str], number: int) -> tuple[str, Decimal]:
    """Return the side and amount of a row; nothing yet is zero, which is kept in a draft and never posted."""
    said = {"D": row["debit"], "C": row["credit"]}
    filled = [side for side, text in said.items() if text]
    if len(filled) > 1:
        raise AmountNotExact("line_has_one_side", {"line": number, "account": row["account"][:40]})
    if not filled:
        return "D", ZERO
    text = said[filled[0]].replace(",", "").replace("，", "")
    try:
        return filled[0], exact(text)
    except InexactAmount as error:
        raise AmountNotExact("line_amount_is_exact", {"line": number, "amount": text[:40]}) from error


def require_room(texts: Sequence[str], room: int = TEXT_MAX) -> None:
    for text in texts:
        if len(text) > room:
            raise TextTooLong("text_fits_its_column", {"text": f"{text[:20]}…", "room": room})
