"""What PostgreSQL keeps of plans and uses of a budget against hands that go round the acts, of app role and owner."""

from typing import Any

import pytest

from tests import attacks, budgets
from tests.attacks import DENIED, Hand
from tests.budget_hands import a_plan, a_use, plan_line
from tests.payroll_hands import adds, refusal, refuses, round_triggers, update
from treasury.models.words import PLAN_MOVES, PlanStatus

stage = budgets.stage
hand = attacks.hand
app = attacks.app
owner = attacks.owner
superuser = attacks.superuser


# Plans.


@pytest.mark.parametrize("to", PlanStatus)
@pytest.mark.parametrize("start", PlanStatus)
def test_every_pair_of_plan_states(superuser: Hand, start: PlanStatus, to: PlanStatus) -> None:
    if start == to:
        return
    key = a_plan(superuser)
    adds(superuser, "treasury_planline", plan_line(superuser, key))
    with round_triggers(superuser):
        superuser.rows(
            *update("treasury_spendingplan", key, {"status": start, "decided_by_id": "bureau", "reason": "否"})
        )
    found = refusal(superuser, "UPDATE treasury_spendingplan SET status = %s WHERE id = %s", to, key)
    assert found == ("accepted" if (start, to) in PLAN_MOVES else "plan_moves")


@pytest.mark.parametrize(
    ("amount", "month", "name"),
    [
        ("400.00", 6, "accepted"),
        ("400.01", 6, "plan_is_within_appropriation"),
        ("-40.00", 5, "accepted"),
        ("-40.01", 5, "plan_covers_what_is_used"),
    ],
)
def test_a_plan_stays_between_its_appropriation_and_zero(hand: Hand, amount: str, month: int, name: str) -> None:
    key = a_plan(hand)
    adds(hand, "treasury_planline", plan_line(hand, key, amount=amount, month=month))
    sql = "UPDATE treasury_spendingplan SET status = 'APPROVED', decided_by_id = 'bureau' WHERE id = %s"
    assert refusal(hand, sql, key) == name


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("status = 'APPROVED', decided_by_id = 'clerk'", "plan_four_eyes"),
        ("status = 'APPROVED', decided_by_id = NULL", "plan_is_signed_for_its_state"),
        ("status = 'REFUSED', decided_by_id = 'bureau'", "plan_is_signed_for_its_state"),
        ("year = 2027", "plan_is_fixed"),
    ],
)
def test_a_plan_is_decided_by_another(hand: Hand, sql: str, name: str) -> None:
    key = a_plan(hand)
    adds(hand, "treasury_planline", plan_line(hand, key))
    assert refusal(hand, f"UPDATE treasury_spendingplan SET {sql} WHERE id = %s", key) == name


def test_a_plan_without_lines_is_not_approved(hand: Hand) -> None:
    sql = "UPDATE treasury_spendingplan SET status = 'APPROVED', decided_by_id = 'bureau' WHERE id = %s"
    assert refusal(hand, sql, a_plan(hand)) == "plan_has_lines"


def test_an_approved_plan_takes_no_further_line_and_is_not_edited(hand: Hand) -> None:
    key = hand.value("SELECT id FROM treasury_spendingplan WHERE status = 'APPROVED'")
    assert refuses(hand, "treasury_planline", plan_line(hand, key, month=9)) == "plan_is_fixed"
    assert refusal(hand, "UPDATE treasury_spendingplan SET reason = 'x' WHERE id = %s", key) == "plan_is_fixed"


def test_a_plan_of_another_book_does_not_take_the_line(hand: Hand) -> None:
    assert refuses(hand, "treasury_planline", plan_line(hand, a_plan(hand, book_id="T02"))) == "plan_is_fixed"


# Uses.


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "accepted"),
        ({"spent": "60.01"}, "budget_is_not_overspent"),
        ({"spent": "100.00", "on": "2026-05-01"}, "accepted"),
        ({"spent": "100.01", "on": "2026-12-31"}, "budget_is_not_overspent"),
        ({"on": "2026-02-28", "spent": "0.01"}, "budget_is_not_overspent"),
        ({"act": "RESERVE", "reserved": "60.01", "spent": "0"}, "budget_is_not_overspent"),
        ({"act": "SPEND_AGAIN", "spent": "60.01"}, "budget_is_not_overspent"),
        ({"on": "2027-03-10"}, "budget_line_covers_it"),
        ({"economic": "30101"}, "budget_line_covers_it"),
        ({"functional": "2010302"}, "budget_line_covers_it"),
        ({"spent": "0.001"}, "budget_use_spent_is_exact"),
        ({"spent": "-1.00"}, "budget_use_has_its_sign"),
        ({"act": "RESERVE", "reserved": "-1.00", "spent": "0"}, "budget_use_has_its_sign"),
        ({"act": "FREE", "reserved": "1.00", "spent": "0"}, "budget_use_has_its_sign"),
        ({"act": "FREE", "reserved": "-1.00", "spent": "0"}, "budget_gives_back_what_it_took"),
        ({"act": "GIVE_BACK", "spent": "-1.00"}, "budget_gives_back_what_it_took"),
        ({"number": 2}, "budget_source_counts_once"),
        ({"source": ""}, "budget_use_names_its_source"),
    ],
)
def test_a_use_stays_within_its_line_and_month(hand: Hand, changes: dict[str, Any], name: str) -> None:
    assert refuses(hand, "treasury_budgetuse", a_use(hand, **changes)) == name


def test_a_source_that_counts_takes_no_further_row(hand: Hand) -> None:
    adds(hand, "treasury_budgetuse", a_use(hand, spent="1.00"))
    assert refuses(hand, "treasury_budgetuse", a_use(hand, spent="1.00")) == "budget_source_counts_once"
    assert refuses(hand, "treasury_budgetuse", a_use(hand, spent="1.00", number=2)) == "budget_source_counts_once"


def test_two_rows_of_one_statement_are_added_up(hand: Hand) -> None:
    rows = (a_use(hand, spent="30.00"), a_use(hand, spent="30.01", number=2))
    assert refuses(hand, "treasury_budgetuse", *rows) == "budget_is_not_overspent"


@pytest.mark.parametrize(
    ("on", "amount", "name"),
    [
        ("2026-03-10", "-5.00", "accepted"),
        ("2026-04-10", "-5.00", "accepted"),
        ("2026-03-09", "-5.00", "budget_gives_back_what_it_took"),
        ("2026-03-10", "-5.01", "budget_gives_back_what_it_took"),
    ],
)
def test_what_is_given_back_was_taken_before(hand: Hand, on: str, amount: str, name: str) -> None:
    adds(hand, "treasury_budgetuse", a_use(hand, spent="5.00"))
    back = a_use(hand, source="attack/back", act="GIVE_BACK", spent=amount, on=on)
    assert refuses(hand, "treasury_budgetuse", back) == name


def test_one_spending_does_not_give_back_for_another(hand: Hand) -> None:
    adds(hand, "treasury_budgetuse", a_use(hand, spent="5.00"))
    back = a_use(hand, source="attack/back", origin="attack/2", act="GIVE_BACK", spent="-5.00")
    assert refuses(hand, "treasury_budgetuse", back) == "budget_gives_back_what_it_took"


# Releases of a book under control.


@pytest.mark.parametrize(
    ("spent", "name"), [(None, "release_is_in_its_budget"), ("9.99", "release_is_in_its_budget"), ("10.00", "accepted")]
)
def test_a_release_is_paid_out_of_its_budget(superuser: Hand, spent: str | None, name: str) -> None:
    superuser.rows(
        """INSERT INTO treasury_release (source, month, township_id, kind, rank, account_code, fund_code, amount,
             returned, summary, status, requested_on, prepared_by_id, checked_by_id)
           SELECT 'attack/release', '2026-03-01', id, 'CLAIM', 3, '', '111', 10, 0, 'x', 'WAITING', '2026-03-01',
                  'preparer', 'reviewer' FROM treasury_township WHERE code = 'T01'"""
    )
    with round_triggers(superuser):
        superuser.rows(
            "UPDATE treasury_release SET status = 'RELEASED', released_by_id = 'releaser', released_at = now()"
            " WHERE source = 'attack/release'"
        )
    if spent:
        adds(superuser, "treasury_budgetuse", a_use(superuser, source="attack/release/paid", spent=spent))
    sql = "UPDATE treasury_release SET status = 'POSTED' WHERE source = 'attack/release'"
    assert refusal(superuser, sql) == name


@pytest.mark.parametrize(
    "view",
    [
        "auditor_budget",
        "auditor_budget_line",
        "auditor_appropriation",
        "auditor_budget_use",
        "auditor_spending_plan",
        "auditor_budget_principles",
    ],
)
def test_the_auditor_reads_budgets_and_writes_nothing(stage: attacks.Stage, view: str) -> None:
    auditor = stage.hand("auditor")
    assert auditor.rows(f"SELECT count(*) FROM {view}")
    assert refusal(auditor, "SELECT FROM treasury_budget") == DENIED
    auditor.connection.rollback()
