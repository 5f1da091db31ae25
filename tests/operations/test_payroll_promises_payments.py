"""An obligation is paid once, and the bank alone settles or returns it: round the ORM."""

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests import attacks, payroll
from tests.attacks import Hand
from tests.payroll import AUGUST, JULY, LEFT, PROPOSED, REISSUED, SEPTEMBER
from tests.payroll_hands import (
    Row,
    adds,
    another,
    cooled_off,
    draft_batch,
    part_of,
    payment,
    planned,
    refusal,
    refuses,
    round_triggers,
    row_of,
    run_row,
)

stage = payroll.stage
hand = attacks.hand
superuser = attacks.superuser

PASSBOOK = 9  # the place of the payment to the unit that has one
FEN = Decimal("0.01")


def status_of(hand: Hand, key: int, status: str) -> str:
    return refusal(hand, "UPDATE payouts_payment SET status = %s WHERE id = %s", status, key)


def attempt(hand: Hand, month: date, place: int, number: int, **changes: Any) -> str:
    """Try to pay the obligation of a payment once more, in a draft batch, as a number of attempt."""
    of = payment(hand, month, place)
    again = planned(hand, draft_batch(hand, month), of, **changes)
    return refuses(hand, "payouts_paymentpart", another(part_of(hand, of["id"]), payment_id=again, attempt=number))


# Paid once, over all batches


@pytest.mark.parametrize(
    ("month", "place"), [(JULY, 1), (JULY, REISSUED), (JULY, PROPOSED), (JULY, LEFT), (AUGUST, 1), (SEPTEMBER, 1)]
)
def test_a_first_attempt_is_made_once(hand: Hand, month: date, place: int) -> None:
    assert attempt(hand, month, place, 1) == "obligation_is_paid_once"


@pytest.mark.parametrize(
    ("month", "place", "expected"),
    [
        (JULY, 1, "obligation_is_paid_once"),  # settled
        (AUGUST, 1, "obligation_is_paid_once"),  # sent
        (SEPTEMBER, 1, "obligation_is_paid_once"),  # planned
        (JULY, REISSUED, "obligation_is_paid_once"),  # returned, and issued again already
        (JULY, PROPOSED, "accepted"),
        (JULY, LEFT, "accepted"),
    ],
)
def test_a_second_attempt_needs_the_return_of_the_first(hand: Hand, month: date, place: int, expected: str) -> None:
    assert attempt(hand, month, place, 2) == expected


@pytest.mark.parametrize("status", ["PLANNED", "SENT", "ACCEPTED", "SETTLED"])
def test_a_payment_on_its_way_lets_nobody_pay_again(superuser: Hand, status: str) -> None:
    with round_triggers(superuser):
        superuser.rows(
            "UPDATE payouts_payment SET status = %s WHERE id = %s", status, payment(superuser, JULY, LEFT)["id"]
        )
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert attempt(superuser, JULY, LEFT, 2) == "obligation_is_paid_once"


def test_a_rejected_payment_is_paid_again(superuser: Hand) -> None:
    with round_triggers(superuser):
        superuser.rows(
            "UPDATE payouts_payment SET status = 'REJECTED' WHERE id = %s", payment(superuser, JULY, LEFT)["id"]
        )
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert attempt(superuser, JULY, LEFT, 2) == "accepted"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (3, "obligation_is_paid_once"),
        (99, "obligation_is_paid_once"),
        (0, "part_fits_its_obligation"),
        (-1, "part_fits_its_obligation"),
    ],
)
def test_no_attempt_is_skipped(hand: Hand, number: int, expected: str) -> None:
    assert attempt(hand, JULY, LEFT, number) == expected


def test_a_third_attempt_waits_for_the_second(hand: Hand) -> None:
    assert attempt(hand, JULY, REISSUED, 3) == "obligation_is_paid_once"


def test_a_second_attempt_is_made_once(hand: Hand) -> None:
    of = payment(hand, JULY, LEFT)
    batch = draft_batch(hand, JULY)
    first = another(part_of(hand, of["id"]), payment_id=planned(hand, batch, of), attempt=2)
    second = {**first, "payment_id": planned(hand, batch, of)}
    assert refuses(hand, "payouts_paymentpart", first, second) == "obligation_is_paid_once"
    adds(hand, "payouts_paymentpart", first)
    assert refuses(hand, "payouts_paymentpart", second) == "obligation_is_paid_once"


def test_both_attempts_in_one_statement_prove_nothing(superuser: Hand) -> None:
    of = payment(superuser, SEPTEMBER, 1)
    part = part_of(superuser, of["id"])
    with round_triggers(superuser):
        superuser.rows("DELETE FROM payouts_paymentpart WHERE id = %s", part["id"])
    superuser.rows("SET LOCAL ROLE tongfa_app")
    batch = draft_batch(superuser, SEPTEMBER)
    first = another(part, payment_id=planned(superuser, batch, of), attempt=1)
    second = {**first, "payment_id": planned(superuser, batch, of), "attempt": 2}
    assert refuses(superuser, "payouts_paymentpart", first) == "accepted"
    assert refuses(superuser, "payouts_paymentpart", first, second) == "obligation_is_paid_once"


# Issued again


@pytest.mark.parametrize(
    ("month", "place", "change", "expected"),
    [
        (JULY, LEFT, "0", "accepted"),
        (JULY, LEFT, "0.01", "payment_is_reissued_after_its_return"),
        (JULY, LEFT, "-0.01", "payment_is_reissued_after_its_return"),
        (JULY, 1, "0", "payment_is_reissued_after_its_return"),
        (AUGUST, 1, "0", "payment_is_reissued_after_its_return"),
        (SEPTEMBER, 1, "0", "payment_is_reissued_after_its_return"),
        (JULY, REISSUED, "0", "payouts_payment_reissues_id_key"),
    ],
)
def test_only_a_return_is_issued_again_for_its_amount(
    hand: Hand, month: date, place: int, change: str, expected: str
) -> None:
    of = payment(hand, month, place)
    if (month, place) == (JULY, LEFT):
        cooled_off(hand, of)
    again = another(of, serial=90, batch_id=draft_batch(hand, month), status="PLANNED")
    again |= {"reissues_id": of["id"], "amount": of["amount"] + Decimal(change)}
    assert refuses(hand, "payouts_payment", again) == expected


def test_a_payment_does_not_become_a_reissue_later(hand: Hand) -> None:
    key = planned(hand, draft_batch(hand, JULY), payment(hand, JULY, LEFT))
    later = "UPDATE payouts_payment SET reissues_id = %s WHERE id = %s"
    assert refusal(hand, later, payment(hand, JULY, LEFT)["id"], key) == "payment_is_fixed"


# A payment is the sum of its parts


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({}, "accepted"),
        ({"amount": Decimal("4504.05")}, "part_fits_its_obligation"),
        ({"amount": Decimal("4504.03")}, "part_fits_its_obligation"),
        ({"amount": Decimal("-4504.04")}, "part_fits_its_obligation"),
    ],
)
def test_a_part_is_the_whole_obligation(hand: Hand, wrong: Row, expected: str) -> None:
    of = payment(hand, JULY, LEFT)
    again = planned(hand, draft_batch(hand, JULY), of)
    part = another(part_of(hand, of["id"]), payment_id=again, attempt=2)
    assert refuses(hand, "payouts_paymentpart", {**part, **wrong}) == expected


def test_an_obligation_goes_to_its_person_or_its_unit(hand: Hand) -> None:
    of, stranger, passbook = payment(hand, JULY, LEFT), payment(hand, JULY, 1), payment(hand, JULY, PASSBOOK)
    batch = draft_batch(hand, JULY)
    own_unit = hand.value("SELECT unit_id FROM payouts_payslip WHERE person_id = %s LIMIT 1", of["person_id"])
    part = another(part_of(hand, of["id"]), attempt=2)
    for like, changes, expected in (
        (of, {}, "accepted"),
        (stranger, {}, "part_fits_its_obligation"),
        (passbook, {}, "part_fits_its_obligation"),
        (passbook, {"unit_id": own_unit}, "accepted"),
    ):
        key = planned(hand, batch, like, **changes)
        assert refuses(hand, "payouts_paymentpart", {**part, "payment_id": key}) == expected


@pytest.mark.parametrize(("month", "expected"), [(JULY, "accepted"), (AUGUST, "part_fits_its_obligation")])
def test_a_batch_pays_what_its_own_run_and_month_owe(hand: Hand, month: date, expected: str) -> None:
    of = payment(hand, JULY, LEFT)
    key = planned(hand, draft_batch(hand, month), of, month=month, serial=90)
    part = another(part_of(hand, of["id"]), payment_id=key, attempt=2)
    assert refuses(hand, "payouts_paymentpart", part) == expected


def paid_in(hand: Hand, batch: int, **changes: Any) -> str:
    """Try to pay what is left of July in a batch, by a payment with ``changes``."""
    of = payment(hand, JULY, LEFT)
    key = planned(hand, batch, of, **{"serial": 90, **changes})
    return refuses(hand, "payouts_paymentpart", another(part_of(hand, of["id"]), payment_id=key, attempt=2))


@pytest.mark.parametrize("month", [JULY, SEPTEMBER])
def test_a_batch_of_another_month_than_its_run_pays_nothing(hand: Hand, month: date) -> None:
    batch = draft_batch(hand, SEPTEMBER, run_id=run_row(hand, JULY)["id"])
    assert paid_in(hand, batch, month=month) == "part_fits_its_obligation"


def test_a_batch_of_another_run_of_the_month_pays_nothing(hand: Hand) -> None:
    unsigned = dict.fromkeys(("submitted_by_id", "reviewed_by_id", "released_by_id"))
    second = adds(
        hand,
        "payouts_run",
        another(run_row(hand, JULY), number=2, status="OPEN", edition=0, **unsigned),
    )
    assert paid_in(hand, draft_batch(hand, JULY)) == "accepted"
    assert paid_in(hand, draft_batch(hand, JULY, number=91, source="x", run_id=second), serial=91) == (
        "part_fits_its_obligation"
    )


@pytest.mark.parametrize("month", [JULY, AUGUST, SEPTEMBER])
def test_a_payment_that_was_approved_takes_no_further_part(hand: Hand, month: date) -> None:
    left = part_of(hand, payment(hand, JULY, LEFT)["id"])
    wrong = another(left, payment_id=payment(hand, month, LEFT)["id"], attempt=2)
    assert refuses(hand, "payouts_paymentpart", wrong) == "part_fits_its_obligation"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"amount": "0.00"}, "payment_is_positive"),
        ({"amount": "-1.00"}, "payment_is_positive"),
        ({"amount": "1.001"}, "payment_amount_is_exact"),
        ({"amount": "NaN"}, "payment_amount_is_exact"),
        ({"account_number": ""}, "payment_has_an_account"),
        ({"account_number": "1\t2"}, "payment_text_is_plain"),
        ({"name": "甲\n乙"}, "payment_text_is_plain"),
        ({"person_id": None}, "payment_has_one_payee"),
        ({"unit_id": 1}, "payment_has_one_payee"),
        ({"serial": 1}, "payment_serial_is_unique"),
        ({"status": "SENT"}, "payment_moves"),
        ({"status": "RETURNED"}, "payment_moves"),
        ({"status": "REJECTED"}, "payment_moves"),
    ],
)
def test_a_payment_is_planned_exactly_and_for_one_payee(hand: Hand, wrong: Row, expected: str) -> None:
    of = another(payment(hand, JULY, LEFT), serial=90, batch_id=draft_batch(hand, JULY), status="PLANNED")
    assert refuses(hand, "payouts_payment", of) == "accepted"
    assert refuses(hand, "payouts_payment", {**of, **wrong}) == expected


# The bank's own record


HASHES = itertools.count()


def result_file(hand: Hand, **changes: Any) -> int:
    like = row_of(hand, "payouts_resultfile", "true")
    counts = {"rows": 9, "settled": 9, "returned": 9, "returned_amount": Decimal("99999.00")}
    return adds(hand, "payouts_resultfile", another(like, sha256=f"{next(HASHES):064}", **{**counts, **changes}))


def record(hand: Hand, month: date, place: int, outcome: str, **changes: Any) -> Row:
    """Return a row of a new result file about a payment."""
    about = payment(hand, month, place)
    row = {"file_id": result_file(hand), "payment_id": about["id"], "outcome": outcome, "amount": about["amount"]}
    return {**row, "code": "0000", "message": "", **changes}


@pytest.mark.parametrize("outcome", ["SETTLED", "RETURNED"])
def test_nothing_is_settled_or_returned_without_a_record_of_the_bank(hand: Hand, outcome: str) -> None:
    key = payment(hand, AUGUST, 1)["id"]
    other = {"SETTLED": "RETURNED", "RETURNED": "SETTLED"}[outcome]
    assert status_of(hand, key, outcome) == "payment_is_settled_by_the_bank"
    adds(hand, "payouts_resultrow", record(hand, AUGUST, 2, outcome))
    assert status_of(hand, key, outcome) == "payment_is_settled_by_the_bank"
    adds(hand, "payouts_resultrow", record(hand, AUGUST, 1, other))
    assert status_of(hand, key, outcome) == "payment_is_settled_by_the_bank"


@pytest.mark.parametrize("outcome", ["SETTLED", "RETURNED"])
def test_a_record_of_the_bank_settles_or_returns(hand: Hand, outcome: str) -> None:
    adds(hand, "payouts_resultrow", record(hand, AUGUST, 1, outcome))
    assert status_of(hand, payment(hand, AUGUST, 1)["id"], outcome) == "accepted"


def test_a_settled_payment_that_comes_back_needs_the_record_of_its_return(hand: Hand) -> None:
    key = payment(hand, JULY, 1)["id"]
    assert status_of(hand, key, "RETURNED") == "payment_is_settled_by_the_bank"
    adds(hand, "payouts_resultrow", record(hand, JULY, 1, "RETURNED"))
    assert status_of(hand, key, "RETURNED") == "accepted"


@pytest.mark.parametrize("change", [FEN, -FEN])
@pytest.mark.parametrize("outcome", ["SETTLED", "RETURNED"])
def test_a_record_of_another_amount_is_none(superuser: Hand, outcome: str, change: Decimal) -> None:
    about = payment(superuser, AUGUST, 1)
    wrong = record(superuser, AUGUST, 1, outcome, amount=about["amount"] + change)
    assert refuses(superuser, "payouts_resultrow", wrong) == "result_fits_its_payment"
    with round_triggers(superuser):
        adds(superuser, "payouts_resultrow", wrong)
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert status_of(superuser, about["id"], outcome) == "payment_is_settled_by_the_bank"


@pytest.mark.parametrize("outcome", ["SETTLED", "RETURNED"])
@pytest.mark.parametrize(("month", "place"), [(SEPTEMBER, 1), (JULY, LEFT)])
def test_the_bank_says_nothing_of_what_is_not_with_it(hand: Hand, month: date, place: int, outcome: str) -> None:
    wrong = record(hand, month, place, outcome)
    expected = ("result_fits_its_payment", "result_row_is_unique")
    assert refuses(hand, "payouts_resultrow", wrong) in expected


def test_a_result_file_has_no_more_rows_than_it_came_with(hand: Hand) -> None:
    file = result_file(hand, rows=2, settled=1, returned=1, returned_amount=payment(hand, AUGUST, 2)["amount"])
    settled, returned = record(hand, AUGUST, 1, "SETTLED"), record(hand, AUGUST, 2, "RETURNED")
    settled["file_id"] = returned["file_id"] = file
    assert refuses(hand, "payouts_resultrow", settled, returned) == "accepted"
    other = payment(hand, AUGUST, 3)
    more = {"payment_id": other["id"], "amount": other["amount"]}
    assert refuses(hand, "payouts_resultrow", settled, {**settled, **more}) == "result_file_has_its_rows"
    assert refuses(hand, "payouts_resultrow", {**returned, **more}) == "result_file_has_its_rows"
    returned["file_id"] = result_file(hand, returned=1)
    assert refuses(hand, "payouts_resultrow", returned) == "accepted"
    assert refuses(hand, "payouts_resultrow", returned, {**returned, **more}) == "result_file_has_its_rows"


def test_a_result_file_is_known_once(hand: Hand) -> None:
    like = row_of(hand, "payouts_resultfile", "true")
    assert refuses(hand, "payouts_resultfile", another(like)) == "result_file_is_applied_once"


# Rejected: proven too


def test_a_sent_payment_is_not_rejected_by_nobody(hand: Hand) -> None:
    assert status_of(hand, payment(hand, AUGUST, 1)["id"], "REJECTED") == "payment_is_settled_by_the_bank"


def test_a_planned_payment_is_rejected_only_with_its_cancelled_batch(hand: Hand) -> None:
    key = payment(hand, SEPTEMBER, 1)["id"]
    assert status_of(hand, key, "REJECTED") == "payment_is_rejected_with_its_batch"
    hand.rows("UPDATE payouts_batch SET status = 'CANCELLED' WHERE month = %s", SEPTEMBER)
    assert status_of(hand, key, "REJECTED") == "accepted"
