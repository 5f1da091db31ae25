"""P2 and P13: what is posted stays, what is derived is derived, against every statement that writes."""

import io

import psycopg2
import pytest

from tests import attacks
from tests.attacks import DENIED, Hand, cr, dr, insertion, paper, plain, refused_as

stage = attacks.stage
hand = attacks.hand
app = attacks.app
owner = attacks.owner

POSTED = {
    "ledger_voucher": "voucher_is_append_only",
    "ledger_line": "line_is_append_only",
    "ledger_signature": "signature_is_append_only",
    "ledger_seal": "seal_is_append_only",
    "ledger_periodchange": "period_change_is_append_only",
    "ledger_yearcarried": "year_carried_is_append_only",
    "ledger_openingbalance": "opening_balance_is_append_only",
    "ledger_balancerebuild": "balance_rebuild_is_append_only",
    "ledger_auditevent": "audit_event_is_append_only",
    "ledger_accountfund": "account_fund_is_append_only",
}
DERIVED = {
    "ledger_balance": "balance_is_derived",
    "ledger_bookhead": "book_head_is_derived",
    "ledger_vouchercounter": "voucher_counter_is_derived",
    "ledger_mirrorbalance": "mirror_balance_is_derived",
    "ledger_trailhead": "trail_head_is_derived",
    "ledger_period": "period_is_derived",
}
MASTERS = {
    "ledger_chart": "chart_is_append_only",
    "ledger_fund": "fund_is_append_only",
    "ledger_book": "book_is_append_only",
    "ledger_account": "account_is_append_only",
    "ledger_officer": "officer_is_append_only",
    "ledger_functionalclass": "functional_class_is_append_only",
    "ledger_economicclass": "economic_class_is_append_only",
    "ledger_project": "project_is_append_only",
    "ledger_accountingunit": "accounting_unit_is_append_only",
    "ledger_counterparty": "counterparty_is_append_only",
}
INSERTED_BY_TRIGGERS_ONLY = {
    **{table: name for table, name in DERIVED.items() if table != "ledger_period"},
    "ledger_seal": "seal_is_derived",
    "ledger_openingbalance": "opening_balance_is_derived",
}
KEPT = {**POSTED, **DERIVED}
# One column each that everybody may name, for statements that need one.
COLUMN = {
    "ledger_balance": "debit",
    "ledger_bookhead": "seal_number",
    "ledger_vouchercounter": "last_number",
    "ledger_mirrorbalance": "upper_net",
    "ledger_trailhead": "number",
    "ledger_period": "status",
    "ledger_line": "amount",
    "ledger_voucher": "posting_date",
    "ledger_openingbalance": "debit",
    "ledger_accountfund": "fund_id",
    "ledger_seal": "digest",
    "ledger_auditevent": "actor",
    "ledger_signature": "officer_id",
    "ledger_periodchange": "to_status",
    "ledger_yearcarried": "year",
    "ledger_balancerebuild": "reason",
}


@pytest.mark.parametrize("table", KEPT)
def test_what_is_kept_is_not_updated(hand: Hand, table: str) -> None:
    column = COLUMN[table]
    name = hand.owner_meets(KEPT[table])
    assert hand.refusal(f"UPDATE {table} SET {column} = {column}") == name
    assert hand.refusal(f"UPDATE {table} SET {column} = {column} WHERE false") == name
    assert hand.refusal(f"WITH u AS (UPDATE {table} SET {column} = {column} RETURNING 1) SELECT * FROM u") == name


@pytest.mark.parametrize("table", [*KEPT, *MASTERS])
def test_what_is_kept_is_not_deleted_or_truncated(hand: Hand, table: str) -> None:
    name = hand.owner_meets({**KEPT, **MASTERS}[table])
    assert hand.refusal(f"DELETE FROM {table}") == name
    assert hand.refusal(f"WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT count(*) FROM gone") == name
    assert hand.refusal(f"TRUNCATE {table} CASCADE") in (
        {DENIED} if hand.role == "app" else {*KEPT.values(), *MASTERS.values()}
    )


@pytest.mark.parametrize("table", ["ledger_line", "ledger_seal", "ledger_balance", "ledger_auditevent"])
def test_a_table_nobody_refers_to_is_not_truncated_alone(hand: Hand, table: str) -> None:
    name = hand.owner_meets(KEPT[table])
    assert hand.refusal(f"TRUNCATE {table}") == name
    assert hand.refusal(f"TRUNCATE ONLY {table} RESTART IDENTITY") == name


@pytest.mark.parametrize("table", KEPT)
def test_what_is_kept_is_not_merged(hand: Hand, table: str) -> None:
    column = COLUMN[table]
    using = f"MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN"
    name = hand.owner_meets(KEPT[table])
    assert hand.refusal(f"{using} UPDATE SET {column} = t.{column}") == name
    assert hand.refusal(f"{using} DELETE") == name


@pytest.mark.parametrize("table", INSERTED_BY_TRIGGERS_ONLY)
def test_what_is_derived_is_not_inserted(hand: Hand, table: str) -> None:
    name = hand.owner_meets(INSERTED_BY_TRIGGERS_ONLY[table])
    assert hand.refusal(f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1") == name
    assert hand.refusal(f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1 ON CONFLICT DO NOTHING") == name
    assert hand.refusal(f"DO $$ BEGIN INSERT INTO {table} SELECT * FROM {table} LIMIT 1; END $$") == name


@pytest.mark.parametrize("table", INSERTED_BY_TRIGGERS_ONLY)
def test_what_is_derived_is_not_copied_in(hand: Hand, table: str) -> None:
    with hand.connection.cursor() as cursor, pytest.raises(psycopg2.Error) as refusal:
        cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(""))
    assert refused_as(refusal.value) == hand.owner_meets(INSERTED_BY_TRIGGERS_ONLY[table])


def test_a_voucher_is_not_changed_by_inserting_it_again(hand: Hand) -> None:
    heading, parameters = insertion("ledger_voucher", hand.columns_of([plain()])[0])
    name = hand.owner_meets("voucher_is_append_only")
    clash = f"{heading} ON CONFLICT (id) DO UPDATE SET summary = excluded.summary"
    assert hand.refusal(clash, *parameters) == name
    clash = f"{heading} ON CONFLICT ON CONSTRAINT voucher_source_is_unique DO UPDATE SET summary = 'x'"
    assert hand.refusal(clash, *parameters) == name


def test_a_line_is_not_changed_by_inserting_it_again(hand: Hand) -> None:
    body, parameters = insertion("ledger_line", hand.columns_of([plain()])[1])
    clash = f"{body} ON CONFLICT (voucher_id, line_no) DO UPDATE SET amount = 1"
    assert hand.refusal(clash, *parameters) == hand.owner_meets("line_is_append_only")


@pytest.mark.parametrize("nos", [(3, 4), (2, 3), (0, 3), (1, 2)])
def test_lines_are_not_added_to_a_posted_voucher(hand: Hand, nos: tuple[int, int]) -> None:
    key = hand.voucher("plain/1")
    lines = [dr("5001", "1.00", voucher_id=key, line_no=nos[0]), cr("2015", "1.00", voucher_id=key, line_no=nos[1])]
    sql, parameters = insertion("ledger_line", hand.columns_of([paper("D", *lines)])[1])
    expected = "line_is_append_only"
    if 0 in nos:
        expected = "line_is_numbered"
    if set(nos) & {1, 2}:
        expected = "ledger_line_pkey"
    assert hand.refusal(sql, *parameters) == expected


def test_lines_that_stand_already_are_not_doubled_in_silence(hand: Hand) -> None:
    key = hand.voucher("plain/1")
    lines = [dr("5001", "100.00", voucher_id=key), cr("2015", "100.00", voucher_id=key)]
    sql, parameters = insertion("ledger_line", hand.columns_of([paper("D", *lines)])[1])
    assert hand.refusal(f"{sql} ON CONFLICT DO NOTHING", *parameters) == "accepted"


def test_lines_without_a_header_are_refused(hand: Hand) -> None:
    sql, parameters = insertion("ledger_line", hand.columns_of([plain()])[1])
    assert hand.refusal(sql, *parameters) == "line_is_append_only"


def test_a_header_without_lines_is_refused_by_copy_too(hand: Hand) -> None:
    header = hand.columns_of([plain()])[0][0]
    row = "\t".join("\\N" if value is None else str(value) for value in header.values())
    with hand.connection.cursor() as cursor, pytest.raises(psycopg2.Error) as refusal:
        cursor.copy_expert(f"COPY ledger_voucher ({', '.join(header)}) FROM STDIN", io.StringIO(row))
    # The app role copies nothing into a table with row policies.
    assert refused_as(refusal.value) == ("FeatureNotSupported" if hand.role == "app" else "voucher_is_balanced")


def test_lines_are_refused_by_copy_too(hand: Hand) -> None:
    lines = hand.columns_of([plain()])[1]
    rows = "\n".join("\t".join("\\N" if v is None else str(v) for v in line.values()) for line in lines)
    with hand.connection.cursor() as cursor, pytest.raises(psycopg2.Error) as refusal:
        cursor.copy_expert(f"COPY ledger_line ({', '.join(lines[0])}) FROM STDIN", io.StringIO(rows))
    assert refused_as(refusal.value) == ("FeatureNotSupported" if hand.role == "app" else "line_is_append_only")


def test_lines_of_a_new_voucher_do_not_go_under_another_header(hand: Hand) -> None:
    key = hand.voucher("plain/1")
    stray = paper(
        "D", dr("5001", "1.00"), cr("2015", "1.00"), dr("5001", "1.00", voucher_id=key, line_no=3), line_count=2
    )
    assert hand.refuses(stray.but(debit_total="1.00")) == "line_is_append_only"


def test_two_vouchers_of_one_statement_do_not_exchange_lines(hand: Hand) -> None:
    headers, lines = hand.columns_of([plain(), plain("2.00")])
    lines[1]["voucher_id"], lines[3]["voucher_id"] = lines[3]["voucher_id"], lines[1]["voucher_id"]
    heading, h = insertion("ledger_voucher", headers)
    body, b = insertion("ledger_line", lines)
    assert hand.refusal(f"WITH posted AS ({heading}) {body}", *h, *b) == "line_is_append_only"


def test_header_and_lines_in_two_statements_of_one_transaction_are_refused(hand: Hand) -> None:
    headers, lines = hand.columns_of([plain()])
    (heading, h), (body, b) = insertion("ledger_voucher", headers), insertion("ledger_line", lines)
    hand.rows("SET CONSTRAINTS ALL DEFERRED")
    assert hand.refusal(heading, *h) == "voucher_is_balanced"
    assert hand.refusal(body, *b) == "line_is_append_only"


@pytest.mark.parametrize(
    "column", [{"line_no": 3}, {"posting_date": "2026-11-06"}, {"line_no": -1}, {"period_id": None}]
)
def test_a_line_out_of_step_with_its_header_is_refused(hand: Hand, column: dict[str, object]) -> None:
    wrong = paper("D", dr("5001", "1.00"), cr("2015", "1.00", **column))
    assert hand.refuses(wrong) in ("line_is_append_only", "line_is_numbered", "NotNullViolation")


@pytest.mark.parametrize(
    ("book", "month", "expected"), [("D", 10, "line_is_append_only"), ("T02", 11, "line_account_usable")]
)
def test_a_line_in_another_period_than_its_header_is_refused(hand: Hand, book: str, month: int, expected: str) -> None:
    other = hand.period(book, 2026, month)
    assert hand.refuses(paper("D", dr("5001", "1.00"), cr("2015", "1.00", period_id=other))) == expected


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET plpgsql.variable_conflict = use_column",
        "COPY ledger_line TO PROGRAM 'cat'",
        "COPY ledger_line FROM '/etc/passwd'",
    ],
)
def test_the_rules_are_not_switched_off_without_a_superuser(hand: Hand, statement: str) -> None:
    assert hand.refusal(statement) == DENIED


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE ledger_line DISABLE TRIGGER ALL",
        "DROP TRIGGER append_only ON ledger_line",
        "CREATE TABLE mine (id int)",
        "CREATE TEMP TABLE ledger_period (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION ledger_refuse(text, text, jsonb, text) RETURNS bytea LANGUAGE sql AS 'SELECT NULL'",
        "SELECT setval('ledger_voucher_id_seq', 1)",
        "ALTER SEQUENCE ledger_voucher_id_seq RESTART",
        "SET ROLE tongfa_owner",
        "SELECT ledger_seal_content(1, 'POSTED', 'x')",
    ],
)
def test_the_app_role_makes_and_changes_nothing_but_rows(app: Hand, statement: str) -> None:
    assert app.refusal(statement) == DENIED


def test_functions_of_the_triggers_are_not_called_by_hand(hand: Hand) -> None:
    seal = "SELECT ledger_seal_content(id, 'POSTED', 'x') FROM ledger_book"
    assert hand.refusal(seal) == hand.owner_meets("seal_is_derived")
    assert hand.refusal("SELECT ledger_balance_rebuilt()") == "FeatureNotSupported"


def test_the_auditor_reads_views_and_nothing_else(stage: attacks.Stage) -> None:
    auditor = stage.connect("auditor")
    with auditor.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM auditor_voucher")
        assert cursor.fetchone() == (6,)
        for statement in (
            "SELECT FROM ledger_voucher",
            "UPDATE auditor_voucher SET summary = ''",
            "SELECT ledger_post()",
        ):
            cursor.execute("SAVEPOINT s")
            with pytest.raises(psycopg2.Error):
                cursor.execute(statement)
            cursor.execute("ROLLBACK TO SAVEPOINT s")
    auditor.close()


SHADOWS = {
    "ledger_period": "CREATE TEMP TABLE ledger_period AS SELECT id, book_id, year, month, starts_on, ends_before,"
    " 'OPEN'::varchar AS status FROM public.ledger_period",
    "ledger_accountfund": "CREATE TEMP TABLE ledger_accountfund AS SELECT 1::bigint AS id, a.id AS account_id,"
    " f.code AS fund_id FROM public.ledger_account a, public.ledger_fund f",
    "ledger_officer": "CREATE TEMP TABLE ledger_officer AS SELECT id, username, 'PERSON'::varchar AS kind"
    " FROM public.ledger_officer",
    "ledger_balance": "CREATE TEMP TABLE ledger_balance AS SELECT * FROM public.ledger_balance WHERE false",
}


@pytest.mark.parametrize("table", SHADOWS)
def test_a_temporary_table_of_the_owner_does_not_stand_in_for_a_kept_one(owner: Hand, table: str) -> None:
    owner.closes("T01", 10)
    statements = {
        "period_is_open": plain(book="T01", posting_date="2026-10-31", kind="OPENING"),
        "line_account_usable": paper("D", dr("5001", "1.00", fund_id="9"), cr("2015", "1.00", fund_id="9")),
        "voucher_four_eyes": plain(reviewer_id="rule", preparer_id="preparer"),
        "cash_not_negative": paper("D", dr("5001", "9999.00"), cr("1001", "9999.00")),
    }
    prepared = {name: owner.statement([one]) for name, one in statements.items()}
    owner.rows(SHADOWS[table])
    owner.rows("SET LOCAL search_path = pg_temp, public")
    for name, (sql, parameters, _) in prepared.items():
        owner.rows("SAVEPOINT shadow")
        with pytest.raises(psycopg2.Error) as refusal:
            owner.rows(sql, *parameters)
        owner.rows("ROLLBACK TO SAVEPOINT shadow")
        assert refused_as(refusal.value) == name


@pytest.mark.parametrize("path", ["''", "pg_catalog", "pg_temp", "nowhere"])
def test_an_empty_search_path_changes_no_refusal(hand: Hand, path: str) -> None:
    sql, parameters, _ = hand.statement([paper("D", dr("5001", "1.00"), cr("2015", "1.01"))])
    schema = hand.value("SELECT current_schema()")
    for name in ("ledger_voucher ", "ledger_line "):
        sql = sql.replace(f"INTO {name}", f"INTO {schema}.{name}")
    for statement, values, name in (
        (sql, parameters, "voucher_is_balanced"),
        (f"UPDATE {schema}.ledger_line SET amount = 1", [], hand.owner_meets("line_is_append_only")),
        (f"UPDATE {schema}.ledger_account SET code = '9'", [], "account_is_fixed"),
        (f"UPDATE {schema}.ledger_fund SET code = '9'", [], "fund_code_is_fixed"),
    ):
        hand.rows("SAVEPOINT path")
        hand.rows(f"SET LOCAL search_path = {path}")
        with pytest.raises(psycopg2.Error) as refusal:
            hand.rows(statement, *values)
        hand.rows("ROLLBACK TO SAVEPOINT path")
        assert refused_as(refusal.value) == name


def test_a_function_of_the_owner_does_not_stand_in_for_the_refusal(owner: Hand) -> None:
    owner.rows("CREATE SCHEMA mine")
    owner.rows(
        "CREATE FUNCTION mine.ledger_refuse(text, text, jsonb, text) RETURNS bytea LANGUAGE sql AS 'SELECT NULL::bytea'"
    )
    owner.rows("SET LOCAL search_path = mine, public")
    assert owner.refusal("UPDATE public.ledger_account SET flow = 'ANY' WHERE code = '100101'") == "account_is_fixed"


FIXED = {
    "ledger_officer": ("officer_is_fixed", ["username = 'x'", "kind = 'SERVICE'"]),
    "ledger_book": (
        "book_is_fixed",
        ["code = 'x'", "opened_on = '2000-01-01'", "parent_id = NULL", "chart_id = 'GF2022'"],
    ),
    "ledger_account": (
        "account_is_fixed",
        ["code = '9'", "flow = 'ANY'", "may_overdraw = true", "cash = false", "kind = 'INCOME'", "parent_id = NULL"],
    ),
    "ledger_fund": ("fund_code_is_fixed", ["code = '112'"]),
    "ledger_functionalclass": ("functional_class_code_is_fixed", ["code = code || '9'"]),
    "ledger_economicclass": ("economic_class_code_is_fixed", ["code = code || '9'"]),
}


@pytest.mark.parametrize("table", FIXED)
def test_what_postings_name_keeps_its_code(hand: Hand, table: str) -> None:
    name, changes = FIXED[table]
    where = (
        "code = '100101'"
        if table == "ledger_account"
        else "username = 'reviewer'"
        if table == "ledger_officer"
        else "true"
    )
    where = "code = 'T01'" if table == "ledger_book" else where
    for change in changes:
        assert hand.refusal(f"UPDATE {table} SET {change} WHERE {where}") == name
    assert hand.refusal(f"UPDATE {table} SET id = id + 1000 WHERE {where}") in (name, "accepted")


@pytest.mark.parametrize("table", ["ledger_book", "ledger_fund"])
def test_names_may_change(hand: Hand, table: str) -> None:
    hand.rows(f"UPDATE {table} SET name = name || '（改）'")
    assert hand.value(f"SELECT bool_and(name LIKE '%%（改）') FROM {table}") is True


def test_an_order_to_rebuild_leaves_right_balances_as_they_are(hand: Hand) -> None:
    before = hand.snapshot()["ledger_balance"]
    hand.rows(
        "INSERT INTO ledger_balancerebuild (book_id, requested_by_id, reason, requested_at)"
        " SELECT id, 'reviewer', 'x', now() FROM ledger_book"
    )
    assert hand.snapshot()["ledger_balance"] == before


def test_balances_are_the_sums_of_the_lines_after_each_posting(hand: Hand) -> None:
    hand.posts(plain("3.00"), plain("4.00", posting_date="2026-11-06"), plain("-1.00", paper="x"))
    hand.posts(plain("5.00"))
    differing = """
      SELECT account_id, fund_id, period_id, posting_date, debit, credit FROM ledger_balance
      EXCEPT SELECT account_id, fund_id, period_id, posting_date, sum(amount) FILTER (WHERE side = 'D'),
                    sum(amount) FILTER (WHERE side = 'C') FROM ledger_line GROUP BY 1, 2, 3, 4"""
    assert [row for row in hand.rows(differing) if None in row or 0 not in row[4:]] == []
    assert hand.value("SELECT sum(debit) - sum(credit) FROM ledger_balance") == 0
