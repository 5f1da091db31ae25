"""What a layout is: the columns of one kind of file, and what its rows are known by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, cast

from import_export.resources import Resource

from imports.fault_kinds import FaultKind
from imports.layouts.fields import Column
from imports.layouts.widgets import NUMBERS, Percent

Breaks = Callable[[Sequence[str]], bool]


@dataclass(frozen=True)
class Needed:
    """A column that must be filled where another one says one of some words."""

    column: str
    kind: FaultKind
    where: str
    says: Sequence[str]

    def breaks(self, layout: "type[Layout]") -> Breaks:
        at, where, words = layout.position(self.column), layout.position(self.where), frozenset(self.says)
        return lambda cells: not cells[at] and cells[where] in words


@dataclass(frozen=True)
class NotNegative:
    """An amount that is not below zero unless another column says so."""

    column: str
    unless: str
    says: str
    kind: FaultKind = FaultKind.NEGATIVE_AMOUNT

    def breaks(self, layout: "type[Layout]") -> Breaks:
        at, unless, word = layout.position(self.column), layout.position(self.unless), self.says
        return lambda cells: cells[at].startswith("-") and cells[unless] != word


class Layout(Resource):  # type: ignore[type-arg]
    """The one column map of a kind of file; its fields stand in the order of ``StagedRow.cells``."""

    key: ClassVar[str]
    title: ClassVar[str]  # as in the names of its files
    sheet_title: ClassVar[str] = ""  # the sheet, where a workbook holds several layouts
    # The column a row is known by, and the account that nobody else may use.
    row_key: ClassVar[str]
    account_column: ClassVar[str] = ""
    township_column: ClassVar[str] = ""
    unit_column: ClassVar[str] = ""
    # The column whose dates lie in the run month.
    month_column: ClassVar[str] = ""
    # How many months before that of the run its title may name: a year to date ends in the month before.
    title_months_before: ClassVar[int] = 0
    # What shows only when clean cells are read together.
    row_rules: ClassVar[Sequence[Needed | NotNegative]] = ()
    # Columns whose equal values are merged downwards; the first of them leads.
    merged_columns: ClassVar[Sequence[str]] = ()
    # The column that says which rows are accepted or refused together.
    refused_as_one: ClassVar[str] = ""
    # The layouts that its rows are judged against.
    judged_by: ClassVar[Sequence[str]] = ()
    judged_by_if_there: ClassVar[Sequence[str]] = ()

    @classmethod
    def columns(cls) -> Sequence[Column]:
        return columns_of(cls)

    @classmethod
    def position(cls, name: str) -> int:
        """Return where a column, by its own Chinese name, stands in ``StagedRow.cells``, from 0."""
        return positions_of(cls)[name]

    @classmethod
    def amounts(cls) -> Sequence[Column]:
        """The columns that are added up in control totals."""
        return [
            column
            for column in cls.columns()
            if isinstance(column.cell, NUMBERS) and not isinstance(column.cell, Percent)
        ]


@cache
def columns_of(layout: type[Layout]) -> Sequence[Column]:
    return tuple(cast(Column, column) for column in layout.fields.values())


@cache
def positions_of(layout: type[Layout]) -> dict[str, int]:
    return {column.name: at for at, column in enumerate(columns_of(layout))}
