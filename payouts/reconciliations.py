"""银行余额调节表: what books and bank say of an own account at the end of a month, and whether a month may close."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q

from ledger.money import ZERO
from payouts.facts import rows_of
from payouts.models import CloseReason, OwnAccount, Reconciliation
from payouts.models.bank_words import OutstandingClass, OwnAccountStatus, ReconciliationStatus, SignedStatus
from payouts.policy import payout_policies
from payouts.rules.pay_calendar import days_off, move_before_days_off
from payouts.statement_refusals import NotReconciled


class Item(NamedTuple):
    """What one side has and the other has not; ``number`` counts the entries that stand together in it."""

    kind: OutstandingClass
    day: date
    what: str
    reference: str
    number: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """An own account at the end of a month as books and statements stand now."""

    own: OwnAccount
    month: date
    until: date
    stated_until: date
    book_balance: Decimal
    bank_balance: Decimal
    unexplained: int
    digest: str
    items: Sequence[Item]
    kept: Reconciliation | None

    def total(self, kind: OutstandingClass) -> Decimal:
        return sum((item.amount for item in self.items if item.kind is kind), ZERO)

    @property
    def adjusted_books(self) -> Decimal:
        """Return the balance of the books as it is once they have what the bank has."""
        return self.book_balance + self.total(OutstandingClass.BANK_IN) - self.total(OutstandingClass.BANK_OUT)

    @property
    def adjusted_bank(self) -> Decimal:
        """Return the balance of the bank as it is once it has what the books have."""
        return self.bank_balance + self.total(OutstandingClass.BOOK_IN) - self.total(OutstandingClass.BOOK_OUT)

    @property
    def still_holds(self) -> bool:
        return self.kept is not None and self.kept.digest == self.digest

    @property
    def is_stated(self) -> bool:
        """Whether the bank's statements reach the last working day of the month."""
        return self.stated_until >= last_working_day(self.until)


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def last_working_day(until: date) -> date:
    return move_before_days_off(nominal=until, table=days_off(policies=payout_policies())).on


def figures_of(*, own: OwnAccount, month: date) -> Figures:
    """Return what books and bank say of an account at the end of a month."""
    until = last_day(month)
    [(books, bank, unexplained, stated_until, digest)] = rows_of(
        """SELECT payouts_own_balance(%s, %s), payouts_stated_balance(%s, %s), payouts_unexplained(%s, %s),
                  payouts_stated_until(%s), payouts_reconciliation_digest(%s, %s)""",
        *(own.pk, until) * 3,
        own.pk,
        *(own.pk, until),
    )
    items = [
        Item(OutstandingClass(kind), *rest)
        for kind, *rest in rows_of("SELECT * FROM payouts_reconciliation_items(%s, %s)", own.pk, until)
    ]
    kept = Reconciliation.objects.filter(own_account=own, month=month).order_by("-edition").first()
    return Figures(own, month, until, stated_until, books, bank, unexplained, digest, items, kept)


def accounts_of_month(month: date) -> Sequence[OwnAccount]:
    """Return the own accounts that are reconciled at the end of a month."""
    until = last_day(month)
    return list(
        OwnAccount.objects.filter(
            Q(effective_to=None) | Q(effective_to__gt=until),
            status=OwnAccountStatus.CONFIRMED,
            reconciled_from__lte=until,
        )
        .select_related("book")
        .order_by("pk")
    )


def require_reconciled(*, month: date) -> None:
    """Check that each own account of a month has a reviewed reconciliation that holds, or a signed reason.

    :raises NotReconciled: naming the first one that has neither, and what it lacks
    """
    excused = set(
        CloseReason.objects.filter(month=month, status=SignedStatus.SIGNED).values_list("own_account_id", flat=True)
    )
    for own in accounts_of_month(month):
        if own.pk in excused:
            continue
        figures = figures_of(own=own, month=month)
        reviewed = figures.kept is not None and figures.kept.status == ReconciliationStatus.REVIEWED
        if not (reviewed and figures.still_holds):
            raise NotReconciled(
                "own_account_is_reconciled",
                {
                    "account": str(own),
                    "month": f"{month:%Y-%m}",
                    "stated_until": figures.stated_until,
                    "unexplained": figures.unexplained,
                    "reconciliation": figures.kept.status if figures.kept and figures.still_holds else "",
                },
            )
