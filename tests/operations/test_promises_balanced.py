"""P1: debits equal credits per record and fund, exactly, whatever hand writes the voucher."""

import pytest
from django.db import IntegrityError, connections, transaction

from ledger.models import Book, Line, Period, Voucher
from tests import attacks
from tests.attacks import Hand, Paper, cr, dr, paper, plain

stage = attacks.stage
hand = attacks.hand


def between_funds(second_credit: str) -> Paper:
    """Return money moved from fund 111 to fund 121 (J23); right with 1.00."""
    return paper(
        "D",
        dr("5021", "1.00", fund_id="111"),
        cr("1001", "1.00", fund_id="111"),
        dr("1001", "1.00", fund_id="121"),
        cr("4021", second_credit, fund_id="121"),
    )


def two_records(budget_credit: str) -> Paper:
    """Return revenue in both records (平行记账); right with 1.00."""
    return paper("N", dr("1001", "1.00"), cr("4001", "1.00"), dr("804101", "1.00"), cr("6001", budget_credit))


def test_equal_sides_are_posted(hand: Hand) -> None:
    assert hand.posts(plain(), between_funds("1.00"), two_records("1.00"))


def test_headers_written_after_their_lines_in_one_statement_are_posted_all_the_same(hand: Hand) -> None:
    sql, parameters, keys = hand.statement([plain()], lines_first=True)
    hand.rows(sql, *parameters)
    assert hand.rows("SELECT line_count FROM ledger_voucher WHERE id = %s", keys[0]) == [(2,)]


UNBALANCED = {
    "out by one fen": paper("D", dr("5001", "1.00"), cr("2015", "1.01")),
    "one line": paper("D", dr("5001", "1.00")),
    "one line of its own balance": paper("D", dr("5001", "1.00"), credit_total="1.00"),
    "no line": paper("D"),
    "no line, saying it has two": paper("D", line_count=2),
    "in balance over two funds but in neither": paper(
        "D", dr("5001", "1.00", fund_id="111"), cr("2015", "0.99", fund_id="111"), cr("2015", "0.01", fund_id="121")
    ),
    "out by one fen in one fund": between_funds("1.01"),
    "financial against budget": paper("N", dr("1001", "1.00"), cr("6001", "1.00")),
    "out by one fen in the budget record": two_records("1.01"),
}
LYING = {
    "agrees while its lines are out by one fen": paper(
        "D", dr("5001", "1.00"), cr("2015", "1.01"), debit_total="1.01", credit_total="1.01"
    ),
    "counts two lines where one is": paper("D", dr("5001", "1.00"), line_count=2, credit_total="1.00"),
    "counts two lines where three are": paper(
        "D", dr("5001", "2.00"), cr("2015", "1.00"), cr("2015", "1.00"), line_count=2
    ),
    "is a fen too high on both sides": plain().but(debit_total="1.01", credit_total="1.01"),
    "claims a budget record": plain().but(budget_debit_total="1.00", budget_credit_total="1.00"),
}


@pytest.mark.parametrize("wrong", UNBALANCED.values(), ids=UNBALANCED.keys())
def test_a_voucher_is_refused_that_is(hand: Hand, wrong: Paper) -> None:
    assert hand.refuses(wrong) == "voucher_is_balanced"


@pytest.mark.parametrize("wrong", LYING.values(), ids=LYING.keys())
def test_a_voucher_is_refused_whose_header(hand: Hand, wrong: Paper) -> None:
    assert hand.refuses(wrong) == "line_is_append_only"


def test_one_wrong_voucher_refuses_all_of_its_statement(hand: Hand) -> None:
    assert hand.refuses(plain(), between_funds("1.01"), plain()) == "voucher_is_balanced"


@pytest.mark.parametrize("amount", ["0.001", "1.005", "NaN", "Infinity", "-Infinity", "10000000000000000", "1e-30"])
def test_an_amount_that_is_no_number_of_fen_is_refused(hand: Hand, amount: str) -> None:
    assert hand.refuses(plain(amount, paper="x")) == "line_amount_is_exact"


@pytest.mark.parametrize("amount", ["0.01", "9999999999999999.99", "1.000", "1e3"])
def test_an_amount_of_fen_is_posted(hand: Hand, amount: str) -> None:
    assert hand.posts(plain(amount))


@pytest.mark.parametrize("columns", [{"amount": "0.00"}, {"side": "X"}])
def test_a_line_without_amount_or_side_is_refused(hand: Hand, columns: dict[str, str]) -> None:
    wrong = paper("D", dr("5001", "1.00"), cr("2015", "1.00"), {**dr("5001", "1.00"), **columns})
    assert hand.refuses(wrong) == "line_has_one_side"


@pytest.mark.parametrize("amount", ["-0.01", "-9999999999999999.99"])
def test_a_red_line_is_refused_until_it_names_its_reason(hand: Hand, amount: str) -> None:
    assert hand.refuses(plain(amount)) == "red_line_names_its_reason"
    assert hand.posts(plain(amount, paper="区财政局〔2026〕7号"))


CONTROLS = {"tab": "a\tb", "line feed": "a\nb", "return": "a\rb", "unit separator": "a\x1fb", "delete": "a\x7fb"}


@pytest.mark.parametrize("text", CONTROLS.values(), ids=CONTROLS.keys())
@pytest.mark.parametrize("column", ["summary", "source", "reference", "paper"])
def test_a_control_character_is_refused_in_a_header(hand: Hand, column: str, text: str) -> None:
    assert hand.refuses(plain().but(**{column: text})) == "voucher_text_is_plain"


@pytest.mark.parametrize("text", CONTROLS.values(), ids=CONTROLS.keys())
def test_a_control_character_is_refused_in_a_line(hand: Hand, text: str) -> None:
    assert hand.refuses(paper("D", dr("5001", "1.00", summary=text), cr("2015", "1.00"))) == "line_text_is_plain"


@pytest.mark.parametrize("text", ["注销 11月5日 记字第1号 凭证", "\\t \\n %s 'quoted' \"twice\"", "𠮷 é ️"])
def test_a_plain_text_is_posted_as_it_is(hand: Hand, text: str) -> None:
    keys = hand.posts(plain().but(summary=text, reference=text, paper=text))
    assert hand.rows("SELECT summary, reference, paper FROM ledger_voucher WHERE id = %s", keys[0]) == [(text,) * 3]


INCOMPLETE = {
    "no source": {"source": ""},
    "no summary": {"summary": ""},
    "attachments below zero": {"attachments": -1},
    "a voucher type nobody knows": {"voucher_type": "X"},
    "a kind nobody knows": {"kind": "SPECIAL"},
}


@pytest.mark.parametrize("header", INCOMPLETE.values(), ids=INCOMPLETE.keys())
def test_a_header_is_refused_that_has(hand: Hand, header: dict[str, object]) -> None:
    assert hand.refuses(plain().but(**header)) == "voucher_header_is_complete"


@pytest.mark.parametrize("column", ["summary", "source", "paper", "debit_total", "part", "seal_number", "reviewer_id"])
def test_a_header_without_a_column_is_refused(hand: Hand, column: str) -> None:
    assert hand.refuses(plain().but(**{column: None})) == "NotNullViolation"


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_no_isolation_level_lets_one_fen_pass(hand: Hand, isolation: str) -> None:
    hand.connection.rollback()
    hand.rows(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
    assert hand.refuses(between_funds("1.01")) in ("voucher_is_balanced", "isolation_is_read_committed")


def test_bulk_create_past_the_door_posts_neither_headers_nor_lines(hand: Hand) -> None:
    alias = "default" if hand.role == "app" else "owner"
    headers, lines = hand.columns_of([plain()])
    period = Period.objects.get(pk=headers[0]["period_id"])
    made = Voucher(**headers[0])
    assert made.book == Book.objects.get(code="D")
    assert made.period == period
    with pytest.raises(IntegrityError, match="without lines"), transaction.atomic(using=alias):
        Voucher.objects.using(alias).bulk_create([made])
    with pytest.raises(IntegrityError, match="do not agree"), transaction.atomic(using=alias):
        Line.objects.using(alias).bulk_create([Line(**line) for line in lines])
    connections[alias].close()
