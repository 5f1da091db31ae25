"""Round the acts: what PostgreSQL promises of plans, refunds taken back and write-offs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from payouts.models import Overpayment
from payouts.recovering import decide_write_off, propose_write_off
from tests import attacks, benefit_months
from tests.attacks import Hand, Stage
from tests.benefits import OCTOBER, SEPTEMBER, faults, recovered, refunded, sent
from tests.payroll import AT, officer, run_of
from tests.payroll_hands import Row, adds, another, refusal, refuses, round_triggers, row_of
from tests.racing import outcomes

stage, own_stage, hand, superuser = benefit_months.stage, benefit_months.own_stage, attacks.hand, attacks.superuser

PLAN, DECISION = "payouts_recoveryplan", "payouts_recoveryplandecision"
RECOVERY, TAKEN_BACK = "payouts_recovery", "payouts_refundtakenback"
WRITE_OFF, WRITTEN = "payouts_writeoff", "payouts_writeoffdecision"
ON = date(2026, 9, 20)


# Plans


def plan_row(hand: Hand, **changes: Any) -> Row:
    return another(row_of(hand, PLAN, "true"), **changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "accepted"),
        ({"instalment": None}, "recovery_plan_has_its_cap"),
        ({"share": "20.00"}, "recovery_plan_has_its_cap"),
        ({"instalment": None, "share": "100.00"}, "accepted"),
        ({"instalment": None, "share": "100.01"}, "recovery_plan_has_its_cap"),
        ({"instalment": None, "share": "0.00"}, "recovery_plan_has_its_cap"),
        ({"instalment": None, "share": "0.001"}, "recovery_share_is_exact"),
    ],
)
def test_a_plan_has_one_cap(hand: Hand, changes: dict[str, Any], expected: str) -> None:
    assert refuses(hand, PLAN, plan_row(hand, **changes)) == expected


@pytest.mark.parametrize(("by", "expected"), [("demo-funder", "recovery_plan_four_eyes"), ("demo-chief", "accepted")])
def test_a_plan_is_decided_by_another(hand: Hand, by: str, expected: str) -> None:
    key = adds(hand, PLAN, plan_row(hand))
    row = {"plan_id": key, "is_approved": True, "decided_by_id": by, "decided_at": AT}
    assert refuses(hand, DECISION, row) == expected


def releases(hand: Hand) -> str:
    sql = "UPDATE payouts_run SET status = 'RELEASED', released_by_id = 'demo-releaser' WHERE month = %s"
    return refusal(hand, sql, OCTOBER)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE payouts_recoveryplan SET instalment = 30.00", "accepted"),
        ("UPDATE payouts_recoveryplan SET instalment = 29.99", "recovery_keeps_to_its_plan"),
        ("UPDATE payouts_recoveryplan SET instalment = NULL, share = 30.00", "accepted"),  # of 100.00
        ("UPDATE payouts_recoveryplan SET instalment = NULL, share = 29.99", "recovery_keeps_to_its_plan"),
        ("UPDATE payouts_recoveryplan SET from_month = '2026-11-01'", "recovery_keeps_to_its_plan"),
        ("UPDATE payouts_recoveryplandecision SET is_approved = false", "recovery_keeps_to_its_plan"),
        ("DELETE FROM payouts_recoveryplandecision", "recovery_keeps_to_its_plan"),
    ],
)
def test_a_run_keeps_back_within_an_approved_plan(superuser: Hand, sql: str, expected: str) -> None:
    with round_triggers(superuser):
        superuser.rows(sql)
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert releases(superuser) == expected


def test_a_run_that_was_computed_with_an_older_plan_is_computed_anew(hand: Hand) -> None:
    key = adds(hand, PLAN, plan_row(hand, instalment="50.00"))
    adds(hand, DECISION, {"plan_id": key, "is_approved": True, "decided_by_id": "demo-chief", "decided_at": AT})
    assert releases(hand) == "recovery_keeps_to_its_plan"


# Refunds taken back


def taken(hand: Hand, **changes: Any) -> Row:
    refund = row_of(hand, RECOVERY, "kind = 'PAID_IN'")
    told = {"taken_back_on": refund["paid_on"], "taken_back_by_id": "demo-chief", "taken_back_at": AT}
    return {"recovery_id": refund["id"], "reason": "x", **told, **changes}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "accepted"),
        ({"taken_back_by_id": "demo-funder"}, "refund_four_eyes"),
        ({"reason": " "}, "refund_is_taken_back_with_a_reason"),
        ({"taken_back_on": "2026-08-14"}, "taken_back_is_a_refund"),
    ],
)
def test_a_refund_is_taken_back_by_another(hand: Hand, changes: dict[str, Any], expected: str) -> None:
    assert refuses(hand, TAKEN_BACK, taken(hand, **changes)) == expected


def test_what_a_run_kept_back_is_not_taken_back(hand: Hand) -> None:
    kept = row_of(hand, RECOVERY, "kind = 'OFFSET'")["id"]
    assert refuses(hand, TAKEN_BACK, taken(hand, recovery_id=kept)) == "taken_back_is_a_refund"


@pytest.mark.parametrize(
    ("first", "booking", "expected"),
    [
        (False, 1, "refund_is_taken_once"),
        (False, 2, "refund_is_taken_once"),
        (True, 1, "refund_is_taken_once"),
        (True, 2, "accepted"),
        (True, 3, "refund_is_taken_once"),
    ],
)
def test_a_paper_is_booked_again_once_it_was_taken_back(hand: Hand, first: bool, booking: int, expected: str) -> None:
    if first:
        adds(hand, TAKEN_BACK, taken(hand))
    again = another(row_of(hand, RECOVERY, "kind = 'PAID_IN'"), booking=booking)
    assert refuses(hand, RECOVERY, again) == expected


# Write-offs: 80.00 overpaid, 10.00 paid in, 30.00 kept back by September


def write_off(hand: Hand, amount: str, **changes: Any) -> int:
    row = {"overpayment_id": row_of(hand, "payouts_overpayment", "true")["id"], "amount": amount, "reason": "x"}
    return adds(hand, WRITE_OFF, {**row, "paper": "x", "proposed_by_id": "demo-funder", "proposed_at": AT, **changes})


def decision(key: int, **changes: Any) -> Row:
    decided = {"is_approved": True, "decided_by_id": "demo-chief", "decided_at": AT, "posting_date": ON}
    return {"write_off_id": key, **decided, **changes}


@pytest.mark.parametrize(
    ("amount", "expected"), [("40.00", "accepted"), ("40.01", "write_off_is_within_its_overpayment")]
)
def test_no_more_is_written_off_than_is_open(hand: Hand, amount: str, expected: str) -> None:
    assert refuses(hand, WRITTEN, decision(write_off(hand, amount))) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"decided_by_id": "demo-funder"}, "write_off_four_eyes"),
        ({"posting_date": None}, "write_off_has_its_day"),
        ({"posting_date": "2026-08-14"}, "write_off_follows_its_overpayment"),
        ({"posting_date": "2026-08-15"}, "accepted"),
    ],
)
def test_a_write_off_is_decided_by_another(hand: Hand, changes: dict[str, Any], expected: str) -> None:
    assert refuses(hand, WRITTEN, decision(write_off(hand, "1.00"), **changes)) == expected


@pytest.mark.parametrize(("amount", "expected"), [("0.01", "accepted"), ("0.02", "recovery_is_within_its_overpayment")])
def test_no_more_comes_back_than_is_left_after_a_write_off(hand: Hand, amount: str, expected: str) -> None:
    adds(hand, WRITTEN, decision(write_off(hand, "39.99")))
    refund = another(row_of(hand, RECOVERY, "kind = 'PAID_IN'"), amount=amount, paper="银行回单9")
    assert refuses(hand, RECOVERY, refund) == expected


@pytest.mark.parametrize(
    ("amount", "expected"), [("10.00", "accepted"), ("10.01", "recovery_is_within_its_overpayment")]
)
def test_a_run_keeps_back_no_more_than_is_left_after_a_write_off(hand: Hand, amount: str, expected: str) -> None:
    adds(hand, WRITTEN, decision(write_off(hand, amount)))
    assert releases(hand) == expected


VIEWS = {
    "correction_cool_off": 0,
    "giving_up": 0,
    "overpayment": 1,
    "overpayment_open": 1,
    "recovery_plan_decision": 1,
    "refund_taken_back": 0,
    "write_off": 0,
}


@pytest.mark.parametrize("view", VIEWS)
def test_the_auditor_reads_what_was_decided(stage: Stage, view: str) -> None:
    auditor = stage.hand("auditor")
    assert len(auditor.rows(f"SELECT * FROM auditor_{view}")) == VIEWS[view]
    auditor.connection.rollback()


def test_what_is_open_is_what_neither_came_back_nor_was_written_off(hand: Hand) -> None:
    adds(hand, WRITTEN, decision(write_off(hand, "25.00")))
    [[*figures]] = hand.rows("SELECT amount, recovered, written_off, open FROM auditor_overpayment_open")
    assert [str(figure) for figure in figures] == ["80.00", "40.00", "25.00", "15.00"]


# At once


def test_what_is_left_is_written_off_or_paid_in(own_stage: Stage) -> None:
    sent(run_of(SEPTEMBER))
    overpayment = Overpayment.objects.get()
    proposed = propose_write_off(
        overpayment=overpayment,
        amount=Decimal("40.00"),
        reason="无法收回",
        paper="青财核1号",
        officer=officer("benefits_funder"),
        at=AT,
    )
    approve = partial(
        decide_write_off, write_off=proposed, approved=True, officer=officer("chief_accountant"), on=ON, at=AT
    )
    with ThreadPoolExecutor(max_workers=2) as pool:
        found = outcomes(pool, approve, partial(refunded, overpayment, "40.00", on=ON))
    assert found in (
        ["done", "recovery_is_within_its_overpayment"],
        ["done", "write_off_is_within_its_overpayment"],
    )
    assert recovered(overpayment) in (Decimal("40.00"), Decimal("80.00"))
    assert faults() == []
