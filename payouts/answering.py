"""Take the bank's result files: each is known by its hash, applied once, and whole or not at all.

A row settles a payment or returns it; what is returned of a payroll comes back to the treasury by voucher
(J16a), what is returned of a release to the account that it left (J16, J16c). There it waits for an approved
correction of the account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from ledger.copying import copy_rows
from ledger.entries import Signatures
from ledger.models import Book, Officer, Period
from ledger.models.words import BookKind, PeriodStatus
from ledger.money import ZERO
from ledger.posting import post_event
from ledger.posts import require_post
from ledger.recording import record_event
from payouts import entries
from payouts.bank_files.instructions import Instruction
from payouts.bank_files.matching import Matched, match
from payouts.bank_files.results import BadResultFile, read_results
from payouts.bank_files.results import ResultFile as ReadResults
from payouts.bank_files.results import ResultRow as ReadRow
from payouts.bank_files.template_files import shipped_template
from payouts.facts import rows_of
from payouts.models import Batch, Payment, ResultFile, Run
from payouts.models.words import BatchStatus, Outcome, PaymentStatus, RunPurpose, RunStatus
from payouts.posting import take_releases_back
from payouts.posting_benefits import take_benefits_back
from payouts.refusals import ResultRefused, refusals_named
from payouts.returned_payments import given_up
from payouts.running import CHAIN, lock_run, move_run
from payouts.sending import move_batch
from treasury.models import AccountVerification, Township, Verdict
from treasury.opening import codes_of
from treasury.posting import SERVICE, mirrored_event

# States in which the bank may still say something about a payment.
ANSWERABLE = (PaymentStatus.SENT, PaymentStatus.ACCEPTED, PaymentStatus.SETTLED)
FINAL = (PaymentStatus.SETTLED, PaymentStatus.RETURNED, PaymentStatus.REJECTED)
# States of a batch of which every payment is final.
ANSWERED = (BatchStatus.ANSWERED, BatchStatus.RECONCILED, BatchStatus.CLOSED, BatchStatus.CANCELLED)


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


@dataclass(frozen=True, slots=True)
class Taken:
    """What a result file said, now or when it first came (``known_before``)."""

    file: ResultFile
    month: date
    known_before: bool


def take_results(
    *, name: str, content: bytes, template: str, month: date | None, officer: Officer, on: date | None, at: datetime
) -> Taken:
    """Apply a result file of the bank to the payments it speaks about.

    ``month`` is the payroll month it answers; None finds the one whose payments it fits. ``on`` is the
    posting date of what comes back; None is the pay date of the batch or ``at``'s day, whichever is
    later, within the month if its period is still open.

    :raises ResultRefused: if the file disagrees with itself or with what was sent, or fits two months;
        nothing is applied then
    """
    require_post(officer, "payouts.take_results")
    if known := known_file(sha256(content).hexdigest(), month):
        return known
    read = read_or_refuse(name, content, template)
    with refusals_named(), transaction.atomic():
        lock_file(read.sha256)
        if known := known_file(read.sha256, month):
            return known
        month, matched, payments = match_a_month(name, read, month)
        batches = list(
            Batch.objects.select_for_update()
            .filter(pk__in={payment.batch for payment in payments.values()})
            .order_by("pk")
        )
        runs = [lock_run(run) for run in {batch.run_id: batch.run for batch in batches}.values() if run]
        posting_date = on or posting_day(batches, at)
        returned = sum((row.amount for row in matched.failed), ZERO)
        file = ResultFile.objects.create(
            name=name,
            month=month,
            sha256=read.sha256,
            content=content,
            received_at=at,
            received_by=officer,
            posting_date=posting_date,
            rows=len(read.rows),
            settled=len(matched.settled),
            returned=len(matched.failed),
            returned_amount=returned,
        )
        keep_rows(file, matched, payments)
        verify_accounts(file, matched, posting_date)
        sent_back = [payments[row.serial] for row in matched.failed]
        without_run = {batch.pk for batch in batches if batch.run_id is None}
        of_benefits = {batch.pk for batch in batches if batch.run and batch.run.purpose == RunPurpose.BENEFITS}
        of_runs = [payment for payment in sent_back if payment.batch not in without_run | of_benefits]
        benefits = [payment for payment in sent_back if payment.batch in of_benefits]
        take_releases_back(
            file=file, payments=[payment.pk for payment in sent_back if payment.batch in without_run], cashier=officer
        )
        if of_runs:
            take_money_back(file, of_runs, reviewer=reviewer_of(of_runs), cashier=officer)
        if benefits:
            take_benefits_back(
                file=file,
                payments=[payment.pk for payment in benefits],
                reviewer=reviewer_of(benefits),
                cashier=officer,
            )
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
            after={"file": name, "sha256": read.sha256, "settled": file.settled, "returned": file.returned},
        )
        return Taken(file, month, known_before=False)


def reviewer_of(payments: Sequence[Answerable]) -> str:
    """Return who reviewed the run of payments that came back."""
    return str(Run.objects.get(batches=payments[0].batch).reviewed_by_id)


def known_file(digest: str, month: date | None) -> Taken | None:
    """Return a file that was taken before, for a month or for any.

    Two months in which everybody gets the same and everything succeeds have one and the same answer:
    the second one is only taken for a month that is named.
    """
    files = ResultFile.objects.filter(sha256=digest).order_by("-month")
    file = (files.filter(month=month) if month else files).first()
    return Taken(file, file.month, known_before=True) if file else None


def lock_file(digest: str) -> None:
    """Let one at a time take a file: whoever comes second finds it taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payouts.result'), hashtext(%s))", [digest])


def read_or_refuse(name: str, content: bytes, template: str) -> ReadResults:
    try:
        return read_results(content=content, template=shipped_template(name=template))
    except BadResultFile as bad:
        raise ResultRefused(
            "result_file_agrees_with_itself",
            {
                "file": name,
                "fault": bad.fault.value,
                "line": bad.line,
                "place": bad.place,
                "stated": bad.stated,
                "found": bad.found,
            },
        ) from bad


Fit = tuple[date, Matched, dict[int, Answerable]]


def match_a_month(name: str, read: ReadResults, month: date | None) -> Fit:
    """Find the month whose payments a file speaks about: every row must be one that was sent.

    Serials begin anew each month, so a file may fit two; then the one that waits for its answer is meant,
    unless the file only returns: what was settled long ago may come back while a later month waits.

    :raises ResultRefused: naming the first row that fits nothing, of the month that fits best, or the
        months that it fits
    """
    serials = [row.serial for row in read.rows]
    tried = [match_month(read, serials, one) for one in months_sent(serials) if month in (None, one)]
    fits = [fit for fit in tried if not fit[1].differences]
    waiting = [
        fit
        for fit in fits
        if fit[1].settled and all(payment.status != PaymentStatus.SETTLED for payment in fit[2].values())
    ]
    chosen = fits if len(fits) == 1 else waiting
    if len(chosen) == 1:
        return chosen[0]
    if fits:
        months = ", ".join(f"{fit[0]:%Y-%m}" for fit in fits)
        raise ResultRefused("result_month_is_clear", {"file": name, "months": months, "say": "--month"})
    raise ResultRefused("result_fits_its_payment", {"file": name, **misfit_of(tried)})


def months_sent(serials: Sequence[int]) -> list[date]:
    """Return the months of which payments with some serials wait for an answer or had one, the latest first."""
    return [
        month
        for (month,) in rows_of(
            """SELECT b.month
                 FROM (SELECT DISTINCT month FROM payouts_batch) b
                CROSS JOIN LATERAL (SELECT FROM payouts_payment p
                                     WHERE p.month = b.month AND p.serial BETWEEN %s AND %s AND p.serial = ANY(%s)
                                       AND p.status = ANY(%s) ORDER BY p.serial LIMIT 1) p
                ORDER BY b.month DESC""",
            min(serials),
            max(serials),
            list(serials),
            list(ANSWERABLE),
        )
    ]


def match_month(read: ReadResults, serials: Sequence[int], month: date) -> Fit:
    """Hold a file against the payments of one month, whose batches are locked: payments move with them locked only."""
    serial_range = [min(serials), max(serials)]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT FROM payouts_batch
                WHERE id IN (SELECT batch_id FROM payouts_payment WHERE month = %s AND serial BETWEEN %s AND %s)
                ORDER BY id FOR UPDATE""",
            [month, *serial_range],
        )
    payments = {
        payment.serial: payment
        for payment in map(
            Answerable._make,
            rows_of(
                """SELECT id, batch_id, status, serial, name, account_number, amount, id_number, bank
                     FROM payouts_payment
                    WHERE month = %s AND serial BETWEEN %s AND %s AND serial = ANY(%s) AND status = ANY(%s)""",
                month,
                *serial_range,
                list(serials),
                list(ANSWERABLE),
            ),
        )
    }
    sent = (Instruction(*payment[3:]) for payment in payments.values())
    return month, without_repeats(match(results=read, sent=sent), payments), payments


def misfit_of(tried: Sequence[Fit]) -> dict[str, object]:
    """Return the facts of the first row that fits nothing, of the month that fits best."""
    if not tried:
        return {}
    month, matched, _payments = min(tried, key=lambda fit: len(fit[1].differences))
    first = matched.differences[0]
    return {
        "month": f"{month:%Y-%m}",
        "rows": len(matched.differences),
        "line": first.line,
        "serial": first.serial,
        "column": first.column,
    }


def without_repeats(matched: Matched, payments: dict[int, Answerable]) -> Matched:
    """Leave out what the bank had said before: a payment that is settled already and is settled again."""
    return Matched(
        settled=[row for row in matched.settled if payments[row.serial].status != PaymentStatus.SETTLED],
        failed=matched.failed,
        differences=matched.differences,
        missing=(),
    )


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


def keep_rows(file: ResultFile, matched: Matched, payments: dict[int, Answerable]) -> None:
    """Keep the bank's record of each payment and move the payments by it."""
    copy_rows(
        table="payouts_resultrow",
        columns=("file_id", "payment_id", "outcome", "code", "message", "amount"),
        rows=(
            (file.pk, payments[row.serial].pk, outcome, row.code, row.text, row.amount)
            for outcome, rows in ((Outcome.SETTLED, matched.settled), (Outcome.RETURNED, matched.failed))
            for row in rows
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE payouts_payment p SET status = r.outcome
                 FROM payouts_resultrow r WHERE r.file_id = %s AND p.id = r.payment_id""",
            [file.pk],
        )


def verify_accounts(file: ResultFile, matched: Matched, on: date) -> None:
    """Note what the answers say about the accounts themselves: the bank knows its holders."""
    verdicts: dict[str, tuple[Verdict, ReadRow]] = {
        row.account: (verdict, row)
        for verdict, rows in ((Verdict.VERIFIED, matched.settled), (Verdict.REFUSED, matched.failed))
        for row in rows
    }
    known = rows_of(
        "SELECT id, number, holder_name FROM treasury_bankaccount WHERE number = ANY(%s) ORDER BY id", list(verdicts)
    )
    AccountVerification.objects.bulk_create(
        [
            AccountVerification(
                account_id=key,
                verdict=verdicts[number][0],
                on=on,
                source=f"result {file.pk}: {verdicts[number][1].code}",
            )
            for key, number, holder in known
            if verdicts[number][1].name == holder
        ],
        batch_size=2000,
    )


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
