"""Lay a table out as a sheet: titles, header, merged blocks, total and footer; and number its rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from tests.months.digits import yuan
from tests.months.tables import SYNONYMS, Column, DateCell, Fault, Formula, Line, Number, Raw, Table, Value

UNIT_LINE = "填报单位：青岚区会计核算中心\u3000\u3000单位：元"
FOOTER = "单位负责人：\u3000\u3000\u3000\u3000审核：\u3000\u3000\u3000\u3000制表人：\u3000\u3000\u3000\u3000"
TOTALS = ("合\u3000计", "合计", "合 计", " 合计")
OLD_SHEET: tuple[tuple[Raw, ...], ...] = (
    ("以下为上年留存，不再使用",),
    ("姓名", "身份证号", "金额"),
    ("张三", "略", Number("1234.5")),
    ("合计", "", Number("1234.5")),
)


class Block(NamedTuple):
    """A merged block; rows and columns from 0, ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """A sheet as it is written."""

    name: str
    rows: list[list[Raw]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Looks:
    """What a sheet looks like; the plain one has its header in the first row and nothing else."""

    form: str  # of the one file: 'xlsx' or 'csv'
    order: Sequence[Column]
    names: dict[str, str] = field(default_factory=dict)  # own name -> name in the header
    titles: bool = False
    two_rows: bool = False
    total: bool = False
    merged: bool = False
    zeros: bool = True  # csv amounts with two decimals; else as a spreadsheet exports them


def plain(*, table: Table, form: str, rng: Random) -> Looks:
    """Choose the looks of a clean set."""
    return Looks(form, table.columns, zeros=form == "xlsx" or rng.random() < 0.7)


def messy(*, table: Table, form: str, rng: Random, shuffled: bool) -> Looks:
    """Choose the looks of a dirty set: any synonyms, spaces in headers, in some months another order of columns."""
    names: dict[str, str] = {}
    for column in table.columns:
        name = column.name
        if name in SYNONYMS and rng.random() < 0.45:
            names[name] = rng.choice(SYNONYMS[name])
        elif rng.random() < 0.15:
            space = rng.choice((" ", "\u3000", "  "))
            names[name] = space.join(name) if len(name) < 4 else rng.choice((name + space, space + name))
    has_groups = any(column.group for column in table.columns)
    always = not table.always_csv  # the two files that are always csv mostly have no titles
    return Looks(
        form,
        shuffle(table.columns, rng=rng) if shuffled else table.columns,
        names=names,
        titles=always or rng.random() < 0.3,
        two_rows=has_groups and rng.random() < 0.75,
        total=always or rng.random() < 0.3,
        merged=bool(table.merged),
        zeros=rng.random() < 0.7,
    )


def shuffle(columns: Sequence[Column], *, rng: Random) -> list[Column]:
    """Change the order of columns; the columns of a group stay together, 序号 stays first."""
    parts: list[list[Column]] = []
    for column in columns:
        if parts and column.group and parts[-1][0].group == column.group:
            parts[-1].append(column)
        else:
            parts.append([column])
    head = [part for part in parts if part[0].name == "序号"]
    tail = [part for part in parts if part[0].name != "序号"]
    rng.shuffle(tail)
    return [column for part in head + tail for column in part]


def cell_of(*, column: Column, value: Value, looks: Looks) -> Raw:
    """Write a clean value as a cell."""
    if column.kind != "amount":
        text = str(value or "")
        return Number(text) if column.kind == "number" and text and looks.form == "xlsx" else text
    if value is None:
        return ""
    text = yuan(int(value))
    if looks.form == "xlsx":
        return Number(text)
    return text if looks.zeros else text.rstrip("0").rstrip(".")


def cells_of(*, line: Line, number: int, looks: Looks) -> list[Raw]:
    row: list[Raw] = []
    for column in looks.order:
        if column.name in line.raw:
            row.append(line.raw[column.name])
        elif column.kind == "count":
            row.append(Number(str(number)) if looks.form == "xlsx" else str(number))
        else:
            row.append(cell_of(column=column, value=line.cells[column.name], looks=looks))
    return row


class Layer:
    """Lays one table out; notes the layout faults in the table and the row in each line."""

    def __init__(self, *, table: Table, looks: Looks, rng: Random) -> None:
        self.table = table
        self.looks = looks
        self.rng = rng
        self.sheet = Sheet(table.sheet)
        self.width = len(looks.order)

    def note(self, kind: str, row: int, **words: str) -> None:
        self.table.layout_faults.append(Fault(kind, row=row, **words))

    def merge(self, block: Block) -> None:
        """Merge a block; in csv it is blank below and right of its first cell."""
        if self.looks.form == "xlsx":
            self.sheet.blocks.append(block)
            name = f"R{block.top + 1}C{block.left + 1}:R{block.bottom + 1}C{block.right + 1}"
            self.note("merged_cells", block.top + 1, raw=name)

    def line_of(self, first: Raw) -> list[Raw]:
        return [first, *[""] * (self.width - 1)]

    def lay(self) -> Sheet:
        rows = self.sheet.rows
        if self.looks.titles:
            self.note("title_row", 1, raw=self.table.title)
            self.merge(Block(0, 0, 0, self.width - 1))
            self.note("unit_line", 2, raw=UNIT_LINE)
            rows += [self.line_of(self.table.title), self.line_of(UNIT_LINE)]
        self.header()
        self.body()
        if self.looks.total:
            rows.append(self.totals())
            self.note("total_row", len(rows))
            rows.append(self.line_of(FOOTER))
            self.note("footer_line", len(rows))
        return self.sheet

    def header(self) -> None:
        rows, looks = self.sheet.rows, self.looks
        names: list[Raw] = [looks.names.get(column.name, column.name) for column in looks.order]
        if looks.two_rows:
            top = len(rows)
            self.note("two_row_header", top + 1)
            rows.append([column.group or name for column, name in zip(looks.order, names, strict=True)])
            rows.append([name if column.group else "" for column, name in zip(looks.order, names, strict=True)])
            start = 0
            for at in range(1, self.width + 1):
                group = looks.order[start].group
                if at < self.width and group and looks.order[at].group == group:
                    rows[top][at] = ""
                    continue
                if group and at - start > 1:
                    self.merge(Block(top, start, top, at - 1))
                elif not group:
                    self.merge(Block(top, start, top + 1, start))
                start = at
        else:
            rows.append(names)
        self.table.header_row = len(rows)
        for name, used in looks.names.items():
            self.note("header_synonym", len(rows), field=name, raw=used, clean=name)

    def body(self) -> None:
        rows = self.sheet.rows
        first, number = len(rows), 0
        for line in self.table.lines:
            if line.blank:
                bare = self.looks.form == "csv" and self.rng.random() < 0.5
                rows.append([] if bare else [""] * self.width)
            else:
                number += 1
                rows.append(cells_of(line=line, number=number, looks=self.looks))
            line.row = len(rows)
            if line.fault:
                line.fault.row = line.row
        if self.looks.merged:
            for column in self.table.merged:
                self.merge_down(column=column, first=first)

    def merge_down(self, *, column: str, first: int) -> None:
        """Merge equal values of neighbouring rows of one column."""
        left = [found.name for found in self.looks.order].index(column)
        lines = self.table.lines
        start = 0
        for at in range(1, len(lines) + 1):
            if at < len(lines) and same(lines[start], lines[at], column=column):
                self.sheet.rows[first + at][left] = ""
                continue
            if at - start > 1:
                self.merge(Block(first + start, left, first + at - 1, left))
            start = at

    def totals(self) -> list[Raw]:
        """Write the 合计 row: the sums of the clean amounts of all rows, sometimes as formulas."""
        row = self.line_of(self.rng.choice(TOTALS))
        with_formulas = self.looks.form == "xlsx" and self.rng.random() < 0.3
        for at, column in enumerate(self.looks.order):
            if column.kind == "amount" and at > 0:
                text = yuan(sum(line.amount(column.name) for line in self.table.data))
                row[at] = Number(text) if self.looks.form == "xlsx" else text
                if with_formulas:
                    row[at] = Formula(f"=SUM({letters(at)}{self.table.header_row + 1}:{letters(at)}9)", text)
        return row


def same(first: Line, second: Line, *, column: str) -> bool:
    """Say whether two lines have the same thing in a merged column, none of them written otherwise."""
    if first.blank or second.blank or column in first.raw or column in second.raw:
        return False
    keys = [key for key in ("报账单号",) if key in first.cells]
    return all(first.cells[name] == second.cells[name] and first.cells[name] for name in (*keys, column))


def letters(column: int) -> str:
    """Name a column of a spreadsheet from its number, from 0."""
    return (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)


def shown_text(raw: Raw) -> str:
    """Write a cell as a csv file has it."""
    if isinstance(raw, DateCell):
        return raw.on.isoformat()
    return raw if isinstance(raw, str) else raw.text
