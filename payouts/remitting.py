"""Remit what was withheld from people and what the employer owes to the tax office and the funds (J3b)."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ledger.entries import Signatures
from ledger.models import Book, Officer, Voucher
from ledger.models.words import BookKind
from ledger.posting import Posted, post_event
from ledger.posts import require_post
from ledger.recording import record_event
from payouts import entries
from payouts.facts import rows_of
from payouts.models import Run
from payouts.models.words import RELEASED_STATES, RunStatus
from payouts.refusals import WrongState, refusals_named
from payouts.running import CHAIN, lock_run
from treasury.models import Township
from treasury.opening import codes_of
from treasury.posting import SERVICE, mirrored_event


def remit_run(*, run: Run, officer: Officer, on: date, at: datetime) -> list[Posted]:
    """Remit what a run that was paid holds for the tax office and the funds; the officer is the cashier.

    What was remitted before is left alone, and nothing is returned then.

    :raises WrongState: if the run has not been sent to the bank
    :raises CashShort: if the treasury has not the money
    """
    require_post(officer, "payouts.render_batch")
    with refusals_named(), transaction.atomic():
        run = lock_run(run)
        if run.status not in RELEASED_STATES or run.status == RunStatus.RELEASED:
            raise WrongState("run_is_paid_before_it_remits", {"run": str(run), "status": run.status})
        source = f"payouts.run/{run.pk}/remitted"
        if Voucher.objects.filter(source=source).exists():
            return []
        withheld, employer = held_for_offices(run)
        township = Township.objects.select_related("book").order_by("number")[0]
        district = Book.objects.get(kind=BookKind.DISTRICT, lower_books=township.book)
        posted = post_event(
            mirrored_event(
                source=source,
                district=district,
                township=township.book,
                entries=entries.remit(
                    codes_of(district=district, township=township.book), withheld=withheld, employer=employer
                ),
                posting_date=on,
                summary=f"{run.month:%Y年%m月}代扣税款、社会保险费和住房公积金缴库（第{run.number}次）",
                signatures=Signatures(
                    preparer=SERVICE, reviewer=str(run.reviewed_by_id), poster=SERVICE, cashier=officer.username
                ),
            )
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="run.remit",
            subject=f"run/{run}",
            after={"withheld": withheld, "employer": employer, "on": on},
        )
        return posted


def held_for_offices(run: Run) -> tuple[Decimal, Decimal]:
    """Return what a run withheld from people, and what their employers owe beside it."""
    ((withheld,),) = rows_of(
        "SELECT coalesce(sum(deductions + tax), 0.00) FROM payouts_payslip WHERE run_id = %s AND edition = %s",
        run.pk,
        run.edition,
    )
    ((employer,),) = rows_of(
        """SELECT coalesce(sum(e.amount), 0.00) FROM payouts_payslip s
             JOIN payouts_employerpart e ON e.payslip_id = s.id WHERE s.run_id = %s AND s.edition = %s""",
        run.pk,
        run.edition,
    )
    return withheld, employer
