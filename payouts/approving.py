"""Check a built batch against its limits, sign what was found, and approve it by as many as its total asks for.

A batch in which nothing waits for a signature has the approval of its releaser at once; it moves to approved with
the last approval that its total asks for. What blocks refuses the batch whole: nothing of it is left.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Max

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.checking import text_of
from payouts.facts import rows_of
from payouts.models import Batch, BatchApproval, BatchCheck, BatchException
from payouts.models.words import ApprovalRank, BatchStatus, Severity
from payouts.policy import payout_policies
from payouts.refusals import (
    BatchExceptionsOpen,
    BatchNotApproved,
    ControlsBlock,
    NoSuchRun,
    ReasonMissing,
    SameOfficer,
    WrongState,
    refusals_named,
)
from payouts.rules.control_list import Place, severities
from payouts.rules.controls import Facts
from payouts.rules.payment_limits import (
    BatchFigures,
    PaymentLimits,
    approval_tiers,
    batch_over_limit,
    day_over_limit,
    payment_limits,
    payment_over_limit,
)
from payouts.running import CHAIN

# The act that each approval is; who may take it holds the post.
APPROVAL_ACTS: Mapping[ApprovalRank, str] = {
    ApprovalRank.RELEASER: "payouts.release_run",
    ApprovalRank.CHIEF_ACCOUNTANT: "payouts.approve_as_chief",
    ApprovalRank.BUREAU_HEAD: "payouts.approve_as_head",
}
LIMITS: tuple[tuple[str, Callable[[BatchFigures, PaymentLimits], Facts | None]], ...] = (
    ("batch_over_limit", batch_over_limit),
    ("day_over_limit", day_over_limit),
)


class FoundInBatch(NamedTuple):
    """An exception on its way into a batch; ``payment`` is its key, None for the batch as a whole."""

    payment: int | None
    kind: str
    severity: str
    facts: Facts


def check_batch(batch: Batch, *, found: Sequence[FoundInBatch], at: datetime) -> Batch:
    """Hold a built batch against its limits, keep what was found in it, and give it the approval of its releaser.

    The approval waits where something is to be signed.

    :raises ControlsBlock: if a control or a limit blocks
    """
    policies = payout_policies()
    limits = payment_limits(policies=policies, on=batch.pay_date)
    tiers = approval_tiers(policies=policies, on=batch.pay_date)
    largest = batch.payments.aggregate(largest=Max("amount"))["largest"]
    day_total = total_of_day(batch.pay_date)
    found = [*found, *over_limits(batch, largest, day_total, limits)]
    blocking = sorted({one.kind for one in found if one.severity == Severity.BLOCK})
    if blocking:
        raise ControlsBlock("batch_exceptions_are_signed", {"batch": str(batch), "controls": ", ".join(blocking)})
    BatchCheck.objects.create(
        batch=batch,
        digest=batch.digest,
        largest_payment=largest,
        day_total=day_total,
        payment_limit=limits.payment,
        batch_limit=limits.batch,
        day_limit=limits.day,
        limits_from=limits.since,
        chief_over=tiers.chief_over,
        head_over=tiers.head_over,
        tiers_from=tiers.since,
        approvals=tiers.approvals_for(batch.total),
    )
    BatchException.objects.bulk_create(
        BatchException(
            batch=batch, payment_id=one.payment, kind=one.kind, severity=one.severity, facts=text_of(one.facts)
        )
        for one in found
    )
    batch.status = BatchStatus.CHECKED
    batch.save()
    if open_exceptions(batch):
        return batch
    assert batch.released_by is not None
    return approve(batch, officer=batch.released_by, at=at)


def total_of_day(day: date) -> Decimal:
    """Return what all batches of a pay date pay together; whoever builds another one waits for this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payouts.pay_date'), %s - date '2000-01-01')", [day])
        cursor.execute("SELECT payouts_day_total(%s)", [day])
        return Decimal(cursor.fetchone()[0])


def over_limits(batch: Batch, largest: Decimal, day_total: Decimal, limits: PaymentLimits) -> Iterator[FoundInBatch]:
    """Yield each payment over its limit, and the batch or its day if they are over theirs."""
    asked = severities(policies=payout_policies(), on=batch.pay_date, place=Place.BATCHES)
    if payment_over_limit(largest, limits):
        for key, amount in rows_of(
            "SELECT id, amount FROM payouts_payment WHERE batch_id = %s AND amount > %s ORDER BY serial",
            batch.pk,
            limits.payment,
        ):
            told = payment_over_limit(amount, limits) or {}
            yield FoundInBatch(key, "payment_over_limit", asked["payment_over_limit"], told)
    figures = BatchFigures(batch.total, day_total)
    for kind, limit in LIMITS:
        facts = limit(figures, limits)
        if facts is not None:
            yield FoundInBatch(None, kind, asked[kind], facts)


def open_exceptions(batch: Batch) -> int:
    """Return how many exceptions of a batch wait for a signature, or block it."""
    return batch.exceptions.exclude(severity=Severity.INFO).filter(signed_by=None).count()


def approve(batch: Batch, *, officer: Officer, at: datetime) -> Batch:
    """Give a checked batch its next approval; with the last one that its total asks for, it is approved."""
    given = standing_approvals(batch)
    BatchApproval.objects.create(
        batch=batch, rank=len(given) + 1, digest=batch.digest, approved_by=officer, approved_at=at
    )
    if len(given) + 1 == BatchCheck.objects.get(batch=batch).approvals:
        batch.status = BatchStatus.APPROVED
        batch.save()
    return batch


def standing_approvals(batch: Batch) -> list[BatchApproval]:
    """Return the approvals of what a batch says now; those of another digest are void."""
    return list(batch.approvals.filter(digest=batch.digest).order_by("rank"))


def sign_batch(
    *, month: date, number: int, exceptions: Sequence[int] | None, officer: Officer, reason: str, at: datetime
) -> Batch:
    """Sign exceptions of a checked batch with a reason; None is all that are to be signed.

    :raises ReasonMissing: without a reason
    :raises NoSuchRun: if an exception is not one of the batch, or cannot be signed
    """
    require_post(officer, "payouts.sign_exception")
    if not reason.strip():
        raise ReasonMissing("batch_exception_is_signed_with_a_reason", {"batch": number})
    with refusals_named(), transaction.atomic():
        batch = lock_checked(month, number)
        unsigned = batch.exceptions.filter(severity=Severity.SIGN, signed_by=None)
        if exceptions is not None:
            unsigned = unsigned.filter(pk__in=exceptions)
            if unsigned.count() != len(set(exceptions)):
                raise NoSuchRun("exception_is_of_the_batch", {"batch": str(batch)})
        signed = unsigned.update(signed_by=officer, signed_at=at, reason=reason)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="batch.sign",
            subject=f"batch/{batch}",
            after={"exceptions": signed, "reason": reason},
        )
        return batch


def approve_next(*, month: date, number: int, officer: Officer, at: datetime) -> Batch:
    """Approve a checked batch, as the next officer whose approval its total asks for.

    :raises BatchExceptionsOpen: while one of its exceptions is not signed
    :raises SameOfficer: if the officer prepared, checked, signed for or approved it before
    """
    with refusals_named(), transaction.atomic():
        batch = lock_checked(month, number)
        given = standing_approvals(batch)
        rank = ApprovalRank(len(given) + 1)
        # Which post is asked for depends on the approvals that stand.
        require_post(officer, APPROVAL_ACTS[rank])
        waiting = open_exceptions(batch)
        if waiting:
            raise BatchExceptionsOpen("batch_exceptions_are_signed", {"batch": str(batch), "open": waiting})
        if officer.username in people_behind(batch, given):
            raise SameOfficer("approval_is_by_another", {"batch": str(batch), "officer": officer.username})
        if rank == ApprovalRank.RELEASER and officer.username != batch.released_by_id:
            raise BatchNotApproved("approval_comes_in_its_turn", {"batch": str(batch), "officer": batch.released_by_id})
        batch = approve(batch, officer=officer, at=at)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="batch.approve",
            subject=f"batch/{batch}",
            after={"rank": rank.value, "digest": batch.digest, "total": batch.total, "status": batch.status},
        )
        return batch


def people_behind(batch: Batch, given: Sequence[BatchApproval]) -> set[str]:
    """Return who prepared, checked, signed for or approved a batch."""
    signers = batch.exceptions.filter(signed_by__isnull=False).values_list("signed_by", flat=True)
    behind = {batch.prepared_by_id, batch.checked_by_id, *signers, *(one.approved_by_id for one in given)}
    return {str(username) for username in behind if username}


def lock_checked(month: date, number: int) -> Batch:
    """Return a checked batch, locked until the end of the transaction.

    :raises NoSuchRun: if the month has no such batch
    :raises WrongState: if it is approved already, or cancelled
    """
    batch = Batch.objects.select_for_update().filter(month=month, number=number).first()
    if batch is None:
        raise NoSuchRun("batch_exists", {"month": f"{month:%Y-%m}", "batch": number})
    if batch.status != BatchStatus.CHECKED:
        raise WrongState("batch_moves", {"batch": str(batch), "from": batch.status, "to": BatchStatus.APPROVED})
    return batch
