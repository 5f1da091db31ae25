"""Release a benefit run: what it owes, and the batches that pay it, one list for each scheme.

The three officers of the run are those of its batches; none of them certified a beneficiary or funded an account
(资金管理、资格确认、资金发放、社会监督). A list of the bank holds one scheme; a scheme with very many people is
paid in several batches, so that none is held in memory whole.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice

from django.db import connection, transaction

from ledger.models import Officer
from ledger.money import ZERO
from payouts.bank_files.template_files import shipped_template
from payouts.benefit_facts import streamed
from payouts.building import Due, PlannedPayment, build_batch, places_unwritable, reject_unwritable
from payouts.models import Batch, Run
from payouts.models.words import RunStatus
from payouts.posting_benefits import post_run, post_unwritable
from payouts.refusals import refusals_named
from payouts.running import approve_release, move_run

PAYMENTS_PER_BATCH = 50_000
OWE = """
INSERT INTO payouts_obligation (scheme, component, month, source, person_id, run_id, benefit_id, amount)
SELECT d.scheme, to_char(d.period, 'YYYY-MM') || '/' || d.number, %s,
       payouts_benefit_source(d.person_id, d.scheme, d.period, d.number), d.person_id, d.run_id, d.id,
       d.amount - d.offset
  FROM payouts_benefitdue d WHERE d.run_id = %s AND d.edition = %s AND d.amount > d.offset ORDER BY d.id
"""
# In the order of the schemes, then of the people as they are known: what one person gets of a scheme stands together.
OWED = """
SELECT d.scheme, o.id, o.person_id, p.id_number, d.holder_name, d.bank, d.account_number, o.amount
  FROM payouts_obligation o JOIN payouts_benefitdue d ON d.id = o.benefit_id
  JOIN payouts_person p ON p.id = o.person_id
 WHERE o.run_id = %s ORDER BY d.scheme, o.person_id, o.id
"""


def release_benefits(*, run: Run, officer: Officer, template: str, at: datetime) -> list[Batch]:
    """Release a reviewed benefit run: make its obligations and its batches; none if nobody gets anything.

    A payee whom the bank's list cannot write gets a rejected payment, which waits for its correction.

    :raises SameOfficer: if the officer submitted or reviewed the run
    :raises FunctionsTogether: if one of the three certified a beneficiary or funded an account of it
    """
    with refusals_named(), transaction.atomic():
        run = approve_release(run=run, officer=officer, at=at)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '256MB'")
            cursor.execute(OWE, [run.month, run.pk, run.edition])
        bank = shipped_template(name=template)
        officers = (run.submitted_by, run.reviewed_by, officer)
        batches: list[Batch] = []
        unwritable: list[PlannedPayment] = []
        for scheme, payments in payments_by_scheme(run):
            at_fault = set(places_unwritable(payments, bank))
            unwritable += [payments[place] for place in sorted(at_fault)]
            writable = [payment for place, payment in enumerate(payments) if place not in at_fault]
            if writable:
                batches.append(
                    build_batch(
                        month=run.month,
                        run=run,
                        source=f"payouts.run/{run.pk}/{scheme}/{len(batches) + 1}",
                        payments=writable,
                        template=template,
                        officers=officers,
                        pay_date=run.pay_date,
                    )
                )
        post_run(run=run, reviewer=str(run.reviewed_by_id))
        if unwritable:
            reject_unwritable(run, unwritable, template, officers)
            post_unwritable(run=run, reviewer=str(run.reviewed_by_id))
        if not batches and not unwritable:
            run = move_run(run, RunStatus.PAYING, by=officer, at=at)
            move_run(run, RunStatus.SETTLED, by=officer, at=at)
        return batches


def payments_by_scheme(run: Run) -> Iterator[tuple[str, list[PlannedPayment]]]:
    """Yield the payments of each scheme, at most so many together as one batch holds."""
    rows = streamed(OWED, [run.pk])
    for scheme, of_scheme in groupby(rows, key=lambda row: row[0]):
        payments = (payment_of(list(together)) for _key, together in groupby(of_scheme, key=lambda row: row[2]))
        while chunk := list(islice(payments, PAYMENTS_PER_BATCH)):
            yield scheme, chunk


def payment_of(rows: Sequence[tuple]) -> PlannedPayment:  # type: ignore[type-arg]
    """Return the payment of what one person gets of a scheme in a run."""
    _scheme, _obligation, person, id_number, name, bank, account, _amount = rows[0]
    return PlannedPayment(
        person=person,
        unit=None,
        name=name,
        bank=bank,
        account_number=account,
        id_number=id_number,
        amount=sum((row[7] for row in rows), ZERO),
        reissues=None,
        dues=[Due(row[1], person, None, id_number, name, "", bank, account, row[7], 1) for row in rows],
    )
