"""Take the bank's status reports, pain.002: each is known by its hash, applied once, and whole or not at all.

A report about a file proves that the bank has it, a rejection as a duplicate too. A payment is rejected, accepted or,
where the channel settles by such records, settled; the bank's silence about a payment says nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from io import BytesIO

from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from payouts.answering import Taken, known_file, lock_file
from payouts.channels.channel_files import SettlesBy
from payouts.iso20022.faults import BadMessage
from payouts.iso20022.pain002 import ACCEPTING, PaymentStatus, Reason, Status, read_pain002
from payouts.iso20022.pain002 import BatchStatus as BatchReport
from payouts.iso20022.pain002 import FileStatus as FileReport
from payouts.iso20022.values import serial_of
from payouts.keeping_answers import Answer, Answerable, answerable_of, keep_answers
from payouts.models import BankFile, Batch
from payouts.models.words import Outcome
from payouts.models.words import PaymentStatus as State
from payouts.refusals import ResultRefused, refusals_named
from payouts.sending import BEING_SENT, Effect, channel_of, note_receipt

TEXT_MAX = 200
CODE_MAX = 20
# What a payment stands as when the bank's word about it says nothing new.
NOTHING_NEW: Mapping[Outcome, Sequence[State]] = {
    Outcome.ACCEPTED: (State.ACCEPTED, State.SETTLED, State.RETURNED),
    Outcome.SETTLED: (State.SETTLED, State.RETURNED),
    Outcome.REJECTED: (State.REJECTED,),
}


@dataclass(slots=True)
class Report:
    """What a status report says of one of our files."""

    file: BankFile
    is_duplicate: bool = False
    status: Status | None = None
    reasons: tuple[Reason, ...] = ()
    payments: list[PaymentStatus] = field(default_factory=list)


def take_status_report(
    *,
    name: str,
    content: bytes,
    officer: Officer,
    on: date | None,
    at: datetime,
    effect: Effect = transaction.atomic,
) -> Taken:
    """Apply a status report of the bank to the file that it speaks about.

    ``on`` is the posting date of what comes back; None is as for a result file.

    :raises ResultRefused: if it cannot be read, is about no file of ours, or contradicts what is known
    """
    require_post(officer, "payouts.take_results")
    digest = sha256(content).hexdigest()
    with refusals_named(), effect():
        lock_file(digest)
        if known := known_file(digest, None):
            return known
        report = read_or_refuse(name, content)
        note_receipt(file=report.file, evidence=f"{name} {digest}", officer=officer, at=at)
        batch = Batch.objects.get(pk=report.file.batch_id)
        if batch.status not in BEING_SENT:
            answers = answers_of(name, report)
            file = keep_answers(
                answers=answers,
                name=name,
                content=content,
                month=batch.month,
                rows=len(answers),
                officer=officer,
                on=on,
                at=at,
            )
            return Taken(file, batch.month, known_before=False)
    raise ResultRefused("batch_is_handed_over_whole", {"file": name, "batch": str(batch)})


def read_or_refuse(name: str, content: bytes) -> Report:
    """Read a report to its end and find the file it is about."""
    try:
        parts = list(read_pain002(BytesIO(content)))
    except BadMessage as bad:
        raise ResultRefused(
            "status_report_is_whole",
            {"file": name, "fault": bad.fault.value, "place": bad.place, "stated": bad.stated, "found": bad.found},
        ) from bad
    whole = next(part for part in parts if isinstance(part, FileReport))
    file = BankFile.objects.filter(message_id=whole.original_message_id).select_related("batch").first()
    if file is None:
        raise ResultRefused("status_report_is_of_our_file", {"file": name})
    report = Report(file, whole.received_before, whole.status, whole.reasons)
    for part in parts:
        if isinstance(part, BatchReport):
            report.is_duplicate |= part.received_before
            report.status, report.reasons = part.status or report.status, part.reasons or report.reasons
        elif isinstance(part, PaymentStatus):
            report.payments.append(part)
    return report


def answers_of(name: str, report: Report) -> list[Answer]:
    """Return what a report says anew of the payments of its file; a duplicate says nothing of them.

    :raises ResultRefused: if it names a payment that is not of the file, with another amount, twice, or as rejected
        that is settled
    """
    if report.is_duplicate:
        return []
    by_result = channel_of(report.file).settles_by is SettlesBy.RESULT
    known = answerable_of(report.file, also=(State.RETURNED, State.REJECTED))
    payments = {payment.serial: payment for payment in known}
    said: dict[int, tuple[Status | None, tuple[Reason, ...]]] = {}
    for one in report.payments:
        serial = serial_of(one.end_to_end_id, month=report.file.batch.month) or 0
        payment = payments.get(serial)
        if payment is None or serial in said or one.amount not in (None, payment.amount):
            raise ResultRefused("result_fits_its_payment", {"file": name, "serial": serial, "place": one.place})
        said[serial] = (None, ()) if one.received_before else (one.status, one.reasons)
    if not report.payments:
        said = dict.fromkeys(payments, (report.status, report.reasons))
    found = (answer_of(name, payments[serial], *what, by_result=by_result) for serial, what in sorted(said.items()))
    return [answer for answer in found if answer is not None]


def answer_of(
    name: str, payment: Answerable, status: Status | None, reasons: Sequence[Reason], *, by_result: bool
) -> Answer | None:
    """Return what a status says anew of a payment; None if that is nothing."""
    if status is Status.REJECTED:
        outcome = Outcome.REJECTED
    elif status is Status.SETTLED and by_result:
        outcome = Outcome.SETTLED
    elif status in ACCEPTING:
        outcome = Outcome.ACCEPTED
    else:
        return None
    if payment.status in NOTHING_NEW[outcome]:
        return None
    if payment.status not in (State.SENT, State.ACCEPTED):
        raise ResultRefused(
            "result_fits_its_payment", {"file": name, "serial": payment.serial, "status": payment.status}
        )
    text = " ".join(reason.text for reason in reasons if reason.text)
    code = reasons[0].code if reasons else str(status)
    return Answer(payment, outcome, code[:CODE_MAX], text[:TEXT_MAX])
