"""P4: nothing is posted into a period that does not take it; periods move as they may and years stay carried."""

from typing import Any

import pytest

from ledger.models.words import PERIOD_MOVES, PeriodStatus
from tests import attacks
from tests.attacks import Hand, change, cr, dr, mirrored, paper, plain

stage = attacks.stage
hand = attacks.hand

STATES = [status.value for status in PeriodStatus]
TO = {"UNOPENED": (), "OPEN": ("UNOPENED", "OPEN"), "ADJUSTING": ("UNOPENED", "OPEN", "ADJUSTING")}
TO["CLOSED"] = (*TO["ADJUSTING"], "CLOSED")


def december(hand: Hand, status: str, month: int = 12) -> None:
    hand.moves("D", month, *TO[status])


@pytest.mark.parametrize("status", ["UNOPENED", "CLOSED"])
@pytest.mark.parametrize("kind", ["ORDINARY", "SUPPLEMENT", "CLOSING"])
def test_no_voucher_enters_a_period_that_is_not_open(hand: Hand, status: str, kind: str) -> None:
    for book in ("T01", "T02", "D") if status == "CLOSED" else ():
        hand.closes(book, 10, 11)
    december(hand, status)
    assert hand.refuses(plain(posting_date="2026-12-01", kind=kind, paper="x")) == "period_is_open"


@pytest.mark.parametrize("kind", ["ORDINARY", "SUPPLEMENT", "CLOSING"])
def test_every_voucher_enters_an_open_period(hand: Hand, kind: str) -> None:
    december(hand, "OPEN")
    assert hand.posts(plain(posting_date="2026-12-01", kind=kind, paper="x"))


def test_an_adjusting_period_takes_corrections_and_closing_vouchers_only(hand: Hand) -> None:
    hand.moves("D", 11, "OPEN", "ADJUSTING")
    assert hand.refuses(plain()) == "period_is_open"
    assert hand.posts(plain(kind="SUPPLEMENT", paper="x"))
    assert hand.posts(plain(kind="CLOSING"))
    assert hand.posts(hand.red_copy("plain/1"))
    hand.moves("D", 11, "ADJUSTING", "OPEN")
    assert hand.posts(plain())


@pytest.mark.parametrize(
    ("day", "month"), [("2026-11-01", 10), ("2026-12-01", 11), ("2026-11-30", 12), ("2026-12-30", 13)]
)
def test_a_voucher_lies_in_the_period_of_its_date(hand: Hand, day: str, month: int) -> None:
    december(hand, "OPEN")
    december(hand, "OPEN", 13)
    assert hand.refuses(plain(posting_date=day, month=month)) == "voucher_date_in_period"


@pytest.mark.parametrize(
    ("day", "month"), [("2026-11-01", 11), ("2026-11-30", 11), ("2026-12-31", 12), ("2026-12-31", 13)]
)
def test_the_first_and_the_last_day_belong_to_a_period(hand: Hand, day: str, month: int) -> None:
    if month > 11:
        december(hand, "OPEN", month)
    assert hand.posts(plain(posting_date=day, month=month))


def test_the_period_of_another_book_is_refused(hand: Hand) -> None:
    other = hand.period("T01", 2026, 11)
    wrong = paper("D", dr("5001", "1.00", period_id=other), cr("2015", "1.00", period_id=other), period_id=other)
    assert hand.refuses(wrong.but(number=99)) in ("voucher_date_in_period", "line_account_usable")


def test_both_vouchers_of_a_mirrored_event_need_their_period_open(hand: Hand) -> None:
    hand.rows("SAVEPOINT open")
    hand.closes("T01", 10, 11)
    assert hand.refuses(*mirrored("1.00")) == "period_is_open"
    hand.rows("ROLLBACK TO SAVEPOINT open")
    assert hand.posts(*mirrored("1.00"))


@pytest.mark.parametrize(("kind", "day"), [("ORDINARY", "2026-10-31"), ("OPENING", "2026-11-01")])
def test_opening_vouchers_and_only_they_precede_the_first_day_of_business(hand: Hand, kind: str, day: str) -> None:
    assert hand.refuses(plain(kind=kind, posting_date=day)) == "opening_precedes_business"
    right = "2026-10-31" if kind == "OPENING" else "2026-11-01"
    assert hand.posts(plain(kind=kind, posting_date=right))


@pytest.mark.parametrize("end", STATES)
@pytest.mark.parametrize("start", STATES)
def test_a_period_moves_along_its_table_of_moves(hand: Hand, start: str, end: str) -> None:
    for book in ("T01", "T02", "D"):
        hand.closes(book, 10, 11)
    december(hand, start)
    two: dict[str, Any] = {"approved_by": "second", "reason": "漏记"} if start == "CLOSED" else {}
    statement = change(hand, "D", 12, start, end, **two)
    if (start, end) in [(a.value, b.value) for a, b in PERIOD_MOVES]:
        hand.rows(*statement)
        assert hand.value("SELECT status FROM ledger_period WHERE id = %s", hand.period("D", 2026, 12)) == end
    else:
        assert hand.refusal(*statement) == "period_moves"


def test_a_move_from_a_state_the_period_is_not_in_is_refused(hand: Hand) -> None:
    assert hand.refusal(*change(hand, "D", 11, "ADJUSTING", "CLOSED")) == "period_moves"
    assert hand.refusal(*change(hand, "D", 12, "OPEN", "ADJUSTING")) == "period_moves"


def test_an_earlier_period_closes_first(hand: Hand) -> None:
    hand.moves("T01", 11, "OPEN", "ADJUSTING")
    assert hand.refusal(*change(hand, "T01", 11, "ADJUSTING", "CLOSED")) == "period_closes_in_order"
    hand.closes("T01", 10)
    hand.rows(*change(hand, "T01", 11, "ADJUSTING", "CLOSED"))


def test_the_district_closes_after_its_townships(hand: Hand) -> None:
    hand.closes("T01", 10)
    hand.moves("T02", 10, "OPEN", "ADJUSTING")
    hand.moves("D", 10, "OPEN", "ADJUSTING")
    assert hand.refusal(*change(hand, "D", 10, "ADJUSTING", "CLOSED")) == "district_closes_last"
    hand.rows(*change(hand, "T02", 10, "ADJUSTING", "CLOSED"))
    hand.rows(*change(hand, "D", 10, "ADJUSTING", "CLOSED"))


REOPENING: dict[str, dict[str, Any]] = {
    "one officer": {},
    "one officer twice": {"approved_by": "reviewer", "reason": "漏记"},
    "no reason": {"approved_by": "second", "reason": ""},
    "a service account": {"approved_by": "rule", "reason": "漏记"},
}


@pytest.mark.parametrize("signed", REOPENING.values(), ids=REOPENING.keys())
def test_a_period_is_not_reopened_by(hand: Hand, signed: dict[str, Any]) -> None:
    hand.closes("T01", 10)
    statement = change(hand, "T01", 10, "CLOSED", "ADJUSTING", **signed)
    assert hand.refusal(*statement) == "period_reopened_by_two"


def test_a_period_is_reopened_by_two_officers_for_corrections(hand: Hand) -> None:
    hand.closes("T01", 10, 11)
    hand.rows(*change(hand, "T01", 11, "CLOSED", "ADJUSTING", approved_by="second", reason="漏记"))
    assert hand.refuses(plain(book="T01")) == "period_is_open"
    assert hand.posts(plain(book="T01", kind="SUPPLEMENT", paper="x"))


def test_a_reopening_names_officers_that_exist(hand: Hand) -> None:
    hand.closes("T01", 10)
    ghosts = change(hand, "T01", 10, "CLOSED", "ADJUSTING", requested_by="ghost", approved_by="spook", reason="漏记")
    assert hand.refusal(*ghosts) == "period_reopened_by_two"


def test_nothing_reopens_below_a_later_closed_period_or_a_closed_district(hand: Hand) -> None:
    for book in ("T01", "T02"):
        hand.closes(book, 10, 11)
    two: dict[str, Any] = {"approved_by": "second", "reason": "漏记"}
    ten = change(hand, "T01", 10, "CLOSED", "ADJUSTING", **two)
    eleven = change(hand, "T01", 11, "CLOSED", "ADJUSTING", **two)
    assert hand.refusal(*ten) == "period_closes_in_order"
    hand.closes("D", 10, 11)
    assert hand.refusal(*eleven) == "district_closes_last"
    hand.rows(*change(hand, "D", 11, "CLOSED", "ADJUSTING", **two))
    hand.rows(*eleven)


def test_a_month_of_a_township_does_not_open_under_a_closed_district(hand: Hand) -> None:
    for book in ("T01", "T02", "D"):
        hand.closes(book, 10, 11)
    december(hand, "CLOSED")
    assert hand.refusal(*change(hand, "T01", 12, "UNOPENED", "OPEN")) == "district_closes_last"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ((2027, 1, "2027-01-01", "2027-02-01", "OPEN"), "period_moves"),
        ((2027, 1, "2027-01-01", "2027-02-02", "UNOPENED"), "period_is_its_month"),
        ((2027, 1, "2026-11-01", "2027-02-01", "UNOPENED"), "period_is_its_month"),
        ((2027, 13, "2027-12-01", "2028-01-01", "UNOPENED"), "period_is_its_month"),
        ((2027, 14, "2027-12-01", "2028-01-01", "UNOPENED"), "DatetimeFieldOverflow"),
        ((2026, 11, "2026-11-01", "2026-12-01", "UNOPENED"), "period_is_unique"),
    ],
)
def test_a_period_is_added_unopened_and_as_its_month(hand: Hand, columns: tuple[object, ...], expected: str) -> None:
    sql = (
        "INSERT INTO ledger_period (book_id, year, month, starts_on, ends_before, status)"
        " VALUES ((SELECT id FROM ledger_book WHERE code = 'D'), %s, %s, %s, %s, %s)"
    )
    assert hand.refusal(sql, *columns) == expected
    hand.rows(sql, 2027, 1, "2027-01-01", "2027-02-01", "UNOPENED")
    hand.rows(sql, 2027, 13, "2027-12-31", "2028-01-01", "UNOPENED")


def test_a_status_is_not_written_past_the_changes(hand: Hand) -> None:
    opened = "UPDATE ledger_period SET status = 'OPEN'"
    assert hand.refusal(opened) == hand.owner_meets("period_is_derived")
    again = (
        "INSERT INTO ledger_period (book_id, year, month, starts_on, ends_before, status)"
        " SELECT book_id, year, month, starts_on, ends_before, 'UNOPENED' FROM ledger_period"
        " ON CONFLICT ON CONSTRAINT period_is_unique DO UPDATE SET status = 'OPEN'"
    )
    assert hand.refusal(again) == hand.owner_meets("period_is_derived")


def carried(year: int = 2026, book: str = "T02") -> tuple[str, int, str]:
    sql = (
        "INSERT INTO ledger_yearcarried (book_id, year, carried_by_id, carried_at)"
        " SELECT id, %s, 'reviewer', now() FROM ledger_book WHERE code = %s"
    )
    return sql, year, book


def close_year(hand: Hand, book: str = "T02") -> None:
    hand.closes(book, 10, 11)
    for month in (12, 13):
        hand.moves(book, month, *TO["CLOSED"])


def test_a_year_is_carried_once_all_its_periods_are_closed(hand: Hand) -> None:
    hand.closes("T02", 10, 11)
    hand.moves("T02", 12, *TO["CLOSED"])
    assert hand.refusal(*carried()) == "year_is_closed"
    hand.moves("T02", 13, *TO["CLOSED"])
    hand.rows(*carried())
    assert hand.refusal(*carried()) == "year_is_carried_once"


def test_a_year_without_periods_is_not_carried(hand: Hand) -> None:
    assert hand.refusal(*carried(2030)) == "year_is_closed"


def test_a_year_is_not_carried_while_income_has_a_balance(hand: Hand) -> None:
    hand.posts(plain("5.00", book="T02"))
    hand.rows("SAVEPOINT closing")
    close_year(hand)
    assert hand.refusal(*carried()) == "income_is_transferred"
    hand.rows("ROLLBACK TO SAVEPOINT closing")
    hand.posts(paper("T02", dr("3001", "5.00"), cr("5001", "5.00"), kind="CLOSING"))
    close_year(hand)
    hand.rows(*carried())
    opened = hand.rows(
        "SELECT a.code, o.debit, o.credit FROM ledger_openingbalance o JOIN ledger_account a ON a.id = account_id"
        " WHERE year = 2027 ORDER BY 1"
    )
    assert [(code, str(debit), str(credit)) for code, debit, credit in opened] == [
        ("2015", "0", "5.00"),
        ("3001", "5.00", "0"),
    ]


def test_a_carried_year_stays_closed(hand: Hand) -> None:
    close_year(hand)
    two: dict[str, Any] = {"approved_by": "second", "reason": "漏记"}
    statement = change(hand, "T02", 13, "CLOSED", "ADJUSTING", **two)
    hand.rows("SAVEPOINT before")
    hand.rows(*statement)
    hand.rows("ROLLBACK TO SAVEPOINT before")
    hand.rows(*carried())
    assert hand.refusal(*statement) == "year_is_carried"


def test_a_period_added_to_a_carried_year_does_not_open(hand: Hand) -> None:
    close_year(hand)
    hand.rows(*carried())
    added = (
        "INSERT INTO ledger_period (book_id, year, month, starts_on, ends_before, status)"
        " SELECT id, 2025, 12, '2025-12-01', '2026-01-01', 'UNOPENED' FROM ledger_book WHERE code = 'T02'"
    )
    hand.rows(added)
    assert hand.refusal(*change(hand, "T02", 12, "UNOPENED", "OPEN", year=2025)) in (
        "period_closes_in_order",
        "year_is_carried",
    )
