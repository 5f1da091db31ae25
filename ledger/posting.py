"""The one door into the books: post the vouchers of events, set-based, all or nothing.

Events are streamed to ``ledger_post`` in chunks; the triggers of ``ledger/promises`` prove each
chunk as it is written, number it and seal it. The client holds two chunks at a time: the one that
the server works on and the next.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import DatabaseError, connection, transaction

from ledger.arrays import number_array, text_array
from ledger.entries import Entry, Event, Signatures, VoucherToPost
from ledger.faults import facts_about
from ledger.models import Voucher
from ledger.money import ZERO
from ledger.recording import ORIGIN
from ledger.refusals import AccountUnusable, SourceConflict, VoucherNotBalanced, refusal_of
from ledger.replays import same_content

CHUNK_LINES = 20_000

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
STATEMENT = "SELECT voucher_id, number FROM ledger_post(" + ", ".join(f"%s::{kind}[]" for kind in TYPES) + ", %s::text)"  # noqa: S608 types only


ACCOUNTS = "SELECT id, record FROM ledger_accounts_named(%s::text[], %s::text[])"

# The key and record of an account, by book and account code.
Accounts = Mapping[str, Mapping[str, tuple[int, str]]]
# The arguments of ledger_post, each an array literal.
Columns = list[str]


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

    Outside a transaction this is one statement and one round trip, so that the heads of the books
    are held for no longer than the server works.

    :raises UnableToPost: if any promise of the books would break; nothing is posted then
    """
    return post_chunk(columns_of([event], accounts_of([event])), [event])


def post_events(events: Iterable[Event]) -> list[Posted]:
    """Post many events in one transaction and return their vouchers in the order given.

    An event whose source is in the books already returns its first vouchers if it says the same
    and is refused if it says something else (P6).

    :raises UnableToPost: if any promise of the books would break; nothing is posted then
    """
    with transaction.atomic():
        return [voucher for chunk in post_chunks(events) for voucher in chunk]


def post_stream(events: Iterable[Event]) -> int:
    """Post as ``post_events`` does, keep nothing of what is posted, and return the number of vouchers.

    :raises UnableToPost: if any promise of the books would break; nothing is posted then
    """
    with transaction.atomic():
        return sum(len(chunk) for chunk in post_chunks(events))


def post_chunks(events: Iterable[Event]) -> Iterator[list[Posted]]:
    """Post chunk by chunk; a thread spells the next one out while the server works on this one.

    The thread does nothing but that: the events are taken from the caller, and the database is
    asked, in the caller's own thread.
    """
    with rarer_collections(), ThreadPoolExecutor(max_workers=1) as beside:
        ready: tuple[Future[Columns], list[Event]] | None = None
        for chunk in in_chunks(events):
            following = beside.submit(columns_of, chunk, accounts_of(chunk)), chunk
            if ready is not None:
                yield post_chunk(ready[0].result(), ready[1])
            ready = following
        if ready is not None:
            yield post_chunk(ready[0].result(), ready[1])


@contextmanager
def rarer_collections() -> Iterator[None]:
    """Look for reference cycles less often: the millions of entries of a large posting hold none."""
    thresholds = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def in_chunks(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Group events so that one statement carries about ``CHUNK_LINES`` lines; an event stays whole."""
    chunk: list[Event] = []
    lines = 0
    for event in events:
        chunk.append(event)
        for voucher in event.vouchers:
            lines += len(voucher.entries)
        if lines >= CHUNK_LINES:
            yield chunk
            chunk, lines = [], 0
    if chunk:
        yield chunk


def post_chunk(columns: Columns, events: Sequence[Event]) -> list[Posted]:
    """Post new events; when a source is known already, tell replays from conflicts and post the rest."""
    try:
        return write(columns, events)
    except SourceConflict:
        wanted = by_source(events)
        first = replayed(wanted)
        rest = [event for source, event in wanted.items() if source not in first]
        if len(rest) == len(events):
            raise
        first |= grouped(post_chunk(columns_of(rest, accounts_of(rest)), rest)) if rest else {}
        return [voucher for event in events for voucher in first[event.source]]


def write(columns: Columns, events: Sequence[Event]) -> list[Posted]:
    """Send one statement; a refusal leaves the caller's transaction usable and nothing written."""
    try:
        with savepoint(), connection.cursor() as cursor:
            cursor.execute(STATEMENT, [*columns, ORIGIN.get()])
            rows = cursor.fetchall()
    except DatabaseError as error:
        refusal = refusal_of(error)
        if not refusal.facts:
            refusal.facts.update(facts_about(refusal.name, events))
        raise refusal from error
    vouchers = [(event.source, voucher) for event in events for voucher in event.vouchers]
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


def savepoint() -> AbstractContextManager[None]:
    """Return a savepoint of the caller's transaction; without one the statement is a transaction itself."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def accounts_of(events: Sequence[Event]) -> Accounts:
    """Return the key and record of each account named, by book and account code.

    :raises AccountUnusable: if a book has no such account
    """
    codes: dict[str, set[str]] = {}
    for event in events:
        for voucher in event.vouchers:
            codes.setdefault(voucher.book, set()).update([entry.account for entry in voucher.entries])
    named = [(book, code) for book in codes for code in codes[book]]
    with connection.cursor() as cursor:
        cursor.execute(ACCOUNTS, [[book for book, _ in named], [code for _, code in named]])
        rows = cursor.fetchall()
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for (book, code), (pk, record) in zip(named, rows, strict=True):
        if pk is None:
            raise AccountUnusable("line_account_usable", {"book": book, "account": code})
        found.setdefault(book, {})[code] = (pk, record)
    return found


def columns_of(events: Sequence[Event], accounts: Accounts) -> Columns:
    """Return the arguments of ``ledger_post``, each column as an array literal. Values only: it may run in a thread."""
    return [
        text_array(column) if kind == "text" else number_array(column)
        for kind, column in zip(TYPES, values_of(events, accounts), strict=True)
    ]


def values_of(events: Sequence[Event], accounts: Accounts) -> Iterator[Sequence[Any]]:
    """Yield the columns of the headers, then of the lines, in the order of ``ledger_post``."""
    for event in events:
        if not event.vouchers:
            raise VoucherNotBalanced("voucher_is_balanced", {"source": event.source, "vouchers": 0})
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
        first = wanted.setdefault(event.source, event)
        if first is not event and unsigned(first) != unsigned(event):
            raise SourceConflict("voucher_source_is_unique", {"source": event.source})
    return wanted


def unsigned(event: Event) -> list[VoucherToPost]:
    """Return what an event says whoever signs it: a retry by another officer is the same event."""
    nobody = Signatures(preparer="", reviewer="", poster="")
    return [replace(voucher, signatures=nobody) for voucher in event.vouchers]


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
