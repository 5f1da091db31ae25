"""Destroying archives round the ORM, as the app and as the owner; what a superuser takes is found by check_books."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import psycopg2
import pytest
from django.db import connections

from audit.appraising import ClassYear
from audit.destroying import SIGNS_BY
from audit.models import SIGNING, WITNESSES, DestructionRole
from imports.models import StagedFile
from ledger.checks import run_checks
from payouts.models import Batch
from tests import attacks
from tests.attacks import DENIED, Hand, Stage, insertion
from tests.operations.test_retention import AT, FILES_OF_1999, OLD, POSTS, kept, officer, proposed
from tests.payroll_hands import adds, another, refusal, refuses, row_of

attack_stage = attacks.stage
hand, superuser = attacks.hand, attacks.superuser
TABLES = {
    "imports_stagedfile": "staged_file",
    "payouts_bankfile": "bank_file",
    "payouts_resultfile": "result_file",
    "payouts_statementfile": "statement_file",
}
ARCHIVES = {
    "audit_retentionhold": "retention_hold",
    "audit_holdlift": "hold_lift",
    "audit_appraisal": "appraisal",
    "audit_appraisedyear": "appraised_year",
    "audit_destructionlist": "destruction_list",
    "audit_destructionitem": "destruction_item",
    "audit_destructionsignature": "destruction_signature",
    "audit_destructioncarriedout": "destruction_carried_out",
}


@pytest.fixture(scope="module")
def stage(attack_stage: Stage) -> Stage:
    """Books; two files of 1999 and one for the bank on a list that nobody has signed; one of 2004 that is kept."""
    kept()
    kept("补.csv")
    kept("后.csv", month=OLD.replace(year=2004))
    sent_file(attack_stage)
    proposed(FILES_OF_1999, ClassYear("bank_files", 1999))
    for role in DestructionRole:
        officer(POSTS[role])
    return attack_stage


def sent_file(stage: Stage) -> None:
    """Put a file for the bank into 1999, past the triggers that ask for a funded batch."""
    batch = Batch.objects.create(month=OLD, number=1, source="test/1999", pay_date=OLD)
    row = {
        "batch_id": batch.pk,
        "number": 1,
        "name": "代发.txt",
        "template": "t",
        "channel": "lists",
        "message_id": "m",
    }
    told = {"content": b"old", "sha256": sha256(b"old").hexdigest()}
    connection = stage.connect("postgres")
    with connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        sql, parameters = insertion(
            "payouts_bankfile", [{**row, **told, "first_serial": 1, "last_serial": 1, "rows": 1, "total": 1}]
        )
        cursor.execute(sql, parameters)
    connection.close()


def the_list(hand: Hand) -> int:
    return int(hand.value("SELECT max(id) FROM audit_destructionlist"))


def signature(hand: Hand, role: str, **changes: Any) -> dict[str, Any]:
    listed = the_list(hand)
    right = {
        "list_id": listed,
        "role": role,
        "digest": hand.value("SELECT audit_list_digest(%s)", listed),
        "is_approved": True,
        "reason": "",
        "signed_by_id": f"of-{POSTS[DestructionRole(role)]}",
        "signed_at": AT,
    }
    return {**right, **changes}


def carried_out(hand: Hand, **changes: Any) -> dict[str, Any]:
    right = {
        "list_id": the_list(hand),
        "carried_out_on": "2026-11-27",
        "carried_out_by_id": "of-archivist",
        "carried_out_at": AT,
    }
    return {**right, **changes}


def item(hand: Hand, record_class: str, year: int) -> dict[str, Any]:
    nothing = dict.fromkeys(("records", "files", "size"), 0)
    return {"list_id": the_list(hand), "record_class": record_class, "fiscal_year": year, **nothing, "digest": ""}


def signs(hand: Hand, *roles: str) -> None:
    for role in roles:
        adds(hand, "audit_destructionsignature", signature(hand, role))


def contents(hand: Hand) -> list[int]:
    return [size for (size,) in hand.rows("SELECT octet_length(content) FROM imports_stagedfile ORDER BY id")]


@pytest.mark.parametrize("table", [*TABLES, *ARCHIVES])
def test_what_is_kept_is_neither_changed_nor_deleted(stage: Stage, hand: Hand, table: str) -> None:
    name = {**TABLES, **ARCHIVES}[table] + "_is_append_only"
    for sql in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        assert refusal(hand, sql) == hand.owner_meets(name)
    truncated = refusal(hand, f"TRUNCATE {table} CASCADE")
    assert truncated == DENIED if hand.role == "app" else truncated.endswith(("_is_append_only", "_is_derived"))


def test_bytes_go_by_no_update_even_once_the_list_is_signed(stage: Stage, hand: Hand) -> None:
    signs(hand, *SIGNING, *WITNESSES)
    for sql in (
        "UPDATE imports_stagedfile SET content = ''",
        "UPDATE imports_stagedfile SET content = 'x', name = 'y'",
        "SET LOCAL session_replication_role = replica",
    ):
        met = refusal(hand, sql)
        assert met == (DENIED if "replica" in sql else hand.owner_meets("staged_file_is_append_only"))


def test_what_a_list_names_is_found_by_the_database_alone(stage: Stage, hand: Hand) -> None:
    listed = hand.value("SELECT id FROM audit_destructionitem ORDER BY id LIMIT 1")
    forged = {"item_id": listed, "holder": "imports_stagedfile", '"row"': 3, "sha256": "0" * 64, "size": 1}
    sql, parameters = insertion("audit_listedfile", [forged])
    assert refusal(hand, sql, *parameters) == hand.owner_meets("listed_file_is_derived")


@pytest.mark.parametrize("role", [*SIGNING, *WITNESSES])
def test_a_list_that_lacks_somebody_is_not_carried_out(stage: Stage, hand: Hand, role: str) -> None:
    signs(hand, *(one for one in SIGNING if one != role))
    if role in WITNESSES:
        signs(hand, *(one for one in WITNESSES if one != role))
    expected = "destruction_is_watched" if role in WITNESSES else "list_has_its_signatures"
    assert refuses(hand, "audit_destructioncarriedout", carried_out(hand)) == expected


@pytest.mark.parametrize(
    ("role", "changes", "name"),
    [
        ("ARCHIVIST", {"signed_by_id": "of-bureau_head"}, "list_signers_are_different_people"),
        ("HEAD", {"signed_by_id": "of-archivist"}, "list_is_signed_once_a_role"),
        ("ARCHIVIST", {"digest": "0" * 64}, "signature_is_of_the_list"),
        ("ARCHIVIST", {"is_approved": False}, "list_is_refused_with_a_reason"),
        ("ARCHIVIST", {"reason": "a\tb"}, "list_signature_text_is_plain"),
        ("ACCOUNTING_WITNESS", {}, "list_is_signed_before_it_is_watched"),
    ],
)
def test_a_signature_is_of_the_list_by_another_in_its_turn(
    stage: Stage, hand: Hand, role: str, changes: dict[str, Any], name: str
) -> None:
    signs(hand, "HEAD")
    assert refuses(hand, "audit_destructionsignature", signature(hand, role, **changes)) == name


def test_an_unknown_role_is_refused(stage: Stage, hand: Hand) -> None:
    row = {**signature(hand, "HEAD"), "role": "CASHIER"}
    assert refuses(hand, "audit_destructionsignature", row) == "destruction_role_is_known"


def test_a_signed_list_takes_no_further_item(stage: Stage, hand: Hand) -> None:
    signs(hand, "HEAD")
    assert refuses(hand, "audit_destructionitem", item(hand, "bank_files", 1999)) == "signed_list_is_fixed"


@pytest.mark.parametrize(
    ("record_class", "year", "name"),
    [
        ("imported_files", 2004, "records_have_expired"),
        ("annual_accounts", 1999, "records_have_expired"),
        ("imported_files", 2026, "fiscal_year_is_over"),
        ("imported_files", 1999, "records_are_on_one_list"),
        ("love_letters", 1999, "record_class_is_known"),
    ],
)
def test_what_is_kept_or_listed_is_not_appraised_away(
    stage: Stage, hand: Hand, record_class: str, year: int, name: str
) -> None:
    fresh = adds(hand, "audit_appraisal", another(row_of(hand, "audit_appraisal", "true")))
    row = {"appraisal_id": fresh, "record_class": record_class, "fiscal_year": year, "may_go": True}
    assert refuses(hand, "audit_appraisedyear", row) == name


def test_an_item_follows_an_appraisal(stage: Stage, hand: Hand) -> None:
    assert refuses(hand, "audit_destructionitem", item(hand, "imported_files", 2004)) == "list_follows_its_appraisal"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"carried_out_on": "2099-01-01"}, "destruction_is_not_dated_ahead"),
        ({"carried_out_on": "2014-12-31"}, "records_have_expired"),
        ({"carried_out_by_id": "of-it_witness"}, "destruction_is_watched_by_another"),
    ],
)
def test_a_signed_list_is_carried_out_in_its_time_by_another(
    stage: Stage, hand: Hand, changes: dict[str, Any], name: str
) -> None:
    signs(hand, *SIGNING, *WITNESSES)
    assert refuses(hand, "audit_destructioncarriedout", carried_out(hand, **changes)) == name


def test_a_hold_or_a_later_file_stops_a_signed_list(stage: Stage, hand: Hand) -> None:
    signs(hand, *SIGNING, *WITNESSES)
    hand.rows("SAVEPOINT before")
    hold = {
        "record_class": "",
        "from_year": 1990,
        "to_year": 2000,
        "reason": "审计",
        "set_by_id": "of-archive_head",
        "set_at": AT,
    }
    key = adds(hand, "audit_retentionhold", hold)
    assert refuses(hand, "audit_destructioncarriedout", carried_out(hand)) == "records_are_blocked"
    lift = {"hold_id": key, "reason": "审计", "lifted_by_id": "of-archive_head", "lifted_at": AT}
    assert refuses(hand, "audit_holdlift", lift) == "hold_four_eyes"
    hand.rows("ROLLBACK TO SAVEPOINT before")
    late = {"month": OLD, "name": "晚.csv", "sha256": "1" * 64, "encoding": "utf-8", "content": b"x"}
    adds(hand, "imports_stagedfile", late)
    assert refuses(hand, "audit_destructioncarriedout", carried_out(hand)) == "list_is_what_is_there"


def test_a_cashier_signs_for_no_archives(stage: Stage, hand: Hand) -> None:
    group = hand.value("SELECT id FROM auth_group WHERE name = 'cashier'")
    archivist = hand.value("SELECT id FROM ledger_officer WHERE username = 'of-archivist'")
    hand.rows("INSERT INTO ledger_officer_groups (officer_id, group_id) VALUES (%s, %s)", archivist, group)
    assert refuses(hand, "audit_destructionsignature", signature(hand, "ARCHIVIST")) == "cashier_keeps_no_archives"


def test_a_carried_out_list_takes_its_bytes_for_good_and_no_others(stage: Stage, hand: Hand) -> None:
    assert contents(hand) == [9, 9, 9]
    signs(hand, *SIGNING, *WITNESSES)
    adds(hand, "audit_destructioncarriedout", carried_out(hand))
    assert contents(hand) == [0, 0, 9]
    assert hand.rows("SELECT octet_length(content), name, rows FROM payouts_bankfile") == [(0, "代发.txt", 1)]
    assert refuses(hand, "audit_destructioncarriedout", carried_out(hand)) == "list_is_carried_out_once"
    again = refusal(hand, "UPDATE imports_stagedfile SET content = 'again'")
    assert again == hand.owner_meets("staged_file_is_append_only")
    assert hand.rows("SELECT count(*) FROM audit_erased_files()") == [(3,)]


def test_no_trigger_of_another_table_reaches_the_bytes(stage: Stage, superuser: Hand) -> None:
    """Not even an update from within a trigger, which is what lets the list through, takes what no list names."""
    superuser.rows(
        """CREATE FUNCTION sneak() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN UPDATE imports_stagedfile SET content = ''; RETURN NULL; END $$;
           CREATE TRIGGER sneak AFTER INSERT ON audit_appraisal FOR EACH ROW EXECUTE FUNCTION sneak()"""
    )
    row = another(row_of(superuser, "audit_appraisal", "true"))
    assert refuses(superuser, "audit_appraisal", row) == "content_is_destroyed_by_a_list"


def test_the_auditor_reads_lists_and_signatures(stage: Stage) -> None:
    reader = stage.hand("auditor")
    listed = "SELECT record_class, fiscal_year, files, bytes FROM auditor_destruction_list ORDER BY 1"
    assert reader.rows(listed) == [("bank_files", 1999, 1, 3), ("imported_files", 1999, 2, 18)]
    for view in ("retention_hold", "appraisal", "destruction_signature", "listed_file"):
        reader.rows(f"SELECT * FROM auditor_{view}")
    assert refusal(reader, "SELECT * FROM audit_destructionlist") == DENIED
    reader.connection.rollback()


@pytest.fixture
def tampered(stage: Stage) -> Iterator[psycopg2.extensions.cursor]:
    """A superuser's cursor past all triggers; what it took is put back."""
    connection = stage.connect("postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor
        cursor.execute("UPDATE imports_stagedfile SET content = %s WHERE content = ''", [b"name,pay\n"])
    connection.close()


def test_check_books_finds_bytes_that_went_without_a_list(stage: Stage, tampered: psycopg2.extensions.cursor) -> None:
    assert connections["default"].settings_dict["NAME"] == stage.database
    assert [one.what for one in run_checks(["erased_files_are_listed"])] == []
    tampered.execute("UPDATE imports_stagedfile SET content = '' WHERE month = '2004-05-01'")
    [found] = run_checks(["erased_files_are_listed"])
    assert found.what.endswith("has lost its bytes, and no list orders it")


def test_an_empty_file_is_not_a_destroyed_one(stage: Stage, hand: Hand) -> None:
    empty = {"month": OLD, "name": "空.csv", "sha256": sha256(b"").hexdigest(), "encoding": "utf-8", "content": b""}
    adds(hand, "imports_stagedfile", empty)
    assert hand.rows("SELECT count(*) FROM audit_erased_files()") == [(0,)]


def test_every_role_has_a_post(stage: Stage) -> None:
    assert set(SIGNS_BY) == set(DestructionRole)
    assert StagedFile.objects.count() == 3
