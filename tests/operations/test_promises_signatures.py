"""P7: who prepared, reviewed, posted and handled the money, and who signs later."""

from typing import Any

import pytest

from tests import attacks
from tests.attacks import Hand, cr, dr, paper, plain

stage = attacks.stage
hand = attacks.hand


def receipt_by(**signatures: Any) -> attacks.Paper:
    """Return a cash voucher of T01 with some signatures replaced."""
    return paper("T01", dr("100101", "1.00"), cr("4001", "1.00"), **signatures)


ALONE = {
    "one person prepared and reviewed": {"preparer_id": "reviewer"},
    "a service account reviewed": {"reviewer_id": "rule", "preparer_id": "preparer"},
    "another service account reviewed": {"reviewer_id": "robot"},
    "nobody known reviewed": {"reviewer_id": "ghost"},
    "nobody known prepared": {"preparer_id": "ghost"},
    "nobody known posted": {"poster_id": "ghost"},
    "nobody known signed as chief accountant": {"chief_accountant_id": "ghost"},
    "a service account signed as chief accountant": {"chief_accountant_id": "robot"},
    "a service account is cashier": {"cashier_id": "robot"},
    "nobody known is cashier": {"cashier_id": "ghost"},
    "the cashier prepared": {"preparer_id": "cashier"},
    "the cashier reviewed": {"cashier_id": "reviewer"},
    "the cashier posted": {"poster_id": "cashier"},
    "the cashier signed as chief accountant": {"chief_accountant_id": "cashier"},
    "the reviewer is written with a capital": {"reviewer_id": "Reviewer"},
    "the reviewer is blank": {"reviewer_id": ""},
}


def hire_robot(hand: Hand) -> None:
    hand.rows(
        "INSERT INTO ledger_officer (username, full_name, kind, password, is_superuser, email, is_staff, is_active,"
        " date_joined) VALUES ('robot', '规则', 'SERVICE', '', false, '', false, true, now())"
    )


@pytest.mark.parametrize("signatures", ALONE.values(), ids=ALONE.keys())
@pytest.mark.parametrize("cash", [True, False], ids=["cash", "no cash"])
def test_a_voucher_is_refused_when(hand: Hand, signatures: dict[str, str], cash: bool) -> None:
    hire_robot(hand)
    wrong = receipt_by(**signatures) if cash else plain(**signatures)
    assert hand.refuses(wrong) == "voucher_four_eyes"


APART = {
    "a rule and an officer": {},
    "five people": {"preparer_id": "preparer", "poster_id": "second", "chief_accountant_id": "chief"},
    "a preparer who posts": {"preparer_id": "preparer", "poster_id": "preparer"},
    "a reviewer who posts": {"poster_id": "reviewer"},
}


@pytest.mark.parametrize("signatures", APART.values(), ids=APART.keys())
def test_a_cash_voucher_is_posted_that_is_signed_by(hand: Hand, signatures: dict[str, str]) -> None:
    assert hand.posts(receipt_by(**signatures))


@pytest.mark.parametrize("account", ["100101", "100402"])
def test_money_without_a_cashier_is_refused(hand: Hand, account: str) -> None:
    wrong = paper("T01", dr(account, "1.00"), cr("4001", "1.00"), cashier_id=None)
    assert hand.refuses(wrong) == "voucher_four_eyes"


def test_a_red_line_of_money_needs_its_cashier_too(hand: Hand) -> None:
    assert hand.refuses(hand.red_copy("opening/D", cashier_id=None)) in ("voucher_four_eyes", "cash_not_negative")
    red = paper("T01", dr("100101", "-1.00"), cr("4001", "-1.00"), cashier_id=None, paper="x")
    assert hand.refuses(red) == "voucher_four_eyes"


def test_a_voucher_without_money_needs_no_cashier(hand: Hand) -> None:
    assert hand.posts(plain(cashier_id=None))


def signature(key: int, officer: str, role: str = "CHIEF_ACCOUNTANT") -> tuple[Any, ...]:
    return (
        "INSERT INTO ledger_signature (voucher_id, role, officer_id, signed_at) VALUES (%s, %s, %s, now())",
        key,
        role,
        officer,
    )


def test_the_chief_accountant_signs_later_and_once(hand: Hand) -> None:
    key = hand.voucher("plain/1")
    before = hand.snapshot()["ledger_seal"][0]
    hand.rows(*signature(key, "chief"))
    assert hand.snapshot()["ledger_seal"][0] == before + 1
    assert hand.refusal(*signature(key, "second")) == "voucher_signed_once_per_role"


@pytest.mark.parametrize(
    ("officer", "expected"),
    [("cashier", "voucher_four_eyes"), ("rule", "voucher_four_eyes"), ("ghost", "voucher_four_eyes")],
)
def test_a_later_signature_is_refused_of(hand: Hand, officer: str, expected: str) -> None:
    assert hand.refusal(*signature(hand.voucher("plain/1"), officer)) == expected


def test_a_voucher_signed_at_posting_is_not_signed_again(hand: Hand) -> None:
    (key,) = hand.posts(plain(chief_accountant_id="chief"))
    assert hand.refusal(*signature(key, "second")) == "voucher_four_eyes"


def test_a_voucher_that_is_not_there_is_not_signed(hand: Hand) -> None:
    assert hand.refusal(*signature(-1, "chief")) == "voucher_four_eyes"


@pytest.mark.parametrize("role", ["CASHIER", "", "CHIEF_ACCOUNTANT "])
def test_a_signature_in_a_role_nobody_knows_is_refused(hand: Hand, role: str) -> None:
    assert hand.refusal(*signature(hand.voucher("plain/1"), "chief", role)) == "signature_role_is_known"


def test_a_service_account_does_not_become_a_person(hand: Hand) -> None:
    assert hand.refusal("UPDATE ledger_officer SET kind = 'PERSON' WHERE username = 'rule'") == "officer_is_fixed"
    renamed = "UPDATE ledger_officer SET username = 'nobody' WHERE username = 'reviewer'"
    assert hand.refusal(renamed) == "officer_is_fixed"
    again = (
        "INSERT INTO ledger_officer SELECT * FROM ledger_officer WHERE username = 'rule'"
        " ON CONFLICT (username) DO UPDATE SET kind = 'PERSON'"
    )
    assert hand.refusal(again) == "officer_is_fixed"


@pytest.mark.parametrize("name", ["a\tb", "a\nb", "a\x1fb"])
def test_an_officer_has_a_plain_name(hand: Hand, name: str) -> None:
    hired = (
        "INSERT INTO ledger_officer (username, full_name, kind, password, is_superuser, email, is_staff, is_active,"
        " date_joined) VALUES (%s, '某', 'PERSON', '', false, '', false, true, now())"
    )
    assert hand.refusal(hired, name) == "officer_name_is_plain"
