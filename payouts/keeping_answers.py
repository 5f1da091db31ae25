"""Keep what the bank says of payments, whatever message it came in, and do what follows: in one transaction.

A payment is settled, returned (the money was gone and comes back) or rejected (it never went). What comes back of a
payroll returns to the treasury by voucher (J16a), what comes back of a release to the account that it left (J16,
J16c). There it waits for an approved correction of the account.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef

from ledger.copying import copy_rows
from ledger.entries import Signatures
from ledger.models import Book, Officer, Period
from ledger.models.words import BookKind, PeriodStatus
from ledger.money import ZERO
from ledger.posting import post_event
from ledger.recording import record_event
from payouts import entries
from payouts.facts import rows_of
from payouts.models import BankFile, Batch, Payment, ResultFile, Run
from payouts.models.words import BatchStatus, Outcome, PaymentStatus, RunPurpose, RunStatus
from payouts.posting import take_releases_back
from payouts.posting_benefits import take_benefits_back
from payouts.rendering import move_batch
from payouts.returned_payments import given_up
from payouts.running import CHAIN, lock_run, move_run
from treasury.models import AccountVerification, Township, Verdict
from treasury.opening import codes_of
from treasury.posting import SERVICE, mirrored_event

# States in which the bank may still say something about a payment.
ANSWERABLE = (PaymentStatus.SENT, PaymentStatus.ACCEPTED, PaymentStatus.SETTLED)
FINAL = (PaymentStatus.SETTLED, PaymentStatus.RETURNED, PaymentStatus.REJECTED)
# States of a batch of which every payment is final.
ANSWERED = (BatchStatus.ANSWERED, BatchStatus.RECONCILED, BatchStatus.CLOSED, BatchStatus.CANCELLED)
BACK = (Outcome.RETURNED, Outcome.REJECTED)
# Rejections that speak about the account itself: its number, its state, its holder.
OF_THE_ACCOUNT = ("AC", "BE")


class Answerable(NamedTuple):
    """A payment of which the bank may still say something."""

    pk: int
    batch: int
    status: str
    serial: int
    name: str
    account_number: str
    amount: Decimal
    id_number: str
    bank: str


class Answer(NamedTuple):
    """What the bank says of one payment, in its code and words."""

    payment: Answerable
    outcome: Outcome
    code: str
    text: str


def keep_answers(
    *,
    answers: Sequence[Answer],
    name: str,
    content: bytes,
    month: date,
    rows: int,
    officer: Officer,
    on: date | None,
    at: datetime,
) -> ResultFile:
    """Keep a message of the bank with all that it says of payments, within a transaction of the caller.

    The caller has checked the post of the officer and that each answer is the bank's own record of equal amount;
    ``rows`` is how many payments the message speaks about. ``on`` is the posting date of what comes back; None is
    the pay date of the batch or ``at``'s day, whichever is later, within the month if its period is still open.

    :raises ledger.refusals.UnableToPost: if PostgreSQL refuses an answer
    """
    batches = list(
        Batch.objects.select_for_update().filter(pk__in={answer.payment.batch for answer in answers}).order_by("pk")
    )
    runs = [lock_run(run) for run in {batch.run_id: batch.run for batch in batches}.values() if run]
    back = [answer.payment for answer in answers if answer.outcome in BACK]
    returned, rejected = (total_of(answers, outcome) for outcome in BACK)
    file = ResultFile.objects.create(
        name=name,
        month=month,
        sha256=sha256(content).hexdigest(),
        content=content,
        received_at=at,
        received_by=officer,
        posting_date=on or (posting_day(batches, at) if batches else at.date()),
        rows=rows,
        settled=sum(answer.outcome is Outcome.SETTLED for answer in answers),
        returned=sum(answer.outcome is Outcome.RETURNED for answer in answers),
        returned_amount=returned,
        rejected=sum(answer.outcome is Outcome.REJECTED for answer in answers),
        rejected_amount=rejected,
    )
    keep_rows(file, answers)
    verify_accounts(file, answers)
    take_back(file, back, batches, officer)
    for batch in batches:
        advance_batch(batch)
    for run in runs:
        advance_run(run, officer, at)
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act="results.take",
        subject=f"result file/{file.pk}",
        after={
            "file": name,
            "sha256": file.sha256,
            "settled": file.settled,
            "returned": file.returned,
            "rejected": file.rejected,
        },
    )
    return file


def answerable_of(file: BankFile, *, also: Sequence[PaymentStatus] = ()) -> list[Answerable]:
    """Return the payments of a file of which the bank may still say something, and those in other states as asked."""
    return [
        Answerable._make(row)
        for row in rows_of(
            """SELECT id, batch_id, status, serial, name, account_number, amount, id_number, bank
                 FROM payouts_payment
                WHERE batch_id = %s AND serial BETWEEN %s AND %s AND status = ANY(%s) ORDER BY serial""",
            file.batch_id,
            file.first_serial,
            file.last_serial,
            [*ANSWERABLE, *also],
        )
    ]


def total_of(answers: Sequence[Answer], outcome: Outcome) -> Decimal:
    return sum((answer.payment.amount for answer in answers if answer.outcome is outcome), ZERO)


def posting_day(batches: Sequence[Batch], at: datetime) -> date:
    """Return the day on which what comes back is booked: not before the pay date, and within its month."""
    paid_on = max(batch.pay_date for batch in batches)
    today = at.date()
    if (today.year, today.month) <= (paid_on.year, paid_on.month):
        return max(paid_on, today)
    of_townships = any(batch.run_id is None for batch in batches)
    return paid_on if books_are_open(paid_on, of_townships=of_townships) else today


def books_are_open(day: date, *, of_townships: bool) -> bool:
    """Whether the district's book, or those of the townships too, takes ordinary vouchers of a day."""
    kinds = [BookKind.DISTRICT, BookKind.TOWNSHIP] if of_townships else [BookKind.DISTRICT]
    open_then = Period.objects.filter(
        book=OuterRef("pk"), starts_on__lte=day, ends_before__gt=day, status=PeriodStatus.OPEN
    )
    return not Book.objects.filter(~Exists(open_then), kind__in=kinds).exists()


def keep_rows(file: ResultFile, answers: Sequence[Answer]) -> None:
    """Keep the bank's record of each payment and move the payments by it."""
    copy_rows(
        table="payouts_resultrow",
        columns=("file_id", "payment_id", "outcome", "code", "message", "amount"),
        rows=(
            (file.pk, answer.payment.pk, answer.outcome, answer.code, answer.text, answer.payment.amount)
            for answer in answers
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE payouts_payment p SET status = r.outcome
                 FROM payouts_resultrow r WHERE r.file_id = %s AND p.id = r.payment_id""",
            [file.pk],
        )


def verify_accounts(file: ResultFile, answers: Sequence[Answer]) -> None:
    """Note what the answers say about the accounts themselves: the bank knows its holders."""
    verdicts = {
        answer.payment.account_number: answer
        for outcome in Outcome
        for answer in answers
        if answer.outcome is outcome and speaks_of_the_account(answer)
    }
    known = rows_of(
        "SELECT id, number, holder_name FROM treasury_bankaccount WHERE number = ANY(%s) ORDER BY id", list(verdicts)
    )
    AccountVerification.objects.bulk_create(
        [
            AccountVerification(
                account_id=key,
                verdict=Verdict.VERIFIED if verdicts[number].outcome is Outcome.SETTLED else Verdict.REFUSED,
                on=file.posting_date,
                source=f"result {file.pk}: {verdicts[number].code}",
            )
            for key, number, holder in known
            if verdicts[number].payment.name == holder
        ],
        batch_size=2000,
    )


def speaks_of_the_account(answer: Answer) -> bool:
    if answer.outcome is Outcome.REJECTED:
        return answer.code.startswith(OF_THE_ACCOUNT)
    return answer.outcome is not Outcome.ACCEPTED


def take_back(file: ResultFile, back: Sequence[Answerable], batches: Sequence[Batch], cashier: Officer) -> None:
    """Post what came back, or never went, to where it was paid from."""
    without_run = {batch.pk for batch in batches if batch.run_id is None}
    of_benefits = {batch.pk for batch in batches if batch.run and batch.run.purpose == RunPurpose.BENEFITS}
    of_runs = [payment for payment in back if payment.batch not in without_run | of_benefits]
    benefits = [payment for payment in back if payment.batch in of_benefits]
    take_releases_back(
        file=file, payments=[payment.pk for payment in back if payment.batch in without_run], cashier=cashier
    )
    if of_runs:
        take_money_back(file, of_runs, reviewer=reviewer_of(of_runs), cashier=cashier)
    if benefits:
        take_benefits_back(
            file=file, payments=[payment.pk for payment in benefits], reviewer=reviewer_of(benefits), cashier=cashier
        )


def reviewer_of(payments: Sequence[Answerable]) -> str:
    """Return who reviewed the run of payments that came back."""
    return str(Run.objects.get(batches=payments[0].batch).reviewed_by_id)


def take_money_back(file: ResultFile, payments: Sequence[Answerable], *, reviewer: str, cashier: Officer) -> None:
    """Post what the bank returned of a payroll into 退汇待付 (J16a)."""
    amount = sum((payment.amount for payment in payments), ZERO)
    township = Township.objects.select_related("book").order_by("number")[0]
    district = Book.objects.get(kind=BookKind.DISTRICT, lower_books=township.book)
    post_event(
        mirrored_event(
            source=f"payouts.result/{file.pk}/returned",
            district=district,
            township=township.book,
            entries=entries.hold_returned(codes_of(district=district, township=township.book), amount),
            posting_date=file.posting_date,
            summary=f"{file.month:%Y年%m月}银行退汇{len(payments)}笔，待更正后重发",
            signatures=Signatures(preparer=SERVICE, reviewer=reviewer, poster=SERVICE, cashier=cashier.username),
        )
    )


def advance_batch(batch: Batch) -> None:
    """Move a batch on when every payment of it has an answer."""
    if batch.status == BatchStatus.SENT and not batch.payments.exclude(status__in=FINAL).exists():
        move_batch(batch, BatchStatus.ANSWERED)
        move_batch(batch, BatchStatus.RECONCILED)


def advance_run(run: Run, officer: Officer, at: datetime) -> None:
    """Settle a run when every payment of it has an answer: wholly, or in part if something is still owed."""
    payments = Payment.objects.filter(batch__run=run)
    # Batch by batch: while one waits, the payments of those that are answered need not be looked through.
    waiting = run.batches.exclude(status__in=ANSWERED).order_by("pk")
    if any(batch.payments.exclude(status__in=FINAL).exists() for batch in waiting):
        return
    back = payments.filter(status__in=[PaymentStatus.RETURNED, PaymentStatus.REJECTED], reissued_as=None)
    owing = back.exclude(pk__in=given_up()).exists()
    unpaid = run.obligations.filter(parts=None).exists()
    target = RunStatus.PART_SETTLED if owing or unpaid else RunStatus.SETTLED
    if run.status == target:
        return
    if run.status != RunStatus.PAYING:
        move_run(run, RunStatus.PAYING, by=officer, at=at, reason="银行后续回盘")
    move_run(run, target, by=officer, at=at)
