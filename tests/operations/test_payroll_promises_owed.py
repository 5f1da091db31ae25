"""A run owes what its payslips say, once, and at its release: round the ORM."""

from datetime import date
from typing import Any

import pytest

from tests import attacks, payroll
from tests.attacks import Hand
from tests.payroll import NOVEMBER, OCTOBER, SEPTEMBER
from tests.payroll_hands import (
    adds,
    another,
    refuses,
    round_triggers,
    row_of,
    run_row,
)

stage = payroll.stage
hand = attacks.hand
superuser = attacks.superuser

SIGNERS = ("submitted_by_id", "reviewed_by_id", "released_by_id")
DECEMBER = date(2026, 12, 1)


def signed(**names: str) -> str:
    return ", ".join(f"{role}_by_id = '{name}'" for role, name in names.items())


def set_back(hand: Hand, month: date, status: str, **signers: str | None) -> None:
    """Take a run to a state round the triggers, and go on as the app."""
    roles = {role: signers.get(role.removesuffix("_by_id")) for role in SIGNERS}
    with round_triggers(hand):
        hand.rows(
            "UPDATE payouts_run SET status = %s, submitted_by_id = %s, reviewed_by_id = %s, released_by_id = %s"
            " WHERE month = %s",
            status,
            *roles.values(),
            month,
        )
    hand.rows("SET LOCAL ROLE tongfa_app")


# What is owed


def obligation(hand: Hand, month: date = SEPTEMBER) -> dict[str, Any]:
    return row_of(hand, "payouts_obligation", "month = %s", month)


def unowed(hand: Hand) -> dict[str, Any]:
    """Return the obligation of a payslip of September that is taken away round the triggers."""
    gone = obligation(hand)
    with round_triggers(hand):
        hand.rows("DELETE FROM payouts_paymentpart WHERE obligation_id = %s", gone["id"])
        hand.rows("DELETE FROM payouts_obligation WHERE id = %s", gone["id"])
    hand.rows("SET LOCAL ROLE tongfa_app")
    return another(gone)


def test_a_payslip_of_a_released_run_is_owed(superuser: Hand) -> None:
    assert refuses(superuser, "payouts_obligation", unowed(superuser)) == "accepted"


NOT_OWED: dict[str, dict[str, Any]] = {
    "a fen more": {"amount": "4501.02"},
    "a fen less": {"amount": "4501.00"},
    "nothing": {"amount": "0.00"},
    "another month": {"month": OCTOBER},
    "another scheme": {"scheme": "payroll2"},
    "another component": {"component": "NET2"},
}


@pytest.mark.parametrize("wrong", NOT_OWED.values(), ids=NOT_OWED.keys())
def test_nothing_is_owed_but_the_net_of_a_payslip(superuser: Hand, wrong: dict[str, Any]) -> None:
    owed = unowed(superuser)
    expected = "obligation_is_positive" if wrong.get("amount") == "0.00" else "obligation_follows_its_payslip"
    assert refuses(superuser, "payouts_obligation", {**owed, **wrong}) == expected


def test_a_payslip_is_owed_to_its_person_and_unit(superuser: Hand) -> None:
    owed = unowed(superuser)
    stranger = adds(superuser, "payouts_person", {"id_number": "220112199901010012", "name": "新人"})
    other_unit = superuser.value("SELECT max(id) FROM treasury_unit WHERE id <> %s", owed["unit_id"])
    for wrong in ({"person_id": stranger}, {"unit_id": other_unit}):
        assert refuses(superuser, "payouts_obligation", {**owed, **wrong}) == "obligation_follows_its_payslip"


def test_a_run_that_is_only_checked_owes_nothing(hand: Hand) -> None:
    slip = row_of(hand, "payouts_payslip", "run_id = %s", run_row(hand, OCTOBER)["id"])
    owed = {column: slip[column] for column in ("person_id", "unit_id", "run_id")}
    owed |= {"scheme": "payroll", "component": "NET", "month": OCTOBER, "payslip_id": slip["id"], "amount": slip["net"]}
    assert refuses(hand, "payouts_obligation", owed) == "obligation_follows_its_payslip"


@pytest.mark.parametrize("status", ["REVIEWED", "PAYING", "PART_SETTLED", "SETTLED", "CLOSED"])
def test_a_run_owes_at_its_release_and_neither_before_nor_after(superuser: Hand, status: str) -> None:
    owed = unowed(superuser)
    superuser.rows("RESET ROLE")
    signers = {"submitted": "demo-preparer", "reviewed": "demo-reviewer", "released": "demo-releaser"}
    if status == "REVIEWED":
        signers.pop("released")
    set_back(superuser, SEPTEMBER, status, **signers)
    assert refuses(superuser, "payouts_obligation", owed) == "obligation_follows_its_payslip"


def test_a_payslip_of_an_older_edition_is_not_owed(superuser: Hand) -> None:
    owed = unowed(superuser)
    superuser.rows("RESET ROLE")
    with round_triggers(superuser):
        superuser.rows("UPDATE payouts_run SET edition = edition + 1 WHERE month = %s", SEPTEMBER)
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert refuses(superuser, "payouts_obligation", owed) == "obligation_follows_its_payslip"


def test_a_person_is_owed_once_for_a_month_whatever_the_run(superuser: Hand) -> None:
    first = obligation(superuser)
    like = row_of(superuser, "payouts_payslip", "id = %s", first["payslip_id"])
    second_run = adds(
        superuser,
        "payouts_run",
        {**dict.fromkeys(SIGNERS), **another(run_row(superuser, OCTOBER), month=SEPTEMBER, number=2, status="OPEN")}
        | {"edition": 0},
    )
    with round_triggers(superuser):
        slip = adds(superuser, "payouts_payslip", another(like, run_id=second_run, edition=1))
        superuser.rows(
            "UPDATE payouts_run SET status = 'RELEASED', edition = 1, submitted_by_id = 'demo-preparer',"
            " reviewed_by_id = 'demo-reviewer', released_by_id = 'demo-releaser' WHERE id = %s",
            second_run,
        )
    superuser.rows("SET LOCAL ROLE tongfa_app")
    again = another(first, run_id=second_run, payslip_id=slip)
    assert refuses(superuser, "payouts_obligation", again) == "obligation_is_owed_once"
    assert refuses(superuser, "payouts_obligation", {**again, "scheme": "other"}) == "obligation_follows_its_payslip"


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"gross": "5001.00", "deductions": "500.00", "tax": "0.00", "net": "4501.00"}, "accepted"),
        ({"gross": "5001.00", "deductions": "500.00", "tax": "0.00", "net": "4501.01"}, "payslip_adds_up"),
        ({"gross": "5001.00", "deductions": "500.00", "tax": "-1.00", "net": "4502.00"}, "payslip_adds_up"),
        ({"gross": "5001.001", "deductions": "500.00", "tax": "0.00", "net": "4501.001"}, "payslip_gross_is_exact"),
        ({"gross": "NaN", "deductions": "500.00", "tax": "0.00", "net": "NaN"}, "payslip_gross_is_exact"),
    ],
)
def test_a_payslip_adds_up_to_the_fen(hand: Hand, figures: dict[str, str], expected: str) -> None:
    like = row_of(hand, "payouts_payslip", "true")
    right = another(like, run_id=run_row(hand, NOVEMBER)["id"])
    assert refuses(hand, "payouts_payslip", {**right, **figures}) == expected
