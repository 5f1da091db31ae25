"""Judges the rows of one sheet, each on its own: clean cells, and the faults that need no other row.

Most rows of most files are clean. One regular expression over the cells of a row, joined by a
separator, recognises those; only the others are taken apart cell by cell.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum, auto
from numbers import Real
from operator import itemgetter
from typing import Any, NamedTuple

from imports.cleaning.texts import DIGITS_KEPT, Cleaned, spell
from imports.fault_kinds import FaultKind, Severity
from imports.filling import FilledCells
from imports.layouts import Column, Presence
from imports.layouts.headers import Header
from imports.layouts.sections import Section, section_of
from imports.layouts.widgets import NUMBERS, Cell, Code, Count, Text
from imports.reading.private_use import without_private_use
from imports.voucher_cells import BLANKS

SEPARATOR = "\x1f"
# Stands for what is no clean cell, so that the row does not match.
UNCLEAN = "\x1f"
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
WAYS_OF_WRITING = {FaultKind.SPACES, FaultKind.FULLWIDTH, FaultKind.TEXT_AMOUNT, FaultKind.BAD_AMOUNT}


class Origin(Enum):
    """In a workbook an amount is a number, so that text in its place is a fault."""

    WORKBOOK = auto()
    TEXT = auto()


class Fault(NamedTuple):
    """What is wrong with one cell of a row: ``raw`` as in the file, ``clean`` as it was taken."""

    column: str
    kind: FaultKind
    raw: str = ""
    clean: str = ""


class JudgedRow(NamedTuple):
    """The clean cells of a row joined by SEPARATOR, and its key and account where they can be read."""

    joined: str
    key: str
    account: str
    faults: Sequence[Fault] = ()

    @property
    def is_valid(self) -> bool:
        return not any(fault.kind.severity is Severity.ERROR for fault in self.faults)


def two_decimals(number: Any) -> str:
    """Return a number of a workbook with two decimals if it has one or two; the pattern of the column decides."""
    text = repr(number)
    return text if text[-3:-2] == "." else text + "0"


def with_two_decimals(amount: str) -> str:
    """Return an amount with the decimals that a csv left out; the pattern of the column decides."""
    if amount[-2:-1] == ".":
        return amount + "0"
    return amount + ".00" if amount.isdecimal() else amount


def digits_of(number: Any) -> str:
    """Return the digits of a whole number of a workbook that has forgotten none of them."""
    text = repr(number)
    return text[:-2] if text[-2:] == ".0" and len(text) <= DIGITS_KEPT + 2 else UNCLEAN


class RowJudge:
    """Judges the rows of one sheet by the columns of its layout."""

    def __init__(self, *, header: Header, origin: Origin, month: date) -> None:
        """Prepare for a sheet with its header; ``month`` is the first day of the run month."""
        layout, places = header.layout, header.places
        # A csv row of more cells than the header has a comma too many, and its cells are shifted.
        self.headed = len(header.headings) if origin is Origin.TEXT else None
        self.computed_places = {
            place for column, place in zip(layout.columns(), places, strict=True) if not isinstance(column.cell, Text)
        }
        self.layout = layout
        self.columns = layout.columns()
        self.places = places
        self.month = f"{month:%Y-%m}"
        self.origin = origin
        self.take = taking(places)
        self.match = re.compile(SEPARATOR.join(map(pattern_of, self.columns))).fullmatch
        self.key_at = layout.position(layout.row_key)
        self.account_at = layout.position(layout.account_column) if layout.account_column else None
        self.month_at = layout.position(layout.month_column) if layout.month_column else None
        self.numbers_at = [at for at, column in enumerate(self.columns) if isinstance(column.cell, NUMBERS)]
        self.confirmed_at = [
            (at, column.cell.confirm)
            for at, column in enumerate(self.columns)
            if type(column.cell).confirm is not Cell.confirm
        ]
        self.matches = [re.compile(column.cell.pattern).fullmatch for column in self.columns]
        self.rules = [(rule.column, rule.kind, rule.breaks(layout)) for rule in layout.row_rules]
        self.looks_at_rows = bool(self.rules) or self.month_at is not None
        self.join = self.join_numbers if origin is Origin.WORKBOOK else self.join_texts
        # Columns of texts where this workbook has numbers, as a rule the serial number.
        self.digits_at: list[int] = []

    def recognise(self, cells: Sequence[Any]) -> JudgedRow | None:
        """Return a row that is clean as it stands, or nothing."""
        if self.headed is not None and len(cells) > self.headed and any(cells[self.headed :]):
            return None
        taken = self.take(cells)
        joined = self.join(taken)
        if joined is None or ("计" in joined and section_of(cells, key_place=None) is Section.TOTAL):
            return None
        for at, confirm in self.confirmed_at:
            if taken[at] and not confirm(taken[at]):
                return None
        if self.looks_at_rows and next(self.faults_of_row(taken), None) is not None:
            return None
        return JudgedRow(joined, taken[self.key_at], taken[self.account_at] if self.account_at is not None else "")

    def join_texts(self, taken: list[Any]) -> str | None:
        """Return the cells of a row of a csv joined, if they are clean but for decimals left out."""
        joined = SEPARATOR.join(taken)
        if self.match(joined):
            return joined
        for at in self.numbers_at:
            taken[at] = with_two_decimals(taken[at])
        joined = SEPARATOR.join(taken)
        return joined if self.match(joined) else None

    def join_numbers(self, taken: list[Any]) -> str | None:
        """Return the cells of a row of a workbook joined, its amounts written out, if they are clean."""
        for at in self.numbers_at:
            amount = taken[at]
            if amount.__class__ is not str:
                text = repr(amount)  # as two_decimals does, without the call
                taken[at] = text if text[-3:-2] == "." else text + "0"
            elif amount:
                return None
        for at in self.digits_at:
            if taken[at].__class__ is not str:
                taken[at] = digits_of(taken[at])
        try:
            joined = SEPARATOR.join(taken)
        except TypeError:
            self.learn_digits(taken)
            return None
        return joined if self.match(joined) else None

    def learn_digits(self, taken: Sequence[Any]) -> None:
        """Note the columns of texts and codes that have numbers here; long numbers stay under suspicion."""
        for at, column in enumerate(self.columns):
            number = isinstance(taken[at], Real)
            if number and isinstance(column.cell, Text | Code | Count) and at not in self.digits_at:
                self.digits_at.append(at)

    def take_apart(self, cells: Sequence[Any], formulas: Mapping[int, str]) -> JudgedRow:
        """Return a row cell by cell, clean as far as it can be, with every fault of its own.

        How a merged cell is written was told in its first row. What is wrong with it is told there
        alone only if the rows are refused together anyway.
        """
        filled = cells.filled if isinstance(cells, FilledCells) else ()
        said: list[str] = []
        faults: list[Fault] = []
        for at, (column, place, cell) in enumerate(zip(self.columns, self.places, self.take(cells), strict=True)):
            clean = None if formulas and place in formulas else self.glance(at, cell)
            if clean is not None:
                said.append(clean)
                continue
            formula = formula_of(column, cell, formulas.get(place) if place is not None else None)
            raw = formula or spell(cell)
            text, kinds = Cleaned("", [FaultKind.FORMULA_CELL]) if formula else self.read(column, cell)
            said.append(text)
            for kind in kinds:
                if place in filled and (self.layout.refused_as_one or kind.severity is Severity.WARNING):
                    continue
                taken_as = text if kind.severity is Severity.WARNING else ""
                faults.append(Fault(column.name, kind, raw=raw, clean=taken_as))
        if self.headed is not None and any(cells[self.headed :]):
            faults.append(Fault("", FaultKind.EXTRA_CELLS, raw="; ".join(cells[self.headed :])))
        wrong = {fault.column for fault in faults if fault.kind.severity is Severity.ERROR}
        faults += [fault for fault in self.faults_of_row(said) if fault.column not in wrong]
        return JudgedRow(
            SEPARATOR.join(said),
            "" if self.layout.row_key in wrong else said[self.key_at],
            "" if self.account_at is None or self.layout.account_column in wrong else said[self.account_at],
            tuple(faults),
        )

    def glance(self, at: int, cell: Any) -> str | None:
        """Return the text of a cell that is clean as it stands, or nothing."""
        column = self.columns[at]
        if isinstance(cell, str):
            if not cell:
                return None if column.presence is Presence.FILLED else ""
            if at in self.numbers_at and self.origin is Origin.WORKBOOK:
                return None
            text = cell
        elif at in self.numbers_at:
            text = two_decimals(cell)
        else:
            return None
        return text if self.matches[at](text) and column.cell.confirm(text) else None

    def read(self, column: Column, cell: Any) -> Cleaned:
        plain = CONTROLS.sub(" ", without_private_use(cell)) if isinstance(cell, str) else cell
        if isinstance(plain, str) and not plain.strip(BLANKS):
            return Cleaned("", [column.missing] if column.presence is Presence.FILLED else ())
        text, kinds = column.cell.judge(plain)
        if plain != cell and CONTROLS.search(cell) and FaultKind.SPACES not in kinds:
            kinds = [FaultKind.SPACES, *kinds]
        if self.origin is Origin.WORKBOOK and isinstance(cell, str) and isinstance(column.cell, NUMBERS):
            kinds = kinds if WAYS_OF_WRITING.intersection(kinds) else [FaultKind.TEXT_AMOUNT, *kinds]
        return Cleaned(text, kinds)

    def faults_of_row(self, said: Sequence[str]) -> Iterator[Fault]:
        """Yield what shows only when clean cells are read together."""
        for column, kind, breaks in self.rules:
            if breaks(said):
                yield Fault(column, kind, raw=said[self.layout.position(column)])
        if self.month_at is not None and not said[self.month_at].startswith(self.month):
            yield Fault(self.layout.month_column, FaultKind.DATE_OUTSIDE_MONTH, raw=said[self.month_at])


def taking(places: Sequence[int | None]) -> Callable[[Sequence[Any]], list[Any]]:
    """Return what takes the cells of the layout's columns, in their order, out of a row of the sheet."""
    width = max((place for place in places if place is not None), default=-1) + 1
    blanks = [""] * (width + 1)
    if list(places) == list(range(width)):
        return lambda cells: [*cells[:width]] if len(cells) >= width else [*cells, *blanks[len(cells) + 1 :]]
    # A column that the sheet does not have is taken from behind its last cell.
    pick = itemgetter(*[width if place is None else place for place in places])
    return lambda cells: [*pick([*cells[:width], *blanks[min(len(cells), width) :]])]


def pattern_of(column: Column) -> str:
    """Return what matches a clean cell of a column."""
    return column.cell.pattern if column.presence is Presence.FILLED else f"(?:{column.cell.pattern})?"


def formula_of(column: Column, cell: Any, formula: str | None) -> str:
    """Return the formula that stands where a value should, with its sign; texts may be computed."""
    if isinstance(column.cell, Text):
        return ""
    if formula is not None:
        return f"={formula}"
    return cell if isinstance(cell, str) and cell.lstrip(BLANKS).startswith("=") else ""
