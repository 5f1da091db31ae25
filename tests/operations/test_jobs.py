"""Jobs by their acts: asked for once, held by one, done or failed with its reason; and round the ORM."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from ledger.models import AuditEvent
from ledger.refusals import OfficerMayNot
from month.doing import JobElsewhere, do_now
from month.handing_over import sending
from month.held import Held, Kind, Work
from month.job_kinds import KINDS
from month.models import Job, JobProgress, JobState
from month.queueing import NoSuchJob, ask_for, cancel_job, restart_job
from month.working import LeaseLost, claim, sweep_jobs, work_off
from payouts.models.words import BatchStatus
from tests import attacks, payroll
from tests.attacks import Hand
from tests.payroll import AT, LIST, SEPTEMBER, batch_of, officer, rendered
from tests.payroll_hands import refusal

stage, rolled_back = payroll.stage, payroll.rolled_back
hand = attacks.hand


def asked(*, by: str = "cashier") -> Job:
    return ask_for(**sending(rendered(SEPTEMBER)), officer=officer(by), at=AT)


def worked(job: Job, *, lease_seconds: int = 0) -> Job | None:
    return work_off(job=job.pk, worker="here", at=AT, lease_seconds=lease_seconds)


@contextmanager
def doing(work: Work) -> Iterator[None]:
    """Let the work of sending be something else."""
    kind = KINDS["batch.send"]
    KINDS["batch.send"] = Kind(kind.name, kind.post, kind.attempts_max, work)
    try:
        yield
    finally:
        KINDS["batch.send"] = kind


def elapse(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=AT - timedelta(days=3650))


def test_a_batch_is_sent_by_its_job(rolled_back: None) -> None:
    done = worked(asked())
    assert done is not None
    assert (done.status, done.attempt, done.worker, done.failure) == (JobState.DONE, 1, "here", "")
    assert batch_of(SEPTEMBER).status == BatchStatus.SENT


def test_work_asked_for_twice_is_one_job(rolled_back: None) -> None:
    job = asked()
    assert asked().pk == job.pk
    worked(job)
    assert asked().status == JobState.DONE
    assert worked(asked()) is None


def test_work_is_asked_for_by_who_may_do_it(rolled_back: None) -> None:
    with pytest.raises(OfficerMayNot):
        asked(by="clerk")
    assert not Job.objects.exists()


def test_a_refusal_is_kept_and_may_be_tried_again(rolled_back: None) -> None:
    job = asked()

    def refuse(held: Held, _arguments: object, _officer: object, _at: object) -> None:
        with held.effect():
            raise NoSuchJob("a_rule")

    with doing(refuse), pytest.raises(NoSuchJob):
        worked(job)
    job.refresh_from_db()
    assert (job.status, job.failure) == (JobState.FAILED, "a_rule")
    assert "a_rule" in job.reason
    again = restart_job(key=job.pk, officer=officer("cashier"), at=AT)
    assert (again.status, again.failure, again.reason) == (JobState.WAITING, "", "")
    done = worked(again)
    assert done is not None
    assert (done.status, done.attempt) == (JobState.DONE, 2)


def test_what_an_error_says_of_people_is_not_kept(rolled_back: None) -> None:
    job = asked()

    def fail(_held: Held, _arguments: object, _officer: object, _at: object) -> None:
        raise ValueError("王勇 220112195001010011")

    with doing(fail), pytest.raises(ValueError, match="王勇"):
        worked(job)
    job.refresh_from_db()
    assert (job.status, job.failure, job.reason) == (JobState.FAILED, "unexpected", "ValueError")


def test_a_job_is_held_by_one(rolled_back: None) -> None:
    job = asked()
    assert claim(job=job.pk, worker="one") is not None
    assert claim(job=job.pk, worker="two") is None
    assert sweep_jobs() == []


def test_who_lost_the_lease_has_no_effect(rolled_back: None) -> None:
    job = asked()
    slow = claim(job=job.pk, worker="slow", lease_seconds=0)
    assert slow is not None
    assert asked().status == JobState.WAITING
    quick = claim(job=job.pk, worker="quick")
    assert quick is not None
    assert quick.attempt == slow.attempt + 1
    with pytest.raises(LeaseLost), slow.effect():
        pytest.fail("a lost lease has an effect")
    slow.settle(JobState.DONE)
    job.refresh_from_db()
    assert (job.status, job.worker) == (JobState.RUNNING, "quick")
    with quick.effect():
        pass


def test_an_effect_renews_the_lease_and_tells_the_progress(rolled_back: None) -> None:
    holder = claim(job=asked().pk, worker="one")
    assert holder is not None
    before = Job.objects.get(pk=holder.job).lease_until
    holder.progress("render", 40)
    holder.progress("render", 2)
    with holder.effect():
        pass
    job = Job.objects.get(pk=holder.job)
    assert job.lease_until is not None
    assert before is not None
    assert job.lease_until > before
    holder.settle(JobState.DONE)
    progress = JobProgress.objects.get(pk=holder.job)
    assert (progress.step, progress.rows) == ("render", 42)


def test_work_that_is_lost_again_and_again_waits_for_a_person(rolled_back: None) -> None:
    job = asked()
    for _attempt in range(job.attempts_max):
        assert sweep_jobs() == [job.pk]
        assert claim(job=job.pk, worker="dead") is not None
        elapse(job)
    assert claim(job=job.pk, worker="next") is None
    assert sweep_jobs() == []
    job.refresh_from_db()
    assert (job.status, job.failure) == (JobState.FAILED, "worker_is_lost")
    assert sweep_jobs() == []
    restart_job(key=job.pk, officer=officer("cashier"), at=AT)
    assert sweep_jobs() == [job.pk]


def test_other_work_is_tried_again_by_itself(rolled_back: None) -> None:
    job = asked()
    KINDS["again"] = Kind("again", "payouts.render_batch", 2, KINDS["batch.send"].work)
    try:
        job = ask_for(kind="again", key="x", arguments=job.arguments, officer=officer("cashier"), at=AT)
        for attempt in (1, 2):
            assert job.pk in sweep_jobs()
            holder = claim(job=job.pk, worker="dead")
            assert holder is not None
            assert holder.attempt == attempt
            elapse(job)
        assert job.pk not in sweep_jobs()
    finally:
        del KINDS["again"]
    assert Job.objects.get(pk=job.pk).failure == "worker_is_lost"


def test_a_waiting_job_is_cancelled_and_may_be_asked_for_anew(rolled_back: None) -> None:
    job = cancel_job(key=asked().pk, officer=officer("cashier"), reason="换银行格式", at=AT)
    assert job.status == JobState.CANCELLED
    assert worked(job) is None
    assert asked().pk != job.pk
    event = AuditEvent.objects.get(act="job.cancel")
    assert (event.actor, event.subject) == (officer("cashier").username, f"job/{job.pk}")


def test_a_running_job_is_cancelled_at_its_next_effect(rolled_back: None) -> None:
    job = asked()

    def cancelled_meanwhile(held: Held, *_rest: object) -> None:
        cancel_job(key=job.pk, officer=officer("cashier"), reason="错", at=AT)
        with held.effect():
            pytest.fail("a cancelled job has an effect")

    with doing(cancelled_meanwhile):
        done = worked(job)
    assert done is not None
    assert done.status == JobState.CANCELLED
    assert batch_of(SEPTEMBER).status == BatchStatus.RENDERED


def test_what_has_ended_is_neither_cancelled_nor_restarted(rolled_back: None) -> None:
    job = asked()
    worked(job)
    with pytest.raises(NoSuchJob):
        cancel_job(key=job.pk, officer=officer("cashier"), reason="x", at=AT)
    with pytest.raises(NoSuchJob):
        restart_job(key=job.pk, officer=officer("cashier"), at=AT)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return what a command tells the officer ``by``, who types the password."""

    def tell(*arguments: str, by: str = "") -> str:
        name = officer(by).username if by else ""
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{name}\n"))
        call_command(*arguments, *(["--as", name] if by else []))
        return capsys.readouterr().out

    return tell


def test_jobs_are_told_and_handled_by_the_command(rolled_back: None, told: Callable[..., str]) -> None:
    assert "生成批次文件" in told("job", "send", "--month", "2026-09", "--bank", LIST, by="cashier")
    job = Job.objects.get()
    assert str(job.pk) in told("job", "list")
    told("job", "cancel", str(job.pk), "--reason", "换格式", by="cashier")
    assert "换格式" not in told("job", "list")
    assert "换格式" in told("job", "list", "--all")
    with pytest.raises(CommandError):
        told("job", "restart", str(job.pk), by="cashier")
    with pytest.raises(CommandError):
        told("job", "show", "0")


def test_a_job_is_not_handled_without_the_password(rolled_back: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong\n"))
    with pytest.raises(CommandError):
        call_command("job", "send", "--month", "2026-09", "--as", officer("cashier").username)
    assert not Job.objects.exists()


def test_a_command_does_not_take_what_a_worker_has(rolled_back: None) -> None:
    job = asked()
    assert claim(job=job.pk, worker="one") is not None
    work = sending(rendered(SEPTEMBER))
    with pytest.raises(JobElsewhere):
        do_now(**work, officer=officer("cashier"), at=AT)
    assert batch_of(SEPTEMBER).status == BatchStatus.RENDERED
    elapse(job)
    assert do_now(**work, officer=officer("cashier"), at=AT).attempt == 2
    assert do_now(**work, officer=officer("cashier"), at=AT).attempt == 2
    assert batch_of(SEPTEMBER).status == BatchStatus.SENT


# Round the ORM


HELD = "UPDATE month_job SET status = 'RUNNING', attempt = attempt + 1, worker = 'x', lease_until = now()"


@pytest.fixture
def waiting(hand: Hand) -> Hand:
    hand.rows(
        "INSERT INTO month_job (kind, key, arguments, asked_by_id, asked_at, status, attempt, attempts_max, worker,"
        " restarted_after, failure, reason)"
        " SELECT 'batch.send', 'batch/9', '{}', username, now(), 'WAITING', 0, 1, '', 0, '', ''"
        " FROM ledger_officer ORDER BY username LIMIT 1"
    )
    return hand


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (HELD, "accepted"),
        ("UPDATE month_job SET status = 'DONE'", "job_moves"),
        ("UPDATE month_job SET status = 'FAILED'", "job_moves"),
        (HELD.replace("attempt + 1", "attempt + 2"), "job_attempt_follows_the_last"),
        ("UPDATE month_job SET attempt = attempt + 1", "job_attempt_follows_the_last"),
        (HELD.replace("worker = 'x'", "worker = ''"), "job_is_held_while_it_runs"),
        (HELD.replace("now()", "NULL"), "job_is_held_while_it_runs"),
        ("UPDATE month_job SET lease_until = now()", "job_is_held_while_it_runs"),
        ("UPDATE month_job SET kind = 'x'", "job_is_fixed"),
        ("UPDATE month_job SET key = 'x'", "job_is_fixed"),
        ("UPDATE month_job SET arguments = '{\"batch\": 1}'", "job_is_fixed"),
        ("UPDATE month_job SET attempts_max = 9", "job_is_fixed"),
    ],
)
def test_a_job_moves_as_it_should(waiting: Hand, statement: str, expected: str) -> None:
    assert refusal(waiting, statement) == expected


def test_a_held_job_is_not_taken_from_its_holder(waiting: Hand) -> None:
    waiting.rows(HELD.replace("now()", "clock_timestamp() + interval '1 minute'"))
    assert refusal(waiting, HELD) == "job_is_held_by_one"
    waiting.rows("UPDATE month_job SET lease_until = clock_timestamp() - interval '1 second'")
    assert refusal(waiting, HELD) == "accepted"


@pytest.mark.parametrize("statement", ["DELETE FROM month_job", "TRUNCATE month_job CASCADE"])
def test_a_job_is_not_forgotten(hand: Hand, statement: str) -> None:
    assert refusal(hand, statement) in ("job_is_append_only", "job_cancellation_is_append_only", "permission denied")
