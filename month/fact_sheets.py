"""The facts that a clerk hands in for one pay rule: the columns of each rule, and its rows, clean.

A file is read, recognised and cleaned as the files of a month are. Here a row with an error refuses the
whole file, because a list with a person left out is easily declared as if it were complete.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, islice
from typing import NamedTuple

from django.utils.translation import gettext as _

from imports.cleaning.texts import spell
from imports.fault_kinds import FaultKind, Severity
from imports.filling import fill_down
from imports.finding_messages import MESSAGES
from imports.judging import SEPARATOR, Fault, Origin, RowJudge
from imports.layouts import Column, Layout, Presence
from imports.layouts.headers import ROWS_SEARCHED, Header, find_header
from imports.layouts.payroll import ITEM_NAMES
from imports.layouts.sections import Section, section_of
from imports.layouts.widgets import Amount, Choice, Code, Date, JudgedIdNumber, Name, Quantity, SignedAmount, Text
from imports.reading.shapes import Row, SheetRows, Unreadable
from imports.reading.sheets import read_file
from imports.staging import WORKBOOKS, refusal_of
from imports.voucher_cells import BLANKS
from ledger.exports.pages.lists import inert, spelled

# No list of a rule is longer; what is computed while an officer waits has an end.
ROWS_MAX = 50_000
OPTIONAL, COLUMN, FILLED = Presence.OPTIONAL, Presence.COLUMN, Presence.FILLED
Said = str | Decimal


class PersonFacts(Layout):
    """What every rule about people asks for."""

    row_key = "身份证号"

    id_number = Column("身份证号", JudgedIdNumber(), FILLED)
    name = Column("姓名", Name())


class YearsOfWork(PersonFacts):
    key, title = "YEARS_OF_WORK", "十三个月工资"

    basic_pay = Column("基本工资", Amount(), FILLED)
    appraisal = Column("考核结果", Name(), COLUMN)
    graded_on = Column("定级日期", Date(), COLUMN)
    retired_on = Column("退休日期", Date())


class Bonuses(PersonFacts):
    key, title = "BONUSES", "年终奖个税"

    bonus = Column("年终一次性奖金", Amount(), FILLED)


class Scores(PersonFacts):
    key, title = "SCORES", "以分定酬"

    unit_code = Column("单位编码", Code())
    fund = Column("奖金总额", Amount(), FILLED)
    score = Column("得分", Quantity(), FILLED)


class PostsHeld(PersonFacts):
    key, title = "POSTS_HELD", "岗位待遇"

    post = Column("职务", Text())
    allowance = Column("待遇标准", Amount(), FILLED)
    given_on = Column("任职日期", Date(), FILLED)
    ended_on = Column("免职日期", Date(), COLUMN)


class VillageCadres(PersonFacts):
    key, title = "VILLAGE_CADRES", "村专干报酬"

    village = Column("村", Text())
    agreed = Column("约定报酬", Amount(), FILLED)
    head_pay = Column("村正职报酬", Amount(), FILLED)


class Costs(Layout):
    key, title = "COSTS", "分担费用"
    row_key = "身份证号"

    id_number = Column("身份证号", JudgedIdNumber())
    name = Column("姓名", Name())
    amount = Column("金额", SignedAmount(), FILLED)


class NewAmounts(PersonFacts):
    key, title = "NEW_AMOUNTS", "补发补扣"

    item = Column("工资项目", Choice(*ITEM_NAMES), FILLED)
    effective_on = Column("生效日期", Date(), FILLED)
    known_on = Column("知悉日期", Date(), FILLED)
    new_amount = Column("新金额", Amount(), FILLED)
    old_amount = Column("原金额", Amount())
    settled = Column("已补发金额", Amount())
    taken_back = Column("已补扣金额", Amount())


class ContributionPay(PersonFacts):
    key, title = "CONTRIBUTION_PAY", "缴费基数"

    staff_kind = Column("人员类别", Name())
    mean_pay = Column("上年月平均工资", Amount(), FILLED)


class FactFault(NamedTuple):
    """Why a row cannot be computed, in words; ``row`` 0 is the file as a whole."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        if not self.row:
            return self.reason
        if not self.column:
            return _("Row {row}: {reason}").format(row=self.row, reason=self.reason)
        return _("Row {row}, {column}: {reason}").format(row=self.row, column=self.column, reason=self.reason)


class FactsRefused(Exception):
    """A file that cannot be computed whole; ``faults`` lists every row that stands in the way."""

    def __init__(self, faults: Iterable[FactFault]) -> None:
        self.faults = sorted(faults)
        super().__init__(f"{len(self.faults)} faults")

    def __str__(self) -> str:
        return "\n".join([_("Nothing is computed. Correct the file and run the rule again."), *map(str, self.faults)])


@dataclass(frozen=True, slots=True)
class FactRow:
    """One row: its clean cells by the rule's own column names, and all its cells in the order of the file."""

    number: int
    facts: Mapping[str, str]
    shown: Sequence[Said]

    def __getitem__(self, column: str) -> str:
        return self.facts[column]

    def amount(self, column: str) -> Decimal:
        """Return the number of a filled cell."""
        return Decimal(self.facts[column])

    def day(self, column: str) -> date:
        """Return the date of a filled cell."""
        return date.fromisoformat(self.facts[column])

    def day_if_any(self, column: str) -> date | None:
        """Return the date of a cell, or None where it is blank."""
        return self.day(column) if self.facts[column] else None

    def fault(self, column: str, reason: str) -> FactFault:
        return FactFault(self.number, column, reason)


@dataclass(frozen=True, slots=True)
class FactSheet:
    """The rows of a file below its headings."""

    headings: Sequence[str]
    rows: Sequence[FactRow]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule computed: headings, and lines of as many cells."""

    headings: Sequence[str]
    lines: Sequence[Sequence[Said]]

    def as_csv(self) -> bytes:
        """Return the whole answer as csv in UTF-8 with a byte order mark."""
        return csv_of([self.headings, *([inert(spelled(said)) for said in line] for line in self.lines)])


def empty_list(layout: type[Layout]) -> bytes:
    """Return the headings of a rule's columns as csv, for its rows to be filled in below."""
    return csv_of([[column.name for column in layout.columns()]])


def csv_of(lines: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def read_facts(*, file: str, content: bytes, layout: type[Layout], month: date) -> FactSheet:
    """Read the rows of the one sheet of a file that has the columns of a rule.

    :raises FactsRefused: with all faults of all rows
    :raises FileUnreadable: FileTooLarge too; if the file cannot be read
    """
    found: FactSheet | None = None
    try:
        how, sheets = read_file(file=file, content=content)
        origin = Origin.WORKBOOK if how.encoding in WORKBOOKS else Origin.TEXT
        for sheet in sheets:
            head = list(islice(sheet.rows, ROWS_SEARCHED))
            header = find_header(head, layouts=[layout], hints=layout.title)
            if header is None:
                continue
            if found is not None:
                raise FactsRefused([whole(FaultKind.SECOND_SHEET, value=sheet.name)])
            judge = RowJudge(header=header, origin=origin, month=month)
            found = rows_below(header, head, sheet, judge)
    except Unreadable as error:
        raise refusal_of(error) from error
    if found is None:
        raise FactsRefused([FactFault(0, "", no_header(layout))])
    if not found.rows:
        raise FactsRefused([FactFault(0, "", _("Below the header stands no row."))])
    return found


def rows_below(header: Header, head: Sequence[Row], sheet: SheetRows, judge: RowJudge) -> FactSheet:
    """Return the clean rows below a header; raises as ``read_facts``."""
    if header.missing:
        headings = "; ".join(filter(None, header.headings))
        raise FactsRefused(
            [whole(FaultKind.MISSING_COLUMN, column=column.name, value=headings) for column in header.missing]
        )
    below = chain((row for row in head if row[0] > header.row), sheet.rows)
    filled = fill_down(below, layout=header.layout, places=header.places, blocks=sheet.merged, header_row=header.row)
    faults: list[FactFault] = []
    rows: list[FactRow] = []
    for number, cells in data_rows(iter(filled), judge, faults):
        judged = judge.take_apart(cells, sheet.formulas.get(number, {}))
        faults += [
            FactFault(number, fault.column, reason_of(fault))
            for fault in judged.faults
            if fault.kind.severity is Severity.ERROR
        ]
        if judged.is_valid:
            names = (column.name for column in header.layout.columns())
            facts = dict(zip(names, judged.joined.split(SEPARATOR), strict=True))
            rows.append(FactRow(number, facts, list(cells_shown(header, cells, facts))))
    if faults:
        raise FactsRefused(faults)
    return FactSheet([heading for heading in header.headings if heading], rows)


def data_rows(
    rows: Iterator[tuple[int, Sequence[object]]], judge: RowJudge, faults: list[FactFault]
) -> Iterator[tuple[int, Sequence[object]]]:
    """Yield the rows of data up to the total; data below it are a fault.

    :raises FactsRefused: if there are more rows than any list has
    """
    total = False
    for passed, (number, cells) in enumerate(rows):
        if passed >= ROWS_MAX:
            said = _("The file has more than {rows} rows. Part it.")
            raise FactsRefused([FactFault(0, "", said.format(rows=ROWS_MAX))])
        section = section_of(cells, key_place=judge.places[judge.key_at])
        if section is Section.TOTAL:
            total = True
        elif section is Section.DATA and total and sum(bool(spell(cell).strip(BLANKS)) for cell in cells) > 1:
            faults.append(FactFault(number, "", str(MESSAGES[FaultKind.BELOW_TOTAL])))
        elif section is Section.DATA and not total:
            yield number, cells


def cells_shown(header: Header, cells: Sequence[object], facts: Mapping[str, str]) -> Iterator[Said]:
    """Yield the cells of a row in the order of the file: clean where the rule reads them, else as they are."""
    columns = {place: column for column, place in zip(header.layout.columns(), header.places, strict=True)}
    for place, heading in enumerate(header.headings):
        if not heading:
            continue
        column = columns.get(place)
        if column is None:
            yield spell(cells[place]).strip(BLANKS) if place < len(cells) else ""
        elif facts[column.name] and isinstance(column.cell, Amount | SignedAmount):
            yield Decimal(facts[column.name])
        else:
            yield facts[column.name]


def reason_of(fault: Fault) -> str:
    return str(MESSAGES[fault.kind]).format(column=fault.column, value=fault.raw, taken_as=fault.clean, cause="")


def whole(kind: FaultKind, *, column: str = "", value: str = "") -> FactFault:
    """Return a fault of the file as a whole."""
    return FactFault(0, column, str(MESSAGES[kind]).format(column=column, value=value))


def no_header(layout: type[Layout]) -> str:
    wanted = [column.name for column in layout.columns() if column.presence is not OPTIONAL]
    return _("No header was found. The rule needs the columns {columns}.").format(columns="、".join(wanted))


def seen_twice(rows: Iterable[FactRow]) -> Iterator[FactFault]:
    """Yield each row about a person who stands in a row above."""
    first: dict[str, int] = {}
    for row in rows:
        above = first.setdefault(row["身份证号"], row.number)
        if above != row.number:
            yield row.fault("身份证号", str(MESSAGES[FaultKind.DUPLICATE_PERSON]).format(cause=above))
