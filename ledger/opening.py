"""Open books, their accounts and their years."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from ledger.closing import change_period
from ledger.models import Account, AccountFund, Book, Chart, ChartAccount, Fund, Officer, Period, PeriodChange
from ledger.models.words import BookKind, Flow, Mirror, PeriodStatus
from ledger.recording import record_event
from ledger.refusals import refusal_of


class UnableToOpen(Exception):
    """A book or an account cannot be opened as asked; the text says what is in the way."""


@dataclass(frozen=True, slots=True)
class SubAccount:
    """A bureau's own account under one of its regime's codes; it inherits what is not said."""

    parent_code: str
    code: str
    name: str
    flow: Flow = Flow.ANY
    mirror: Mirror = Mirror.NONE
    counterpart: str | None = None
    role: str = ""
    fund_codes: Sequence[str] = field(default_factory=tuple)
    may_overdraw: bool = False


@transaction.atomic
def open_book(
    *,
    code: str,
    name: str,
    kind: BookKind,
    regime: str,
    parent: Book | None,
    opened_on: date,
    opener: Officer,
    at: datetime,
) -> Book:
    """Open a book with every account of its regime and the periods of its first year.

    The period of the day before ``opened_on`` is opened too: opening vouchers are dated in it.

    :raises UnableToOpen: if the regime has no accounts
    """
    if not ChartAccount.objects.filter(chart=regime).exists():
        raise UnableToOpen(
            _("Regime {regime} has no accounts. Load its chart first: manage.py load_chart.").format(regime=regime)
        )
    book = Book.objects.create(
        code=code, name=name, kind=kind, chart=Chart.objects.get(pk=regime), parent=parent, opened_on=opened_on
    )
    copy_chart(book)
    day_before = opened_on - timedelta(days=1)
    if day_before.year != opened_on.year:
        period_of(book, day_before.year, day_before.month).save()
    open_year(book=book, year=opened_on.year)
    record_event(
        chain=code,
        at=at,
        actor=opener.username,
        act="book.open",
        subject=f"book/{code}",
        after={"regime": regime, "opened_on": opened_on, "upper_book": parent.code if parent else ""},
    )
    months = Period.objects.filter(book=book, month__lte=12, starts_on__lte=opened_on, ends_before__gt=day_before)
    for month in months.order_by("starts_on"):
        open_period(period=month, opener=opener, at=at)
    return book


def copy_chart(book: Book) -> None:
    """Give a book the accounts of its regime, parents first."""
    listed = {row.code: row for row in ChartAccount.objects.filter(chart=book.chart_id).order_by("code")}
    funds = list(Fund.objects.values_list("code", flat=True))
    made: dict[str, Account] = {}
    rows = sorted(listed.values(), key=lambda row: depth(row, listed))
    for _depth, together in groupby(rows, key=lambda row: depth(row, listed)):
        level = Account.objects.bulk_create(
            Account(
                book=book,
                code=row.code,
                name=row.name,
                parent=made.get(row.parent_code),
                kind=row.kind,
                record=row.record,
                normal_side=row.normal_side,
                role=row.role,
                cash=row.cash,
                level=row.level,
                effective_from=row.effective_from,
                effective_to=row.effective_to,
            )
            for row in together
        )
        made |= {account.code: account for account in level}
    AccountFund.objects.bulk_create(
        AccountFund(account=made[row.code], fund_id=fund)
        for row in listed.values()
        for fund in (funds if row.fund_codes == "*" else row.fund_codes.split("|"))
    )


def depth(row: ChartAccount, listed: Mapping[str, ChartAccount]) -> int:
    """Return how many accounts stand above a code; a list never leads round in a circle."""
    above = listed.get(row.parent_code)
    return depth(above, listed) + 1 if above else 0


@transaction.atomic
def add_account(*, book: Book, sub: SubAccount) -> Account:
    """Add a sub-account; it takes kind, sides, level and funds from its parent.

    :raises UnableToPost: if the parent has been posted to
    """
    parent = Account.objects.get(book=book, code=sub.parent_code)
    funds = sub.fund_codes or [admitted.fund_id for admitted in AccountFund.objects.filter(account=parent)]
    try:
        with transaction.atomic():
            account = Account.objects.create(
                book=book,
                code=sub.code,
                name=sub.name,
                parent=parent,
                kind=parent.kind,
                record=parent.record,
                normal_side=parent.normal_side,
                role=sub.role,
                cash=parent.cash,
                may_overdraw=sub.may_overdraw,
                flow=sub.flow,
                level=parent.level,
                mirror=sub.mirror,
                counterpart=Book.objects.get(code=sub.counterpart) if sub.counterpart else None,
                effective_from=parent.effective_from,
                effective_to=parent.effective_to,
            )
    except DatabaseError as error:
        raise refusal_of(error) from error
    AccountFund.objects.bulk_create(AccountFund(account=account, fund_id=fund) for fund in funds)
    return account


@transaction.atomic
def open_year(*, book: Book, year: int) -> None:
    """Add the twelve months and the adjustment period of a year; months that exist stay."""
    known = set(Period.objects.filter(book=book, year=year).values_list("month", flat=True))
    Period.objects.bulk_create(period_of(book, year, month) for month in range(1, 14) if month not in known)


def period_of(book: Book, year: int, month: int) -> Period:
    """Return a period, unopened; month 13 is the last day of the year once more."""
    if month == 13:
        starts_on, ends_before = date(year, 12, 31), date(year + 1, 1, 1)
    else:
        starts_on = date(year, month, 1)
        ends_before = date(year + month // 12, month % 12 + 1, 1)
    return Period(book=book, year=year, month=month, starts_on=starts_on, ends_before=ends_before)


def open_period(*, period: Period, opener: Officer, at: datetime) -> PeriodChange:
    """Open a period that has not been opened yet.

    :raises PeriodCannotMove: if it has been opened, or a later month or the upper book's is closed
    """
    return change_period(
        period,
        PeriodStatus.UNOPENED,
        PeriodStatus.OPEN,
        requested_by=opener,
        approved_by=None,
        reason="",
        at=at,
    )
