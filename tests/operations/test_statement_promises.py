"""The confirmation of statements attacked round the ORM, as the app role and as the owner of the tables."""

from typing import Any

import pytest

from tests import attacks, golden
from tests.attacks import Hand
from tests.golden import BIRCH
from tests.payroll_hands import another, refusal, refuses, row_of
from treasury.posting import SERVICE

stage = golden.stage
hand = attacks.hand
app = attacks.app

TABLE = "treasury_accountstatement"
SIGNED = {"district": ("demo-chief", "district_by_id"), "township": ("demo-head", "township_by_id")}


def fresh(hand: Hand, **changes: Any) -> dict[str, Any]:
    """Return a statement of 白桦镇 for November that is right in every point."""
    return {
        "township_id": hand.value("SELECT id FROM treasury_township WHERE code = %s", BIRCH),
        "month": "2026-11-01",
        "edition": 1,
        "digest": hand.value(
            "SELECT treasury_statement_digest(id, '2026-11-01') FROM treasury_township WHERE code = %s", BIRCH
        ),
        "movements": 6,
        "annual_opening": "0.00",
        "annual_closing": "0.00",
        "historic_opening": "50000.00",
        "historic_closing": "12500.00",
        "status": "MADE",
        "made_by_id": "demo-preparer",
        "made_at": "2026-12-01 00:00+00",
        "district_by_id": None,
        "district_at": None,
        "township_by_id": None,
        "township_at": None,
        "disagreed_side": "",
        "disagreed_by_id": None,
        "disagreed_at": None,
        "reason": "",
        **changes,
    }


def adds(hand: Hand, **changes: Any) -> int:
    sql, parameters = attacks.insertion(TABLE, [fresh(hand, **changes)])
    return int(hand.value(f"{sql} RETURNING id", *parameters))


def signs(hand: Hand, side: str, officer: str = "") -> None:
    """Confirm for one side as an UPDATE of one's own."""
    known, column = SIGNED[side]
    both = hand.value(f"SELECT count(*) FROM {TABLE} WHERE district_by_id IS NOT NULL OR township_by_id IS NOT NULL")
    status = "'CONFIRMED'" if both else "status"
    hand.rows(f"UPDATE {TABLE} SET {column} = %s, {side}_at = now(), status = {status}", officer or known)


def test_a_statement_that_says_what_the_books_say_is_taken(hand: Hand) -> None:
    assert refuses(hand, TABLE, fresh(hand)) == "accepted"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"digest": "0" * 64}, "statement_is_of_the_books"),
        ({"movements": 5}, "statement_is_of_the_books"),
        ({"annual_opening": "0.01"}, "statement_is_of_the_books"),
        ({"annual_closing": "-0.01"}, "statement_is_of_the_books"),
        ({"historic_opening": "49999.99"}, "statement_is_of_the_books"),
        ({"historic_closing": "12499.99"}, "statement_is_of_the_books"),
        ({"month": "2026-12-01"}, "statement_is_of_the_books"),
        ({"status": "CONFIRMED"}, "statement_moves"),
        ({"status": "DISAGREED"}, "statement_moves"),
        ({"made_by_id": None}, "statement_is_of_a_month"),
        ({"edition": 0}, "statement_is_of_a_month"),
        ({"district_by_id": "demo-chief"}, "statement_is_confirmed_at_a_time"),
        ({"township_at": "2026-12-01"}, "statement_is_confirmed_at_a_time_too"),
        ({"reason": "不符"}, "statement_is_disagreed_with_a_reason"),
        ({"district_by_id": "demo-preparer", "district_at": "2026-12-01"}, "statement_four_eyes"),
        ({"township_by_id": "demo-preparer", "township_at": "2026-12-01"}, "statement_four_eyes"),
    ],
    ids=str,
)
def test_a_statement_that_is_wrong_in_one_point_is_refused(hand: Hand, changes: dict[str, Any], name: str) -> None:
    assert refuses(hand, TABLE, fresh(hand, **changes)) == name


def test_a_month_is_stated_once_at_a_time(hand: Hand) -> None:
    adds(hand)
    assert refuses(hand, TABLE, fresh(hand, edition=2)) == "statement_is_one_at_a_time"
    hand.rows(f"UPDATE {TABLE} SET status = 'VOIDED'")
    assert refuses(hand, TABLE, fresh(hand, edition=2)) == "accepted"
    assert refuses(hand, TABLE, fresh(hand)) == "statement_edition_is_unique"


def test_both_sides_are_two_officers_and_neither_made_it(hand: Hand) -> None:
    adds(hand)
    signs(hand, "district")
    assert refusal(
        hand, f"UPDATE {TABLE} SET township_by_id = 'demo-chief', township_at = now(), status = 'CONFIRMED'"
    ) == ("statement_four_eyes")
    assert refusal(
        hand, f"UPDATE {TABLE} SET township_by_id = 'demo-preparer', township_at = now(), status = 'CONFIRMED'"
    ) == ("statement_four_eyes")
    signs(hand, "township")
    assert row_of(hand, TABLE, "true")["status"] == "CONFIRMED"


def test_confirmed_means_confirmed_by_both_and_both_means_confirmed(hand: Hand) -> None:
    adds(hand)
    assert refusal(hand, f"UPDATE {TABLE} SET status = 'CONFIRMED'") == "statement_is_confirmed_by_both"
    signs(hand, "township")
    assert refusal(hand, f"UPDATE {TABLE} SET status = 'CONFIRMED'") == "statement_is_confirmed_by_both"
    assert (
        refusal(hand, f"UPDATE {TABLE} SET district_by_id = 'demo-chief', district_at = now()")
        == "statement_is_confirmed_by_both"
    )


def test_a_confirmation_stays_and_is_not_handed_to_another(hand: Hand) -> None:
    adds(hand)
    signs(hand, "district")
    for change in ("district_by_id = 'demo-reviewer'", "district_at = now() + interval '1 day'"):
        assert refusal(hand, f"UPDATE {TABLE} SET {change}") == "statement_is_fixed"
    assert refusal(hand, f"UPDATE {TABLE} SET district_by_id = NULL, district_at = NULL") == "statement_is_fixed"


@pytest.mark.parametrize(
    "change",
    [
        "status = 'MADE'",
        "status = 'VOIDED'",
        "reason = '不符'",
        "township_by_id = 'demo-reviewer'",
        "historic_closing = 0",
    ],
)
def test_what_both_confirmed_stays(hand: Hand, change: str) -> None:
    adds(hand)
    signs(hand, "district")
    signs(hand, "township")
    assert refusal(hand, f"UPDATE {TABLE} SET {change}") in ("statement_is_fixed", "statement_moves")


@pytest.mark.parametrize(
    "change",
    [
        "id = id + 100",
        "township_id = (SELECT max(id) FROM treasury_township)",
        "month = '2026-12-01'",
        "edition = 2",
        "digest = 'x'",
        "movements = 7",
        "annual_opening = 1",
        "annual_closing = 1",
        "historic_opening = 1",
        "historic_closing = 1",
        "made_by_id = 'demo-auditor'",
        "made_at = now()",
    ],
)
def test_what_a_statement_says_is_fixed(hand: Hand, change: str) -> None:
    adds(hand)
    assert refusal(hand, f"UPDATE {TABLE} SET {change}") == "statement_is_fixed"


def test_a_disagreement_has_its_side_its_officer_and_a_reason(hand: Hand) -> None:
    adds(hand)
    told = "disagreed_side = 'TOWNSHIP', disagreed_by_id = 'demo-head', disagreed_at = now()"
    for wrong in (
        "status = 'DISAGREED'",
        f"status = 'DISAGREED', {told}, reason = ' '",
        f"status = 'DISAGREED', {told}",
        "status = 'DISAGREED', reason = '不符'",
    ):
        assert refusal(hand, f"UPDATE {TABLE} SET {wrong}") == "statement_is_disagreed_with_a_reason"
    assert refusal(hand, f"UPDATE {TABLE} SET status = 'DISAGREED', {told}, reason = '不符'") == "accepted"


@pytest.mark.parametrize("side", SIGNED)
def test_a_confirmation_is_refused_once_the_month_has_moved(hand: Hand, side: str) -> None:
    adds(hand)
    service = {
        "preparer_id": SERVICE,
        "reviewer_id": "demo-reviewer",
        "poster_id": SERVICE,
        "cashier_id": "demo-cashier",
    }
    shared = {"posting_date": "2026-11-28", "source": "attack/moved", **service}
    hand.posts(
        attacks.paper("220112", attacks.dr("1001", "5.00"), attacks.cr("103100101", "5.00"), part=1, **shared),
        attacks.paper(BIRCH, attacks.dr("201201", "5.00"), attacks.cr("4001", "5.00"), part=2, **shared),
    )
    officer, column = SIGNED[side]
    change = f"UPDATE {TABLE} SET {column} = %s, {side}_at = now()"
    assert refusal(hand, change, officer) == "statement_is_of_the_books"


def test_statements_are_never_deleted(hand: Hand) -> None:
    adds(hand)
    hand.rows("SET CONSTRAINTS ALL IMMEDIATE")
    name = hand.owner_meets("statement_is_append_only")
    assert refusal(hand, f"DELETE FROM {TABLE}") == name
    assert refusal(hand, f"TRUNCATE {TABLE} CASCADE") == name
    assert refusal(hand, f"MERGE INTO {TABLE} t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE") == name


def test_another_row_of_a_statement_is_another_edition(app: Hand) -> None:
    adds(app)
    like = row_of(app, TABLE, "true")
    assert refuses(app, TABLE, another(like)) in ("statement_edition_is_unique", "statement_is_one_at_a_time")


def test_the_auditor_reads_statements_through_a_view_and_no_table(stage: attacks.Stage) -> None:
    auditor = stage.hand("auditor")
    assert auditor.rows("SELECT township, status FROM auditor_account_statement") == []
    assert refusal(auditor, f"SELECT * FROM {TABLE}") == attacks.DENIED
    auditor.connection.rollback()
