"""What happens at once to a month's pay: real connections, real commits, and every wait has its deadline."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any

import pytest

from ledger.checks import run_checks
from ledger.models import Line, Voucher
from month.closing_months import close_month
from payouts.answering import take_results
from payouts.building import release_run
from payouts.checking import check_run
from payouts.computing import compute_run
from payouts.correcting import approve_correction, refuse_correction
from payouts.models import (
    AccountCorrection,
    BankFile,
    Batch,
    Obligation,
    PayAccount,
    Payment,
    PaymentPart,
    ResultFile,
    ResultRow,
    Run,
    RunMove,
)
from payouts.models.words import RunKind, RunStatus
from payouts.running import freeze_run, move_run, review_run, run_to_collect, sign_exceptions, submit_run, thaw_run
from payouts.sending import send_batch
from tests import payroll
from tests.attacks import Stage
from tests.payroll import (
    AT,
    AUGUST,
    EVERYBODY,
    JULY,
    LEFT,
    LIST,
    NEWCOMER,
    NOVEMBER,
    SEPTEMBER,
    answer_to,
    approval_in,
    batch_of,
    card,
    no_progress,
    officer,
    reviewed,
    run_of,
)
from tests.payroll_hands import round_triggers
from tests.racing import all_at_once, outcomes

own_stage = payroll.own_stage

DECEMBER = date(2026, 12, 1)


@pytest.fixture
def pool(own_stage: Stage) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=8) as executor:
        yield executor


def silent() -> bool:
    return list(run_checks([])) == []


def put(stage: Stage, month: date, status: str, **signers: str) -> None:
    """Put the run of a month into a state round the triggers."""
    hand = stage.hand("postgres")
    with round_triggers(hand):
        columns = "".join(f", {role}_by_id = '{name}'" for role, name in signers.items())
        hand.rows(f"UPDATE payouts_run SET status = %s{columns} WHERE month = %s", status, month)
    hand.connection.commit()


# One run, two officers


def step(act: Callable[..., object], officers: tuple[str, str], **more: Any) -> list[Callable[[], object]]:
    return [partial(act, run=run_of(NOVEMBER), officer=officer(name), at=AT, **more) for name in officers]


PREPARERS, REVIEWERS = ("preparer", "second-preparer"), ("reviewer", "second-reviewer")
STEPS: dict[str, Callable[[], list[Callable[[], object]]]] = {
    "COLLECTING": lambda: step(freeze_run, PREPARERS),
    "FROZEN": lambda: step(compute_run, PREPARERS, progress=no_progress),
    "COMPUTED": lambda: step(check_run, PREPARERS),
    "CHECKED": lambda: step(submit_run, PREPARERS),
    "SUBMITTED": lambda: step(review_run, REVIEWERS),
}


@pytest.mark.parametrize("status", STEPS)
def test_a_run_takes_a_step_once(own_stage: Stage, pool: ThreadPoolExecutor, status: str) -> None:
    put(own_stage, NOVEMBER, status, **({"submitted": "demo-preparer"} if status == "SUBMITTED" else {}))
    moves = RunMove.objects.count()
    assert outcomes(pool, *STEPS[status]()) == ["done", "run_moves"]
    assert RunMove.objects.count() == moves + 1
    assert run_of(NOVEMBER).payslips.count() == (11 if status == "FROZEN" else 0)


def test_a_run_is_not_reviewed_and_thawed_at_once(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    put(own_stage, NOVEMBER, "CHECKED")
    run = run_of(NOVEMBER)
    thaw = partial(thaw_run, run=run, officer=officer("preparer"), reason="x", at=AT)
    submit = partial(submit_run, run=run, officer=officer("second-preparer"), at=AT)
    assert outcomes(pool, thaw, submit) == ["done", "run_moves"]


def november_reviewed() -> Run:
    run = compute_run(run=run_of(NOVEMBER), officer=officer("preparer"), at=AT, progress=no_progress)
    run = check_run(run=run, officer=officer("preparer"), at=AT)
    sign_exceptions(run=run, exceptions=None, officer=officer("preparer"), reason="已核对", at=AT)
    run = submit_run(run=run, officer=officer("preparer"), at=AT)
    return review_run(run=run, officer=officer("reviewer"), at=AT)


def test_a_run_is_released_once_by_two_at_once(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    run = november_reviewed()
    works = [
        partial(release_run, run=run, officer=officer(name), template=LIST, at=AT)
        for name in ("releaser", "second-releaser")
    ]
    assert outcomes(pool, *works) == ["done", "run_moves"]
    assert Batch.objects.filter(month=NOVEMBER).count() == 1
    assert (run.obligations.count(), Payment.objects.filter(month=NOVEMBER).count()) == (11, 9)
    assert PaymentPart.objects.filter(obligation__run=run).count() == 11
    assert silent()


# Beginning a run


@pytest.mark.parametrize(("month", "number"), [(DECEMBER, 1), (SEPTEMBER, 2)])
def test_a_run_is_begun_once_by_many_at_once(
    own_stage: Stage, pool: ThreadPoolExecutor, month: date, number: int
) -> None:
    begin = partial(run_to_collect, month=month, pay_date=month.replace(day=15), at=AT)
    assert {future.result() for future in all_at_once(pool, [begin] * 4)} == {run_of(month, number)}
    assert Run.objects.filter(month=month).count() == number
    assert RunMove.objects.filter(run__month=month, run__number=number).count() == 1


def test_two_supplementary_runs_do_not_both_pay_a_person(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    second = payroll.collected(SEPTEMBER, (*EVERYBODY, NEWCOMER), text="newcomer")
    third = Run.objects.create(
        month=SEPTEMBER, number=3, kind=RunKind.SUPPLEMENTARY, pay_date=SEPTEMBER.replace(day=20)
    )
    move_run(third, RunStatus.COLLECTING, by=None, at=AT)
    runs = [reviewed(second), reviewed(third)]
    assert [run.payslips.count() for run in runs] == [1, 1]
    works = [partial(release_run, run=run, officer=officer("releaser"), template=LIST, at=AT) for run in runs]
    assert outcomes(pool, *works) == ["done", "obligation_is_owed_once"]
    owed = Obligation.objects.filter(person__id_number=NEWCOMER.id_number)
    assert (owed.count(), PaymentPart.objects.filter(obligation__in=owed).count()) == (1, 1)
    assert silent()


# Money out, once


def test_a_batch_is_sent_once_by_two_cashiers_at_once(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    batch = batch_of(SEPTEMBER)
    works = [
        partial(send_batch, batch=batch, officer=officer(name), template=LIST, at=AT)
        for name in ("cashier", "second-cashier")
    ]
    assert outcomes(pool, *works) == ["batch_moves", "done"]
    assert BankFile.objects.filter(batch=batch).count() == 1
    assert set(batch.payments.values_list("status", flat=True)) == {"SENT"}
    paid = Line.objects.filter(voucher__source__startswith=f"payouts.run/{batch.run_id}/pay/", account__cash=True)
    assert sum(line.amount for line in paid) == batch.total
    assert silent()


# The bank's answer, once


def taking(name: str, content: bytes) -> Callable[[], Any]:
    return partial(
        take_results, name=name, content=content, template=LIST, month=None, officer=officer("cashier"), on=None, at=AT
    )


@pytest.mark.parametrize("failing", [(), (2, 9)], ids=["all settled", "two returned"])
def test_a_result_file_taken_by_three_at_once_is_applied_once(
    own_stage: Stage, pool: ThreadPoolExecutor, failing: tuple[int, ...]
) -> None:
    content = answer_to(BankFile.objects.get(batch=batch_of(AUGUST)), failing=failing)
    taken = [future.result() for future in all_at_once(pool, [taking(name, content) for name in ("r", "r again", "r")])]
    assert sorted(one.known_before for one in taken) == [False, True, True]
    assert {(one.file.pk, one.month) for one in taken} == {(taken[0].file.pk, AUGUST)}
    assert ResultRow.objects.filter(payment__month=AUGUST).count() == 9
    assert Voucher.objects.filter(source=f"payouts.result/{taken[0].file.pk}/returned").count() == bool(failing)
    assert batch_of(AUGUST).status == "RECONCILED"
    assert silent()


@pytest.mark.parametrize(
    ("failing", "expected"), [((), ["done", "done"]), ((2, 9), ["done", "result_fits_its_payment"])]
)
def test_an_answer_in_two_spellings_at_once_is_applied_once(
    own_stage: Stage, pool: ThreadPoolExecutor, failing: tuple[int, ...], expected: list[str]
) -> None:
    content = answer_to(BankFile.objects.get(batch=batch_of(AUGUST)), failing=failing)
    works = [taking("r", content), taking("r2", content.replace(b"\r\n", b"\n"))]
    assert outcomes(pool, *works) == expected
    assert ResultRow.objects.filter(payment__month=AUGUST).count() == 9
    returned = ResultFile.objects.filter(results__payment__month=AUGUST, results__outcome="RETURNED").distinct()
    assert [file.returned for file in returned] == ([2] if failing else [])
    assert silent()


def test_an_answer_that_brought_nothing_new_is_known_too(own_stage: Stage) -> None:
    content = answer_to(BankFile.objects.get(batch=batch_of(AUGUST)))
    taking("r", content)()
    repeated = taking("r2", content.replace(b"\r\n", b"\n"))
    first, again = repeated(), repeated()
    assert (first.known_before, again.known_before) == (False, True)
    assert (first.month, again.month, first.file) == (AUGUST, AUGUST, again.file)
    assert ResultRow.objects.filter(payment__month=AUGUST).count() == 9


# Corrections


def test_a_correction_is_approved_once_by_two_at_once(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    correction = AccountCorrection.objects.get(status="PROPOSED")
    accounts = PayAccount.objects.count()
    works = [
        partial(approve_correction, correction=correction, officer=officer(name), at=AT)
        for name in ("reviewer", "second-reviewer")
    ]
    assert outcomes(pool, *works) == ["correction_moves", "done"]
    assert PayAccount.objects.count() == accounts + 1


def test_a_correction_is_approved_or_refused(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    correction = AccountCorrection.objects.get(status="PROPOSED")
    approve = partial(approve_correction, correction=correction, officer=officer("reviewer"), at=AT)
    refuse = partial(refuse_correction, correction=correction, officer=officer("second-reviewer"), at=AT)
    assert outcomes(pool, approve, refuse) == ["correction_moves", "done"]


def test_one_of_two_proposals_for_a_payment_is_taken(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    works = [partial(payroll.proposed, JULY, LEFT, number=card(600 + n)) for n in range(2)]
    assert outcomes(pool, *works) == ["correction_is_one_at_a_time", "done"]


def test_a_return_is_issued_again_once_by_two_at_once(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    correction = AccountCorrection.objects.get(status="PROPOSED")
    approve_correction(correction=correction, officer=officer("reviewer"), at=approval_in(JULY))
    works = [partial(payroll.reissued, JULY)] * 2
    assert outcomes(pool, *works) == ["correction_is_approved", "done"]
    assert Payment.objects.filter(reissues=correction.payment).count() == 1
    assert silent()


# Closing


def test_a_month_is_closed_once_by_two_at_once(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    works = [
        partial(close_month, month=JULY, officer=officer(name), at=AT)
        for name in ("chief_accountant", "second-chief_accountant")
    ]
    closed = sorted(future.result() for future in all_at_once(pool, works))
    assert closed[0] == 0 < closed[1]
    assert run_of(JULY).status == "CLOSED"
    assert silent()
