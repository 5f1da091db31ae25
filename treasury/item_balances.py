"""What lies in the earmarked items of the townships' special accounts, and what of it can still be planned."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from ledger.models import Account
from treasury.models import EarmarkedItem, Township
from treasury.models.words import SpecialAccountKind
from treasury.opening import UNASSIGNED_NAME, special_account_code


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


def item_balances(*, townships: Iterable[Township]) -> list[ItemBalance]:
    """Return every item of townships with its balance and what further plans may ask of it."""
    return [
        balance_of(township, kind, number, name)
        for township in townships
        for kind in SpecialAccountKind
        for number, name in [
            (0, UNASSIGNED_NAME),
            *EarmarkedItem.objects.filter(township=township, kind=kind)
            .order_by("number")
            .values_list("number", "name"),
        ]
    ]


def balance_of(township: Township, kind: SpecialAccountKind, number: int, name: str) -> ItemBalance:
    code = special_account_code(book=township.book, kind=kind, number=number)
    return ItemBalance(
        township=township,
        kind=kind,
        number=number,
        name=name,
        account_code=code,
        balance=balance_in(township=township, account_code=code),
        left=left_of_item(township=township, account_code=code),
    )


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
