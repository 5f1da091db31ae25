"""Every figure of a settlement has its origin and follows from the others, kept or only worked out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from ledger.models import Voucher
from ledger.money import ZERO
from ledger.sums import DoesNotAddUp
from tests import golden
from tests.golden import AT, BIRCH, NOVEMBER, RIVER, a_file, income, officer, settle, yuan
from treasury.collecting import register_income, sweep_income
from treasury.models import Settlement
from treasury.settlement_origins import settlement_sheets, what_if_sheets
from treasury.settlement_readings import SettlementSheet
from treasury.settling import approve_settlements, prepare_settlements

stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def sheet(code: str = BIRCH, number: int = 1) -> SettlementSheet:
    return next(one for one in settlement_sheets(month=NOVEMBER) if (one.township.code, one.number) == (code, number))


def what_if(code: str = BIRCH) -> SettlementSheet:
    return next(one for one in what_if_sheets(month=NOVEMBER) if one.township.code == code)


def origin(of: SettlementSheet, name: str) -> str:
    return next(figure.origin for figure in of.figures if figure.name == name)


def collect_more(day: int, amount: str) -> None:
    """Take a corrected file of the month that has one more line, and sweep it."""
    more = [*golden.INCOME, income(day, BIRCH, "预算内", amount)]
    file = a_file("INCOME", text=f"更正{day}")
    register_income(file=file, rows=more, officer=officer("preparer"), at=AT)
    sweep_income(month=NOVEMBER, cashier=officer("cashier"), at=AT)


def test_the_settlement_of_the_golden_month_is_that_of_the_worked_example() -> None:
    found = sheet().values
    assert (found["base"], found["withheld"], found["returned"]) == (
        yuan("150 000.00"),
        yuan("37 500.00"),
        yuan("112 500.00"),
    )
    assert (found["debt_before"], found["debt_after"]) == (yuan("50 000.00"), yuan("12 500.00"))
    assert (found["back_pay"], found["rest"], found["ordinary_return"]) == (
        yuan("112 500.00"),
        ZERO,
        yuan("180 000.00"),
    )


def test_every_figure_has_an_origin_in_the_order_in_which_they_follow() -> None:
    found = sheet().figures
    assert [one.name for one in found] == [
        "planned",
        "collected",
        "over",
        "local_share",
        "local_part",
        "settled_before",
        "base",
        "rate",
        "quarter",
        "debt_before",
        "withheld",
        "debt_after",
        "returned",
        "unpaid_before",
        "back_pay",
        "rest",
        "upper_part",
        "held_before",
        "ordinary_return",
    ]
    assert all(one.origin and one.label for one in found)


def test_origins_name_plan_income_policy_and_books() -> None:
    one = sheet()
    assert origin(one, "planned") == "plan of 2026, edition 1, approved by 演示制单"
    assert origin(one, "collected") == "3 posted income lines from 2026-11-01 to 2026-11-30: 950,000.00"
    assert origin(one, "rate").startswith("S0-3: 扣留25%用于冲减往来")
    assert "plan 2026" not in origin(one, "rate")
    assert origin(one, "debt_before") == "account 103100102 of the district's book on 2026-11-30"
    assert origin(one, "held_before") == "account 103100101 of the district's book on 2026-11-30"
    assert origin(one, "back_pay") == "2026-08: 2 people, 60,000.00; 2026-09: 2 people, 52,500.00"


def test_rates_are_written_in_percent_and_amounts_in_yuan() -> None:
    written = {one.name: one.written for one in sheet().figures}
    assert (written["rate"], written["local_share"], written["base"]) == ("25 %", "100 %", "150,000.00")


def test_the_vouchers_of_a_settlement_are_named_in_both_books_with_what_left_the_treasury() -> None:
    one = sheet()
    assert [(each.part, each.amount, each.paid, each.off_debt) for each in one.vouchers] == [
        ("ordinary", yuan("180 000.00"), yuan("180 000.00"), ZERO),
        ("rebate", yuan("150 000.00"), yuan("112 500.00"), yuan("37 500.00")),
    ]
    for each in one.vouchers:
        stem = f"treasury.settlement/{BIRCH}/2026-11/1/{each.part}"
        numbers = {
            str(voucher.book_id == one.township.book.pk): f"{voucher.voucher_type}-{voucher.number}"
            for voucher in Voucher.objects.filter(source=stem)
        }
        assert (numbers["False"], numbers["True"]) == (each.district, each.township)


def test_a_settlement_that_moves_nothing_has_no_voucher() -> None:
    one = sheet(RIVER)
    assert (one.vouchers, one.values["returned"], one.values["held_before"]) == ([], ZERO, yuan("-40 000.00"))


def test_a_what_if_after_the_settlement_settles_nothing_twice() -> None:
    found = what_if()
    assert found.is_what_if
    assert (found.number, found.vouchers, found.signers.prepared_by) == (0, [], None)
    assert (found.values["settled_before"], found.values["base"]) == (yuan("150 000.00"), ZERO)
    assert origin(found, "settled_before") == "2026-11/1: 150,000.00"


def test_a_what_if_is_what_is_then_settled() -> None:
    collect_more(28, "50 000.00")
    before = what_if()
    assert (before.values["base"], before.values["withheld"], before.values["returned"]) == (
        yuan("50 000.00"),
        yuan("12 500.00"),
        yuan("37 500.00"),
    )
    # 7 500.00 are all that is left of the salaries once what is on its way is taken off.
    assert origin(before, "back_pay") == "2026-09: 2 people, 7,500.00"
    assert Settlement.objects.filter(township__code=BIRCH).count() == 1
    settle(NOVEMBER)
    after = sheet(number=2)
    assert dict(after.values) == dict(before.values)
    assert [one.amount for one in after.back_pay_months] == [yuan("7 500.00")]


def test_a_settlement_says_what_was_collected_after_it() -> None:
    collect_more(28, "50 000.00")
    one = sheet()
    assert one.counted_later == yuan("50 000.00")
    assert origin(one, "collected").endswith("; posted after this settlement: 50,000.00")
    assert one.values["collected"] == yuan("950 000.00")


def test_a_prepared_settlement_names_the_months_it_will_pay_and_is_not_posted() -> None:
    collect_more(28, "50 000.00")
    prepare_settlements(month=NOVEMBER, officer=officer("preparer"), at=AT)
    one = sheet(number=2)
    assert (one.status, one.vouchers, one.signers.approved_by) == ("PREPARED", [], None)
    assert [(each.month, each.amount) for each in one.back_pay_months] == [(date(2026, 9, 1), yuan("7 500.00"))]
    approve_settlements(month=NOVEMBER, officer=officer("reviewer"), at=AT)
    assert sheet(number=2).signers.approved_by == officer("reviewer")


FEN = Decimal("0.01")


@pytest.mark.parametrize(
    "name",
    [
        "collected",
        "over",
        "local_part",
        "settled_before",
        "base",
        "quarter",
        "withheld",
        "debt_after",
        "returned",
        "back_pay",
        "rest",
        "upper_part",
        "ordinary_return",
    ],
)
def test_a_figure_that_is_a_fen_off_cannot_be_shown(name: str) -> None:
    one = sheet()
    with pytest.raises(DoesNotAddUp):
        replace(one, values={**one.values, name: one.values[name] + FEN})


def test_a_settlement_whose_vouchers_say_something_else_cannot_be_shown() -> None:
    one = sheet()
    with pytest.raises(DoesNotAddUp):
        replace(one, vouchers=one.vouchers[:1])


def test_reading_asks_as_often_for_a_month_of_one_settlement_as_of_many() -> None:
    with CaptureQueriesContext(connection) as few:
        settlement_sheets(month=NOVEMBER)
    collect_more(28, "50 000.00")
    settle(NOVEMBER)
    with CaptureQueriesContext(connection) as more:
        assert len(settlement_sheets(month=NOVEMBER)) == 3
    assert len(more) == len(few)
