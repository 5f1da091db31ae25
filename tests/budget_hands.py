"""Rows of budgets as hands write them that go round the acts: right but for what a test changes."""

from typing import Any

from tests.attacks import Hand
from tests.payroll_hands import Row, adds, another, row_of

SIGNED: dict[str, Any] = {
    "submitted_by_id": "clerk",
    "reviewed_by_id": "bureau",
    "approved_by_id": "head",
    "approved_on": "2026-03-10",
    "paper": "第7号",
    "paper_on": "2026-03-10",
    "after_voucher": 0,
}


def the_budget(hand: Hand, **changes: Any) -> Row:
    """Return what a further edition of the town would be: an amendment of the one that is approved."""
    row = row_of(hand, "treasury_budget", "book_id = 'T01' AND status = 'APPROVED'")
    fresh = {"edition": 2, "amends_id": row["id"], "reason": "追加", "status": "PREPARED"}
    return another(row, **{**fresh, **dict.fromkeys(SIGNED), "paper": "", **changes})


def a_line_of(hand: Hand, budget: int, **changes: Any) -> Row:
    line = row_of(hand, "treasury_budgetline", "economic = '302'")
    return another(line, **{"budget_id": budget, **changes})


def amendment(hand: Hand, *, amount: str = "500.00", **changes: Any) -> int:
    """Prepare an amendment that leaves the salaries what they have; ``amount`` is for the running costs."""
    key = adds(hand, "treasury_budget", the_budget(hand, **changes))
    adds(hand, "treasury_budgetline", a_line_of(hand, key, number=1, economic="301", amount="1200.00"))
    adds(hand, "treasury_budgetline", a_line_of(hand, key, number=2, amount=amount))
    return key


def submitted(hand: Hand, key: int) -> int:
    hand.rows("UPDATE treasury_budget SET status = 'SUBMITTED', submitted_by_id = 'clerk' WHERE id = %s", key)
    return key


def reviewed(hand: Hand, key: int) -> int:
    hand.rows("UPDATE treasury_budget SET status = 'REVIEWED', reviewed_by_id = 'bureau' WHERE id = %s", key)
    return key


APPROVES = (
    "UPDATE treasury_budget SET status = 'APPROVED', approved_by_id = 'head', approved_on = '2026-03-10',"
    " paper = '7', paper_on = '2026-03-10' WHERE id = %s"
)


def a_plan(hand: Hand, **changes: Any) -> int:
    row = row_of(hand, "treasury_spendingplan", "book_id = 'T01'")
    return adds(
        hand,
        "treasury_spendingplan",
        another(row, **{"number": 9, "status": "PREPARED", "decided_by_id": None, **changes}),
    )


def plan_line(hand: Hand, plan: int, **changes: Any) -> Row:
    row = row_of(hand, "treasury_planline", "month = 5")
    return another(row, **{"plan_id": plan, **changes})


def a_use(hand: Hand, **changes: Any) -> Row:
    line = hand.value("SELECT id FROM treasury_appropriation WHERE economic = '302'")
    right = {
        "source": "attack/1",
        "act": "SPEND",
        "number": 1,
        "origin": "attack/1",
        "appropriation_id": line,
        "functional": "2010301",
        "economic": "30201",
        "on": "2026-03-10",
        "reserved": "0",
        "spent": "60.00",
    }
    return {f'"{name}"' if name == "on" else name: value for name, value in {**right, **changes}.items()}
