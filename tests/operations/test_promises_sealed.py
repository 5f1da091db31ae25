"""P12 and P13: every posting is sealed by one canonical text, and any later change is found."""

from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from django.db import connections, transaction

from ledger.checks import run_checks
from tests import attacks
from tests.attacks import Hand, Stage, broken_links, cr, dr, mirrored, paper, plain

stage = attacks.stage
hand = attacks.hand
owner = attacks.owner


def test_every_posting_extends_the_chain_of_its_book(hand: Hand) -> None:
    hand.posts(plain(summary="经费  𠮷", paper="文\u3000号", attachments=3, chief_accountant_id="chief"))
    hand.posts(*mirrored("1.00"), plain(book="T02"))
    hand.posts(plain("1.000"), plain("-1", paper="x"))
    hand.posts(hand.red_copy("plain/1"))
    assert broken_links(hand) == []


def test_periods_signatures_and_years_extend_it_too(hand: Hand) -> None:
    hand.rows(
        "INSERT INTO ledger_signature (voucher_id, role, officer_id, signed_at)"
        " VALUES (%s, 'CHIEF_ACCOUNTANT', 'chief', now())",
        hand.voucher("plain/1"),
    )
    hand.closes("T02", 10, 11)
    for month in (12, 13):
        hand.moves("T02", month, "UNOPENED", "OPEN", "ADJUSTING", "CLOSED")
    hand.rows(
        "INSERT INTO ledger_yearcarried (book_id, year, carried_by_id, carried_at) VALUES (%s, 2026, 'chief', now())",
        hand.book("T02"),
    )
    kinds = hand.rows("SELECT DISTINCT kind FROM ledger_seal ORDER BY 1")
    assert kinds == [("CARRIED",), ("PERIOD",), ("POSTED",), ("SIGNED",)]
    assert broken_links(hand) == []


def test_closing_a_period_seals_its_totals(hand: Hand) -> None:
    hand.closes("T01", 10, 11)
    (content,) = hand.rows(
        "SELECT content FROM ledger_seal WHERE book_id = %s ORDER BY number DESC LIMIT 1", hand.book("T01")
    )[0]
    assert content.splitlines() == [
        "period\t2026\t11\tADJUSTING\tCLOSED\treviewer\t",
        "total\t100101\t111\t950.00\t400.00",
        "total\t201201\t111\t400.00\t0.00",
        "total\t4001\t111\t0.00\t950.00",
    ]


SETTINGS = {
    "German dates": ["DateStyle = 'German, DMY'"],
    "American dates": ["DateStyle = 'SQL, MDY'"],
    "Postgres dates": ["DateStyle = 'Postgres, YMD'", "IntervalStyle = 'sql_standard'"],
    "Kathmandu": ["TimeZone = 'Asia/Kathmandu'"],
    "a day ahead": ["TimeZone = 'Pacific/Kiritimati'"],
    "numbers cut short": ["extra_float_digits = -15", "bytea_output = 'escape'"],
    "backslashes": ["standard_conforming_strings = off", "escape_string_warning = off"],
    "nulls": ["transform_null_equals = on"],
    "plans": ["plan_cache_mode = force_generic_plan", "enable_nestloop = off", "enable_indexscan = off"],
    "parallel plans": ["debug_parallel_query = on", "parallel_setup_cost = 0", "min_parallel_table_scan_size = 0"],
    "another path": ["search_path = public, pg_catalog"],
}
LOCALES = ["C", "de_DE.UTF-8", "zh_CN.UTF-8", "tr_TR.UTF-8"]


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
def test_no_setting_of_a_session_changes_what_is_sealed(hand: Hand, settings: list[str]) -> None:
    for setting in settings:
        hand.rows(f"SET LOCAL {setting}")
    sql, parameters, _ = hand.statement([plain("1234567.80", summary="测试", posting_date="2026-11-12")])
    hand.rows(sql, *parameters)
    for name in ("DateStyle", "TimeZone", "bytea_output", "standard_conforming_strings"):
        hand.rows(f"SET LOCAL {name} TO DEFAULT")
    assert broken_links(hand) == []


@pytest.mark.parametrize("encoding", ["GBK", "GB18030"])
def test_no_encoding_of_a_client_changes_what_is_sealed(stage: Stage, encoding: str) -> None:
    connection = stage.connect("app")
    connection.set_client_encoding(encoding)
    client = Hand("app", connection)
    client.posts(plain("1234567.80", summary="元月"))
    assert broken_links(client) == []
    connection.close()


@pytest.mark.parametrize("locale", LOCALES)
def test_no_locale_of_a_session_changes_what_is_sealed(hand: Hand, locale: str) -> None:
    for name in ("lc_numeric", "lc_monetary", "lc_time"):
        hand.rows("SAVEPOINT locale")
        try:
            hand.rows(f"SET LOCAL {name} = '{locale}'")
        except psycopg2.errors.InvalidParameterValue:
            hand.rows("ROLLBACK TO SAVEPOINT locale")
            pytest.skip("the server has no such locale")
    hand.posts(plain("1234567.80"))
    assert broken_links(hand) == []


@pytest.mark.parametrize("step", [-1, 1, 1000])
def test_a_voucher_names_the_next_seal_of_its_book(hand: Hand, step: int) -> None:
    right = hand.columns_of([plain()])[0][0]["seal_number"]
    assert hand.refuses(plain().but(seal_number=right + step)) == "voucher_is_sealed"
    assert hand.posts(plain().but(seal_number=right))


def test_all_vouchers_of_a_statement_are_under_one_seal(hand: Hand) -> None:
    right = hand.columns_of([plain()])[0][0]["seal_number"]
    assert hand.refuses(plain(), plain().but(seal_number=right + 1)) == "voucher_is_sealed"


def test_seals_are_recorded_in_rising_order(hand: Hand) -> None:
    for _ in range(5):
        hand.posts(plain())
    falling = """
      SELECT count(*) FROM (
        SELECT recorded_at <= lag(recorded_at) OVER (PARTITION BY book_id ORDER BY number) AS falls FROM ledger_seal) s
       WHERE falls"""
    assert hand.value(falling) == 0


# The number that packs a line's period and date for the comparison with its header loses the period before 1900.
def test_lines_of_another_book_are_refused_however_old_their_date(hand: Hand) -> None:
    for book in ("D", "T01"):
        hand.rows(
            "INSERT INTO ledger_period (book_id, year, month, starts_on, ends_before, status)"
            " VALUES (%s, 1850, 1, '1850-01-01', '1850-02-01', 'UNOPENED')",
            hand.book(book),
        )
        hand.moves(book, 1, "UNOPENED", "OPEN", year=1850)
    for code, parent in (("1850", "5013"), ("1851", "2045")):
        hand.adds_account("T01", code, parent, effective_from="1800-01-01")
    foreign = {"period_id": hand.period("T01", 1850, 1)}
    strayed = paper(
        "D",
        dr("5001", "1.00", account_id=hand.account("T01", "1850")[0], **foreign),
        cr("2015", "1.00", account_id=hand.account("T01", "1851")[0], **foreign),
        kind="OPENING",
        posting_date="1850-01-05",
    )
    assert hand.refuses(strayed, plain(), plain(book="T01")) in ("line_is_append_only", "line_account_usable")


@pytest.fixture
def tampering(stage: Stage) -> Iterator[Any]:
    """A Django cursor of a superuser with all triggers off; what it does is rolled back."""
    settings = connections["default"].settings_dict
    connections["default"].close()
    was, settings["USER"] = settings["USER"], "postgres"
    try:
        with transaction.atomic(), connections["default"].cursor() as cursor:
            yield cursor
            transaction.set_rollback(True)
    finally:
        connections["default"].close()
        settings["USER"] = was


def found() -> list[str]:
    return [f"{fault.check}: {fault.book}: {fault.what}" for fault in run_checks([])]


def tamper(cursor: Any, *statements: str) -> None:
    cursor.execute("SET LOCAL session_replication_role = replica")
    for statement in statements:
        cursor.execute(statement)
        assert cursor.rowcount != 0, statement
    cursor.execute("SET LOCAL session_replication_role = origin")


def rebuild(cursor: Any) -> None:
    """Make the stored balances agree with the lines again, as a clever superuser would."""
    cursor.execute(
        "INSERT INTO ledger_balancerebuild (book_id, requested_by_id, reason, requested_at)"
        " SELECT id, 'reviewer', 'x', now() FROM ledger_book"
    )


V = "(SELECT id FROM ledger_voucher WHERE source = 'plain/1')"
VOUCHER_CHANGES = {
    "book_id": "(SELECT id FROM ledger_book WHERE code = 'T02')",
    "period_id": "period_id - 1",
    "voucher_type": "'转'",
    "number": "99",
    "posting_date": "posting_date + 1",
    "kind": "'CLOSING'",
    "summary": "'另'",
    "source": "'other'",
    "part": "2",
    "reference": "'x'",
    "attachments": "1",
    "preparer_id": "'preparer'",
    "reviewer_id": "'second'",
    "poster_id": "'second'",
    "chief_accountant_id": "'chief'",
    "cashier_id": "NULL",
    "reverses_id": "1, kind = 'REVERSAL'",
    "corrects_id": "1",
    "paper": "'x'",
    "line_count": "3",
    "debit_total": "1, credit_total = 1",
    "budget_debit_total": "1, budget_credit_total = 1",
    "seal_number": "1",
    "id": "id + 1000",
}
LINE_CHANGES = {
    "voucher_id": "voucher_id + 1000",
    "line_no": "line_no + 10",
    "period_id": "period_id - 1",
    "posting_date": "posting_date + 1",
    "account_id": "(SELECT o.id FROM ledger_account a JOIN ledger_account o ON o.code = a.code"
    " JOIN ledger_book b ON b.id = o.book_id WHERE a.id = account_id AND b.code = 'T02')",
    "record": "'B'",
    "fund_id": "'121'",
    "functional_id": "'x'",
    "economic_id": "'x'",
    "project_id": "'x'",
    "unit_id": "'x'",
    "counterparty_id": "'x'",
    "side": "CASE side WHEN 'D' THEN 'C' ELSE 'D' END",
    "amount": "amount * 2",
    "summary": "'另'",
}
SEAL_CHANGES = {
    "number": "number + 100",
    "kind": "'SIGNED'",
    "recorded_at": "recorded_at + interval '1 microsecond'",
    "first_voucher_id": "0",
    "last_voucher_id": "0",
    "voucher_count": "9",
    "content": "'x'",
    "voucher_digests": "'x'",
    "previous": "'x'",
    "digest": "'x'",
}


def test_the_books_of_the_attacks_are_in_order(tampering: Any) -> None:
    assert found() == []


@pytest.mark.parametrize("column", VOUCHER_CHANGES)
def test_a_changed_header_is_found(tampering: Any, column: str) -> None:
    tamper(tampering, f"UPDATE ledger_voucher SET {column} = {VOUCHER_CHANGES[column]} WHERE source = 'plain/1'")
    assert found() != []


@pytest.mark.parametrize("column", LINE_CHANGES)
def test_a_changed_line_is_found_though_the_balances_are_made_to_agree(tampering: Any, column: str) -> None:
    tamper(tampering, f"UPDATE ledger_line SET {column} = {LINE_CHANGES[column]} WHERE voucher_id = {V}")
    rebuild(tampering)
    assert found() != []


@pytest.mark.parametrize("column", SEAL_CHANGES)
def test_a_changed_seal_is_found(tampering: Any, column: str) -> None:
    tamper(
        tampering,
        f"UPDATE ledger_seal SET {column} = {SEAL_CHANGES[column]} WHERE (book_id, number) ="
        f" (SELECT book_id, seal_number FROM ledger_voucher WHERE id = {V})",
    )
    assert found() != []


TAKEN_AWAY = {
    "a line": f"DELETE FROM ledger_line WHERE voucher_id = {V} AND line_no = 2",
    "the lines of a voucher": f"DELETE FROM ledger_line WHERE voucher_id = {V}",
    "a header": "DELETE FROM ledger_voucher WHERE source = 'plain/1'",
    "the last seal": """DELETE FROM ledger_seal s USING ledger_bookhead h
                         WHERE h.book_id = s.book_id AND number = seal_number""",
    "the heads": "DELETE FROM ledger_bookhead",
    "the counters": "DELETE FROM ledger_vouchercounter",
    "a balance": "DELETE FROM ledger_balance WHERE debit = 950",
    "a mirror": "DELETE FROM ledger_mirrorbalance",
    "the changes of the periods": "DELETE FROM ledger_periodchange",
}


@pytest.mark.parametrize("statement", TAKEN_AWAY.values(), ids=TAKEN_AWAY.keys())
def test_what_is_taken_away_is_missed(tampering: Any, statement: str) -> None:
    tamper(tampering, statement)
    assert found() != []


CHANGED = {
    "who asked for a period": "UPDATE ledger_periodchange SET requested_by_id = 'second'",
    "who approved a period": "UPDATE ledger_periodchange SET approved_by_id = 'second'",
    "what a period was before": "UPDATE ledger_periodchange SET from_status = 'ADJUSTING'",
    "the status of a period": "UPDATE ledger_period SET status = 'CLOSED' WHERE month = 11",
    "a mirror": "UPDATE ledger_mirrorbalance SET upper_net = upper_net + 1, lower_net = lower_net - 1",
    "a head": "UPDATE ledger_bookhead SET digest = 'x'",
    "the code of an account": "UPDATE ledger_account SET code = '5999' WHERE code = '5001'",
    "the code of a book": "UPDATE ledger_book SET code = 'X' WHERE code = 'T01'",
    "the year of a period": "UPDATE ledger_period SET year = 2025 WHERE month = 11",
}


@pytest.mark.parametrize("statement", CHANGED.values(), ids=CHANGED.keys())
def test_what_is_changed_beside_the_vouchers_is_found(tampering: Any, statement: str) -> None:
    tamper(tampering, statement)
    assert found() != []


def test_a_forged_voucher_is_found_though_it_balances(tampering: Any) -> None:
    columns = "posting_date, kind, summary, part, reference, attachments, preparer_id, reviewer_id, poster_id,"
    columns += (
        " chief_accountant_id, cashier_id, reverses_id, corrects_id, paper, line_count, debit_total, credit_total,"
    )
    columns += " budget_debit_total, budget_credit_total, seal_number, book_id, period_id, voucher_type"
    tamper(
        tampering,
        f"INSERT INTO ledger_voucher (id, number, source, {columns})"
        f" SELECT 999, 4, 'forged', {columns} FROM ledger_voucher WHERE source = 'plain/1'",
        "INSERT INTO ledger_line (voucher_id, line_no, period_id, posting_date, account_id, record, fund_id, side,"
        " amount, summary) SELECT 999, line_no, period_id, posting_date, account_id, record, fund_id, side, amount,"
        f" summary FROM ledger_line WHERE voucher_id = {V}",
        "UPDATE ledger_vouchercounter SET last_number = 4 WHERE last_number = 3",
    )
    rebuild(tampering)
    assert any("forged" in fault for fault in found())


def test_a_deferred_constraint_holds_nothing_that_money_depends_on(owner: Hand) -> None:
    deferred = """
      SELECT t.tgrelid::regclass::text, p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
       WHERE t.tgdeferrable AND NOT t.tgisinternal"""
    assert owner.rows(deferred) == []
