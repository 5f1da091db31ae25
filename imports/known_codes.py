"""What the books know of the codes that a voucher file names, as plain facts to judge it by."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection, models

from ledger.models import (
    Account,
    AccountFund,
    AccountingUnit,
    Book,
    Counterparty,
    EconomicClass,
    FunctionalClass,
    Fund,
    Period,
    Project,
    Voucher,
)

DIMENSIONS: dict[str, type[models.Model]] = {
    "functional": FunctionalClass,
    "economic": EconomicClass,
    "project": Project,
    "unit": AccountingUnit,
    "counterparty": Counterparty,
}


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account; ``above`` are the codes over it, ``pair`` the current accounts that must agree (P10)."""

    above: tuple[str, ...]
    leaf: bool
    record: str
    cash: bool
    funds: Collection[str]
    effective_from: date
    effective_to: date | None
    pair: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class KnownBook:
    """A book: its accounts by code, the status of its months."""

    opened_on: date
    accounts: Mapping[str, KnownAccount]
    months: Mapping[tuple[int, int], str]


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """All that a file is judged by; ``vouchers_at_once`` is what one event can hold."""

    books: Mapping[str, KnownBook]
    funds: Collection[str]
    dimensions: Mapping[str, Collection[str]]
    vouchers_at_once: int


def known_codes(*, books: Collection[str], dimensions: Mapping[str, Collection[str]]) -> KnownCodes:
    """Return what is known of these books, and which of these codes exist."""
    part = Voucher._meta.get_field("part")
    return KnownCodes(
        books={book.code: known_book(book) for book in Book.objects.filter(code__in=books)},
        funds=frozenset(Fund.objects.values_list("code", flat=True)),
        dimensions={
            name: frozenset(
                model._default_manager.filter(code__in=dimensions.get(name, ())).values_list("code", flat=True)
            )
            for name, model in DIMENSIONS.items()
        },
        vouchers_at_once=connection.ops.integer_field_range(part.get_internal_type())[1],
    )


def known_book(book: Book) -> KnownBook:
    accounts = {account.pk: account for account in Account.objects.filter(book=book).select_related("counterpart")}
    parents = {account.parent_id for account in accounts.values()}
    funds: dict[int, set[str]] = defaultdict(set)
    for account_id, fund in AccountFund.objects.filter(account__book=book).values_list("account_id", "fund_id"):
        funds[account_id].add(str(fund))
    return KnownBook(
        opened_on=book.opened_on,
        accounts={
            account.code: KnownAccount(
                above=codes_above(account, accounts),
                leaf=account.pk not in parents,
                record=account.record,
                cash=account.cash,
                funds=funds[account.pk],
                effective_from=account.effective_from,
                effective_to=account.effective_to,
                pair=pair_of(account, book),
            )
            for account in accounts.values()
        },
        months={
            (period.year, period.month): period.status for period in Period.objects.filter(book=book, month__lte=12)
        },
    )


def codes_above(account: Account, accounts: Mapping[int, Account]) -> tuple[str, ...]:
    codes = []
    while account.parent_id is not None:
        account = accounts[account.parent_id]
        codes.append(account.code)
    return tuple(codes)


def pair_of(account: Account, book: Book) -> tuple[str, str] | None:
    """Return the lower book and the kind of a mirrored current account, the same for both of its sides."""
    if account.counterpart is None:
        return None
    return (book.code if account.level == "UPPER" else account.counterpart.code), account.mirror
