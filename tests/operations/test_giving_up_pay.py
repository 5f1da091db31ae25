"""Returned pay that is given up, in the payroll of a district; and round the acts, what PostgreSQL promises of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any

import pytest

from ledger.checks import run_checks
from month.beginning import open_months
from payouts.correcting import approve_correction
from payouts.giving_up import decide_giving_up, propose_giving_up
from payouts.models import AccountCorrection, GivingUp, GivingUpDecision, Payment, PaymentPart
from tests import attacks, payroll, telling
from tests.attacks import Hand, Stage
from tests.benefits import lines_of
from tests.payroll import AT, AUGUST, JULY, LEFT, approval_in, officer, run_of, serial_of
from tests.payroll_hands import (
    Row,
    adds,
    another,
    cooled_off,
    draft_batch,
    part_of,
    payment,
    planned,
    refuses,
    row_of,
)
from tests.racing import outcomes
from tests.telling import Told

stage, own_stage, rolled_back = payroll.stage, payroll.own_stage, payroll.rolled_back
hand, tell = attacks.hand, telling.tell

ON, LATER = date(2026, 7, 25), date(2027, 1, 10)


def proposed(place: int = LEFT, *, month: date = JULY) -> GivingUp:
    return propose_giving_up(
        month=month,
        serial=serial_of(month, place),
        reason="本人死亡，无继承人",
        paper="青民函〔2026〕3号",
        officer=officer("clerk"),
        at=AT,
    )


def given_up(place: int = LEFT, *, on: date = ON) -> GivingUp:
    giving_up = proposed(place)
    decide_giving_up(giving_up=giving_up, approved=True, officer=officer("chief_accountant"), on=on, at=AT)
    return giving_up


def posted(giving_up: GivingUp) -> list[tuple[str, str, str]]:
    return lines_of(f"payouts.giving_up/{giving_up.pk}/")


def test_in_its_year_the_spending_of_the_township_is_red(rolled_back: None) -> None:
    net = f"-{Payment.objects.get(month=JULY, serial=serial_of(JULY, LEFT)).amount}"
    assert posted(given_up()) == [
        ("220112", "C 201503", net),
        ("220112", "D 103100101", net),
        ("220112101", "C 201201", net),
        ("220112101", "D 5001", net),
    ]
    assert list(run_checks([])) == []


def test_in_a_later_year_the_surplus_of_the_township_rises(rolled_back: None) -> None:
    open_months(day=LATER, officer=officer("chief_accountant"), at=AT)
    net = str(Payment.objects.get(month=JULY, serial=serial_of(JULY, LEFT)).amount)
    assert posted(given_up(on=LATER)) == [
        ("220112", "C 103100101", net),
        ("220112", "D 201503", net),
        ("220112101", "C 3001", net),
        ("220112101", "D 201201", net),
    ]
    assert list(run_checks([])) == []


def test_the_steps_of_a_month_give_up_and_the_run_is_settled(rolled_back: None, tell: Told) -> None:
    told = ("--month", "2026-07", "--serial", serial_of(JULY, LEFT))
    why = ("--paper", "青民函〔2026〕3号", "--reason", "本人死亡，无继承人")
    assert "month decide-giving-up" in tell("month", "give-up", *told, *why, post="clerk")
    assert str(ON.year) in tell("month", "decide-giving-up", *told, "--on", ON, post="chief_accountant")
    assert GivingUpDecision.objects.get().is_approved
    correction = AccountCorrection.objects.get(status="PROPOSED")
    assert run_of(JULY).status == "PART_SETTLED"
    given_up(payroll.PROPOSED)
    assert run_of(JULY).status == "SETTLED"
    assert correction.payment_id == GivingUp.objects.latest("pk").payment_id
    assert list(run_checks([])) == []


# Round the acts


def giving_up_of(hand: Hand, place: int = LEFT, **changes: Any) -> Row:
    told = {"reason": "x", "paper": "x", "proposed_by_id": "demo-clerk", "proposed_at": AT}
    return {"payment_id": payment(hand, JULY, place)["id"], **told, **changes}


def decision_on(key: int, **changes: Any) -> Row:
    decided = {"is_approved": True, "decided_by_id": "demo-chief", "decided_at": AT, "posting_date": ON}
    return {"giving_up_id": key, **decided, **changes}


@pytest.mark.parametrize(
    ("place", "changes", "expected"),
    [
        (LEFT, {}, "accepted"),
        (1, {}, "giving_up_is_of_a_return"),
        (payroll.REISSUED, {}, "payment_is_reissued_once"),
        (LEFT, {"reason": " "}, "giving_up_has_its_reason"),
        (LEFT, {"paper": ""}, "giving_up_has_its_reason"),
        (LEFT, {"reason": "a\tb"}, "giving_up_text_is_plain"),
    ],
)
def test_only_a_return_is_given_up(hand: Hand, place: int, changes: dict[str, Any], expected: str) -> None:
    assert refuses(hand, "payouts_givingup", giving_up_of(hand, place, **changes)) == expected


def test_it_is_proposed_once(hand: Hand) -> None:
    adds(hand, "payouts_givingup", giving_up_of(hand))
    assert refuses(hand, "payouts_givingup", giving_up_of(hand)) == "giving_up_is_one_at_a_time"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "accepted"),
        ({"decided_by_id": "demo-clerk"}, "giving_up_four_eyes"),
        ({"posting_date": None}, "giving_up_has_its_day"),
        ({"is_approved": False}, "giving_up_has_its_day"),
        ({"is_approved": False, "posting_date": None}, "accepted"),
        ({"posting_date": "2026-07-14"}, "giving_up_follows_its_return"),
    ],
)
def test_another_officer_decides(hand: Hand, changes: dict[str, Any], expected: str) -> None:
    key = adds(hand, "payouts_givingup", giving_up_of(hand))
    assert refuses(hand, "payouts_givingupdecision", decision_on(key, **changes)) == expected


@pytest.mark.parametrize(("approved", "expected"), [(True, "given_up_is_not_paid_again"), (False, "accepted")])
def test_what_was_given_up_is_not_ordered_again(hand: Hand, approved: bool, expected: str) -> None:
    of = payment(hand, JULY, LEFT)
    cooled_off(hand, of)
    key = adds(hand, "payouts_givingup", giving_up_of(hand))
    decision = decision_on(key) if approved else decision_on(key, is_approved=False, posting_date=None)
    adds(hand, "payouts_givingupdecision", decision)
    order = planned(hand, draft_batch(hand, JULY), of, reissues_id=of["id"])
    part = another(part_of(hand, of["id"]), payment_id=order, attempt=2)
    assert refuses(hand, "payouts_paymentpart", part) == expected


def test_what_was_given_up_is_not_corrected(hand: Hand) -> None:
    of = payment(hand, JULY, LEFT)
    key = adds(hand, "payouts_givingup", giving_up_of(hand))
    adds(hand, "payouts_givingupdecision", decision_on(key))
    like = row_of(hand, "payouts_accountcorrection", "status = 'PROPOSED'")
    assert (
        refuses(hand, "payouts_accountcorrection", another(like, payment_id=of["id"])) == "given_up_is_not_paid_again"
    )


def test_what_is_under_way_is_not_given_up(hand: Hand) -> None:
    sent = payment(hand, AUGUST, 1)
    row = giving_up_of(hand) | {"payment_id": sent["id"]}
    assert refuses(hand, "payouts_givingup", row) == "giving_up_is_of_a_return"


# At once


def test_a_return_is_given_up_or_issued_again(own_stage: Stage) -> None:
    correction = AccountCorrection.objects.get(status="PROPOSED")
    approve_correction(correction=correction, officer=officer("reviewer"), at=approval_in(JULY))
    giving_up = proposed(payroll.PROPOSED)
    give_up = partial(
        decide_giving_up, giving_up=giving_up, approved=True, officer=officer("chief_accountant"), on=ON, at=AT
    )
    with ThreadPoolExecutor(max_workers=2) as pool:
        found = outcomes(pool, give_up, partial(payroll.reissued, JULY))
    assert found in (["correction_is_approved", "done"], ["done", "payment_is_reissued_once"])
    attempts = PaymentPart.objects.filter(obligation__in=correction.payment.parts.values("obligation")).count()
    assert (attempts == 1) == GivingUpDecision.objects.filter(is_approved=True).exists()
    assert list(run_checks([])) == []


def test_it_is_decided_once_by_two_at_once(own_stage: Stage) -> None:
    giving_up = proposed()
    works = [
        partial(decide_giving_up, giving_up=giving_up, approved=True, officer=officer(name), on=ON, at=AT)
        for name in ("chief_accountant", "second-chief_accountant")
    ]
    with ThreadPoolExecutor(max_workers=2) as pool:
        assert outcomes(pool, *works) == ["done", "giving_up_is_decided_once"]
    assert list(run_checks([])) == []
