"""The tables of a pack, read row by row: csv in UTF-8, its columns known beforehand."""

from __future__ import annotations

import csv
import io
import re
from typing import IO, Any, Dict, Iterator, List, Sequence, Tuple

from audit.verifier.findings import Findings
from audit.verifier.packs import BAD_ZIP, Pack

LINE_MAX = 64 << 20  # characters; a seal holds 64 for each of its vouchers
csv.field_size_limit(LINE_MAX)
AMOUNT = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]{2}")
NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")

# Keys that are numbers; all others are sorted as texts.
NUMBERS = {"number", "seal", "id", "year", "month", "place", "batch", "serial", "rank", "first_serial"}

# The columns of each table. Those of vouchers and lines stand in the order of the sealed text (texts.sql).
COLUMNS: Dict[str, str] = {
    "books/books.csv": "code name kind regime upper currency opened_on seal digest first_seal last_seal",
    "books/accounts.csv": "book code name parent kind record normal_side cash may_overdraw flow level mirror counterpart"
    " effective_from effective_to",
    "books/codes.csv": "list code name",
    "books/officers.csv": "username name kind is_active",
    "books/periods.csv": "book year month starts_on ends_before status",
    "books/period_changes.csv": "book place year month from_status to_status requested_by approved_by reason changed_at",
    "books/vouchers.csv": "book seal id year month type number posting_date kind source part reference attachments"
    " preparer reviewer poster chief_accountant cashier reverses corrects paper line_count debit_total credit_total"
    " budget_debit_total budget_credit_total summary",
    "books/lines.csv": "book seal voucher line account fund functional economic project unit counterparty side amount"
    " summary",
    "books/signatures.csv": "book seal voucher role officer signed_at",
    "books/seals.csv": "book number kind recorded_at first_voucher last_voucher vouchers content voucher_digests"
    " previous digest",
    "books/balances.csv": "book year month account fund posting_date debit credit",
    "books/closings.csv": "book account fund opening debit credit closing",
    "books/openings.csv": "book year account fund debit credit",
    "books/carried.csv": "book year carried_by carried_at",
    "books/counters.csv": "book year month type last_number",
    "books/mirrors.csv": "lower_book mirror posting_date upper_net lower_net",
    "books/events.csv": "chain number at actor act subject origin refused before after masked previous digest",
    "books/files.csv": "kind id month name sha256 by at",
    "payments/runs.csv": "id month purpose number kind status pay_date edition inputs_digest policy_digest submitted_by"
    " reviewed_by released_by",
    "payments/benefit_dues.csv": "id run edition person_key scheme period number amount kept_back central province city"
    " district township township_code holder bank account account_key",
    "payments/obligations.csv": "id scheme component month source person_key unit run benefit amount",
    "payments/batches.csv": "id month number source run status template pay_date payments total digest prepared_by"
    " checked_by released_by approvals_asked",
    "payments/approvals.csv": "batch rank digest approved_by approved_at",
    "payments/bank_files.csv": "batch number name template channel message_id sha256 first_serial last_serial rows total",
    "payments/payments.csv": "batch serial id month status payee bank account account_key id_number id_key amount reissues",
    "payments/parts.csv": "batch serial payment obligation attempt amount",
    "payments/result_files.csv": "id month name sha256 received_at received_by posting_date rows settled returned"
    " returned_amount rejected rejected_amount",
    "payments/results.csv": "batch serial payment file outcome code message amount",
}


class Broken(Exception):
    """A table that cannot be read on; it was told already."""


class Table:
    """One table and the row where its reader stands; ``row`` is empty at the end."""

    def __init__(self, pack: Pack, manifest: Dict[str, Any], name: str, found: Findings) -> None:
        self.name = name
        self.found = found
        self.columns = COLUMNS[name].split(" ")
        self.width = len(self.columns)
        self.number = 0
        self.row: List[str] = []
        self.stated = {file["name"]: file.get("rows") for file in manifest["files"]}.get(name)
        try:
            self.reader = csv.reader(lines_of(pack.open(name)), strict=True)
            heads = next(self.reader, [])
        except (OSError, KeyError, csv.Error, *BAD_ZIP) as error:
            found.add("rows", name, 0, name, "unreadable", "", error)
            raise Broken from error
        if heads != self.columns:
            found.add("rows", name, 1, "the columns", "differs", self.columns, heads)
            raise Broken
        self.step()

    def step(self) -> List[str]:
        """Go to the next row and return it."""
        self.number += 1
        try:
            self.row = next(self.reader, [])
        except (OSError, csv.Error, *BAD_ZIP) as error:
            self.fail("unreadable", error)
        if len(self.row) != self.width:
            if self.row:
                self.fail("differs", f"{len(self.row)} columns")
            self.found.compare("rows", self.name, 0, "the number of rows", self.stated, self.number - 1)
        return self.row

    def fail(self, what: str, why: object) -> None:
        """Tell that the row cannot be read and give the table up."""
        self.found.add("rows", self.name, self.number, "the row", what, "", why)
        raise Broken

    def __iter__(self) -> Iterator[Dict[str, str]]:
        """Yield each row by its columns."""
        while self.row:
            yield dict(zip(self.columns, self.row))
            self.step()

    def ordered(self, *keys: str) -> Iterator[Dict[str, str]]:
        """Yield each row by its columns; each key must be larger than the one before."""
        before: Tuple[object, ...] = ()
        for row in self:
            key = tuple(sortable(name, row[name]) for name in keys)
            if before and not before < key:
                self.found.add("rows", self.name, self.number, key_text(row, keys), "order")
            before = key
            yield row


def lines_of(stream: IO[bytes]) -> Iterator[str]:
    """Yield the lines of a file; one that is too long ends it."""
    with stream, io.TextIOWrapper(stream, encoding="utf-8", errors="strict", newline="") as text:
        while True:
            line = text.readline(LINE_MAX + 1)
            if len(line) > LINE_MAX:
                raise ValueError("a line is longer than any that we write")
            if not line:
                return
            yield line


def sortable(name: str, text: str) -> Tuple[int, str]:
    """Return a key so that numbers follow each other as numbers, texts by their characters."""
    return (int(text) if NUMBER.fullmatch(text) else -1, "") if name in NUMBERS else (0, text)


def key_text(row: Dict[str, str], keys: Sequence[str]) -> str:
    return " ".join(f"{name} {row[name]}" for name in keys)


def fen(text: str) -> int:
    """Return an amount in fen."""
    if not AMOUNT.fullmatch(text):
        raise ValueError(f"no amount: {text[:40]!r}")
    return int(text[:-3] + text[-2:])


def yuan(amount: int) -> str:
    """Return an amount in fen as it is written in the books."""
    digits = f"{abs(amount):03}"
    return f"{'-' if amount < 0 else ''}{digits[:-2]}.{digits[-2:]}"


def whole(text: str) -> int:
    """Return a whole number that is not negative."""
    if not NUMBER.fullmatch(text):
        raise ValueError(f"no number: {text[:40]!r}")
    return int(text)
