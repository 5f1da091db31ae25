"""Hands on a paid district that go round the ORM, and looks at what an act that was refused has left."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg2
from django.db import connection, transaction

from ledger.copying import spell
from ledger.refusals import UnableToPost
from tests.attacks import Hand, insertion, refused_as

Row = dict[str, Any]


def refusal(hand: Hand, sql: str, *parameters: Any) -> str:
    """Return the name under which a statement is refused, or ``accepted``; nothing is left of it."""
    hand.rows("SAVEPOINT attack")
    try:
        hand.rows(sql, *parameters)
    except psycopg2.Error as error:
        name = refused_as(error)
    else:
        name = "accepted"
    hand.rows("ROLLBACK TO SAVEPOINT attack")
    return name


def row_of(hand: Hand, table: str, condition: str, *parameters: Any) -> Row:
    """Return the first row of a table for which a condition holds."""
    with hand.connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE {condition} ORDER BY id LIMIT 1", parameters or None)
        assert cursor.description is not None
        (values,) = cursor.fetchall()
        return {column.name: value for column, value in zip(cursor.description, values, strict=True)}


def another(row: Row, /, **changes: Any) -> Row:
    """Return a row like one that stands, with a key of its own to come."""
    return {**{column: value for column, value in row.items() if column != "id"}, **changes}


def adds(hand: Hand, table: str, row: Row) -> int:
    """Insert a row and return its key."""
    sql, parameters = insertion(table, [row])
    return int(hand.value(f"{sql} RETURNING id", *parameters))


def refuses(hand: Hand, table: str, *rows: Row) -> str:
    """Return the name under which rows are refused as an INSERT; a COPY of them is refused by the same.

    Into a table with row policies the app role copies nothing at all.
    """
    sql, parameters = insertion(table, rows)
    name = refusal(hand, sql, *parameters)
    ((has_policies,),) = hand.rows("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", table)
    copied = "FeatureNotSupported" if has_policies and hand.role == "app" else name
    assert refused_copy(hand, table, rows) == copied
    return name


def refused_copy(hand: Hand, table: str, rows: Sequence[Row]) -> str:
    lines = "".join("\t".join(map(in_copy, row.values())) + "\n" for row in rows)
    hand.rows("SAVEPOINT copying")
    try:
        with hand.connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} ({', '.join(rows[0])}) FROM STDIN", io.StringIO(lines))
    except psycopg2.Error as error:
        name = refused_as(error)
    else:
        name = "accepted"
    hand.rows("ROLLBACK TO SAVEPOINT copying")
    return name


def in_copy(value: Any) -> str:
    """Return a value as COPY reads it; bytes in hexadecimal."""
    return spell(f"\\x{bytes(value).hex()}" if isinstance(value, memoryview) else value)


def payment(hand: Hand, month: date, place: int) -> Row:
    """Return a payment by its place in the month, from 1."""
    serials = hand.rows("SELECT serial FROM payouts_payment WHERE month = %s ORDER BY serial", month)
    return row_of(hand, "payouts_payment", "month = %s AND serial = %s", month, serials[place - 1][0])


def batch_row(hand: Hand, month: date, number: int = 1) -> Row:
    return row_of(hand, "payouts_batch", "month = %s AND number = %s", month, number)


def run_row(hand: Hand, month: date, number: int = 1) -> Row:
    return row_of(hand, "payouts_run", "month = %s AND number = %s", month, number)


def draft_batch(hand: Hand, month: date, **changes: Any) -> int:
    """Begin a further batch of a month's run and return its key."""
    like = batch_row(hand, month)
    fresh = {"number": 90, "source": "attack/batch", "status": "DRAFT", "digest": ""}
    unsigned = dict.fromkeys(("prepared_by_id", "checked_by_id", "released_by_id"))
    return adds(hand, "payouts_batch", another(like, **{**fresh, **unsigned, **changes}))


def check_of(hand: Hand, batch: int, **changes: Any) -> Row:
    """Return what holds a built batch against wide limits, right but for the changes."""
    about = row_of(hand, "payouts_batch", "id = %s", batch)
    wide = dict.fromkeys(("payment_limit", "batch_limit", "day_limit", "chief_over", "head_over"), 10**9)
    right = {
        "batch_id": batch,
        "digest": about["digest"],
        "largest_payment": hand.value("SELECT max(amount) FROM payouts_payment WHERE batch_id = %s", batch),
        "day_total": hand.value("SELECT payouts_day_total(%s)", about["pay_date"]),
        **wide,
        "limits_from": about["pay_date"],
        "tiers_from": about["pay_date"],
        "approvals": 1,
    }
    return {**right, **changes}


def approval_of(hand: Hand, batch: int, **changes: Any) -> Row:
    """Return the releaser's approval of a batch, right but for the changes."""
    about = row_of(hand, "payouts_batch", "id = %s", batch)
    right = {
        "batch_id": batch,
        "rank": 1,
        "digest": about["digest"],
        "approved_by_id": about["released_by_id"],
        "approved_at": "2026-11-25 09:00+00",
    }
    return {**right, **changes}


def planned(hand: Hand, batch: int, of: Row, **changes: Any) -> int:
    """Plan a payment in a batch like one that stands, and return its key."""
    serial = hand.value("SELECT max(serial) + 1 FROM payouts_payment WHERE month = %s", of["month"])
    fresh = {"serial": serial, "batch_id": batch, "status": "PLANNED", "reissues_id": None}
    return adds(hand, "payouts_payment", another(of, **{**fresh, **changes}))


def cooled_off(hand: Hand, of: Row, **changes: Any) -> int:
    """Have the account of a returned payment corrected to what it is, payable from 2 July; return the correction."""
    told = {column: of[column] for column in ("name", "bank", "account_number")}
    proposed = {
        "status": "PROPOSED",
        "paper": "x",
        "proposed_by_id": "demo-clerk",
        "proposed_at": "2026-07-01 09:00+00",
    }
    key = adds(hand, "payouts_accountcorrection", {"payment_id": of["id"], **told, **proposed})
    approved = {"status": "APPROVED", "approved_by_id": "demo-reviewer", "approved_at": "2026-07-01 09:00+00"}
    hand.rows(*update("payouts_accountcorrection", key, {**approved, "payable_from": "2026-07-02", **changes}))
    return key


def part_of(hand: Hand, payment_key: int) -> Row:
    """Return the part that a payment to a person has."""
    return row_of(hand, "payouts_paymentpart", "payment_id = %s", payment_key)


@contextmanager
def round_triggers(hand: Hand) -> Iterator[None]:
    """Let a superuser write past the triggers for a while."""
    hand.rows("SET session_replication_role = replica")
    yield
    hand.rows("SET session_replication_role = origin")


def update(table: str, key: int, columns: dict[str, Any]) -> tuple[Any, ...]:
    told = ", ".join(f"{column} = %s" for column in columns)
    return f"UPDATE {table} SET {told} WHERE id = %s", *columns.values(), key


@contextmanager
def standing(superuser: Hand, table: str, key: int, **columns: Any) -> Iterator[None]:
    """Let a row stand in a state for all connections, and take it back afterwards."""
    before = row_of(superuser, table, "id = %s", key)
    with round_triggers(superuser):
        superuser.rows(*update(table, key, columns))
    superuser.connection.commit()
    try:
        yield
    finally:
        with round_triggers(superuser):
            superuser.rows(*update(table, key, {column: before[column] for column in columns}))
        superuser.connection.commit()


def rows_of_all() -> list[tuple[Any, ...]]:
    """Return how many rows each table of the books and of the payroll has, and where everything stands.

    In one order, whatever the plan: PostgreSQL may read the parts of a UNION side by side.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^(payouts|treasury|ledger)_'")
        tables = [name for (name,) in cursor.fetchall()]
        counted = " UNION ALL ".join(f"SELECT '{name}', count(*)::text FROM {name}" for name in sorted(tables))
        stands = " UNION ALL ".join(
            f"SELECT '{name}', string_agg(t::text, ',' ORDER BY t::text) FROM {name} t"
            for name in ("payouts_run", "payouts_batch", "payouts_accountcorrection", "payouts_payment")
        )
        cursor.execute(f"{counted} UNION ALL {stands} ORDER BY 1, 2")
        return list(cursor.fetchall())


def refused(act: Callable[[], object]) -> UnableToPost | None:
    """Return the refusal of an act, of which nothing may be left, or None if it is done; it is undone."""
    before = rows_of_all()
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except UnableToPost as refusal:
        assert rows_of_all() == before
        return refusal
    return None
