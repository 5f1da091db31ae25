"""Write the movements of a statement as they are read, a chunk at a time: nothing of it is in memory whole."""

import re
from collections.abc import Iterator
from datetime import date

from ledger.copying import copy_rows, reserve_keys
from ledger.money import ZERO
from payouts.facts import rows_of
from payouts.iso20022.camt import Detail, Entry, EntryStatus, Part, Statement
from payouts.iso20022.faults import Rule
from payouts.iso20022.values import ID, end_to_end_id
from payouts.models import BankStatement, OwnAccount, StatementFile
from payouts.statement_refusals import StatementRefused

CHUNK = 5_000
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
SERIAL_MAX = 2**31 - 1
ENTRY_COLUMNS = (
    "id", "statement_id", "own_account_id", "number", "booked_on", "value_on", "amount", "reference", "text",
    "counter_account", "counter_name",
)  # fmt: skip
DETAIL_COLUMNS = (
    "file_id", "entry_id", "end_to_end_id", "payment_id", "amount", "is_return", "code", "text", "booked_on", "place",
)  # fmt: skip
PAYMENTS = """
SELECT p.month, p.serial, p.id FROM unnest(%s::date[], %s::integer[]) AS n (month, serial)
  JOIN payouts_payment p ON (p.month, p.serial) = (n.month, n.serial)
"""

EntryRow = list[object]
DetailRow = tuple[Detail, int | None]


class Writing:
    """One file being written; ``messages`` has the entries that name a file of ours: its id, and their key."""

    def __init__(self, file: StatementFile) -> None:
        self.file = file
        self.entries: list[EntryRow] = []
        self.details: list[DetailRow] = []
        self.keys: Iterator[int] = iter(())
        self.messages: list[tuple[int, str]] = []

    def kept(
        self, *, key: int, own: OwnAccount, statement: Statement, earliest: date, parts: Iterator[Part]
    ) -> Iterator[Part]:
        """Yield the parts of one statement, writing its booked movements.

        :raises StatementRefused: if a movement is booked outside the statement
        """
        self.count, self.credits, self.debits = 0, ZERO, ZERO
        current: EntryRow | None = None
        for part in parts:
            yield part
            if isinstance(part, Entry):
                current = None
                if part.status is EntryStatus.BOOKED and part.amount:
                    current = self.add_entry(part, key=key, own=own, statement=statement, earliest=earliest)
            elif isinstance(part, Detail) and current is not None:
                current[8] = current[8] or plain(part.text, 200)
                current[10] = current[10] or plain(part.party, 140)
                self.add_detail(part, entry=int(str(current[0])))
            if len(self.entries) + len(self.details) >= CHUNK:
                self.flush(but=current)
        self.flush(but=None)

    def add_entry(self, entry: Entry, *, key: int, own: OwnAccount, statement: Statement, earliest: date) -> EntryRow:
        booked_on = entry.booked_on or entry.value_on or statement.closing.on
        if not earliest <= booked_on <= statement.closing.on:
            raise StatementRefused(
                "bank_statement_has_its_entries",
                {"rule": Rule.DATES_DIFFER.value, "place": entry.place, "stated": booked_on},
            )
        self.count += 1
        if entry.signed > 0:
            self.credits += entry.amount
        else:
            self.debits += entry.amount
        row: EntryRow = [
            self.next_key(), key, own.pk, self.count, booked_on, entry.value_on, entry.signed,
            plain(entry.reference, 100), plain(entry.text, 200),
            plain(entry.party_account, 60), plain(entry.party, 140),
        ]  # fmt: skip
        self.entries.append(row)
        named = f"{entry.message_id} {entry.reference} {entry.text}".strip()
        if entry.signed < 0 and named:
            self.messages.append((int(str(row[0])), named))
        return row

    def add_detail(self, detail: Detail, *, entry: int | None) -> None:
        """Keep what names a payment or says that one came back."""
        if detail.end_to_end_id or detail.is_return:
            self.details.append((detail, entry))

    def next_key(self) -> int:
        key = next(self.keys, None)
        if key is None:
            self.keys = iter(reserve_keys(table="payouts_statemententry", count=CHUNK))
            key = next(self.keys)
        return key

    def flush(self, *, but: EntryRow | None) -> None:
        """Write what was read, all but the entry whose details still come."""
        waiting = [row for row in self.entries if row is but]
        copy_rows(
            table="payouts_statemententry",
            columns=ENTRY_COLUMNS,
            rows=[row for row in self.entries if row is not but],
        )
        self.entries = waiting
        held = [one for one in self.details if waiting and one[1] == waiting[0][0]]
        ready = [one for one in self.details if not waiting or one[1] != waiting[0][0]]
        if not ready and len(held) >= CHUNK:  # one entry with very many payments: its own row is written first
            copy_rows(table="payouts_statemententry", columns=ENTRY_COLUMNS, rows=waiting)
            self.entries, ready, held = [], held, []
        self.write_details(ready)
        self.details = held

    def write_details(self, details: list[DetailRow]) -> None:
        payments = payments_named([detail.end_to_end_id for detail, _entry in details])
        copy_rows(
            table="payouts_statementdetail",
            columns=DETAIL_COLUMNS,
            rows=(
                (
                    self.file.pk,
                    entry,
                    plain(detail.end_to_end_id, 40),
                    payments.get(detail.end_to_end_id),
                    detail.signed,
                    "t" if detail.is_return else "f",
                    plain(detail.return_reason, 20),
                    plain(detail.return_text, 200),
                    detail.booked_on,
                    detail.place[:80],
                )
                for detail, entry in details
            ),
        )


def plain(text: str, length: int) -> str:
    """Return a text of the bank in one line, without control characters, cut to its column."""
    return " ".join(CONTROL.sub(" ", text).split())[:length]


def payments_named(identities: list[str]) -> dict[str, int]:
    """Return the payments that end-to-end ids of ours name."""
    named = [key for key in map(key_of, set(identities)) if key is not None]
    found = rows_of(PAYMENTS, [month for month, _serial in named], [serial for _month, serial in named])
    return {end_to_end_id(month=month, serial=serial): payment for month, serial, payment in found}


def key_of(identity: str) -> tuple[date, int] | None:
    """Return the month and serial that one of our ids names; None for another's."""
    read = ID.fullmatch(identity)
    if read is None or int(read[1]) == 0 or int(read[3]) > SERIAL_MAX:
        return None
    key = date(int(read[1]), int(read[2]), 1), int(read[3])
    return key if end_to_end_id(month=key[0], serial=key[1]) == identity else None


def write_header(
    writing: Writing, *, key: int, own: OwnAccount, statement: Statement, previous: BankStatement | None
) -> BankStatement:
    """Write the row of a statement whose entries are written: PostgreSQL proves them whole."""
    return BankStatement.objects.create(
        pk=key,
        file=writing.file,
        own_account=own,
        previous=previous,
        identity=plain(statement.identity, 40),
        sequence_number=statement.sequence_number,
        opening_on=min(statement.opening.on, statement.closing.on),
        opening=statement.opening.amount,
        closing_on=statement.closing.on,
        closing=statement.closing.amount,
        entries_count=writing.count,
        credits=writing.credits,
        debits=writing.debits,
    )
