"""The voucher register finds vouchers by what is known of them, page by page."""

from dataclasses import replace
from datetime import date

import pytest

from ledger.models import AccountingUnit, Book, Counterparty, EconomicClass, FunctionalClass, Project
from ledger.posting import post_events
from ledger.registers import Search, voucher_register
from tests.builders import FUND, credit, debit, event, make_books, simple, voucher, yuan

pytestmark = pytest.mark.django_db


def november(day: int) -> date:
    return date(2026, 11, day)


@pytest.fixture(autouse=True)
def district() -> Book:
    """A district with the vouchers ``pay`` (5th), ``tax`` (6th), ``fee`` (6th) and ``early`` (4th, posted last)."""
    district, _ = make_books()
    for model, code in ((Project, "P1"), (AccountingUnit, "U1"), (Counterparty, "C1")):
        model.objects.create(code=code, name=code)
    FunctionalClass.objects.create(code="F1", name="F1")
    EconomicClass.objects.create(code="E1", name="E1", kind="DEPARTMENT")
    salary = replace(debit("5001", yuan("70.00"), fund=FUND, summary="基本工资"), functional="F1", economic="E1")
    pay = voucher(
        "D",
        salary,
        replace(debit("5001", yuan("30.00"), fund=FUND), project="P1"),
        replace(credit("2015", yuan("100.00"), fund=FUND), unit="U1", counterparty="C1"),
        summary="发放工资",
        reference="财社〔2026〕7号",
    )
    tax = voucher(
        "D",
        debit("1001", yuan("70.00"), fund=FUND),
        credit("4001", yuan("70.00"), fund=FUND),
        voucher_type="收",
        posting_date=november(6),
        summary="税款100%入库",
    )
    fee = voucher(
        "D",
        debit("1004", yuan("5.00"), fund="2"),
        credit("4005", yuan("5.00"), fund="2"),
        posting_date=november(6),
        summary="收费",
    )
    post_events(
        [
            event("pay", pay),
            event("tax", tax),
            event("fee", fee),
            simple("early", "1.00", posting_date=november(4)),
            simple("elsewhere", "70.00", book="T01"),
        ]
    )
    return district


def found(book: Book, search: Search) -> list[str]:
    return [voucher.source for voucher in voucher_register(book=book, search=search, after=None)]


def test_nothing_known_finds_all_vouchers_of_the_book_by_posting_date(district: Book) -> None:
    assert found(district, Search()) == ["early", "pay", "tax", "fee"]


SEARCHES = [
    (Search(since=november(6)), ["tax", "fee"]),
    (Search(since=november(7)), []),
    (Search(before=november(6)), ["early", "pay"]),
    (Search(since=november(5), before=november(6)), ["pay"]),
    (Search(voucher_type="收"), ["tax"]),
    (Search(voucher_type="付"), []),
    (Search(number=1), ["pay", "tax"]),
    (Search(number=1, voucher_type="收"), ["tax"]),
    (Search(number=4), []),
    (Search(text="工资"), ["pay"]),
    (Search(text="基本工资"), ["pay"]),
    (Search(text="财社"), ["pay"]),
    (Search(text="EARLY"), ["early"]),
    (Search(text="100%"), ["tax"]),
    (Search(text="1_0"), []),
    (Search(account_prefix="1"), ["tax", "fee"]),
    (Search(account_prefix="100"), ["tax", "fee"]),
    (Search(account_prefix="4001"), ["tax"]),
    (Search(amount=yuan("70.00")), ["pay", "tax"]),
    (Search(amount=yuan("70.01")), []),
    (Search(fund="2"), ["fee"]),
    (Search(functional="F1"), ["pay"]),
    (Search(economic="E1"), ["pay"]),
    (Search(project="P1"), ["pay"]),
    (Search(unit="U1"), ["pay"]),
    (Search(counterparty="C1"), ["pay"]),
    (Search(counterparty="C2"), []),
]


def test_what_is_known_narrows_the_register(district: Book) -> None:
    for search, sources in SEARCHES:
        assert found(district, search) == sources, search


def test_what_is_known_of_a_line_has_to_be_true_of_one_and_the_same_line(district: Book) -> None:
    assert found(district, Search(account_prefix="5001", amount=yuan("70.00"))) == ["pay"]
    assert found(district, Search(account_prefix="2015", amount=yuan("70.00"))) == []
    assert found(district, Search(functional="F1", project="P1")) == []


def test_a_voucher_whose_lines_fit_twice_is_shown_once(district: Book) -> None:
    assert found(district, Search(account_prefix="5001")) == ["early", "pay"]


@pytest.mark.parametrize(("search", "expected"), [(Search(), 4), (Search(since=november(5)), 3)])
def test_the_pages_put_together_are_the_whole(district: Book, search: Search, expected: int) -> None:
    whole = list(voucher_register(book=district, search=search, after=None))
    assert len(whole) == expected
    for limit in (1, 2, 3, 4, 5):
        pages = []
        after = None
        while page := list(voucher_register(book=district, search=search, after=after, limit=limit)):
            assert len(page) <= limit
            pages += page
            after = (page[-1].posting_date, page[-1].pk)
        assert pages == whole
