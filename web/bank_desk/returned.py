"""Payments that came back: what the bank said, what is proposed instead, and what may be issued again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet, Sum

from ledger.masking import masked_account
from ledger.money import ZERO
from payouts.models import AccountCorrection, GivingUp, Payment, ResultRow
from payouts.models.words import BatchStatus, CorrectionStatus, PaymentStatus
from payouts.returned_payments import given_up

RETURNED = (PaymentStatus.RETURNED, PaymentStatus.REJECTED)


@dataclass(frozen=True, slots=True)
class Returned:
    """A payment with the last record of the bank about it, and what two officers have said of it."""

    payment: Payment
    said: ResultRow | None
    correction: AccountCorrection | None
    givings_up: Sequence[GivingUp]

    @property
    def account(self) -> str:
        return masked_account(self.payment.account_number)

    @property
    def new_account(self) -> str:
        return masked_account(self.correction.account_number) if self.correction else ""

    @property
    def proposed_to_give_up(self) -> GivingUp | None:
        return next((one for one in self.givings_up if not hasattr(one, "decision")), None)

    @property
    def is_given_up(self) -> bool:
        return any(hasattr(one, "decision") and one.decision.is_approved for one in self.givings_up)

    @property
    def came_back(self) -> bool:
        return self.payment.status in RETURNED

    @property
    def is_reissued(self) -> bool:
        return hasattr(self.payment, "reissued_as")

    @property
    def waits(self) -> bool:
        """Whether nobody has proposed anything yet for money that came back."""
        return (
            self.came_back
            and not self.is_reissued
            and not self.is_given_up
            and self.correction is None
            and self.proposed_to_give_up is None
        )

    @property
    def mark(self) -> str:
        """The state that a page shows: an act is taken only on this one."""
        correction = f"{self.correction.pk}{self.correction.status}" if self.correction else ""
        given = "/".join(f"{one.pk}{hasattr(one, 'decision')}" for one in self.givings_up)
        return f"{self.payment.status}/{correction}/{given}/{self.is_reissued}"


def with_what_was_said(payments: QuerySet[Payment]) -> Any:
    """Return payments with what is read of them, in a constant number of queries."""
    return payments.select_related("batch", "reissues", "reissued_as").prefetch_related(
        Prefetch("results", ResultRow.objects.order_by("pk")),
        Prefetch("corrections", AccountCorrection.objects.order_by("pk")),
        Prefetch("givings_up", GivingUp.objects.select_related("decision").order_by("pk")),
    )


def read(payment: Payment) -> Returned:
    results, corrections = list(payment.results.all()), list(payment.corrections.all())
    standing = [one for one in corrections if one.status != CorrectionStatus.REFUSED]
    return Returned(
        payment=payment,
        said=results[-1] if results else None,
        correction=standing[-1] if standing else None,
        givings_up=list(payment.givings_up.all()),
    )


def open_returns(month: date) -> QuerySet[Payment]:
    """Return the payments of a month that came back and are neither issued again nor given up."""
    return (
        Payment.objects.filter(month=month, status__in=RETURNED, reissued_as=None)
        .exclude(batch__status=BatchStatus.CANCELLED)
        .exclude(pk__in=given_up())
        .order_by("serial")
    )


def returns_page(*, month: date, after: int, limit: int) -> Sequence[Returned]:
    """Return a page of what came back, after a serial."""
    return [read(one) for one in with_what_was_said(open_returns(month).filter(serial__gt=after))[:limit]]


def sum_of(payments: QuerySet[Payment]) -> Decimal:
    total: Decimal | None = payments.aggregate(total=Sum("amount"))["total"]
    return total or ZERO
