"""Move a run from state to state: collected, frozen, checked, signed by three, released.

A payroll is computed in ``computing``, benefits in ``entitling``; what is paid out of a released run stands in
``building`` and ``sending``.
Each act locks the run, checks its state, moves it, and leaves its move and its trace.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.facts import month_before, was_paid
from payouts.inputs import current_declarations, inputs_digest
from payouts.models import Declaration, Enrolment, Run, RunException, RunInput, RunMove
from payouts.models.words import RELEASED_STATES, RUN_MOVES, RunKind, RunPurpose, RunStatus, Severity
from payouts.refusals import (
    ApprovalVoid,
    ExceptionsOpen,
    InputsFrozen,
    NoSuchRun,
    NothingDeclared,
    ReasonMissing,
    SameOfficer,
    WrongState,
    refusals_named,
)

CHAIN = ""  # the trail of acts that belong to no single book


def current_run(*, month: date, purpose: RunPurpose = RunPurpose.PAYROLL) -> Run | None:
    """Return the latest run of a month, or None if the month has none."""
    return Run.objects.filter(month=month, purpose=purpose).order_by("-number").first()


def run_to_collect(*, month: date, pay_date: date, at: datetime, purpose: RunPurpose = RunPurpose.PAYROLL) -> Run:
    """Return the run that takes the month's declarations: the open one, or a new one.

    After the latest run of the month was released, the next is supplementary (补发批次).

    :raises InputsFrozen: if the latest run is between freezing and release
    """
    with refusals_named(), transaction.atomic():
        lock_month(month)
        runs = Run.objects.filter(month=month, purpose=purpose)
        run = runs.select_for_update().order_by("-number").first()
        if run is not None and run.status in (RunStatus.OPEN, RunStatus.COLLECTING):
            return run
        if run is not None and run.status not in RELEASED_STATES:
            raise InputsFrozen("run_inputs_are_frozen", {"run": str(run), "status": run.status})
        number = 1 + (runs.aggregate(last=Max("number"))["last"] or 0)
        run = Run.objects.create(
            month=month,
            purpose=purpose,
            number=number,
            kind=RunKind.REGULAR if number == 1 else RunKind.SUPPLEMENTARY,
            pay_date=pay_date,
        )
        return move_run(run, RunStatus.COLLECTING, by=None, at=at)


def lock_month(month: date) -> None:
    """Let one at a time begin the runs of a month, or issue its returns again: what is begun has no row to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payouts.run'), %s)", [month.year * 12 + month.month])


def lock_run(run: Run) -> Run:
    """Return the run as it stands, locked until the end of the transaction."""
    return Run.objects.select_for_update().get(pk=run.pk)


def move_run(run: Run, to: RunStatus, *, by: Officer | None, at: datetime, reason: str = "") -> Run:
    """Move a locked run one step; the caller has set what goes with the new state.

    :raises WrongState: if no move leads there
    """
    origin = RunStatus(run.status)
    if (origin, to) not in RUN_MOVES:
        raise WrongState("run_moves", {"run": str(run), "from": origin, "to": to})
    run.status = to
    run.save()
    RunMove.objects.create(run=run, from_status=origin, to_status=to, by=by, at=at, reason=reason)
    record_event(
        chain=CHAIN,
        at=at,
        actor=by.username if by else "month-service",
        act=f"run.{to.lower()}",
        subject=f"run/{run}",
        before={"status": origin},
        after={"status": to, "reason": reason},
    )
    return run


def freeze_run(*, run: Run, officer: Officer, at: datetime) -> Run:
    """Freeze the inputs of a run: the declarations that stand now, by their hash.

    :raises NothingDeclared: without a roster, or without pay items and a month before to pay as
    :raises OfficerMayNot: without the post
    """
    require_post(officer, "payouts.compute_run")
    with refusals_named(), transaction.atomic():
        run = lock_run(run)
        if run.status != RunStatus.COLLECTING:
            raise WrongState("run_moves", {"run": str(run), "from": run.status, "to": RunStatus.FROZEN})
        declarations = current_declarations(month=run.month, purpose=RunPurpose(run.purpose))
        if not has_inputs(run, {declaration.kind for declaration in declarations}):
            raise NothingDeclared("run_has_inputs", {"run": str(run)})
        run.edition += 1
        if run.purpose == RunPurpose.BENEFITS:
            run.facts_until = last_fact()
        run.inputs_digest = inputs_digest(declarations, facts_until=run.facts_until)
        run.refusal = ""
        move_run(run, RunStatus.FROZEN, by=officer, at=at)
        RunInput.objects.bulk_create(
            RunInput(run=run, edition=run.edition, declaration=declaration) for declaration in declarations
        )
        return run


def has_inputs(run: Run, kinds: Collection[str]) -> bool:
    """Whether there is something to compute: a roster and pay, or enrolments."""
    if run.purpose == RunPurpose.BENEFITS:
        return Enrolment.objects.exists()
    return "ROSTER" in kinds and ("PAY_ITEMS" in kinds or was_paid(month=month_before(run.month)))


def last_fact() -> int:
    """Return the last fact of an enrolment; whoever is writing one is waited for, so that none slips in below."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payouts.enrolmentfact'))")
        cursor.execute("SELECT coalesce(max(id), 0) FROM payouts_enrolmentfact")
        return int(cursor.fetchone()[0])


def thaw_run(*, run: Run, officer: Officer, reason: str, at: datetime) -> Run:
    """Collect anew what was frozen or computed: its results stay as an older edition.

    :raises ReasonMissing: without a reason
    """
    require_post(officer, "payouts.compute_run")
    if not reason.strip():
        raise ReasonMissing("run_is_thawed_with_a_reason", {"run": str(run)})
    with refusals_named(), transaction.atomic():
        run = lock_run(run)
        if run.status == RunStatus.OPEN:
            raise WrongState("run_moves", {"run": str(run), "from": run.status, "to": RunStatus.COLLECTING})
        return move_run(run, RunStatus.COLLECTING, by=officer, at=at, reason=reason)


def sign_exceptions(*, run: Run, exceptions: Sequence[int] | None, officer: Officer, reason: str, at: datetime) -> int:
    """Sign exceptions of a computed or checked run with a reason; None is all that are to be signed.

    :raises ReasonMissing: without a reason
    :raises NoSuchRun: if an exception is not one of the run, or cannot be signed
    """
    require_post(officer, "payouts.sign_exception")
    if not reason.strip():
        raise ReasonMissing("exception_is_signed_with_a_reason", {"run": str(run)})
    with refusals_named(), transaction.atomic():
        run = lock_run(run)
        if run.status not in (RunStatus.COMPUTED, RunStatus.CHECKED):
            raise WrongState("run_moves", {"run": str(run), "status": run.status})
        unsigned = RunException.objects.filter(run=run, edition=run.edition, severity=Severity.SIGN, signed_by=None)
        if exceptions is not None:
            unsigned = unsigned.filter(pk__in=exceptions)
            if unsigned.count() != len(set(exceptions)):
                raise NoSuchRun("exception_is_of_the_run", {"run": str(run)})
        signed = unsigned.update(signed_by=officer, signed_at=at, reason=reason)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="run.sign",
            subject=f"run/{run}",
            after={"exceptions": signed, "reason": reason},
        )
        return signed


def submit_run(*, run: Run, officer: Officer, at: datetime) -> Run:
    """Hand a checked run in for review.

    :raises ExceptionsOpen: if an exception blocks or is not signed
    """
    require_post(officer, "payouts.submit_run")
    with refusals_named(), transaction.atomic():
        run = lock_run(run)
        run.submitted_by, run.refusal = officer, ""
        pending = open_exceptions(run)
        if run.status == RunStatus.CHECKED and pending:
            raise ExceptionsOpen("run_exceptions_are_signed", {"run": str(run), "open": pending})
        return move_run(run, RunStatus.SUBMITTED, by=officer, at=at)


def open_exceptions(run: Run) -> int:
    """Return how many exceptions block the run or wait for a signature."""
    found = RunException.objects.filter(run=run, edition=run.edition)
    return found.filter(severity=Severity.BLOCK).count() + found.filter(severity=Severity.SIGN, signed_by=None).count()


def review_run(*, run: Run, officer: Officer, at: datetime) -> Run:
    """Review a submitted run: another officer stands for its amounts.

    :raises SameOfficer: if the officer submitted it
    """
    require_post(officer, "payouts.review_run")
    with refusals_named(), transaction.atomic():
        run = lock_run(run)
        if run.status == RunStatus.SUBMITTED and run.submitted_by_id == officer.username:
            raise SameOfficer("run_four_eyes", {"run": str(run), "officer": officer.username})
        run.reviewed_by = officer
        return move_run(run, RunStatus.REVIEWED, by=officer, at=at)


def refuse_run(*, run: Run, officer: Officer, reason: str, at: datetime) -> Run:
    """Send a submitted or reviewed run back with a reason; the approvals are void.

    :raises ReasonMissing: without a reason
    """
    require_post(officer, "payouts.review_run")
    if not reason.strip():
        raise ReasonMissing("run_is_refused_with_a_reason", {"run": str(run)})
    with refusals_named(), transaction.atomic():
        run = lock_run(run)
        if run.status not in (RunStatus.SUBMITTED, RunStatus.REVIEWED):
            raise WrongState("run_moves", {"run": str(run), "from": run.status, "to": RunStatus.CHECKED})
        run.submitted_by = run.reviewed_by = run.released_by = None
        run.refusal = reason
        return move_run(run, RunStatus.CHECKED, by=officer, at=at, reason=reason)


def approve_release(*, run: Run, officer: Officer, at: datetime) -> Run:
    """Release a reviewed run: the third officer lets its money go.

    :raises SameOfficer: if the officer submitted or reviewed it
    :raises ApprovalVoid: if the declarations are not the frozen ones
    """
    require_post(officer, "payouts.release_run")
    run = lock_run(run)
    if run.status == RunStatus.REVIEWED and officer.username in (run.submitted_by_id, run.reviewed_by_id):
        raise SameOfficer("run_four_eyes", {"run": str(run), "officer": officer.username})
    frozen = Declaration.objects.filter(pk__in=run.inputs.filter(edition=run.edition).values("declaration"))
    digest = inputs_digest(list(frozen), facts_until=run.facts_until)
    if run.status == RunStatus.REVIEWED and digest != run.inputs_digest:
        raise ApprovalVoid("run_inputs_are_frozen", {"run": str(run)})
    run.released_by = officer
    return move_run(run, RunStatus.RELEASED, by=officer, at=at)
