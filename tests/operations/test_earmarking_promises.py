"""What PostgreSQL keeps of earmarked money, against raw statements of the app and of the owner."""

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from tests import attacks, earmarking
from tests.attacks import Hand, Stage
from tests.earmarking import BUILDER_ACCOUNT, SUPPLIER, SUPPLIER_ACCOUNT, SUPPLIER_CODE
from tests.payroll_hands import Row, adds, another, refusal, refuses, round_triggers, row_of
from treasury.models.words import (
    ORDER_MOVES,
    PROCUREMENT_MOVES,
    SPECIAL_PLAN_MOVES,
    OrderStatus,
    ProcurementStatus,
    SpecialAccountKind,
    SpecialPlanStatus,
)
from treasury.opening import SPECIAL_ACCOUNTS
from treasury.refusals import TREASURY_REFUSALS

stage = earmarking.stage
hand = attacks.hand
owner = attacks.owner
superuser = attacks.superuser

APPEND_ONLY = {
    "treasury_acceptance": "acceptance",
    "treasury_instalment": "instalment",
    "treasury_fine": "fine",
    "treasury_finesetoff": "fine_set_off",
}
NEVER_DELETED = {
    "treasury_earmarkeditem": "earmarked_item",
    "treasury_itemallocation": "allocation",
    "treasury_specialplan": "special_plan",
    "treasury_procurement": "procurement",
    "treasury_earmarkedreceipt": "receipt",
    "treasury_passedon": "passed_on",
    "treasury_prize": "prize",
}
POSTED_ORDER = {"approved_by_id": "demo-reviewer", "posted_by_id": "demo-cashier", "posted_on": "2026-11-10"}


def plan(hand: Hand, status: str) -> Row:
    return row_of(hand, "treasury_specialplan", "status = %s", status)


def procurement(hand: Hand) -> Row:
    return row_of(hand, "treasury_procurement", "status = 'AWARDED'")


def allocation(hand: Hand) -> Row:
    return row_of(hand, "treasury_itemallocation", "status = 'POSTED'")


def fresh_plan(hand: Hand, **changes: Any) -> Row:
    blank = {"status": "DRAFTED", "reviewed_by_id": None, "signed_by_id": None, "signed_on": None, "release_id": None}
    return another(plan(hand, "SIGNED"), **{**blank, **changes})


def fresh_procurement(hand: Hand, **changes: Any) -> Row:
    blank: Row = {
        "status": "PLANNED",
        "reviewed_by_id": None,
        "awarded_by_id": None,
        "awarded": None,
        "awarded_on": None,
    }
    names = dict.fromkeys(
        ("supplier_name", "supplier_code", "supplier_bank", "supplier_account", "contract_number"), ""
    )
    return another(procurement(hand), **{**blank, **names, **changes})


def fresh_order(hand: Hand, table: str, **changes: Any) -> Row:
    blank: Row = {"status": "PROPOSED", "approved_by_id": None, "posted_by_id": None, "posted_on": None, "reason": ""}
    return another(row_of(hand, table, "status = 'POSTED'"), **{**blank, **changes})


def reviewed_procurement(hand: Hand) -> int:
    key = adds(hand, "treasury_procurement", fresh_procurement(hand))
    hand.rows(
        "UPDATE treasury_procurement SET status = 'REVIEWED', reviewed_by_id = 'demo-reviewer' WHERE id = %s", key
    )
    return key


AWARDING = (
    "UPDATE treasury_procurement SET status = 'AWARDED', awarded_by_id = %s, awarded = %s, awarded_on = '2026-11-10',"
    " supplier_name = %s, supplier_code = %s, supplier_account = %s, contract_number = 'HT-9' WHERE id = %s"
)


def award_of(key: int, **changes: str) -> list[Any]:
    right = {
        "by": "demo-chief",
        "amount": "9000.00",
        "name": SUPPLIER,
        "code": SUPPLIER_CODE,
        "account": SUPPLIER_ACCOUNT,
    }
    return [*{**right, **changes}.values(), key]


# Kept


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_is_appended_is_not_updated(hand: Hand, table: str) -> None:
    name = hand.owner_meets(f"{APPEND_ONLY[table]}_is_append_only")
    assert refusal(hand, f"UPDATE {table} SET id = id") == name
    again = f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1 ON CONFLICT (id) DO UPDATE SET id = excluded.id"
    assert refusal(hand, again) == name


@pytest.mark.parametrize("table", [*APPEND_ONLY, *NEVER_DELETED])
def test_what_is_kept_is_not_deleted_or_truncated(hand: Hand, table: str) -> None:
    name = hand.owner_meets(f"{ {**APPEND_ONLY, **NEVER_DELETED}[table] }_is_append_only")
    assert refusal(hand, f"DELETE FROM {table}") == name
    truncated = refusal(hand, f"TRUNCATE {table} CASCADE")
    assert truncated.endswith("_is_append_only") if hand.role == "owner" else truncated == attacks.DENIED


FIXED = {
    "item_is_fixed": [
        "UPDATE treasury_earmarkeditem SET name = '别的'",
        "UPDATE treasury_earmarkeditem SET account_code = '10040309' WHERE number = 1",
    ],
    "order_is_fixed": [
        "UPDATE treasury_itemallocation SET amount = 1",
        "UPDATE treasury_itemallocation SET taken_from = '10040302'",
        "UPDATE treasury_itemallocation SET approved_by_id = 'second-reviewer'",
        "UPDATE treasury_itemallocation SET posted_on = '2026-11-11'",
        "UPDATE treasury_earmarkedreceipt SET due_on = '2027-11-11'",
        "UPDATE treasury_earmarkedreceipt SET amount = 1",
        "UPDATE treasury_prize SET amount = 1",
        "UPDATE treasury_prize SET posted_by_id = 'second-cashier'",
    ],
    "special_plan_is_fixed": [
        "UPDATE treasury_specialplan SET amount = 1",
        "UPDATE treasury_specialplan SET payee_name = '别人'",
        "UPDATE treasury_specialplan SET account_number = '1'",
        "UPDATE treasury_specialplan SET release_id = NULL WHERE status = 'SIGNED'",
        "UPDATE treasury_specialplan SET signed_by_id = 'second-township_head' WHERE status = 'SIGNED'",
    ],
    "procurement_is_fixed": ["UPDATE treasury_procurement SET planned = 99999"],
    "award_is_fixed": [
        "UPDATE treasury_procurement SET awarded = 9999",
        "UPDATE treasury_procurement SET supplier_name = '别人'",
        "UPDATE treasury_procurement SET supplier_account = '1'",
    ],
    "passed_on_is_fixed": [
        "UPDATE treasury_passedon SET amount = 1",
        "UPDATE treasury_passedon SET account_code = '1'",
    ],
    "passed_on_once": [
        "UPDATE treasury_passedon SET handed_on_on = '2026-11-12' WHERE handed_on_on IS NOT NULL",
        "UPDATE treasury_passedon SET handed_on_on = NULL, handed_on_by_id = NULL WHERE handed_on_on IS NOT NULL",
    ],
}


@pytest.mark.parametrize(("name", "sql"), [(name, sql) for name, many in FIXED.items() for sql in many])
def test_what_was_signed_is_fixed(hand: Hand, name: str, sql: str) -> None:
    assert refusal(hand, sql) == name


# States


def stands(superuser: Hand, table: str, key: int, status: str) -> None:
    with round_triggers(superuser):
        superuser.rows(f"UPDATE {table} SET status = %s WHERE id = %s", status, key)


MACHINES: dict[str, tuple[Any, Any, str, Callable[[Hand], Row]]] = {
    "treasury_itemallocation": (OrderStatus, ORDER_MOVES, "order_moves", allocation),
    "treasury_earmarkedreceipt": (
        OrderStatus,
        ORDER_MOVES,
        "order_moves",
        lambda hand: row_of(hand, "treasury_earmarkedreceipt", "true"),
    ),
    "treasury_prize": (OrderStatus, ORDER_MOVES, "order_moves", lambda hand: row_of(hand, "treasury_prize", "true")),
    "treasury_specialplan": (
        SpecialPlanStatus,
        SPECIAL_PLAN_MOVES,
        "special_plan_moves",
        lambda hand: plan(hand, "SIGNED"),
    ),
    "treasury_procurement": (ProcurementStatus, PROCUREMENT_MOVES, "procurement_moves", procurement),
}


@pytest.mark.parametrize("table", MACHINES)
def test_a_state_moves_only_along_its_table(superuser: Hand, table: str) -> None:
    states, moves, name, row = MACHINES[table]
    key = row(superuser)["id"]
    # The checks of one row are set aside, so that the moves alone are asked.
    for (check,) in superuser.rows(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", table
    ):
        superuser.rows(f"ALTER TABLE {table} DROP CONSTRAINT {check}")
    for start, end in product(states, states):
        stands(superuser, table, key, start.value)
        refused = refusal(superuser, f"UPDATE {table} SET status = %s WHERE id = %s", end.value, key)
        assert (refused == name) is (start != end and (start, end) not in moves), (start, end, refused)


@pytest.mark.parametrize(
    ("table", "begun"),
    [
        ("treasury_itemallocation", "order_moves"),
        ("treasury_earmarkedreceipt", "order_moves"),
        ("treasury_prize", "order_moves"),
    ],
)
def test_an_order_begins_as_proposed(hand: Hand, table: str, begun: str) -> None:
    row = fresh_order(hand, table, status="APPROVED", approved_by_id="demo-reviewer", paper="另一份")
    assert refuses(hand, table, row) == begun


def test_a_plan_and_a_procurement_begin_at_their_beginning(hand: Hand) -> None:
    row = fresh_plan(hand, status="REVIEWED", reviewed_by_id="demo-reviewer")
    assert refuses(hand, "treasury_specialplan", row) == "special_plan_moves"
    bought = fresh_procurement(hand, status="REVIEWED", reviewed_by_id="demo-reviewer")
    assert refuses(hand, "treasury_procurement", bought) == "procurement_moves"


# Items


def test_an_item_has_the_account_of_its_number(hand: Hand) -> None:
    one = row_of(hand, "treasury_earmarkeditem", "number = 1")
    for wrong in ({"number": 3, "account_code": "10040303"}, {"number": 2, "account_code": "10040301"}):
        row = another(one, name="另一项", **wrong)
        assert refuses(hand, "treasury_earmarkeditem", row) == "item_has_its_account"
    again = another(one, name="另一项")
    assert refuses(hand, "treasury_earmarkeditem", again) == "item_number_is_unique"


def test_an_item_that_holds_money_does_not_end(hand: Hand) -> None:
    sql = "UPDATE treasury_earmarkeditem SET effective_to = '2026-11-30' WHERE number = 2"
    assert refusal(hand, sql) == "item_is_empty_at_its_end"


@pytest.mark.parametrize("taken_from", ["10040302", "10040301", "100402", "10040400"])
def test_an_allocation_is_taken_from_unassigned(hand: Hand, taken_from: str) -> None:
    row = fresh_order(hand, "treasury_itemallocation", taken_from=taken_from)
    assert refuses(hand, "treasury_itemallocation", row) == "item_money_stays"
    assert refuses(hand, "treasury_itemallocation", {**row, "taken_from": "10040300"}) == "accepted"


POST_ALLOCATION = (
    "UPDATE treasury_itemallocation SET status = 'POSTED', posted_by_id = %s, posted_on = '2026-11-10' WHERE id = %s"
)


def approved_allocation(hand: Hand, amount: str) -> int:
    key = adds(hand, "treasury_itemallocation", fresh_order(hand, "treasury_itemallocation", amount=amount))
    approving = "UPDATE treasury_itemallocation SET status = 'APPROVED', approved_by_id = 'demo-reviewer' WHERE id = %s"
    hand.rows(approving, key)
    return key


def test_an_allocation_is_funded_to_the_fen(hand: Hand) -> None:
    left = hand.value("SELECT treasury_free(id, '10040300', '111') FROM treasury_township WHERE name = '白桦镇'")
    assert refusal(hand, POST_ALLOCATION, "demo-cashier", approved_allocation(hand, str(left))) == "accepted"
    more = approved_allocation(hand, f"{left}" if left == 0 else str(left + 1))
    assert refusal(hand, POST_ALLOCATION, "demo-cashier", more) == "allocation_is_funded"


def test_an_allocation_has_three_officers(hand: Hand) -> None:
    key = approved_allocation(hand, "1.00")
    assert refusal(hand, POST_ALLOCATION, "demo-reviewer", key) == "itemallocation_four_eyes"
    assert refusal(hand, POST_ALLOCATION, "demo-preparer", key) == "itemallocation_four_eyes"
    own = adds(hand, "treasury_itemallocation", fresh_order(hand, "treasury_itemallocation", amount="1.00"))
    approving = "UPDATE treasury_itemallocation SET status = 'APPROVED', approved_by_id = 'demo-preparer' WHERE id = %s"
    assert refusal(hand, approving, own) == "itemallocation_four_eyes"


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_an_order_moves_money(hand: Hand, amount: str) -> None:
    row = fresh_order(hand, "treasury_itemallocation", amount=amount)
    assert refuses(hand, "treasury_itemallocation", row) == "itemallocation_is_positive"


def test_an_order_is_exact(hand: Hand) -> None:
    row = fresh_order(hand, "treasury_itemallocation", amount="1.001")
    assert refuses(hand, "treasury_itemallocation", row) == "itemallocation_amount_is_exact"


# Plans


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "accepted"),
        ({"item_id": None, "account_code": "10040300"}, "plan_names_its_item"),
        ({"account_code": "10040302"}, "plan_names_its_item"),
        ({"kind": "AGRICULTURAL_TAX"}, "plan_names_its_item"),
        ({"planned_on": "2026-10-31"}, "plan_names_its_item"),
        ({"payee_name": "白桦镇人民政府"}, "payee_is_not_the_township"),
        ({"account_number": "0710011234560001"}, "payee_is_not_the_township"),
        ({"amount": "0.00"}, "special_plan_is_positive"),
        ({"papers": ""}, "special_plan_is_complete"),
    ],
)
def test_a_plan_names_its_item_and_a_payee_of_its_own(hand: Hand, changes: Row, name: str) -> None:
    assert refuses(hand, "treasury_specialplan", fresh_plan(hand, **changes)) == name


SIGN = "UPDATE treasury_specialplan SET status = 'SIGNED', signed_by_id = %s, signed_on = '2026-11-10' WHERE id = %s"


def reviewed_plan(hand: Hand, amount: str) -> int:
    key = adds(hand, "treasury_specialplan", fresh_plan(hand, amount=amount))
    hand.rows(
        "UPDATE treasury_specialplan SET status = 'REVIEWED', reviewed_by_id = 'demo-reviewer' WHERE id = %s", key
    )
    return key


def test_a_plan_is_signed_for_what_its_item_holds(hand: Hand) -> None:
    left = hand.value("SELECT treasury_item_left(id, '10040301') FROM treasury_township WHERE name = '白桦镇'")
    assert refusal(hand, SIGN, "demo-head", reviewed_plan(hand, str(left))) == "accepted"
    more = reviewed_plan(hand, f"{left:.2f}"[:-1] + "1")
    assert refusal(hand, SIGN, "demo-head", more) == "special_plan_is_funded"


@pytest.mark.parametrize("signer", ["demo-clerk", "demo-reviewer"])
def test_the_head_is_neither_drafter_nor_reviewer(hand: Hand, signer: str) -> None:
    assert refusal(hand, SIGN, signer, reviewed_plan(hand, "1.00")) == "special_plan_four_eyes"


def waiting_release(hand: Hand, kind: str, account: str, **line: Any) -> int:
    release = row_of(hand, "treasury_release", "kind = 'SPECIAL' AND status = 'WAITING'")
    key = adds(
        hand,
        "treasury_release",
        another(release, kind=kind, account_code=account, source="attack/release", amount="1.00"),
    )
    standing = row_of(hand, "treasury_releaseline", "release_id = %s", release["id"])
    adds(hand, "treasury_releaseline", another(standing, release_id=key, amount="1.00", **line))
    return key


RELEASE = (
    "UPDATE treasury_release SET status = 'RELEASED', released_by_id = 'demo-releaser', released_at = now()"
    " WHERE id = %s"
)


def test_a_release_of_a_special_account_has_its_signed_plan(hand: Hand) -> None:
    key = waiting_release(hand, "SPECIAL", "10040301")
    assert refusal(hand, RELEASE, key) == "special_spending_has_its_plan"
    reviewed = reviewed_plan(hand, "1.00")
    named = "UPDATE treasury_specialplan SET release_id = %s WHERE id = %s"
    assert refusal(hand, named, key, reviewed) == "special_plan_is_signed_for_its_state"
    hand.rows(SIGN, "demo-head", reviewed)
    hand.rows(named, key, reviewed)
    assert refusal(hand, RELEASE, key) == "accepted"


def test_a_release_of_a_plan_goes_to_its_payee_for_its_amount(hand: Hand) -> None:
    for line in ({"payee_name": "别人"}, {"account_number": "0710011234567777"}):
        hand.rows("SAVEPOINT line")
        key = waiting_release(hand, "SPECIAL", "10040301", **line)
        signed = reviewed_plan(hand, "1.00")
        hand.rows(SIGN, "demo-head", signed)
        hand.rows("UPDATE treasury_specialplan SET release_id = %s WHERE id = %s", key, signed)
        assert refusal(hand, RELEASE, key) == "special_spending_has_its_plan"
        hand.rows("ROLLBACK TO SAVEPOINT line")
    key = waiting_release(hand, "SPECIAL", "10040301")
    signed = reviewed_plan(hand, "1.01")
    hand.rows(SIGN, "demo-head", signed)
    hand.rows("UPDATE treasury_specialplan SET release_id = %s WHERE id = %s", key, signed)
    assert refusal(hand, RELEASE, key) == "special_spending_has_its_plan"


# Procurement


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "accepted"),
        ({"amount": "10000.00"}, "accepted"),
        ({"amount": "10000.01"}, "award_keeps_to_plan"),
        ({"by": "demo-reviewer"}, "procurement_four_eyes"),
        ({"by": "demo-clerk"}, "procurement_four_eyes"),
        ({"name": "白桦镇"}, "supplier_is_not_the_township"),
        ({"name": "松江街道卫生站"}, "supplier_is_not_the_township"),
        ({"code": "12220112MB0000022B"}, "supplier_is_not_the_township"),
        ({"account": "0710011234560001"}, "supplier_is_not_the_township"),
        ({"code": "9135"}, "procurement_is_signed_for_its_state"),
        ({"account": ""}, "procurement_is_signed_for_its_state"),
    ],
)
def test_an_award_keeps_to_its_plan_and_goes_to_no_township(hand: Hand, changes: dict[str, str], name: str) -> None:
    assert refusal(hand, AWARDING, *award_of(reviewed_procurement(hand), **changes)) == name


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "accepted"),
        ({"fund_code": "2"}, "procurement_names_its_money"),
        ({"money": "EXTRA_BUDGETARY", "fund_code": "2", "account_code": "100402"}, "accepted"),
        ({"money": "EXTRA_BUDGETARY", "fund_code": "2", "account_code": "100401"}, "procurement_names_its_money"),
        ({"money": "SPECIAL", "account_code": "10040300"}, "procurement_names_its_money"),
        ({"money": "SPECIAL", "account_code": "10040400"}, "accepted"),
        ({"account_code": "100401"}, "procurement_is_of_known_money"),
    ],
)
def test_a_procurement_names_its_money(hand: Hand, changes: Row, name: str) -> None:
    assert refuses(hand, "treasury_procurement", fresh_procurement(hand, **changes)) == name


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"amount": "4000.00"}, "accepted"),
        ({"amount": "4000.01"}, "acceptance_keeps_to_award"),
        ({"accepted_by_id": "demo-chief"}, "acceptance_four_eyes"),
        ({"accepted_on": "2026-11-09"}, "delivery_follows_its_award"),
        ({"paper": ""}, "acceptance_has_its_paper"),
    ],
)
def test_no_more_is_accepted_than_was_awarded(hand: Hand, changes: Row, name: str) -> None:
    like = row_of(hand, "treasury_acceptance", "true")
    row = another(like, **{"number": 9, "amount": "1.00", **changes})
    assert refuses(hand, "treasury_acceptance", row) == name


def instalment_of(hand: Hand, amount: str) -> Row:
    """Return an instalment of the furnished procurement with a waiting release of its amount."""
    release = row_of(hand, "treasury_release", "kind = 'PROCUREMENT'")
    unsigned = {"status": "WAITING", "released_by_id": None, "released_at": None}
    key = adds(hand, "treasury_release", another(release, source="attack/instalment", amount=amount, **unsigned))
    like = row_of(hand, "treasury_instalment", "true")
    return another(like, number=9, amount=amount, release_id=key)


@pytest.mark.parametrize(
    ("amount", "name"),
    [
        ("3000.00", "accepted"),
        ("3000.01", "delivery_is_accepted_first"),
        ("7000.00", "delivery_is_accepted_first"),
        ("7000.01", "instalments_keep_to_award"),
    ],
)
def test_instalments_keep_to_what_was_delivered_and_awarded(hand: Hand, amount: str, name: str) -> None:
    assert refuses(hand, "treasury_instalment", instalment_of(hand, amount)) == name


def test_an_instalment_is_its_release(hand: Hand) -> None:
    row = instalment_of(hand, "10.00") | {"amount": "9.99"}
    assert refuses(hand, "treasury_instalment", row) == "instalment_is_its_release"
    assert refuses(hand, "treasury_instalment", row | {"amount": "10.00"}) == "accepted"
    special = row_of(hand, "treasury_release", "kind = 'SPECIAL' AND status = 'WAITING'")
    row |= {"release_id": special["id"], "amount": special["amount"]}
    assert refuses(hand, "treasury_instalment", row) == "instalment_is_its_release"


def test_a_procurement_release_has_its_instalment(hand: Hand) -> None:
    key = waiting_release(hand, "PROCUREMENT", "", payee_name=SUPPLIER, account_number=SUPPLIER_ACCOUNT)
    assert refusal(hand, RELEASE, key) == "supplier_is_the_payee"


def test_a_procurement_release_pays_its_supplier(hand: Hand) -> None:
    for account, name in ((BUILDER_ACCOUNT, "supplier_is_the_payee"), (SUPPLIER_ACCOUNT, "accepted")):
        hand.rows("SAVEPOINT supplier")
        key = waiting_release(hand, "PROCUREMENT", "", payee_name=SUPPLIER, account_number=account)
        like = row_of(hand, "treasury_instalment", "true")
        adds(hand, "treasury_instalment", another(like, number=9, amount="1.00", release_id=key))
        assert refusal(hand, RELEASE, key) == name
        hand.rows("ROLLBACK TO SAVEPOINT supplier")


# Money passed on


def proposed_receipt(hand: Hand, amount: str, *parts: str) -> int:
    key = adds(
        hand,
        "treasury_earmarkedreceipt",
        fresh_order(hand, "treasury_earmarkedreceipt", amount=amount, paper="attack"),
    )
    like = row_of(hand, "treasury_passedon", "account_code = '10040302'")
    codes = ("10040300", "10040301", "10040302")
    for code, part in zip(codes, parts, strict=False):
        row = another(like, receipt_id=key, account_code=code, amount=part, handed_on_on=None, handed_on_by_id=None)
        adds(hand, "treasury_passedon", row)
    return key


APPROVE = "UPDATE treasury_earmarkedreceipt SET status = 'APPROVED', approved_by_id = 'demo-reviewer' WHERE id = %s"


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (["3.00", "7.00"], "accepted"),
        (["3.00", "6.99"], "receipt_is_its_parts"),
        (["3.00", "7.01"], "receipt_is_its_parts"),
        ([], "receipt_is_its_parts"),
    ],
)
def test_a_receipt_is_approved_with_parts_that_sum_to_it(hand: Hand, parts: list[str], name: str) -> None:
    assert refusal(hand, APPROVE, proposed_receipt(hand, "10.00", *parts)) == name


def test_a_part_comes_with_its_receipt_into_a_special_account(hand: Hand) -> None:
    key = proposed_receipt(hand, "10.00", "3.00")
    like = row_of(hand, "treasury_passedon", "receipt_id = %s", key)
    assert refuses(hand, "treasury_passedon", another(like, account_code="10040302")) == "accepted"
    for account in ("100401", "100402", "10040399", "1001"):
        row = another(like, account_code=account)
        assert refuses(hand, "treasury_passedon", row) == "special_account_is_reached"
    row = another(like, account_code="10040302", handed_on_on="2026-11-10", handed_on_by_id="demo-cashier")
    assert refuses(hand, "treasury_passedon", row) == "receipt_takes_no_part"
    posted = row_of(hand, "treasury_earmarkedreceipt", "status = 'POSTED'")
    row = another(like, receipt_id=posted["id"], account_code="10040301")
    assert refuses(hand, "treasury_passedon", row) == "receipt_takes_no_part"


HAND_ON = "UPDATE treasury_passedon SET handed_on_on = %s, handed_on_by_id = %s WHERE id = %s"


@pytest.mark.parametrize(
    ("day", "cashier", "name"),
    [
        ("2026-11-10", "demo-cashier", "accepted"),
        ("2026-11-06", "demo-cashier", "accepted"),
        ("2026-11-05", "demo-cashier", "money_is_received_first"),
        ("2026-11-10", "demo-preparer", "passed_on_four_eyes"),
        ("2026-11-10", "demo-reviewer", "passed_on_four_eyes"),
        ("2026-11-10", None, "passed_on_is_signed"),
    ],
)
def test_a_part_is_handed_on_by_the_cashier_after_it_came(hand: Hand, day: str, cashier: str, name: str) -> None:
    part = row_of(hand, "treasury_passedon", "handed_on_on IS NULL")
    assert refusal(hand, HAND_ON, day, cashier, part["id"]) == name


def test_a_part_of_a_receipt_that_is_not_posted_stays(hand: Hand) -> None:
    key = proposed_receipt(hand, "3.00", "3.00")
    hand.rows(APPROVE, key)
    part = row_of(hand, "treasury_passedon", "receipt_id = %s", key)
    assert refusal(hand, HAND_ON, "2026-11-10", "demo-cashier", part["id"]) == "money_is_received_first"


# Prizes and fines


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "prize_is_paid_once"),
        ({"year": 2027}, "accepted"),
        ({"award": "责任状"}, "accepted"),
        ({"post": "书记", "wage_grades": 1}, "accepted"),
        ({"post": "书记", "wage_grades": 2}, "wage_grade_is_one_of_a_post"),
        ({"award": "责任状", "wage_grades": 1}, "wage_grade_is_one_of_a_post"),
        ({"award": "责任状", "account_code": "100401"}, "special_account_is_reached"),
    ],
)
def test_a_prize_is_granted_once(hand: Hand, changes: Row, name: str) -> None:
    assert refuses(hand, "treasury_prize", fresh_order(hand, "treasury_prize", **changes)) == name


def test_a_wage_grade_is_given_once_a_year(hand: Hand) -> None:
    adds(hand, "treasury_prize", fresh_order(hand, "treasury_prize", post="书记", wage_grades=1))
    again = fresh_order(hand, "treasury_prize", post="书记", wage_grades=1, award="责任状")
    assert refuses(hand, "treasury_prize", again) == "wage_grade_is_given_once_a_year"


def unpaid_fine(hand: Hand, amount: str) -> int:
    like = row_of(hand, "treasury_fine", "true")
    return adds(hand, "treasury_fine", another(like, matter="环保", amount=amount))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"amount": "500.00"}, "accepted"),
        ({"amount": "500.01"}, "fine_is_set_off_once"),
        ({"amount": "0.00"}, "fine_set_off_is_positive"),
        ({"set_off_by_id": "demo-preparer"}, "fine_four_eyes"),
        ({"set_off_on": "2026-11-09"}, "fine_is_set_off_once"),
    ],
)
def test_a_fine_is_set_off_once_by_another_officer(hand: Hand, changes: Row, name: str) -> None:
    like = row_of(hand, "treasury_finesetoff", "true")
    row = another(like, **{"fine_id": unpaid_fine(hand, "500.00"), "number": 1, "amount": "1.00", **changes})
    assert refuses(hand, "treasury_finesetoff", row) == name


def test_a_fine_is_set_off_against_what_is_held(hand: Hand) -> None:
    held = hand.value("SELECT treasury_free(id, '', '111') FROM treasury_township WHERE name = '白桦镇'")
    like = row_of(hand, "treasury_finesetoff", "true")
    row = another(like, fine_id=unpaid_fine(hand, "99999999.00"), number=1, amount=str(held))
    assert refuses(hand, "treasury_finesetoff", row) == "accepted"
    assert refuses(hand, "treasury_finesetoff", {**row, "amount": f"{held:.2f}"[:-1] + "1"}) == "fine_is_covered"


# Words


def test_the_special_accounts_of_postgresql_are_those_of_the_books(owner: Hand) -> None:
    stem = "SELECT treasury_special_stem(id, %s) FROM treasury_township WHERE name = '白桦镇'"
    assert {kind: owner.value(stem, kind) for kind in SpecialAccountKind.values} == {
        kind: f"1004{suffix}" for kind, suffix in SPECIAL_ACCOUNTS.items()
    }


def test_every_refusal_of_these_tables_is_named(owner: Hand) -> None:
    tables = [*APPEND_ONLY, *NEVER_DELETED]
    bodies = owner.rows(
        "SELECT DISTINCT p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE t.tgrelid = ANY (%s::regclass[]) AND p.proname LIKE 'treasury_%%'",
        tables,
    )
    named = {name for (body,) in bodies for name in re.findall(r"ledger_refuse\(\s*'([a-z_]+)',", body)}
    assert len(named) > 15
    assert named - TREASURY_REFUSALS.keys() == set()


# The auditor


def test_the_auditor_reads_all_of_it_with_numbers_masked(stage: Stage) -> None:
    auditor = stage.hand("auditor")
    auditor.connection.rollback()
    views = ("earmarked_item", "item_allocation", "special_plan", "procurement", "acceptance", "instalment")
    for name in (*views, "passed_on", "prize", "fine"):
        assert auditor.value(f"SELECT count(*) FROM auditor_{name}") > 0
    assert BUILDER_ACCOUNT not in [
        number for (number,) in auditor.rows("SELECT account_number FROM auditor_special_plan")
    ]
    assert SUPPLIER_ACCOUNT not in [
        number for (number,) in auditor.rows("SELECT supplier_account FROM auditor_procurement")
    ]
    assert refusal(auditor, "SELECT account_number FROM treasury_specialplan") == attacks.DENIED
