"""Figures of the reports against the lines of the books, summed in SQL of the test's own."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.money import ZERO
from ledger.sums import DoesNotAddUp
from tests import golden
from tests.golden import BIRCH, LAST_DAY, NOVEMBER, RIVER, officer, owe_more, town, towns, yuan
from treasury.arrears import Arrear, arrears_of, by_month, left_by_township
from treasury.debts import DebtMovement, burn_downs, debt_registers, month_ends
from treasury.incomes import incomes_of
from treasury.models import Release, RevenuePlan
from treasury.models.words import IncomeKind
from treasury.positions import ClaimStage, Position, Warn, positions_on
from treasury.releasing import free_in, pay_again, post_release, release_funds, take_back

stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

NET = """
SELECT coalesce(sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END), 0.00)
  FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id JOIN ledger_book b ON b.id = a.book_id
 WHERE b.code = %s AND a.code = %s AND l.posting_date <= %s
"""


def net(book: str, account: str, on: date = LAST_DAY) -> Decimal:
    """Return what the lines of an account come to, debit positive."""
    with connection.cursor() as cursor:
        cursor.execute(NET, [book, account, on])
        return Decimal(cursor.fetchone()[0])


def position(code: str = BIRCH, on: date = LAST_DAY) -> Position:
    (found,) = positions_on(townships=[town(code)], on=on)
    return found


def account(found: Position, code: str) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    one = next(each for each in found.accounts if each.code == code)
    return one.balance, one.moved_since, one.set_aside, one.free


def pay_back() -> None:
    """Release the back pay that waits and pay it out."""
    for release in Release.objects.filter(kind="BACK_PAY"):
        post_release(
            release=release_funds(release=release, officer=officer("releaser"), at=golden.AT),
            on=LAST_DAY,
            cashier=officer("cashier"),
        )


def test_the_position_of_the_golden_month_is_that_of_the_worked_example() -> None:
    found = position()
    assert account(found, "100401")[0] == yuan("292 500.00") == net(BIRCH, "100401")
    assert account(found, "100101")[0] == ZERO
    assert found.debt == yuan("12 500.00") == net("220112", "103100102") == -net(BIRCH, "201202")
    assert found.held == ZERO == -net("220112", "103100101")


def test_every_bank_account_is_what_its_lines_come_to() -> None:
    for found in positions_on(townships=towns(), on=LAST_DAY):
        assert found.accounts
        for one in found.accounts:
            assert one.balance == net(found.township.code, one.code)
            assert one.free == free_in(township=found.township, account_code=one.code, fund_code=one.fund)
        assert found.at_banks == sum(net(found.township.code, one.code) for one in found.accounts)


def test_special_accounts_are_shown_item_by_item_under_the_name_of_their_account() -> None:
    names = {one.code: (one.name, one.balance) for one in position().accounts}
    assert names["10040300"] == ("转移支付专户—未分项", yuan("30 000.00"))
    assert {one.code: one.balance for one in position(RIVER).accounts}["10040400"] == yuan("8 000.00")


def test_a_position_of_an_earlier_day_says_what_has_moved_since() -> None:
    found = position(on=date(2026, 11, 29))
    assert account(found, "100401") == (yuan("0.00"), yuan("292 500.00"), yuan("0.00"), yuan("292 500.00"))
    assert (found.debt, found.held) == (yuan("50 000.00"), yuan("330 000.00"))
    assert found.plan is not None
    assert (found.plan.settled, found.plan.unsettled) == (ZERO, yuan("150 000.00"))


def test_a_position_before_the_books_began_knows_of_nothing() -> None:
    found = position(on=date(2026, 10, 30))
    assert (found.debt, found.held, found.at_banks, found.open_claims) == (ZERO, ZERO, ZERO, ZERO)
    assert position(on=date(2026, 10, 31)).debt == yuan("50 000.00")


def test_plan_and_actual_with_what_is_settled() -> None:
    plan = position().plan
    assert plan is not None
    assert (plan.planned, plan.collected, plan.percent) == (yuan("800 000.00"), yuan("950 000.00"), Decimal("118.75"))
    assert (plan.over, plan.local_part) == (yuan("150 000.00"), yuan("150 000.00"))
    assert (plan.settled, plan.unsettled) == (yuan("150 000.00"), ZERO)
    short = position(RIVER).plan
    assert short is not None
    assert (short.percent, short.over, short.unsettled) == (Decimal("95.00"), ZERO, ZERO)


def test_a_plan_that_nobody_approved_does_not_count() -> None:
    counted = RevenuePlan.objects.get(township=town())
    RevenuePlan.objects.create(
        township=town(),
        year=2026,
        edition=2,
        planned=yuan("1.00"),
        local_share=100,
        collected_before=ZERO,
        counted_from=NOVEMBER,
        prepared_by=counted.prepared_by,
        recorded_at=golden.AT,
    )
    plan = position().plan
    assert plan is not None
    assert (plan.edition, plan.planned) == (1, yuan("800 000.00"))


def test_a_plan_of_nothing_has_no_percent() -> None:
    plan = position().plan
    assert plan is not None
    assert replace(plan, planned=ZERO).percent is None


def test_returned_money_is_blocked_while_salaries_are_unpaid() -> None:
    found = position()
    assert found.unpaid == yuan("120 000.00")
    # All that was given back, 112 500.00 and 180 000.00, less what is on its way to the salaries.
    assert found.blocked == yuan("180 000.00")
    assert [(one.rank, one.count, one.amount) for one in found.waiting] == [(1, 2, yuan("112 500.00"))]


def test_what_was_paid_back_is_no_longer_owed() -> None:
    pay_back()
    found = position()
    assert [(one.month.month, one.people, one.paid, one.left) for one in found.arrears] == [
        (8, 2, yuan("60 000.00"), ZERO),
        (9, 2, yuan("52 500.00"), yuan("7 500.00")),
    ]
    assert found.unpaid == yuan("7 500.00")
    assert account(found, "100401") == (yuan("180 000.00"), ZERO, ZERO, yuan("180 000.00"))


def test_back_pay_of_a_later_day_is_on_its_way_before_it() -> None:
    pay_back()
    (before,) = [one for one in by_month(arrears_of(townships=[town()], on=date(2026, 11, 29))) if one.month.month == 8]
    assert (before.paid, before.on_its_way, before.left) == (ZERO, yuan("60 000.00"), yuan("60 000.00"))


def test_back_pay_that_the_bank_sent_back_is_owed_until_it_is_paid_again() -> None:
    pay_back()
    release = Release.objects.filter(kind="BACK_PAY").order_by("pk")[0]
    lines = list(release.lines.order_by("number"))
    cashier = officer("cashier")
    take_back(release=release, lines=lines, on=LAST_DAY, cashier=cashier, act="returned/1", paper="result_1.txt")
    assert position().unpaid == yuan("7 500.00") + release.amount
    assert account(position(), "100401")[2] == release.amount
    assert sum(one.on_its_way for one in position().arrears) == release.amount
    pay_again(release=release, lines=lines, on=LAST_DAY, cashier=cashier, act="reissued/1")
    assert position().unpaid == yuan("7 500.00")


def test_released_money_is_set_aside() -> None:
    for release in Release.objects.filter(kind="BACK_PAY"):
        release_funds(release=release, officer=officer("releaser"), at=golden.AT)
    assert account(position(), "100401") == (yuan("292 500.00"), ZERO, yuan("112 500.00"), yuan("180 000.00"))
    assert position().waiting == []


def test_claims_are_counted_by_stage_with_the_age_of_the_oldest() -> None:
    found = position(RIVER)
    assert [(one.stage, one.count, one.amount, one.oldest_days) for one in found.claims] == [
        (ClaimStage.ACCEPTED, 2, yuan("4 000.50"), 20),
        (ClaimStage.REFUSED, 1, yuan("99 000.00"), 20),
    ]
    assert found.open_claims == yuan("4 000.50")
    assert position(RIVER, on=date(2026, 11, 9)).claims == []


def test_a_township_that_owes_salaries_is_warned_of_and_the_more_so_while_its_claims_wait() -> None:
    assert position().warnings == [Warn.SALARIES_UNPAID]
    assert position(RIVER).warnings == [Warn.ADVANCED]
    both = replace(position(), claims=position(RIVER).claims)
    assert both.warnings == [Warn.CLAIMS_BEHIND_SALARIES]
    assert replace(both, plan=None).warnings[-1] == Warn.NO_PLAN


def test_an_account_that_does_not_add_up_cannot_be_read() -> None:
    one = position().accounts[0]
    with pytest.raises(DoesNotAddUp):
        replace(one, free=one.free + Decimal("0.01"))


@pytest.mark.parametrize("count", [1, 2])
def test_reading_does_not_ask_more_often_for_more_townships(count: int) -> None:
    chosen = towns()[:count]
    with CaptureQueriesContext(connection) as asked:
        positions_on(townships=chosen, on=LAST_DAY)
        burn_downs(townships=chosen, on=LAST_DAY)
        debt_registers(townships=chosen, since=NOVEMBER, on=LAST_DAY)
        arrears_of(townships=chosen, on=LAST_DAY)
    assert len(asked) == 14


# Old debt


def test_the_register_of_old_debt_has_every_voucher_with_the_balance_it_leaves() -> None:
    (register,) = debt_registers(townships=[town()], since=date(2026, 10, 1), on=LAST_DAY)
    assert [(one.day, one.amount, one.balance) for one in register.movements] == [
        (date(2026, 10, 31), yuan("50 000.00"), yuan("50 000.00")),
        (LAST_DAY, yuan("-37 500.00"), yuan("12 500.00")),
    ]
    assert register.movements[1].source == f"treasury.settlement/{BIRCH}/2026-11/1/rebate"
    assert all(one.number and one.number_below for one in register.movements)


def test_the_debts_of_two_townships_are_kept_apart() -> None:
    owe_more(RIVER, "700.00", day=date(2026, 11, 20))
    owe_more(RIVER, "0.07", day=date(2026, 11, 29))
    birch, river = debt_registers(townships=towns(), since=NOVEMBER, on=LAST_DAY)
    assert [one.balance for one in birch.movements] == [yuan("12 500.00")]
    assert [one.balance for one in river.movements] == [yuan("700.00"), yuan("700.07")]
    assert [one.debt for one in positions_on(townships=towns(), on=date(2026, 11, 28))] == [
        yuan("50 000.00"),
        yuan("700.00"),
    ]


def test_a_register_from_a_later_day_brings_the_balance_forward() -> None:
    (register,) = debt_registers(townships=[town()], since=NOVEMBER, on=LAST_DAY)
    assert (register.opening, register.closing) == (yuan("50 000.00"), yuan("12 500.00"))
    assert [one.balance for one in register.movements] == [yuan("12 500.00")]


def test_a_register_that_lost_a_voucher_cannot_be_made() -> None:
    (register,) = debt_registers(townships=[town()], since=NOVEMBER, on=LAST_DAY)
    with pytest.raises(DoesNotAddUp):
        replace(register, movements=[])
    moved: DebtMovement = register.movements[0]
    with pytest.raises(DoesNotAddUp):
        replace(register, movements=[replace(moved, amount=moved.amount + Decimal("0.01"))])


def test_old_debt_burns_down_by_month_ends_from_the_beginning_of_the_books() -> None:
    fall, none = burn_downs(townships=towns(), on=LAST_DAY)
    assert list(fall.days) == [date(2026, 10, 31), LAST_DAY]
    assert (
        list(fall.balances)
        == [yuan("50 000.00"), yuan("12 500.00")]
        == [net("220112", "103100102", day) for day in fall.days]
    )
    assert (fall.fallen, none.fallen) == (yuan("37 500.00"), ZERO)


def test_month_ends_go_back_over_the_new_year() -> None:
    assert month_ends(on=date(2026, 2, 10), months=3) == [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 10)]


# Income


def test_income_by_kind_is_what_the_income_accounts_were_credited() -> None:
    found = incomes_of(since=NOVEMBER, on=LAST_DAY)
    assert found.by_kind() == {
        IncomeKind.GENERAL: yuan("1 330 000.00"),
        IncomeKind.EXTRA_BUDGETARY: yuan("10 000.00"),
        IncomeKind.TRANSFER: yuan("30 000.00"),
        IncomeKind.AGRICULTURAL_TAX: yuan("8 000.00"),
    }
    credited = {code: -sum(net(one.code, code) for one in towns()) for code in ("4001", "4005", "4011")}
    assert credited == {"4001": yuan("1 330 000.00"), "4005": yuan("10 000.00"), "4011": yuan("38 000.00")}
    assert found.total == yuan("1 378 000.00")


def test_income_stands_by_subject_and_month_with_its_lines_counted() -> None:
    found = [one for one in incomes_of(since=NOVEMBER, on=LAST_DAY).rows if one.township.code == BIRCH]
    general = [(one.subject_code, one.lines, one.amount) for one in found if one.kind == IncomeKind.GENERAL]
    assert general == [("10101", 2, yuan("590 000.00")), ("10109", 1, yuan("360 000.00"))]


def test_income_of_a_day_counts_up_to_that_day() -> None:
    assert incomes_of(since=NOVEMBER, on=date(2026, 11, 9)).total == yuan("988 000.00")
    assert incomes_of(since=date(2026, 11, 4), on=date(2026, 11, 4)).total == ZERO


def test_the_shares_of_fees_make_the_fees() -> None:
    (fees,) = incomes_of(since=NOVEMBER, on=LAST_DAY).fees
    assert (fees.fees, fees.upward, fees.fiscal_share, fees.usable) == (
        yuan("10 000.00"),
        ZERO,
        ZERO,
        yuan("10 000.00"),
    )


def test_income_that_was_not_posted_so_cannot_be_reported() -> None:
    found = incomes_of(since=NOVEMBER, on=LAST_DAY)
    with pytest.raises(DoesNotAddUp):
        replace(found, rows=found.rows[1:])


# Unpaid salaries


def test_unpaid_salaries_are_listed_oldest_first_by_reference_alone() -> None:
    found = arrears_of(townships=towns(), on=LAST_DAY)
    assert [(one.month.month, one.payee_reference, one.amount) for one in found] == [
        (8, "person/1", yuan("30 000.00")),
        (8, "person/2", yuan("30 000.00")),
        (9, "person/1", yuan("30 000.00")),
        (9, "person/2", yuan("30 000.00")),
    ]
    assert left_by_township(found) == {town().pk: yuan("120 000.00")}
    assert arrears_of(townships=[town(RIVER)], on=LAST_DAY) == []


def test_a_month_that_was_not_due_yet_is_not_owed() -> None:
    assert len(arrears_of(townships=towns(), on=date(2026, 8, 31))) == 2


def test_nobody_is_paid_beyond_what_is_owed() -> None:
    one: Arrear = arrears_of(townships=towns(), on=LAST_DAY)[0]
    with pytest.raises(DoesNotAddUp):
        replace(one, paid=yuan("20 000.00"), on_its_way=yuan("10 000.01"))
