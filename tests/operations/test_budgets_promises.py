"""What PostgreSQL keeps of editions of budgets against hands that go round the acts, of the app role and the owner."""

from typing import Any

import pytest

from tests import attacks, budgets
from tests.attacks import Hand
from tests.budget_hands import APPROVES, SIGNED, a_line_of, a_use, amendment, reviewed, submitted, the_budget
from tests.payroll_hands import adds, refusal, refuses, round_triggers, row_of, update
from treasury.models.words import BUDGET_MOVES, BudgetStatus

stage = budgets.stage
hand = attacks.hand
app = attacks.app
owner = attacks.owner
superuser = attacks.superuser

APPEND_ONLY = {
    "treasury_budgetprinciples": "principles",
    "treasury_budgetindicator": "indicator",
    "treasury_budgetline": "budget_line",
    "treasury_planline": "plan_line",
    "treasury_budgetuse": "budget_use",
}
NEVER_DELETED = {"treasury_budget": "budget", "treasury_spendingplan": "plan"}
DERIVED = {"treasury_appropriation": "appropriation", "treasury_appropriationmonth": "appropriation_month"}

# Who may write what.


@pytest.mark.parametrize(("table", "word"), {**APPEND_ONLY, **NEVER_DELETED, **DERIVED}.items())
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nothing_is_taken_away(hand: Hand, table: str, word: str, statement: str) -> None:
    name = f"{word}_is_derived" if table in DERIVED else f"{word}_is_append_only"
    found = refusal(hand, statement.format(table))
    assert found == hand.owner_meets(name) or (statement.startswith("TRUNCATE") and found.endswith("_is_append_only"))


@pytest.mark.parametrize(("table", "word"), APPEND_ONLY.items())
def test_nothing_that_is_said_is_changed(hand: Hand, table: str, word: str) -> None:
    assert refusal(hand, f"UPDATE {table} SET id = id") == hand.owner_meets(f"{word}_is_append_only")


@pytest.mark.parametrize(("table", "word"), DERIVED.items())
def test_appropriations_and_their_sums_are_written_by_the_triggers_alone(hand: Hand, table: str, word: str) -> None:
    assert refusal(hand, f"UPDATE {table} SET id = id") == hand.owner_meets(f"{word}_is_derived")
    row = row_of(hand, table, "true")
    insert = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})"
    assert refusal(hand, insert, *row.values()) == hand.owner_meets(f"{word}_is_derived")


# Editions and their chain.


def test_an_edition_begins_prepared(hand: Hand) -> None:
    assert refuses(hand, "treasury_budget", the_budget(hand, status="SUBMITTED", submitted_by_id="clerk")) == (
        "budget_moves"
    )


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"chain": "GOVERNMENT"}, "budget_follows_its_chain"),
        ({"year": 2027}, "principles_are_given_first"),
        ({"amends_id": None}, "budget_amends_what_is_approved"),
        ({"edition": 1}, "budget_amends_what_is_approved"),
        ({"reason": ""}, "amendment_has_its_reason"),
        ({"resources": "1.001"}, "budget_resources_are_exact"),
        ({}, "accepted"),
    ],
)
def test_an_edition_begins_on_its_chain_and_principles(hand: Hand, changes: dict[str, Any], name: str) -> None:
    assert refuses(hand, "treasury_budget", the_budget(hand, **changes)) == name


def test_one_edition_is_on_its_way_at_a_time(hand: Hand) -> None:
    amendment(hand)
    assert refuses(hand, "treasury_budget", the_budget(hand, edition=3)) == "budget_is_one_at_a_time"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"functional": "201", "economic": "30201"}, "budget_lines_are_distinct"),
        ({}, "budget_lines_are_distinct"),
        ({"economic": "30201"}, "accepted"),
        ({"economic": "310", "amount": "0"}, "budget_line_is_positive"),
        ({"economic": "310", "amount": "0.001"}, "budget_line_is_exact"),
    ],
)
def test_lines_of_an_edition_are_told_apart(hand: Hand, changes: dict[str, Any], name: str) -> None:
    key = amendment(hand)
    assert refuses(hand, "treasury_budgetline", a_line_of(hand, key, number=9, **changes)) == name


def test_a_submitted_edition_takes_no_further_line(hand: Hand) -> None:
    key = submitted(hand, amendment(hand))
    assert refuses(hand, "treasury_budgetline", a_line_of(hand, key, number=9, economic="310")) == "budget_is_fixed"


def test_an_approved_edition_takes_no_further_line(hand: Hand) -> None:
    key = hand.value("SELECT id FROM treasury_budget WHERE book_id = 'T01' AND status = 'APPROVED'")
    assert refuses(hand, "treasury_budgetline", a_line_of(hand, key, number=9, economic="310")) == "budget_is_fixed"


def test_an_edition_without_lines_is_not_submitted(hand: Hand) -> None:
    key = adds(hand, "treasury_budget", the_budget(hand))
    sql = "UPDATE treasury_budget SET status = 'SUBMITTED', submitted_by_id = 'clerk' WHERE id = %s"
    assert refusal(hand, sql, key) == "budget_has_lines"


@pytest.mark.parametrize(
    "column", ["book_id = 'D'", "year = 2027", "resources = 1", "reason = 'x'", "chain = 'GOVERNMENT'"]
)
def test_what_an_edition_says_is_fixed(hand: Hand, column: str) -> None:
    assert refusal(hand, f"UPDATE treasury_budget SET {column} WHERE id = %s", amendment(hand)) == "budget_is_fixed"


@pytest.mark.parametrize("column", ["paper = 'x'", "approved_by_id = 'other'", "status = 'REFUSED'"])
def test_an_approved_edition_is_never_edited(hand: Hand, column: str) -> None:
    name = "budget_moves" if column.startswith("status") else "budget_is_fixed"
    assert refusal(hand, f"UPDATE treasury_budget SET {column} WHERE status = 'APPROVED'") == name


def test_the_reviewer_is_not_replaced(hand: Hand) -> None:
    key = reviewed(hand, submitted(hand, amendment(hand)))
    assert refusal(hand, "UPDATE treasury_budget SET reviewed_by_id = 'other' WHERE id = %s", key) == "budget_is_fixed"


@pytest.mark.parametrize("to", BudgetStatus)
@pytest.mark.parametrize("start", BudgetStatus)
@pytest.mark.parametrize("chain", ["CONGRESS", "GOVERNMENT"])
def test_every_pair_of_states(superuser: Hand, chain: str, start: BudgetStatus, to: BudgetStatus) -> None:
    if start == to:
        return
    key = amendment(superuser, amount="500.00")
    signed = {**SIGNED, "refused_by_id": "other", "refusal": "否"}
    with round_triggers(superuser):
        superuser.rows(*update("treasury_budget", key, {**signed, "chain": chain, "status": start}))
    found = refusal(superuser, "UPDATE treasury_budget SET status = %s WHERE id = %s", to, key)
    forbidden = {("GOVERNMENT", "SUBMITTED", "REVIEWED"), ("CONGRESS", "SUBMITTED", "APPROVED")}
    if (start, to) not in BUDGET_MOVES:
        assert found == "budget_moves"
    elif (chain, start, to) in forbidden:
        assert found == "budget_follows_its_chain"
    else:
        assert found == "accepted"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ("reviewed_by_id = 'clerk'", "budget_four_eyes"),
        ("reviewed_by_id = NULL", "budget_is_signed_for_its_state"),
    ],
)
def test_a_review_is_signed_by_another(hand: Hand, changes: str, name: str) -> None:
    key = submitted(hand, amendment(hand))
    assert refusal(hand, f"UPDATE treasury_budget SET status = 'REVIEWED', {changes} WHERE id = %s", key) == name


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ("approved_by_id = 'clerk'", "budget_four_eyes"),
        ("approved_by_id = 'bureau'", "budget_four_eyes"),
        ("approved_by_id = NULL", "budget_is_signed_for_its_state"),
        ("paper = ''", "budget_has_its_paper"),
        ("paper_on = NULL", "budget_has_its_paper"),
        ("paper_on = '2026-03-11'", "budget_has_its_paper"),
        ("after_voucher = 999999999", "accepted"),
    ],
)
def test_an_approval_is_signed_by_a_third_with_its_paper(hand: Hand, changes: str, name: str) -> None:
    key = reviewed(hand, submitted(hand, amendment(hand)))
    column = changes.split(" ")[0]
    given = {
        "status": "'APPROVED'",
        "approved_by_id": "'head'",
        "approved_on": "'2026-03-10'",
        "paper": "'7'",
        "paper_on": "'2026-03-10'",
    }
    told = ", ".join([f"{name} = {value}" for name, value in given.items() if name != column] + [changes])
    assert refusal(hand, f"UPDATE treasury_budget SET {told} WHERE id = %s", key) == name


def test_where_control_began_is_not_for_anybody_to_say(hand: Hand) -> None:
    key = reviewed(hand, submitted(hand, amendment(hand)))
    hand.rows(APPROVES.replace("paper =", "after_voucher = 999999999, paper ="), key)
    first, second = hand.rows("SELECT after_voucher FROM treasury_budget WHERE book_id = 'T01' ORDER BY edition")
    assert first == second


@pytest.mark.parametrize(("amount", "name"), [("99.99", "plan_is_within_appropriation"), ("100.00", "accepted")])
def test_an_amendment_leaves_what_is_planned(hand: Hand, amount: str, name: str) -> None:
    key = amendment(hand, amount=amount)
    assert refusal(hand, APPROVES, reviewed(hand, submitted(hand, key))) == name


def test_an_amendment_does_not_drop_a_line_that_is_used(hand: Hand) -> None:
    adds(hand, "treasury_budgetuse", a_use(hand, economic="30201", spent="1.00"))
    key = adds(hand, "treasury_budget", the_budget(hand))
    adds(hand, "treasury_budgetline", a_line_of(hand, key, economic="301", amount="1200.00"))
    assert refusal(hand, APPROVES, reviewed(hand, submitted(hand, key))) == "budget_covers_what_is_used"
