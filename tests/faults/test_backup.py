"""A backup made while vouchers post is whole, and where it is restored the promises hold: by the runbook's commands."""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import psycopg2.extensions
import pytest

from config import instance, roles
from ledger.models import Voucher
from tests import payroll
from tests.attacks import DENIED, Hand, Stage, refused_as
from tests.backups import DATABASE, make_backup, restore_into, variables_of
from tests.clusters import Cluster, cluster_folder, pointed_at, programs, server_user
from tests.posting_on import posting_on, wait_for_more
from tests.runbook import follow, of_service, read_blocks, urls, without_ours

stage = payroll.stage

PRIVILEGES = """
SELECT n.nspname, coalesce(c.relname, '') AS name, a.grantor::regrole::text, a.grantee::regrole::text,
       a.privilege_type, a.is_grantable
  FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid
 CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, n.nspacl)) a
 WHERE n.nspname = 'public'
UNION ALL
SELECT 'database', '', a.grantor::regrole::text, a.grantee::regrole::text, a.privilege_type, a.is_grantable
  FROM pg_database d CROSS JOIN LATERAL aclexplode(d.datacl) a WHERE d.datname = current_database()
UNION ALL
SELECT 'function', p.oid::regprocedure::text, p.proowner::regrole::text, p.prosecdef::text, md5(p.prosrc),
       p.proacl IS NULL
  FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
 ORDER BY 1, 2, 3, 4, 5
"""
PROMISES = """
SELECT t.tgrelid::regclass::text, t.tgname, t.tgenabled::text, pg_get_triggerdef(t.oid)
  FROM pg_trigger t WHERE NOT t.tgisinternal
UNION ALL
SELECT c.conrelid::regclass::text, c.conname, c.convalidated::text, pg_get_constraintdef(c.oid)
  FROM pg_constraint c WHERE c.connamespace = 'public'::regnamespace
UNION ALL
SELECT i.tablename, i.indexname, '', i.indexdef FROM pg_indexes i WHERE i.schemaname = 'public'
UNION ALL
SELECT v.viewname, v.viewowner, '', v.definition FROM pg_views v WHERE v.schemaname = 'public'
 ORDER BY 1, 2, 3, 4
"""


@dataclass(frozen=True)
class Restored:
    """A backup, what was acknowledged before it was begun, and the cluster it was restored into."""

    source: Stage
    backup: Path
    before: dict[str, list[str]]
    cluster: Cluster

    def hand(self, user: str) -> Hand:
        return Hand(user, psycopg2.connect(self.cluster.dsn(role=user, database=DATABASE)))


@pytest.fixture(scope="module")
def restored(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restored]:
    """A district with months of pay, saved while three processes post and restored into another cluster."""
    folder = tmp_path_factory.mktemp("backup")
    variables = of_service(**urls(instance.locate().dsn, stage.database))
    with posting_on(["a", "b", "c"], folder=folder, variables=variables) as posters:
        wait_for_more(posters, 20)
        before = {what: numbers for poster in posters for what, numbers in poster.acknowledged().items()}
        make_backup(folder=folder / "kept", database=stage.database)
        wait_for_more(posters, 1)  # they posted on all the while
    with cluster_folder() as clusters:
        cluster = Cluster(clusters / "elsewhere")
        cluster.create()
        cluster.start()
        restore_into(cluster, folder=folder / "kept")
        yield Restored(stage, folder / "kept", before, cluster)


@pytest.fixture(params=[roles.APP, roles.OWNER])
def hand(request: pytest.FixtureRequest, restored: Restored) -> Iterator[Hand]:
    made = restored.hand(request.param)
    yield made
    made.connection.close()


def numbers_of(what: str) -> list[str]:
    vouchers = Voucher.objects.filter(source__startswith=f"{what}/").order_by("source", "part").select_related("book")
    return [f"{one.book.code}/{one.voucher_type}/{one.number}" for one in vouchers]


def test_a_backup_made_while_vouchers_post_has_what_was_posted_before_it(restored: Restored) -> None:
    assert len(restored.before) >= 60
    with pointed_at(restored.cluster, DATABASE):
        assert {what: numbers_of(what) for what in restored.before} == restored.before


def test_the_promises_and_privileges_are_restored_as_they_were(restored: Restored) -> None:
    for question in (PRIVILEGES, PROMISES):
        before = plainly(restored.source.hand("postgres").rows(question))
        assert len(before) > 100
        assert plainly(restored.cluster.ask(question, database=DATABASE)) == before


def plainly(rows: Iterable[tuple[object, ...]]) -> list[list[str]]:
    """Return rows without casts and brackets, which PostgreSQL spells otherwise when it reads its own text again."""
    return sorted([re.sub(r"::[a-z ]+(\[\])?|[()]", "", str(value)) for value in row] for row in rows)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_line SET amount = amount + 1",
        "DELETE FROM ledger_voucher",
        "UPDATE payouts_payslip SET net = 0",
        "TRUNCATE ledger_seal CASCADE",
        "UPDATE ledger_balance SET debit = 0",
    ],
)
def test_nothing_posted_is_changed_where_it_is_restored(hand: Hand, statement: str) -> None:
    with pytest.raises(psycopg2.Error) as refused:
        hand.rows(statement)
    name = refused_as(refused.value)
    assert name == DENIED if hand.role == roles.APP else name.endswith(("_is_append_only", "_is_derived"))


def test_a_posted_voucher_takes_no_further_line_where_it_is_restored(hand: Hand) -> None:
    columns = "period_id, posting_date, account_id, record, fund_id, side, amount, summary"
    with pytest.raises(psycopg2.Error) as refused:
        hand.rows(
            f"INSERT INTO ledger_line (voucher_id, line_no, {columns})"
            f" SELECT voucher_id, line_no + 100, {columns} FROM ledger_line LIMIT 1"
        )
    assert refused_as(refused.value) == "line_is_append_only"


def test_the_app_makes_no_tables_where_it_is_restored(restored: Restored) -> None:
    for statement in ("CREATE TEMPORARY TABLE ledger_line (id int)", "CREATE TABLE mine (id int)"):
        hand = restored.hand(roles.APP)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            hand.rows(statement)
        hand.connection.close()


def test_the_auditor_reads_views_only_where_it_is_restored(restored: Restored) -> None:
    hand = restored.hand(roles.AUDITOR)
    readable = hand.rows(
        "SELECT c.relname, c.relkind FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relkind IN ('r', 'p', 'v') AND has_any_column_privilege(c.oid, 'SELECT')"
    )
    assert readable
    assert all(name.startswith("auditor_") and kind == "v" for name, kind in readable)
    assert hand.value("SELECT count(*) FROM auditor_voucher") > 0
    hand.connection.close()


def test_heads_of_a_later_day_tell_that_a_backup_is_older(restored: Restored, tmp_path: Path) -> None:
    later = tmp_path / "later"
    variables = of_service(BACKUP=str(later), **urls(instance.locate().dsn, restored.source.database))
    follow("heads", variables=variables, programs=programs())
    done = subprocess.run(
        [sys.executable, "manage.py", "check_books", "gapless", "--anchors", str(later / "heads")],
        cwd=instance.PROJECT,
        env=variables_of(restored.cluster, TONGFA_LANGUAGE="en"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "the chain was rewritten" in done.stderr


def test_a_damaged_backup_is_not_restored(restored: Restored, tmp_path: Path) -> None:
    for file in restored.backup.iterdir():
        content = file.read_bytes()
        half = len(content) // 2
        flipped = bytes([content[half] ^ (file.name == "tongfa.dump")])
        (tmp_path / file.name).write_bytes(content[:half] + flipped + content[half + 1 :])
    with pytest.raises(AssertionError, match=r"tongfa\.dump: FAILED"):
        follow("restore", variables=variables_of(restored.cluster, BACKUP=str(tmp_path)), programs=programs())


def test_passwords_are_not_in_a_backup(restored: Restored) -> None:
    said = (restored.backup / "roles.sql").read_text()
    assert f"CREATE ROLE {roles.APP};" in said
    assert "PASSWORD" not in said


def test_a_copy_of_the_whole_cluster_is_verified_and_runs(restored: Restored) -> None:
    copy = Cluster(restored.cluster.folder.parent / "copy")
    copy.make_folder()
    follow("standby_role", variables=variables_of(restored.cluster), programs=programs())
    url = restored.cluster.dsn(role="tongfa_standby", database="")
    follow(
        "copy",
        variables=without_ours() | {"REPLICATION_URL": url, "COPY": str(copy.data)},
        programs=programs(),
        user=server_user(),
    )
    copy.settle_here()
    copy.start()
    done = subprocess.run(
        [sys.executable, "manage.py", "check_books", "--anchors", str(restored.backup / "heads")],
        cwd=instance.PROJECT,
        env=variables_of(copy),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_embedded_instance_is_saved_and_restored_into_another(restored: Restored, tmp_path: Path) -> None:
    first, second = (restored.cluster.folder.parent / name for name in ("first", "second"))
    variables = without_ours() | {"TONGFA_POSTGRES_OPTIONS": "-c fsync=off"}
    try:
        follow(
            "embedded_restore",
            variables=variables | {"ANOTHER_HOME": str(first), "BACKUP": str(restored.backup)},
            programs=programs(),
        )
        saved = variables | {"BACKUP": str(tmp_path / "kept"), "ANOTHER_HOME": str(second), "TONGFA_HOME": str(first)}
        for block in ("embedded_dump", "embedded_restore"):
            assert follow(block, variables=saved, programs=programs()) == ""
    finally:
        for home in (first, second):
            subprocess.run(
                [sys.executable, "-m", "config.instance", "remove"],
                cwd=instance.PROJECT,
                env=variables | {"TONGFA_HOME": str(home)},
                check=True,
            )


def test_every_block_of_the_runbook_is_run() -> None:
    texts = [file.read_text(encoding="utf-8") for file in Path(__file__).parents[1].rglob("*.py")]
    assert [name for name in read_blocks() if not any(f'"{name}"' in text for text in texts)] == []
