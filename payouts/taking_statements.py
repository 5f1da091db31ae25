"""Take the bank's statements (camt.053, or a table) and notices (camt.054): each is known by its hash, taken once.

A statement proves itself and follows the last one of its account, or nothing of it is taken. It settles and returns
payments where the channel says so, and its entries are explained by vouchers as far as that can be proven.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from itertools import chain

from django.db import connection, transaction

from ledger.copying import reserve_keys
from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.answering_statements import answer_payments, receive_debited_files
from payouts.explaining import explain_what_is_proven, find_origins
from payouts.iso20022.camt import Detail, Notice, Part, Statement, read_camt053, read_camt054
from payouts.iso20022.faults import BadMessage, Finding, Rule
from payouts.iso20022.statement_proofs import LastStatement, follows, prove_statement
from payouts.iso20022.table_statements import PlainRow, PlainUnproven, as_statement
from payouts.models import BankStatement, OwnAccount, ResultFile, StatementFile, StatementFinding
from payouts.models.bank_words import OwnAccountStatus, SettledBy, StatementKind
from payouts.running import CHAIN
from payouts.statement_refusals import AccountNotOwn, StatementMissing, StatementRefused, refusals_named
from payouts.writing_statements import CHUNK, Writing, plain, write_header

BYTES_MAX = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TakenStatement:
    """What a file said, now or when it first came (``known_before``); ``explained`` counts what it explained."""

    file: StatementFile
    statements: Sequence[BankStatement]
    findings: Sequence[StatementFinding]
    results: Sequence[ResultFile]
    explained: int
    known_before: bool


def take_statement(
    *, name: str, content: bytes, settled_by: SettledBy, officer: Officer, at: datetime
) -> TakenStatement:
    """Take a camt.053 message with all its statements.

    :raises StatementMissing: if a statement is missing before one of it; it may be taken once that one was
    :raises StatementRefused: if it does not prove itself or is no such message
    :raises AccountNotOwn: if an account of it is not reconciled here
    """
    require_post(officer, "payouts.take_statement")
    return take(
        Source(name, content, StatementKind.CAMT053),
        lambda writing: write_statements(writing, read_camt053(BytesIO(content))),
        settled_by=settled_by,
        officer=officer,
        at=at,
    )


def take_notice(*, name: str, content: bytes, settled_by: SettledBy, officer: Officer, at: datetime) -> TakenStatement:
    """Take a camt.054 message: what it says of payments; its movements come again with their statement.

    :raises StatementRefused: if it is no such message
    :raises AccountNotOwn: if an account of it is not reconciled here
    """
    require_post(officer, "payouts.take_statement")
    return take(
        Source(name, content, StatementKind.CAMT054),
        lambda writing: write_notices(writing, read_camt054(BytesIO(content))),
        settled_by=settled_by,
        officer=officer,
        at=at,
    )


def take_plain_statement(
    *,
    name: str,
    content: bytes,
    own: OwnAccount,
    rows: Iterable[PlainRow],
    settled_by: SettledBy,
    officer: Officer,
    at: datetime,
) -> TakenStatement:
    """Take a statement that the bank gave as a table: ``rows`` are those that ``content`` was read into.

    :raises StatementMissing: if it does not begin with the balance that the last one ended with
    :raises StatementRefused: if a balance of it does not follow from its row
    """
    require_post(officer, "payouts.take_statement")

    def write(writing: Writing) -> list[BankStatement]:
        last = last_statement(own)
        number = last.sequence_number + 1 if last else 1
        return write_statements(writing, as_statement(rows, account=own.number, identity=name, number=number))

    return take(Source(name, content, StatementKind.PLAIN), write, settled_by=settled_by, officer=officer, at=at)


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it came."""

    name: str
    content: bytes
    kind: StatementKind


def take(
    source: Source,
    write: Callable[[Writing], list[BankStatement]],
    *,
    settled_by: SettledBy,
    officer: Officer,
    at: datetime,
) -> TakenStatement:
    if len(source.content) > BYTES_MAX:
        raise StatementRefused("statement_file_is_not_too_large", {"bytes": len(source.content), "limit": BYTES_MAX})
    digest = sha256(source.content).hexdigest()
    with refusals_named(), transaction.atomic():
        one_at_a_time()
        known = StatementFile.objects.filter(sha256=digest).first()
        if known:
            statements, findings = list(known.statements.order_by("pk")), list(known.findings.order_by("pk"))
            return TakenStatement(known, statements, findings, [], 0, known_before=True)
        file = StatementFile.objects.create(
            name=plain(source.name, 200),
            kind=source.kind,
            sha256=digest,
            content=source.content,
            received_at=at,
            received_by=officer,
        )
        writing = Writing(file)
        statements = written(source.name, write, writing)
        findings, results = answer_payments(file=file, settled_by=settled_by, officer=officer, at=at)
        findings += find_origins(file=file, messages=writing.messages)
        receive_debited_files(file=file, officer=officer, at=at)
        owned = OwnAccount.objects.filter(statements__in=statements).distinct().order_by("pk")
        explained = sum(explain_what_is_proven(own=own, officer=officer, at=at) for own in owned)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="bank_statement.take",
            subject=f"statement file/{file.pk}",
            after={
                "sha256": digest,
                "kind": source.kind,
                "statements": len(statements),
                "entries": sum(statement.entries_count for statement in statements),
                "findings": len(findings),
                "explained": explained,
            },
        )
        return TakenStatement(file, statements, findings, results, explained, known_before=False)


def one_at_a_time() -> None:
    """Let one file at a time be taken: whoever comes second finds what the first has written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payouts.statement'))")


def written(name: str, write: Callable[[Writing], list[BankStatement]], writing: Writing) -> list[BankStatement]:
    try:
        return write(writing)
    except BadMessage as bad:
        raise StatementRefused(
            "statement_is_readable",
            {"file": name, "fault": bad.fault.value, "place": bad.place, "stated": bad.stated, "found": bad.found},
        ) from bad
    except PlainUnproven as bad:
        raise StatementRefused(
            "bank_statement_adds_up", {"file": name, "line": bad.line, "stated": bad.stated, "found": bad.found}
        ) from bad


def write_statements(writing: Writing, parts: Iterator[Part]) -> list[BankStatement]:
    """Write each statement of a message after it was proven; return them in their order."""
    statements = []
    part = next(parts, None)
    while part is not None:
        assert isinstance(part, Statement)
        own = own_account_of(part.account, part)
        following = Following(parts)
        statements.append(write_statement(writing, own, part, following))
        part = following.next_statement
    return statements


class Following:
    """The parts that follow a statement up to the next one, which it keeps."""

    def __init__(self, parts: Iterator[Part]) -> None:
        self.parts = parts
        self.next_statement: Part | None = None

    def __iter__(self) -> Iterator[Part]:
        for part in self.parts:
            if isinstance(part, Statement):
                self.next_statement = part
                return
            yield part


def write_statement(writing: Writing, own: OwnAccount, statement: Statement, following: Following) -> BankStatement:
    previous = last_statement(own)
    refuse_gap(statement, own, previous)
    last = LastStatement(previous.sequence_number, previous.closing, previous.closing_on) if previous else None
    [key] = reserve_keys(table="payouts_bankstatement", count=1)
    earliest = previous.closing_on if previous else own.reconciled_from
    parts = writing.kept(key=key, own=own, statement=statement, earliest=earliest, parts=iter(following))
    for fault in prove_statement(statement=statement, parts=parts, account=statement.account, last=last):
        raise unproven(fault)
    return write_header(writing, key=key, own=own, statement=statement, previous=previous)


def refuse_gap(statement: Statement, own: OwnAccount, previous: BankStatement | None) -> None:
    """Refuse a statement before which another is missing, before any of it is written.

    :raises StatementMissing: naming the number and the balance that are to come next
    :raises StatementRefused: if it lies before what was taken
    """
    if previous is None:
        if statement.opening.amount != own.opening:
            raise StatementMissing(
                "bank_statement_follows_the_last",
                {
                    "number": statement.sequence_number,
                    "opening": statement.opening.amount,
                    "expected": own.opening,
                    "from": own.reconciled_from,
                },
            )
        return
    last = LastStatement(previous.sequence_number, previous.closing, previous.closing_on)
    faults = list(follows(statement, last))
    if not faults:
        return
    ahead = statement.sequence_number > previous.sequence_number and statement.closing.on >= previous.closing_on
    if not ahead:
        raise unproven(faults[0])
    missing = previous.sequence_number + 1
    raise StatementMissing(
        "bank_statement_follows_the_last",
        {
            "number": statement.sequence_number,
            "missing": missing if statement.sequence_number > missing else "",
            "opening": statement.opening.amount,
            "expected": previous.closing,
            "after": previous.closing_on,
        },
    )


def unproven(fault: Finding) -> StatementRefused:
    name = "bank_statement_adds_up" if fault.rule is Rule.BALANCE_DIFFERS else "bank_statement_follows_the_last"
    return StatementRefused(
        name, {"rule": fault.rule.value, "place": fault.place, "stated": fault.stated, "found": fault.found}
    )


def own_account_of(number: str, statement: Statement | Notice) -> OwnAccount:
    """Return the own account of a number, locked while a statement of it is taken.

    :raises AccountNotOwn: if it is none that is confirmed
    """
    own = (
        OwnAccount.objects.select_for_update()
        .filter(number=number, status=OwnAccountStatus.CONFIRMED)
        .order_by("-reconciled_from")
        .first()
    )
    if own is None:
        raise AccountNotOwn("bank_statement_is_of_an_own_account", {"place": statement.place, "ends_with": number[-4:]})
    return own


def last_statement(own: OwnAccount) -> BankStatement | None:
    return BankStatement.objects.filter(own_account=own, next=None).first()


def write_notices(writing: Writing, parts: Iterator[Part]) -> list[BankStatement]:
    """Write what notices say of payments; they are no statements."""
    for part in chain(parts):
        if isinstance(part, Notice):
            own_account_of(part.account, part)
        elif isinstance(part, Detail) and part.status == "BOOK":
            writing.add_detail(part, entry=None)
            if len(writing.details) >= CHUNK:
                writing.flush(but=None)
    writing.flush(but=None)
    return []
