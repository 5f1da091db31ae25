"""The trial balance ties and the statement of an account runs on from page to page."""

from dataclasses import astuple, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledger.closing import close_month
from ledger.models import Account, AccountingUnit, Book, Officer, Period
from ledger.models.words import BookKind
from ledger.opening import open_book, open_period, open_year
from ledger.posting import post_event, post_events
from ledger.reversing import reverse_event
from ledger.statements import StatementLine, TrialBalance, TrialLine, account_statement, trial_balance
from ledger.year_closing import carry_forward, transfer_income_and_expense
from tests.builders import (
    AT,
    DAY,
    FUND,
    LOWER_ANNUAL,
    LOWER_HISTORIC,
    OPENED_ON,
    SIGNED,
    UPPER_ANNUAL,
    UPPER_HISTORIC,
    credit,
    debit,
    event,
    make_books,
    make_officers,
    receipt,
    simple,
    sweep,
    voucher,
    yuan,
)

pytestmark = pytest.mark.django_db

DECEMBER = date(2026, 12, 1)


def november(day: int) -> date:
    return date(2026, 11, day)


def shown(statement: TrialBalance) -> dict[str, tuple[str, ...]]:
    """Return the six columns by account code."""
    return {line.code: tuple(str(amount) for amount in astuple(line)[4:]) for line in statement.lines}


def open_golden_month() -> None:
    """Post an opening balance, a receipt of 950 and a sweep of 400."""
    make_books()
    opening = {"kind": "OPENING", "posting_date": OPENED_ON - timedelta(days=1)}
    debt = event(
        "debt",
        voucher(
            "D", debit(LOWER_HISTORIC, yuan("50.00"), fund=FUND), credit("3001", yuan("50.00"), fund=FUND), **opening
        ),
        voucher(
            "T01", debit("3001", yuan("50.00"), fund=FUND), credit(UPPER_HISTORIC, yuan("50.00"), fund=FUND), **opening
        ),
    )
    post_events([debt, receipt("r", "950.00"), sweep("s", "400.00")])


def test_opening_turnover_and_closing_stand_in_their_columns_and_tie() -> None:
    open_golden_month()
    township = Book.objects.get(code="T01")
    statement = trial_balance(book=township, since=OPENED_ON, before=DECEMBER)
    assert shown(statement) == {
        "1001": ("0.00", "0.00", "950.00", "400.00", "550.00", "0.00"),
        "100101": ("0.00", "0.00", "950.00", "400.00", "550.00", "0.00"),
        "2012": ("0.00", "50.00", "400.00", "0.00", "400.00", "50.00"),
        "201201": ("0.00", "0.00", "400.00", "0.00", "400.00", "0.00"),
        "201202": ("0.00", "50.00", "0.00", "0.00", "0.00", "50.00"),
        "3001": ("50.00", "0.00", "0.00", "0.00", "50.00", "0.00"),
        "4001": ("0.00", "0.00", "0.00", "950.00", "0.00", "950.00"),
    }
    assert statement.totals("F") == tuple(map(yuan, ("50.00", "50.00", "1350.00", "1350.00", "1000.00", "1000.00")))
    assert statement.ties


def test_both_books_of_a_mirrored_month_tie() -> None:
    open_golden_month()
    for book in Book.objects.all():
        assert trial_balance(book=book, since=OPENED_ON, before=DECEMBER).ties


def test_a_parent_sums_its_leaves_and_keeps_their_sides_apart() -> None:
    open_golden_month()
    lines = {
        line.code: line for line in trial_balance(book=Book.objects.get(code="D"), since=DAY, before=DECEMBER).lines
    }
    assert [lines[code].leaf for code in ("1031", "1031001", LOWER_ANNUAL, LOWER_HISTORIC)] == [
        False,
        False,
        True,
        True,
    ]
    for parent in ("1031", "1031001"):
        assert (lines[parent].closing_debit, lines[parent].closing_credit) == (yuan("50.00"), yuan("400.00"))
        assert lines[parent].credit == lines[LOWER_ANNUAL].credit + lines[LOWER_HISTORIC].credit


def test_the_first_day_is_turnover_and_the_day_before_is_opening() -> None:
    make_books(townships=0)
    district = Book.objects.get()
    post_events([simple("a", "1.00", posting_date=november(4)), simple("b", "2.00", posting_date=november(5))])
    statement = trial_balance(book=district, since=november(5), before=november(6))
    assert shown(statement)["5001"] == ("1.00", "0.00", "2.00", "0.00", "3.00", "0.00")
    statement = trial_balance(book=district, since=november(4), before=november(5))
    assert shown(statement)["5001"] == ("0.00", "0.00", "1.00", "0.00", "1.00", "0.00")


def test_an_account_without_balance_or_turnover_is_left_out() -> None:
    make_books(townships=0)
    post_event(simple("a"))
    reverse_event(source="a", posting_date=november(6), signatures=SIGNED)
    district = Book.objects.get()
    assert list(shown(trial_balance(book=district, since=november(6), before=DECEMBER))) == ["2015", "5001"]
    assert trial_balance(book=district, since=november(7), before=DECEMBER).lines == []


def test_red_stands_in_turnover_as_a_negative_amount() -> None:
    make_books(townships=0)
    post_event(simple("a"))
    reverse_event(source="a", posting_date=november(6), signatures=SIGNED)
    statement = trial_balance(book=Book.objects.get(), since=november(6), before=DECEMBER)
    assert shown(statement)["5001"] == ("100.00", "0.00", "-100.00", "0.00", "0.00", "0.00")


def test_each_record_of_a_double_record_regime_ties_on_its_own() -> None:
    make_officers()
    book = open_book(
        code="N",
        name="新制",
        kind=BookKind.DISTRICT,
        regime="GF2022",
        parent=None,
        opened_on=OPENED_ON,
        opener=Officer.objects.get(username="reviewer"),
        at=AT,
    )
    lines = [
        debit("1001", yuan("100.00"), fund=FUND),
        credit("4001", yuan("100.00"), fund=FUND),
        debit("804101", yuan("60.00"), fund=FUND),
        credit("6001", yuan("60.00"), fund=FUND),
    ]
    post_event(event("both", voucher("N", *lines)))
    statement = trial_balance(book=book, since=OPENED_ON, before=DECEMBER)
    assert statement.totals("F")[2:4] == (yuan("100.00"), yuan("100.00"))
    assert statement.totals("B")[2:4] == (yuan("60.00"), yuan("60.00"))
    assert statement.ties


@pytest.mark.parametrize("column", range(6))
def test_one_fen_too_much_in_any_column_does_not_tie(column: int) -> None:
    amounts = [[Decimal("1.00"), Decimal("0.00")] * 3, [Decimal("0.00"), Decimal("1.00")] * 3]
    make_books(townships=0)

    def tied() -> bool:
        lines = [TrialLine(code, code, "F", True, *row) for code, row in zip("ab", amounts, strict=True)]
        return TrialBalance(book=Book.objects.get(), since=DAY, before=DECEMBER, lines=lines).ties

    assert tied()
    amounts[0][column] += Decimal("0.01")
    assert not tied()


def carried_district() -> Book:
    """Return a district with 2026 carried forward and one voucher in January 2027."""
    district, _ = make_books(townships=0)
    chief = Officer.objects.get(username="chief")
    income = voucher("D", debit("1001", yuan("900.00"), fund=FUND), credit("4001", yuan("900.00"), fund=FUND))
    post_events([event("income", income), simple("owed", "300.00")])
    open_year(book=district, year=2027)
    for year, month in ((2026, 12), (2026, 13), (2027, 1)):
        open_period(period=Period.objects.get(book=district, year=year, month=month), opener=chief, at=AT)
    transfer_income_and_expense(book=district, year=2026, signatures=SIGNED)
    for period in Period.objects.filter(year=2026, status="OPEN").order_by("month"):
        close_month(period=period, officer=chief, at=AT)
    carry_forward(book=district, year=2026, officer=chief, at=AT)
    post_event(simple("january", "7.00", posting_date=date(2027, 1, 10)))
    return district


def test_the_january_after_a_carried_year_shows_its_own_turnover_only() -> None:
    statement = trial_balance(book=carried_district(), since=date(2027, 1, 1), before=date(2027, 2, 1))
    assert shown(statement) == {
        "1001": ("900.00", "0.00", "0.00", "0.00", "900.00", "0.00"),
        "2015": ("0.00", "300.00", "0.00", "7.00", "0.00", "307.00"),
        "3001": ("0.00", "600.00", "0.00", "0.00", "0.00", "600.00"),
        "5001": ("0.00", "0.00", "7.00", "0.00", "7.00", "0.00"),
    }
    assert statement.ties


def test_a_trial_balance_over_a_carried_year_end_ties_too() -> None:
    statement = trial_balance(book=carried_district(), since=OPENED_ON, before=date(2027, 2, 1))
    assert shown(statement)["4001"] == ("0.00", "0.00", "900.00", "900.00", "0.00", "0.00")
    assert shown(statement)["5001"] == ("0.00", "0.00", "307.00", "300.00", "7.00", "0.00")
    assert statement.ties


@pytest.fixture
def payable() -> Account:
    """Account 2015 of D after five lines on three days, two of them in one voucher."""
    make_books(townships=0)
    AccountingUnit.objects.bulk_create(AccountingUnit(code=code, name=code) for code in ("U1", "U2"))
    for source, day, parts in (
        ("c", 7, [("U1", "4.00")]),
        ("a", 5, [("U1", "1.00"), ("U2", "2.00")]),
        ("b", 5, [("U2", "8.00")]),
        ("d", 9, [("U1", "16.00")]),
    ):
        whole = sum((yuan(amount) for _, amount in parts), yuan("0.00"))
        lines = [replace(credit("2015", yuan(amount), fund=FUND), unit=unit) for unit, amount in parts]
        made = voucher("D", debit("5001", whole, fund=FUND), *lines, posting_date=november(day), summary=f"付{source}")
        post_event(event(source, made))
    return Account.objects.get(code="2015")


def page_of(
    account: Account, dimensions: dict[str, str], *, after: tuple[date, int, int] | None = None, limit: int = 200
) -> list[StatementLine]:
    return account_statement(
        account=account, since=OPENED_ON, before=DECEMBER, dimensions=dimensions, after=after, limit=limit
    )


def test_the_balance_runs_in_the_order_of_posting_dates(payable: Account) -> None:
    lines = account_statement(account=payable, since=OPENED_ON, before=DECEMBER, dimensions={}, after=None)
    assert [
        (line.posting_date.day, line.voucher, line.line_no, str(line.credit), str(line.balance)) for line in lines
    ] == [
        (5, "记-2", 2, "1.00", "-1.00"),
        (5, "记-2", 3, "2.00", "-3.00"),
        (5, "记-3", 2, "8.00", "-11.00"),
        (7, "记-1", 2, "4.00", "-15.00"),
        (9, "记-4", 2, "16.00", "-31.00"),
    ]
    assert [line.summary for line in lines] == ["付a", "付a", "付b", "付c", "付d"]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
def test_the_pages_put_together_are_the_whole(payable: Account, limit: int) -> None:
    whole = page_of(payable, {})
    pages = []
    after = None
    while page := page_of(payable, {}, after=after, limit=limit):
        assert len(page) <= limit
        pages += page
        after = (page[-1].posting_date, page[-1].voucher_id, page[-1].line_no)
    assert pages == whole


@pytest.mark.parametrize("limit", [1, 2])
def test_the_pages_of_one_unit_run_over_its_lines_only(payable: Account, limit: int) -> None:
    first = account_statement(
        account=payable, since=OPENED_ON, before=DECEMBER, dimensions={"unit": "U1"}, after=None, limit=limit
    )
    key = (first[-1].posting_date, first[-1].voucher_id, first[-1].line_no)
    second = account_statement(account=payable, since=OPENED_ON, before=DECEMBER, dimensions={"unit": "U1"}, after=key)
    assert [str(line.balance) for line in first + second] == ["-1.00", "-5.00", "-21.00"]


def test_a_statement_starts_with_what_was_brought_forward(payable: Account) -> None:
    lines = account_statement(account=payable, since=november(6), before=november(9), dimensions={}, after=None)
    assert [str(line.balance) for line in lines] == ["-15.00"]
    lines = account_statement(account=payable, since=november(6), before=november(10), dimensions={}, after=None)
    assert [str(line.balance) for line in lines] == ["-15.00", "-31.00"]
    lines = account_statement(
        account=payable, since=november(6), before=DECEMBER, dimensions={"unit": "U1"}, after=None
    )
    assert [str(line.balance) for line in lines] == ["-5.00", "-21.00"]


def test_a_statement_can_be_of_one_fund(payable: Account) -> None:
    other = voucher("D", debit("1036", yuan("5.00"), fund="2"), credit("2015", yuan("5.00"), fund="2"))
    post_event(event("other fund", other))
    lines = page_of(payable, {"fund": "2"})
    assert [(line.fund, str(line.balance)) for line in lines] == [("2", "-5.00")]
    lines = page_of(payable, {"fund": FUND})
    assert (len(lines), lines[-1].balance) == (5, yuan("-31.00"))
    lines = page_of(payable, {})
    assert (len(lines), lines[-1].balance) == (6, yuan("-36.00"))


def test_two_dimensions_are_both_wanted(payable: Account) -> None:
    both = page_of(payable, {"unit": "U1", "fund": FUND})
    assert len(both) == 3
    assert page_of(payable, {"unit": "U1", "fund": "2"}) == []


@pytest.mark.parametrize("name", ["units", "account", "date"])
def test_a_dimension_that_lines_do_not_have_is_refused_and_not_ignored(payable: Account, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is no dimension of a line"):
        account_statement(account=payable, since=OPENED_ON, before=DECEMBER, dimensions={name: "U1"}, after=None)


def test_the_summary_of_the_line_goes_before_that_of_the_voucher() -> None:
    make_books()
    lines = debit("5001", yuan("1.00"), fund=FUND, summary="工资"), credit("2015", yuan("1.00"), fund=FUND)
    post_event(event("x", voucher("D", *lines, summary="十一月")))

    def summary(code: str) -> str:
        account = Account.objects.get(book__code="D", code=code)
        return account_statement(account=account, since=DAY, before=DECEMBER, dimensions={}, after=None)[0].summary

    assert (summary("5001"), summary("2015")) == ("工资", "十一月")


def test_the_current_account_of_a_township_runs_through_red_and_black() -> None:
    open_golden_month()
    reverse_event(source="s", posting_date=november(6), signatures=SIGNED)
    account = Account.objects.get(book__code="T01", code=UPPER_ANNUAL)
    lines = account_statement(account=account, since=OPENED_ON, before=DECEMBER, dimensions={}, after=None)
    assert [(str(line.debit), str(line.balance)) for line in lines] == [("400.00", "400.00"), ("-400.00", "0.00")]
