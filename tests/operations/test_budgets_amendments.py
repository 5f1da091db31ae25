"""What a budget is checked against, how it is amended, and how its months are planned."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from ledger.models import AuditEvent
from ledger.refusals import AmountNotExact, DimensionUnknown, UnableToPost
from tests import budgets
from tests.budgets import (
    AT,
    LINES,
    OFFICE,
    ON,
    OPERATING,
    a_line,
    approved,
    officer,
    planned,
    prepared,
    principles,
    street,
    the_line,
    town,
    yuan,
)
from treasury import budgeting, planning_spending
from treasury.budgeting import BudgetedLine, Indicator, amend_budget
from treasury.budgets import line_states, townships_without_budget
from treasury.models import Budget, SpendingPlan
from treasury.models.words import (
    PLAN_MOVES,
    IndicatorKind,
    PlanStatus,
)
from treasury.planning_spending import PlannedMonth, approve_plan, prepare_plan, refuse_plan
from treasury.refusals import (
    BudgetAmbiguous,
    BudgetBelowUse,
    BudgetExhausted,
    BudgetLineMissing,
    BudgetUnfit,
    OneOfficerTwice,
    PrinciplesMissing,
    StateRefuses,
    TreasuryReasonMissing,
)
from treasury.reserving import spend_classified

stage = budgets.stage
rolled_back = budgets.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

PAPER: Mapping[str, Any] = {"paper": "第7号", "paper_on": date(2026, 2, 1), "on": ON}


def refusal(act: Callable[[], object]) -> UnableToPost:
    with pytest.raises(UnableToPost) as caught:
        act()
    return caught.value


def submitted(budget: Budget) -> Budget:
    return budgeting.submit_budget(budget=budget, officer=officer("clerk"), at=AT)


def reviewed(budget: Budget, *, by: str = "bureau") -> Budget:
    return budgeting.review_budget(budget=budget, officer=officer(by), at=AT)


def resolved(budget: Budget, *, by: str = "head", **changes: Any) -> Budget:
    return budgeting.record_resolution(budget=budget, officer=officer(by), at=AT, **{**PAPER, **changes})


def amended(lines: Any = LINES, *, reason: str = "追加公用经费", by: str = "clerk", **changes: Any) -> Budget:
    told = {"book": town().book, "year": 2026, "lines": lines, "resources": yuan("3000.00"), "on": ON, "at": AT}
    return amend_budget(**{**told, **changes}, reason=reason, officer=officer(by))


def lines_with(operating: str) -> tuple[BudgetedLine, ...]:
    return (LINES[0], BudgetedLine(OFFICE, OPERATING, yuan(operating)), LINES[2])


def spend(amount: str, source: str = "test/pay") -> None:
    spend_classified(township=town(), year=2026, on=ON, lines=[a_line(amount)], source=source)


# What it is checked against.


def test_nothing_is_prepared_before_the_principles_of_the_year() -> None:
    assert type(refusal(lambda: prepared(street(), year=2027))) is PrinciplesMissing


def test_a_budget_names_the_edition_that_it_was_prepared_under_and_is_checked_against_it() -> None:
    budget = prepared(street())
    principles(Indicator(IndicatorKind.CEILING, yuan("1.00")))
    assert (submitted(budget).principles.edition, budget.principles.edition) == (1, 1)
    budgeting.refuse_budget(budget=budget, reason="新口径", officer=officer("head"), at=AT)
    assert refusal(lambda: prepared(street())).name == "budget_is_within_its_ceiling"


def test_a_number_for_one_township_goes_before_that_for_all() -> None:
    principles(
        Indicator(IndicatorKind.CEILING, yuan("1.00")),
        Indicator(IndicatorKind.CEILING, yuan("2000.00"), street().book),
    )
    assert prepared(street()).edition == 1


@pytest.mark.parametrize(
    ("resources", "name"),
    [("1999.99", "budget_is_balanced"), ("1199.99", "budget_pays_salaries_first"), ("2000.00", None)],
)
def test_the_resources_pay_salaries_first(resources: str, name: str | None) -> None:
    if name is None:
        assert prepared(street(), resources=yuan(resources)).resources == yuan(resources)
    else:
        refused = refusal(lambda: prepared(street(), resources=yuan(resources)))
        assert (type(refused), refused.name) == (BudgetUnfit, name)


def test_a_lower_rank_is_not_funded_while_the_need_of_salaries_is_not_covered() -> None:
    principles(Indicator(IndicatorKind.SALARY_NEED, yuan("1200.01"), street().book))
    refused = refusal(lambda: prepared(street()))
    assert (refused.name, refused.facts["need"]) == ("budget_keeps_rank", yuan("1200.01"))


def test_growth_is_measured_against_the_budget_approved_for_last_year() -> None:
    principles(Indicator(IndicatorKind.GROWTH, yuan("5.00")), year=2027)
    more = (*LINES[:2], BudgetedLine("", "303", yuan("400.00")))
    assert prepared(town(), more, year=2027, resources=yuan("2100.00")).year == 2027
    too_much = (*LINES[:2], BudgetedLine("", "303", yuan("400.01")))
    budgeting.withdraw_budget(budget=Budget.objects.get(year=2027), officer=officer("clerk"), at=AT)
    refused = refusal(lambda: prepared(town(), too_much, year=2027, resources=yuan("3000.00")))
    assert (refused.name, refused.facts["last_year"]) == ("budget_growth_is_limited", yuan("2000.00"))


def test_two_lines_that_clash_are_refused() -> None:
    clashing = (BudgetedLine(OFFICE, "301", yuan("1.00")), BudgetedLine("201", "30101", yuan("1.00")))
    assert type(refusal(lambda: prepared(street(), clashing))) is BudgetAmbiguous


@pytest.mark.parametrize("line", [("9999999", "301"), (OFFICE, "999")])
def test_a_class_that_is_in_no_list_is_refused(line: tuple[str, str]) -> None:
    assert type(refusal(lambda: prepared(street(), [BudgetedLine(*line, yuan("1.00"))]))) is DimensionUnknown


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.001"])
def test_an_amount_that_is_no_amount_is_refused(amount: str) -> None:
    assert type(refusal(lambda: prepared(street(), [BudgetedLine(OFFICE, "301", yuan(amount))]))) is AmountNotExact


# Amendments.


def test_an_approved_budget_is_amended_and_not_prepared_again() -> None:
    assert type(refusal(lambda: prepared(town()))) is StateRefuses


def test_there_is_nothing_to_amend_before_the_approval() -> None:
    assert type(refusal(lambda: amended(book=street().book))) is StateRefuses


def test_an_amendment_has_its_reason() -> None:
    assert type(refusal(lambda: amended(reason=""))) is TreasuryReasonMissing


def test_an_amendment_counts_from_its_approval() -> None:
    principles(Indicator(IndicatorKind.CEILING, yuan("9000.00")))
    budget = amended(lines_with("700.00"))
    assert the_line().amount == yuan("500.00")
    approved(budget)
    assert the_line().amount == yuan("700.00")


@pytest.mark.parametrize(("operating", "refused"), [("100.00", False), ("99.99", True)])
def test_an_amendment_leaves_a_line_what_is_planned(operating: str, refused: bool) -> None:
    budget = reviewed(submitted(amended(lines_with(operating))))
    if refused:
        found = refusal(lambda: resolved(budget))
        assert (found.name, found.facts["planned"]) == ("plan_is_within_appropriation", yuan("100.00"))
    else:
        assert resolved(budget).status == "APPROVED"


@pytest.mark.parametrize(("operating", "refused"), [("40.00", False), ("39.99", True)])
def test_an_amendment_leaves_a_line_what_is_used(operating: str, refused: bool) -> None:
    spend("40.00")
    planned(
        town(), PlannedMonth(OFFICE, OPERATING, 5, yuan("-40.00")), PlannedMonth(OFFICE, OPERATING, 3, yuan("-20.00"))
    )
    budget = reviewed(submitted(amended(lines_with(operating))))
    if refused:
        found = refusal(lambda: resolved(budget))
        assert (type(found), found.name, found.facts["used"]) == (
            BudgetBelowUse,
            "budget_covers_what_is_used",
            yuan("40.00"),
        )
    else:
        assert resolved(budget).status == "APPROVED"


def test_a_line_that_an_amendment_leaves_out_has_nothing_and_pays_nothing() -> None:
    approved(amended(LINES[:2]))
    assert [one.line for one in line_states(book=town().book, year=2026)] == ["2010301/301", "2010301/302"]
    refused = refusal(
        lambda: spend_classified(township=town(), year=2026, on=ON, lines=[a_line("1.00", "30305")], source="test/1")
    )
    assert type(refused) is BudgetLineMissing


# Plans.


def test_a_plan_counts_when_another_officer_approves_it() -> None:
    plan = prepare_plan(
        book=town().book,
        year=2026,
        months=[PlannedMonth("", "303", 3, yuan("10.00"))],
        on=ON,
        officer=officer("everything"),
        at=AT,
    )
    assert type(refusal(lambda: approve_plan(plan=plan, officer=officer("everything"), at=AT))) is OneOfficerTwice
    assert approve_plan(plan=plan, officer=officer("bureau"), at=AT).status == "APPROVED"


@pytest.mark.parametrize(("amount", "refused"), [("400.00", False), ("400.01", True)])
def test_a_line_is_never_planned_beyond_its_appropriation(amount: str, refused: bool) -> None:
    month = PlannedMonth(OFFICE, OPERATING, 12, yuan(amount))
    if refused:
        found = refusal(lambda: planned(town(), month))
        assert (type(found), found.facts) == (
            BudgetExhausted,
            {"line": "2010301/302", "asked": yuan("400.01"), "left": yuan("400.00")},
        )
    else:
        assert planned(town(), month).status == "APPROVED"


@pytest.mark.parametrize(("amount", "refused"), [("-20.00", False), ("-20.01", True)])
def test_a_plan_takes_nothing_away_that_is_used(amount: str, refused: bool) -> None:
    spend("40.00")
    month = PlannedMonth(OFFICE, OPERATING, 3, yuan(amount))
    if refused:
        found = refusal(lambda: planned(town(), month))
        assert (found.name, found.facts["used"]) == ("plan_covers_what_is_used", yuan("40.00"))
    else:
        assert planned(town(), month).status == "APPROVED"


def test_no_month_is_planned_below_zero() -> None:
    months = [PlannedMonth(OFFICE, OPERATING, 4, yuan("-0.01"))]
    assert refusal(lambda: planned(town(), *months)).name == "plan_covers_what_is_used"


def test_a_plan_names_a_line_of_the_budget() -> None:
    assert type(refusal(lambda: planned(town(), PlannedMonth(OFFICE, "30201", 3, yuan("1.00"))))) is BudgetLineMissing


def test_a_refused_plan_counts_for_nothing() -> None:
    plan = prepare_plan(
        book=town().book,
        year=2026,
        months=[PlannedMonth("", "303", 3, yuan("10.00"))],
        on=ON,
        officer=officer("clerk"),
        at=AT,
    )
    assert refusal(lambda: refuse_plan(plan=plan, reason="", officer=officer("bureau"), at=AT)).name == (
        "plan_is_signed_for_its_state"
    )
    refuse_plan(plan=plan, reason="不急", officer=officer("bureau"), at=AT)
    assert line_states(book=town().book, year=2026)[0].planned == yuan("0.00")


@pytest.mark.parametrize("start", PlanStatus)
@pytest.mark.parametrize("to", [PlanStatus.APPROVED, PlanStatus.REFUSED])
def test_a_plan_is_decided_once(start: PlanStatus, to: PlanStatus) -> None:
    acts: Mapping[PlanStatus, Callable[[SpendingPlan], SpendingPlan]] = {
        PlanStatus.PREPARED: lambda plan: plan,
        PlanStatus.APPROVED: lambda plan: approve_plan(plan=plan, officer=officer("bureau"), at=AT),
        PlanStatus.REFUSED: lambda plan: refuse_plan(plan=plan, reason="否", officer=officer("bureau"), at=AT),
    }
    plan = acts[start](
        planning_spending.prepare_plan(
            book=town().book,
            year=2026,
            months=[PlannedMonth("", "303", 3, yuan("10.00"))],
            on=ON,
            officer=officer("clerk"),
            at=AT,
        )
    )
    if (start, to) in PLAN_MOVES:
        assert acts[to](plan).status == to
    else:
        assert type(refusal(lambda: acts[to](plan))) is StateRefuses


# Reads and the trail.


def test_townships_without_an_approved_budget_are_named() -> None:
    assert [one.code for one in townships_without_budget(year=2026)] == ["T02"]
    approved(prepared(street()))
    assert list(townships_without_budget(year=2026)) == []
    assert [one.code for one in townships_without_budget(year=2027)] == ["T01", "T02"]


def test_every_step_leaves_its_event() -> None:
    approved(prepared(street()))
    events = AuditEvent.objects.filter(subject="budget/T02/2026/1").order_by("number")
    assert [(one.act, one.actor) for one in events] == [
        ("budget.prepare", "clerk"),
        ("budget.submit", "clerk"),
        ("budget.approve", "head"),
    ]


def test_principles_that_are_issued_later_do_not_hold_yet() -> None:
    budgeting.issue_principles(
        year=2026,
        text="明年口径",
        indicators=[Indicator(IndicatorKind.CEILING, yuan("1.00"))],
        on=date(2026, 3, 11),
        officer=officer("chief"),
        at=AT,
    )
    assert prepared(street()).principles.edition == 1
