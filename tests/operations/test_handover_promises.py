"""Files are handed over once, round the ORM: by raw statements of the app and of the owner."""

from typing import Any

import pytest
from django.db import transaction

from payouts.models import BankFile, Batch
from payouts.rendering import render_batch
from payouts.sending import begin
from tests import attacks, payroll
from tests.attacks import Hand, Stage
from tests.payroll import AT, AUGUST, LIST, SEPTEMBER, batch_of, officer
from tests.payroll_hands import adds, batch_row, refusal, refuses, row_of, update

stage = payroll.stage
hand = attacks.hand


@pytest.fixture(scope="module")
def being_sent(stage: Stage) -> int:
    """The key of September's only file; its batch is being sent, and nothing was handed over."""
    render_batch(batch=batch_of(SEPTEMBER), officer=officer("cashier"), template=LIST, at=AT)
    with transaction.atomic():
        begin(Batch.objects.select_for_update().get(month=SEPTEMBER), officer("cashier"))
    return BankFile.objects.get(batch__month=SEPTEMBER).pk


def handover(file: int, **changes: Any) -> dict[str, Any]:
    cashier = officer("cashier").username
    fresh = {"file_id": file, "attempt": 1, "channel": "lists", "checks_ids": False, "token": "t1", "begun_at": AT}
    return {**fresh, "begun_by_id": cashier, **changes}


def fate(handover_key: int, **changes: Any) -> dict[str, Any]:
    fresh = {"handover_id": handover_key, "fate": "UNKNOWN", "proof": "LOOKED", "evidence": "", "at": AT}
    return {**fresh, "by_id": officer("cashier").username, "decision_id": None, **changes}


def decision(file: int, **changes: Any) -> dict[str, Any]:
    fresh = {"file_id": file, "says": "NOT_RECEIVED", "paper": "函", "status": "PROPOSED", "proposed_at": AT}
    signed = {"proposed_by_id": officer("cashier").username, "approved_by_id": None, "approved_at": None}
    return {**fresh, **signed, **changes}


def lost(hand: Hand, file: int, handover_key: int) -> dict[str, Any]:
    """Return that a file did not arrive, by an approved decision."""
    key = adds(hand, "payouts_fatedecision", decision(file))
    approved = {"status": "APPROVED", "approved_at": AT, "approved_by_id": officer("reviewer").username}
    hand.rows(*update("payouts_fatedecision", key, approved))
    return fate(handover_key, fate="NOT_RECEIVED", proof="OFFICERS", decision_id=key)


def test_a_file_is_begun_while_its_batch_is_being_sent(hand: Hand, being_sent: int) -> None:
    sent = row_of(hand, "payouts_bankfile", "batch_id = %s", batch_row(hand, AUGUST)["id"])["id"]
    assert (
        refuses(hand, "payouts_handover", handover(sent, attempt=2, token="t9")) == "handover_is_of_a_batch_being_sent"
    )
    assert refuses(hand, "payouts_handover", handover(being_sent, attempt=2)) == "file_is_handed_over_once"
    assert refuses(hand, "payouts_handover", handover(being_sent, attempt=0)) == "file_is_handed_over_once"
    assert refuses(hand, "payouts_handover", handover(being_sent)) == "accepted"


@pytest.mark.parametrize(
    ("known", "checks_ids", "outcome"),
    [
        ([], False, "file_is_handed_over_once"),
        (["UNKNOWN"], False, "file_is_handed_over_once"),
        (["RECEIVED"], False, "file_is_handed_over_once"),
        (["UNKNOWN", "RECEIVED"], True, "file_is_handed_over_once"),
        (["NOT_RECEIVED"], False, "accepted"),
        (["UNKNOWN"], True, "accepted"),
        ([], True, "accepted"),
    ],
)
def test_a_file_goes_again_only_if_the_bank_has_not_got_it_or_knows_it(
    hand: Hand, being_sent: int, known: list[str], checks_ids: bool, outcome: str
) -> None:
    first = adds(hand, "payouts_handover", handover(being_sent, checks_ids=checks_ids))
    for one in known:
        if one == "NOT_RECEIVED":
            adds(hand, "payouts_handoverfate", lost(hand, being_sent, first))
        else:
            adds(hand, "payouts_handoverfate", fate(first, fate=one, proof="RECORD"))
    second = handover(being_sent, attempt=2, token="t2", checks_ids=checks_ids)
    assert refuses(hand, "payouts_handover", second) == outcome


def test_a_bank_does_not_begin_to_check_ids_when_a_file_is_lost(hand: Hand, being_sent: int) -> None:
    adds(hand, "payouts_handover", handover(being_sent))
    changed = handover(being_sent, attempt=2, token="t2", checks_ids=True)
    assert refuses(hand, "payouts_handover", changed) == "file_is_handed_over_once"


def test_what_became_of_a_file_is_known_once(hand: Hand, being_sent: int) -> None:
    first = adds(hand, "payouts_handover", handover(being_sent))
    adds(hand, "payouts_handoverfate", fate(first))
    for proof in ("DELIVERED", "LOOKED", "RECORD"):  # two officers say so, and nothing else
        assert refuses(hand, "payouts_handoverfate", fate(first, fate="NOT_RECEIVED", proof=proof)) == (
            "unknown_fate_is_resolved_by_proof"
        )
    adds(hand, "payouts_handoverfate", fate(first, fate="RECEIVED", proof="RECORD"))
    for other in (fate(first, fate="RECEIVED", proof="RECORD"), lost(hand, being_sent, first)):
        assert refuses(hand, "payouts_handoverfate", other) == "handover_fate_is_known_once"


def test_officers_decide_two_at_a_time(hand: Hand, being_sent: int) -> None:
    first = adds(hand, "payouts_handover", handover(being_sent))
    said = {"fate": "NOT_RECEIVED", "proof": "OFFICERS"}
    assert refuses(hand, "payouts_handoverfate", fate(first, **said)) == "officers_fate_has_its_decision"
    own = officer("cashier").username
    for wrong, name in (
        ({"status": "APPROVED", "approved_by_id": officer("reviewer").username}, "fate_decision_moves"),
        ({"paper": ""}, "fate_decision_has_its_paper"),
        ({"proposed_by_id": None}, "fate_decision_is_signed_for_its_state"),
        ({"says": "LOST"}, "fate_decision_is_a_word"),
    ):
        assert refuses(hand, "payouts_fatedecision", decision(being_sent, **wrong)) == name
    key = adds(hand, "payouts_fatedecision", decision(being_sent))
    assert refuses(hand, "payouts_fatedecision", decision(being_sent)) == "fate_is_proposed_one_at_a_time"
    assert refuses(hand, "payouts_handoverfate", fate(first, **said, decision_id=key)) == (
        "officers_fate_has_its_decision"
    )
    approve = {"status": "APPROVED", "approved_at": AT}
    assert refusal(hand, *update("payouts_fatedecision", key, {**approve, "approved_by_id": own})) == (
        "fate_decision_four_eyes"
    )
    other = {**approve, "approved_by_id": officer("reviewer").username}
    hand.rows(*update("payouts_fatedecision", key, other))
    wrong = fate(first, proof="OFFICERS", fate="RECEIVED", decision_id=key)
    assert refuses(hand, "payouts_handoverfate", wrong) == "officers_fate_has_its_decision"
    assert refuses(hand, "payouts_handoverfate", fate(first, **said, decision_id=key)) == "accepted"
    assert refusal(hand, *update("payouts_fatedecision", key, {"status": "REFUSED"})) == "fate_decision_moves"
    assert refusal(hand, *update("payouts_fatedecision", key, {"says": "RECEIVED"})) == "fate_decision_is_fixed"


def test_a_batch_is_sent_when_the_bank_has_every_file(hand: Hand, being_sent: int) -> None:
    batch = batch_row(hand, SEPTEMBER)["id"]
    told = ("UPDATE payouts_batch SET status = 'SENT' WHERE id = %s", batch)
    assert refusal(hand, *told) == "batch_is_sent_when_the_bank_has_it"
    first = adds(hand, "payouts_handover", handover(being_sent))
    assert refusal(hand, *told) == "batch_is_sent_when_the_bank_has_it"
    adds(hand, "payouts_handoverfate", fate(first))
    assert refusal(hand, *told) == "batch_is_sent_when_the_bank_has_it"
    adds(hand, "payouts_handoverfate", fate(first, fate="RECEIVED", proof="DELIVERED"))
    assert refusal(hand, *told) == "accepted"


@pytest.mark.parametrize("table", ["payouts_handover", "payouts_handoverfate"])
def test_handovers_stay(hand: Hand, being_sent: int, table: str) -> None:
    name = {"payouts_handover": "handover", "payouts_handoverfate": "handover_fate"}[table]
    for sql in (f"TRUNCATE {table} CASCADE", f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        assert refusal(hand, sql) in ("permission denied", f"{name}_is_append_only")
