"""What a book brought into a year and moved in each of its months, by account and fund: what its papers show.

The figures are those that the books keep (``ledger_balance``), held against the lines when they are read: a
paper is refused where the two differ. Month 13, the adjustment period, is a month of its own. What was
posted before the first day of business is what the book began with, not turnover of a month.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from ledger.balances import balances_as_of
from ledger.models import Account, Book, Fund, Period, YearCarried
from ledger.money import ZERO
from ledger.sums import must_add_up

ADJUSTMENT: Final = 13

KEPT = """
SELECT b.account_id, b.fund_id, p.month, sum(b.debit), sum(b.credit)
  FROM ledger_period p JOIN ledger_balance b ON b.period_id = p.id
 WHERE p.book_id = %(book)s AND p.year = %(year)s AND b.posting_date >= %(since)s
 GROUP BY b.account_id, b.fund_id, p.month
"""
WRITTEN = """
SELECT l.account_id, l.fund_id, p.month,
       coalesce(sum(l.amount) FILTER (WHERE l.side = 'D'), 0.00),
       coalesce(sum(l.amount) FILTER (WHERE l.side = 'C'), 0.00)
  FROM ledger_account a JOIN ledger_line l ON l.account_id = a.id JOIN ledger_period p ON p.id = l.period_id
 WHERE a.book_id = %(book)s AND p.year = %(year)s AND l.posting_date >= %(since)s AND l.posting_date < %(before)s
 GROUP BY l.account_id, l.fund_id, p.month
"""


class UnableToPrint(Exception):
    """A book cannot be put on paper as asked; the text says what is in the way."""


@dataclass(frozen=True, slots=True)
class Turned:
    """Debits and credits of some lines."""

    debit: Decimal = ZERO
    credit: Decimal = ZERO

    def __add__(self, other: "Turned") -> "Turned":
        return Turned(self.debit + other.debit, self.credit + other.credit)

    @property
    def net(self) -> Decimal:
        return self.debit - self.credit


NOTHING: Final = Turned()


@dataclass(frozen=True, slots=True)
class Span:
    """The months of a year, both ends included, that a paper of a book is about."""

    book: Book
    year: int
    first: int
    last: int

    @property
    def since(self) -> date:
        """The first day of business in the year."""
        return max(date(self.year, 1, 1), self.book.opened_on)

    @property
    def begins(self) -> date:
        """The first day of the first month, or of business."""
        return max(date(self.year, min(self.first, 12), 1), self.since)

    @property
    def before(self) -> date:
        """The day after the last."""
        month = min(self.last, 12)
        return date(self.year + month // 12, month % 12 + 1, 1)

    @property
    def months(self) -> range:
        return range(self.first, self.last + 1)


@dataclass(frozen=True)
class AccountFigures:
    """One account: what it brought into the year by fund, debit positive, and its turnover by fund and month.

    A parent has the sums of the leaves below it.
    """

    account: Account
    is_leaf: bool
    depth: int  # how many accounts stand above it
    brought: Mapping[str, Decimal]
    turnover: Mapping[tuple[str, int], Turned]

    def opened(self, fund: str | None = None) -> Decimal:
        """Return what it held when the year began, in one fund or in all."""
        return sum((net for of, net in self.brought.items() if fund in (None, of)), ZERO)

    def turned(self, first: int, last: int, fund: str | None = None) -> Turned:
        """Return its turnover of the months from ``first`` to ``last``, in one fund or in all."""
        found = NOTHING
        for (of, month), turned in self.turnover.items():
            if first <= month <= last and fund in (None, of):
                found += turned
        return found

    def net_after(self, month: int, fund: str | None = None) -> Decimal:
        """Return what it held at the end of a month; month 0 is the beginning of the year."""
        return self.opened(fund) + self.turned(1, month, fund).net

    def was_posted_to(self, first: int, last: int) -> bool:
        """Whether it has lines in the months from ``first`` to ``last``, be it that red and black cancel."""
        return any(first <= month <= last for _fund, month in self.turnover)

    def is_used(self, last: int, fund: str | None = None) -> bool:
        """Whether it brought anything into the year or was posted to until the end of month ``last``."""
        return any(fund in (None, of) for of in self.brought) or any(
            month <= last and fund in (None, of) for of, month in self.turnover
        )


@dataclass(frozen=True)
class Figures:
    """Every account of a book by its code, and the names of the funds in which anything is held or moved."""

    span: Span
    accounts: Mapping[str, AccountFigures]
    leaves_below: Mapping[str, Sequence[str]]
    was_carried: bool
    funds: Mapping[str, str]

    def used(self, *, fund: str | None = None) -> Sequence[AccountFigures]:
        """Return the accounts that the paper shows, by their codes."""
        return [one for one in self.accounts.values() if one.is_used(self.span.last, fund)]

    def under(self, code: str) -> Sequence[AccountFigures]:
        """Return an account and those below it that the paper shows.

        :raises UnableToPrint: if the book has no such account
        """
        if code not in self.accounts:
            raise UnableToPrint(_("Book {book} has no account {code}.").format(book=self.span.book.code, code=code))
        ids = {self.accounts[code].account.pk}
        found = []
        for one in sorted(self.accounts.values(), key=lambda figures: len(figures.account.code)):
            if one.account.pk in ids or one.account.parent_id in ids:
                ids.add(one.account.pk)
                found.append(one)
        return sorted((one for one in found if one.is_used(self.span.last)), key=lambda figures: figures.account.code)


def figures_of(span: Span) -> Figures:
    """Read the figures of a book in a year and hold them against its lines.

    :raises UnableToPrint: if the book has no such months
    :raises DoesNotAddUp: if what the books keep is not what their lines make
    """
    book = span.book
    must_be_kept(span)
    accounts = list(Account.objects.filter(book=book).order_by("code"))
    brought: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for balance in balances_as_of(book=book, as_of=span.since - timedelta(days=1)):
        if balance.net:
            brought[balance.code][balance.fund] = balance.net
    codes = {account.pk: account.code for account in accounts}
    kept = turnover(KEPT, span, codes)
    must_agree(book, kept, turnover(WRITTEN, span, codes))
    moved: dict[str, dict[tuple[str, int], Turned]] = defaultdict(dict)
    for (code, fund, month), turned in kept.items():
        moved[code][fund, month] = turned
    families = leaves_below(accounts)
    parents = {account.parent_id for account in accounts}
    by_id = {account.pk: account for account in accounts}
    funds = {fund for by_fund in brought.values() for fund in by_fund}
    funds |= {fund for by_fund in moved.values() for fund, month in by_fund if month <= span.last}
    return Figures(
        span=span,
        accounts={
            account.code: AccountFigures(
                account=account,
                is_leaf=account.pk not in parents,
                depth=depth(account, by_id),
                brought=added(brought[leaf] for leaf in families[account.code]),
                turnover=turned_together(moved[leaf] for leaf in families[account.code]),
            )
            for account in accounts
        },
        leaves_below=families,
        was_carried=YearCarried.objects.filter(book=book, year=span.year - 1).exists(),
        funds=dict(Fund.objects.filter(code__in=funds).order_by("code").values_list("code", "name")),
    )


def must_be_kept(span: Span) -> None:
    """Check that the book has the months of a span."""
    last = Period.objects.filter(book=span.book, year=span.year, month=span.last).first()
    if last is None or span.first > span.last or last.ends_before <= span.since:
        raise UnableToPrint(
            _("Book {book} has no months {first} to {last} of {year}; its business began on {opened_on}.").format(
                book=span.book.code, first=span.first, last=span.last, year=span.year, opened_on=span.book.opened_on
            )
        )


def turnover(sql: str, span: Span, codes: Mapping[int, str]) -> dict[tuple[str, str, int], Turned]:
    """Return turnover by account code, fund and month."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "book": span.book.pk,
                "year": span.year,
                "since": span.since,
                "before": date(span.year + 1, 1, 1),
            },
        )
        return {
            (codes[account], fund, month): Turned(debit, credit)
            for account, fund, month, debit, credit in cursor.fetchall()
        }


def must_agree(
    book: Book, kept: Mapping[tuple[str, str, int], Turned], written: Mapping[tuple[str, str, int], Turned]
) -> None:
    """Check every balance that the books keep against the lines behind it."""
    for key in sorted(kept.keys() | written.keys()):
        code, fund, month = key
        stated, found = kept.get(key, NOTHING), written.get(key, NOTHING)
        who = f"{book.code} {code} {fund}"
        must_add_up(who=who, what=f"debit of month {month}", stated=stated.debit, found=found.debit)
        must_add_up(who=who, what=f"credit of month {month}", stated=stated.credit, found=found.credit)


def leaves_below(accounts: Sequence[Account]) -> dict[str, list[str]]:
    """Return for each account the leaves that it sums: itself, or those below it."""
    by_id = {account.pk: account for account in accounts}
    parents = {account.parent_id for account in accounts}
    found: dict[str, list[str]] = {account.code: [] for account in accounts}
    for account in accounts:
        if account.pk not in parents:
            above: Account | None = account
            while above is not None:
                found[above.code].append(account.code)
                above = by_id[above.parent_id] if above.parent_id else None
    return found


def depth(account: Account, by_id: Mapping[int, Account]) -> int:
    """Return how many accounts stand above one."""
    return 1 + depth(by_id[account.parent_id], by_id) if account.parent_id else 0


def added(parts: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for part in parts:
        for fund, net in part.items():
            total[fund] = total.get(fund, ZERO) + net
    return total


def turned_together(parts: Iterable[Mapping[tuple[str, int], Turned]]) -> dict[tuple[str, int], Turned]:
    total: dict[tuple[str, int], Turned] = {}
    for part in parts:
        for key, turned in part.items():
            total[key] = total.get(key, NOTHING) + turned
    return total
