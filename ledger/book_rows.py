"""The rows of the general ledger, the subsidiary ledgers and the journals of bank accounts, one after another.

Lines are read as they are written, never all at once; read inside ``one_moment``. What the lines of an account
make in each month is held against what the books keep, before the row that says so is given out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import groupby
from typing import Final, NamedTuple

from django.db import connection

from ledger.balances import DIMENSIONS
from ledger.book_figures import NOTHING, AccountFigures, Figures, Span, Turned
from ledger.models import Account
from ledger.models.words import Record
from ledger.money import ZERO
from ledger.sums import must_add_up

# What the lines of a subsidiary ledger can be told apart by.
SPLITS: Final = ("fund", *DIMENSIONS)

LINES = """
SELECT {split}, p.month, l.posting_date, v.voucher_type || '-' || v.number,
       coalesce(nullif(l.summary, ''), v.summary), l.fund_id, l.side, l.amount
  FROM ledger_line l JOIN ledger_voucher v ON v.id = l.voucher_id JOIN ledger_period p ON p.id = l.period_id
 WHERE l.account_id = %(account)s AND l.posting_date >= %(since)s AND l.posting_date < %(before)s
   AND p.year = %(year)s AND p.month BETWEEN %(first)s AND %(last)s
 ORDER BY 1, p.month, l.posting_date, l.voucher_id, l.line_no
"""
# What each value of a dimension brought into the year, and its turnover of the months before the span.
BROUGHT = """
SELECT {split},
       coalesce(sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END)
         FILTER (WHERE l.posting_date < %(since)s), 0.00),
       coalesce(sum(l.amount) FILTER (WHERE l.side = 'D' AND l.posting_date >= %(since)s), 0.00),
       coalesce(sum(l.amount) FILTER (WHERE l.side = 'C' AND l.posting_date >= %(since)s), 0.00)
  FROM ledger_line l JOIN ledger_period p ON p.id = l.period_id
 WHERE l.account_id = %(account)s
   AND (l.posting_date < %(since)s OR (p.year = %(year)s AND p.month < %(first)s))
 GROUP BY 1
"""
VALUES = """
SELECT DISTINCT {split} FROM ledger_line l JOIN ledger_period p ON p.id = l.period_id
 WHERE l.account_id = %(account)s AND l.posting_date >= %(since)s AND l.posting_date < %(before)s
   AND p.year = %(year)s AND p.month BETWEEN %(first)s AND %(last)s
"""


class RowKind(Enum):
    """What a row of a ledger says."""

    ACCOUNT = "account"
    OPENING = "opening"
    LINE = "line"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class BookRow:
    """A row of a ledger; ``balance`` is after it, debit positive; ``so_far`` is the turnover of its month up to it.

    ``value`` is that of the dimension by which the ledger is split, '' where it is not or a line has none.
    """

    kind: RowKind
    account: Account
    value: str
    month: int
    balance: Decimal
    day: date | None = None
    voucher: str = ""
    summary: str = ""
    fund: str = ""
    turned: Turned | None = None
    so_far: Turned = NOTHING


class ReadLine(NamedTuple):
    """One line as it is streamed, in the order of the columns of ``LINES``."""

    value: str
    month: int
    day: date
    voucher: str
    summary: str
    fund: str
    side: str
    amount: Decimal

    @property
    def turned(self) -> Turned:
        return Turned(self.amount, ZERO) if self.side == "D" else Turned(ZERO, self.amount)


@dataclass(frozen=True, slots=True)
class Section:
    """What a ledger shows under one heading: an account, or a value of a dimension in it."""

    account: Account
    value: str
    opened: Decimal
    before: Turned  # turnover of the year before the first month of the span

    @property
    def brought(self) -> Decimal:
        return self.opened + self.before.net

    def begin(self, span: Span) -> Iterator[BookRow]:
        yield BookRow(RowKind.ACCOUNT, self.account, self.value, span.first, self.brought)
        yield BookRow(RowKind.OPENING, self.account, self.value, span.first, self.brought)


def general_ledger(*, figures: Figures, chosen: Sequence[AccountFigures]) -> Iterator[BookRow]:
    """Yield the rows of each account: what was brought in, then each month's turnover and that of the year so far.

    A month without turnover is left out where the span has others.
    """
    span = figures.span
    for one in chosen:
        section = section_of(one, span)
        yield from section.begin(span)
        year = section.before
        for month in span.months:
            turned = one.turned(month, month)
            year += turned
            if one.was_posted_to(month, month) or span.first == span.last:
                yield from month_rows(section, month, turned, year)
        if not one.was_posted_to(span.first, span.last) and span.first != span.last:
            yield from month_rows(section, span.last, NOTHING, year)


def subsidiary_ledger(*, figures: Figures, chosen: Sequence[AccountFigures], split: str) -> Iterator[BookRow]:
    """Yield the rows of each leaf with every line; ``split`` names a dimension that lines are told apart by, or is ''.

    :raises DoesNotAddUp: if the lines of an account do not make what the books keep
    """
    for one in chosen:
        if one.is_leaf:
            yield from account_rows(figures=figures, one=one, split=split, daily=False)


def bank_journal(*, figures: Figures, chosen: Sequence[AccountFigures]) -> Iterator[BookRow]:
    """Yield the rows of each account at a bank or the treasury, line by line with the totals of each day.

    :raises DoesNotAddUp: if the lines of an account do not make what the books keep
    """
    for one in chosen:
        if one.is_leaf and one.account.cash and one.account.record == Record.FINANCIAL:
            yield from account_rows(figures=figures, one=one, split="", daily=True)


def section_of(one: AccountFigures, span: Span) -> Section:
    return Section(one.account, "", one.opened(), one.turned(1, span.first - 1))


def month_rows(section: Section, month: int, turned: Turned, year: Turned) -> Iterator[BookRow]:
    """Yield the total of a month and that of the year so far."""
    for kind, total in ((RowKind.MONTH, turned), (RowKind.YEAR, year)):
        yield BookRow(kind, section.account, section.value, month, section.opened + year.net, turned=total)


def account_rows(*, figures: Figures, one: AccountFigures, split: str, daily: bool) -> Iterator[BookRow]:
    """Yield the rows of one leaf and hold them against what the books keep of it."""
    span = figures.span
    sections = sections_of(one, span, split) if split else [section_of(one, span)]
    must_add_up_to_account(one, sections, span)
    stream = groupby(lines_of(one.account, span, split), key=lambda line: line.value)
    value, lines = next(stream, (None, iter(())))
    written: dict[int, Turned] = {}
    for section in sections:
        of_section: Iterable[ReadLine] = ()
        if value == section.value:
            of_section = lines
        yield from section_rows(section, of_section, span, written, daily=daily)
        if value == section.value:
            value, lines = next(stream, (None, iter(())))
    who = f"{span.book.code} {one.account.code}"
    for month in span.months:
        kept, found = one.turned(month, month), written.get(month, NOTHING)
        must_add_up(who=who, what=f"debit of month {month}", stated=kept.debit, found=found.debit)
        must_add_up(who=who, what=f"credit of month {month}", stated=kept.credit, found=found.credit)


def section_rows(
    section: Section, lines: Iterable[ReadLine], span: Span, written: dict[int, Turned], *, daily: bool
) -> Iterator[BookRow]:
    yield from section.begin(span)
    year = section.before
    has_lines = False
    for month, of_month in groupby(lines, key=lambda line: line.month):
        has_lines = True
        so_far = NOTHING
        for day, of_day in groupby(of_month, key=lambda line: line.day):
            today = NOTHING
            for line in of_day:
                turned = line.turned
                so_far, year, today = so_far + turned, year + turned, today + turned
                yield BookRow(
                    RowKind.LINE,
                    section.account,
                    section.value,
                    month,
                    section.opened + year.net,
                    day,
                    line.voucher,
                    line.summary,
                    line.fund,
                    turned,
                    so_far,
                )
            if daily:
                balance = section.opened + year.net
                yield BookRow(
                    RowKind.DAY, section.account, section.value, month, balance, day, turned=today, so_far=so_far
                )
        written[month] = written.get(month, NOTHING) + so_far
        yield from month_rows(section, month, so_far, year)
    if not has_lines:
        yield from month_rows(section, span.last, NOTHING, year)


def sections_of(one: AccountFigures, span: Span, split: str) -> list[Section]:
    """Return the values of a dimension that an account has lines with; lines without one come first."""
    with connection.cursor() as cursor:
        asked = {**parameters(one.account, span), "account": one.account.pk}
        cursor.execute(BROUGHT.format(split=column_of(split)), asked)
        brought = {value: (opened, Turned(debit, credit)) for value, opened, debit, credit in cursor.fetchall()}
        cursor.execute(VALUES.format(split=column_of(split)), asked)
        values = {value for (value,) in cursor.fetchall()}
    shown = values | {value for value, (opened, turned) in brought.items() if opened or turned != NOTHING}
    return [Section(one.account, value, *brought.get(value, (ZERO, NOTHING))) for value in sorted(shown)]


def must_add_up_to_account(one: AccountFigures, sections: Sequence[Section], span: Span) -> None:
    """Check that the sections of an account bring in what the account does."""
    who = f"{span.book.code} {one.account.code}"
    found = sum((section.opened for section in sections), ZERO)
    must_add_up(who=who, what="balance brought in", stated=one.opened(), found=found)
    before = sum((section.before for section in sections), NOTHING)
    kept = one.turned(1, span.first - 1)
    must_add_up(who=who, what="debit before the months asked for", stated=kept.debit, found=before.debit)
    must_add_up(who=who, what="credit before the months asked for", stated=kept.credit, found=before.credit)


def lines_of(account: Account, span: Span, split: str) -> Iterator[ReadLine]:
    """Yield the lines of an account in the months of a span, a few thousand at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(LINES.format(split=column_of(split) if split else "''"), parameters(account, span))
        for row in cursor:
            yield ReadLine(*row)


def parameters(account: Account, span: Span) -> dict[str, int | date]:
    return {
        "account": account.pk,
        "year": span.year,
        "since": span.since,
        "before": span.before,
        "first": span.first,
        "last": span.last,
    }


def column_of(split: str) -> str:
    """Return the column of a dimension, byte order as Python sorts it.

    :raises ValueError: if lines have no such dimension
    """
    if split not in SPLITS:
        raise ValueError(f"{split} is no dimension of a line: {', '.join(SPLITS)}")
    return f"coalesce(l.{split}_id, '') COLLATE \"C\""
