"""A batch is what was approved, from its building to its files: round the ORM."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests import attacks, payroll
from tests.attacks import Hand
from tests.payroll import AUGUST, JULY, LEFT, PROPOSED, SEPTEMBER
from tests.payroll_hands import (
    Row,
    adds,
    another,
    batch_row,
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


def status_of(hand: Hand, key: int, status: str) -> str:
    return refusal(hand, "UPDATE payouts_payment SET status = %s WHERE id = %s", status, key)


# A batch is what it says, and stays so


BUILD = "UPDATE payouts_batch SET status = 'BUILT', payments_count = %s, total = %s, digest = %s WHERE id = %s"
DIGEST = "SELECT payouts_batch_digest(%s)"


def a_draft(hand: Hand) -> tuple[int, Row]:
    """Return a draft batch with the one payment that may be made again, and that payment."""
    batch, of = draft_batch(hand, JULY), payment(hand, JULY, LEFT)
    cooled_off(hand, of)
    key = planned(hand, batch, of, reissues_id=of["id"])
    adds(hand, "payouts_paymentpart", another(part_of(hand, of["id"]), payment_id=key, attempt=2))
    return batch, row_of(hand, "payouts_payment", "id = %s", key)


@pytest.mark.parametrize(
    ("count", "change", "expected"),
    [
        (1, "0.00", "accepted"),
        (1, "0.01", "batch_total_is_its_payments"),
        (1, "-0.01", "batch_total_is_its_payments"),
        (0, "0.00", "batch_total_is_its_payments"),
        (2, "0.00", "batch_total_is_its_payments"),
    ],
)
def test_a_batch_is_built_with_the_number_and_sum_of_its_payments(
    hand: Hand, count: int, change: str, expected: str
) -> None:
    batch, one = a_draft(hand)
    assert refusal(hand, BUILD, count, one["amount"] + Decimal(change), hand.value(DIGEST, batch), batch) == expected


def test_an_empty_batch_is_not_built(hand: Hand) -> None:
    batch = draft_batch(hand, JULY)
    assert refusal(hand, BUILD, 0, 0, hand.value(DIGEST, batch), batch) == "batch_total_is_its_payments"


def test_a_batch_is_not_built_with_a_payment_that_pays_nothing(hand: Hand) -> None:
    batch, one = a_draft(hand)
    of = payment(hand, JULY, PROPOSED)
    planned(hand, batch, of)
    build = 2, one["amount"] + of["amount"], hand.value(DIGEST, batch), batch
    assert refusal(hand, BUILD, *build) == "payment_is_the_sum_of_its_parts"


@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_a_batch_is_built_with_the_digest_of_its_payments(hand: Hand, digest: str) -> None:
    batch, one = a_draft(hand)
    assert refusal(hand, BUILD, 1, one["amount"], digest, batch) == "batch_digest_is_its_payments"


def test_the_digest_of_python_is_that_of_the_database(hand: Hand) -> None:
    digests = hand.rows("SELECT digest, payouts_batch_digest(id) FROM payouts_batch")
    assert len(digests) == 4
    assert all(built == found for built, found in digests)


def test_a_built_batch_takes_nothing_more_and_gives_nothing_up(hand: Hand) -> None:
    batch, one = a_draft(hand)
    hand.rows(BUILD, 1, one["amount"], hand.value(DIGEST, batch), batch)
    more = another(one, serial=91, reissues_id=None)
    assert refuses(hand, "payouts_payment", more) == "batch_is_fixed_once_built"
    part = another(part_of(hand, payment(hand, JULY, PROPOSED)["id"]), payment_id=one["id"], attempt=2)
    assert refuses(hand, "payouts_paymentpart", part) == "part_fits_its_obligation"
    for change in ("total = total + 0.01", "payments_count = 2", "digest = 'x'", "pay_date = '2026-12-31'"):
        assert refusal(hand, f"UPDATE payouts_batch SET {change} WHERE id = %s", batch) == "batch_is_fixed_once_built"
    assert refusal(hand, "UPDATE payouts_payment SET batch_id = 1 WHERE id = %s", one["id"]) == "payment_is_fixed"


def test_a_move_does_not_carry_a_change_with_it(hand: Hand) -> None:
    carried = "UPDATE payouts_batch SET status = 'FUNDED', total = total - 1 WHERE month = %s"
    assert refusal(hand, carried, SEPTEMBER) == "batch_is_fixed_once_built"
    assert refusal(hand, "UPDATE payouts_batch SET status = 'FUNDED' WHERE month = %s", SEPTEMBER) == "accepted"


# Handing over


def rendered(hand: Hand, **changes: Any) -> int:
    """Render September's batch as one file, with ``changes`` to it, and return the file."""
    batch = batch_row(hand, SEPTEMBER)
    hand.rows("UPDATE payouts_batch SET status = 'FUNDED' WHERE id = %s", batch["id"])
    like = another(row_of(hand, "payouts_bankfile", "true"), batch_id=batch["id"], name="x", message_id="x")
    carried = {"first_serial": 1, "last_serial": 9, "rows": 9, "total": batch["total"]}
    return adds(hand, "payouts_bankfile", {**like, **carried, **changes})


def send(hand: Hand) -> str:
    hand.rows("UPDATE payouts_batch SET status = 'RENDERED' WHERE month = %s", SEPTEMBER)
    return refusal(hand, "UPDATE payouts_batch SET status = 'SENDING' WHERE month = %s", SEPTEMBER)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({}, "accepted"),
        ({"rows": 8}, "batch_total_is_its_files"),
        ({"rows": 10}, "batch_total_is_its_files"),
        ({"total": Decimal("48536.55")}, "batch_total_is_its_files"),
        ({"total": Decimal("48536.53")}, "batch_total_is_its_files"),
    ],
)
def test_a_batch_is_sent_in_files_of_its_number_and_sum(hand: Hand, wrong: Row, expected: str) -> None:
    rendered(hand, **wrong)
    assert send(hand) == expected


def test_a_batch_without_a_file_is_not_sent(hand: Hand) -> None:
    hand.rows("UPDATE payouts_batch SET status = 'FUNDED' WHERE month = %s", SEPTEMBER)
    assert send(hand) == "batch_total_is_its_files"


@pytest.mark.parametrize("carried", [{"first_serial": 2}, {"last_serial": 8}, {"first_serial": 10, "last_serial": 18}])
def test_a_batch_with_a_payment_outside_its_files_is_not_sent(hand: Hand, carried: Row) -> None:
    rendered(hand, **carried)
    assert send(hand) == "batch_total_is_its_files"


def test_a_batch_with_a_payment_in_two_of_its_files_is_not_sent(hand: Hand) -> None:
    amount = payment(hand, SEPTEMBER, 9)["amount"]
    first = rendered(hand)
    like = row_of(hand, "payouts_bankfile", f"id = {first}")
    again = another(like, number=2, name="y", message_id="y", first_serial=9, rows=1, total=amount)
    adds(hand, "payouts_bankfile", again)
    assert send(hand) == "batch_total_is_its_files"


def test_a_batch_that_was_tampered_with_after_its_approval_is_not_sent(superuser: Hand) -> None:
    with round_triggers(superuser):
        superuser.rows(
            "UPDATE payouts_payment SET account_number = '6228480012345670000' WHERE id = %s",
            payment(superuser, SEPTEMBER, 1)["id"],
        )
    superuser.rows("SET LOCAL ROLE tongfa_app")
    rendered(superuser)
    assert send(superuser) == "batch_digest_is_its_payments"


@pytest.mark.parametrize("status", ["APPROVED", "FUNDED", "RENDERED"])
def test_a_payment_is_not_sent_before_its_batch(hand: Hand, status: str) -> None:
    if status != "APPROVED":
        rendered(hand)
    if status == "RENDERED":
        hand.rows("UPDATE payouts_batch SET status = 'RENDERED' WHERE month = %s", SEPTEMBER)
    assert status_of(hand, payment(hand, SEPTEMBER, 1)["id"], "SENT") == "payment_is_sent_with_its_batch"


def test_a_payment_is_sent_in_its_file_while_its_batch_is_sent(hand: Hand) -> None:
    rendered(hand)
    assert send(hand) == "accepted"
    hand.rows("UPDATE payouts_batch SET status = 'SENDING' WHERE month = %s", SEPTEMBER)
    assert status_of(hand, payment(hand, SEPTEMBER, 1)["id"], "SENT") == "accepted"


def test_a_payment_outside_every_file_is_not_sent(superuser: Hand) -> None:
    with round_triggers(superuser):
        superuser.rows("UPDATE payouts_batch SET status = 'SENDING' WHERE month = %s", SEPTEMBER)
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert status_of(superuser, payment(superuser, SEPTEMBER, 1)["id"], "SENT") == "payment_is_sent_with_its_batch"


@pytest.mark.parametrize("month", [JULY, AUGUST])
def test_a_batch_that_was_sent_is_not_cancelled(hand: Hand, month: date) -> None:
    cancel = "UPDATE payouts_batch SET status = 'CANCELLED' WHERE month = %s"
    assert refusal(hand, cancel, month) == "batch_moves"
