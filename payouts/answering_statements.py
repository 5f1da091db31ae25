"""Hold what a statement or notice says of payments against what was sent, and let it settle and return them.

A movement is told twice, by a notice and by the statement of the day: each kind may debit a payment once and bring it
back once, and whichever comes first settles or returns it. What does not fit becomes a finding and moves nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from ledger.models import Officer
from payouts.facts import rows_of
from payouts.iso20022.faults import Rule, shown
from payouts.keeping_answers import ANSWERABLE, Answer, Answerable, books_are_open, keep_answers
from payouts.models import BankFile, Batch, ResultFile, StatementFile, StatementFinding
from payouts.models.bank_words import SettledBy, StatementKind
from payouts.models.words import Outcome, PaymentStatus
from payouts.refusals import ResultRefused
from payouts.sending import BEING_SENT, note_receipt

# Files of batches of which nobody knew whether the bank has them, and that a statement or notice debits.
DEBITED_PAYMENTS = """
SELECT DISTINCT f.id
  FROM payouts_statementdetail d JOIN payouts_payment p ON p.id = d.payment_id AND p.status = 'PLANNED'
  JOIN payouts_batch b ON b.id = p.batch_id AND b.status IN ('SENDING', 'UNKNOWN')
  JOIN payouts_bankfile f ON f.batch_id = b.id AND p.serial BETWEEN f.first_serial AND f.last_serial
 WHERE d.file_id = %s AND NOT d.is_return AND d.amount = -p.amount ORDER BY 1
"""
DEBITED_FILES = """
SELECT o.bank_file_id FROM payouts_entryorigin o JOIN payouts_statemententry e ON e.id = o.entry_id
  JOIN payouts_bankstatement s ON s.id = e.statement_id
  JOIN payouts_bankfile f ON f.id = o.bank_file_id
  JOIN payouts_batch b ON b.id = f.batch_id AND b.status IN ('SENDING', 'UNKNOWN')
 WHERE s.file_id = %s ORDER BY 1
"""
WAITING = (PaymentStatus.SENT, PaymentStatus.ACCEPTED)
LOCK = """
SELECT FROM payouts_batch
 WHERE id IN (SELECT p.batch_id FROM payouts_statementdetail d JOIN payouts_payment p ON p.id = d.payment_id
               WHERE d.file_id = %s)
 ORDER BY id FOR UPDATE
"""
TOLD = """
SELECT d.id, d.entry_id, d.place, d.end_to_end_id, d.amount, d.is_return, d.code, d.text, d.booked_on, p.month,
       coalesce(b.debited, false), coalesce(b.returned, false), b.pay_date,
       p.id, p.batch_id, p.status, p.serial, p.name, p.account_number, p.amount, p.id_number, p.bank
  FROM payouts_statementdetail d LEFT JOIN payouts_payment p ON p.id = d.payment_id
  LEFT JOIN LATERAL (
    SELECT bool_or(o.amount < 0 AND NOT o.is_return) AS debited, bool_or(o.amount > 0 AND o.is_return) AS returned,
           (SELECT c.pay_date FROM payouts_batch c WHERE c.id = p.batch_id) AS pay_date
      FROM payouts_statementdetail o JOIN payouts_statementfile f ON f.id = o.file_id
     WHERE o.payment_id = p.id AND o.file_id <> d.file_id AND (f.kind = 'CAMT054') = %s) b ON true
 WHERE d.file_id = %s ORDER BY d.id
"""


class Told(NamedTuple):
    """One detail, with the payment it names; ``debited`` and ``returned`` by earlier messages of its kind."""

    pk: int
    entry: int | None
    place: str
    identity: str
    amount: Decimal
    is_return: bool
    code: str
    text: str
    booked_on: date | None
    month: date
    debited: bool
    returned: bool
    pay_date: date
    payment: Answerable | None


class Heard(NamedTuple):
    """What a message says: answers by month, outcome and day, and what does not fit."""

    answers: Mapping[tuple[date, Outcome, date | None], Sequence[Answer]]
    findings: Sequence[StatementFinding]


def answer_payments(
    *, file: StatementFile, settled_by: SettledBy, officer: Officer, at: datetime
) -> tuple[list[StatementFinding], list[ResultFile]]:
    """Settle and return what a file tells of payments, within the caller's transaction; return findings and records.

    A debit of a payment proves that the bank has its file.

    :raises ResultRefused: if it is of a batch of which the bank may not have every file
    :raises ledger.refusals.UnableToPost: if PostgreSQL refuses an answer
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [file.pk])
    unsent = receive(DEBITED_PAYMENTS, file, officer, at)
    if unsent:
        raise ResultRefused("batch_is_handed_over_whole", {"file": file.name, "batch": ", ".join(map(str, unsent))})
    heard = hear(told_by(file), file=file)
    findings = StatementFinding.objects.bulk_create(heard.findings, batch_size=2000)
    if settled_by is not SettledBy.STATEMENTS:
        return findings, []
    # What is settled comes first: it may come back in the same message.
    order = sorted(heard.answers, key=lambda key: (key[1] != Outcome.SETTLED, key[0], key[2] or date.min))
    return findings, [keep(file, key, heard.answers[key], officer=officer, at=at) for key in order]


def receive_debited_files(*, file: StatementFile, officer: Officer, at: datetime) -> None:
    """Let entries that are the debit of a whole file of ours prove that the bank has it."""
    receive(DEBITED_FILES, file, officer, at)


def receive(sql: str, file: StatementFile, officer: Officer, at: datetime) -> list[Batch]:
    """Keep that the bank has files which its message debits; return the batches that are not wholly there by that."""
    keys = [key for (key,) in rows_of(sql, file.pk)]
    for one in BankFile.objects.defer("content").filter(pk__in=keys).order_by("pk"):
        note_receipt(file=one, evidence=f"{file.name} {file.sha256}", officer=officer, at=at)
    return list(Batch.objects.filter(files__in=keys, status__in=BEING_SENT).distinct())


def told_by(file: StatementFile) -> Iterator[Told]:
    for row in rows_of(TOLD, file.kind == StatementKind.CAMT054, file.pk):
        payment = Answerable._make(row[13:]) if row[13] is not None else None
        yield Told._make((*row[:13], payment))


def hear(details: Iterable[Told], *, file: StatementFile) -> Heard:
    """Judge each detail: the debits first, whatever their order in the message, then what came back."""
    answers: dict[tuple[date, Outcome, date | None], list[Answer]] = defaultdict(list)
    findings: list[StatementFinding] = []
    debited: set[int] = set()
    returned: set[int] = set()
    returns: list[Told] = []
    for one in details:
        if one.is_return:
            returns.append(one)
            continue
        fault = debit_fault(one, debited)
        if fault:
            findings.append(finding_of(fault, one, file))
        elif one.payment is not None:
            debited.add(one.payment.pk)
            if one.payment.status in WAITING:
                answers[one.month, Outcome.SETTLED, None].append(answer_of(one, Outcome.SETTLED))
    for one in returns:
        fault = return_fault(one, debited, returned)
        if fault:
            findings.append(finding_of(fault, one, file))
        elif one.payment is not None:
            returned.add(one.payment.pk)
            if one.payment.status in ANSWERABLE:
                key = one.month, Outcome.RETURNED, day_of(one)
                answers[key].append(answer_of(one, Outcome.RETURNED))
    return Heard(answers, findings)


def debit_fault(one: Told, debited: set[int]) -> Rule | None:
    payment = one.payment
    if payment is None:
        return Rule.UNKNOWN_PAYMENT if one.amount < 0 else None  # somebody else's id on money that came in
    faults = (
        (Rule.WRONG_SIDE, one.amount > 0),
        (Rule.DUPLICATE_DEBIT, one.debited or payment.pk in debited),
        (Rule.NOT_SENT, payment.status in (PaymentStatus.PLANNED, PaymentStatus.REJECTED)),
        (Rule.AMOUNT_DIFFERS, -one.amount != payment.amount),
    )
    return next((rule for rule, holds in faults if holds), None)


def return_fault(one: Told, debited: set[int], returned: set[int]) -> Rule | None:
    payment = one.payment
    if payment is None:
        return Rule.RETURN_WITHOUT_DEBIT
    was_debited = (
        one.debited or payment.pk in debited or payment.status in (PaymentStatus.SETTLED, PaymentStatus.RETURNED)
    )
    faults = (
        (Rule.WRONG_SIDE, one.amount < 0),
        (Rule.RETURN_WITHOUT_DEBIT, not was_debited),
        (Rule.DUPLICATE_RETURN, one.returned or payment.pk in returned),
        (Rule.AMOUNT_DIFFERS, one.amount != payment.amount),
    )
    return next((rule for rule, holds in faults if holds), None)


def finding_of(rule: Rule, one: Told, file: StatementFile) -> StatementFinding:
    return StatementFinding(
        file=file,
        detail_id=one.pk,
        entry_id=one.entry,
        rule=rule.value,
        place=one.place,
        stated=shown(one.identity),
        found=f"{one.amount:f}",
    )


def answer_of(one: Told, outcome: Outcome) -> Answer:
    assert one.payment is not None
    return Answer(one.payment, outcome, one.code or "BOOK", one.text)


def day_of(one: Told) -> date | None:
    """Return the day on which what came back is booked: the bank's own, where the books still take it."""
    day = one.booked_on
    if day is None or day < one.pay_date or not books_are_open(day, of_townships=True):
        return None
    return day


def keep(
    file: StatementFile,
    key: tuple[date, Outcome, date | None],
    answers: Sequence[Answer],
    *,
    officer: Officer,
    at: datetime,
) -> ResultFile:
    """Keep what a file says of the payments of one month; its own bytes are kept once, these are the lines of it."""
    month, outcome, on = key
    lines = [f"{file.sha256} {month:%Y-%m} {outcome} {on or ''}".rstrip()]
    lines += [f"{answer.payment.serial} {answer.payment.amount} {answer.code}" for answer in answers]
    return keep_answers(
        answers=answers,
        name=file.name[:120],
        content=("\n".join(lines) + "\n").encode(),
        month=month,
        rows=len(answers),
        officer=officer,
        on=on,
        at=at,
    )
