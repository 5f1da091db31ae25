"""Which vouchers a day's income makes, by the nature of the money: J1 and J2, J10 to J12, J8."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ledger.entries import Event, Signatures, VoucherToPost, credit, debit
from ledger.money import ZERO
from treasury import entries
from treasury.entries import EXTRA_BUDGETARY, GENERAL, Codes, Mirrored
from treasury.models import Collection, IncomeLine
from treasury.models.words import IncomeKind
from treasury.posting import SERVICE, mirrored_event

SHOWN = 60
Parallels = Mapping[str, Mapping[str, str]]


def events_of(
    collection: Collection, lines: Sequence[IncomeLine], codes: Codes, parallels: Parallels
) -> Iterator[Event]:
    """Yield the events of a collection: one for each nature of the money that came in."""
    by_kind: dict[str, list[IncomeLine]] = defaultdict(list)
    for line in lines:
        by_kind[line.kind].append(line)
    for kind, together in by_kind.items():
        journals = JOURNALS[IncomeKind(kind)](codes, collection, together)
        vouchers = [
            voucher for journal in journals for voucher in vouchers_of(collection, kind, journal, together, parallels)
        ]
        if vouchers:
            yield Event(source=f"{collection.source}/{IncomeKind(kind).name.lower()}", vouchers=vouchers)


def vouchers_of(
    collection: Collection, kind: str, journal: Mirrored, lines: Sequence[IncomeLine], parallels: Parallels
) -> Sequence[VoucherToPost]:
    red = any(entry.amount < ZERO for entry in (*journal.township, *journal.district))
    parent = collection.township.book.parent
    assert parent is not None
    event = mirrored_event(
        source=collection.source,
        district=parent,
        township=collection.township.book,
        entries=journal,
        posting_date=collection.day,
        summary=f"{collection.township.name}{kind}收入" + ("冲正" if red else ""),
        signatures=Signatures(
            preparer=SERVICE,
            reviewer=str(collection.reviewed_by_id),
            poster=SERVICE,
            cashier=str(collection.swept_by_id),
        ),
        paper=paper_of(lines) if red else "",
        parallels=parallels,
    )
    return event.vouchers


def paper_of(lines: Sequence[IncomeLine]) -> str:
    """Return the papers that order a red voucher: the payment slips of its red lines."""
    slips = [line.payment_slip or line.receipt or str(line.row) for line in lines if line.amount < ZERO]
    return f"冲正 {'、'.join(slips) or '更正'}"[:SHOWN]


def general_journals(codes: Codes, collection: Collection, lines: Sequence[IncomeLine]) -> Iterator[Mirrored]:
    """J1 for what came in, J1 in red for what was taken back, J2 for the day as a whole."""
    for part in black_and_red(lines):
        yield receipts(part, cash=codes.township.receipts, income=codes.township.income, fund=GENERAL)
    yield entries.sweep(codes, collection.general)


def fee_journals(codes: Codes, collection: Collection, lines: Sequence[IncomeLine]) -> Iterator[Mirrored]:
    """J10, then the fiscal share (J11) and the part that goes up (J12)."""
    for part in black_and_red(lines):
        yield receipts(
            part, cash=codes.township.extra_budgetary, income=codes.township.special_income, fund=EXTRA_BUDGETARY
        )
    yield entries.share_fee(codes, collection.district_share)
    yield entries.spend_extra_budgetary(codes, collection.upward_share)


def transfer_journals(codes: Codes, collection: Collection, _lines: Sequence[IncomeLine]) -> Iterator[Mirrored]:
    yield entries.transfer_to_special_account(codes, codes.township.transfers, collection.transfers)


def tax_journals(codes: Codes, collection: Collection, _lines: Sequence[IncomeLine]) -> Iterator[Mirrored]:
    yield entries.transfer_to_special_account(codes, codes.township.agricultural_tax, collection.agricultural_tax)


JOURNALS = {
    IncomeKind.GENERAL: general_journals,
    IncomeKind.EXTRA_BUDGETARY: fee_journals,
    IncomeKind.TRANSFER: transfer_journals,
    IncomeKind.AGRICULTURAL_TAX: tax_journals,
}


def black_and_red(lines: Sequence[IncomeLine]) -> Iterator[Sequence[IncomeLine]]:
    """Yield what came in, then what was taken back; either may be missing."""
    for part in ([one for one in lines if one.amount > ZERO], [one for one in lines if one.amount < ZERO]):
        if part:
            yield part


def receipts(lines: Sequence[IncomeLine], *, cash: str, income: str, fund: str) -> Mirrored:
    """Return the receipt of lines on a bank account, income by subject."""
    by_subject: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        by_subject[line.subject_code] += line.amount
    whole = sum(by_subject.values(), ZERO)
    return Mirrored(
        township=(
            debit(cash, whole, fund=fund),
            *(
                replace(credit(income, amount, fund=fund), functional=code or None)
                for code, amount in sorted(by_subject.items())
            ),
        )
    )
