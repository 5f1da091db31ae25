"""Releases of a township under budget control: reserved when released, spent when paid, free when cancelled."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from ledger.checks import run_checks
from ledger.models import Voucher
from ledger.refusals import UnableToPost
from tests import budgets
from tests.budgets import (
    APRIL,
    AT,
    LATE,
    LINES,
    MARCH,
    OFFICE,
    ON,
    OPERATING,
    RESOURCES,
    a_release,
    approved,
    officer,
    planned,
    prepared,
    principles,
    the_line,
    town,
    yuan,
)
from treasury.budgeting import BudgetedLine, amend_budget
from treasury.budgets import LineState, left_in, line_states
from treasury.models import BudgetUse, Release
from treasury.planning_spending import PlannedMonth
from treasury.refusals import BudgetExhausted, BudgetLineMissing, FundExhausted
from treasury.releasing import cancel_release, pay_again, post_release, release_funds, take_back
from treasury.reserving import give_back, reserve_release, spend_again, spend_release

stage = budgets.stage
rolled_back = budgets.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

PAID_ON = date(2026, 3, 20)


def released(amount: str, economic: str = "30201", *, month: date = MARCH) -> Release:
    return release_funds(release=a_release(amount, economic, month=month), officer=officer("releaser"), at=LATE)


def paid(amount: str, *, on: date = PAID_ON, month: date = MARCH) -> Release:
    release = released(amount, month=month)
    post_release(release=release, on=on, cashier=officer("cashier"))
    release.refresh_from_db()
    return release


def state(economic: str = OPERATING, *, month: int = 12) -> LineState:
    wanted = str(the_line(economic))
    return next(one for one in line_states(book=town().book, year=2026, month=month) if one.line == wanted)


def left(month: int = 3) -> Decimal:
    return left_in(book="T01", year=2026, month=month)[the_line().pk]


def refusal(act: Callable[[], object]) -> UnableToPost:
    with pytest.raises(UnableToPost) as caught:
        act()
    return caught.value


def take(release: Release, *, on: date = PAID_ON, act: str = "returned/1") -> None:
    lines = list(release.lines.all())
    take_back(release=release, lines=lines, on=on, cashier=officer("cashier"), act=act, paper="退汇通知1号")


def test_a_release_reserves_what_it_will_spend() -> None:
    released("60.00")
    assert (state().reserved, state().spent, left()) == (yuan("60.00"), yuan("0.00"), yuan("0.00"))


def test_a_release_of_one_fen_more_than_is_planned_is_refused_and_told_what_is_left() -> None:
    refused = refusal(lambda: released("60.01"))
    assert (type(refused), refused.name) == (BudgetExhausted, "budget_is_not_overspent")
    assert refused.facts == {"line": "2010301/302", "asked": yuan("60.01"), "left": yuan("60.00")}


def test_the_last_fen_of_the_plan_can_be_taken_and_no_further_one() -> None:
    released("59.99")
    released("0.01")
    assert refusal(lambda: released("0.01")).facts["left"] == yuan("0.00")


def test_what_is_planned_for_a_later_month_cannot_be_taken_before() -> None:
    assert refusal(lambda: released("60.01", month=APRIL)).facts["left"] == yuan("60.00")
    assert state().planned == yuan("100.00")


def test_what_was_not_used_can_be_taken_in_a_later_month() -> None:
    released("100.00", month=date(2026, 5, 1))
    assert (left(3), left(5)) == (yuan("0.00"), yuan("0.00"))


def test_a_release_of_an_earlier_month_leaves_later_ones_what_they_hold() -> None:
    released("70.00", month=date(2026, 5, 1))
    assert refusal(lambda: released("30.01")).facts["left"] == yuan("30.00")
    released("30.00")


def test_nothing_is_released_without_a_plan_though_it_is_appropriated() -> None:
    refused = refusal(lambda: released("1.00", "303"))
    assert refused.facts == {"line": "*/303", "asked": yuan("1.00"), "left": yuan("0.00")}


def test_nothing_is_released_for_a_class_that_the_budget_does_not_have() -> None:
    refused = refusal(lambda: released("1.00", "310"))
    assert (type(refused), refused.name, refused.facts["line"]) == (
        BudgetLineMissing,
        "budget_has_the_line",
        "2010301/310",
    )


def test_a_release_without_money_is_refused_for_the_money_first() -> None:
    assert type(refusal(lambda: released("5000.01"))) is FundExhausted


def test_the_narrowest_line_that_covers_a_class_pays() -> None:
    planned(town(), PlannedMonth("", "303", 3, yuan("5.00")))
    released("5.00", "30305")
    assert BudgetUse.objects.get(economic="30305").appropriation == the_line("303", "")


def test_a_paid_release_is_spent_and_no_longer_reserved() -> None:
    paid("40.00")
    assert (state().reserved, state().spent, left()) == (yuan("0.00"), yuan("40.00"), yuan("20.00"))


def test_a_cancelled_release_gives_back_what_it_reserved() -> None:
    cancel_release(release=released("60.00"), officer=officer("releaser"), reason="重复", at=AT)
    assert (state().reserved, left()) == (yuan("0.00"), yuan("60.00"))


def test_a_waiting_release_that_is_cancelled_gives_nothing_back() -> None:
    cancel_release(release=a_release("60.00"), officer=officer("releaser"), reason="重复", at=AT)
    assert not BudgetUse.objects.exists()


def test_what_the_bank_sends_back_is_free_again_from_its_day() -> None:
    release = paid("60.00")
    take(release, on=date(2026, 4, 2))
    assert (left(3), left(4), state().spent) == (yuan("0.00"), yuan("60.00"), yuan("0.00"))


def test_what_is_issued_again_is_taken_again() -> None:
    release = paid("60.00")
    take(release)
    pay_again(
        release=release, lines=list(release.lines.all()), on=PAID_ON, cashier=officer("cashier"), act="reissued/1"
    )
    assert (left(), state().spent) == (yuan("0.00"), yuan("60.00"))


def test_what_was_given_back_and_used_elsewhere_cannot_be_issued_again() -> None:
    release = paid("60.00")
    take(release)
    released("1.00")
    lines = list(release.lines.all())
    refused = refusal(
        lambda: pay_again(release=release, lines=lines, on=PAID_ON, cashier=officer("cashier"), act="reissued/1")
    )
    assert refused.facts == {"line": "2010301/302", "asked": yuan("60.00"), "left": yuan("59.00")}


def test_nothing_more_comes_back_than_was_spent() -> None:
    release = paid("60.00")
    lines = list(release.lines.all())
    give_back(release=release, lines=lines, on=PAID_ON, source="back/1")
    refused = refusal(lambda: give_back(release=release, lines=lines, on=PAID_ON, source="back/2"))
    assert refused.name == "budget_gives_back_what_it_took"


def test_a_release_reserves_once_though_it_is_asked_twice() -> None:
    reserve_release(release=released("30.00"))
    assert (BudgetUse.objects.count(), left()) == (1, yuan("30.00"))


def test_a_release_made_before_the_budget_is_spent_from_it_when_it_is_paid() -> None:
    release = a_release("25.00")
    Release.objects.filter(pk=release.pk).update(status="RELEASED", released_by=officer("releaser"), released_at=LATE)
    post_release(release=release, on=PAID_ON, cashier=officer("cashier"))
    assert (state().spent, left()) == (yuan("25.00"), yuan("35.00"))


def test_a_release_paid_in_a_year_without_budget_leaves_the_old_one() -> None:
    release = released("25.00")
    spend_release(release=release, on=date(2027, 1, 4))
    assert (state().reserved, state().spent, left(3), left(12)) == (
        yuan("0.00"),
        yuan("0.00"),
        yuan("35.00"),
        yuan("100.00"),
    )


def controlled_next_year(operating: str) -> None:
    """Approve a budget of 2027 with a plan for January."""
    principles(year=2027)
    approved(prepared(town(), year=2027))
    planned(town(), PlannedMonth(OFFICE, OPERATING, 1, yuan(operating)), year=2027)


def test_a_release_paid_in_the_next_year_is_taken_from_the_budget_of_that_year() -> None:
    controlled_next_year("25.00")
    release = released("25.00")
    spend_release(release=release, on=date(2027, 1, 4))
    next_year = {one.line: one for one in line_states(book=town().book, year=2027)}
    assert (state().reserved, state().spent) == (yuan("0.00"), yuan("0.00"))
    assert (next_year["2010301/302"].spent, next_year["2010301/302"].left) == (yuan("25.00"), yuan("0.00"))


def test_a_release_is_not_paid_in_a_next_year_that_has_not_planned_for_it() -> None:
    controlled_next_year("24.99")
    release = released("25.00")
    refused = refusal(lambda: spend_release(release=release, on=date(2027, 1, 4)))
    assert (refused.name, refused.facts["left"], state().reserved) == (
        "budget_is_not_overspent",
        yuan("24.99"),
        yuan("25.00"),
    )


def test_what_was_paid_before_control_gives_nothing_back_and_is_issued_again_from_the_budget() -> None:
    release = a_release("25.00")
    lines = list(release.lines.all())
    give_back(release=release, lines=lines, on=PAID_ON, source="back/1")
    assert not BudgetUse.objects.exists()
    spend_again(release=release, lines=lines, on=PAID_ON, source="again/1")
    assert (state().spent, left()) == (yuan("25.00"), yuan("35.00"))
    give_back(release=release, lines=lines, on=PAID_ON, source="back/2")
    assert left() == yuan("60.00")


def test_a_reservation_is_spent_where_it_was_made_though_an_amendment_brings_a_narrower_line() -> None:
    release = released("60.00")
    narrower = BudgetedLine(OFFICE, "30201", yuan("100.00"))
    amendment = amend_budget(
        book=town().book,
        year=2026,
        lines=(LINES[0], BudgetedLine(OFFICE, OPERATING, yuan("400.00")), narrower, LINES[2]),
        resources=RESOURCES,
        reason="细化",
        on=ON,
        officer=officer("clerk"),
        at=AT,
    )
    approved(amendment)
    post_release(release=release, on=PAID_ON, cashier=officer("cashier"))
    assert (state().spent, state("30201").spent) == (yuan("60.00"), yuan("0.00"))
    assert refusal(lambda: released("1.00")).facts["line"] == "2010301/30201"


def test_a_township_without_an_approved_budget_releases_as_before() -> None:
    release = a_release("70.00", "310", township=budgets.street())
    reserve_release(release=release)
    spend_release(release=release, on=PAID_ON)
    assert not BudgetUse.objects.exists()


def test_the_books_agree_after_releases_returns_and_reissues() -> None:
    release = paid("60.00")
    take(release)
    pay_again(
        release=release, lines=list(release.lines.all()), on=PAID_ON, cashier=officer("cashier"), act="reissued/1"
    )
    # The payments of payouts were left out here, and nothing else is missing.
    assert {one.check for one in run_checks([])} == {"releases_are_owed", "releases_are_paid"}
    assert Voucher.objects.filter(source__startswith=release.source, book__code="T01").count() == 3
