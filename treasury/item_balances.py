"""What lies in the earmarked items of the townships' special accounts, and what of it can still be planned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from ledger.models import Account
from treasury.models import EarmarkedItem, Township
from treasury.models.words import SpecialAccountKind
from treasury.opening import SPECIAL_ACCOUNTS, UNASSIGNED_NAME

BALANCES = """
SELECT asked.at, coalesce(sum(b.debit - b.credit), 0), treasury_item_left(asked.township, asked.code)
  FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) WITH ORDINALITY AS asked(township, book, code, at)
  JOIN ledger_account a ON a.book_id = asked.book AND a.code = asked.code
  LEFT JOIN ledger_balance b ON b.account_id = a.id
 GROUP BY asked.at, asked.township, asked.code
"""


@dataclass(frozen=True, slots=True)
class ItemBalance:
    """One leaf of a special account; number 0 is what no item was named for (未分项)."""

    township: Township
    kind: SpecialAccountKind
    number: int
    name: str
    account_code: str
    balance: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of a special account, before its balance is known."""

    township: Township
    kind: SpecialAccountKind
    number: int
    name: str
    account_code: str


def item_balances(*, townships: Iterable[Township]) -> list[ItemBalance]:
    """Return every item of townships with its balance and what further plans may ask of it; always three queries."""
    leaves = leaves_of(list(townships))
    with connection.cursor() as cursor:
        cursor.execute(
            BALANCES,
            [
                [one.township.pk for one in leaves],
                [one.township.book.pk for one in leaves],
                [one.account_code for one in leaves],
            ],
        )
        amounts = {at: (balance, left) for at, balance, left in cursor.fetchall()}
    return [
        ItemBalance(one.township, one.kind, one.number, one.name, one.account_code, *map(Decimal, amounts[at]))
        for at, one in enumerate(leaves, start=1)
    ]


def leaves_of(townships: Sequence[Township]) -> list[Leaf]:
    """Return the leaves of the special accounts of townships: what no item was named for, then its items."""
    items: dict[tuple[int, str], list[tuple[int, str]]] = {}
    found = EarmarkedItem.objects.filter(township__in=townships).order_by("number")
    for township, kind, number, name in found.values_list("township", "kind", "number", "name"):
        items.setdefault((township, kind), []).append((number, name))
    cash = Account.objects.filter(book__in=[one.book for one in townships], role="SPECIAL_CASH")
    codes = dict(cash.values_list("book", "code"))
    return [
        Leaf(township, kind, number, name, f"{codes[township.book.pk]}{SPECIAL_ACCOUNTS[kind]}{number:02}")
        for township in townships
        for kind in SpecialAccountKind
        for number, name in [(0, UNASSIGNED_NAME), *items.get((township.pk, kind), [])]
    ]


def balance_in(*, township: Township, account_code: str) -> Decimal:
    """Return the balance of an account of a township."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(debit - credit), 0) FROM ledger_balance WHERE account_id = %s",
            [Account.objects.get(book=township.book, code=account_code).pk],
        )
        return Decimal(cursor.fetchone()[0])


def left_of_item(*, township: Township, account_code: str) -> Decimal:
    """Return what a further plan may ask of a leaf: what is not set aside and not waited for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT treasury_item_left(%s, %s)", [township.pk, account_code])
        return Decimal(cursor.fetchone()[0])
