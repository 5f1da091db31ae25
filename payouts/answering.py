"""Take the bank's result files: each is known by its hash, applied once, and whole or not at all.

A row settles a payment or returns it (``payouts.keeping_answers``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import connection, transaction

from ledger.models import Officer
from ledger.posts import require_post
from payouts.bank_files.instructions import Instruction
from payouts.bank_files.matching import Matched, match
from payouts.bank_files.results import BadResultFile, read_results
from payouts.bank_files.results import ResultFile as ReadResults
from payouts.bank_files.template_files import shipped_template
from payouts.facts import rows_of
from payouts.keeping_answers import ANSWERABLE, Answer, Answerable, keep_answers
from payouts.models import BankFile, Batch, ResultFile
from payouts.models.words import Outcome, PaymentStatus
from payouts.refusals import ResultRefused, refusals_named
from payouts.sending import BEING_SENT, Effect, note_receipt

# Payments that the bank may speak about: also those of a batch of which nobody knew whether the bank has it.
OPEN = """p.status = ANY(%s) OR (p.status = 'PLANNED' AND EXISTS (
            SELECT FROM payouts_batch u WHERE u.id = p.batch_id AND u.status IN ('SENDING', 'UNKNOWN')))"""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a result file said, now or when it first came (``known_before``)."""

    file: ResultFile
    month: date
    known_before: bool


def take_results(
    *,
    name: str,
    content: bytes,
    template: str,
    month: date | None,
    officer: Officer,
    on: date | None,
    at: datetime,
    effect: Effect = transaction.atomic,
) -> Taken:
    """Apply a result file of the bank to the payments it speaks about.

    ``month`` is the payroll month it answers; None finds the one whose payments it fits. ``on`` is the
    posting date of what comes back; None is the pay date of the batch or ``at``'s day, whichever is
    later, within the month if its period is still open.

    An answer to a batch of which nobody knew whether the bank has it proves that; it is applied once the bank is
    known to have the whole batch.

    :raises ResultRefused: if the file disagrees with itself or with what was sent, fits two months, or is of a batch
        of which the bank may not have every file; nothing is applied then
    """
    require_post(officer, "payouts.take_results")
    if known := known_file(sha256(content).hexdigest(), month):
        return known
    read = read_or_refuse(name, content, template)
    with refusals_named(), effect():
        lock_file(read.sha256)
        if known := known_file(read.sha256, month):
            return known
        month, matched, payments = match_a_month(name, read, month)
        unsent = receive_unsent(payments.values(), f"{name} {read.sha256}", officer, at)
        if not unsent:
            file = keep_answers(
                answers=[
                    Answer(payments[row.serial], outcome, row.code, row.text)
                    for outcome, rows in ((Outcome.SETTLED, matched.settled), (Outcome.RETURNED, matched.failed))
                    for row in rows
                ],
                name=name,
                content=content,
                month=month,
                rows=len(read.rows),
                officer=officer,
                on=on,
                at=at,
            )
            return Taken(file, month, known_before=False)
    raise ResultRefused("batch_is_handed_over_whole", {"file": name, "batch": ", ".join(map(str, unsent))})


def receive_unsent(payments: Iterable[Answerable], evidence: str, officer: Officer, at: datetime) -> list[Batch]:
    """Let an answer prove that the bank has files of batches that are being sent; return those it does not complete."""
    planned = [payment for payment in payments if payment.status == PaymentStatus.PLANNED]
    if not planned:
        return []
    batches = {payment.batch for payment in planned}
    for file in BankFile.objects.defer("content").filter(batch__in=batches).order_by("pk"):
        if any(file.first_serial <= payment.serial <= file.last_serial for payment in planned):
            note_receipt(file=file, evidence=evidence, officer=officer, at=at)
    return list(Batch.objects.filter(pk__in=batches, status__in=BEING_SENT))


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
            f"""SELECT b.month
                 FROM (SELECT DISTINCT month FROM payouts_batch) b
                CROSS JOIN LATERAL (SELECT FROM payouts_payment p
                                     WHERE p.month = b.month AND p.serial BETWEEN %s AND %s AND p.serial = ANY(%s)
                                       AND ({OPEN}) ORDER BY p.serial LIMIT 1) p
                ORDER BY b.month DESC""",  # noqa: S608
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
                f"""SELECT id, batch_id, status, serial, name, account_number, amount, id_number, bank
                     FROM payouts_payment p
                    WHERE month = %s AND serial BETWEEN %s AND %s AND serial = ANY(%s) AND ({OPEN})""",  # noqa: S608
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
