"""The commands that set up and check the books: ``setup``, ``dsn``, ``check_books``; what each role may do."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import psycopg2.errors
import psycopg2.extensions
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from ledger.checks import CHECKS
from ledger.closing import close_month
from ledger.heads import UnreadableAnchor, book_heads, read_anchors
from ledger.models import ChartAccount, Counterparty, Officer, Period, Voucher
from ledger.posting import post_event, post_events
from ledger.signing import sign_as_chief_accountant
from tests.builders import AT, FUND, credit, debit, event, make_books, receipt, simple, sweep, voucher, yuan
from tests.conftest import copy_database, drop_database, point_at


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The commands speak the language of the settings; these tests read the English one."""
    with translation.override("en"):
        yield


Connect = Callable[[str], psycopg2.extensions.connection]
Connection = psycopg2.extensions.connection

ID_NUMBER = "110101199003071234"  # invented
PRIVILEGES = """
SELECT grantee, table_name, string_agg(privilege_type, ',' ORDER BY privilege_type)
  FROM information_schema.role_table_grants WHERE grantee LIKE 'tongfa_%' AND grantee <> 'tongfa_owner'
 GROUP BY 1, 2 ORDER BY 1, 2
"""


@pytest.fixture
def books(fresh_database: str) -> None:
    furnish()


def furnish() -> None:
    make_books()
    post_events([simple("a"), simple("b"), receipt("r", "950.00"), sweep("s", "950.00")])


@pytest.fixture(scope="module")
def untouched(
    django_db_setup: None, template_database: str, administration: Connection, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """The name of a database with books that the tests of this module share and only read."""
    shared = str(connections["default"].settings_dict["NAME"])
    name = f"{template_database}_untouched"
    with django_db_blocker.unblock():
        copy_database(administration, name, template_database)
        point_at(name)
        furnish()
        point_at(shared)
    yield name
    drop_database(administration, name)


@pytest.fixture
def readable(untouched: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Point Django at the shared books."""
    shared = str(connections["default"].settings_dict["NAME"])
    with django_db_blocker.unblock():
        point_at(untouched)
        yield untouched
        point_at(shared)


def output(capsys: pytest.CaptureFixture[str], command: str, *arguments: str) -> str:
    capsys.readouterr()
    call_command(command, *arguments)
    return capsys.readouterr().out


def failure(command: str, *arguments: str) -> CommandError:
    with pytest.raises(CommandError) as error:
        call_command(command, *arguments)
    return error.value


def rows(connection: Connection, sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def denied(connection: Connection, sql: str) -> bool:
    """Return whether a statement lacks the privilege; any other outcome is undone."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
    except psycopg2.errors.InsufficientPrivilege:
        return True
    except psycopg2.Error:
        return False
    finally:
        connection.rollback()
    return False


# setup


def test_setting_up_twice_changes_neither_lists_nor_privileges(
    fresh_database: str, connect: Connect, capsys: pytest.CaptureFixture[str]
) -> None:
    with connect("owner") as owner:
        before = rows(owner, PRIVILEGES), list(ChartAccount.objects.order_by("pk").values())
        owner.rollback()
        assert "GF2015" not in output(capsys, "setup")
        assert (rows(owner, PRIVILEGES), list(ChartAccount.objects.order_by("pk").values())) == before
    assert before[0]


def test_setting_up_takes_back_what_was_granted_by_hand(fresh_database: str, connect: Connect) -> None:
    with connect("owner") as owner, owner.cursor() as cursor:
        cursor.execute("GRANT UPDATE ON ledger_voucher TO tongfa_app; GRANT SELECT ON ledger_officer TO tongfa_auditor")
    call_command("setup", verbosity=0)
    with connect("owner") as owner:
        granted = {(role, table): held for role, table, held in rows(owner, PRIVILEGES)}
    assert granted["tongfa_app", "ledger_voucher"] == "INSERT,SELECT"
    assert ("tongfa_auditor", "ledger_officer") not in granted


def test_books_that_are_there_survive_another_setup(books: None) -> None:
    call_command("setup", verbosity=0)
    call_command("check_books")
    assert post_event(simple("after"))


@pytest.mark.django_db
def test_without_the_owners_connection_setup_says_which_variable_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(settings.DATABASES, "owner")
    assert "DATABASE_OWNER_URL" in str(failure("setup"))


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_role_that_the_server_does_not_have_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "AUDITOR_ROLE", "nobody_at_all")
    assert "nobody_at_all" in str(failure("setup"))


# dsn


@pytest.fixture
def dsn(readable: str, capsys: pytest.CaptureFixture[str]) -> Iterator[Connect]:
    """Connect with psycopg2 by the very string that the command prints."""
    opened: list[Connection] = []

    def by_role(role: str) -> Connection:
        opened.append(psycopg2.connect(output(capsys, "dsn", "--role", role).strip()))
        return opened[-1]

    yield by_role
    for connection in opened:
        connection.close()


@pytest.mark.parametrize("role", ["app", "owner", "auditor"])
def test_the_printed_string_connects_as_the_role_to_the_database(role: str, dsn: Connect, readable: str) -> None:
    assert rows(dsn(role), "SELECT current_user, current_database()") == [(f"tongfa_{role}", readable)]


def test_a_password_and_a_name_with_signs_come_through_the_string(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database = {
        "USER": "pay@roll",
        "PASSWORD": "p/w:1?&",
        "NAME": "ledger #2",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require", "options": "-c search_path=books"},
    }
    monkeypatch.setitem(settings.DATABASES, "auditor", database)
    told = psycopg2.extensions.parse_dsn(output(capsys, "dsn", "--role", "auditor").strip())
    assert told == {
        "user": "pay@roll",
        "password": "p/w:1?&",
        "dbname": "ledger #2",
        "host": "db.example",
        "port": "5433",
        "sslmode": "require",
        "options": "-c search_path=books",
    }


def test_a_connection_that_is_not_set_up_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(settings.DATABASES, "auditor")
    assert "DATABASE_AUDITOR_URL" in str(failure("dsn", "--role", "auditor"))


def test_a_role_that_does_not_exist_is_refused() -> None:
    assert "superuser" in str(failure("dsn", "--role", "superuser"))


# What each role may do


def tables_with(connection: Connection, *triggers: str) -> list[str]:
    names = ", ".join(f"'{name}'" for name in triggers)
    found = rows(
        connection,
        f"SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname IN ({names}) ORDER BY 1",
    )
    return [str(name) for (name,) in found]


def test_the_app_role_neither_changes_nor_removes_what_is_posted(dsn: Connect) -> None:
    app = dsn("app")
    posted = tables_with(app, "append_only")
    assert {"ledger_voucher", "ledger_line", "ledger_seal", "ledger_auditevent"} <= set(posted)
    for table in posted:
        (column,) = rows(app, f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum = 1")[
            0
        ]
        assert denied(app, f"UPDATE {table} SET {column} = {column}"), table
        assert denied(app, f"DELETE FROM {table}"), table
        assert denied(app, f"TRUNCATE {table} CASCADE"), table


def test_the_app_role_writes_no_derived_table(dsn: Connect) -> None:
    app = dsn("app")
    for table in ("ledger_balance", "ledger_bookhead", "ledger_vouchercounter", "ledger_seal", "ledger_openingbalance"):
        assert denied(app, f"INSERT INTO {table} SELECT * FROM {table}"), table
    assert denied(app, "UPDATE ledger_period SET status = 'CLOSED'")


@pytest.mark.parametrize("role", ["app", "auditor"])
def test_app_and_auditor_create_no_tables_functions_or_schemas(role: str, dsn: Connect) -> None:
    connection = dsn(role)
    for statement in (
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE ledger_voucher (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE ledger_voucher DISABLE TRIGGER ALL",
        "DROP TABLE ledger_line",
        "DROP TRIGGER append_only ON ledger_voucher",
        "SET session_replication_role = replica",
    ):
        assert denied(connection, statement), statement


def test_the_auditor_reads_every_view_of_its_own_and_no_table(dsn: Connect) -> None:
    auditor = dsn("auditor")
    relations = rows(
        auditor,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'p')",
    )
    names = {str(name) for (name,) in relations}
    views = {name for name in names if name.startswith("auditor_")}
    assert {"auditor_voucher", "auditor_line", "auditor_seal", "auditor_event"} <= views
    for name in sorted(names):
        assert denied(auditor, f"SELECT FROM {name}") == (name not in views), name
    assert rows(auditor, "SELECT count(*) FROM auditor_voucher WHERE book = 'D'") == [(3,)]


def test_the_auditor_writes_nothing(dsn: Connect) -> None:
    auditor = dsn("auditor")
    for statement in (
        "UPDATE auditor_officer SET full_name = ''",
        "DELETE FROM auditor_officer",
        "INSERT INTO auditor_officer VALUES ('x', 'x', 'PERSON', true)",
        "SELECT nextval('ledger_voucher_id_seq')",
        "INSERT INTO ledger_auditevent (chain) VALUES ('D')",
    ):
        assert denied(auditor, statement), statement


def test_the_auditor_sees_long_runs_of_digits_masked(fresh_database: str, connect: Connect) -> None:
    make_books(townships=0)
    Counterparty.objects.create(code=ID_NUMBER, name="x")
    lines = (
        debit("5001", yuan("1.00"), fund=FUND, summary=f"付{ID_NUMBER}王某"),
        credit("2015", yuan("1.00"), fund=FUND, summary="12345678901 元"),
    )
    made = voucher("D", *lines, summary="账号622202123456789012X", reference=ID_NUMBER, paper=f"身份证{ID_NUMBER}")
    post_event(event(f"pay/{ID_NUMBER}", made))
    auditor = connect("auditor")
    masked = "110********1234"
    assert rows(auditor, "SELECT summary, reference, paper, source FROM auditor_voucher") == [
        ("账号622********012X", masked, f"身份证{masked}", f"pay/{masked}")
    ]
    assert rows(auditor, "SELECT summary FROM auditor_line ORDER BY line_no") == [
        (f"付{masked}王某",),
        ("12345678901 元",),  # eleven digits: below the length of any account or ID number
    ]
    whole = rows(auditor, "SELECT v::text, l::text FROM auditor_voucher v, auditor_line l")
    assert ID_NUMBER not in str(whole)


# check_books


def test_good_books_are_checked_in_silence(readable: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    call_command("check_books")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "")


@pytest.mark.django_db
def test_the_list_names_each_check_with_what_it_proves(capsys: pytest.CaptureFixture[str]) -> None:
    listed = output(capsys, "check_books", "--list").splitlines()
    assert [line.split()[0] for line in listed] == list(CHECKS)
    assert all(re.search(r"^\S+ +[A-Z].*\.$", line) for line in listed)


@pytest.mark.django_db
def test_a_check_that_does_not_exist_is_named() -> None:
    assert "balance_sheet" in str(failure("check_books", "balanced", "balance_sheet"))


def tamper(connect: Connect, sql: str) -> None:
    with connect("postgres") as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql)


def test_what_was_changed_is_told_with_place_and_moment_and_the_command_fails(
    books: None, connect: Connect, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(connect, "UPDATE ledger_voucher SET summary = 'x' WHERE source = 'b'")
    with connect("postgres") as connection:
        ((moment,),) = rows(
            connection,
            """SELECT to_char(s.recorded_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') FROM ledger_seal s
                 JOIN ledger_voucher v ON (v.book_id, v.seal_number) = (s.book_id, s.number) WHERE v.source = 'b'""",
        )
    assert failure("check_books").returncode == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("seals: ")
    assert "D: voucher 记-2 of 2026-11 (source b) differs from what was sealed" in line
    assert str(moment) in line


def test_only_the_named_checks_are_run(books: None, connect: Connect) -> None:
    tamper(connect, "UPDATE ledger_voucher SET summary = 'x' WHERE source = 'b'")
    call_command("check_books", "balanced", "gapless")
    assert failure("check_books", "gapless", "seals").returncode == 1


def heads_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Keep the printed heads in a file, as an auditor would."""
    file = folder / "heads"
    file.write_text("# kept on 2026-11-08\n\n" + output(capsys, "check_books", "--print-heads"), encoding="utf-8")
    return file


def test_the_printed_heads_are_the_newest_seals(readable: str, capsys: pytest.CaptureFixture[str]) -> None:
    printed = output(capsys, "check_books", "--print-heads").splitlines()
    assert [line.split()[0] for line in printed] == ["D", "T01"]
    assert read_anchors(printed) == book_heads()


def test_heads_that_were_kept_agree_with_a_chain_that_went_on(
    books: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = heads_kept(tmp_path, capsys)
    call_command("check_books", "--anchors", str(file))
    post_event(simple("later"))
    chief = Officer.objects.get(username="chief")
    sign_as_chief_accountant(voucher=Voucher.objects.get(source="a"), officer=chief, at=AT)
    close_month(period=Period.objects.get(book__code="T01", month=10), officer=chief, at=AT)
    call_command("check_books", "--anchors", str(file))


REWRITE = """
DO $$
DECLARE
  s record;
  before bytea := NULL;
BEGIN
  UPDATE ledger_line SET amount = 999.00 WHERE voucher_id = (SELECT id FROM ledger_voucher WHERE source = 'b');
  UPDATE ledger_voucher SET debit_total = 999.00, credit_total = 999.00 WHERE source = 'b';
  DELETE FROM ledger_balance;
  INSERT INTO ledger_balance (account_id, fund_id, period_id, posting_date, debit, credit)
  SELECT account_id, fund_id, period_id, posting_date, sum(CASE side WHEN 'D' THEN amount ELSE 0 END),
         sum(CASE side WHEN 'C' THEN amount ELSE 0 END) FROM ledger_line GROUP BY 1, 2, 3, 4;
  FOR s IN SELECT l.*, b.code FROM ledger_seal l JOIN ledger_book b ON b.id = l.book_id
            WHERE b.code = 'D' ORDER BY number LOOP
    UPDATE ledger_seal SET previous = coalesce(before, previous),
           voucher_digests = coalesce((SELECT string_agg(sha256(convert_to(c.text, 'UTF8')), ''::bytea
             ORDER BY c.voucher_id) FROM ledger_canonical c
             WHERE c.book_id = s.book_id AND c.seal_number = s.number AND s.kind = 'POSTED'), ''::bytea)
     WHERE book_id = s.book_id AND number = s.number;
    UPDATE ledger_seal SET digest = ledger_seal_digest(previous, s.code, number, kind, recorded_at, first_voucher_id,
             last_voucher_id, voucher_count, content, voucher_digests)
     WHERE book_id = s.book_id AND number = s.number RETURNING digest INTO before;
  END LOOP;
  UPDATE ledger_bookhead h SET digest = before FROM ledger_book b WHERE b.id = h.book_id AND b.code = 'D';
END $$
"""


def test_a_chain_that_was_rewritten_whole_is_found_against_the_heads_that_were_kept(
    books: None, connect: Connect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = heads_kept(tmp_path, capsys)
    tamper(connect, REWRITE)
    call_command("check_books")  # the books agree with themselves again
    capsys.readouterr()
    assert failure("check_books", "--anchors", str(file)).returncode == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("anchor: ")
    assert " D: " in line


def test_an_anchor_of_a_seal_or_book_that_is_gone_is_found(readable: str, tmp_path: Path) -> None:
    file = tmp_path / "heads"
    (head, _) = book_heads()
    for line in (f"D {head.number + 1} {head.digest}", f"T99 1 {head.digest}"):
        file.write_text(line, encoding="utf-8")
        assert failure("check_books", "--anchors", str(file)).returncode == 1
    file.write_text(str(head).upper(), encoding="utf-8")
    call_command("check_books", "--anchors", str(file))


@pytest.mark.django_db
def test_a_file_of_anchors_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "heads"
    assert str(file) in str(failure("check_books", "--anchors", str(file)))
    file.write_bytes(b"\xff\xfe")
    assert str(file) in str(failure("check_books", "--anchors", str(file)))
    file.write_text("# good\nD one two\n", encoding="utf-8")
    assert "line 2" in str(failure("check_books", "--anchors", str(file)))


@pytest.mark.parametrize(
    "line",
    [
        "D 1",
        f"D 1 {'a' * 64} more",
        f"D -1 {'a' * 64}",
        f"D ² {'a' * 64}",
        f"D 1 {'a' * 63}",
        f"D 1 {'a' * 65}",
        f"D 1 {'g' * 64}",
    ],
)
def test_a_line_that_is_no_anchor_is_named(line: str) -> None:
    with pytest.raises(UnreadableAnchor, match="line 1"):
        read_anchors([line])


def test_a_line_that_is_an_anchor_and_one_that_says_nothing_are_read() -> None:
    (anchor,) = read_anchors(["", "# D 1 two", f"D 12 {'AB' * 32}"])
    assert (anchor.book, anchor.number, anchor.digest) == ("D", 12, "ab" * 32)
