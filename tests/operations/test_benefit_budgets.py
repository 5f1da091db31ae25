"""The share of a township in a benefit is taken from its approved budget; over it, nothing is paid and nothing done.

The town has an approved budget with one line, for 独生子女保健费: 100.00 a month and person, half of it the township's.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from month.beginning import open_months
from payouts.giving_up import decide_giving_up, propose_giving_up
from payouts.models import Batch, Payment, Run, RunException
from payouts.refusals import ExceptionsOpen
from payouts.releasing_benefits import release_benefits
from payouts.running import sign_exceptions, submit_run
from tests import benefits
from tests.benefits import (
    BIRCH,
    FEE,
    GBK,
    JULY,
    PENSION,
    SONGJIANG,
    Recipient,
    answered,
    checked,
    corrected_and_reissued,
    enrolled,
    faults,
    funded,
    funded_and_sent,
    paid,
    released,
    reviewed,
    sent,
)
from tests.payroll import AT, officer
from tests.payroll_hands import refused
from treasury.budgeting import (
    BudgetedLine,
    Indicator,
    issue_principles,
    prepare_budget,
    record_resolution,
    review_budget,
    submit_budget,
)
from treasury.budgets import left_in
from treasury.models import BudgetUse, Township
from treasury.models.words import IndicatorKind
from treasury.planning_spending import PlannedMonth, approve_plan, prepare_plan
from treasury.refusals import BudgetExhausted, BudgetLineMissing

stage = benefits.stage
rolled_back = benefits.rolled_back

ON = date(2026, 7, 1)
FUNCTION, ECONOMIC = "2100717", "30309"
ONE, TWO, STREET = Recipient(1, FEE), Recipient(2, FEE), Recipient(3, FEE, township=SONGJIANG)


@pytest.fixture(autouse=True)
def agreeing(rolled_back: None) -> Iterator[None]:
    """After each test the books are checked."""
    yield
    assert faults() == []


def town() -> Township:
    return Township.objects.get(name=BIRCH)


def budgeted(amount: str, *, economic: str = ECONOMIC) -> None:
    """Approve the budget of the town with one line, and plan an amount of it for July."""
    clerk, reviewer, total = officer("clerk"), officer("reviewer"), Decimal("600.00")
    issue_principles(
        year=2026,
        text="保工资、保民生",
        indicators=[Indicator(IndicatorKind.CEILING, total)],
        on=ON,
        officer=officer("chief_accountant"),
        at=AT,
    )
    line = BudgetedLine(FUNCTION, economic, total, "独生子女保健费")
    budget = prepare_budget(book=town().book, year=2026, lines=[line], resources=total, on=ON, officer=clerk, at=AT)
    budget = review_budget(budget=submit_budget(budget=budget, officer=clerk, at=AT), officer=reviewer, at=AT)
    record_resolution(budget=budget, paper="第7号", paper_on=ON, on=ON, officer=officer("preparer"), at=AT)
    replanned(amount, economic=economic)


def replanned(amount: str, *, economic: str = ECONOMIC) -> None:
    """Plan more of the line for July, or less with an amount below zero."""
    month = PlannedMonth(FUNCTION, economic, 7, Decimal(amount))
    plan = prepare_plan(book=town().book, year=2026, months=[month], on=ON, officer=officer("clerk"), at=AT)
    approve_plan(plan=plan, officer=officer("reviewer"), at=AT)


def left() -> str:
    [amount] = left_in(book=town().book_id, year=2026, month=7).values()
    return str(amount)


def uses() -> list[str]:
    return [str(one.spent) for one in BudgetUse.objects.filter(source__startswith="payouts.benefits/").order_by("pk")]


def over_budget(run: Run) -> list[str]:
    """Return what the check of a run says of budgets that do not suffice."""
    found = RunException.objects.filter(run=run, edition=run.edition, kind="over_budget")
    return [str(one.severity) for one in found]


# Inside


@pytest.mark.parametrize(("on", "rest"), [(date(2026, 12, 31), "50.00"), (date(2027, 1, 1), "0.00")])
def test_what_is_given_up_in_its_year_is_back_in_the_budget(on: date, rest: str) -> None:
    budgeted("100.00")
    enrolled(JULY, [ONE, TWO])
    run = answered(funded_and_sent(JULY), failing=[1])
    open_months(day=on, officer=officer("chief_accountant"), at=AT)
    giving_up = propose_giving_up(
        month=JULY, serial=1, reason="死亡", paper="青民函1号", officer=officer("clerk"), at=AT
    )
    assert (run.status, left()) == ("PART_SETTLED", "0.00")
    decide_giving_up(giving_up=giving_up, approved=True, officer=officer("chief_accountant"), on=on, at=AT)
    [amount] = left_in(book=town().book_id, year=2026, month=12).values()
    assert str(amount) == rest


@pytest.mark.parametrize(("plan", "rest"), [("50.00", "0.00"), ("50.01", "0.01")])
def test_the_share_of_a_township_is_taken_from_its_budget(plan: str, rest: str) -> None:
    budgeted(plan)
    run = paid(JULY, [ONE])
    assert (run.status, uses(), left()) == ("SETTLED", ["50.00"], rest)


def test_only_the_township_that_has_a_budget_is_held_to_it() -> None:
    budgeted("50.00")
    assert paid(JULY, [ONE, STREET]).status == "SETTLED"
    assert (uses(), left()) == (["50.00"], "0.00")


def test_a_benefit_that_the_township_does_not_share_takes_nothing() -> None:
    budgeted("50.00")
    paid(JULY, [Recipient(1), Recipient(2, PENSION)])
    assert (uses(), left()) == ([], "50.00")


def test_what_comes_back_and_is_paid_again_is_taken_once() -> None:
    budgeted("50.00")
    enrolled(JULY, [ONE])
    run = sent(funded(released(JULY)))
    serial = Payment.objects.get(month=JULY).serial
    run = answered(run, failing=[serial])
    corrected_and_reissued(JULY, serial)
    assert answered(sent(run)).status == "SETTLED"
    assert (uses(), left()) == (["50.00"], "0.00")


# Over


@pytest.mark.parametrize(("plan", "severities"), [("100.00", []), ("99.99", ["BLOCK"])])
def test_a_run_over_the_budget_is_not_handed_in(plan: str, severities: list[str]) -> None:
    budgeted(plan)
    enrolled(JULY, [ONE, TWO])
    run = checked(JULY)
    assert over_budget(run) == severities
    sign_exceptions(run=run, exceptions=None, officer=officer("preparer"), reason="已核对", at=AT)
    refusal = refused(lambda: submit_run(run=run, officer=officer("preparer"), at=AT))
    assert type(refusal) is (ExceptionsOpen if severities else type(None))


def sending(run: Run) -> Callable[[], object]:
    return partial(sent, run)


def test_a_batch_over_the_budget_is_refused_with_nothing_done_and_sent_once_there_is_room() -> None:
    budgeted("50.00")
    enrolled(JULY, [ONE, STREET])
    run = funded(released(JULY))
    replanned("-0.01")
    refusal = refused(sending(run))
    assert isinstance(refusal, BudgetExhausted)
    assert (refusal.name, uses(), left()) == ("budget_is_not_overspent", [], "49.99")
    assert list(Batch.objects.filter(run=run).values_list("status", flat=True)) == ["APPROVED"]
    replanned("0.01")
    assert answered(sent(run)).status == "SETTLED"
    assert (uses(), left()) == (["50.00"], "0.00")


def test_a_batch_for_which_the_budget_has_no_line_is_refused_with_nothing_done() -> None:
    enrolled(JULY, [ONE])
    run = funded(released(JULY))
    budgeted("50.00", economic="30201")
    refusal = refused(sending(run))
    assert isinstance(refusal, BudgetLineMissing)
    assert (refusal.name, uses(), left()) == ("budget_has_the_line", [], "50.00")


# What no list can carry is posted with the release


def unwritable_reviewed() -> Run:
    enrolled(JULY, [Recipient(1, FEE, name="测试𠮷田"), Recipient(3)])
    return reviewed(JULY)


def releasing(run: Run) -> Callable[[], object]:
    return partial(release_benefits, run=run, officer=officer("releaser"), template=GBK, at=AT)


def test_what_no_list_can_carry_is_taken_from_the_budget_with_the_release() -> None:
    budgeted("50.00")
    releasing(unwritable_reviewed())()
    assert (uses(), left()) == (["50.00"], "0.00")


def test_a_release_over_the_budget_is_refused_with_nothing_done() -> None:
    budgeted("50.00")
    run = unwritable_reviewed()
    replanned("-0.01")
    refusal = refused(releasing(run))
    assert isinstance(refusal, BudgetExhausted)
    assert (refusal.name, uses(), left()) == ("budget_is_not_overspent", [], "49.99")
