"""No sequence of reserving, spending, freeing, giving back, planning and amending overspends a line.

An independent model knows months and fen and nothing of the tables: it says first what is left and what is
refused, and the budget must answer the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.checks import run_checks
from ledger.refusals import UnableToPost
from tests import budgets
from tests.attacks import Stage
from tests.budgets import (
    AT,
    LINES,
    OFFICE,
    ON,
    OPERATING,
    RESOURCES,
    a_line,
    a_release,
    approved,
    officer,
    planned,
    the_line,
    town,
)
from treasury.budgeting import BudgetedLine, amend_budget
from treasury.budgets import left_in
from treasury.models import Release
from treasury.planning_spending import PlannedMonth
from treasury.reserving import free_release, give_back, reserve_release, spend_classified, spend_release

stage = budgets.stage

MONTHS = range(1, 13)
# Amounts that are told by the model: what is left, and one fen more.
ALL, ALL_AND_A_FEN = 0, -1
Step = tuple[str, int, int]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "pay", "reserve", "spend", "free", "back", "plan", "unplan", "amend"]),
        st.sampled_from([1, 3, 4, 5, 12]),
        st.sampled_from([ALL, ALL_AND_A_FEN, 1_000, 2_500, 4_000, 6_000]) | st.integers(min_value=1, max_value=12_000),
    ),
    min_size=5,
    max_size=12,
)


@dataclass
class Taken:
    """What one release or source has taken: fen by month, and where it stands."""

    source: str
    month: int
    fen: int
    release: Release | None = None
    state: str = "RESERVED"


@dataclass
class Model:
    """One line of the budget in fen: what is appropriated, planned and used."""

    amount: int = 50_000
    planned: dict[int, int] = field(
        default_factory=lambda: {month: {3: 6_000, 5: 4_000}.get(month, 0) for month in MONTHS}
    )
    used: dict[int, int] = field(default_factory=lambda: dict.fromkeys(MONTHS, 0))
    takings: list[Taken] = field(default_factory=list)

    def over(self, month: int) -> int:
        return sum(self.planned[m] - self.used[m] for m in range(1, month + 1))

    def left(self, month: int) -> int:
        return min(self.over(m) for m in range(month, 13))

    def standing(self, state: str) -> Iterator[Taken]:
        return (one for one in self.takings if one.state == state)


def yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def answer(act: Callable[[], object]) -> tuple[str, Decimal | None]:
    """Do an act and return ``done``, or the name of the refusal, of which nothing is left, with what it tells."""
    try:
        with transaction.atomic():
            act()
    except UnableToPost as refusal:
        return refusal.name, refusal.facts.get("left")
    return "done", None


def in_fen(model: Model, month: int, fen: int) -> int:
    """Return an amount in fen, at least one."""
    return fen if fen > 0 else max(1, model.left(month) - fen)


def taking(model: Model, taken: Taken, act: Callable[[], object]) -> None:
    left = model.left(taken.month)
    expected = ("done", None) if taken.fen <= left else ("budget_is_not_overspent", yuan(left))
    assert answer(act) == expected
    if taken.fen <= left:
        model.used[taken.month] += taken.fen
        model.takings.append(taken)


def reserve(model: Model, month: int, fen: int) -> None:
    release = a_release(str(yuan(fen)), month=date(2026, month, 1))
    taking(model, Taken(release.source, month, fen, release), lambda: reserve_release(release=release))


def pay(model: Model, month: int, fen: int) -> None:
    source = f"machine/{len(model.takings)}/{next(budgets.sources)}"
    lines = [a_line(str(yuan(fen)))]
    taken = Taken(source, month, fen, None, "PAID")
    on = date(2026, month, 10)
    taking(model, taken, lambda: spend_classified(township=town(), year=2026, on=on, lines=lines, source=source))


def spend(model: Model, month: int, _fen: int) -> None:
    for one in model.standing("RESERVED"):
        assert one.release
        on = date(2026, max(month, one.month), 15)
        release = one.release
        assert answer(lambda: spend_release(release=release, on=on)) == ("done", None)  # noqa: B023
        one.state, one.month = "SPENT", on.month
        return


def free(model: Model, _month: int, _fen: int) -> None:
    for one in model.standing("RESERVED"):
        assert one.release
        free_release(release=one.release)
        model.used[one.month] -= one.fen
        one.state = "FREED"
        return


def back(model: Model, month: int, _fen: int) -> None:
    for one in model.standing("SPENT"):
        assert one.release
        on = date(2026, max(month, one.month), 20)
        give_back(release=one.release, lines=list(one.release.lines.all()), on=on, source=f"{one.source}/back")
        model.used[on.month] -= one.fen
        one.state = "BACK"
        return


def plan(model: Model, month: int, fen: int) -> None:
    after = {**model.planned, month: model.planned[month] + fen}
    changed = Model(model.amount, after, model.used)
    left = model.amount - sum(model.planned.values())
    if fen > left:
        expected: tuple[str, Decimal | None] = ("plan_is_within_appropriation", yuan(left))
    elif after[month] < 0 or changed.left(1) < 0:
        expected = ("plan_covers_what_is_used", None)
    else:
        expected = ("done", None)
        model.planned = after
    assert answer(lambda: planned(town(), PlannedMonth(OFFICE, OPERATING, month, yuan(fen)))) == expected


def unplan(model: Model, month: int, fen: int) -> None:
    plan(model, month, -fen)


def amend(model: Model, _month: int, fen: int) -> None:
    lines = (LINES[0], BudgetedLine(OFFICE, OPERATING, yuan(fen)), LINES[2])
    amended = lambda: approved(  # noqa: E731
        amend_budget(
            book=town().book,
            year=2026,
            lines=lines,
            resources=RESOURCES,
            reason="调整",
            on=ON,
            officer=officer("clerk"),
            at=AT,
        )
    )
    if fen < sum(model.used.values()):
        assert answer(amended) == ("budget_covers_what_is_used", None)
    elif fen < sum(model.planned.values()):
        assert answer(amended) == ("plan_is_within_appropriation", None)
    else:
        assert answer(amended) == ("done", None)
        model.amount = fen


ACTS: dict[str, Callable[[Model, int, int], None]] = {
    "reserve": reserve,
    "spend": spend,
    "free": free,
    "pay": pay,
    "back": back,
    "plan": plan,
    "unplan": unplan,
    "amend": amend,
}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def holds(steps: list[Step]) -> None:
    with transaction.atomic():
        model = Model()
        for act, month, fen in steps:
            ACTS[act](model, month, in_fen(model, month, fen))
            line = the_line()
            for month_of in MONTHS:
                told = left_in(book="T01", year=2026, month=month_of)[line.pk]
                assert told == yuan(model.left(month_of))
                assert told >= 0
            assert line.amount == yuan(model.amount) >= yuan(sum(model.planned.values()))
        assert list(run_checks(["budget_sums", "budget_within"])) == []
        transaction.set_rollback(True)


@pytest.mark.usefixtures("stage")
def test_no_sequence_of_acts_overspends_and_what_is_left_is_foretold(stage: Stage) -> None:
    holds()
