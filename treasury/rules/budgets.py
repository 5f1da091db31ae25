"""What a budget must be: lines that are told apart, spending in its order, and the district's indicators kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Protocol, TypeVar

SALARY, STABILITY, OPERATIONS = 1, 2, 3
NEEDS: Mapping[str, int] = {"SALARY_NEED": SALARY, "STABILITY_NEED": STABILITY, "OPERATIONS_NEED": OPERATIONS}
ZERO = Decimal("0.00")


class Classed(Protocol):
    """Anything that stands for a functional and an economic class and what is below them."""

    @property
    def functional(self) -> str: ...
    @property
    def economic(self) -> str: ...


C = TypeVar("C", bound=Classed)


@dataclass(frozen=True, slots=True)
class RankedLine:
    """One line of a budget as the rules read it."""

    functional: str
    economic: str
    rank: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BudgetFault:
    """Why a budget is not taken: the name of the rule and what was found."""

    name: str
    facts: Mapping[str, object]


def label_of(line: Classed) -> str:
    """Return what a line is called: ``2010301/30101``, with ``*`` for every class."""
    return f"{line.functional or '*'}/{line.economic or '*'}"


def covering(lines: Iterable[C], *, functional: str, economic: str) -> C | None:
    """Return the line that a spending belongs to: of those that cover it, the one with the longest codes."""
    covers = (one for one in lines if functional.startswith(one.functional) and economic.startswith(one.economic))
    return max(covers, key=lambda one: len(one.functional) + len(one.economic), default=None)


def ambiguous(lines: Sequence[C]) -> Iterator[tuple[C, C]]:
    """Yield pairs of lines that cover something in common while neither is the narrower one.

    ``2010301/301`` and ``201/30101`` both cover ``2010301/30101``; two lines of equal codes do too.
    """
    for one, other in combinations(lines, 2):
        if not (are_nested(one.functional, other.functional) and are_nested(one.economic, other.economic)):
            continue
        if is_below(one, other) == is_below(other, one):
            yield one, other


def are_nested(code: str, other: str) -> bool:
    return code.startswith(other) or other.startswith(code)


def is_below(line: Classed, other: Classed) -> bool:
    """Say whether all that a line covers is covered by another one."""
    return line.functional.startswith(other.functional) and line.economic.startswith(other.economic)


def total_by_rank(lines: Iterable[RankedLine]) -> dict[int, Decimal]:
    totals: dict[int, Decimal] = {}
    for line in lines:
        totals[line.rank] = totals.get(line.rank, ZERO) + line.amount
    return totals


def faults_of_order(
    lines: Sequence[RankedLine], *, resources: Decimal, needs: Mapping[int, Decimal]
) -> Iterator[BudgetFault]:
    """Yield what breaks the order of spending (保工资、保稳定、保运转, F06).

    The resources cover the salaries first and then everything; nothing is given to a lower rank while the
    named need of a higher one is not covered.
    """
    totals = total_by_rank(lines)
    whole = sum(totals.values(), ZERO)
    salaries = totals.get(SALARY, ZERO)
    if salaries > resources:
        yield BudgetFault("budget_pays_salaries_first", {"salaries": salaries, "resources": resources})
    elif whole > resources:
        yield BudgetFault("budget_is_balanced", {"total": whole, "resources": resources})
    for rank, need in sorted(needs.items()):
        given = totals.get(rank, ZERO)
        lower = sum((amount for other, amount in totals.items() if other > rank), ZERO)
        if given < need and lower > 0:
            yield BudgetFault("budget_keeps_rank", {"rank": rank, "need": need, "given": given, "lower_ranks": lower})


def faults_of_indicators(
    lines: Sequence[RankedLine], *, indicators: Mapping[str, Decimal], last_year: Decimal | None
) -> Iterator[BudgetFault]:
    """Yield which indicators of the district a budget does not keep; growth is measured where there is a last year."""
    totals = total_by_rank(lines)
    whole = sum(totals.values(), ZERO)
    ceiling, growth, share = (indicators.get(kind) for kind in ("CEILING", "GROWTH", "SALARY_SHARE"))
    if ceiling is not None and whole > ceiling:
        yield BudgetFault("budget_is_within_its_ceiling", {"total": whole, "ceiling": ceiling})
    if growth is not None and last_year is not None and whole * 100 > last_year * (100 + growth):
        yield BudgetFault("budget_growth_is_limited", {"total": whole, "last_year": last_year, "percent": growth})
    if share is not None and totals.get(SALARY, ZERO) * 100 < whole * share:
        facts = {"salaries": totals.get(SALARY, ZERO), "total": whole, "percent": share}
        yield BudgetFault("budget_share_is_kept", facts)


def needs_in(indicators: Mapping[str, Decimal]) -> dict[int, Decimal]:
    """Return the needs among the indicators of a book by rank."""
    return {rank: indicators[kind] for kind, rank in NEEDS.items() if kind in indicators}
