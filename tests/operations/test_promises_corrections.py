"""P8: a posted voucher is reversed in red once and whole, or supplemented with a reason."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests import attacks
from tests.attacks import Hand, Paper, change, cr, dr, mirrored, paper, plain

stage = attacks.stage
hand = attacks.hand


def with_line(one: Paper, at: int, **columns: Any) -> Paper:
    """Return the paper with some columns of one line replaced."""
    lines: list[Mapping[str, Any]] = list(one.lines)
    lines[at] = {**lines[at], **columns}
    return replace(one, lines=tuple(lines))


def test_a_voucher_is_reversed_once(hand: Hand) -> None:
    assert hand.posts(hand.red_copy("plain/1"))
    assert hand.refuses(hand.red_copy("plain/1")) == "voucher_reversed_once"


def test_one_statement_does_not_reverse_a_voucher_twice(hand: Hand) -> None:
    assert hand.refuses(hand.red_copy("plain/1"), hand.red_copy("plain/1")) == "voucher_reversed_once"


def test_a_reversal_is_not_reversed(hand: Hand) -> None:
    hand.posts(hand.red_copy("plain/1", source="red"))
    again = hand.red_copy("red")
    assert hand.refuses(again) == "voucher_reversal_is_exact"


@pytest.mark.parametrize(("day", "right"), [("2026-11-04", False), ("2026-11-05", True), ("2026-11-30", True)])
def test_a_reversal_is_dated_on_or_after_its_voucher(hand: Hand, day: str, right: bool) -> None:
    red = hand.red_copy("plain/1", posting_date=day)
    if right:
        assert hand.posts(red)
    else:
        assert hand.refuses(red) == "voucher_reversal_is_exact"


def test_a_reversal_does_not_enter_a_closed_period(hand: Hand) -> None:
    (key,) = hand.posts(plain(book="T02", source="old"))
    hand.moves("T02", 12, "UNOPENED", "OPEN")
    hand.closes("T02", 10, 11)
    assert hand.refuses(hand.red_copy("old", posting_date="2026-11-30")) == "period_is_open"
    assert hand.posts(hand.red_copy("old", posting_date="2026-12-01"))
    assert key


def test_a_reversal_enters_the_period_reopened_for_it(hand: Hand) -> None:
    hand.posts(plain(book="T02", source="old"))
    hand.closes("T02", 10, 11)
    hand.rows(*change(hand, "T02", 11, "CLOSED", "ADJUSTING", approved_by="second", reason="错账"))
    assert hand.posts(hand.red_copy("old"))


DIFFERENT: dict[str, Any] = {
    "one fen less": lambda red: with_line(with_line(red, 0, amount="-99.99"), 1, amount="-99.99"),
    "black": lambda red: with_line(with_line(red, 0, amount="100.00"), 1, amount="100.00"),
    "on the other sides": lambda red: with_line(
        with_line(red, 0, side="C", amount="100.00"), 1, side="D", amount="100.00"
    ),
    "of another account": lambda red: with_line(red, 1, account="2017"),
    "with a project": lambda red: with_line(red, 0, functional_id="2010101"),
    "with its lines exchanged": lambda red: replace(red, lines=red.lines[::-1]),
    "with a line more": lambda red: replace(red, lines=(*red.lines, dr("5001", "-1.00"), cr("2015", "-1.00"))),
    "in two lines for one": lambda red: replace(
        red, lines=(dr("5001", "-60.00"), dr("5001", "-40.00"), cr("2015", "-100.00"))
    ),
}


@pytest.mark.parametrize("made", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_a_reversal_is_refused_that_is(hand: Hand, made: Any) -> None:
    if not hand.rows("SELECT FROM ledger_functionalclass WHERE code = '2010101'"):
        hand.rows(
            "INSERT INTO ledger_functionalclass (code, name, english_name, parent_code, source, verified)"
            " VALUES ('2010101', 'x', '', '', '', false)"
        )
    assert hand.refuses(made(hand.red_copy("plain/1"))) == "voucher_reversal_is_exact"


def test_a_reversal_names_a_voucher_of_its_own_book(hand: Hand) -> None:
    key = hand.voucher("plain/1")
    foreign = paper("T01", dr("5001", "-100.00"), cr("2015", "-100.00"), kind="REVERSAL", reverses_id=key)
    assert hand.refuses(foreign) == "voucher_reversal_is_exact"


@pytest.mark.parametrize(
    "header", [{"kind": "REVERSAL"}, {"kind": "ORDINARY", "reverses_id": 1}, {"kind": "SUPPLEMENT", "reverses_id": 1}]
)
def test_a_reversal_and_only_a_reversal_names_what_it_reverses(hand: Hand, header: dict[str, Any]) -> None:
    assert hand.refuses(plain(paper="x", **header)) == "voucher_reversal_names_its_voucher"


def test_a_voucher_does_not_reverse_or_correct_itself_or_nothing(hand: Hand) -> None:
    key = hand.value("SELECT nextval('ledger_voucher_id_seq')")
    assert hand.refuses(plain(id=key, kind="REVERSAL", reverses_id=key)) == "voucher_reversal_is_exact"
    assert hand.refuses(plain(kind="REVERSAL", reverses_id=-1)) == "voucher_reversal_is_exact"
    assert hand.refuses(plain(id=key, corrects_id=key)) == "voucher_corrects_its_book"
    assert hand.refuses(plain(corrects_id=-1)) == "voucher_corrects_its_book"


def test_a_reversal_that_also_corrects_names_a_voucher_of_its_book(hand: Hand) -> None:
    for other in (-1, hand.voucher("receipt/1")):
        wrong = hand.red_copy("plain/1", corrects_id=other)
        assert hand.refuses(wrong) in ("voucher_corrects_its_book", "voucher_reversal_is_exact")


def test_an_event_in_two_books_is_reversed_whole(hand: Hand) -> None:
    hand.posts(*mirrored("5.00", source="there"))
    upper, lower = (hand.red_copy("there", part=part, source="back") for part in (1, 2))
    assert hand.refuses(upper) in ("event_is_reversed_whole", "books_mirror")
    assert hand.refuses(lower.but(part=1)) in ("event_is_reversed_whole", "books_mirror")
    assert hand.posts(upper, lower)


def test_an_event_in_two_books_without_mirrors_is_reversed_whole_too(hand: Hand) -> None:
    hand.posts(plain(source="two"), plain(book="T01", source="two", part=2))
    first, second = (hand.red_copy("two", part=part, source="red two") for part in (1, 2))
    assert hand.refuses(first) == "event_is_reversed_whole"
    assert hand.refuses(second.but(part=1)) == "event_is_reversed_whole"
    assert hand.posts(first, second)


def test_halves_of_two_events_are_not_a_whole(hand: Hand) -> None:
    for source in ("one", "two"):
        hand.posts(plain(source=source), plain(book="T01", source=source, part=2))
    halves = hand.red_copy("one", part=1, source="red"), hand.red_copy("two", part=2, source="red")
    assert hand.refuses(*halves) == "event_is_reversed_whole"


def test_an_opening_voucher_is_reversed_on_the_first_day_of_business(hand: Hand) -> None:
    assert hand.refuses(hand.red_copy("opening/D", posting_date="2026-10-31")) == "opening_precedes_business"
    hand.posts(paper("D", dr("1001", "1000.00"), cr("2015", "1000.00"), posting_date="2026-11-01"))
    assert hand.posts(hand.red_copy("opening/D", posting_date="2026-11-01"))


def test_supplements_may_be_many(hand: Hand) -> None:
    key = hand.voucher("plain/1")
    for amount in ("-1.00", "2.00", "-1.00"):
        assert hand.posts(plain(amount, kind="SUPPLEMENT", corrects_id=key))


def test_a_supplement_names_the_voucher_it_corrects_or_the_paper_that_orders_it(hand: Hand) -> None:
    assert hand.refuses(plain(kind="SUPPLEMENT")) == "voucher_supplement_names_its_reason"
    assert hand.posts(plain(kind="SUPPLEMENT", paper="区财政局〔2026〕7号"))
    assert hand.posts(plain(kind="SUPPLEMENT", corrects_id=hand.voucher("plain/1")))


@pytest.mark.parametrize("blank", [" ", "\u3000", "\u00a0"])
def test_a_paper_of_nothing_but_spaces_is_no_paper(hand: Hand, blank: str) -> None:
    assert hand.refuses(plain(kind="SUPPLEMENT", paper=blank)) == "voucher_supplement_names_its_reason"
    assert hand.refuses(plain("-1.00", paper=blank)) == "red_line_names_its_reason"


def test_a_correction_names_a_voucher_of_its_own_book(hand: Hand) -> None:
    other = hand.voucher("receipt/1")
    assert hand.refuses(plain(kind="SUPPLEMENT", corrects_id=other)) == "voucher_corrects_its_book"
    assert hand.refuses(plain("-1.00", corrects_id=other)) == "voucher_corrects_its_book"


def test_a_voucher_of_the_adjustment_period_is_not_reversed_in_the_month_before(hand: Hand) -> None:
    for month in (12, 13):
        hand.moves("D", month, "UNOPENED", "OPEN")
    hand.posts(plain(source="late", posting_date="2026-12-31", month=13))
    assert hand.refuses(hand.red_copy("late", month=12, posting_date="2026-12-31")) == "voucher_reversal_is_exact"
    assert hand.posts(hand.red_copy("late", month=13, posting_date="2026-12-31"))
