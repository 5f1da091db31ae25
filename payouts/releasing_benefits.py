"""Release a benefit run: what it owes, and the batches that pay it, one list for each scheme.

The three officers of the run are those of its batches; none of them certified a beneficiary or funded an account
(资金管理、资格确认、资金发放、社会监督). A list of the bank holds one scheme; a scheme with very many people is
paid in several batches, so that none is held in memory whole.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple

from django.db import connection, transaction

from ledger.models import Officer
from ledger.money import ZERO
from payouts.approving import check_batch
from payouts.bank_files.instructions import Instruction
from payouts.bank_formats import BankFormat, format_named
from payouts.benefit_facts import streamed
from payouts.building import Due, PlannedPayment, draft_batch, reject_unwritable, sign_built
from payouts.models import Batch, Run
from payouts.models.words import RunStatus
from payouts.posting_benefits import post_run, post_unwritable
from payouts.refusals import refusals_named
from payouts.running import approve_release, move_run

PAYMENTS_PER_BATCH = 50_000
# What is owed is numbered in the order in which it is paid: by scheme and payee. So a batch pays a range of keys.
OWE = """
INSERT INTO payouts_obligation (scheme, component, month, source, person_id, run_id, benefit_id, amount)
SELECT d.scheme, to_char(d.period, 'YYYY-MM') || '/' || d.number, %s,
       payouts_benefit_source(d.person_id, d.scheme, d.period, d.number), d.person_id, d.run_id, d.id,
       d.amount - d.offset
  FROM payouts_benefitdue d WHERE d.run_id = %s AND d.edition = %s AND d.amount > d.offset
 ORDER BY d.scheme, d.person_id, d.holder_name, d.bank, d.account_number, d.id
"""
OWED = """
SELECT o.id, d.scheme, o.person_id, p.id_number, d.holder_name, d.bank, d.account_number, o.amount
  FROM payouts_obligation o JOIN payouts_benefitdue d ON d.id = o.benefit_id
  JOIN payouts_person p ON p.id = o.person_id
 WHERE o.run_id = %s ORDER BY o.id
"""
# The obligations of a batch with the serial numbers of their payments. The run is no way to them ("+ 0"): it owes
# as much again as a batch pays, many times over.
NUMBERED = """
SELECT o.id, o.person_id, p.id_number, d.holder_name, d.bank, d.account_number, o.amount,
       %(serial)s - 1 + dense_rank() OVER (ORDER BY o.person_id, d.holder_name, d.bank, d.account_number) AS serial
  FROM payouts_obligation o JOIN payouts_benefitdue d ON d.id = o.benefit_id
  JOIN payouts_person p ON p.id = o.person_id
 WHERE o.id BETWEEN %(first)s AND %(last)s AND o.run_id + 0 = %(run)s AND o.id <> ALL(%(left_out)s)
"""
PAY = f"""
INSERT INTO payouts_payment (month, serial, batch_id, status, person_id, name, bank, account_number, id_number, amount)
SELECT %(month)s, serial, %(batch)s, 'PLANNED', person_id, holder_name, bank, account_number, id_number, sum(amount)
  FROM ({NUMBERED}) n GROUP BY serial, person_id, holder_name, bank, account_number, id_number ORDER BY serial
"""  # noqa: S608
PARTS = f"""
INSERT INTO payouts_paymentpart (payment_id, obligation_id, attempt, amount)
SELECT p.id, n.id, 1, n.amount
  FROM ({NUMBERED}) n
 CROSS JOIN LATERAL (SELECT p.id FROM payouts_payment p WHERE p.month = %(month)s AND p.serial = n.serial LIMIT 1) p
 ORDER BY n.id
"""  # noqa: S608


class Owed(NamedTuple):
    """An obligation with its payee."""

    obligation: int
    scheme: str
    person: int
    id_number: str
    name: str
    bank: str
    account_number: str
    amount: Decimal


# What one payee is owed of a scheme stands together.
payee_of = itemgetter(slice(1, 7))
Payee = Sequence[Owed]
Officers = tuple[Officer | None, Officer | None, Officer | None]


def release_benefits(*, run: Run, officer: Officer, template: str, at: datetime) -> list[Batch]:
    """Release a reviewed benefit run: make its obligations and its batches; none if nobody gets anything.

    A payee whom the bank's list cannot write gets a rejected payment, which waits for its correction.

    :raises SameOfficer: if the officer submitted or reviewed the run
    :raises ControlsBlock: if a limit blocks
    :raises FunctionsTogether: if one of the three certified a beneficiary or funded an account of it
    """
    with refusals_named(), transaction.atomic():
        run = approve_release(run=run, officer=officer, at=at)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '256MB'")
            cursor.execute(OWE, [run.month, run.pk, run.edition])
        bank = format_named(template)
        officers = (run.submitted_by, run.reviewed_by, officer)
        batches: list[Batch] = []
        unwritable: list[PlannedPayment] = []
        for scheme, payees in payees_by_scheme(run):
            at_fault = set(places_at_fault(instructions_for(payees, 1), bank))
            unwritable += [planned(payees[place]) for place in sorted(at_fault)]
            if len(at_fault) < len(payees):
                source = f"payouts.run/{run.pk}/{scheme}/{len(batches) + 1}"
                batches.append(batch_of(run, payees, at_fault, source, template, officers, at))
        post_run(run=run, reviewer=str(run.reviewed_by_id))
        if unwritable:
            reject_unwritable(run, unwritable, template, officers)
            post_unwritable(run=run, reviewer=str(run.reviewed_by_id))
        if not batches and not unwritable:
            run = move_run(run, RunStatus.PAYING, by=officer, at=at)
            move_run(run, RunStatus.SETTLED, by=officer, at=at)
        return batches


def payees_by_scheme(run: Run) -> Iterator[tuple[str, Sequence[Payee]]]:
    """Yield what the payees of each scheme are owed, at most so many together as one batch holds."""
    rows = map(Owed._make, streamed(OWED, [run.pk]))
    for scheme, of_scheme in groupby(rows, key=itemgetter(1)):
        payees = (list(owed) for _payee, owed in groupby(of_scheme, key=payee_of))
        while chunk := list(islice(payees, PAYMENTS_PER_BATCH)):
            yield scheme, chunk


def instructions_for(payees: Iterable[Payee], serial: int) -> list[Instruction]:
    """Return what the bank is told of payees, numbered from ``serial``."""
    return [
        Instruction(at, owed[0].name, owed[0].account_number, total_of(owed), owed[0].id_number, owed[0].bank)
        for at, owed in enumerate(payees, start=serial)
    ]


def total_of(owed: Payee) -> Decimal:
    return owed[0].amount if len(owed) == 1 else sum((one.amount for one in owed), ZERO)


def places_at_fault(told: Sequence[Instruction], bank: BankFormat) -> list[int]:
    """Return the places of what a list of the bank cannot carry, from 0: a person has a number, too."""
    faults = {serial - 1 for serial in bank.faulty(told)}
    return sorted(faults | {place for place, one in enumerate(told) if not one.id_number})


def batch_of(
    run: Run,
    payees: Sequence[Payee],
    at_fault: Collection[int],
    source: str,
    template: str,
    officers: Officers,
    at: datetime,
) -> Batch:
    """Build the batch that pays payees of one scheme but for those at fault; its payments are made by the database."""
    paid = [owed for place, owed in enumerate(payees) if place not in at_fault] if at_fault else payees
    batch, serial = draft_batch(
        month=run.month,
        run=run,
        source=source,
        template=template,
        pay_date=run.pay_date,
        payments=len(paid),
        total=sum(map(total_of, paid), ZERO),
    )
    with connection.cursor() as cursor:
        for statement in (PAY, PARTS):
            cursor.execute(
                statement,
                {
                    "month": run.month,
                    "batch": batch.pk,
                    "run": run.pk,
                    "serial": serial,
                    "first": payees[0][0].obligation,
                    "last": payees[-1][-1].obligation,
                    "left_out": [one.obligation for place in at_fault for one in payees[place]],
                },
            )
    sign_built(batch, told=instructions_for(paid, serial), officers=officers)
    return check_batch(batch, found=[], at=at)


def planned(owed: Payee) -> PlannedPayment:
    """Return the payment of what one payee is owed of a scheme in a run."""
    first = owed[0]
    return PlannedPayment(
        person=first.person,
        unit=None,
        name=first.name,
        bank=first.bank,
        account_number=first.account_number,
        id_number=first.id_number,
        amount=total_of(owed),
        reissues=None,
        dues=[
            Due(
                one.obligation,
                one.person,
                None,
                one.id_number,
                one.name,
                "",
                one.bank,
                one.account_number,
                one.amount,
                1,
            )
            for one in owed
        ],
    )
