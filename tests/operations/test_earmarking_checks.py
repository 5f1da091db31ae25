"""``check_books`` finds what was changed of earmarked money behind the triggers, and is silent otherwise."""

import pytest

from ledger.checks import CHECKS, run_checks
from ledger.entries import Signatures
from ledger.reversing import reverse_event
from month.posts import ensure_demo_officers
from tests import earmarking
from tests.attacks import Hand, Stage
from tests.earmarking import (
    DAY,
    MONTH,
    TAX,
    birch,
    item,
    paid,
    received,
    release_of,
    signed,
    wanted,
    yuan,
)
from tests.payroll import AT, UNITS, officer
from tests.payroll_hands import round_triggers
from treasury.item_balances import balance_in, item_balances
from treasury.itemizing import open_items, post_allocation, propose_allocation, unassigned_account
from treasury.models import ItemAllocation
from treasury.opening import open_district_book
from treasury.ordering import approve_order
from treasury.passing import Part, hand_on_part
from treasury.posting import SERVICE
from treasury.registering import register_units
from treasury.spending import draft_plan

own_stage = earmarking.own_stage

OURS = (
    "items_keep_their_money",
    "earmarked_orders_are_posted_once",
    "receipts_are_their_parts",
    "suppliers_are_paid_their_award",
    "special_spending_is_signed",
)


def test_the_checks_are_registered_with_a_sentence_each() -> None:
    assert set(OURS) <= set(CHECKS)
    assert all((CHECKS[name].__doc__ or "").endswith(".") for name in OURS)


def found() -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for fault in run_checks(OURS):
        told.setdefault(fault.check, []).append(fault.what)
    return told


def test_the_furnished_district_is_silent(own_stage: Stage) -> None:
    assert found() == {}


BEHIND: dict[str, tuple[str, str, str]] = {
    "an allocation of another amount": (
        "UPDATE treasury_itemallocation SET amount = 19999.99 WHERE id = (SELECT min(id) FROM treasury_itemallocation)",
        "earmarked_orders_are_posted_once",
        "ordered 19999.99, posted 20000",
    ),
    "an allocation that never was posted": (
        (
            "UPDATE treasury_itemallocation SET status = 'APPROVED', posted_by_id = NULL, posted_on = NULL"
            " WHERE id = (SELECT min(id) FROM treasury_itemallocation)"
        ),
        "earmarked_orders_are_posted_once",
        "ordered nothing, posted 20000",
    ),
    "a part that was handed on without its voucher": (
        (
            "UPDATE treasury_passedon SET handed_on_on = '2026-11-10', handed_on_by_id = 'demo-cashier'"
            " WHERE handed_on_on IS NULL"
        ),
        "earmarked_orders_are_posted_once",
        "ordered 700.00, posted nothing",
    ),
    "a prize that was raised": (
        "UPDATE treasury_prize SET amount = amount + 1",
        "earmarked_orders_are_posted_once",
        "ordered 8001.00, posted 8000.00",
    ),
    "a set-off of which nothing was booked": (
        (
            "INSERT INTO treasury_finesetoff (fine_id, number, amount, set_off_on, set_off_by_id)"
            " SELECT fine_id, 2, 5, set_off_on, set_off_by_id FROM treasury_finesetoff"
        ),
        "earmarked_orders_are_posted_once",
        "ordered 5, posted nothing",
    ),
    "a part too few": (
        "DELETE FROM treasury_passedon WHERE handed_on_on IS NULL",
        "receipts_are_their_parts",
        "of 1000.00 has parts of 300.00",
    ),
    "an award that was lowered": (
        "UPDATE treasury_procurement SET awarded = 1999.99",
        "suppliers_are_paid_their_award",
        "of 1999.99 is asked for 2000.00 with 5000.00 accepted",
    ),
    "an acceptance that is gone": (
        "DELETE FROM treasury_acceptance",
        "suppliers_are_paid_their_award",
        "of 9000.00 is asked for 2000.00 with 0 accepted",
    ),
    "another supplier": (
        "UPDATE treasury_procurement SET supplier_account = '1'",
        "suppliers_are_paid_their_award",
        "pays no awarded supplier",
    ),
    "an instalment that is gone": (
        "DELETE FROM treasury_instalment",
        "suppliers_are_paid_their_award",
        "pays no awarded supplier",
    ),
    "another payee of a plan": (
        "UPDATE treasury_specialplan SET payee_name = '别人'",
        "special_spending_is_signed",
        "is no signed plan of a special account",
    ),
    "a plan that is not signed": (
        "UPDATE treasury_specialplan SET release_id = NULL",
        "special_spending_is_signed",
        "is no signed plan of a special account",
    ),
}


@pytest.mark.parametrize(("sql", "check", "what"), BEHIND.values(), ids=BEHIND.keys())
def test_what_was_changed_behind_the_triggers_is_found(own_stage: Stage, sql: str, check: str, what: str) -> None:
    hand = own_stage.hand("postgres")
    without_checks(hand)
    with round_triggers(hand):
        hand.rows(sql)
    hand.connection.commit()
    told = found()
    assert what in told[check][0]
    # A voucher between items is right only by its allocation.
    assert set(told) - {"items_keep_their_money"} == {check}


def without_checks(hand: Hand) -> None:
    """Drop the checks of single rows, as who owns the tables could."""
    for table, name in hand.rows(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text"
        " ~ '^treasury_(itemallocation|specialplan|procurement|passedon)$'"
    ):
        hand.rows(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def test_an_allocation_that_was_reversed_in_red_is_no_fault(own_stage: Stage) -> None:
    second = ItemAllocation.objects.order_by("pk")[1]
    by_two = Signatures(preparer=SERVICE, reviewer="demo-reviewer", poster=SERVICE, cashier="demo-cashier")
    reverse_event(source=second.source, posting_date=DAY, signatures=by_two)
    assert balance_in(township=birch(), account_code="10040300") == yuan("38000.00")
    assert found() == {}


@pytest.mark.parametrize("regime", ["GF1997", "GF2015", "GF2022"])
def test_items_are_kept_apart_under_every_regime(fresh_database: str, regime: str) -> None:
    ensure_demo_officers()
    opener = officer("chief_accountant")
    upper = open_district_book(code="D", name="青岚区", regime=regime, opened_on=MONTH, opener=opener, at=AT)
    register_units(
        listed=UNITS, district=upper, effective_from=MONTH, officer=officer("preparer"), source="单位名册", at=AT
    )
    open_items(township=birch(), account=TAX, names=["必保一"], on=MONTH, officer=officer("preparer"), at=AT)
    one = item(account=TAX)
    receipt = received([Part(birch(), TAX, None, yuan("100.00"))], "100.00", paper="吉财预一号")
    hand_on_part(part=receipt.parts.get(), on=DAY, officer=officer("cashier"), at=AT)
    allocation = propose_allocation(
        item=one,
        taken_from=unassigned_account(one),
        amount=yuan("60.00"),
        paper="通知",
        officer=officer("preparer"),
        at=AT,
    )
    allocation = approve_order(order=allocation, officer=officer("reviewer"), at=AT)
    post_allocation(allocation=allocation, on=DAY, officer=officer("cashier"), at=AT)
    plan = draft_plan(
        township=birch(),
        unit=None,
        account=TAX,
        item=one,
        wanted=wanted("25.00"),
        on=DAY,
        officer=officer("clerk"),
        at=AT,
    )
    paid(release_of(signed(plan)))
    held = {one.number: str(one.balance) for one in item_balances(townships=[birch()]) if one.kind == TAX}
    assert held == {0: "40.00", 1: "35.00"}
    assert list(run_checks([])) == []
