"""Pay again, on the same accounts, what the bank rejected with its file: proposed by one officer, approved by another.

Nothing was wrong with the payees then; what was wrong with the file has been put right. The payments get their
corrections all the same, each to the account that it had, so they go the one way on which payments are issued again.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.models import AccountCorrection, BankFile, ResultRow
from payouts.models.words import BatchStatus, CorrectionStatus, Outcome, PaymentStatus
from payouts.refusals import NothingToReissue, SameOfficer, refusals_named
from payouts.returned_payments import day_of, given_up
from payouts.running import CHAIN

OPEN = (CorrectionStatus.PROPOSED, CorrectionStatus.APPROVED)


def propose_again(*, file: BankFile, paper: str, officer: Officer, at: datetime) -> int:
    """Propose that the rejected payments of a file go out again as they were; return how many.

    :raises NothingToReissue: if none is left that was rejected and not corrected or issued again
    """
    require_post(officer, "payouts.propose_correction")
    with refusals_named(), transaction.atomic():
        # What was rejected one by one for its account needs another account; what was cancelled was never sent.
        of_accounts = ResultRow.objects.filter(code__regex="^(AC|BE)", outcome=Outcome.REJECTED)
        rejected = (
            file.payments.filter(status=PaymentStatus.REJECTED, reissued_as=None)
            .exclude(batch__status=BatchStatus.CANCELLED)
            .exclude(corrections__status__in=OPEN)
            .exclude(pk__in=given_up())
            .exclude(pk__in=of_accounts.values("payment"))
            .order_by("serial")
        )
        proposed = AccountCorrection.objects.bulk_create(
            [
                AccountCorrection(
                    payment=payment,
                    name=payment.name,
                    bank=payment.bank,
                    account_number=payment.account_number,
                    paper=paper.strip(),
                    proposed_by=officer,
                    proposed_at=at,
                )
                for payment in rejected
            ],
            batch_size=1000,
        )
        if not proposed:
            raise NothingToReissue("payment_was_rejected", {"file": file.name})
        record(file, "correction.propose", len(proposed), paper, officer, at)
        return len(proposed)


def approve_again(*, file: BankFile, officer: Officer, at: datetime) -> int:
    """Approve what another officer proposed for a file; return how many payments may go out again.

    They go to the accounts that they had, so nothing has to cool off.

    :raises SameOfficer: if the officer proposed one of them
    :raises NothingToReissue: if nothing is proposed
    """
    require_post(officer, "payouts.approve_correction")
    with refusals_named(), transaction.atomic():
        proposed = AccountCorrection.objects.select_for_update().filter(
            payment__batch=file.batch_id,
            payment__serial__range=(file.first_serial, file.last_serial),
            payment__status=PaymentStatus.REJECTED,
            status=CorrectionStatus.PROPOSED,
            account_number=F("payment__account_number"),
        )
        keys = list(proposed.values_list("pk", flat=True))
        if not keys:
            raise NothingToReissue("correction_is_proposed", {"file": file.name})
        if AccountCorrection.objects.filter(pk__in=keys, proposed_by=officer).exists():
            raise SameOfficer("correction_four_eyes", {"officer": officer.username})
        AccountCorrection.objects.filter(pk__in=keys).update(
            status=CorrectionStatus.APPROVED, approved_by=officer, approved_at=at, payable_from=day_of(at)
        )
        record(file, "correction.approve", len(keys), "", officer, at)
        return len(keys)


def record(file: BankFile, act: str, payments: int, paper: str, officer: Officer, at: datetime) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=act,
        subject=f"bank file/{file.pk}",
        after={"file": file.name, "payments": payments, "paper": paper},
    )
