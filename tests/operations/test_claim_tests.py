"""The auditor's tests of claims: invoices whose numbers end alike, from both sides."""

from dataclasses import replace
from datetime import date

import pytest

from ledger.models import Book
from month.posts import demo_officer
from tests import golden
from tests.golden import AT, RIVER, a_file, town, yuan
from tests.planted import keys_found, result_of, within
from treasury.claiming import HandedInLine, take_claims

stage, rolled_back = golden.stage, golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def claimed(number: str, invoice: str, *, on: date = date(2026, 11, 10), reason: str = "") -> None:
    line = HandedInLine(yuan("10.00"), economic="30201", summary="办公费", invoice=invoice, payee_name="文具店")
    made = replace(golden.claim(number, "10.00", reason), claimed_on=on, lines=[line], total=yuan("10.00"))
    take_claims(file=a_file("CLAIMS", text=number), claims=[made], officer=demo_officer("preparer"), at=AT)


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("吉A12345678", "吉B12345678", True),  # another series
        ("012345678", "12345678", True),
        ("吉A12345678", "吉B12345679", False),
        ("吉A2345678", "吉B2345678", False),  # seven digits are too few
        ("", "吉B12345678", False),
    ],
)
def test_invoices_that_end_alike_and_begin_otherwise(first: str, second: str, found: bool) -> None:
    claimed("C-1", first)
    claimed("C-2", second)
    rows = result_of("similar_invoices", within(*NOVEMBER)).rows
    assert [row[1] for row in rows] == (["C-1/1/1", "C-2/1/1"] if found else [])


def test_the_last_seven_digits_may_be_asked_for() -> None:
    claimed("C-1", "吉A2345678")
    claimed("C-2", "吉B2345678")
    assert len(keys_found("similar_invoices", within(*NOVEMBER), digits=7)) == 2


def test_refused_claims_use_no_invoice() -> None:
    claimed("C-1", "吉A12345678", reason="票据不合规")
    claimed("C-2", "吉B12345678")
    assert keys_found("similar_invoices", within(*NOVEMBER)) == []


@pytest.mark.parametrize(("since", "found"), [(date(2026, 11, 10), 2), (date(2026, 11, 11), 0)])
def test_one_of_the_invoices_is_of_the_days_asked_for(since: date, found: int) -> None:
    claimed("C-1", "吉A12345678", on=date(2026, 11, 2))
    claimed("C-2", "吉B12345678", on=date(2026, 11, 10))
    assert len(keys_found("similar_invoices", within(since, NOVEMBER[1]))) == found


def test_claims_of_other_books_are_not_seen() -> None:
    claimed("C-1", "吉A12345678")
    claimed("C-2", "吉B12345678")
    own, others = town(RIVER).book.code, Book.objects.exclude(pk=town(RIVER).book.pk)
    assert len(keys_found("similar_invoices", within(*NOVEMBER, books=[own]))) == 2
    assert keys_found("similar_invoices", within(*NOVEMBER, books=[book.code for book in others])) == []
