"""A pay rule as its page shows it: the columns that it asks for, and what it made of a file, numbers masked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.layouts import Column, Layout, Presence
from imports.layouts.widgets import Amount, Cell, Choice, Code, Date, IdNumber, Quantity, SignedAmount
from imports.voucher_cells import WIDE_LETTERS_AND_DIGITS
from ledger.masking import masked
from ledger.money import ZERO, in_full
from month.calculating import RULES
from month.fact_sheets import Answer, FactsRefused

ROWS_SHOWN = 50
FAULTS_SHOWN = 500
ASKED_OF_COLUMN: Mapping[Presence, Any] = {
    Presence.FILLED: gettext_lazy("in every row"),
    Presence.COLUMN: gettext_lazy("the column; a cell may be empty"),
    Presence.OPTIONAL: gettext_lazy("may be left out"),
}
HOLDS: Sequence[tuple[type[Cell], Any]] = (
    (IdNumber, gettext_lazy("ID number")),
    (SignedAmount, gettext_lazy("yuan, also below zero")),
    (Amount, gettext_lazy("yuan")),
    (Quantity, gettext_lazy("number")),
    (Date, gettext_lazy("date")),
    (Code, gettext_lazy("code")),
)


@dataclass(frozen=True, slots=True)
class ListedColumn:
    """A column of a rule: whether a file must have it, what stands in it, and what else it may be called."""

    name: str
    asked: str
    holds: str
    other_names: str


@dataclass(frozen=True, slots=True)
class ListedRule:
    """A rule as the list of rules has it."""

    key: str
    name: str
    title: str
    needed: Sequence[str]
    optional: Sequence[str]
    declared: str
    reads_payslips: bool


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """The first rows of an answer, masked, with the sums of all its rows; a sum is None under what is no amount."""

    headings: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[tuple[str, bool]]]
    sums: Sequence[str | None]
    count: int


@dataclass(frozen=True, slots=True)
class ShownFault:
    """Why a row cannot be computed, masked; ``row`` 0 is the file as a whole."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShownFaults:
    """The first faults of a file, and how many it has."""

    rows: Sequence[ShownFault]
    count: int


def listed_rules() -> Sequence[ListedRule]:
    """Return all rules in the order in which the house lists them."""
    return [listed_rule(key) for key in RULES]


def listed_rule(key: str) -> ListedRule:
    rule = RULES[key]
    columns = rule.layout.columns()
    return ListedRule(
        key=key,
        name=str(rule.name),
        title=rule.layout.title,
        needed=[one.name for one in columns if one.presence is not Presence.OPTIONAL],
        optional=[one.name for one in columns if one.presence is Presence.OPTIONAL],
        declared=str(rule.declared),
        reads_payslips=bool(rule.act),
    )


def listed_columns(layout: type[Layout]) -> Sequence[ListedColumn]:
    """Return the columns that a rule reads."""
    return [
        ListedColumn(
            name=column.name,
            asked=str(ASKED_OF_COLUMN[column.presence]),
            holds=held_in(column),
            other_names="、".join(column.synonyms),
        )
        for column in layout.columns()
    ]


def held_in(column: Column) -> str:
    if isinstance(column.cell, Choice):
        return "、".join(sorted(column.cell.words))
    return next((str(said) for kind, said in HOLDS if isinstance(column.cell, kind)), _("text"))


def shown_answer(answer: Answer) -> ShownAnswer:
    """Return an answer as the page shows it."""
    sums = [sum_of(cells) for cells in zip(*answer.lines, strict=True)]
    return ShownAnswer(
        headings=[(heading, total is not None) for heading, total in zip(answer.headings, sums, strict=True)],
        rows=[[shown_cell(cell) for cell in line] for line in answer.lines[:ROWS_SHOWN]],
        sums=[None if total is None else in_full(total) for total in sums],
        count=len(answer.lines),
    )


def shown_cell(cell: str | Decimal) -> tuple[str, bool]:
    """Return a cell as it is shown, and whether it is an amount."""
    return (in_full(cell), True) if isinstance(cell, Decimal) else (plain(cell), False)


def sum_of(cells: Iterable[str | Decimal]) -> Decimal | None:
    """Return the sum of a column of amounts, some of which may be blank; nothing for another column."""
    amounts = []
    for cell in cells:
        if isinstance(cell, Decimal):
            amounts.append(cell)
        elif cell:
            return None
    return sum(amounts, ZERO) if amounts else None


def shown_faults(refused: FactsRefused) -> ShownFaults:
    """Return the faults of a file as the page shows them."""
    first = refused.faults[:FAULTS_SHOWN]
    return ShownFaults(
        rows=[ShownFault(fault.row, fault.column, plain(fault.reason)) for fault in first], count=len(refused.faults)
    )


def plain(text: str) -> str:
    """Return a text in which long numbers are masked, however they are typed."""
    return masked(text.translate(WIDE_LETTERS_AND_DIGITS))
