"""A year ends: income and expense go to net assets, the year closes, its balances open the next."""

from datetime import date

import pytest

from ledger.balances import balances_as_of
from ledger.checks import run_checks
from ledger.closing import close_month, reopen_period, start_adjusting
from ledger.models import (
    AuditEvent,
    Book,
    ChartAccount,
    Line,
    Officer,
    OpeningBalance,
    Period,
    Seal,
    Voucher,
    YearCarried,
)
from ledger.models.words import BookKind
from ledger.opening import SubAccount, add_account, open_book, open_period, open_year
from ledger.posting import Posted, post_event, post_events
from ledger.refusals import AccountUnusable, PeriodCannotMove, PeriodClosed, UnableToPost
from ledger.reversing import reverse_event, supplement
from ledger.year_closing import carry_forward, transfer_income_and_expense
from tests.builders import AT, FUND, SIGNED, credit, debit, event, make_books, make_officers, simple, voucher, yuan

pytestmark = pytest.mark.django_db

YEAR_END = date(2026, 12, 31)


def officer() -> Officer:
    return Officer.objects.get(username="chief")


def opened(book: Book, *months: int, year: int = 2026) -> None:
    for month in months:
        open_period(period=Period.objects.get(book=book, year=year, month=month), opener=officer(), at=AT)


@pytest.fixture
def district() -> Book:
    """A district without townships; October to December 2026 and the adjustment period are open."""
    book, _ = make_books(townships=0)
    opened(book, 12, 13)
    return book


def paid(source: str, debited: str, credited: str, amount: str, fund: str = FUND) -> None:
    lines = debit(debited, yuan(amount), fund=fund), credit(credited, yuan(amount), fund=fund)
    post_event(event(source, voucher("D", *lines)))


def transfer(book: Book) -> list[Posted]:
    return transfer_income_and_expense(book=book, year=2026, signatures=SIGNED)


def close_year(book: Book, *, leaving: tuple[int, ...] = ()) -> None:
    for period in Period.objects.filter(book=book, year__lte=2026, status="OPEN").order_by("year", "month"):
        if period.month not in leaving:
            close_month(period=period, officer=officer(), at=AT)


def carry(book: Book, year: int = 2026) -> YearCarried:
    return carry_forward(book=book, year=year, officer=officer(), at=AT)


def lines_of(posted: Posted) -> list[tuple[str, str, str, str]]:
    lines = Line.objects.filter(voucher=posted.voucher_id).select_related("account").order_by("line_no")
    return [(line.account.code, line.fund_id, line.side, str(line.amount)) for line in lines]


def held(book: Book, as_of: date = YEAR_END) -> dict[tuple[str, str], str]:
    """Return what every account and fund holds, those at zero left out."""
    return {(b.code, b.fund): str(b.net) for b in balances_as_of(book=book, as_of=as_of) if b.net}


def test_every_income_and_expense_of_a_fund_goes_to_the_net_assets_of_that_fund(district: Book) -> None:
    paid("tax", "1001", "4001", "900.00")
    paid("pay", "5001", "1001", "620.00")
    paid("land", "1001", "4002", "70.00", fund="121")
    paid("grant", "1001", "4011", "30.00", fund="121")
    paid("fee", "1004", "4005", "8.00", fund="2")
    paid("use", "5005", "1004", "3.00", fund="2")
    (posted,) = transfer(district)
    assert lines_of(posted) == [
        ("4001", "111", "D", "900.00"),
        ("4002", "121", "D", "70.00"),
        ("4005", "2", "D", "8.00"),
        ("4011", "121", "D", "30.00"),
        ("5001", "111", "C", "620.00"),
        ("5005", "2", "C", "3.00"),
        ("3001", "111", "C", "280.00"),
        ("3002", "121", "C", "100.00"),
        ("3005", "2", "C", "5.00"),
    ]
    made = Voucher.objects.select_related("period").get(pk=posted.voucher_id)
    assert (made.kind, made.posting_date, made.period.month) == ("CLOSING", YEAR_END, 13)
    assert made.source == "ledger.year/D/2026/transfer/1"
    assert held(district) == {
        ("1001", "111"): "280.00",
        ("1001", "121"): "100.00",
        ("1004", "2"): "5.00",
        ("3001", "111"): "-280.00",
        ("3002", "121"): "-100.00",
        ("3005", "2"): "-5.00",
    }
    assert list(run_checks([])) == []


def test_a_loss_is_debited_to_net_assets(district: Book) -> None:
    paid("pay", "5001", "2015", "620.00")
    (posted,) = transfer(district)
    assert lines_of(posted) == [("5001", "111", "C", "620.00"), ("3001", "111", "D", "620.00")]


def test_income_that_equals_expense_leaves_no_line_in_net_assets(district: Book) -> None:
    paid("tax", "1001", "4001", "5.00")
    paid("pay", "5001", "1001", "5.00")
    (posted,) = transfer(district)
    assert [code for code, *_ in lines_of(posted)] == ["4001", "5001"]


def test_an_account_at_zero_gets_no_line(district: Book) -> None:
    paid("tax", "1001", "4001", "5.00")
    post_event(simple("wrong"))
    reverse_event(source="wrong", posting_date=date(2026, 11, 6), signatures=SIGNED)
    (posted,) = transfer(district)
    assert [code for code, *_ in lines_of(posted)] == ["4001", "3001"]


def test_a_year_without_income_or_expense_transfers_nothing(district: Book) -> None:
    paid("loan", "1001", "2022", "5.00")
    assert transfer(district) == []
    assert Voucher.objects.count() == 1


def test_a_sub_account_closes_where_the_account_above_it_does_whatever_its_code(district: Book) -> None:
    for parent, code in (("5001", "500101"), ("5001", "必保-1"), ("5005", "4001-专户")):
        add_account(book=district, sub=SubAccount(parent_code=parent, code=code, name=code))
    paid("a", "500101", "2015", "1.00")
    paid("b", "必保-1", "2015", "2.00")
    paid("c", "4001-专户", "2015", "4.00", fund="2")
    (posted,) = transfer(district)
    assert lines_of(posted)[-2:] == [("3001", "111", "D", "3.00"), ("3005", "2", "D", "4.00")]


def test_an_account_whose_chart_names_no_net_assets_is_refused_and_nothing_is_posted(district: Book) -> None:
    ChartAccount.objects.filter(chart="GF2015", code="5001").update(closes_to="")
    paid("tax", "1001", "4001", "5.00")
    paid("pay", "5001", "1001", "1.00")
    with pytest.raises(AccountUnusable) as refusal:
        transfer(district)
    assert refusal.value.facts == {"account": "5001", "fund": "111"}
    assert not Voucher.objects.filter(kind="CLOSING").exists()


def test_a_fund_that_the_pairs_of_the_chart_do_not_name_is_refused(district: Book) -> None:
    ChartAccount.objects.filter(chart="GF2015", code="4011").update(closes_to="111:3001")
    paid("grant", "1001", "4011", "30.00", fund="121")
    with pytest.raises(AccountUnusable) as refusal:
        transfer(district)
    assert refusal.value.facts == {"account": "4011", "fund": "121"}


def test_the_transfer_waits_for_the_adjustment_period() -> None:
    district, _ = make_books(townships=0)
    post_event(simple("a"))
    with pytest.raises(PeriodClosed):
        transfer(district)
    opened(district, 12, 13)
    start_adjusting(period=Period.objects.get(book=district, month=13), officer=officer(), at=AT)
    assert transfer(district)


def test_a_second_transfer_has_nothing_left_until_a_correction_comes(district: Book) -> None:
    (first,) = post_event(simple("a"))
    assert transfer(district)
    assert transfer(district) == []
    lines = debit("5001", yuan("-30.00"), fund=FUND), credit("2015", yuan("-30.00"), fund=FUND)
    difference = voucher("D", *lines, posting_date=YEAR_END, adjustment_period=True)
    supplement(source="a/less", corrects=Voucher.objects.get(pk=first.voucher_id), difference=difference)
    (second,) = transfer(district)
    assert second.source == "ledger.year/D/2026/transfer/2"
    assert lines_of(second) == [("5001", "111", "D", "30.00"), ("3001", "111", "C", "30.00")]
    assert held(district) == {("2015", "111"): "-70.00", ("3001", "111"): "70.00"}


def test_a_reversed_transfer_is_made_again_under_a_source_of_its_own(district: Book) -> None:
    post_event(simple("a"))
    (first,) = transfer(district)
    reverse_event(source=first.source, posting_date=YEAR_END, signatures=SIGNED)
    assert held(district)["5001", "111"] == "100.00"
    assert transfer(district)
    assert held(district) == {("2015", "111"): "-100.00", ("3001", "111"): "100.00"}


def book_of(regime: str, kind: BookKind) -> Book:
    make_officers()
    day = date(2026, 12, 1)
    book = open_book(
        code="D", name="新制", kind=kind, regime=regime, parent=None, opened_on=day, opener=officer(), at=AT
    )
    opened(book, 13)
    return book


def test_the_surplus_of_the_period_goes_on_to_the_accumulated_surplus_in_a_voucher_of_its_own() -> None:
    book = book_of("GF2022", BookKind.DISTRICT)
    lines = [
        debit("1001", yuan("100.00"), fund=FUND),
        credit("4001", yuan("100.00"), fund=FUND),
        debit("804101", yuan("100.00"), fund=FUND),
        credit("6001", yuan("100.00"), fund=FUND),
    ]
    post_event(event("tax", voucher("D", *lines, posting_date=YEAR_END)))
    first, second = transfer(book)
    assert lines_of(first) == [
        ("4001", "111", "D", "100.00"),
        ("6001", "111", "D", "100.00"),
        ("300201", "111", "C", "100.00"),
        ("8001", "111", "C", "100.00"),
    ]
    assert lines_of(second) == [("300201", "111", "D", "100.00"), ("300101", "111", "C", "100.00")]
    close_year(book)
    assert carry(book)


def test_the_net_assets_of_a_unit_close_into_each_other_in_their_order() -> None:
    book = book_of("GU2017", BookKind.UNIT)
    lines = debit("1002", yuan("100.00"), fund=FUND), credit("4001", yuan("100.00"), fund=FUND)
    post_event(event("grant", voucher("D", *lines, posting_date=YEAR_END)))
    assert [[code for code, *_ in lines_of(posted)] for posted in transfer(book)] == [
        ["4001", "3301"],
        ["3301", "3302"],
        ["3302", "3001"],
    ]
    assert transfer(book) == []


def test_net_assets_that_close_into_each_other_are_refused() -> None:
    book = book_of("GU2017", BookKind.UNIT)
    ChartAccount.objects.filter(chart="GU2017", code="3302").update(closes_to="3301")
    with pytest.raises(AccountUnusable) as refusal:
        transfer(book)
    assert refusal.value.facts == {"accounts": "3301, 3302"}


def test_thirteen_periods_close_in_order_and_the_year_is_carried() -> None:
    book, _ = make_books(townships=0, opened_on=date(2026, 1, 1))
    opened(book, *range(2, 14))
    paid("tax", "1001", "4001", "900.00")
    transfer(book)
    close_year(book)
    assert set(Period.objects.filter(book=book, year=2026).values_list("status", flat=True)) == {"CLOSED"}
    carried = carry(book)
    assert (carried.year, carried.carried_by_id) == (2026, "chief")
    told = AuditEvent.objects.get(act="year.carry")
    assert (told.chain, told.actor, told.subject, told.after) == ("D", "chief", "book/D/2026", "opens=2027")
    assert list(run_checks([])) == []


def test_what_a_year_leaves_opens_the_next_by_account_and_fund_and_is_sealed(district: Book) -> None:
    paid("tax", "1001", "4001", "900.00")
    paid("fee", "1004", "4005", "8.00", fund="2")
    transfer(district)
    close_year(district)
    carry(district)
    opening = OpeningBalance.objects.filter(account__book=district).order_by("account__code")
    assert [(o.account.code, o.fund_id, o.year, str(o.debit), str(o.credit)) for o in opening] == [
        ("1001", "111", 2027, "900.00", "0"),
        ("1004", "2", 2027, "8.00", "0"),
        ("3001", "111", 2027, "0", "900.00"),
        ("3005", "2", 2027, "0", "8.00"),
    ]
    sealed = Seal.objects.get(book=district, kind="CARRIED")
    assert sealed.content.split("\n")[:2] == ["carried\t2026\tchief", "opening\t1001\t111\t900.00\t0.00"]
    assert Voucher.objects.count() == 3  # 结转下年 needs no voucher


def test_two_years_carried_one_after_the_other_keep_the_balances(district: Book) -> None:
    paid("tax", "1001", "4001", "900.00")
    transfer(district)
    close_year(district)
    carry(district)
    open_year(book=district, year=2027)
    opened(district, *range(1, 14), year=2027)
    lines = debit("5001", yuan("100.00"), fund=FUND), credit("1001", yuan("100.00"), fund=FUND)
    post_event(event("pay", voucher("D", *lines, posting_date=date(2027, 6, 1))))
    transfer_income_and_expense(book=district, year=2027, signatures=SIGNED)
    for period in Period.objects.filter(book=district, year=2027).order_by("month"):
        close_month(period=period, officer=officer(), at=AT)
    carry(district, 2027)
    assert held(district, date(2028, 1, 1)) == {("1001", "111"): "800.00", ("3001", "111"): "-800.00"}
    assert held(district, YEAR_END) == {("1001", "111"): "900.00", ("3001", "111"): "-900.00"}
    assert list(run_checks([])) == []


def refused_to_carry(book: Book, year: int = 2026) -> UnableToPost:
    with pytest.raises(PeriodCannotMove) as refusal:
        carry(book, year)
    assert not OpeningBalance.objects.exists()
    return refusal.value


def test_an_open_year_is_not_carried(district: Book) -> None:
    close_year(district, leaving=(11, 12, 13))
    refusal = refused_to_carry(district)
    assert (refusal.name, refusal.facts["month"], refusal.facts["status"]) == ("year_is_closed", 11, "OPEN")
    close_year(district, leaving=(13,))
    assert refused_to_carry(district).facts["month"] == 13


def test_a_year_whose_adjustment_period_was_never_opened_is_not_carried() -> None:
    district, _ = make_books(townships=0)
    opened(district, 12)
    close_year(district)
    refusal = refused_to_carry(district)
    assert (refusal.facts["month"], refusal.facts["status"]) == (13, "UNOPENED")


def test_a_year_that_the_book_does_not_have_is_not_carried(district: Book) -> None:
    assert refused_to_carry(district, 2031).name == "year_is_closed"


def test_a_year_with_income_left_is_not_carried(district: Book) -> None:
    paid("tax", "1001", "4001", "0.01")
    close_year(district)
    refusal = refused_to_carry(district)
    assert (refusal.name, refusal.facts["account"]) == ("income_is_transferred", "4001")


def test_income_of_one_fund_does_not_hide_behind_that_of_another(district: Book) -> None:
    paid("more", "2015", "4011", "5.00", fund="111")
    paid("less", "4011", "2015", "5.00", fund="121")
    close_year(district)
    assert refused_to_carry(district).name == "income_is_transferred"


def test_a_year_is_carried_once(district: Book) -> None:
    close_year(district)
    carry(district)
    with pytest.raises(PeriodCannotMove) as refusal:
        carry(district)
    assert refusal.value.name == "year_is_carried_once"


def reopen(book: Book, month: int) -> None:
    period = Period.objects.get(book=book, year=2026, month=month)
    second = Officer.objects.get(username="second")
    reopen_period(period=period, requested_by=officer(), approved_by=second, reason="漏记", at=AT)


def test_a_closed_year_is_reopened_until_it_is_carried_and_never_after(district: Book) -> None:
    close_year(district)
    reopen(district, 13)
    close_month(period=Period.objects.get(book=district, month=13), officer=officer(), at=AT)
    carry(district)
    with pytest.raises(PeriodCannotMove) as refusal:
        reopen(district, 13)
    assert refusal.value.name == "year_is_carried"


def test_a_refused_carrying_leaves_no_event(district: Book) -> None:
    refused_to_carry(district)
    assert not AuditEvent.objects.filter(act="year.carry").exists()


def test_a_township_is_carried_beside_its_district() -> None:
    district, (township,) = make_books()
    for book in (district, township):
        opened(book, 12, 13)
    post_events([simple("d"), simple("t", "7.00", book="T01")])
    for book in (township, district):
        transfer(book)
    for book in (township, district):
        close_year(book)
    for book in (township, district):
        carry(book)
    assert held(township, date(2027, 1, 1)) == {("2015", "111"): "-7.00", ("3001", "111"): "7.00"}
    assert held(district, date(2027, 1, 1)) == {("2015", "111"): "-100.00", ("3001", "111"): "100.00"}
