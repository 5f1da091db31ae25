"""The vouchers of a file as they were read: rows grouped by book and reference, dates and amounts as values."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from imports.known_codes import KnownAccount, KnownBook, KnownCodes
from imports.voucher_cells import amount_of, day_of
from imports.voucher_files import FileRow
from ledger.models.words import VoucherKind, VoucherType
from ledger.money import ZERO

TYPES: dict[str, VoucherType] = {
    "": VoucherType.GENERAL,
    **{word: VoucherType(word) for word in VoucherType.values},
    **{member.name.lower(): member for member in VoucherType},
}
KINDS: dict[str, VoucherKind] = {
    "普通": VoucherKind.ORDINARY,
    "期初": VoucherKind.OPENING,
    "补充": VoucherKind.SUPPLEMENT,
    "ordinary": VoucherKind.ORDINARY,
    "opening": VoucherKind.OPENING,
    "supplement": VoucherKind.SUPPLEMENT,
}


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A row with its date and amounts read; None is unreadable, a blank amount is zero."""

    row: FileRow
    day: date | None
    debit: Decimal | None
    credit: Decimal | None

    @property
    def account(self) -> str:
        return self.row.text("sub_account") or self.row.text("account")

    @property
    def net(self) -> Decimal:
        return (self.debit or ZERO) - (self.credit or ZERO)

    def known_book(self, known: KnownCodes) -> KnownBook | None:
        return known.books.get(self.row.text("book"))

    def known_account(self, known: KnownCodes) -> KnownAccount | None:
        book = self.known_book(known)
        return book.accounts.get(self.account) if book else None


@dataclass(frozen=True, slots=True)
class ReadVoucher:
    """The lines of one reference in one book, in the order of the file."""

    book: str
    reference: str
    lines: Sequence[ReadLine]

    @property
    def first(self) -> ReadLine:
        return self.lines[0]

    def text(self, column: str) -> str:
        """Return what the voucher says in a column that may be filled in once."""
        return next(filter(None, (line.row.text(column) for line in self.lines)), "")

    def voucher_type(self) -> VoucherType:
        return TYPES.get(self.text("type").lower(), VoucherType.GENERAL)

    def kind(self, known: KnownCodes) -> VoucherKind:
        """Return the kind said, or else opening before the first day of business and ordinary from it on."""
        said = KINDS.get(self.text("kind").lower())
        book = known.books.get(self.book)
        opening = book is not None and self.first.day is not None and self.first.day < book.opened_on
        return said or (VoucherKind.OPENING if opening else VoucherKind.ORDINARY)


def read_line(row: FileRow) -> ReadLine:
    return ReadLine(row, day_of(row.text("date")), read_amount(row.text("debit")), read_amount(row.text("credit")))


def read_amount(text: str) -> Decimal | None:
    return amount_of(text) if text else ZERO


def read_vouchers(rows: Sequence[FileRow]) -> list[ReadVoucher]:
    """Group the rows by book and reference, in the order in which the references first appear."""
    groups: dict[tuple[str, str], list[ReadLine]] = defaultdict(list)
    for row in rows:
        groups[row.text("book"), row.text("voucher")].append(read_line(row))
    return [ReadVoucher(book, reference, lines) for (book, reference), lines in groups.items()]
