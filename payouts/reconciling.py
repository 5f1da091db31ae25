"""Make and review the 银行余额调节表 of an own account and month, or say why a month closes without it."""

from datetime import date, datetime

from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.models import CloseReason, OwnAccount, Reconciliation
from payouts.models.bank_words import OutstandingClass, ReconciliationStatus, SignedStatus
from payouts.reconciliations import figures_of
from payouts.refusals import ReasonMissing, WrongState
from payouts.running import CHAIN
from payouts.statement_refusals import NoSuchEntry, NotReconciled, refusals_named


def make_reconciliation(*, own: OwnAccount, month: date, officer: Officer, at: datetime) -> Reconciliation:
    """Make the reconciliation of an account and month; one that still says the same is returned as it is.

    :raises NotReconciled: if the statements of the bank do not reach the last working day of the month
    """
    require_post(officer, "payouts.make_reconciliation")
    with refusals_named(), transaction.atomic():
        own = OwnAccount.objects.select_for_update().get(pk=own.pk)
        found = figures_of(own=own, month=month)
        kept = found.kept
        if kept is not None and kept.status != ReconciliationStatus.VOIDED and found.still_holds:
            return kept
        if not found.is_stated:
            raise NotReconciled(
                "bank_states_the_month", {"account": str(own), "until": found.until, "stated_until": found.stated_until}
            )
        if kept is not None and kept.status == ReconciliationStatus.MADE:
            kept.status = ReconciliationStatus.VOIDED
            kept.save(update_fields=["status"])
        made = Reconciliation.objects.create(
            own_account=own,
            month=month,
            edition=kept.edition + 1 if kept else 1,
            until=found.until,
            stated_until=found.stated_until,
            book_balance=found.book_balance,
            bank_balance=found.bank_balance,
            bank_in=found.total(OutstandingClass.BANK_IN),
            bank_out=found.total(OutstandingClass.BANK_OUT),
            book_in=found.total(OutstandingClass.BOOK_IN),
            book_out=found.total(OutstandingClass.BOOK_OUT),
            unexplained=found.unexplained,
            digest=found.digest,
            made_by=officer,
            made_at=at,
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="reconciliation.make",
            subject=f"reconciliation/{made.pk}",
            after={"account": own.pk, "month": f"{month:%Y-%m}", "edition": made.edition, "digest": made.digest},
        )
        return made


def review_reconciliation(*, own: OwnAccount, month: date, officer: Officer, at: datetime) -> Reconciliation:
    """Review the reconciliation that another officer made.

    :raises EntryUnexplained: if an entry is neither explained nor listed with a signed reason
    :raises ReconciliationOutdated: if books or statements say something else by now
    :raises SameOfficer: if the officer made it
    """
    require_post(officer, "payouts.review_reconciliation")
    with refusals_named(), transaction.atomic():
        OwnAccount.objects.select_for_update().get(pk=own.pk)
        kept = Reconciliation.objects.filter(own_account=own, month=month).order_by("-edition").first()
        if kept is None:
            raise NoSuchEntry("reconciliation_is_made", {"account": str(own), "month": f"{month:%Y-%m}"})
        if kept.status != ReconciliationStatus.MADE:
            raise WrongState("reconciliation_moves", {"reconciliation": str(kept), "status": kept.status})
        kept.status, kept.reviewed_by, kept.reviewed_at = ReconciliationStatus.REVIEWED, officer, at
        kept.save(update_fields=["status", "reviewed_by", "reviewed_at"])
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="reconciliation.review",
            subject=f"reconciliation/{kept.pk}",
            after={"digest": kept.digest},
        )
        return kept


def give_close_reason(*, own: OwnAccount, month: date, reason: str, officer: Officer, at: datetime) -> CloseReason:
    """Say why a month is to be closed though an account is not reconciled; another officer signs it.

    :raises ReasonMissing: without a reason
    :raises WrongState: if one is given already
    """
    require_post(officer, "payouts.make_reconciliation")
    if not reason.strip():
        raise ReasonMissing("close_reason_says_something", {"account": str(own)})
    with refusals_named(), transaction.atomic():
        given = CloseReason.objects.create(
            own_account=own, month=month, reason=reason.strip(), given_by=officer, given_at=at
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="close_reason.give",
            subject=f"own account/{own.pk}",
            after={"month": f"{month:%Y-%m}", "reason": given.reason},
        )
        return given


def decide_close_reason(*, given: CloseReason, to: SignedStatus, officer: Officer, at: datetime) -> CloseReason:
    """Sign or refuse the reason to close a month without a reconciliation.

    :raises SameOfficer: if the officer gave it
    :raises WrongState: if it is decided
    """
    require_post(officer, "payouts.review_reconciliation")
    with refusals_named(), transaction.atomic():
        given = CloseReason.objects.select_for_update().get(pk=given.pk)
        if given.status != SignedStatus.GIVEN:
            raise WrongState("close_reason_moves", {"account": given.own_account_id, "status": given.status})
        given.status, given.signed_by, given.signed_at = to, officer, at
        given.save(update_fields=["status", "signed_by", "signed_at"])
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="close_reason.decide",
            subject=f"own account/{given.own_account_id}",
            after={"month": f"{given.month:%Y-%m}", "status": given.status},
        )
        return given
