"""Batches move on with their check, their signed reasons and their approvals only: round the ORM."""

from decimal import Decimal
from typing import Any

import pytest

from tests import attacks, payroll
from tests.attacks import Hand
from tests.payroll import JULY, LEFT, SEPTEMBER
from tests.payroll_hands import (
    Row,
    adds,
    another,
    approval_of,
    batch_row,
    check_of,
    cooled_off,
    draft_batch,
    part_of,
    payment,
    planned,
    refusal,
    refuses,
    round_triggers,
    row_of,
)

stage = payroll.stage
hand = attacks.hand
superuser = attacks.superuser

BUILD = """UPDATE payouts_batch SET status = 'BUILT', payments_count = 1, total = %s, digest = payouts_batch_digest(id),
                  prepared_by_id = 'demo-preparer', checked_by_id = 'demo-reviewer', released_by_id = 'demo-releaser'
            WHERE id = %s"""
MOVE = "UPDATE payouts_batch SET status = %s WHERE id = %s"
LIMITS = ("payment_limit", "batch_limit", "day_limit")
FEN = Decimal("0.01")


def built(hand: Hand) -> tuple[int, Row]:
    """Build a further batch with the one payment that may be made again; return it, and the payment."""
    batch, of = draft_batch(hand, JULY), payment(hand, JULY, LEFT)
    cooled_off(hand, of)
    key = planned(hand, batch, of, reissues_id=of["id"])
    adds(hand, "payouts_paymentpart", another(part_of(hand, of["id"]), payment_id=key, attempt=2))
    hand.rows(BUILD, of["amount"], batch)
    return batch, row_of(hand, "payouts_payment", "id = %s", key)


def checked(hand: Hand, *exceptions: Row, **changes: Any) -> int:
    """Check a further batch with exceptions; ``changes`` are of its limits."""
    batch, _payment = built(hand)
    adds(hand, "payouts_batchcheck", check_of(hand, batch, **changes))
    for exception in exceptions:
        adds(hand, "payouts_batchexception", exception_of(batch, **exception))
    hand.rows(MOVE, "CHECKED", batch)
    return batch


def exception_of(batch: int, **changes: Any) -> Row:
    return {"batch_id": batch, "kind": "dead", "severity": "SIGN", "facts": "", "reason": "", **changes}


def signs(hand: Hand, batch: int, officer: str = "demo-preparer") -> None:
    hand.rows(
        """UPDATE payouts_batchexception SET signed_by_id = %s, signed_at = now(), reason = '已核对'
            WHERE batch_id = %s""",
        officer,
        batch,
    )


def approves(hand: Hand, batch: int, *officers: str) -> None:
    for rank, officer in enumerate(officers, start=1):
        adds(hand, "payouts_batchapproval", approval_of(hand, batch, rank=rank, approved_by_id=officer))


# What a batch was held against


def test_a_batch_is_not_checked_without_being_held_against_its_limits(hand: Hand) -> None:
    batch, _payment = built(hand)
    assert refusal(hand, MOVE, "CHECKED", batch) == "batch_is_checked_against_its_limits"
    adds(hand, "payouts_batchcheck", check_of(hand, batch))
    assert refusal(hand, MOVE, "CHECKED", batch) == "accepted"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({}, "accepted"),
        ({"digest": "0" * 64}, "batch_check_is_of_what_was_built"),
        ({"limits_from": None}, "batch_check_is_of_what_was_built"),
        ({"tiers_from": None}, "batch_check_is_of_what_was_built"),
        ({"limits_from": "2026-07-16"}, "batch_check_is_of_what_was_built"),
        ({"tiers_from": "2026-07-16"}, "batch_check_is_of_what_was_built"),
        ({"limits_from": "2026-07-15", "tiers_from": "2026-07-15"}, "accepted"),
        ({"largest_payment": Decimal("4004.03")}, "batch_check_has_its_figures"),
        ({"day_total": Decimal("0.01")}, "batch_check_has_its_figures"),
        ({"approvals": 2}, "batch_asks_for_approvals"),
        ({"approvals": 0}, "batch_asks_for_approvals"),
        ({"chief_over": 2, "head_over": 1, "approvals": 3}, "batch_asks_for_approvals"),
    ],
)
def test_a_batch_is_held_against_its_own_figures(hand: Hand, wrong: Row, expected: str) -> None:
    batch, _payment = built(hand)
    assert refuses(hand, "payouts_batchcheck", check_of(hand, batch, **wrong)) == expected


def test_the_total_of_a_pay_date_is_that_of_all_its_batches(hand: Hand) -> None:
    july = batch_row(hand, JULY)
    batch, one = built(hand)
    assert one["amount"] < july["total"]
    assert check_of(hand, batch)["day_total"] == july["total"] + one["amount"]


@pytest.mark.parametrize(
    ("chief", "head", "approvals"), [(0, 0, 1), (-1, 0, 2), (-1, -1, 3)], ids=["releaser", "chief", "head"]
)
def test_a_total_asks_for_its_approvals_above_each_tier(hand: Hand, chief: int, head: int, approvals: int) -> None:
    batch, one = built(hand)
    tiers = {"chief_over": one["amount"] + chief * FEN, "head_over": one["amount"] + head * FEN}
    for asked in (1, 2, 3):
        expected = "accepted" if asked == approvals else "batch_asks_for_approvals"
        assert refuses(hand, "payouts_batchcheck", check_of(hand, batch, **tiers, approvals=asked)) == expected


def test_a_batch_is_held_against_limits_once_and_while_it_is_built(hand: Hand) -> None:
    batch = checked(hand)
    again = refuses(hand, "payouts_batchcheck", check_of(hand, batch))
    assert again == "batch_check_is_of_what_was_built"
    september = batch_row(hand, SEPTEMBER)["id"]
    assert refuses(hand, "payouts_batchcheck", check_of(hand, september)) == "batch_check_is_of_what_was_built"


# Exceptions


def test_exceptions_are_found_when_a_batch_is_built_and_unsigned(hand: Hand) -> None:
    batch, one = built(hand)
    name = "batch_exception_is_found_once_built"
    assert refuses(hand, "payouts_batchexception", exception_of(batch)) == "accepted"
    assert refuses(hand, "payouts_batchexception", exception_of(batch, payment_id=one["id"])) == "accepted"
    other = payment(hand, JULY, 1)["id"]
    assert refuses(hand, "payouts_batchexception", exception_of(batch, payment_id=other)) == name
    signed = {"signed_by_id": "demo-preparer", "signed_at": "2026-11-25 09:00+00", "reason": "已核对"}
    assert refuses(hand, "payouts_batchexception", exception_of(batch, **signed)) == name
    adds(hand, "payouts_batchcheck", check_of(hand, batch))
    hand.rows(MOVE, "CHECKED", batch)
    assert refuses(hand, "payouts_batchexception", exception_of(batch)) == name


def test_an_exception_is_signed_once_with_a_reason_and_stays(hand: Hand) -> None:
    batch = checked(hand, {})
    sign = "UPDATE payouts_batchexception SET signed_by_id = 'demo-preparer', signed_at = now(), reason = %s"
    assert refusal(hand, sign, "") == "batch_exception_is_signed_with_a_reason"
    signs(hand, batch)
    assert refusal(hand, sign, "again") == "batch_exception_is_signed_once"
    taken_back = "UPDATE payouts_batchexception SET signed_by_id = NULL, signed_at = NULL, reason = ''"
    assert refusal(hand, taken_back) == "batch_exception_is_signed_once"
    for change in ("severity = 'INFO'", "kind = 'x'", "facts = 'x'", "batch_id = 1"):
        told = refusal(hand, f"UPDATE payouts_batchexception SET {change}")
        assert told in ("batch_exception_is_fixed", "batch_exception_is_signed_once")


@pytest.mark.parametrize("severity", ["BLOCK", "INFO"])
def test_what_is_not_to_be_signed_is_never_signed(hand: Hand, severity: str) -> None:
    checked(hand, {"severity": severity})
    sign = "UPDATE payouts_batchexception SET signed_by_id = 'demo-preparer', signed_at = now(), reason = 'x'"
    assert refusal(hand, sign) == "batch_exception_is_signed_with_a_reason"


@pytest.mark.parametrize(
    ("severity", "signed", "expected"),
    [
        ("SIGN", False, "batch_exceptions_are_signed"),
        ("SIGN", True, "accepted"),
        ("BLOCK", False, "batch_exceptions_are_signed"),
        ("INFO", False, "accepted"),
    ],
)
def test_a_batch_is_approved_once_its_exceptions_are_signed(
    hand: Hand, severity: str, signed: bool, expected: str
) -> None:
    batch = checked(hand, {"severity": severity})
    if signed:
        signs(hand, batch)
    assert refuses(hand, "payouts_batchapproval", approval_of(hand, batch)) == expected


def test_a_batch_whose_exceptions_are_open_does_not_move_on(superuser: Hand) -> None:
    batch = checked(superuser, {})
    with round_triggers(superuser):
        adds(superuser, "payouts_batchapproval", approval_of(superuser, batch))
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert refusal(superuser, MOVE, "APPROVED", batch) == "batch_exceptions_are_signed"
    signs(superuser, batch)
    assert refusal(superuser, MOVE, "APPROVED", batch) == "accepted"


# Limits


def figure_over(hand: Hand, limit: str) -> Decimal:
    """Return the figure that a limit of a further batch is about; what was built for it is undone."""
    hand.rows("SAVEPOINT looking")
    batch, one = built(hand)
    figure = check_of(hand, batch)["day_total"] if limit == "day_limit" else one["amount"]
    hand.rows("ROLLBACK TO SAVEPOINT looking")
    return Decimal(figure)


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize(
    ("below", "signed", "expected"),
    [(0, None, "accepted"), (1, None, "batch_is_within_its_limits"), (1, True, "accepted")],
)
def test_a_batch_over_a_limit_is_approved_with_a_signed_reason_only(
    hand: Hand, limit: str, below: int, signed: bool | None, expected: str
) -> None:
    figure = figure_over(hand, limit)
    batch, one = built(hand)
    adds(hand, "payouts_batchcheck", check_of(hand, batch, **{limit: figure - below * FEN}))
    if signed:
        about = {"payment_id": one["id"]} if limit == "payment_limit" else {}
        kind = {"kind": limit.replace("_limit", "_over_limit")}
        adds(hand, "payouts_batchexception", exception_of(batch, **about, **kind))
    hand.rows(MOVE, "CHECKED", batch)
    signs(hand, batch)
    approves(hand, batch, "demo-releaser")
    assert refusal(hand, MOVE, "APPROVED", batch) == expected


@pytest.mark.parametrize("wrong", [{"severity": "INFO"}, {"kind": "dead"}])
def test_a_limit_is_signed_for_by_its_own_name(hand: Hand, wrong: Row) -> None:
    exception = {"kind": "batch_over_limit", **wrong}
    figure = figure_over(hand, "batch_limit")
    batch = checked(hand, exception, batch_limit=figure - FEN)
    if exception["severity"] == "SIGN" if "severity" in exception else True:
        signs(hand, batch)
    approves(hand, batch, "demo-releaser")
    assert refusal(hand, MOVE, "APPROVED", batch) == "batch_is_within_its_limits"


# Approvals


def test_a_batch_is_approved_by_its_releaser_first(hand: Hand) -> None:
    batch = checked(hand)
    assert refusal(hand, MOVE, "APPROVED", batch) == "batch_has_its_approvals"
    second = approval_of(hand, batch, approved_by_id="second-releaser")
    assert refuses(hand, "payouts_batchapproval", second) == "approval_comes_in_its_turn"
    assert refuses(hand, "payouts_batchapproval", approval_of(hand, batch, rank=2)) == "approval_comes_in_its_turn"
    approves(hand, batch, "demo-releaser")
    assert refusal(hand, MOVE, "APPROVED", batch) == "accepted"


@pytest.mark.parametrize("asked", [1, 2, 3])
def test_a_batch_moves_on_with_as_many_approvals_as_it_asks_for(hand: Hand, asked: int) -> None:
    tiers = {1: {}, 2: {"chief_over": 1}, 3: {"chief_over": 1, "head_over": 1}}[asked]
    batch = checked(hand, **tiers, approvals=asked)
    for rank, officer in enumerate(("demo-releaser", "demo-chief", "demo-bureau")[:asked], start=1):
        assert refusal(hand, MOVE, "APPROVED", batch) == "batch_has_its_approvals"
        adds(hand, "payouts_batchapproval", approval_of(hand, batch, rank=rank, approved_by_id=officer))
    assert refusal(hand, MOVE, "APPROVED", batch) == "accepted"
    more = approval_of(hand, batch, rank=asked + 1, approved_by_id="second-bureau_head")
    assert refuses(hand, "payouts_batchapproval", more) == "approval_comes_in_its_turn"


@pytest.mark.parametrize(
    ("officer", "expected"),
    [
        ("demo-preparer", "approval_is_by_another"),
        ("demo-reviewer", "approval_is_by_another"),
        ("demo-clerk", "approval_is_by_another"),  # who signed for an exception
        ("demo-releaser", "batch_approvals_are_of_different_people"),
        ("demo-chief", "accepted"),
    ],
)
def test_each_approval_is_another_persons(hand: Hand, officer: str, expected: str) -> None:
    batch = checked(hand, {}, chief_over=1, approvals=2)
    signs(hand, batch, "demo-clerk")
    approves(hand, batch, "demo-releaser")
    row = approval_of(hand, batch, rank=2, approved_by_id=officer)
    assert refuses(hand, "payouts_batchapproval", row) == expected


@pytest.mark.parametrize("wrong", [{"digest": "0" * 64}, {"approved_at": None}])
def test_an_approval_is_of_what_was_checked(hand: Hand, wrong: Row) -> None:
    batch = checked(hand)
    told = refuses(hand, "payouts_batchapproval", approval_of(hand, batch, **wrong))
    assert told == "approval_is_of_what_was_checked"


def test_an_approval_is_given_while_a_batch_is_checked(hand: Hand) -> None:
    batch, _payment = built(hand)
    adds(hand, "payouts_batchcheck", check_of(hand, batch))
    assert refuses(hand, "payouts_batchapproval", approval_of(hand, batch)) == "approval_is_of_what_was_checked"
    september = batch_row(hand, SEPTEMBER)["id"]
    again = approval_of(hand, september, rank=2, approved_by_id="demo-chief")
    assert refuses(hand, "payouts_batchapproval", again) == "approval_is_of_what_was_checked"


def test_an_approval_of_another_digest_does_not_count(superuser: Hand) -> None:
    batch = checked(superuser)
    with round_triggers(superuser):
        adds(superuser, "payouts_batchapproval", approval_of(superuser, batch, digest="0" * 64))
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert refusal(superuser, MOVE, "APPROVED", batch) == "batch_has_its_approvals"
    approves(superuser, batch, "demo-releaser")
    assert refusal(superuser, MOVE, "APPROVED", batch) == "accepted"


@pytest.mark.parametrize("column", ["prepared_by_id", "checked_by_id"])
def test_an_approval_of_the_preparer_or_the_checker_does_not_count(superuser: Hand, column: str) -> None:
    batch = checked(superuser)
    approves(superuser, batch, "demo-releaser")
    with round_triggers(superuser):
        superuser.rows(
            f"UPDATE payouts_batch SET {column} = 'demo-releaser', released_by_id = 'demo-chief' WHERE id = %s", batch
        )
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert refusal(superuser, MOVE, "APPROVED", batch) == "batch_has_its_approvals"


def test_approvals_and_checks_stay(hand: Hand) -> None:
    checked(hand)
    for table, word in (("payouts_batchcheck", "batch_check"), ("payouts_batchapproval", "batch_approval")):
        name = hand.owner_meets(f"{word}_is_append_only")
        assert refusal(hand, f"UPDATE {table} SET id = id") == name
        assert refusal(hand, f"DELETE FROM {table}") == name
    assert refusal(hand, "DELETE FROM payouts_batchexception") == hand.owner_meets("batch_exception_is_append_only")


def test_the_auditor_reads_approvals_and_reasons_with_numbers_masked(hand: Hand) -> None:
    batch = checked(hand, {"facts": "account=6222080112554552828"}, chief_over=1, approvals=2)
    signs(hand, batch)
    approves(hand, batch, "demo-releaser")
    told = hand.rows("SELECT rank, stands, approved_by FROM auditor_batch_approval WHERE batch_id = %s", batch)
    assert told == [(1, True, "demo-releaser")]
    read = "SELECT kind, facts, signed_by, reason FROM auditor_batch_exception WHERE batch_id = %s"
    assert hand.rows(read, batch) == [("dead", "account=622********2828", "demo-preparer", "已核对")]
    assert hand.rows("SELECT approvals FROM auditor_batch_check WHERE batch_id = %s", batch) == [(2,)]
