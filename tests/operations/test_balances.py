"""Balances as of a posting date, as of what was known, across a carried year, and by dimension."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from ledger.balances import (
    AccountBalance,
    DimensionTurnover,
    balances_as_of,
    balances_known_at,
    net_of,
    turnover_by,
)
from ledger.closing import close_month
from ledger.models import AccountingUnit, Book, BookHead, Officer, Period, Project
from ledger.opening import open_period, open_year
from ledger.posting import post_event, post_events
from ledger.year_closing import carry_forward, transfer_income_and_expense
from tests.builders import AT, FUND, OPENED_ON, SIGNED, credit, debit, event, make_books, simple, voucher, yuan

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)
YEAR_END = date(2026, 12, 31)


@pytest.fixture(autouse=True)
def district() -> Book:
    return make_books()[0]


def november(day: int) -> date:
    return date(2026, 11, day)


def balance(code: str, name: str, debited: str, credited: str, fund: str = FUND) -> AccountBalance:
    return AccountBalance(code=code, name=name, fund=fund, debit=yuan(debited), credit=yuan(credited))


def recorded_last(book: Book) -> datetime:
    return BookHead.objects.get(book=book).recorded_at


def open_january(book: Book) -> None:
    open_year(book=book, year=2027)
    officer = Officer.objects.get(username="reviewer")
    open_period(period=Period.objects.get(book=book, year=2027, month=1), opener=officer, at=AT)


def carry_2026(book: Book) -> None:
    """Transfer income and expense, close every period of 2026 and carry the balances forward."""
    chief = Officer.objects.get(username="chief")
    for month in (12, 13):
        open_period(period=Period.objects.get(book=book, year=2026, month=month), opener=chief, at=AT)
    transfer_income_and_expense(book=book, year=2026, signatures=SIGNED)
    for period in Period.objects.filter(book=book, year=2026, status="OPEN").order_by("month"):
        close_month(period=period, officer=chief, at=AT)
    carry_forward(book=book, year=2026, officer=chief, at=AT)


@pytest.fixture
def alone(district: Book) -> Book:
    """A district whose townships have closed all they opened, so that its own months can close."""
    chief = Officer.objects.get(username="chief")
    for period in Period.objects.filter(book__parent=district, status="OPEN").order_by("month"):
        close_month(period=period, officer=chief, at=AT)
    return district


def test_a_voucher_counts_from_its_posting_date_and_not_on_the_day_before(district: Book) -> None:
    post_event(simple(posting_date=november(5)))
    assert balances_as_of(book=district, as_of=november(4)) == []
    assert balances_as_of(book=district, as_of=november(5)) == [
        balance("2015", "其他应付款", "0.00", "100.00"),
        balance("5001", "一般公共预算本级支出", "100.00", "0.00"),
    ]


def test_turnover_adds_up_by_day_whatever_the_order_of_posting(district: Book) -> None:
    post_events([simple("late", "3.00", posting_date=november(9)), simple("early", "2.00", posting_date=november(7))])
    found = [net_of(book=district, code="5001", as_of=november(day)) for day in (6, 7, 8, 9)]
    assert found == [yuan("0.00"), yuan("2.00"), yuan("2.00"), yuan("5.00")]


def test_a_net_is_debit_positive_and_credit_negative(district: Book) -> None:
    post_event(simple())
    assert net_of(book=district, code="2015", as_of=november(30)) == yuan("-100.00")
    assert net_of(book=district, code="1001", as_of=november(30)) == yuan("0.00")


def test_opening_vouchers_count_before_the_first_day_of_business(district: Book) -> None:
    day_before = OPENED_ON - timedelta(days=1)
    lines = debit("1001", yuan("50.00"), fund=FUND), credit("3001", yuan("50.00"), fund=FUND)
    post_event(event("opening", voucher("D", *lines, kind="OPENING", posting_date=day_before)))
    assert net_of(book=district, code="1001", as_of=day_before - timedelta(days=1)) == yuan("0.00")
    assert net_of(book=district, code="1001", as_of=day_before) == yuan("50.00")


def test_each_fund_has_a_balance_of_its_own_and_the_account_has_their_sum(district: Book) -> None:
    lines = [
        debit("1001", yuan("10.00"), fund="111"),
        credit("4001", yuan("10.00"), fund="111"),
        debit("1001", yuan("4.00"), fund="121"),
        credit("4002", yuan("4.00"), fund="121"),
    ]
    post_event(event("two funds", voucher("D", *lines)))
    held = [(b.fund, b.net) for b in balances_as_of(book=district, as_of=november(5)) if b.code == "1001"]
    assert held == [("111", yuan("10.00")), ("121", yuan("4.00"))]
    assert net_of(book=district, code="1001", as_of=november(5)) == yuan("14.00")


def test_another_book_does_not_count(district: Book) -> None:
    post_event(simple(book="T01"))
    assert balances_as_of(book=district, as_of=november(30)) == []


def test_what_was_recorded_later_is_not_known_at_the_moment_between(district: Book) -> None:
    post_event(simple("first", "1.00"))
    first = recorded_last(district)
    post_event(simple("second", "10.00", posting_date=november(1)))
    second = recorded_last(district)

    def known(moment: datetime) -> list[tuple[str, str]]:
        held = balances_known_at(book=district, as_of=november(30), known_at=moment)
        return [(b.code, str(b.net)) for b in held]

    assert known(first - MICROSECOND) == []
    assert known(first) == [("2015", "-1.00"), ("5001", "1.00")]
    assert known(second - MICROSECOND) == [("2015", "-1.00"), ("5001", "1.00")]
    assert known(second) == [("2015", "-11.00"), ("5001", "11.00")]


def test_what_is_known_is_still_cut_at_the_posting_date(district: Book) -> None:
    post_events([simple("early", "1.00", posting_date=november(4)), simple("late", "9.00", posting_date=november(6))])
    moment = recorded_last(district)
    assert [b.net for b in balances_known_at(book=district, as_of=november(5), known_at=moment)] == [
        yuan("-1.00"),
        yuan("1.00"),
    ]


def test_with_everything_known_both_readings_agree(district: Book) -> None:
    post_events([simple("a", "1.00"), simple("b", "2.50", posting_date=november(6))])
    known = balances_known_at(book=district, as_of=november(30), known_at=recorded_last(district))
    assert known == balances_as_of(book=district, as_of=november(30))


def test_january_posted_before_the_old_year_is_closed_stands_on_the_old_year(alone: Book) -> None:
    post_event(simple("old", "100.00"))
    open_january(alone)
    post_event(simple("new", "7.00", posting_date=date(2027, 1, 10)))
    assert net_of(book=alone, code="5001", as_of=date(2027, 1, 9)) == yuan("100.00")
    assert net_of(book=alone, code="5001", as_of=date(2027, 1, 10)) == yuan("107.00")


def test_a_carried_year_opens_the_next_with_what_it_left_on_one_side(alone: Book) -> None:
    post_event(simple("owed", "100.00"))
    paid = voucher("D", debit("2015", yuan("30.00"), fund=FUND), credit("1036", yuan("30.00"), fund=FUND))
    post_event(event("paid", paid))
    open_january(alone)
    post_event(simple("new", "7.00", posting_date=date(2027, 1, 10)))
    carry_2026(alone)
    assert balances_as_of(book=alone, as_of=date(2027, 1, 9)) == [
        balance("1036", "其他应收款", "0", "30.00"),
        balance("2015", "其他应付款", "0", "70.00"),
        balance("3001", "一般公共预算结转结余", "100.00", "0"),
    ]
    assert balances_as_of(book=alone, as_of=date(2027, 1, 10))[1:] == [
        balance("2015", "其他应付款", "0", "77.00"),
        balance("3001", "一般公共预算结转结余", "100.00", "0"),
        balance("5001", "一般公共预算本级支出", "7.00", "0"),
    ]


def test_the_last_day_of_a_carried_year_reads_as_it_did_before(alone: Book) -> None:
    post_event(simple("owed", "100.00"))
    open_january(alone)
    post_event(simple("new", "7.00", posting_date=date(2027, 1, 10)))
    carry_2026(alone)
    nets = {b.code: str(b.net) for b in balances_as_of(book=alone, as_of=YEAR_END)}
    assert nets == {"2015": "-100.00", "3001": "100.00", "5001": "0.00"}
    moment = recorded_last(alone)
    later = date(2027, 1, 31)
    known = {b.code: b.net for b in balances_known_at(book=alone, as_of=later, known_at=moment)}
    assert known == {b.code: b.net for b in balances_as_of(book=alone, as_of=later)}


def test_turnover_by_a_dimension_starts_on_the_first_day_and_ends_before_the_last(district: Book) -> None:
    AccountingUnit.objects.bulk_create(AccountingUnit(code=code, name=code) for code in ("U1", "U2"))
    for day, unit, amount in ((4, "U1", "1.00"), (5, "U1", "2.00"), (6, "U2", "4.00"), (7, "U1", "8.00")):
        lines = (
            replace(debit("5001", yuan(amount), fund=FUND), unit=unit),
            credit("2015", yuan(amount), fund=FUND),
        )
        post_event(event(f"day/{day}", voucher("D", *lines, posting_date=november(day))))
    found = turnover_by(book=district, dimension="unit", since=november(5), before=november(7))
    assert found == [
        DimensionTurnover(account="2015", fund=FUND, value=None, debit=yuan("0"), credit=yuan("6.00")),
        DimensionTurnover(account="5001", fund=FUND, value="U1", debit=yuan("2.00"), credit=yuan("0")),
        DimensionTurnover(account="5001", fund=FUND, value="U2", debit=yuan("4.00"), credit=yuan("0")),
    ]


def test_turnover_by_one_dimension_sums_over_the_others(district: Book) -> None:
    Project.objects.create(code="P", name="P")
    AccountingUnit.objects.create(code="U", name="U")
    bare = debit("5001", yuan("1.00"), fund=FUND)
    lines = [replace(bare, project="P"), replace(bare, project="P", unit="U"), credit("2015", yuan("2.00"), fund=FUND)]
    post_event(event("x", voucher("D", *lines)))
    found = turnover_by(book=district, dimension="project", since=november(1), before=november(30))
    assert [(t.account, t.value, t.debit) for t in found if t.value] == [("5001", "P", yuan("2.00"))]


def test_what_is_no_dimension_is_refused(district: Book) -> None:
    with pytest.raises(ValueError, match="amount is no dimension of a line"):
        turnover_by(book=district, dimension="amount", since=november(1), before=november(30))
