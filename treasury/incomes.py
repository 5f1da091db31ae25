"""What townships collected: posted income by nature of the money, subject and month, with the shares of fees."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from ledger.money import ZERO
from ledger.sums import must_add_up
from treasury.models import IncomeLine, Township
from treasury.models.words import IncomeKind
from treasury.queries import rows_of

# The order in which ``COLLECTED`` returns the natures of money.
KEPT_AS = (IncomeKind.GENERAL, IncomeKind.EXTRA_BUDGETARY, IncomeKind.TRANSFER, IncomeKind.AGRICULTURAL_TAX)
COLLECTED = """
SELECT c.township_id, date_trunc('month', c.day)::date, sum(c.general), sum(c.extra_budgetary), sum(c.transfers),
       sum(c.agricultural_tax), sum(c.upward_share), sum(c.district_share)
  FROM treasury_collection c JOIN treasury_township t ON t.id = c.township_id
 WHERE c.day >= %(since)s AND c.day <= %(on)s GROUP BY t.number, 1, 2 ORDER BY t.number, 2
"""


@dataclass(frozen=True, slots=True)
class Income:
    """What one township collected of one subject in one month."""

    township: Township
    month: date
    kind: IncomeKind
    subject_code: str
    subject: str
    lines: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class SharedFees:
    """The fees of a township and month and how they were shared (F23).

    :raises DoesNotAddUp: if the shares are more than the fees brought
    """

    township: Township
    month: date
    fees: Decimal
    upward: Decimal
    fiscal_share: Decimal

    @property
    def usable(self) -> Decimal:
        return self.fees - self.upward - self.fiscal_share


@dataclass(frozen=True, slots=True)
class Incomes:
    """The income of a span of days in both ways: by subject, and as the collections were posted.

    :raises DoesNotAddUp: if the lines of a township, month and nature are not what was posted
    """

    since: date
    on: date
    rows: Sequence[Income]
    posted: Mapping[tuple[int, date, IncomeKind], Decimal]
    fees: Sequence[SharedFees]

    def __post_init__(self) -> None:
        found: dict[tuple[int, date, IncomeKind], Decimal] = {}
        for row in self.rows:
            key = (row.township.pk, row.month, row.kind)
            found[key] = found.get(key, ZERO) + row.amount
        for key in found.keys() | self.posted.keys():
            who = f"{key[0]} {key[1]:%Y-%m} {key[2]}"
            must_add_up(who=who, what="income", stated=self.posted.get(key, ZERO), found=found.get(key, ZERO))

    def by_kind(self) -> Mapping[IncomeKind, Decimal]:
        """Return the sum of each nature of the money, all four of them."""
        return {kind: sum((row.amount for row in self.rows if row.kind == kind), ZERO) for kind in IncomeKind}

    @property
    def total(self) -> Decimal:
        return sum((row.amount for row in self.rows), ZERO)


def incomes_of(*, since: date, on: date, townships: Collection[int] | None = None) -> Incomes:
    """Return the posted income from one day to another, both included: of the townships of some keys, or of all."""
    named = Township.objects.in_bulk()
    some = Q() if townships is None else Q(township__in=townships)
    lines = (
        IncomeLine.objects.filter(some, received_on__gte=since, received_on__lte=on)
        .exclude(collection=None)
        .annotate(month=TruncMonth("received_on"))
        .values_list("township", "month", "kind", "subject_code", "subject")
        .annotate(count=Count("pk"), whole=Sum("amount"))
        .order_by("township__number", "month", "kind", "subject_code", "subject")
        .values_list("township", "month", "kind", "subject_code", "subject", "count", "whole")
    )
    rows = [
        Income(named[key], month, IncomeKind(kind), code, subject, count, whole)
        for key, month, kind, code, subject, count, whole in lines
    ]
    posted: dict[tuple[int, date, IncomeKind], Decimal] = {}
    fees = []
    for key, month, *sums, upward, fiscal_share in rows_of(COLLECTED, {"since": since, "on": on}):
        if townships is not None and key not in townships:
            continue
        by_kind = dict(zip(KEPT_AS, sums, strict=True))
        posted |= {(key, month, kind): amount for kind, amount in by_kind.items() if amount}
        if by_kind[IncomeKind.EXTRA_BUDGETARY]:
            fees.append(SharedFees(named[key], month, by_kind[IncomeKind.EXTRA_BUDGETARY], upward, fiscal_share))
    return Incomes(since=since, on=on, rows=rows, posted=posted, fees=fees)
