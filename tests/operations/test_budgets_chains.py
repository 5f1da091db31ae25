"""How a budget is prepared, approved by the chain of its township's kind, refused and amended."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from ledger.models import Book
from ledger.refusals import OfficerMayNot, UnableToPost
from tests import budgets
from tests.budgets import (
    AT,
    LINES,
    ON,
    RESOURCES,
    officer,
    prepared,
    street,
    town,
    yuan,
)
from treasury import budgeting
from treasury.budgeting import amend_budget, approve_budget, prepare_budget, refuse_budget
from treasury.budgets import is_controlled
from treasury.models import Budget
from treasury.models.words import (
    BUDGET_MOVES,
    BudgetChain,
    BudgetStatus,
)
from treasury.refusals import (
    BudgetPaperMissing,
    OneOfficerTwice,
    StateRefuses,
    WrongChain,
)

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


def granted(budget: Budget, *, by: str = "head", **changes: Any) -> Budget:
    return approve_budget(budget=budget, officer=officer(by), at=AT, **{**PAPER, **changes})


def amended(lines: Any = LINES, *, reason: str = "追加公用经费", by: str = "clerk", **changes: Any) -> Budget:
    told = {"book": town().book, "year": 2026, "lines": lines, "resources": yuan("3000.00"), "on": ON, "at": AT}
    return amend_budget(**{**told, **changes}, reason=reason, officer=officer(by))


# The two chains (F09).


def test_the_budget_of_a_street_is_approved_by_the_bureau_for_the_government() -> None:
    budget = granted(submitted(prepared(street())))
    assert (budget.status, budget.chain, budget.paper) == ("APPROVED", BudgetChain.GOVERNMENT, "第7号")
    assert is_controlled(township=street(), year=2026)


def test_the_budget_of_a_town_goes_through_the_bureau_to_its_congress() -> None:
    budget = Budget.objects.get(book=town().book)
    assert (budget.status, budget.chain, str(budget.reviewed_by_id)) == ("APPROVED", BudgetChain.CONGRESS, "bureau")


def test_the_district_has_its_own_budget_by_its_congress() -> None:
    district = Book.objects.get(code="D")
    budget = prepare_budget(
        book=district, year=2026, lines=LINES, resources=RESOURCES, on=ON, officer=officer("clerk"), at=AT
    )
    assert resolved(reviewed(submitted(budget))).chain == BudgetChain.CONGRESS


def test_a_street_needs_no_review_and_gets_none() -> None:
    assert type(refusal(lambda: reviewed(submitted(prepared(street()))))) is WrongChain


def test_a_street_has_no_congress() -> None:
    assert type(refusal(lambda: resolved(submitted(prepared(street()))))) is WrongChain


def test_a_town_is_not_approved_without_the_review() -> None:
    budget = submitted(amended())
    assert type(refusal(lambda: resolved(budget))) is WrongChain


def test_a_town_is_not_approved_for_the_government() -> None:
    budget = reviewed(submitted(amended()))
    assert type(refusal(lambda: granted(budget))) is WrongChain


@pytest.mark.parametrize("changes", [{"paper": ""}, {"paper_on": date(2026, 3, 11)}], ids=["no number", "a later date"])
def test_an_approval_names_its_paper(changes: Mapping[str, Any]) -> None:
    budget = submitted(prepared(street()))
    assert type(refusal(lambda: granted(budget, **changes))) is BudgetPaperMissing


def test_a_paper_of_the_day_of_the_approval_is_taken() -> None:
    assert granted(submitted(prepared(street())), paper_on=ON).paper_on == ON


# Three people.


def test_who_prepared_does_not_review() -> None:
    budget = submitted(amended(by="everything"))
    assert type(refusal(lambda: reviewed(budget, by="everything"))) is OneOfficerTwice


def test_who_prepared_does_not_approve() -> None:
    budget = submitted(prepared(street(), by="everything"))
    assert type(refusal(lambda: granted(budget, by="everything"))) is OneOfficerTwice


def test_who_reviewed_does_not_record_the_resolution() -> None:
    budget = reviewed(submitted(amended()), by="other")
    assert type(refusal(lambda: resolved(budget, by="other"))) is OneOfficerTwice


def test_who_prepared_does_not_refuse() -> None:
    budget = submitted(prepared(street(), by="everything"))
    assert type(refusal(lambda: refuse_budget(budget=budget, reason="不实", officer=officer("everything"), at=AT))) is (
        OneOfficerTwice
    )


@pytest.mark.parametrize(
    ("act", "post"),
    [
        (lambda: prepared(street(), by="bureau"), "prepare_budget"),
        (lambda: amended(by="bureau"), "prepare_budget"),
        (lambda: reviewed(submitted(amended()), by="clerk"), "review_budget"),
        (lambda: granted(submitted(prepared(street())), by="clerk"), "approve_budget"),
        (lambda: resolved(reviewed(submitted(amended())), by="clerk"), "record_resolution"),
    ],
)
def test_each_step_asks_for_its_post(act: Callable[[], object], post: str) -> None:
    refused = refusal(act)
    assert (type(refused), refused.facts["act"]) == (OfficerMayNot, post)


# Refusals, withdrawals, and every pair of states.


def test_a_refused_budget_keeps_its_reason_and_a_further_edition_follows() -> None:
    budget = submitted(prepared(street()))
    budget = refuse_budget(budget=budget, reason="公用经费过高", officer=officer("head"), at=AT)
    assert (budget.status, budget.refusal) == ("REFUSED", "公用经费过高")
    assert prepared(street()).edition == 2


def test_a_budget_is_not_refused_without_a_reason() -> None:
    budget = submitted(prepared(street()))
    refused = refusal(lambda: refuse_budget(budget=budget, reason="", officer=officer("head"), at=AT))
    assert refused.name == "budget_is_signed_for_its_state"


def test_the_congress_may_refuse_what_the_bureau_agreed_to() -> None:
    budget = reviewed(submitted(amended()))
    assert refuse_budget(budget=budget, reason="未通过", officer=officer("head"), at=AT).status == "REFUSED"


def test_one_budget_of_a_book_and_year_is_on_its_way_at_a_time() -> None:
    prepared(street())
    assert refusal(lambda: prepared(street())).name == "budget_is_one_at_a_time"


def test_a_withdrawn_budget_makes_way() -> None:
    budgeting.withdraw_budget(budget=prepared(street()), officer=officer("clerk"), at=AT)
    assert prepared(street()).status == "PREPARED"


ACTS: Mapping[BudgetStatus, Callable[[Budget], Budget]] = {
    BudgetStatus.SUBMITTED: submitted,
    BudgetStatus.REVIEWED: reviewed,
    BudgetStatus.APPROVED: lambda budget: (granted if budget.chain == "GOVERNMENT" else resolved)(budget),
    BudgetStatus.REFUSED: lambda budget: refuse_budget(budget=budget, reason="否", officer=officer("other"), at=AT),
    BudgetStatus.WITHDRAWN: lambda budget: budgeting.withdraw_budget(budget=budget, officer=officer("clerk"), at=AT),
}
WAYS: Mapping[BudgetChain, Mapping[BudgetStatus, tuple[BudgetStatus, ...]]] = {
    BudgetChain.GOVERNMENT: {
        BudgetStatus.PREPARED: (),
        BudgetStatus.SUBMITTED: (BudgetStatus.SUBMITTED,),
        BudgetStatus.APPROVED: (BudgetStatus.SUBMITTED, BudgetStatus.APPROVED),
        BudgetStatus.REFUSED: (BudgetStatus.SUBMITTED, BudgetStatus.REFUSED),
        BudgetStatus.WITHDRAWN: (BudgetStatus.WITHDRAWN,),
    },
    BudgetChain.CONGRESS: {
        BudgetStatus.PREPARED: (),
        BudgetStatus.SUBMITTED: (BudgetStatus.SUBMITTED,),
        BudgetStatus.REVIEWED: (BudgetStatus.SUBMITTED, BudgetStatus.REVIEWED),
        BudgetStatus.APPROVED: (BudgetStatus.SUBMITTED, BudgetStatus.REVIEWED, BudgetStatus.APPROVED),
        BudgetStatus.REFUSED: (BudgetStatus.SUBMITTED, BudgetStatus.REFUSED),
        BudgetStatus.WITHDRAWN: (BudgetStatus.WITHDRAWN,),
    },
}
CHAIN_FORBIDS = {
    (BudgetChain.GOVERNMENT, BudgetStatus.SUBMITTED, BudgetStatus.REVIEWED),
    (BudgetChain.CONGRESS, BudgetStatus.SUBMITTED, BudgetStatus.APPROVED),
}


def standing(chain: BudgetChain, status: BudgetStatus) -> Budget:
    budget = prepared(street()) if chain == BudgetChain.GOVERNMENT else amended()
    for step in WAYS[chain][status]:
        budget = ACTS[step](budget)
    return budget


@pytest.mark.parametrize("to", [status for status in BudgetStatus if status != BudgetStatus.PREPARED])
@pytest.mark.parametrize(("chain", "start"), [(chain, start) for chain, ways in WAYS.items() for start in ways])
def test_the_acts_move_a_budget_along_its_chain_and_nowhere_else(
    chain: BudgetChain, start: BudgetStatus, to: BudgetStatus
) -> None:
    budget = standing(chain, start)
    allowed = (start, to) in BUDGET_MOVES and (chain, start, to) not in CHAIN_FORBIDS
    if allowed:
        assert ACTS[to](budget).status == to
    else:
        assert type(refusal(lambda: ACTS[to](budget))) in (StateRefuses, WrongChain)
