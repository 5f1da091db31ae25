"""Explain the bank's entries by the cash lines of vouchers: of itself where that can be proven, else by officers.

What is explained stays so until it is undone with a reason; what nothing explains is listed with a reason that a
second officer signs.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction

from ledger.copying import copy_rows, reserve_keys
from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.explanations import RULES, Line, entry_facts, line_facts, turns_of
from payouts.facts import rows_of
from payouts.iso20022.faults import Rule
from payouts.models import (
    EntryListing,
    Explanation,
    ExplanationUndone,
    OwnAccount,
    StatementEntry,
    StatementFile,
    StatementFinding,
)
from payouts.models.bank_words import ExplanationKind, SignedStatus
from payouts.refusals import ReasonMissing, WrongState
from payouts.running import CHAIN
from payouts.statement_refusals import ExplanationRefused, NoSuchEntry, refusals_named

TOKEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]*")
PIECE = 2_000
# Entries of a file that are payments of one batch, or returns of one record of the bank, without a finding.
PAYMENTS_OF_A_BATCH = """
INSERT INTO payouts_entryorigin (entry_id, batch_id)
SELECT d.entry_id, min(p.batch_id)
  FROM payouts_statementdetail d JOIN payouts_statemententry e ON e.id = d.entry_id
  LEFT JOIN payouts_payment p ON p.id = d.payment_id
 WHERE d.file_id = %(file)s AND e.amount < 0
   AND NOT EXISTS (SELECT FROM payouts_statementfinding f WHERE f.file_id = %(file)s AND f.entry_id = d.entry_id)
 GROUP BY d.entry_id, e.amount
HAVING count(p.id) = count(*) AND min(p.batch_id) = max(p.batch_id) AND sum(d.amount) = e.amount
   AND bool_and(d.amount = -p.amount)
"""
RETURNS_OF_A_RECORD = """
INSERT INTO payouts_entryorigin (entry_id, result_id)
SELECT d.entry_id, min(r.file_id)
  FROM payouts_statementdetail d JOIN payouts_statemententry e ON e.id = d.entry_id
  LEFT JOIN payouts_payment p ON p.id = d.payment_id
  LEFT JOIN payouts_resultrow r ON r.payment_id = p.id AND r.outcome = 'RETURNED'
 WHERE d.file_id = %(file)s AND e.amount > 0
   AND NOT EXISTS (SELECT FROM payouts_statementfinding f WHERE f.file_id = %(file)s AND f.entry_id = d.entry_id)
 GROUP BY d.entry_id, e.amount
HAVING count(r.id) = count(*) AND min(r.file_id) = max(r.file_id) AND sum(d.amount) = e.amount
   AND bool_and(d.amount = p.amount)
"""
FILES_NAMED = """
SELECT n.entry, f.id, f.batch_id, EXISTS (SELECT FROM payouts_entryorigin o WHERE o.bank_file_id = f.id)
  FROM unnest(%s::bigint[], %s::text[]) AS n (entry, token)
  JOIN payouts_bankfile f ON n.token IN (f.message_id, f.name, regexp_replace(f.name, '\\.[^.]*$', ''))
  JOIN payouts_statemententry e ON e.id = n.entry AND e.amount = -f.total
  JOIN payouts_batch b ON b.id = f.batch_id
   AND b.status IN ('SENDING', 'SENT', 'UNKNOWN', 'ANSWERED', 'RECONCILED', 'CLOSED')
 WHERE NOT EXISTS (SELECT FROM payouts_entryorigin o WHERE o.entry_id = n.entry)
   AND NOT EXISTS (SELECT FROM payouts_statementdetail d WHERE d.entry_id = n.entry)
 GROUP BY n.entry, f.id, f.batch_id ORDER BY n.entry
"""


def find_origins(*, file: StatementFile, messages: Sequence[tuple[int, str]]) -> list[StatementFinding]:
    """Say of the entries of a file whose money they are; ``messages`` are texts of debits that may name a file of ours.

    A file that was debited before becomes a finding.
    """
    with connection.cursor() as cursor:
        cursor.execute(PAYMENTS_OF_A_BATCH, {"file": file.pk})
        cursor.execute(RETURNS_OF_A_RECORD, {"file": file.pk})
    findings: list[StatementFinding] = []
    for start in range(0, len(messages), PIECE):
        tokens = [(entry, token) for entry, text in messages[start : start + PIECE] for token in TOKEN.findall(text)]
        findings += debits_of_files(file, tokens)
    return StatementFinding.objects.bulk_create(findings)


def debits_of_files(file: StatementFile, tokens: Sequence[tuple[int, str]]) -> Iterator[StatementFinding]:
    if not tokens:
        return
    debited: set[int] = set()
    origins: dict[int, tuple[int, int]] = {}
    for entry, bank_file, batch, before in rows_of(
        FILES_NAMED, [entry for entry, _token in tokens], [token for _entry, token in tokens]
    ):
        if entry in origins:
            continue
        if before or bank_file in debited:
            number = StatementEntry.objects.get(pk=entry).number
            yield StatementFinding(
                file=file, entry_id=entry, rule=Rule.DUPLICATE_DEBIT.value, place=f"Ntry[{number}]", found=""
            )
            continue
        debited.add(bank_file)
        origins[entry] = (batch, bank_file)
    copy_rows(
        table="payouts_entryorigin",
        columns=("entry_id", "batch_id", "bank_file_id"),
        rows=[(entry, batch, bank_file) for entry, (batch, bank_file) in origins.items()],
    )


class Found(NamedTuple):
    """Entries and lines that are the same money."""

    kind: ExplanationKind
    entries: Sequence[int]
    lines: Sequence[Line]


def explain_what_is_proven(*, own: OwnAccount, officer: Officer, at: datetime) -> int:
    """Explain what the rules prove of an account, the surest first, within a transaction; return how many."""
    explained = 0
    for rule in RULES:
        with connection.cursor() as cursor:
            cursor.execute(rule.sql, {"own": own.pk})
            rows = cursor.fetchall()
        found = [
            Found(rule.kind, entries or (), [Line(*line) for line in zip(vouchers, numbers, strict=True)])
            for entries, vouchers, numbers in rows
        ]
        explained += len(found)
        write_explanations(own, found, reason="", officer=officer, at=at)
    return explained


def write_explanations(
    own: OwnAccount, found: Sequence[Found], *, reason: str, officer: Officer, at: datetime
) -> list[int]:
    """Write explanations, their links before them; PostgreSQL proves each."""
    if not found:
        return []
    keys = reserve_keys(table="payouts_explanation", count=len(found))
    entries = [(key, entry) for key, one in zip(keys, found, strict=True) for entry in one.entries]
    lines = [(key, line) for key, one in zip(keys, found, strict=True) for line in one.lines]
    entry_turns, line_turns = turns_of([entry for _key, entry in entries], [line for _key, line in lines])
    copy_rows(
        table="payouts_explainedentry",
        columns=("explanation_id", "entry_id", "turn"),
        rows=((key, entry, entry_turns.get(entry, 0) + 1) for key, entry in entries),
    )
    copy_rows(
        table="payouts_explainedline",
        columns=("explanation_id", "voucher_id", "line_no", "turn"),
        rows=((key, *line, line_turns.get(line, 0) + 1) for key, line in lines),
    )
    amounts, days = entry_facts([entry for _key, entry in entries])
    line_amounts, line_days = line_facts(own, [line for _key, line in lines])
    Explanation.objects.bulk_create(
        [
            Explanation(
                pk=key,
                own_account=own,
                kind=one.kind,
                amount=sum((amounts[entry] for entry in one.entries), Decimal("0.00"))
                if one.entries
                else sum((line_amounts[line] for line in one.lines), Decimal("0.00")),
                entries_count=len(one.entries),
                lines_count=len(one.lines),
                complete_on=max([*(days[e] for e in one.entries), *(line_days[line] for line in one.lines)]),
                reason=reason,
                made_by=officer,
                made_at=at,
            )
            for key, one in zip(keys, found, strict=True)
        ],
        batch_size=2000,
    )
    return keys


def explain_anew(*, own: OwnAccount, officer: Officer, at: datetime) -> int:
    """Explain what is proven by now, such as entries whose voucher came after them; return how many."""
    require_post(officer, "payouts.explain_entry")
    with refusals_named(), transaction.atomic():
        own = OwnAccount.objects.select_for_update().get(pk=own.pk)
        explained = explain_what_is_proven(own=own, officer=officer, at=at)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="entries.explain",
            subject=f"own account/{own.pk}",
            after={"explained": explained},
        )
        return explained


def explain_by_hand(
    *, own: OwnAccount, entries: Sequence[int], lines: Sequence[Line], reason: str, officer: Officer, at: datetime
) -> Explanation:
    """Explain entries by cash lines of vouchers that an officer found: the sums must be equal.

    Entries alone, or lines alone, cancel each other.

    :raises ExplanationRefused: if the sums differ, or one of them is explained already
    :raises NoSuchEntry: if an entry or a line is none of the account
    :raises ReasonMissing: without a reason
    """
    require_post(officer, "payouts.explain_entry")
    if not reason.strip():
        raise ReasonMissing("explanation_has_its_reason", {"account": str(own)})
    with refusals_named(), transaction.atomic():
        own = OwnAccount.objects.select_for_update().get(pk=own.pk)
        require_known(own, entries, lines)
        found = Found(ExplanationKind.OFFICER, entries, lines)
        [key] = write_explanations(own, [found], reason=reason.strip(), officer=officer, at=at)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="entry.explain",
            subject=f"explanation/{key}",
            after={"entries": len(entries), "lines": len(lines), "reason": reason.strip()},
        )
        return Explanation.objects.get(pk=key)


def require_known(own: OwnAccount, entries: Sequence[int], lines: Sequence[Line]) -> None:
    if len(entries) + len(lines) < 2 or len(set(entries)) + len(set(lines)) < len(entries) + len(lines):
        raise ExplanationRefused("explanation_agrees", {"entries": len(entries), "lines": len(lines)})
    known = set(StatementEntry.objects.filter(own_account=own, pk__in=entries).values_list("pk", flat=True))
    strange = [entry for entry in entries if entry not in known]
    amounts, _days = line_facts(own, lines)
    missing = [f"{line.voucher}/{line.number}" for line in lines if line not in amounts]
    if strange or missing:
        raise NoSuchEntry("explanation_agrees", {"entries": ", ".join(map(str, strange)), "lines": ", ".join(missing)})


def undo_explanation(*, explanation: Explanation, reason: str, officer: Officer, at: datetime) -> ExplanationUndone:
    """Undo an explanation that turned out wrong: what it held waits again.

    :raises ReasonMissing: without a reason
    :raises WrongState: if it is undone already
    """
    require_post(officer, "payouts.sign_entry")
    if not reason.strip():
        raise ReasonMissing("explanation_is_undone_with_a_reason", {"explanation": explanation.pk})
    with refusals_named(), transaction.atomic():
        OwnAccount.objects.select_for_update().get(pk=explanation.own_account_id)
        if ExplanationUndone.objects.filter(explanation=explanation).exists():
            raise WrongState("explanation_is_undone_once", {"explanation": explanation.pk})
        undone = ExplanationUndone.objects.create(
            explanation=explanation, reason=reason.strip(), undone_by=officer, undone_at=at
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="explanation.undo",
            subject=f"explanation/{explanation.pk}",
            after={"reason": undone.reason},
        )
        return undone


def list_entry(*, entry: StatementEntry, reason: str, officer: Officer, at: datetime) -> EntryListing:
    """List an entry that nothing explains yet, with the reason; another officer signs it.

    :raises ReasonMissing: without a reason
    :raises WrongState: if it is listed already
    """
    require_post(officer, "payouts.explain_entry")
    if not reason.strip():
        raise ReasonMissing("entry_is_listed_with_a_reason", {"entry": entry.pk})
    with refusals_named(), transaction.atomic():
        listing = EntryListing.objects.create(entry=entry, reason=reason.strip(), listed_by=officer, listed_at=at)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="entry.list",
            subject=f"entry/{entry.pk}",
            after={"reason": listing.reason},
        )
        return listing


def decide_listing(*, listing: EntryListing, to: SignedStatus, officer: Officer, at: datetime) -> EntryListing:
    """Sign or refuse the reason for which an entry is listed.

    :raises SameOfficer: if the officer listed it
    :raises WrongState: if it is decided
    """
    require_post(officer, "payouts.sign_entry")
    with refusals_named(), transaction.atomic():
        listing = EntryListing.objects.select_for_update().get(pk=listing.pk)
        if listing.status != SignedStatus.GIVEN:
            raise WrongState("listing_moves", {"entry": listing.entry_id, "status": listing.status})
        listing.status, listing.signed_by, listing.signed_at = to, officer, at
        listing.save(update_fields=["status", "signed_by", "signed_at"])
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="entry.decide",
            subject=f"entry/{listing.entry_id}",
            after={"status": listing.status},
        )
        return listing
