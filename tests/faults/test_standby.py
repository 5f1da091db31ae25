"""A primary killed while vouchers post, and its standby: the runbook's commands, real processes, real SIGKILL."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import psycopg2.errors
import pytest

from ledger.checks import run_checks
from ledger.models import Voucher
from ledger.posting import post_events
from month.handing_over import sending
from month.models import JobState
from month.queueing import ask_for
from month.working import claim, sweep_jobs, work_off
from payouts.models import BankFile
from payouts.models.words import BatchStatus
from tests import payroll
from tests.attacks import Stage
from tests.backups import DATABASE, make_backup, restore_into, variables_of
from tests.clusters import Cluster, cluster_folder, copied, pointed_at, programs, server_user
from tests.payroll import AT, SEPTEMBER, batch_of, officer, rendered
from tests.posting_on import Poster, events_of, posting_on, spell, wait_for_more, wait_until
from tests.runbook import follow, without_ours

stage = payroll.stage
NAMES = ("a", "b", "c", "d")
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND backend_type = 'client backend'"


@dataclass(frozen=True)
class Pair:
    """A primary with months of pay, and its standby."""

    primary: Cluster
    standby: Cluster
    anchors: Path

    def as_administrator(self, block: str, *, of: Cluster) -> str:
        return follow(block, variables=variables_of(of, HEADS=str(self.anchors)), programs=programs())

    def as_server(self, block: str) -> str:
        """Run a block as the user that runs PostgreSQL."""
        replication = self.primary.dsn(role="tongfa_standby", database="") + "&application_name=tongfa_standby"
        variables = without_ours() | {
            "REPLICATION_URL": replication,
            "PRIMARY_DATA": str(self.primary.data),
            "STANDBY_DATA": str(self.standby.data),
        }
        return follow(block, variables=variables, programs=programs(), user=server_user())

    def make_standby(self) -> None:
        self.as_administrator("standby_role", of=self.primary)
        self.copy_standby()

    def copy_standby(self) -> None:
        self.standby.make_folder()
        self.as_server("standby_copy")
        self.standby.settle_here()
        self.as_server("standby_start")

    def wait_for_standby(self, *, how: str) -> None:
        said = f"tongfa_standby|streaming|{how}\n"
        wait_until(lambda: self.as_administrator("standby_state", of=self.primary) == said)

    def cut_line(self) -> None:
        """Let the standby hear no more of the primary."""
        self.standby.ask("ALTER SYSTEM SET primary_conninfo = ''")
        self.standby.ask("SELECT pg_reload_conf()")
        wait_until(lambda: not self.primary.ask("SELECT FROM pg_stat_replication"))

    def fail_over(self) -> str:
        """Do what the runbook says when the primary is gone, and return what the checks print."""
        self.as_server("fence")
        self.as_server("promote")
        self.as_administrator("alone", of=self.standby)
        return self.as_administrator("promoted", of=self.standby)


@pytest.fixture(scope="module")
def seed(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Path]]:
    """A cluster that a backup of a district was restored into; it does not run. The heads of that district."""
    kept = tmp_path_factory.mktemp("seed") / "kept"
    make_backup(folder=kept, database=stage.database)
    with cluster_folder() as folder:
        cluster = Cluster(folder / "seed")
        cluster.create()
        cluster.start()
        restore_into(cluster, folder=kept)
        cluster.stop()
        yield cluster, kept / "heads"


@pytest.fixture
def pair(seed: tuple[Cluster, Path]) -> Iterator[Pair]:
    """A primary and its standby, which nobody waits for yet."""
    with cluster_folder() as folder:
        made = Pair(copied(seed[0], folder / "primary"), Cluster(folder / "standby"), seed[1])
        made.primary.start()
        made.make_standby()
        yield made


@pytest.fixture
def waited_for(pair: Pair) -> Pair:
    """A primary and the standby that every commit waits for."""
    pair.as_administrator("standby_sync", of=pair.primary)
    pair.wait_for_standby(how="sync")
    return pair


def acknowledged(posters: Sequence[Poster]) -> dict[str, list[str]]:
    return {what: numbers for poster in posters for what, numbers in poster.acknowledged().items()}


def kill_while_posting(pair: Pair, posters: Sequence[Poster]) -> None:
    pair.primary.kill()
    for poster in posters:
        assert poster.process.wait(timeout=60) == 0  # it noticed that the server is gone


def in_the_books() -> dict[str, list[str]]:
    """Return the numbers of the vouchers that the processes have posted, by transaction."""
    found: dict[str, list[str]] = {}
    vouchers = Voucher.objects.filter(source__startswith="test.").order_by("source", "part").select_related("book")
    for one in vouchers:
        found.setdefault(one.source.rpartition("/")[0], []).append(f"{one.book.code}/{one.voucher_type}/{one.number}")
    return found


def work_goes_on(pair: Pair, before: dict[str, list[str]], posters: Sequence[Poster], folder: Path) -> None:
    """The same processes, begun anew on the new primary, find what was posted as it was, and post on."""
    with pointed_at(pair.standby, DATABASE):
        for poster in posters:
            # What the process asked for last was committed or not; asked for again it is there once.
            last = next(events for what, events in events_of(poster.name) if what == poster.asked()[-1])
            assert spell(post_events(last)) == spell(post_events(last))
    with posting_on(NAMES, folder=folder, variables=variables_of(pair.standby)) as again:
        least = {poster.name: len(poster.asked()) + 5 for poster in posters}
        wait_until(lambda: all(len(poster.acknowledged()) >= least[poster.name] for poster in again), again)
        after = acknowledged(again)
    assert {what: after[what] for what in before} == before
    with pointed_at(pair.standby, DATABASE):
        assert {what: numbers for what, numbers in in_the_books().items() if what in after} == after
        assert list(run_checks([])) == []


def nothing_is_missing(pair: Pair, posters: Sequence[Poster], folder: Path) -> None:
    """After the primary is gone: fail over, find everything that was acknowledged, and work on."""
    before = acknowledged(posters)
    assert pair.fail_over() == "f\n"  # check_books is silent
    with pointed_at(pair.standby, DATABASE):
        found = in_the_books()
    assert {what: found.get(what) for what in before} == before
    # Beside it there is at most what each process was waiting for.
    assert found.keys() - before.keys() <= {poster.asked()[-1] for poster in posters}
    work_goes_on(pair, before, posters, folder)


def test_of_a_primary_killed_while_vouchers_post_nothing_committed_is_missing(
    waited_for: Pair, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with posting_on(NAMES, folder=tmp_path, variables=variables_of(waited_for.primary)) as posters:
        wait_for_more(posters, 25)
        kill_while_posting(waited_for, posters)
    assert len(acknowledged(posters)) >= 100
    nothing_is_missing(waited_for, posters, tmp_path_factory.mktemp("again"))


def test_a_commit_that_the_standby_has_not_is_not_acknowledged(
    waited_for: Pair, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The worst moment: what waits is committed on the primary's disk, and the standby hears nothing."""
    pair = waited_for
    with posting_on(NAMES, folder=tmp_path, variables=variables_of(pair.primary)) as posters:
        wait_for_more(posters, 5)
        pair.cut_line()
        wait_until(lambda: pair.primary.ask(WAITING) != [(0,)], posters)
        kill_while_posting(pair, posters)
    nothing_is_missing(pair, posters, tmp_path_factory.mktemp("again"))


def test_a_primary_that_comes_back_is_fenced(waited_for: Pair) -> None:
    """Whoever starts it, it can be read and not written."""
    waited_for.primary.kill()
    waited_for.fail_over()
    waited_for.primary.start()
    assert waited_for.primary.ask("SELECT count(*) > 0 FROM ledger_line", database=DATABASE) == [(True,)]
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        waited_for.primary.ask("UPDATE ledger_officer SET is_active = false", database=DATABASE)
    # A fenced one that runs is stopped, and fenced again.
    waited_for.as_server("fence")
    assert not (waited_for.primary.data / "postmaster.pid").exists()


def test_the_new_primary_gets_a_standby_and_may_fail_in_turn(
    waited_for: Pair, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    waited_for.primary.kill()
    waited_for.fail_over()
    second = Pair(waited_for.standby, Cluster(waited_for.primary.folder.parent / "second"), waited_for.anchors)
    # Set before the copy is made, so that the copy has it as well: it is not to wait for anybody once promoted.
    second.as_administrator("standby_sync", of=second.primary)
    second.copy_standby()
    second.wait_for_standby(how="sync")
    with posting_on(NAMES, folder=tmp_path, variables=variables_of(second.primary)) as posters:
        wait_for_more(posters, 5)
        kill_while_posting(second, posters)
    nothing_is_missing(second, posters, tmp_path_factory.mktemp("again"))


def test_without_waiting_for_the_standby_what_was_acknowledged_is_lost(pair: Pair, tmp_path: Path) -> None:
    """Why it is synchronous, and that these tests would see a loss."""
    pair.wait_for_standby(how="async")
    with posting_on(NAMES, folder=tmp_path, variables=variables_of(pair.primary)) as posters:
        wait_for_more(posters, 5)
        pair.cut_line()
        wait_for_more(posters, 5)
        kill_while_posting(pair, posters)
        before = acknowledged(posters)
    assert pair.fail_over() == "f\n"
    with pointed_at(pair.standby, DATABASE):
        assert before.keys() - in_the_books().keys()


def test_work_that_was_under_way_is_done_once_on_the_new_primary(waited_for: Pair) -> None:
    with pointed_at(waited_for.primary, DATABASE):
        job = ask_for(**sending(rendered(SEPTEMBER)), officer=officer("cashier"), at=AT)
        assert claim(job=job.pk, worker="lost", lease_seconds=0) is not None
    waited_for.primary.kill()
    said = waited_for.fail_over()
    assert said.startswith("f\n")
    assert str(job.key) in said  # `job list` shows what was under way
    with pointed_at(waited_for.standby, DATABASE):
        wait_until(lambda: job.pk in sweep_jobs())
        done = work_off(job=job.pk, worker="next", at=AT)
        assert done is not None
        assert (done.status, done.attempt) == (JobState.DONE, 2)
        batch = batch_of(SEPTEMBER)
        assert batch.status == BatchStatus.SENT
        assert BankFile.objects.filter(batch=batch).count() == 1
        assert list(run_checks([])) == []


def test_keys_skip_ahead_and_numbers_do_not(waited_for: Pair, tmp_path: Path) -> None:
    with posting_on(["a"], folder=tmp_path, variables=variables_of(waited_for.primary)) as posters:
        wait_for_more(posters, 3)
        kill_while_posting(waited_for, posters)
    waited_for.fail_over()
    with pointed_at(waited_for.standby, DATABASE):
        last = Voucher.objects.order_by("-pk")[0]
        _, events = next(iter(events_of("z")))
        posted = post_events(events)
        assert posted[0].voucher_id > last.pk
        assert list(run_checks(["gapless"])) == []
