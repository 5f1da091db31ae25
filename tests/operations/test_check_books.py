"""check_books is silent on good books and names what somebody changed with the triggers disabled."""

from collections.abc import Callable

import psycopg2.extensions
import pytest

from ledger.checks import run_checks
from ledger.closing import close_month
from ledger.models import Officer, Period, Voucher
from ledger.posting import post_event
from ledger.reversing import reverse_event
from ledger.signing import sign_as_chief_accountant
from tests.builders import AT, DAY, SIGNED, make_books, receipt, simple, sweep

Connect = Callable[[str], psycopg2.extensions.connection]


@pytest.fixture
def books(fresh_database: str) -> None:
    make_books()
    post_event(simple("a"))
    post_event(simple("b"))
    post_event(receipt("r", "950.00"))
    post_event(sweep("s", "950.00"))
    reverse_event(source="a", posting_date=DAY, signatures=SIGNED)
    chief = Officer.objects.get(username="chief")
    sign_as_chief_accountant(voucher=Voucher.objects.get(source="b"), officer=chief, at=AT)
    for book in ("T01", "D"):
        for period in Period.objects.filter(book__code=book, status="OPEN"):
            close_month(period=period, officer=chief, at=AT)


def found(*names: str) -> list[str]:
    return [f"{fault.check}: {fault.book}: {fault.what}" for fault in run_checks(names)]


def tamper(connect: Connect, sql: str) -> None:
    with connect("postgres") as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql)


def test_good_books_are_silent(books: None) -> None:
    assert found() == []


B = "(SELECT id FROM ledger_voucher WHERE source = 'b')"
TAMPERINGS = {
    "an amount": (
        f"UPDATE ledger_line SET amount = amount + 1 WHERE voucher_id = {B}",
        "seals: D: voucher 记-2 of 2026-11 (source b) differs from what was sealed",
    ),
    "a summary": (
        "UPDATE ledger_voucher SET summary = 'changed' WHERE source = 'b'",
        "seals: D: voucher 记-2 of 2026-11 (source b) differs from what was sealed",
    ),
    "a date and its period": (
        "UPDATE ledger_voucher SET posting_date = '2026-11-06' WHERE source = 'b'",
        "seals: D: voucher 记-2 of 2026-11 (source b) differs from what was sealed",
    ),
    "a voucher taken away": (
        f"""DELETE FROM ledger_line WHERE voucher_id = {B}; DELETE FROM ledger_signature;
           DELETE FROM ledger_voucher WHERE source = 'b'""",
        "gapless: D: number 记-2 of 2026-11 is missing",
    ),
    "two numbers swapped": (
        """UPDATE ledger_voucher SET number = -1 WHERE source = 'a';
           UPDATE ledger_voucher SET number = 1 WHERE source = 'b';
           UPDATE ledger_voucher SET number = 2 WHERE source = 'a'""",
        "seals: D: voucher 记-1 of 2026-11 (source b) differs from what was sealed",
    ),
    "a stored balance": (
        "UPDATE ledger_balance SET debit = debit + 1 WHERE debit = 200.00 OR debit = 100.00",
        "balances_equal_lines: D: account 5001",
    ),
    "a counter": (
        "UPDATE ledger_vouchercounter SET last_number = last_number + 1",
        "gapless: D: the counter of 记 in 2026-11 says 5, the vouchers 4",
    ),
    "a head": ("UPDATE ledger_bookhead SET seal_number = 1", "chain: D: the head says seal 1"),
    "a seal": ("UPDATE ledger_seal SET voucher_count = 2 WHERE kind = 'POSTED'", "chain: D: seal"),
    "a seal taken away": ("DELETE FROM ledger_seal WHERE number = 4", "chain: D: seals 4 to 4 are missing"),
    "a period": (
        "UPDATE ledger_period SET status = 'OPEN'",
        "periods: D: period 2026-11 is OPEN, its changes say CLOSED",
    ),
    "a signature": (
        "UPDATE ledger_signature SET officer_id = 'second'",
        "seals: D: voucher 记-2 of 2026-11 (source b): a signature differs",
    ),
    "a mirror": (
        "UPDATE ledger_mirrorbalance SET upper_net = 1, lower_net = -1",
        "mirrors_agree: T01: the stored pair ANNUAL of 2026-11-05 differs",
    ),
    "an event of the trail": ("UPDATE ledger_auditevent SET actor = 'nobody' WHERE number = 2", "trail: D: event 2"),
    "an account": ("UPDATE ledger_account SET flow = 'DISBURSEMENT_ONLY' WHERE code = '100101'", "flows_kept: T01"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_change_round_the_triggers_is_named(name: str, books: None, connect: Connect) -> None:
    sql, expected = TAMPERINGS[name]
    tamper(connect, sql)
    told = found()
    assert any(line.startswith(expected) for line in told), told
