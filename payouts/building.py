"""Release a run: what it owes, and the batch of payments that will pay it.

The three officers of the run are those of its batch. Payments are numbered in the month; a unit
with a passbook gets one payment, the sum of its people.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from django.db import connection, transaction

from ledger.copying import copy_rows, reserve_keys
from ledger.models import Officer
from ledger.money import ZERO
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.approving import FoundInBatch, check_batch
from payouts.bank_files.instructions import Instruction
from payouts.bank_formats import BankFormat, format_named
from payouts.facts import rows_of
from payouts.models import Batch, Payment, Run
from payouts.models.words import SCHEME_PAYROLL, BatchStatus, PaymentStatus
from payouts.payee_findings import Payee, findings_of
from payouts.refusals import NoSuchRun, ReasonMissing, WrongState, refusals_named
from payouts.rules.control_list import Place
from payouts.running import CHAIN, approve_release
from treasury.models import Channel, Unit

COMPONENT = "NET"
DEFAULT_TEMPLATE = "list_gb18030"


class Due(NamedTuple):
    """An obligation on its way to a payment, with the payee as the payslip has it."""

    obligation: int
    person: int | None
    unit: int | None
    id_number: str
    name: str
    channel: str
    bank: str
    account_number: str
    amount: Decimal
    attempt: int


class PlannedPayment(NamedTuple):
    """One payment and the obligations it pays."""

    person: int | None
    unit: int | None
    name: str
    bank: str
    account_number: str
    id_number: str
    amount: Decimal
    reissues: int | None
    dues: Sequence[Due]


def release_run(*, run: Run, officer: Officer, template: str, at: datetime) -> Batch | None:
    """Release a reviewed run: make its obligations and its batch; None if nobody has anything to get.

    A payee whom the bank's list cannot write gets a rejected payment, which waits for its correction.

    :raises SameOfficer: if the officer submitted or reviewed the run
    """
    with refusals_named(), transaction.atomic():
        run = approve_release(run=run, officer=officer, at=at)
        owe(run)
        payments = payments_for(dues_of_run(run))
        unwritable_at = places_unwritable(payments, format_named(template))
        officers = (run.submitted_by, run.reviewed_by, officer)
        if unwritable_at:
            reject_unwritable(run, [payments[place] for place in unwritable_at], template, officers)
        writable = [payment for place, payment in enumerate(payments) if place not in set(unwritable_at)]
        if not writable:
            return None
        return build_batch(
            month=run.month,
            run=run,
            source=f"payouts.run/{run.pk}/batch",
            payments=writable,
            template=template,
            officers=officers,
            pay_date=run.pay_date,
            at=at,
        )


def reject_unwritable(
    run: Run,
    payments: Sequence[PlannedPayment],
    template: str,
    officers: tuple[Officer | None, Officer | None, Officer | None],
) -> None:
    """Keep payments that the bank's list cannot write as rejected: corrected, they are issued again.

    Their money is held with the returned money (退汇待付) when the run is posted.
    """
    batch, _keys = fill_batch(
        month=run.month,
        run=run,
        source=f"payouts.run/{run.pk}/unwritable",
        payments=payments,
        template=template,
        officers=officers,
        pay_date=run.pay_date,
    )
    batch.status = BatchStatus.CANCELLED
    batch.save(update_fields=["status"])
    Payment.objects.filter(batch=batch).update(status=PaymentStatus.REJECTED)


def owe(run: Run) -> None:
    """Make the obligations of a released run from its payslips."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO payouts_obligation
                      (scheme, component, month, person_id, unit_id, run_id, payslip_id, amount)
               SELECT %s, %s, %s, person_id, unit_id, run_id, id, net FROM payouts_payslip
                WHERE run_id = %s AND edition = %s AND net > 0 ORDER BY id""",
            [SCHEME_PAYROLL, COMPONENT, run.month, run.pk, run.edition],
        )


def dues_of_run(run: Run) -> list[Due]:
    """Return the obligations of a run in the order of the roster."""
    return [
        Due(*row)
        for row in rows_of(
            """SELECT o.id, o.person_id, o.unit_id, p.id_number, s.name, s.channel, s.bank, s.account_number,
                      o.amount, 1
                 FROM payouts_obligation o JOIN payouts_payslip s ON s.id = o.payslip_id
                 JOIN payouts_person p ON p.id = o.person_id
                WHERE o.run_id = %s ORDER BY s.position, s.id""",
            run.pk,
        )
    ]


def payments_for(dues: Iterable[Due]) -> list[PlannedPayment]:
    """Return one payment for each person, then one for each unit with a passbook."""
    own: list[PlannedPayment] = []
    passbooks: dict[int, list[Due]] = defaultdict(list)
    for due in dues:
        if due.channel == Channel.PASSBOOK and due.unit is not None:
            passbooks[due.unit].append(due)
        else:
            own.append(
                PlannedPayment(
                    person=due.person,
                    unit=None,
                    name=due.name,
                    bank=due.bank,
                    account_number=due.account_number,
                    id_number=due.id_number,
                    amount=due.amount,
                    reissues=None,
                    dues=[due],
                )
            )
    units = Unit.objects.in_bulk(list(passbooks))
    for key, together in passbooks.items():
        own.append(
            PlannedPayment(
                person=None,
                unit=key,
                name=units[key].name,
                bank=together[0].bank,
                account_number=together[0].account_number,
                id_number=units[key].credit_code or units[key].code,
                amount=sum((due.amount for due in together), ZERO),
                reissues=None,
                dues=together,
            )
        )
    return own


def instruction_of(serial: int, payment: PlannedPayment) -> Instruction:
    return Instruction(serial, payment.name, payment.account_number, payment.amount, payment.id_number, payment.bank)


def places_unwritable(payments: Sequence[PlannedPayment], bank: BankFormat) -> list[int]:
    """Return the places of payments that the bank's list cannot write as they are, from 0.

    A list may carry a supplier without a number, never a person or a unit.
    """
    faults = bank.faulty(instruction_of(serial, payment) for serial, payment in enumerate(payments, 1))
    nameless = (at for at, payment in enumerate(payments) if not payment.id_number and (payment.person or payment.unit))
    return sorted({serial - 1 for serial in faults} | set(nameless))


def build_batch(
    *,
    month: date,
    run: Run | None,
    source: str,
    payments: Sequence[PlannedPayment],
    template: str,
    officers: tuple[Officer | None, Officer | None, Officer | None],
    pay_date: date,
    at: datetime,
    place: Place | None = None,
) -> Batch:
    """Build a batch of its three officers and have it checked; what it says is fixed from then on.

    ``place`` names the controls that look at its payees; those of a run have been looked at.

    :raises SameOfficer: if two of the officers are one person
    :raises ControlsBlock: if a control or a limit blocks
    """
    batch, keys = fill_batch(
        month=month,
        run=run,
        source=source,
        payments=payments,
        template=template,
        officers=officers,
        pay_date=pay_date,
    )
    findings = findings_of(list(map(payee_of, payments)), place=place, on=pay_date) if place else []
    found = [FoundInBatch(keys[one.at], one.control, one.severity, one.facts) for one in findings]
    return check_batch(batch, found=found, at=at)


def payee_of(payment: PlannedPayment) -> Payee:
    """Return whom a payment is planned for, as the controls look at it."""
    return Payee(payment.person, payment.unit, payment.name, payment.account_number, payment.id_number)


def fill_batch(
    *,
    month: date,
    run: Run | None,
    source: str,
    payments: Sequence[PlannedPayment],
    template: str,
    officers: tuple[Officer | None, Officer | None, Officer | None],
    pay_date: date,
) -> tuple[Batch, Sequence[int]]:
    """Build a batch with its payments; return it, and the keys of its payments.

    :raises SameOfficer: if two of the officers are one person
    """
    batch, serial = draft_batch(
        month=month,
        run=run,
        source=source,
        template=template,
        pay_date=pay_date,
        payments=len(payments),
        total=sum((payment.amount for payment in payments), ZERO),
    )
    keys = reserve_keys(table="payouts_payment", count=len(payments))
    numbered = list(zip(keys, range(serial, serial + len(payments)), payments, strict=True))
    copy_rows(
        table="payouts_payment",
        columns=(
            "id",
            "month",
            "serial",
            "batch_id",
            "status",
            "person_id",
            "unit_id",
            "name",
            "bank",
            "account_number",
            "id_number",
            "amount",
            "reissues_id",
        ),
        rows=(
            (
                key,
                month,
                at,
                batch.pk,
                "PLANNED",
                payment.person,
                payment.unit,
                payment.name,
                payment.bank,
                payment.account_number,
                payment.id_number,
                payment.amount,
                payment.reissues,
            )
            for key, at, payment in numbered
        ),
    )
    copy_rows(
        table="payouts_paymentpart",
        columns=("payment_id", "obligation_id", "attempt", "amount"),
        rows=((key, due.obligation, due.attempt, due.amount) for key, _at, payment in numbered for due in payment.dues),
    )
    told = (instruction_of(at, payment) for _key, at, payment in numbered)
    return sign_built(batch, told=told, officers=officers), keys


def draft_batch(
    *, month: date, run: Run | None, source: str, template: str, pay_date: date, payments: int, total: Decimal
) -> tuple[Batch, int]:
    """Begin a batch of so many payments; return it, and the serial number of its first payment."""
    number, serial = next_numbers(month)
    batch = Batch.objects.create(
        month=month,
        number=number,
        source=source,
        run=run,
        template=template,
        pay_date=pay_date,
        payments_count=payments,
        total=total,
    )
    return batch, serial


def sign_built(
    batch: Batch, *, told: Iterable[Instruction], officers: tuple[Officer | None, Officer | None, Officer | None]
) -> Batch:
    """Have a batch that is filled signed by its three officers; ``told`` is what it tells the bank.

    :raises SameOfficer: if two of the officers are one person
    """
    batch.digest = digest_of(told)
    batch.prepared_by, batch.checked_by, batch.released_by = officers
    batch.status = BatchStatus.BUILT
    batch.save()
    return batch


def cancel_batch(*, month: date, number: int, officer: Officer, reason: str, at: datetime) -> Batch:
    """Cancel a batch of releases or of reissues that the bank has not got; its payments are rejected.

    What it was to pay may be batched again, or corrected anew.

    :raises NoSuchRun: if the month has no such batch
    :raises WrongState: if it has been sent
    :raises ReasonMissing: without a reason
    """
    require_post(officer, "payouts.release_run")
    if not reason.strip():
        raise ReasonMissing("batch_is_cancelled_with_a_reason", {"batch": number})
    with refusals_named(), transaction.atomic():
        batch = (
            Batch.objects.select_for_update()
            .filter(month=month, number=number, source__regex=r"^payouts\.(release|correction)/")
            .first()
        )
        if batch is None:
            raise NoSuchRun("batch_exists", {"month": f"{month:%Y-%m}", "batch": number})
        if batch.status not in (BatchStatus.CHECKED, BatchStatus.APPROVED):
            raise WrongState("batch_moves", {"batch": str(batch), "from": batch.status, "to": BatchStatus.CANCELLED})
        batch.status = BatchStatus.CANCELLED
        batch.save(update_fields=["status"])
        Payment.objects.filter(batch=batch).update(status=PaymentStatus.REJECTED)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="batch.cancel",
            subject=f"batch/{batch}",
            after={"payments": batch.payments_count, "reason": reason},
        )
        return batch


def next_numbers(month: date) -> tuple[int, int]:
    """Return the next number of a batch and the next serial of a payment; one builder of a month at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payouts.batch'), %s)", [month.year * 12 + month.month])
        cursor.execute(
            """SELECT (SELECT coalesce(max(number), 0) + 1 FROM payouts_batch WHERE month = %s),
                      (SELECT coalesce(max(serial), 0) + 1 FROM payouts_payment WHERE month = %s)""",
            [month, month],
        )
        number, serial = cursor.fetchone()
    return number, serial


def digest_of(instructions: Iterable[Instruction]) -> str:
    """Return the SHA-256 over what a batch tells the bank, one line for each payment."""
    digest = sha256()
    for told in instructions:
        line = f"{told.serial}|{told.name}|{told.account}|{told.amount}|{told.id_number}|{told.bank}\n"
        digest.update(line.encode())
    return digest.hexdigest()
