"""P5, P10, P11: what runs through a bank account, current accounts that mirror, cash that is there."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import attacks
from tests.attacks import Hand, Paper, cr, dr, mirrored, paper, plain, sub_account

stage = attacks.stage
hand = attacks.hand

# T01: 100101 receipt-only holds 550.00; 100401 disbursement-only and 100402 in and out hold nothing.
# D: 1001 holds 1,400.00, of which 1,000.00 since 31 October.


def pair(debit: str, credit: str, amount: str = "1.00", book: str = "T01", **header: Any) -> Paper:
    return paper(book, dr(debit, amount), cr(credit, amount), **header)


def fund(hand: Hand, amount: str = "100.00") -> None:
    """Give the disbursement-only account a subsidy, and the extra-budgetary one a fee."""
    hand.posts(pair("100401", "4011", amount))
    hand.posts(pair("100402", "2015", amount))


ALLOWED = {
    "a receipt of revenue": pair("100101", "4001"),
    "a receipt of money held for others": pair("100101", "2015"),
    "a red receipt": pair("100101", "4001", "-1.00", paper="退库"),
    "funding by a subsidy": pair("100401", "4011"),
    "a payment of expense": pair("5001", "100401"),
    "a payment of a liability": pair("2015", "100401"),
    "a returned payment in red": pair("5001", "100401", "-1.00", paper="退汇"),
    "a receipt of an account in and out": pair("100402", "4001"),
    "a payment of an account in and out": pair("5001", "100402"),
}


@pytest.mark.parametrize("right", ALLOWED.values(), ids=ALLOWED.keys())
def test_a_bank_account_takes(hand: Hand, right: Paper) -> None:
    fund(hand)
    assert hand.posts(right)


FORBIDDEN = {
    "a payment out of receipts": pair("5001", "100101"),
    "a liability paid out of receipts": pair("2015", "100101"),
    "receipts moved to another account": pair("100402", "100101"),
    "receipts moved to the disbursement account": pair("100401", "100101"),
    "a refund of revenue out of receipts, in black": pair("4001", "100101"),
    "receipts out of another account": pair("100101", "100402"),
    "an expense returned to receipts": pair("100101", "5001"),
    "a subsidy into receipts": pair("100101", "4011"),
    "a sweep by an unmirrored account": pair("5012", "100101"),
    "revenue into the disbursement account": pair("100401", "4001"),
    "a deposit into the disbursement account": pair("100401", "2015"),
    "an expense returned in black": pair("100401", "5001"),
    "the disbursement account funded from another": pair("100401", "100402"),
    "unspent money moved to another account": pair("100402", "100401"),
    "revenue refunded by the disbursement account": pair("4001", "100401"),
    "net assets paid out": pair("3001", "100401"),
    "a payment hidden in a receipt": paper("T01", dr("100101", "2.00"), cr("4001", "1.00"), cr("100402", "1.00")),
    "a sweep that also pays": paper("T01", dr("5001", "1.00"), dr("100402", "1.00"), cr("100101", "2.00")),
    "a wash through the receipt-only account": pair("100101", "100101"),
    "a wash through the disbursement account": pair("100401", "100401"),
}


@pytest.mark.parametrize("kind", ["ORDINARY", "SUPPLEMENT", "CLOSING"])
@pytest.mark.parametrize("wrong", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_bank_account_refuses(hand: Hand, wrong: Paper, kind: str) -> None:
    fund(hand)
    assert hand.refuses(wrong.but(kind=kind, paper="x")) == "account_flow_kept"


# What a red line takes off its own side a black line on the same side puts elsewhere, so no account
# of the other side betrays the flow.
RED = {
    "a payment out of receipts": [dr("100101", "-1.00"), dr("5001", "1.00")],
    "receipts moved to the disbursement account": [dr("100101", "-1.00"), dr("100401", "1.00")],
    "receipts moved to an account in and out": [dr("100101", "-1.00"), dr("100402", "1.00")],
    "revenue into the disbursement account": [cr("100401", "-1.00"), cr("4001", "1.00")],
    "the disbursement account funded from another": [cr("100401", "-1.00"), cr("100402", "1.00")],
    "a payment beside a red receipt": [dr("100101", "-1.00"), dr("5001", "2.00"), cr("4001", "1.00")],
    "a payment beside a black receipt": [dr("100101", "-1.00"), cr("4001", "1.00"), dr("5001", "2.00")],
}


@pytest.mark.parametrize("lines", RED.values(), ids=RED.keys())
def test_red_ink_does_not_let_through(hand: Hand, lines: list[dict[str, str]]) -> None:
    fund(hand)
    assert hand.refuses(paper("T01", *lines, paper="x")) == "account_flow_kept"


def test_the_sweep_and_the_return_of_a_sweep_are_posted(hand: Hand) -> None:
    assert hand.posts(*mirrored("550.00"))
    assert hand.posts(*[one.but(paper="多划") for one in mirrored("-50.00", source="attack/red sweep")])


def test_the_disbursement_account_is_funded_and_hands_back(hand: Hand) -> None:
    for source, sign in (("there", ""), ("back", "-")):
        amount = f"{sign}80.00"
        funding = (
            paper("D", dr("103100101", amount), cr("1001", amount), source=source, part=1, paper="x"),
            paper("T01", dr("100401", amount), cr("201201", amount), source=source, part=2, paper="x"),
        )
        assert hand.posts(*funding)


def test_handing_back_in_black_is_posted(hand: Hand) -> None:
    fund(hand)
    back = (
        paper("D", dr("1001", "80.00"), cr("103100101", "80.00"), source="back", part=1),
        paper("T01", dr("201201", "80.00"), cr("100401", "80.00"), source="back", part=2),
    )
    assert hand.posts(*back)


def test_an_opening_voucher_fills_any_bank_account(hand: Hand) -> None:
    opening: dict[str, Any] = {"kind": "OPENING", "posting_date": "2026-10-31", "cashier_id": None}
    assert hand.posts(pair("100401", "3001", **opening))
    assert hand.posts(pair("100101", "3001", **opening).but(number=2))


def test_the_reversal_of_a_receipt_is_posted_though_a_payment_is_not(hand: Hand) -> None:
    hand.posts(pair("100101", "4001", "5.00", source="receipt/2"))
    assert hand.posts(hand.red_copy("receipt/2"))


# Mirrors (P10)


def test_one_book_alone_moves_no_current_account(hand: Hand) -> None:
    upper, lower = mirrored("1.00")
    assert hand.refuses(upper) == "books_mirror"
    assert hand.refuses(lower.but(part=1)) == "books_mirror"
    assert hand.posts(upper, lower)


MISMATCHED: dict[str, Callable[[], tuple[Paper, ...]]] = {
    "one fen": lambda: (mirrored("1.00")[0], mirrored("1.01")[1]),
    "a day": lambda: (mirrored("1.00")[0], mirrored("1.00", day="2026-11-06")[1]),
    "the sign": lambda: (mirrored("1.00")[0], mirrored("-1.00")[1].but(paper="x")),
    "the sub-account": lambda: (
        mirrored("1.00")[0],
        paper("T01", dr("201202", "1.00"), cr("100101", "1.00"), source="attack/mirrored", part=2),
    ),
    "the township": lambda: (
        paper("D", dr("1001", "1.00"), cr("103100201", "1.00"), source="attack/mirrored", part=1),
        mirrored("1.00")[1],
    ),
}


@pytest.mark.parametrize("made", MISMATCHED.values(), ids=MISMATCHED.keys())
def test_two_books_do_not_differ_by(hand: Hand, made: Callable[[], tuple[Paper, ...]]) -> None:
    assert hand.refuses(*made()) == "books_mirror"


def test_both_books_together_agree_over_several_vouchers(hand: Hand) -> None:
    whole = mirrored("3.00")[0]
    parts = [mirrored(amount)[1].but(part=part) for amount, part in (("1.00", 2), ("2.00", 3))]
    assert hand.posts(whole, *parts)


def add_township(hand: Hand) -> None:
    hand.rows(
        "INSERT INTO ledger_book (code, name, kind, chart_id, parent_id, currency, opened_on)"
        " SELECT 'T03', '第3镇', kind, chart_id, parent_id, currency, opened_on FROM ledger_book WHERE code = 'T02'"
    )


FALSE_MIRRORS = {
    "stands in for the upper book inside the lower one": ("T01", "2015", "T01", "LOWER"),
    "stands in for the upper book in a third one": ("T02", "2015", "T01", "LOWER"),
    "names a book that is not above": ("T02", "2015", "T01", "UPPER"),
    "names a book that is not below": ("D", "1036", "N", "LOWER"),
    "names a book below as one above": ("D", "1036", "T03", "UPPER"),
    "has no level": ("D", "1036", "T03", ""),
}


@pytest.mark.parametrize("false", FALSE_MIRRORS.values(), ids=FALSE_MIRRORS.keys())
def test_no_current_account_is_added_that(hand: Hand, false: tuple[str, str, str, str]) -> None:
    book, parent, counterpart, level = false
    add_township(hand)
    columns = {"mirror": "ANNUAL", "counterpart_id": hand.book(counterpart), "level": level}
    assert hand.refusal(*sub_account(book, f"{parent}99", parent, **columns)) == "account_mirrors_its_book"


def test_a_current_account_with_a_lower_book_is_added_once(hand: Hand) -> None:
    add_township(hand)
    columns = {"mirror": "ANNUAL", "counterpart_id": hand.book("T03")}
    hand.rows(*sub_account("D", "103100301", "1031", **columns))
    assert hand.refusal(*sub_account("D", "103100302", "1031", **columns)) == "account_mirrors_once"


def test_a_book_does_not_agree_with_itself_through_a_false_mirror(hand: Hand) -> None:
    false: dict[str, Any] = {"mirror": "ANNUAL", "counterpart_id": hand.book("T01"), "level": "LOWER"}
    if hand.refusal(*sub_account("T01", "201599", "2015", **false)) == "accepted":
        hand.adds_account("T01", "201599", "2015", **false)
        assert hand.refuses(pair("201201", "201599")) == "books_mirror"


# Cash (P11)


def test_cash_goes_to_zero_and_not_below(hand: Hand) -> None:
    assert hand.refuses(pair("5001", "1001", "1400.01", book="D")) == "cash_not_negative"
    assert hand.posts(pair("5001", "1001", "1400.00", book="D"))
    assert hand.refuses(pair("5001", "1001", "0.01", book="D")) == "cash_not_negative"


def test_money_of_tomorrow_does_not_pay_today(hand: Hand) -> None:
    hand.posts(pair("1001", "2015", "500.00", book="D", posting_date="2026-11-06"))
    assert hand.refuses(pair("5001", "1001", "1400.01", book="D", posting_date="2026-11-05")) == "cash_not_negative"
    assert hand.posts(pair("5001", "1001", "1900.00", book="D", posting_date="2026-11-06"))


def test_a_voucher_dated_back_leaves_no_later_day_below_zero(hand: Hand) -> None:
    hand.posts(pair("5001", "1001", "1400.00", book="D", posting_date="2026-11-20"))
    assert hand.refuses(pair("5001", "1001", "0.01", book="D", posting_date="2026-11-02")) == "cash_not_negative"
    hand.posts(pair("1001", "2015", "0.01", book="D", posting_date="2026-11-20"))
    assert hand.posts(pair("5001", "1001", "0.01", book="D", posting_date="2026-11-02"))


def test_a_red_debit_takes_cash_as_a_credit_does(hand: Hand) -> None:
    assert hand.refuses(pair("1001", "2015", "-1400.01", book="D", paper="x")) == "cash_not_negative"
    assert hand.posts(pair("1001", "2015", "-1400.00", book="D", paper="x"))


def test_a_reversal_of_a_receipt_already_spent_is_refused(hand: Hand) -> None:
    hand.posts(pair("1001", "2015", "10.00", book="D", source="in"))
    hand.posts(pair("5001", "1001", "1410.00", book="D"))
    assert hand.refuses(hand.red_copy("in")) == "cash_not_negative"


def test_two_vouchers_of_one_statement_do_not_spend_the_same_money(hand: Hand) -> None:
    once, twice = (pair("5001", "1001", "700.01", book="D") for _ in range(2))
    assert hand.refuses(once, twice) == "cash_not_negative"
    assert hand.posts(once)


def test_cash_of_two_funds_is_one_bank_balance(hand: Hand) -> None:
    def spent(amount: str) -> Paper:
        return paper("D", dr("5021", amount, fund_id="121"), cr("1001", amount, fund_id="121"))

    assert hand.refuses(spent("1400.01")) == "cash_not_negative"
    assert hand.posts(spent("1400.00"))


def test_an_account_that_may_be_overdrawn_goes_below_zero(hand: Hand) -> None:
    hand.adds_account("T02", "100499", "1004", may_overdraw=True)
    assert hand.posts(pair("5001", "100499", "1.00", book="T02"))
    assert hand.refuses(pair("5001", "100402", "1.00", book="T02")) == "cash_not_negative"


def test_a_bank_account_below_an_account_of_money_stays_money(hand: Hand) -> None:
    assert hand.refusal(*sub_account("T02", "100498", "1004", cash=False)) == "account_is_as_its_parent"


def test_plain_vouchers_are_posted_beside_all_this(hand: Hand) -> None:
    assert hand.posts(plain(book="T01"), plain(book="T02"), plain())
