"""Post the vouchers of a file: opening balances and vouchers of a bureau that comes from another system."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from imports.file_vouchers import ReadLine, ReadVoucher, read_vouchers
from imports.known_codes import DIMENSIONS, KnownCodes, known_codes
from imports.voucher_faults import find_faults
from imports.voucher_files import FileRefused, FileRow, Finding, UnableToImport, read_rows
from ledger.entries import Entry, Event, Signatures, VoucherToPost
from ledger.models import Officer, Voucher
from ledger.money import ZERO, exact
from ledger.posting import post_event
from ledger.recording import record_event
from ledger.refusals import CashShort, UnableToPost


class OfficerUnknown(UnableToImport):
    """A signature names nobody."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file posted: now, or the first time it came (``known_before``)."""

    source: str
    vouchers: int
    lines: int
    books: Sequence[str]
    known_before: bool


def import_vouchers(*, file: str, content: bytes, signatures: Signatures, at: datetime) -> Imported:
    """Post all vouchers of a file as one event; the same bytes again post nothing.

    :raises FileRefused: naming every faulty row; nothing is posted then
    :raises OfficerUnknown: if a signature names nobody
    """
    source = f"imports.vouchers/{sha256(content).hexdigest()}"
    if Voucher.objects.filter(source=source).exists():
        return imported(source, known_before=True)
    check_officers(signatures)
    rows = read_rows(file=file, content=content)
    vouchers = read_vouchers(rows)
    with transaction.atomic():
        known = codes_known_of(rows)
        findings = find_faults(vouchers, known, cashier=signatures.cashier)
        if findings:
            raise FileRefused(findings)
        try:
            post_event(event_of(source, vouchers, known, signatures))
        except UnableToPost as refusal:
            raise FileRefused([blame(refusal, source, vouchers, known, signatures)]) from refusal
        result = imported(source, known_before=False)
        record_event(
            chain=result.books[0],
            at=at,
            actor=signatures.preparer,
            act="vouchers.import",
            subject=source,
            after={"file": file, "vouchers": result.vouchers, "lines": result.lines, "books": " ".join(result.books)},
        )
        return result


def imported(source: str, *, known_before: bool) -> Imported:
    posted = list(Voucher.objects.filter(source=source).values_list("book__code", "line_count"))
    return Imported(
        source=source,
        vouchers=len(posted),
        lines=sum(lines for _book, lines in posted),
        books=sorted({book for book, _lines in posted}),
        known_before=known_before,
    )


def check_officers(signatures: Signatures) -> None:
    named = {
        role: username
        for role in ("preparer", "reviewer", "poster", "chief_accountant", "cashier")
        if (username := getattr(signatures, role))
    }
    known = set(Officer.objects.filter(username__in=named.values()).values_list("username", flat=True))
    unknown = sorted(set(named.values()) - known)
    if unknown:
        raise OfficerUnknown(
            _("There is no officer of this name: {officers}. Write the username of an officer.").format(
                officers=", ".join(unknown)
            )
        )


def codes_known_of(rows: Sequence[FileRow]) -> KnownCodes:
    return known_codes(
        books={row.text("book") for row in rows},
        dimensions={column: {row.text(column) for row in rows} - {""} for column in DIMENSIONS},
    )


def event_of(source: str, vouchers: Sequence[ReadVoucher], known: KnownCodes, signatures: Signatures) -> Event:
    return Event(source=source, vouchers=[voucher_of(voucher, known, signatures) for voucher in vouchers])


def voucher_of(voucher: ReadVoucher, known: KnownCodes, signatures: Signatures) -> VoucherToPost:
    day = voucher.first.day
    assert day is not None, "find_faults has named it"
    return VoucherToPost(
        book=voucher.book,
        posting_date=day,
        summary=voucher.first.row.text("summary"),
        entries=[entry_of(line) for line in voucher.lines],
        signatures=signatures,
        voucher_type=voucher.voucher_type().value,
        kind=voucher.kind(known).value,
        attachments=int(voucher.text("attachments") or 0),
        reference=voucher.reference,
        paper=voucher.text("paper"),
    )


def entry_of(line: ReadLine) -> Entry:
    texts = line.row.texts
    return Entry(
        account=line.account,
        side="D" if line.debit else "C",
        amount=exact(line.debit or line.credit or ZERO),
        fund=texts["fund"],
        functional=texts.get("functional"),
        economic=texts.get("economic"),
        project=texts.get("project"),
        unit=texts.get("unit"),
        counterparty=texts.get("counterparty"),
        summary=texts["summary"],
    )


def blame(
    refusal: UnableToPost, source: str, vouchers: Sequence[ReadVoucher], known: KnownCodes, signatures: Signatures
) -> Finding:
    """Return a refusal of the books as a finding at the voucher it is about, or at the whole file."""
    if isinstance(refusal, CashShort):
        culprit = last_payment(refusal, vouchers)
    else:
        culprit = refused_alone(refusal, source, vouchers, known, signatures)
    row = (culprit or vouchers[0]).first.row
    return row.sheet.finding(
        row=row.number if culprit else 0,
        column="voucher",
        value=culprit.reference if culprit else "",
        reason=str(refusal),
        remedy="",
    )


def last_payment(refusal: UnableToPost, vouchers: Sequence[ReadVoucher]) -> ReadVoucher | None:
    """Return the last voucher of the file that takes money from the account that would be overdrawn."""
    account = refusal.facts.get("account")
    paying = [
        voucher for voucher in vouchers if any(line.account == account and line.net < 0 for line in voucher.lines)
    ]
    return paying[-1] if paying else None


def refused_alone(
    refusal: UnableToPost, source: str, vouchers: Sequence[ReadVoucher], known: KnownCodes, signatures: Signatures
) -> ReadVoucher | None:
    """Find by halves the voucher that the books refuse by itself for the same reason.

    The facts of a refusal name the source, which is the whole file here. Every trial is taken back.
    """
    suspects = vouchers
    while len(suspects) > 1:
        middle = len(suspects) // 2
        halves = (suspects[:middle], suspects[middle:])
        refused = [half for half in halves if is_refused(refusal.name, event_of(source, half, known, signatures))]
        if not refused:
            return None
        suspects = refused[0]
    return suspects[0]


def is_refused(name: str, event: Event) -> bool:
    """Post an event on trial, take it back, and return whether the rule ``name`` refused it."""
    try:
        with transaction.atomic():
            post_event(event)
            transaction.set_rollback(True)
    except UnableToPost as refusal:
        return refusal.name == name
    return False
