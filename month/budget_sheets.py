"""The lines of a budget and of a spending plan as townships hand them in: csv or xlsx, taken whole or not at all."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from imports.layouts import Column, Layout, Presence
from imports.layouts.widgets import Amount, Code, Count, SignedAmount, Text
from ledger.models import Book
from month.fact_sheets import FactFault, FactRow, FactSheet, FactsRefused, read_facts
from treasury.budgeting import BudgetedLine
from treasury.budgets import appropriations_of, classes_in_use
from treasury.planning_spending import PlannedMonth
from treasury.rules.budgets import ambiguous, label_of

FUNCTIONAL, ECONOMIC, MONTH, AMOUNT, NOTE = "功能分类", "经济分类", "月份", "金额", "说明"


class BudgetSheet(Layout):
    key, title = "BUDGET", "预算"
    row_key = ECONOMIC

    functional = Column(FUNCTIONAL, Code(), Presence.COLUMN)
    economic = Column(ECONOMIC, Code(), Presence.COLUMN)
    amount = Column(AMOUNT, Amount(), Presence.FILLED)
    note = Column(NOTE, Text())


class PlanSheet(Layout):
    key, title = "SPENDING_PLAN", "用款计划"
    row_key = ECONOMIC

    functional = Column(FUNCTIONAL, Code(), Presence.COLUMN)
    economic = Column(ECONOMIC, Code(), Presence.COLUMN)
    month = Column(MONTH, Count(), Presence.FILLED)
    amount = Column(AMOUNT, SignedAmount(), Presence.FILLED)


class BudgetFileRefused(FactsRefused):
    """A file that is not taken; ``faults`` lists every row that stands in the way."""

    def __str__(self) -> str:
        return "\n".join([_("Nothing was taken. Correct the file and hand it in again."), *map(str, self.faults)])


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line with the row that it stands in, so that two that clash can be named."""

    row: int
    functional: str
    economic: str


def read_budget(*, name: str, content: bytes, year: int) -> Sequence[BudgetedLine]:
    """Read the lines of a budget.

    :raises BudgetFileRefused: with every row that is faulty, names a class not in use, or clashes with another
    """
    sheet = facts_of(name, content, BudgetSheet, year)
    faults = list(faults_of_classes(sheet, year))
    faults += [
        row.fault(AMOUNT, _("The amount is zero. Delete the row.")) for row in sheet.rows if not row.amount(AMOUNT)
    ]
    lines = [ReadLine(row.number, row[FUNCTIONAL], row[ECONOMIC]) for row in sheet.rows]
    for one, other in ambiguous(lines):
        said = _("{line} and {other} of row {row} cover the same. Make one the narrower in both, or join them.")
        reason = said.format(line=label_of(other), other=label_of(one), row=one.row)
        faults.append(FactFault(other.row, ECONOMIC, reason))
    refuse(faults)
    return [BudgetedLine(row[FUNCTIONAL], row[ECONOMIC], row.amount(AMOUNT), row[NOTE]) for row in sheet.rows]


def read_plan(*, name: str, content: bytes, book: Book, year: int) -> Sequence[PlannedMonth]:
    """Read what a plan adds to the months of an approved budget's lines, or takes from them.

    :raises BudgetFileRefused: with every row that is faulty, names no line of the budget, or stands there twice
    """
    sheet = facts_of(name, content, PlanSheet, year)
    lines = {(one.functional, one.economic) for one in appropriations_of(book=book.code, year=year)}
    refuse(list(faults_of_plan(sheet, lines)))
    return [PlannedMonth(row[FUNCTIONAL], row[ECONOMIC], int(row[MONTH]), row.amount(AMOUNT)) for row in sheet.rows]


def facts_of(name: str, content: bytes, layout: type[Layout], year: int) -> FactSheet:
    try:
        return read_facts(file=name, content=content, layout=layout, month=date(year, 1, 1))
    except FactsRefused as refused:
        raise BudgetFileRefused(refused.faults) from refused


def faults_of_classes(sheet: FactSheet, year: int) -> Iterator[FactFault]:
    """Yield the rows whose classes are in no list of the year."""
    functional, economic = classes_in_use(year=year)
    for column, known in ((FUNCTIONAL, functional), (ECONOMIC, economic)):
        for row in sheet.rows:
            if row[column] not in known:
                said = _("{code} is no class in use. Correct it, or have the class added to its list.")
                yield row.fault(column, said.format(code=row[column]))


def faults_of_plan(sheet: FactSheet, lines: Collection[tuple[str, str]]) -> Iterator[FactFault]:
    """Yield the rows that are none of a plan for the lines of a budget."""
    seen: dict[tuple[str, str, int], FactRow] = {}
    for row in sheet.rows:
        place = (row[FUNCTIONAL], row[ECONOMIC], int(row[MONTH]))
        if place[:2] not in lines:
            label = f"{place[0] or '*'}/{place[1] or '*'}"
            said = _("The approved budget has no line {line}. Name a line as the budget does, or amend it.")
            yield row.fault(ECONOMIC, said.format(line=label))
        if not 1 <= place[2] <= 12:
            yield row.fault(MONTH, _("A month goes from 1 to 12. Correct it."))
        if not row.amount(AMOUNT):
            yield row.fault(AMOUNT, no_amount())
        above = seen.setdefault(place, row)
        if above is not row:
            said = _("Line and month stand in row {row} already. Join the two rows.")
            yield row.fault(MONTH, said.format(row=above.number))


def no_amount() -> str:
    return _("The amount is zero. Delete the row.")


def refuse(faults: Sequence[FactFault]) -> None:
    if faults:
        raise BudgetFileRefused(faults)
