"""What is seen of jobs and said to them while they work: progress, cancellation, files; and round the ORM."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.conf import LazySettings
from django.core.management import call_command
from django.db import OperationalError, connections

from ledger.models import AuditEvent
from ledger.refusals import OfficerMayNot
from month.doing import do_now
from month.handing_over import sending
from month.held import Asked, Held, Kind, Work, WorkChanged
from month.job_kinds import KINDS
from month.long_work import checking, computing, reading_results, releasing, staging
from month.models import FileSide, Job, JobCancellation, JobFile, JobMove, JobProgress, JobState
from month.paper_work import journal, papers_of_month
from month.queueing import JobCancelledWithoutReason, NoSuchJob, ask_for, cancel_job, restart_job
from month.salaries import coming_run
from month.taking_away import NoFiles, hand_out, take_away
from month.tasks import ring
from month.working import claim, forget_files, sweep_jobs, work_off
from payouts.models.words import RunStatus
from payouts.running import thaw_run
from tests import attacks, payroll
from tests.attacks import Hand, Stage
from tests.payroll import AT, AUGUST, LIST, NOVEMBER, OCTOBER, SEPTEMBER, answer_to, batch_of, officer, rendered, run_of
from tests.payroll_hands import refusal
from tests.workers import wait_until

stage, own_stage, rolled_back = payroll.stage, payroll.own_stage, payroll.rolled_back
hand = attacks.hand


@contextmanager
def kind(work: Work, *, attempts_max: int = 3) -> Iterator[None]:
    """Let there be a kind of work of the test's own."""
    KINDS["of.test"] = Kind("of.test", "payouts.render_batch", attempts_max, work)
    try:
        yield
    finally:
        del KINDS["of.test"]


def asked(key: str = "x") -> Job:
    return ask_for(kind="of.test", key=key, arguments={}, officer=officer("cashier"), at=AT)


def worked(job: Job) -> Job:
    done = work_off(job=job.pk, worker="here", at=AT)
    assert done is not None
    return done


def beside(act: Callable[[], object]) -> None:
    """Do something on a connection of its own, and wait for it as long as nobody should wait."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except (OperationalError, NoSuchJob) as error:
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=5)
    assert not thread.is_alive()
    assert not failed


# Beside an effect under way


def test_the_progress_is_seen_while_the_effect_holds_the_row(own_stage: Stage) -> None:
    seen = []

    def long(held: Held, *_rest: object) -> None:
        with held.effect():
            held.progress("compute", 40)
            held.progress("compute", 2)
            told = JobProgress.objects.using("owner").filter(pk=held.job, attempt=1)
            wait_until(lambda: told.filter(step="compute", rows=42).exists())
            seen.append(Job.objects.using("owner").get(pk=held.job).status)

    with kind(long):
        worked(asked())
    assert seen == [JobState.RUNNING]


def test_a_cancellation_waits_for_no_effect_and_undoes_it(own_stage: Stage) -> None:
    def long(held: Held, *_rest: object) -> None:
        with held.effect():
            JobFile.objects.create(job_id=held.job, side="OUT", number=1, name="x", sha256="", content=b"")
            beside(lambda: cancel_job(key=held.job, officer=officer("cashier"), reason="停", at=AT))
            for _time in range(100):
                time.sleep(0.1)
                held.progress("compute", 1)
            pytest.fail("a cancelled job goes on")

    with kind(long):
        done = worked(asked())
    assert (done.status, done.reason, done.attempt) == (JobState.CANCELLED, "停", 1)
    assert not JobFile.objects.exists()


def test_who_asks_again_does_not_wait_for_the_effect_under_way(own_stage: Stage) -> None:
    def long(held: Held, *_rest: object) -> None:
        with held.effect():
            Job.objects.using("owner").count()
            beside(asked)

    with kind(long):
        job = asked()
        assert work_off(job=job.pk, worker="command", at=AT, lease_seconds=0) is not None
        assert Job.objects.count() == 1
        assert JobMove.objects.filter(job=job).count() == 3


def test_a_job_that_is_done_before_it_sees_the_cancellation_is_done(rolled_back: None) -> None:
    def short(held: Held, *_rest: object) -> None:
        with held.effect():
            cancel_job(key=held.job, officer=officer("cashier"), reason="停", at=AT)

    with kind(short):
        assert worked(asked()).status == JobState.DONE


def test_what_a_lost_worker_was_to_stop_is_cancelled_and_never_claimed(rolled_back: None) -> None:
    with kind(lambda *_all: None):
        job = asked()
        assert claim(job=job.pk, worker="dead") is not None
        cancel_job(key=job.pk, officer=officer("cashier"), reason="停", at=AT)
        Job.objects.filter(pk=job.pk).update(lease_until=AT - timedelta(days=3650))
        assert claim(job=job.pk, worker="next") is None
        assert sweep_jobs() == []
    assert Job.objects.get(pk=job.pk).status == JobState.CANCELLED


def test_a_cancellation_is_void_once_a_person_starts_the_job_again(rolled_back: None) -> None:
    with kind(lambda *_all: None):
        job = asked()
        assert claim(job=job.pk, worker="dead") is not None
        cancel_job(key=job.pk, officer=officer("cashier"), reason="停", at=AT)
        Job.objects.filter(pk=job.pk).update(status="FAILED", lease_until=None)
        again = restart_job(key=job.pk, officer=officer("cashier"), at=AT)
        assert again.restarted_after == 1
        assert sweep_jobs() == [job.pk]
        assert worked(again).status == JobState.DONE


def test_a_job_is_cancelled_with_a_reason(rolled_back: None) -> None:
    with kind(lambda *_all: None), pytest.raises(JobCancelledWithoutReason):
        cancel_job(key=asked().pk, officer=officer("cashier"), reason=" ", at=AT)
    assert not JobCancellation.objects.exists()


def test_attempts_are_counted_anew_after_a_person_started_it_again(rolled_back: None) -> None:
    with kind(lambda *_all: None, attempts_max=2):
        job = asked()
        for status in ("WAITING", "FAILED", "WAITING", "FAILED"):
            if Job.objects.get(pk=job.pk).status == "FAILED":
                restart_job(key=job.pk, officer=officer("cashier"), at=AT)
            holder = claim(job=job.pk, worker="here")
            assert holder is not None
            holder.give_back("database_is_lost")
            assert Job.objects.get(pk=job.pk).status == status


# Who may


def test_the_post_is_asked_for_when_the_work_is_done_too(rolled_back: None) -> None:
    work = sending(rendered(SEPTEMBER))
    job = ask_for(**work, officer=officer("second-cashier"), at=AT)
    officer("second-cashier").groups.clear()
    with pytest.raises(OfficerMayNot):
        worked(job)
    failed = Job.objects.get(pk=job.pk)
    assert (failed.status, failed.failure) == (JobState.FAILED, "officer_holds_the_post")
    assert batch_of(SEPTEMBER).status == "RENDERED"


def test_files_are_taken_away_by_who_may_make_them(rolled_back: None, tmp_path: Path) -> None:
    job = ask_for(**papers_of_month(month=SEPTEMBER, sheets=[]), officer=officer("cashier"), at=AT)
    with pytest.raises(NoFiles):
        take_away(job=job, folder=tmp_path / "out", officer=officer("cashier"), at=AT)
    done = worked(job)
    with pytest.raises(OfficerMayNot):
        take_away(job=done, folder=tmp_path / "out", officer=officer("clerk"), at=AT)
    assert not (tmp_path / "out").exists()
    names = take_away(job=done, folder=tmp_path / "out", officer=officer("preparer"), at=AT)
    for file in JobFile.objects.filter(job=job, side=FileSide.OUT):
        assert hashlib.sha256((tmp_path / "out" / file.name).read_bytes()).hexdigest() == file.sha256
    assert "payroll.csv" in names
    assert AuditEvent.objects.filter(act="documents.read", subject=f"job/{job.pk}").exists()


def test_files_are_forgotten_days_after_the_job_ended(own_stage: Stage, settings: LazySettings) -> None:
    waits = ask_for(**staging(files=[("x.csv", b"x")], month=NOVEMBER), officer=officer("clerk"), at=AT)
    done = worked(ask_for(**journal(book="", format_name="hledger"), officer=officer("preparer"), at=AT))
    forget_files()
    assert JobFile.objects.filter(job=done).count() == 1
    settings.JOB_FILE_DAYS = 0
    forget_files()
    assert list(JobFile.objects.values_list("job", flat=True)) == [waits.pk]


def test_files_that_are_handed_out_at_once_leave_no_copy(own_stage: Stage, tmp_path: Path) -> None:
    done = do_now(**journal(book="", format_name="hledger"), officer=officer("preparer"), at=AT)
    assert hand_out(job=done, folder=tmp_path / "out") == ["all.journal"]
    assert not JobFile.objects.filter(job=done).exists()
    assert (tmp_path / "out" / "all.journal").read_text().strip()


# The work


def test_bytes_go_with_the_job_until_the_stage_has_them(rolled_back: None) -> None:
    files = [("通知.csv", "没有可识别的表".encode())]
    job = ask_for(**staging(files=files, month=NOVEMBER), officer=officer("clerk"), at=AT)
    assert JobFile.objects.get(job=job).name == "通知.csv"
    assert ask_for(**staging(files=files, month=NOVEMBER), officer=officer("clerk"), at=AT).pk == job.pk
    done = worked(job)
    assert done.status == JobState.DONE
    assert not JobFile.objects.filter(job=job).exists()
    assert [sheet.file.name for sheet in done.made] == ["通知.csv"]
    again = do_now(**staging(files=files, month=NOVEMBER), officer=officer("clerk"), at=AT)
    assert again.pk != job.pk
    assert [sheet.known_before for sheet in again.made] == [True]


def test_a_run_is_computed_once_for_its_edition(rolled_back: None) -> None:
    preparer = officer("preparer")
    thaw_run(run=run_of(NOVEMBER), officer=preparer, reason="重算", at=AT)
    work = computing(coming_run(month=NOVEMBER))
    job = ask_for(**work, officer=preparer, at=AT)
    assert worked(job).status == JobState.DONE
    assert (run_of(NOVEMBER).status, run_of(NOVEMBER).edition) == (RunStatus.COMPUTED, 2)
    # An attempt that was lost after its commit is found done.
    another: Asked = {**work, "key": "another"}
    assert do_now(**another, officer=preparer, at=AT).made == run_of(NOVEMBER)
    assert run_of(NOVEMBER).edition == 2
    thaw_run(run=run_of(NOVEMBER), officer=preparer, reason="再算", at=AT)
    assert computing(coming_run(month=NOVEMBER))["key"] != work["key"]


def test_what_changed_since_it_was_asked_for_is_not_worked_on(rolled_back: None) -> None:
    preparer = officer("preparer")
    check = checking(run_of(OCTOBER))
    release = releasing(run_of(OCTOBER), LIST)
    thaw_run(run=run_of(OCTOBER), officer=preparer, reason="重算", at=AT)
    do_now(**computing(coming_run(month=OCTOBER)), officer=preparer, at=AT)
    with pytest.raises(WorkChanged):
        do_now(**check, officer=preparer, at=AT)
    with pytest.raises(WorkChanged):
        do_now(**release, officer=officer("releaser"), at=AT)
    assert run_of(OCTOBER).status == RunStatus.COMPUTED


def test_a_result_file_is_read_once_by_its_job(rolled_back: None) -> None:
    (file,) = batch_of(AUGUST).files.all()
    content = answer_to(file)
    work = reading_results(name="result.txt", content=content, template=file.template, month=None, on=None)
    first = do_now(**work, officer=officer("cashier"), at=AT)
    again = do_now(
        **reading_results(name="result.txt", content=content, template=file.template, month=None, on=None),
        officer=officer("cashier"),
        at=AT,
    )
    assert (first.made.known_before, again.made.known_before) == (False, True)


# The bell


def test_asking_does_not_fail_where_no_broker_answers(tmp_path: Path) -> None:
    conf = current_app.conf
    before = conf.task_always_eager, conf.broker_url
    conf.task_always_eager, conf.broker_url = False, f"redis+socket://{tmp_path / 'nobody.sock'}"
    try:
        ring(1)
    finally:
        conf.task_always_eager, conf.broker_url = before


def test_the_bell_does_the_work_once(own_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []

    def work(held: Held, *_rest: object) -> None:
        with held.effect():
            done.append(held.job)

    with kind(work):
        job = asked()
        ring(job.pk)
        ring(job.pk)
        call_command("job", "list")
    assert done == [job.pk]
    assert Job.objects.get(pk=job.pk).status == JobState.DONE


# The whole story


def test_each_step_of_a_job_is_kept(rolled_back: None, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(held: Held, *_rest: object) -> None:
        with held.effect():
            raise NoSuchJob("a_rule")

    with kind(refuse):
        job = asked()
        with pytest.raises(NoSuchJob):
            worked(job)
        restart_job(key=job.pk, officer=officer("second-cashier"), at=AT)
        cancel_job(key=job.pk, officer=officer("second-cashier"), reason="不再需要", at=AT)
    moves = JobMove.objects.filter(job=job).order_by("pk").values_list("status", "attempt", "worker", "failure")
    assert list(moves) == [
        ("WAITING", 0, "", ""),
        ("RUNNING", 1, "here", ""),
        ("FAILED", 1, "here", "a_rule"),
        ("WAITING", 1, "", ""),
        ("CANCELLED", 1, "", ""),
    ]
    call_command("job", "show", str(job.pk))
    story = capsys.readouterr().out
    for told in ("a_rule", "没有该任务", "second-cashier", "不再需要", "here"):
        assert told in story, told


# Round the ORM


@pytest.fixture
def told(hand: Hand) -> Hand:
    hand.rows(
        "INSERT INTO month_job (kind, key, arguments, asked_by_id, asked_at, status, attempt, attempts_max, worker,"
        " restarted_after, failure, reason) SELECT 'batch.send', 'batch/9', '{}', username, now(), 'WAITING', 0, 1, '',"
        " 0, '', '' FROM ledger_officer ORDER BY username LIMIT 1"
    )
    hand.rows("UPDATE month_job SET status = 'RUNNING', attempt = 1, worker = 'x', lease_until = now()")
    hand.rows(
        "INSERT INTO month_jobprogress (job_id, attempt, step, rows, told_at, backend, claimed_at)"
        " SELECT id, 1, '', 0, now(), 1, now() FROM month_job"
    )
    hand.rows(
        "INSERT INTO month_jobcancellation (job_id, attempt, asked_by_id, asked_at, reason)"
        " SELECT id, 1, asked_by_id, now(), 'x' FROM month_job"
    )
    hand.rows(
        "INSERT INTO month_jobfile (job_id, side, number, name, sha256, content)"
        " SELECT id, 'IN', 1, 'x', '', '' FROM month_job"
    )
    return hand


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE month_job SET restarted_after = 1", {"job_restarts_after_its_attempts"}),
        (
            "UPDATE month_job SET status = 'WAITING', lease_until = NULL, restarted_after = 2",
            {"job_restarts_after_its_attempts"},
        ),
        ("UPDATE month_job SET status = 'WAITING', lease_until = NULL, restarted_after = 1", {"accepted"}),
        ("UPDATE month_jobprogress SET attempt = 0", {"job_progress_is_of_its_attempt"}),
        ("UPDATE month_jobprogress SET rows = 7", {"accepted"}),
        ("UPDATE month_jobcancellation SET reason = 'y'", {"job_cancellation_is_append_only", "permission denied"}),
        ("DELETE FROM month_jobcancellation", {"job_cancellation_is_append_only", "permission denied"}),
        (
            (
                "INSERT INTO month_jobcancellation (job_id, attempt, asked_by_id, asked_at, reason)"
                " SELECT id, 1, asked_by_id, now(), '' FROM month_job"
            ),
            {"job_is_cancelled_with_a_reason"},
        ),
        ("DELETE FROM month_jobmove", {"job_move_is_derived", "permission denied"}),
        ("UPDATE month_jobmove SET status = 'DONE'", {"job_move_is_derived", "permission denied"}),
        (
            (
                "INSERT INTO month_jobmove (job_id, at, status, attempt, asked_by, worker, failure, reason)"
                " SELECT id, now(), 'DONE', 1, 'x', '', '', '' FROM month_job"
            ),
            {"job_move_is_derived", "permission denied"},
        ),
        ("UPDATE month_jobfile SET content = 'y'", {"content_is_destroyed_by_a_list"}),
        ("UPDATE month_jobfile SET name = 'y'", {"job_file_is_fixed"}),
        (
            (
                "INSERT INTO month_jobfile (job_id, side, number, name, sha256, content)"
                " SELECT id, 'IN', 1, 'y', '', '' FROM month_job"
            ),
            {"job_file_has_its_number"},
        ),
        ("DELETE FROM month_jobfile", {"accepted"}),
    ],
)
def test_what_is_told_of_a_job_stays_true(told: Hand, statement: str, expected: set[str]) -> None:
    assert refusal(told, statement) in expected


def test_the_auditor_reads_jobs_without_numbers_of_people(told: Hand) -> None:
    told.rows("UPDATE month_jobprogress SET step = '220112198703160019.xlsx'")
    ((step,),) = told.rows("SELECT step FROM auditor_job")
    assert "220112198703160019" not in step
    assert [status for (status,) in told.rows("SELECT status FROM auditor_job_move ORDER BY id")] == [
        "WAITING",
        "RUNNING",
    ]
    assert told.rows("SELECT reason FROM auditor_job_cancellation") == [("x",)]
    assert told.rows("SELECT name, bytes FROM auditor_job_file") == [("x", 0)]
