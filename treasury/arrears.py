"""Whom townships owe salaries (欠发工资), by month: what was owed, what was paid back by a day, what is left.

A person is an opaque reference here; names are the business of who knows them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.money import ZERO
from ledger.sums import DoesNotAddUp
from treasury.models import Township
from treasury.queries import rows_of

# A release counts as paid from the posting date of its voucher; one that the bank sent back whole is on its way.
ARREARS = """
SELECT s.township_id, coalesce(u.code, ''), coalesce(u.name, ''), s.payee_reference, s.month, s.amount,
       coalesce(p.paid, 0.00), coalesce(p.on_its_way, 0.00)
  FROM treasury_unpaidsalary s LEFT JOIN treasury_unit u ON u.id = s.unit_id
  JOIN treasury_township t ON t.id = s.township_id
  LEFT JOIN LATERAL (
    SELECT sum(p.amount) FILTER (WHERE v.is_paid) AS paid, sum(p.amount) FILTER (WHERE NOT v.is_paid) AS on_its_way
      FROM treasury_backpaypart p JOIN treasury_release r ON r.id = p.release_id
     CROSS JOIN LATERAL (SELECT r.status = 'POSTED' AND r.returned < r.amount
                                AND coalesce(min(v.posting_date), r.month) <= %(on)s AS is_paid
                           FROM ledger_voucher v WHERE v.source = r.source || '/paid') v
     WHERE p.unpaid_id = s.id AND r.status <> 'CANCELLED') p ON true
 WHERE s.month <= %(on)s AND s.township_id = ANY (%(townships)s)
 ORDER BY t.number, s.month, coalesce(u.code, ''), s.payee_reference
"""


@dataclass(frozen=True, slots=True)
class Arrear:
    """What one person is owed for a month. ``on_its_way`` is released or waits for its release.

    :raises DoesNotAddUp: if more was paid than is owed
    """

    township: Township
    unit_code: str
    unit: str
    payee_reference: str
    month: date
    amount: Decimal
    paid: Decimal
    on_its_way: Decimal

    def __post_init__(self) -> None:
        if self.paid < ZERO or self.paid + self.on_its_way > self.amount:
            found = self.paid + self.on_its_way
            raise DoesNotAddUp(who=self.payee_reference, what="unpaid salary", stated=self.amount, found=found)

    @property
    def left(self) -> Decimal:
        return self.amount - self.paid


@dataclass(frozen=True, slots=True)
class ArrearMonth:
    """What a township owes for one month."""

    township: Township
    month: date
    people: int
    amount: Decimal
    paid: Decimal
    on_its_way: Decimal

    @property
    def left(self) -> Decimal:
        return self.amount - self.paid


def arrears_of(*, townships: Sequence[Township], on: date) -> Sequence[Arrear]:
    """Return every unpaid salary of some townships as of a day, paid ones too, oldest month first."""
    by_key = {one.pk: one for one in townships}
    rows = rows_of(ARREARS, {"townships": list(by_key), "on": on})
    return [Arrear(by_key[key], *facts) for key, *facts in rows]


def by_month(arrears: Sequence[Arrear]) -> Sequence[ArrearMonth]:
    """Return the arrears of each township and month, in their order."""
    groups: dict[tuple[int, date], list[Arrear]] = {}
    for one in arrears:
        groups.setdefault((one.township.pk, one.month), []).append(one)
    return [
        ArrearMonth(
            township=group[0].township,
            month=month,
            people=len(group),
            amount=sum((one.amount for one in group), ZERO),
            paid=sum((one.paid for one in group), ZERO),
            on_its_way=sum((one.on_its_way for one in group), ZERO),
        )
        for (_key, month), group in groups.items()
    ]


def left_by_township(arrears: Sequence[Arrear]) -> Mapping[int, Decimal]:
    """Return what each township still owes in salaries."""
    left: dict[int, Decimal] = {}
    for one in arrears:
        left[one.township.pk] = left.get(one.township.pk, ZERO) + one.left
    return left
