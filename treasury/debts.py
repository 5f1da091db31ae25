"""The register of old debt (历史欠款): every voucher on it with the balance it leaves, and how it burns down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ledger.sums import must_add_up
from treasury.models import Township
from treasury.queries import rows_of
from treasury.scopes import district_wide

MONTHS = 13  # a year from month end to month end

# The balance runs over the whole life of the account, in the district's book; the township's voucher of the
# same event stands beside it.
REGISTER = """
SELECT * FROM (
  SELECT t.id, v.posting_date, v.id, v.voucher_type || '-' || v.number, v.source, v.summary,
         sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END) AS amount,
         sum(sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END))
           OVER (PARTITION BY t.id ORDER BY v.posting_date, v.id) AS balance,
         coalesce((SELECT string_agg(o.voucher_type || '-' || o.number, ' ' ORDER BY o.id)
                     FROM ledger_voucher o WHERE o.source = v.source AND o.book_id = own.id), '') AS below
    FROM treasury_township t JOIN ledger_book own ON own.code = t.book_id
    JOIN ledger_account a ON a.book_id = own.parent_id AND a.counterpart_id = own.id AND a.mirror = 'HISTORIC'
    JOIN ledger_line l ON l.account_id = a.id JOIN ledger_voucher v ON v.id = l.voucher_id
   WHERE l.posting_date <= %(on)s AND t.id = ANY (%(townships)s)
   GROUP BY t.id, own.id, v.id, v.posting_date, v.voucher_type, v.number, v.source, v.summary) moved
 WHERE posting_date >= %(since)s ORDER BY 1, 2, 3
"""
BALANCES = """
SELECT t.id, m.day::date, coalesce(sum(b.debit - b.credit), 0.00)
  FROM treasury_township t JOIN ledger_book own ON own.code = t.book_id
  JOIN ledger_account a ON a.book_id = own.parent_id AND a.counterpart_id = own.id AND a.mirror = 'HISTORIC'
 CROSS JOIN unnest(%(days)s::date[]) AS m (day)
  LEFT JOIN ledger_balance b ON b.account_id = a.id AND b.posting_date <= m.day
 WHERE t.id = ANY (%(townships)s) GROUP BY t.id, t.number, m.day ORDER BY t.number, m.day
"""


@dataclass(frozen=True, slots=True)
class DebtMovement:
    """One voucher on the old debt of a township: above zero the debt grows, below it falls."""

    day: date
    voucher: int
    number: str
    number_below: str
    source: str
    summary: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class DebtRegister:
    """The old debt of a township over a span of days.

    :raises DoesNotAddUp: if a movement does not lead from the balance before it to its own, and the last to the closing
    """

    township: Township
    since: date
    on: date
    opening: Decimal
    movements: Sequence[DebtMovement]
    closing: Decimal

    def __post_init__(self) -> None:
        balance = self.opening
        for one in self.movements:
            balance += one.amount
            must_add_up(who=self.township.name, what=f"old debt after {one.number}", stated=one.balance, found=balance)
        must_add_up(who=self.township.name, what="old debt", stated=self.closing, found=balance)


@dataclass(frozen=True, slots=True)
class BurnDown:
    """The old debt of a township at each month end, oldest first; the last day may be within its month."""

    township: Township
    days: Sequence[date]
    balances: Sequence[Decimal]

    @property
    def fallen(self) -> Decimal:
        """What the debt fell by over the months; below zero it grew."""
        return self.balances[0] - self.balances[-1]


@district_wide()
def debt_registers(*, townships: Sequence[Township], since: date, on: date) -> Sequence[DebtRegister]:
    """Return the register of old debt of each township from one day to another, both included."""
    keys = [one.pk for one in townships]
    found: dict[int, list[DebtMovement]] = {}
    for key, day, voucher, number, source, summary, amount, balance, below in rows_of(
        REGISTER, {"townships": keys, "since": since, "on": on}
    ):
        found.setdefault(key, []).append(
            DebtMovement(
                day=day,
                voucher=voucher,
                number=number,
                number_below=below,
                source=source,
                summary=summary,
                amount=amount,
                balance=balance,
            )
        )
    before = since - timedelta(days=1)
    balances = balances_on(keys, [before, on])
    return [
        DebtRegister(
            township=one,
            since=since,
            on=on,
            opening=balances[one.pk, before],
            movements=found.get(one.pk, []),
            closing=balances[one.pk, on],
        )
        for one in townships
    ]


@district_wide()
def burn_downs(*, townships: Sequence[Township], on: date, months: int = MONTHS) -> Sequence[BurnDown]:
    """Return the old debt of each township at the last ``months`` month ends up to a day, that day included.

    Month ends before the first of their books opened are left out: nothing is known of them.
    """
    begun = min((one.book.opened_on for one in townships), default=on) - timedelta(days=1)
    days = [day for day in month_ends(on=on, months=months) if day >= begun or day == on]
    balances = balances_on([one.pk for one in townships], days)
    return [BurnDown(one, days, [balances[one.pk, day] for day in days]) for one in townships]


def month_ends(*, on: date, months: int) -> list[date]:
    """Return a day and the month ends before it, oldest first."""
    days = [on]
    while len(days) < months:
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    return days[::-1]


def balances_on(townships: Sequence[int], days: Sequence[date]) -> Mapping[tuple[int, date], Decimal]:
    rows = rows_of(BALANCES, {"townships": list(townships), "days": sorted(set(days))})
    return {(township, day): balance for township, day, balance in rows}
