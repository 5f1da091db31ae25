"""Income is collected day by day, swept into the district treasury, and stays the township's (F10 to F13, F23)."""

import pytest

from ledger.models import Book, Voucher
from ledger.refusals import OfficerMayNot, PeriodClosed
from month.posts import demo_officer
from tests import townships
from tests.townships import (
    AT,
    DECEMBER,
    NOVEMBER,
    STREET,
    applied,
    assert_books_agree,
    balance,
    codes,
    collect,
    current_accounts,
    row,
    town,
    yuan,
)
from treasury.collecting import register_income, sweep_income
from treasury.models import Collection, IncomeLine
from treasury.refusals import InvoiceUsed, MoneyStays, OneOfficerTwice, refusals_named

stage, rolled_back = townships.stage, townships.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")


def test_the_sweep_empties_the_receipt_account_and_the_money_stays_the_townships() -> None:
    collect(row("1000.00"), row("500.50"))
    known = codes()
    assert balance(known.township.receipts) == yuan(0)
    assert current_accounts()["年度"] == (yuan("-1500.50"), yuan("1500.50"))
    assert balance(known.township.income) == yuan("-1500.50")
    assert_books_agree()


def test_a_red_line_takes_income_back_and_the_day_is_swept_as_a_whole() -> None:
    collect(row("1000.00"), row("-300.00"))
    assert current_accounts()["年度"] == (yuan("-700.00"), yuan("700.00"))
    red = Voucher.objects.get(book=town().book, debit_total__lt=0)
    assert red.paper.startswith("冲正 JK")
    assert_books_agree()


def test_a_day_below_zero_is_swept_red_and_the_district_gives_the_difference_back() -> None:
    collect(row("1000.00", day=4), row("200.00", day=5), row("-450.00", day=5))
    assert balance(codes().township.receipts) == yuan(0)
    assert current_accounts()["年度"] == (yuan("-750.00"), yuan("750.00"))
    assert Collection.objects.get(day="2026-11-05").general == yuan("-250.00")
    assert_books_agree()


def test_a_day_that_comes_to_nothing_sweeps_nothing() -> None:
    collect(row("200.00"), row("-200.00"))
    assert current_accounts()["年度"] == (yuan(0), yuan(0))
    assert_books_agree()


@pytest.mark.parametrize(
    ("kind", "account", "income"),
    [
        ("预算外", "extra_budgetary", "special_income"),
        ("转移支付", "transfers", "subsidy_income"),
        ("新增农业税", "agricultural_tax", "subsidy_income"),
    ],
)
@pytest.mark.parametrize("amounts", [("800.00",), ("800.00", "-100.00"), ("300.00",)])
def test_other_money_reaches_its_own_account_and_is_not_swept(
    kind: str, account: str, income: str, amounts: tuple[str, ...]
) -> None:
    collect(*(row(amount, kind=kind) for amount in amounts))
    known, whole = codes().township, sum(map(yuan, amounts), yuan(0))
    assert balance(getattr(known, account)) == whole
    assert balance(getattr(known, income)) == -whole
    assert current_accounts()["年度"] == (yuan(0), yuan(0))
    assert_books_agree()


def test_a_transfer_payment_leaves_the_district_treasury() -> None:
    district = Book.objects.get(kind="DISTRICT").code
    before = balance(codes().district.cash, book=district)
    collect(row("800.00", kind="转移支付"))
    assert before - balance(codes().district.cash, book=district) == yuan("800.00")


def test_townships_do_not_mix() -> None:
    collect(row("100.00"), row("200.00", name=STREET))
    assert current_accounts()["年度"][0] == yuan("-100.00")
    assert current_accounts(STREET)["年度"][0] == yuan("-200.00")


def test_the_same_file_twice_adds_nothing() -> None:
    line = row("100.00")
    collect(line)
    collect(line)
    assert IncomeLine.objects.count() == 1
    assert current_accounts()["年度"][0] == yuan("-100.00")


def test_a_corrected_file_takes_back_what_it_no_longer_has_and_adds_what_is_new() -> None:
    kept, wrong = row("100.00"), row("900.00")
    collect(kept, wrong)
    collect(kept, wrong._replace(amount=yuan("90.00")))
    assert current_accounts()["年度"][0] == yuan("-190.00")
    assert IncomeLine.objects.filter(takes_back__isnull=False).get().amount == yuan("-900.00")
    assert_books_agree()


def test_a_line_taken_back_before_its_sweep_moves_nothing() -> None:
    register_income(file=applied(), rows=[row("900.00")], officer=demo_officer("preparer"), at=AT)
    collect(row("100.00"))
    assert current_accounts()["年度"][0] == yuan("-100.00")
    assert_books_agree()


def test_a_receipt_under_the_same_slip_is_used_once_ever() -> None:
    line = row("100.00")
    collect(line)
    with pytest.raises(InvoiceUsed):
        collect(line._replace(received_on=DECEMBER), month=DECEMBER)
    assert IncomeLine.objects.count() == 1


def test_the_same_number_under_another_slip_is_another_receipt() -> None:
    line = row("100.00")
    collect(line)
    collect(line._replace(payment_slip="JK-other", amount=yuan("50.00")), line)
    assert current_accounts()["年度"][0] == yuan("-150.00")


def test_who_staged_a_file_does_not_apply_it() -> None:
    clerk = demo_officer("clerk")
    clerk.groups.set(demo_officer("preparer").groups.all())
    with pytest.raises(OneOfficerTwice):
        applied(officer=clerk)


def test_only_a_cashier_sweeps() -> None:
    with pytest.raises(OfficerMayNot):
        sweep_income(month=NOVEMBER, cashier=demo_officer("reviewer"), at=AT)


def test_income_of_a_month_that_is_not_open_waits() -> None:
    register_income(
        file=applied(month=DECEMBER), rows=[row("100.00", month=DECEMBER)], officer=demo_officer("preparer"), at=AT
    )
    with pytest.raises(PeriodClosed):
        sweep_income(month=DECEMBER, cashier=demo_officer("cashier"), at=AT)
    assert IncomeLine.objects.get().collection is None
    assert not Collection.objects.exists()


def test_a_posted_line_stays_as_it_is() -> None:
    collect(row("100.00"))
    line = IncomeLine.objects.get()
    line.amount = yuan("1.00")
    with pytest.raises(MoneyStays), refusals_named():
        line.save()
