"""The one door into the books: post the vouchers of events, set-based, all or nothing.

Events are streamed to ``ledger_post`` in chunks; the triggers of ``ledger/promises`` prove each
chunk as it is written, number it and seal it. The client holds one chunk at a time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import DatabaseError, connection, transaction

from ledger.arrays import number_array, text_array
from ledger.entries import Entry, Event, VoucherToPost
from ledger.faults import facts_about
from ledger.models import Account, Voucher
from ledger.money import ZERO
from ledger.refusals import AccountUnusable, SourceConflict, refusal_of
from ledger.replays import same_content

CHUNK_LINES = 40_000

# The arrays of ledger_post in its order. A voucher's own attributes come first; what is worked out
# beside them (source, part, signatures, totals) is found by name in ``columns_of``.
HEADER_COLUMNS = {
    "book": "text",
    "voucher_type": "text",
    "posting_date": "date",
    "adjustment_period": "bool",
    "kind": "text",
    "summary": "text",
    "source": "text",
    "part": "int",
    "reference": "text",
    "attachments": "int",
    "preparer": "text",
    "reviewer": "text",
    "poster": "text",
    "chief_accountant": "text",
    "cashier": "text",
    "reverses": "bigint",
    "corrects": "bigint",
    "paper": "text",
    "line_count": "int",
    "debit_total": "numeric",
    "credit_total": "numeric",
    "budget_debit_total": "numeric",
    "budget_credit_total": "numeric",
}
LINE_COLUMNS = {
    "voucher": "int",
    "no": "int",
    "account": "int",
    "record": "text",
    "fund": "text",
    "functional": "text",
    "economic": "text",
    "project": "text",
    "unit": "text",
    "counterparty": "text",
    "side": "text",
    "amount": "numeric",
    "summary": "text",
}
TYPES = [*HEADER_COLUMNS.values(), *LINE_COLUMNS.values()]
STATEMENT = "SELECT voucher_id, number FROM ledger_post(" + ", ".join(f"%s::{kind}[]" for kind in TYPES) + ")"  # noqa: S608 types only


@dataclass(frozen=True, slots=True)
class Posted:
    """A voucher as it stands in the books after posting."""

    voucher_id: int
    book: str
    source: str
    voucher_type: str
    number: int


def post_event(event: Event) -> list[Posted]:
    """Post the vouchers of one event, or return what the same event has posted before.

    :raises UnableToPost: if any promise of the books would break; nothing is posted then
    """
    return post_events([event])


def post_events(events: Iterable[Event]) -> list[Posted]:
    """Post many events in one transaction and return their vouchers in the order given.

    An event whose source is in the books already returns its first vouchers if it says the same
    and is refused if it says something else (P6).

    :raises UnableToPost: if any promise of the books would break; nothing is posted then
    """
    posted: list[Posted] = []
    with transaction.atomic():
        for chunk in in_chunks(events):
            posted.extend(post_chunk(chunk))
    return posted


def in_chunks(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Group events so that one statement carries about ``CHUNK_LINES`` lines; an event stays whole."""
    chunk: list[Event] = []
    lines = 0
    for event in events:
        chunk.append(event)
        lines += sum(len(voucher.entries) for voucher in event.vouchers)
        if lines >= CHUNK_LINES:
            yield chunk
            chunk, lines = [], 0
    if chunk:
        yield chunk


def post_chunk(events: Sequence[Event]) -> list[Posted]:
    """Post new events; when a source is known already, tell replays from conflicts and post the rest."""
    try:
        return write(events)
    except SourceConflict:
        wanted = by_source(events)
        first = replayed(wanted)
        rest = [event for source, event in wanted.items() if source not in first]
        if len(rest) == len(events):
            raise
        first |= grouped(post_chunk(rest)) if rest else {}
        return [voucher for event in events for voucher in first[event.source]]


def write(events: Sequence[Event]) -> list[Posted]:
    """Send one statement; a refusal leaves the transaction usable and nothing written."""
    vouchers = [(event.source, voucher) for event in events for voucher in event.vouchers]
    columns = [
        text_array(column) if kind == "text" else number_array(column)
        for kind, column in zip(TYPES, columns_of(events, accounts_of(events)), strict=True)
    ]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(STATEMENT, columns)
            rows = cursor.fetchall()
    except DatabaseError as error:
        refusal = refusal_of(error)
        if not refusal.facts:
            refusal.facts.update(facts_about(refusal.name, events))
        raise refusal from error
    return [
        Posted(
            voucher_id=voucher_id,
            book=voucher.book,
            source=source,
            voucher_type=voucher.voucher_type,
            number=number,
        )
        for (voucher_id, number), (source, voucher) in zip(rows, vouchers, strict=True)
    ]


def accounts_of(events: Sequence[Event]) -> dict[str, dict[str, tuple[int, str]]]:
    """Return the key and record of each account named, by book and account code.

    :raises AccountUnusable: if a book has no such account
    """
    named: dict[str, set[str]] = {}
    for event in events:
        for voucher in event.vouchers:
            named.setdefault(voucher.book, set()).update([entry.account for entry in voucher.entries])
    found: dict[str, dict[str, tuple[int, str]]] = {book: {} for book in named}
    for pk, book, code, record in Account.objects.filter(
        book__code__in=named, code__in=set[str]().union(*named.values())
    ).values_list("pk", "book__code", "code", "record"):
        found[book][code] = (pk, record)
    for book, codes in named.items():
        for code in codes - found[book].keys():
            raise AccountUnusable("line_account_usable", {"book": book, "account": code})
    return found


def columns_of(
    events: Sequence[Event], accounts: Mapping[str, Mapping[str, tuple[int, str]]]
) -> Iterator[Sequence[Any]]:
    """Yield the columns of the headers, then of the lines, in the order of ``ledger_post``."""
    numbered = [(event.source, part, voucher) for event in events for part, voucher in enumerate(event.vouchers, 1)]
    vouchers = [voucher for _, _, voucher in numbered]
    worked_out: dict[str, list[Any]] = {
        "source": [source for source, _, _ in numbered],
        "part": [part for _, part, _ in numbered],
        "line_count": [len(voucher.entries) for voucher in vouchers],
    }
    for role in ("preparer", "reviewer", "poster", "chief_accountant", "cashier"):
        worked_out[role] = [getattr(voucher.signatures, role) for voucher in vouchers]
    ordinals: list[int] = []
    numbers: list[int] = []
    keys: list[int] = []
    records: list[str] = []
    entries: list[Entry] = []
    totals: list[list[Decimal]] = [[], [], [], []]
    for ordinal, voucher in enumerate(vouchers, start=1):
        resolved = [accounts[voucher.book][entry.account] for entry in voucher.entries]
        keys.extend([key for key, _ in resolved])
        records.extend([record for _, record in resolved])
        entries.extend(voucher.entries)
        ordinals.extend([ordinal] * len(voucher.entries))
        numbers.extend(range(1, len(voucher.entries) + 1))
        for total, amount in zip(totals, control_totals(voucher, resolved), strict=True):
            total.append(amount)
    worked_out |= dict(zip(list(HEADER_COLUMNS)[-4:], totals, strict=True))
    for name in HEADER_COLUMNS:
        yield worked_out.get(name) or [getattr(voucher, name) for voucher in vouchers]

    yield from (ordinals, numbers, keys, records)
    for name in list(LINE_COLUMNS)[4:]:
        yield list(map(attrgetter(name), entries))


def control_totals(
    voucher: VoucherToPost, resolved: Sequence[tuple[int, str]]
) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Return debits and credits of the financial record, then of the budget record."""
    debit, credit, budget_debit, budget_credit = ZERO, ZERO, ZERO, ZERO
    for entry, (_, record) in zip(voucher.entries, resolved, strict=True):
        if record == "F":
            if entry.side == "D":
                debit += entry.amount
            else:
                credit += entry.amount
        elif entry.side == "D":
            budget_debit += entry.amount
        else:
            budget_credit += entry.amount
    return debit, credit, budget_debit, budget_credit


def by_source(events: Sequence[Event]) -> dict[str, Event]:
    """Return each event once.

    :raises SourceConflict: if two events of one source say different things
    """
    wanted: dict[str, Event] = {}
    for event in events:
        if wanted.setdefault(event.source, event) != event:
            raise SourceConflict("voucher_source_is_unique", {"source": event.source})
    return wanted


def replayed(wanted: Mapping[str, Event]) -> dict[str, list[Posted]]:
    """Return what each known source has posted first.

    :raises SourceConflict: if an event says something else than its first posting
    """
    known = grouped(
        Posted(voucher_id=pk, book=book, source=source, voucher_type=voucher_type, number=number)
        for pk, book, source, voucher_type, number in Voucher.objects.filter(source__in=wanted)
        .order_by("source", "part")
        .values_list("pk", "book__code", "source", "voucher_type", "number")
    )
    for source in known:
        if not same_content(wanted[source]):
            raise SourceConflict("voucher_source_is_unique", {"source": source})
    return known


def grouped(posted: Iterable[Posted]) -> dict[str, list[Posted]]:
    """Return vouchers by their source."""
    groups: dict[str, list[Posted]] = {}
    for voucher in posted:
        groups.setdefault(voucher.source, []).append(voucher)
    return groups
