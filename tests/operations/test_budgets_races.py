"""Officers at once on one line of a budget: real connections, real commits, and every wait has its deadline."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import pytest
from django.db import connections, transaction

from ledger.checks import run_checks
from ledger.models import Book
from tests import budgets
from tests.attacks import Stage
from tests.budgets import (
    AT,
    LATE,
    LINES,
    OFFICE,
    ON,
    OPERATING,
    RESOURCES,
    a_line,
    a_release,
    officer,
    prepared,
    street,
    the_line,
    town,
    yuan,
)
from tests.racing import DEADLINE_SECONDS, all_at_once, outcome, outcomes
from treasury.budgeting import (
    BudgetedLine,
    amend_budget,
    approve_budget,
    record_resolution,
    refuse_budget,
    review_budget,
    submit_budget,
)
from treasury.budgets import is_controlled, left_in
from treasury.models import Budget, BudgetUse, SpendingPlan
from treasury.planning_spending import PlannedMonth, approve_plan, prepare_plan
from treasury.releasing import cancel_release, post_release, release_funds
from treasury.reserving import reserve_release, spend_classified

own_stage = budgets.own_stage

Work = Callable[[], object]


@pytest.fixture
def pool(own_stage: Stage) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=8) as executor:
        yield executor


def left(month: int = 3) -> object:
    return left_in(book="T01", year=2026, month=month)[the_line().pk]


def releasing(amount: str) -> Work:
    return partial(release_funds, release=a_release(amount), officer=officer("releaser"), at=LATE)


def spending(amount: str, source: str = "race/pay") -> "partial[None]":
    return partial(spend_classified, township=town(), year=2026, on=ON, lines=[a_line(amount)], source=source)


def a_plan(amount: str, month: int = 3) -> SpendingPlan:
    months = [PlannedMonth(OFFICE, OPERATING, month, yuan(amount))]
    return prepare_plan(book=town().book, year=2026, months=months, on=ON, officer=officer("clerk"), at=AT)


def planning(plan: SpendingPlan) -> Work:
    return partial(approve_plan, plan=plan, officer=officer("bureau"), at=AT)


def an_amendment(amount: str) -> Budget:
    """Return an amendment of the town's budget that waits for the resolution of the congress."""
    budget = amend_budget(
        book=town().book,
        year=2026,
        lines=(LINES[0], BudgetedLine(OFFICE, OPERATING, yuan(amount)), LINES[2]),
        resources=RESOURCES,
        reason="调整",
        on=ON,
        officer=officer("clerk"),
        at=AT,
    )
    budget = submit_budget(budget=budget, officer=officer("clerk"), at=AT)
    return review_budget(budget=budget, officer=officer("bureau"), at=AT)


def resolving(budget: Budget) -> Work:
    return partial(
        record_resolution,
        budget=budget,
        paper="第8号",
        paper_on=ON,
        on=ON,
        officer=officer("head"),
        at=AT,
    )


def sums_agree() -> bool:
    return list(run_checks(["budget_sums", "budget_within"])) == []


def test_two_officers_cannot_both_release_the_last_fen(pool: ThreadPoolExecutor) -> None:
    spending("59.99")()
    assert outcomes(pool, releasing("0.01"), releasing("0.01")) == ["budget_is_not_overspent", "done"]
    assert (left(), sums_agree()) == (yuan("0.00"), True)


def test_two_payrolls_cannot_both_spend_the_last_fen(pool: ThreadPoolExecutor) -> None:
    spending("59.99")()
    works = (spending("0.01", "race/1"), spending("0.01", "race/2"))
    assert outcomes(pool, *works) == ["budget_is_not_overspent", "done"]


def test_four_releases_of_half_the_plan_leave_two_refused(pool: ThreadPoolExecutor) -> None:
    assert outcomes(pool, *(releasing("30.00") for _ in range(4))) == [
        "budget_is_not_overspent",
        "budget_is_not_overspent",
        "done",
        "done",
    ]
    assert (left(), sums_agree()) == (yuan("0.00"), True)


def test_one_release_that_is_reserved_twice_at_once_counts_once(pool: ThreadPoolExecutor) -> None:
    release = a_release("20.00")
    found = outcomes(pool, *(partial(reserve_release, release=release) for _ in range(4)))
    assert set(found) <= {"done", "budget_source_counts_once"}
    assert (BudgetUse.objects.count(), left()) == (1, yuan("40.00"))


def test_one_voucher_that_is_spent_twice_at_once_counts_once(pool: ThreadPoolExecutor) -> None:
    found = outcomes(pool, *(spending("20.00") for _ in range(4)))
    assert set(found) <= {"done", "budget_source_counts_once"}
    assert left() == yuan("40.00")


def test_what_is_freed_can_be_taken_and_is_never_taken_twice(pool: ThreadPoolExecutor) -> None:
    release = release_funds(release=a_release("60.00"), officer=officer("releaser"), at=LATE)
    freeing = partial(cancel_release, release=release, officer=officer("releaser"), reason="重复", at=AT)
    works: list[Work] = [freeing, spending("60.00", "race/1"), spending("60.00", "race/2")]
    found = [outcome(one) for one in all_at_once(pool, works)]
    assert found[0] == "done"
    assert found[1:].count("done") <= 1
    assert sums_agree()


def test_an_amendment_and_a_plan_cannot_both_have_the_same_money(pool: ThreadPoolExecutor) -> None:
    budget, plan = an_amendment("100.00"), a_plan("0.01", 12)
    found = outcomes(pool, resolving(budget), planning(plan))
    assert found == ["done", "plan_is_within_appropriation"]
    assert sums_agree()


def test_a_plan_that_takes_away_and_a_release_cannot_both_have_the_same_money(pool: ThreadPoolExecutor) -> None:
    plan = a_plan("-60.00")
    found = outcomes(pool, planning(plan), releasing("60.00"))
    assert found in (["budget_is_not_overspent", "done"], ["done", "plan_covers_what_is_used"])
    assert sums_agree()


@pytest.mark.parametrize("turn", range(3))
def test_reserving_spending_amending_and_planning_at_once_never_overspend(pool: ThreadPoolExecutor, turn: int) -> None:
    budget, plan = an_amendment("100.00"), a_plan("-40.00", 5)
    works: list[Work] = [releasing("60.00"), spending("60.00"), resolving(budget), planning(plan)]
    release, spent, amended, planned = (outcome(one) for one in all_at_once(pool, works))
    assert sorted([release, spent]) == ["budget_is_not_overspent", "done"]
    assert (amended, planned) == ("done", "done")
    assert (left(), left(12), sums_agree()) == (yuan("0.00"), yuan("0.00"), True)


def test_one_budget_is_not_approved_and_refused(pool: ThreadPoolExecutor) -> None:
    budget = submit_budget(budget=prepared(street()), officer=officer("clerk"), at=AT)
    approving = partial(approve_budget, budget=budget, paper="7", paper_on=ON, on=ON, officer=officer("head"), at=AT)
    refusing = partial(refuse_budget, budget=budget, reason="否", officer=officer("other"), at=AT)
    assert outcomes(pool, approving, refusing) == ["budget_moves", "done"]


def test_two_clerks_do_not_both_begin_a_budget(pool: ThreadPoolExecutor) -> None:
    found = outcomes(pool, partial(prepared, street()), partial(prepared, street()))
    assert found[-1] == "done"
    assert found[0] in ("budget_is_one_at_a_time", "budget_edition_is_unique", "budget_amends_what_is_approved")
    assert Budget.objects.filter(book__code="T02").count() == 1


def until_somebody_waits(stage: Stage) -> None:
    """Look again and again until a backend of this database waits for a lock."""
    watcher = stage.hand("postgres")
    watcher.connection.autocommit = True
    deadline = time.monotonic() + DEADLINE_SECONDS
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while watcher.value(asked) == 0:
        assert time.monotonic() < deadline, "it did not happen in time"


def on_its_own_connection(work: Work) -> Work:
    def started() -> object:
        try:
            return work()
        finally:
            connections.close_all()

    return started


@pytest.mark.parametrize(("amount", "found"), [("40.00", "done"), ("40.01", "budget_is_not_overspent")])
def test_months_of_one_line_wait_for_each_other(
    own_stage: Stage, pool: ThreadPoolExecutor, amount: str, found: str
) -> None:
    """What March takes is missing in May: the two touch different months and still the same money."""
    in_may = partial(spending(amount, "race/may"), on=date(2026, 5, 4))
    with transaction.atomic():
        spending("60.00", "race/march")()
        later = pool.submit(on_its_own_connection(in_may))
        until_somebody_waits(own_stage)
    assert outcome(later) == found
    assert sums_agree()


def test_a_plan_of_another_month_waits_for_the_spending(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    plan = a_plan("-0.01")
    with transaction.atomic():
        partial(spending("60.00", "race/april"), on=date(2026, 4, 7))()
        later = pool.submit(on_its_own_connection(planning(plan)))
        until_somebody_waits(own_stage)
    assert outcome(later) == "plan_covers_what_is_used"
    assert sums_agree()


def posting(amount: str) -> Work:
    release = release_funds(release=a_release(amount), officer=officer("releaser"), at=LATE)
    return partial(transaction.atomic(post_release), release=release, on=ON, cashier=officer("cashier"))


def test_a_posting_that_waits_for_a_plan_does_not_stand_in_its_way(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    post, plan = posting("10.00"), a_plan("1.00")
    with transaction.atomic():
        spending("1.00", "race/holder")()
        later = pool.submit(on_its_own_connection(post))
        until_somebody_waits(own_stage)
        planning(plan)()
    assert outcome(later) == "done"
    assert sums_agree()


def test_a_posting_that_waits_for_an_amendment_does_not_stand_in_its_way(
    own_stage: Stage, pool: ThreadPoolExecutor
) -> None:
    post, budget = posting("10.00"), an_amendment("450.00")
    with transaction.atomic():
        Book.objects.select_for_update().get(code="T01")
        later = pool.submit(on_its_own_connection(post))
        until_somebody_waits(own_stage)
        resolving(budget)()
    assert outcome(later) == "done"
    assert (the_line().amount, sums_agree()) == (yuan("450.00"), True)


def test_control_waits_for_the_spending_in_flight(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    """A spending that found no budget ends before the approval, so none slips in after it uncounted."""
    budget = submit_budget(budget=prepared(street()), officer=officer("clerk"), at=AT)
    approve = partial(approve_budget, budget=budget, paper="7", paper_on=ON, on=ON, officer=officer("head"), at=AT)
    with transaction.atomic():
        spend_classified(township=street(), year=2026, on=ON, lines=[a_line("1.00")], source="race/street")
        approving = pool.submit(on_its_own_connection(approve))
        until_somebody_waits(own_stage)
        assert not is_controlled(township=street(), year=2026)
    assert outcome(approving) == "done"
    assert is_controlled(township=street(), year=2026)
    assert not BudgetUse.objects.exists()
