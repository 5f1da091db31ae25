"""The same two-line vouchers posted by django-hordak 2.0, as its own benchmark command does it.

In bulk: bulk_create of transactions and legs, 50,000 legs in each database transaction, with its
deferred trigger per leg. One by one: ``transfer_to``. Both with its defaults and one client.
"""

import time
from datetime import date
from itertools import islice
from typing import Any

from django.core.management import call_command
from django.db import transaction
from djmoney.money import Money
from hordak.models import Account, AccountType, Leg, Transaction

from benchmarks.journal import accruals

LEGS_AT_ONCE = 50_000


def install() -> dict[str, Any]:
    call_command("migrate", verbosity=0)
    for code, name, kind in (("1", "Expenses", AccountType.expense), ("2", "Payables", AccountType.liability)):
        Account.objects.create(code=code, name=name, type=kind, currencies=["CNY"])
    return {}


def post_pairs(*, vouchers: int) -> dict[str, Any]:
    """Post in bulk."""
    expenses, payables = Account.objects.get(code="1"), Account.objects.get(code="2")
    events = accruals(vouchers)
    start = time.perf_counter()
    while chunk := list(islice(events, LEGS_AT_ONCE // 2)):
        transactions, legs = [], []
        for event in chunk:
            (voucher,) = event.vouchers
            amount = Money(voucher.entries[0].amount, "CNY")
            posted = Transaction(date=voucher.posting_date, description=event.source)
            transactions.append(posted)
            legs.append(Leg(transaction=posted, account=expenses, debit=amount))
            legs.append(Leg(transaction=posted, account=payables, credit=amount))
        with transaction.atomic():
            Transaction.objects.bulk_create(transactions)
            Leg.objects.bulk_create(legs)
    seconds = time.perf_counter() - start
    assert Leg.objects.count() == 2 * vouchers
    return {"vouchers": vouchers, "seconds": seconds}


def post_singles(*, seconds: float) -> dict[str, Any]:
    """Post one by one for some seconds."""
    expenses, payables = Account.objects.get(code="1"), Account.objects.get(code="2")
    start = time.perf_counter()
    vouchers = 0
    while time.perf_counter() - start < seconds:
        with transaction.atomic():
            payables.transfer_to(expenses, Money("100.00", "CNY"), date=date(2026, 11, 5))
        vouchers += 1
    return {"vouchers": vouchers, "rate": vouchers / (time.perf_counter() - start)}
