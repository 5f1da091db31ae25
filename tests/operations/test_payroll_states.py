"""Every pair of states against the triggers, and every act in every state against the acts' own checks."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from month.closing_months import close_month
from payouts.answering import take_results
from payouts.building import release_run
from payouts.checking import check_run
from payouts.computing import compute_run
from payouts.correcting import approve_correction, refuse_correction
from payouts.models import AccountCorrection, BankFile, Run
from payouts.models.words import (
    BATCH_MOVES,
    CORRECTION_MOVES,
    PAYMENT_MOVES,
    RUN_MOVES,
    BatchStatus,
    CorrectionStatus,
    PaymentStatus,
    RunStatus,
)
from payouts.refusals import InputsFrozen, ResultRefused, WrongState
from payouts.running import freeze_run, refuse_run, review_run, run_to_collect, sign_exceptions, submit_run, thaw_run
from payouts.sending import send_batch
from tests import attacks, payroll
from tests.attacks import Hand
from tests.payroll import (
    AT,
    AUGUST,
    JULY,
    LIST,
    NOVEMBER,
    SEPTEMBER,
    answer_to,
    batch_of,
    declare_roster,
    no_progress,
    officer,
    run_of,
)
from tests.payroll_hands import (
    adds,
    batch_row,
    payment,
    refusal,
    refused,
    round_triggers,
    row_of,
    run_row,
    standing,
    update,
)

stage = payroll.stage
rolled_back = payroll.rolled_back
superuser = attacks.superuser

UNSIGNED = (RunStatus.OPEN, RunStatus.COLLECTING, RunStatus.FROZEN, RunStatus.COMPUTED, RunStatus.CHECKED)
SIGNERS = {"submitted_by_id": "demo-preparer", "reviewed_by_id": "demo-reviewer", "released_by_id": "demo-releaser"}


def signers_of(status: RunStatus) -> dict[str, str | None]:
    """Return the signatures that a run has in a state."""
    signed = 0 if status in UNSIGNED else {RunStatus.SUBMITTED: 1, RunStatus.REVIEWED: 2}.get(status, 3)
    return {column: name if at < signed else None for at, (column, name) in enumerate(SIGNERS.items())}


def pairs(statuses: Sequence[Any]) -> list[tuple[Any, Any]]:
    return [(start, end) for start in statuses for end in statuses]


def expected(pair: tuple[Any, Any], moves: Sequence[tuple[Any, Any]], name: str) -> str:
    """Return what the database says to a pair: to stay where one is, is no move."""
    return "accepted" if pair in moves or pair[0] == pair[1] else name


def moved(hand: Hand, table: str, key: int, start: dict[str, Any], end: dict[str, Any]) -> str:
    """Put a row into a state round the triggers, and try as the app to take it to another."""
    with round_triggers(hand):
        hand.rows(*update(table, key, start))
    hand.rows("SET LOCAL ROLE tongfa_app")
    return refusal(hand, *update(table, key, end))


# Every pair against the triggers


@pytest.mark.parametrize("pair", pairs(RunStatus.values), ids=">".join)
def test_a_run_moves_only_along_its_table(superuser: Hand, pair: tuple[str, str]) -> None:
    start, end = map(RunStatus, pair)
    run = run_row(superuser, JULY)
    frozen = {"edition": run["edition"] + 1} if (start, end) == (RunStatus.COLLECTING, RunStatus.FROZEN) else {}
    outcome = moved(
        superuser,
        "payouts_run",
        run["id"],
        {"status": start.value, **signers_of(start)},
        {"status": end.value, **signers_of(end), **frozen},
    )
    assert outcome == expected((start, end), RUN_MOVES, "run_moves")


@pytest.mark.parametrize("pair", pairs(BatchStatus.values), ids=">".join)
def test_a_batch_moves_only_along_its_table(superuser: Hand, pair: tuple[str, str]) -> None:
    key = batch_row(superuser, JULY)["id"]
    outcome = moved(superuser, "payouts_batch", key, {"status": pair[0]}, {"status": pair[1]})
    assert outcome == expected(pair, BATCH_MOVES, "batch_moves")


@pytest.mark.parametrize("pair", pairs(PaymentStatus.values), ids=">".join)
def test_a_payment_moves_only_along_its_table(superuser: Hand, pair: tuple[str, str]) -> None:
    about = payment(superuser, AUGUST, 1)
    # Everything a move may need is there: records of the bank, and the batch as the move asks for it.
    superuser.rows("ALTER TABLE payouts_resultrow DROP CONSTRAINT outcome_is_known")
    file = row_of(superuser, "payouts_resultfile", "true")["id"]
    batch = "CANCELLED" if pair == ("PLANNED", "REJECTED") else "SENDING"
    with round_triggers(superuser):
        superuser.rows(*update("payouts_batch", about["batch_id"], {"status": batch}))
        for outcome in ("SETTLED", "RETURNED", "REJECTED"):
            row = {"file_id": file, "payment_id": about["id"], "amount": about["amount"], "outcome": outcome}
            adds(superuser, "payouts_resultrow", {**row, "code": "0000", "message": ""})
    told = moved(superuser, "payouts_payment", about["id"], {"status": pair[0]}, {"status": pair[1]})
    assert told == expected(pair, PAYMENT_MOVES, "payment_moves")


@pytest.mark.parametrize("pair", pairs(CorrectionStatus.values), ids=">".join)
def test_a_correction_moves_only_along_its_table(superuser: Hand, pair: tuple[str, str]) -> None:
    start, end = (
        {
            "status": status,
            "approved_by_id": None if status == "PROPOSED" else "demo-reviewer",
            "payable_from": "2026-07-19" if status == "APPROVED" else None,
        }
        for status in pair
    )
    key = row_of(superuser, "payouts_accountcorrection", "status = 'PROPOSED'")["id"]
    outcome = moved(superuser, "payouts_accountcorrection", key, start, end)
    assert outcome == expected(pair, CORRECTION_MOVES, "correction_moves")


@pytest.mark.parametrize(
    ("table", "key"),
    [("payouts_run", 1), ("payouts_batch", 1), ("payouts_payment", 1), ("payouts_accountcorrection", 1)],
)
@pytest.mark.parametrize("status", ["", "open", "DONE"])
def test_a_state_nobody_knows_is_not_reached(superuser: Hand, table: str, key: int, status: str) -> None:
    superuser.rows("SET LOCAL ROLE tongfa_app")
    word = {"payouts_run": "run", "payouts_accountcorrection": "correction"}.get(table, table[8:])
    assert refusal(superuser, *update(table, key, {"status": status})) == f"{word}_moves"


# Every act in every state


Act = Callable[[Run], object]


def by(post: str) -> dict[str, Any]:
    return {"officer": officer(post), "at": AT}


ACTS: dict[str, tuple[Act, tuple[str, ...]]] = {
    "freeze": (lambda run: freeze_run(run=run, **by("preparer")), ("COLLECTING",)),
    "compute": (lambda run: compute_run(run=run, progress=no_progress, **by("preparer")), ("FROZEN",)),
    "check": (lambda run: check_run(run=run, **by("preparer")), ("COMPUTED",)),
    "sign": (
        lambda run: sign_exceptions(run=run, exceptions=None, reason="x", **by("preparer")),
        ("COMPUTED", "CHECKED"),
    ),
    "submit": (lambda run: submit_run(run=run, **by("preparer")), ("CHECKED",)),
    "review": (lambda run: review_run(run=run, **by("reviewer")), ("SUBMITTED",)),
    "refuse": (lambda run: refuse_run(run=run, reason="x", **by("reviewer")), ("SUBMITTED", "REVIEWED")),
    "release": (lambda run: release_run(run=run, template=LIST, **by("releaser")), ("REVIEWED",)),
    "thaw": (lambda run: thaw_run(run=run, reason="x", **by("preparer")), ("FROZEN", "COMPUTED", "CHECKED")),
    "close": (
        lambda run: close_month(month=run.month, **by("chief_accountant")),
        ("SETTLED", "PART_SETTLED", "CLOSED"),
    ),
}


@pytest.mark.parametrize("status", RunStatus.values)
@pytest.mark.parametrize("act", ACTS)
def test_an_act_on_a_run_is_done_in_its_states_and_in_no_other(superuser: Hand, act: str, status: str) -> None:
    work, states = ACTS[act]
    key = run_row(superuser, NOVEMBER)["id"]
    with standing(superuser, "payouts_run", key, status=status, **signers_of(RunStatus(status))):
        told = refused(lambda: work(run_of(NOVEMBER)))
    if status in states:
        assert told is None
    else:
        assert type(told) is WrongState
        assert told.name == "run_moves"


BETWEEN = ("FROZEN", "COMPUTED", "CHECKED", "SUBMITTED", "REVIEWED")


@pytest.mark.parametrize("status", RunStatus.values)
def test_inputs_come_before_freezing_or_after_the_release(superuser: Hand, status: str) -> None:
    key = run_row(superuser, NOVEMBER)["id"]
    with standing(superuser, "payouts_run", key, status=status, **signers_of(RunStatus(status))):
        declaring = refused(lambda: declare_roster(NOVEMBER, text="again"))
        collecting = refused(lambda: run_to_collect(month=NOVEMBER, pay_date=date(2026, 11, 15), at=AT))
    assert [type(declaring), type(collecting)] == [InputsFrozen if status in BETWEEN else type(None)] * 2


def test_the_run_after_a_release_is_supplementary(rolled_back: None) -> None:
    second = run_to_collect(month=SEPTEMBER, pay_date=date(2026, 9, 25), at=AT)
    assert (second.number, second.kind, second.status) == (2, "SUPPLEMENTARY", "COLLECTING")
    assert run_to_collect(month=SEPTEMBER, pay_date=date(2026, 9, 26), at=AT) == second


@pytest.mark.parametrize("status", BatchStatus.values)
def test_a_batch_is_sent_when_approved_and_in_no_other_state(superuser: Hand, status: str) -> None:
    key = batch_row(superuser, SEPTEMBER)["id"]
    with standing(superuser, "payouts_batch", key, status=status):
        told = refused(lambda: send_batch(batch=batch_of(SEPTEMBER), template=LIST, **by("cashier")))
    if status == "APPROVED":
        assert told is None
    elif status in ("RENDERED", "SENDING", "UNKNOWN"):  # without the files that such a batch has
        name = "batch_total_is_its_files" if status == "RENDERED" else "payment_is_sent_with_its_batch"
        assert getattr(told, "name", "") == name
    else:
        assert (type(told), getattr(told, "name", "")) == (WrongState, "batch_moves")


@pytest.mark.parametrize("status", RunStatus.values)
def test_a_batch_is_sent_for_a_run_that_is_released(superuser: Hand, status: str) -> None:
    key = run_row(superuser, SEPTEMBER)["id"]
    with standing(superuser, "payouts_run", key, status=status, **signers_of(RunStatus(status))):
        told = refused(lambda: send_batch(batch=batch_of(SEPTEMBER), template=LIST, **by("cashier")))
    if status in ("RELEASED", "PAYING", "SETTLED", "PART_SETTLED", "CLOSED"):
        assert told is None
    else:
        assert (type(told), getattr(told, "name", "")) == (WrongState, "run_moves")


@pytest.mark.parametrize("status", PaymentStatus.values)
def test_the_bank_is_believed_about_payments_that_it_has(superuser: Hand, status: str) -> None:
    file = BankFile.objects.get(batch=batch_of(AUGUST))
    taken = {"name": "r", "content": answer_to(file), "template": LIST, "month": None, "on": None, **by("cashier")}
    with standing(superuser, "payouts_payment", payment(superuser, AUGUST, 1)["id"], status=status):
        told = refused(lambda: take_results(**taken))
    assert type(told) is (type(None) if status in ("SENT", "ACCEPTED", "SETTLED") else ResultRefused)


@pytest.mark.parametrize("status", PaymentStatus.values)
def test_an_account_is_corrected_when_the_payment_has_come_back(superuser: Hand, status: str) -> None:
    with standing(superuser, "payouts_payment", payment(superuser, JULY, payroll.LEFT)["id"], status=status):
        told = refused(lambda: payroll.proposed(JULY, payroll.LEFT))
    assert (told.name if told else "") == ("" if status in ("RETURNED", "REJECTED") else "correction_is_of_a_return")


@pytest.mark.parametrize("status", CorrectionStatus.values)
@pytest.mark.parametrize("act", [approve_correction, refuse_correction])
def test_a_correction_is_decided_once(superuser: Hand, act: Any, status: str) -> None:
    key = row_of(superuser, "payouts_accountcorrection", "status = 'PROPOSED'")["id"]
    approver = None if status == "PROPOSED" else "demo-reviewer"
    decided = {"status": status, "approved_by_id": approver}
    decided["payable_from"] = "2026-07-19" if status == "APPROVED" else None
    with standing(superuser, "payouts_accountcorrection", key, **decided):
        told = refused(lambda: act(correction=AccountCorrection.objects.get(pk=key), **by("second-reviewer")))
    if status == "PROPOSED":
        assert told is None
    else:
        assert (type(told), getattr(told, "name", "")) == (WrongState, "correction_moves")
