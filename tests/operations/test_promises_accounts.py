"""P9: only leaf accounts of the book's chart, open on the date, with a fund they admit."""

import psycopg2
import pytest

from tests import attacks
from tests.attacks import Hand, cr, dr, insertion, paper, plain, refused_as, sub_account

stage = attacks.stage
hand = attacks.hand


@pytest.mark.parametrize("code", ["1031", "1031001"])
def test_an_account_with_sub_accounts_takes_no_line(hand: Hand, code: str) -> None:
    assert hand.refuses(paper("D", dr("5001", "1.00"), cr(code, "1.00"))) == "line_account_usable"


def test_an_account_of_another_book_takes_no_line(hand: Hand) -> None:
    foreign = hand.account("T02", "2015")[0]
    assert hand.refuses(paper("D", dr("5001", "1.00"), cr("2015", "1.00", account_id=foreign))) == "line_account_usable"


@pytest.mark.parametrize("key", [-1, 0, 2147483647])
def test_an_account_that_is_not_there_takes_no_line(hand: Hand, key: int) -> None:
    assert hand.refuses(paper("D", dr("5001", "1.00"), cr("2015", "1.00", account_id=key))) == "line_account_usable"


@pytest.mark.parametrize(("fund", "admitted"), [("111", True), ("121", False), ("nix", False), ("", False)])
def test_an_account_takes_the_funds_it_admits(hand: Hand, fund: str, admitted: bool) -> None:
    lines = dr("5001", "1.00", fund_id=fund), cr("2015", "1.00", fund_id=fund)
    if admitted:
        assert hand.posts(paper("D", *lines))
    else:
        assert hand.refuses(paper("D", *lines)) == "line_account_usable"


@pytest.mark.parametrize("record", ["B", "X"])
def test_a_line_names_the_record_of_its_account(hand: Hand, record: str) -> None:
    headers, lines = hand.columns_of([plain()])
    heading, h = insertion("ledger_voucher", headers)
    body, b = insertion("ledger_line", [{**line, "record": record} for line in lines])
    assert hand.refusal(f"WITH posted AS ({heading}) {body}", *h, *b) == "line_account_usable"


@pytest.mark.parametrize(
    ("day", "open_on"), [("2026-11-09", False), ("2026-11-10", True), ("2026-11-19", True), ("2026-11-20", False)]
)
def test_an_account_is_open_from_its_first_day_until_the_day_it_ends(hand: Hand, day: str, open_on: bool) -> None:
    hand.adds_account("T02", "201599", "2015", effective_from="2026-11-10", effective_to="2026-11-20")
    one = paper("T02", dr("5001", "1.00"), cr("201599", "1.00"), posting_date=day)
    if open_on:
        assert hand.posts(one)
    else:
        assert hand.refuses(one) == "line_account_usable"


def test_an_account_does_not_end_before_what_was_posted_to_it(hand: Hand) -> None:
    hand.adds_account("T02", "201599", "2015")
    key = hand.account("T02", "201599")[0]
    hand.posts(paper("T02", dr("5001", "1.00"), cr("201599", "1.00")))
    ended = "UPDATE ledger_account SET effective_to = %s WHERE id = %s"
    assert hand.refusal(ended, "2026-11-05", key) == "account_ends_after_its_lines"
    hand.rows(ended, "2026-11-06", key)


def test_an_account_that_was_posted_to_takes_no_sub_account(hand: Hand) -> None:
    assert hand.refusal(*sub_account("D", "500101", "5001")) == "account_parent_is_unused"
    hand.adds_account("T02", "500101", "5001")
    assert hand.refuses(plain(book="T02")) == "line_account_usable"
    assert hand.posts(paper("T02", dr("500101", "1.00"), cr("2015", "1.00")))


def test_an_account_is_not_put_under_one_that_was_posted_to(hand: Hand) -> None:
    parent = hand.account("D", "5001")[0]
    moved = f"UPDATE ledger_account SET parent_id = {parent} WHERE code = '5013'"
    assert hand.refusal(moved) == "account_is_fixed"


def test_an_account_is_not_put_under_one_of_another_book(hand: Hand) -> None:
    wrong = sub_account("T02", "500199", "5001")
    sql = str(wrong[0]).replace("SELECT p.book_id", f"SELECT {hand.book('T01')}")
    assert hand.refusal(sql, *wrong[1:]) == "account_parent_is_unused"


def test_a_code_is_given_once_in_a_book(hand: Hand) -> None:
    assert hand.refusal(*sub_account("T02", "5013", "5001")) == "account_code_is_unique"


@pytest.mark.parametrize("column", ["functional_id", "economic_id", "project_id", "unit_id", "counterparty_id"])
def test_a_dimension_is_in_its_list(hand: Hand, column: str) -> None:
    wrong = paper("D", dr("5001", "1.00", **{column: "nix"}), cr("2015", "1.00"))
    assert hand.refuses(wrong) == "line_dimension_exists"


@pytest.mark.parametrize(
    ("column", "table"),
    [("project_id", "project"), ("unit_id", "accountingunit"), ("counterparty_id", "counterparty")],
)
def test_a_dimension_is_posted_once_it_is_in_its_list(hand: Hand, column: str, table: str) -> None:
    hand.rows(f"INSERT INTO ledger_{table} (code, name, english_name) VALUES ('P1', '项目', '')")
    assert hand.posts(paper("D", dr("5001", "1.00", **{column: "P1"}), cr("2015", "1.00")))


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_a_sub_account_added_meanwhile_is_seen_at_every_isolation_level(
    stage: attacks.Stage, hand: Hand, isolation: str
) -> None:
    hand.connection.rollback()
    hand.rows(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
    code = f"{hand.role[0]}{isolation[0]}{isolation[2]}"
    sql, parameters, _ = hand.statement([paper("T02", dr(used(code), "1.00"), cr("2015", "1.00"))])
    other = stage.connect("app")
    Hand("app", other).rows(*sub_account("T02", f"{used(code)}01", used(code)))
    other.commit()
    other.close()
    with pytest.raises(psycopg2.Error) as refusal:
        hand.rows(sql, *parameters)
    assert refused_as(refusal.value) in ("line_account_usable", "SerializationFailure", "isolation_is_read_committed")


def used(code: str) -> str:
    """Return an expense account of fund 111 that only one case of the test above uses."""
    accounts = {"aRA": "5013", "aRP": "5031", "aSR": "5041", "oRA": "5042", "oRP": "4013", "oSR": "4031"}
    return accounts[code]
