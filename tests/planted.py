"""What no act would write, put past all promises by a superuser, for the tests that an auditor runs to find."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg2.extensions
from django.utils import translation

from audit.populations import Row, Within
from audit.samples import Taken, Wanted, take
from ledger.models import Book
from tests.attacks import Stage

serials = itertools.count(900_001)


@dataclass(frozen=True)
class Planted:
    """A payment to plant, in a batch of its own."""

    on: date
    amount: str = "100.00"
    name: str = "测试收款人"
    id_number: str = "220112199001011234"
    account: str = "6228480012345670001"
    status: str = "SENT"
    batch: str = "SENT"

    def but(self, **changes: Any) -> "Planted":
        return replace(self, **changes)


@contextmanager
def past_all_promises(stage: Stage) -> Iterator[psycopg2.extensions.cursor]:
    """Give a superuser's cursor for which no trigger fires; it commits."""
    connection = stage.connect("postgres")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            yield cursor
    finally:
        connection.close()


def plant(stage: Stage, *payments: Planted) -> list[str]:
    """Plant payments and return their keys."""
    keys = []
    with past_all_promises(stage) as cursor:
        for payment in payments:
            serial = next(serials)
            cursor.execute(
                """INSERT INTO payouts_batch (month, number, source, status, template, pay_date, payments_count, total,
                                              digest, prepared_by_id, checked_by_id, released_by_id)
                   VALUES (%s, %s, %s, %s, 'list_gb18030', %s, 1, %s, '', 'demo-preparer', 'demo-reviewer',
                           'demo-releaser') RETURNING id""",
                (
                    payment.on.replace(day=1),
                    serial % 30_000,
                    f"planted/{serial}",
                    payment.batch,
                    payment.on,
                    payment.amount,
                ),
            )
            (batch,) = cursor.fetchone() or (0,)
            cursor.execute(
                """INSERT INTO payouts_payment (month, serial, batch_id, status, name, bank, account_number, id_number,
                                                amount) VALUES (%s, %s, %s, %s, %s, '', %s, %s, %s)""",
                (
                    payment.on.replace(day=1),
                    serial,
                    batch,
                    payment.status,
                    payment.name,
                    payment.account,
                    payment.id_number,
                    payment.amount,
                ),
            )
            keys.append(f"{payment.on:%Y-%m}/{serial}")
    return keys


def within(since: date, until: date, *, account: str = "", fund: str = "", books: Sequence[str] = ()) -> Within:
    """Return days and filters, of all books."""
    of = Book.objects.filter(code__in=books) if books else Book.objects.all()
    return Within(list(of.order_by("code")), since, until, account, fund)


def of_month(month: date) -> Within:
    """Return a whole month of all books."""
    return within(month, month.replace(day=28) if month.month == 2 else month.replace(day=30))


def result_of(name: str, place: Within, of: str = "", **numbers: object) -> Taken:
    """Run a test as it is taken away."""
    told = {key: str(number) for key, number in numbers.items()}
    with translation.override("en"):
        return take(wanted=Wanted(method=name, of=of, seed="", numbers=told), within=place)


def keys_found(name: str, place: Within, of: str = "", **numbers: object) -> list[str]:
    return [str(row[1]) for row in result_of(name, place, of, **numbers).rows]


def facts(taken: Taken) -> Mapping[str, str]:
    return dict(taken.facts)


def yuan(text: str) -> Decimal:
    return Decimal(text)


def keys_of(rows: Sequence[Row], column: int) -> list[str]:
    return [str(row[column]) for row in rows]
