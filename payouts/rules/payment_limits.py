"""The limits of a payment, a batch and a pay date, and whose approvals a total asks for.

A limit holds up to its figure; over it, the policy ``checks/controls`` says whether it blocks or is signed for.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.policies import PolicySet, as_number, as_record
from payouts.rules.controls import Facts


class PaymentLimits(NamedTuple):
    """Up to how much is paid without a word, and since when."""

    payment: Decimal
    batch: Decimal
    day: Decimal
    since: date


class ApprovalTiers(NamedTuple):
    """Above which total of a batch more than the releaser approve it, and since when."""

    chief_over: Decimal
    head_over: Decimal
    since: date

    def approvals_for(self, total: Decimal) -> int:
        """Return how many approvals a total asks for: the releaser's, the chief accountant's, the bureau head's."""
        return 1 + (total > self.chief_over) + (total > self.head_over)


class BatchFigures(NamedTuple):
    """What a batch is held against its limits with; the total of the day includes its own."""

    total: Decimal
    day_total: Decimal


def payment_limits(*, policies: PolicySet, on: date) -> PaymentLimits:
    """Return the limits of a pay date."""
    dated = policies["payment_limits"].dated_on(on)
    record = as_record(dated.value, "payment", "batch", "day")
    return PaymentLimits(
        as_number(record["payment"]), as_number(record["batch"]), as_number(record["day"]), dated.effective_from
    )


def approval_tiers(*, policies: PolicySet, on: date) -> ApprovalTiers:
    """Return the tiers of approval of a pay date."""
    dated = policies["approval_tiers"].dated_on(on)
    record = as_record(dated.value, "CHIEF_ACCOUNTANT", "BUREAU_HEAD")
    return ApprovalTiers(as_number(record["CHIEF_ACCOUNTANT"]), as_number(record["BUREAU_HEAD"]), dated.effective_from)


def payment_over_limit(amount: Decimal, limits: PaymentLimits) -> Facts | None:
    """A payment is over its limit."""
    return over(amount, limits.payment)


def batch_over_limit(figures: BatchFigures, limits: PaymentLimits) -> Facts | None:
    """The payments of a batch together are over its limit."""
    return over(figures.total, limits.batch)


def day_over_limit(figures: BatchFigures, limits: PaymentLimits) -> Facts | None:
    """What is paid on the pay date, over all batches, is over its limit."""
    return over(figures.day_total, limits.day)


def over(amount: Decimal, limit: Decimal) -> Facts | None:
    return {"amount": str(amount), "limit": str(limit)} if amount > limit else None
