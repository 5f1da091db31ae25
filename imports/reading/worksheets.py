"""The XML of one sheet as a stream of rows: values, formulas and merged ranges.

A sheet of 100,000 rows has 100 MB of XML, nearly all of it cells of one shape. Those are matched by one
expression per row; what is written otherwise (rich text, CDATA, single quotes) is taken apart with care.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from imports.reading.cells import Cell, Convert, text_of, unescaped
from imports.reading.markup import NotXml, texts_of
from imports.reading.shapes import Block, Row

ROWS_MAX = 1 << 20
COLUMNS_MAX = 1 << 14
ROW_BYTES_MAX = 1 << 24
HEAD_BYTES_MAX = 1 << 24

# No pattern reaches from one tag into the next: no part can make it look at the same places again and again.
SHEET_DATA = re.compile(rb"<((?:[\w.-]+:)?)sheetData(?=[\s/>])[^<>]*?(/?)>")
ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["']([0-9]+)["']""")
REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]+)["']""")
MERGED = re.compile(
    rb"""<(?:[\w.-]+:)?mergeCell\s[^<>]*?ref\s*=\s*["']([A-Z]{1,3})([0-9]+)(?::([A-Z]{1,3})([0-9]+))?["']"""
)


class BrokenSheet(Exception):
    """The XML is not that of a sheet; ``row`` is 0 where none is known."""

    def __init__(self, row: int, detail: str) -> None:
        super().__init__(f"row {row}: {detail}")
        self.row = row
        self.detail = detail


class Columns(dict[bytes, int]):
    """The number of a column, from 0, by its letters."""

    def __missing__(self, letters: bytes) -> int:
        number = 0
        for letter in letters:
            number = number * 26 + letter - 64
        if number > COLUMNS_MAX:
            raise ValueError(f"no column: {letters.decode()}")
        self[letters] = number - 1
        return number - 1


COLUMNS = Columns()


# What turns the raw text of a cell into its value, by the cell's attributes without its place.
Kinds = Mapping[bytes, Convert]


@dataclass(frozen=True, slots=True)
class Tags:
    """The patterns of a sheet; @ below is the prefix of its tags, mostly none."""

    row: re.Pattern[bytes]
    row_end: re.Pattern[bytes]
    data_end: bytes
    cell: re.Pattern[bytes]
    cell_start: bytes
    cell_opening: re.Pattern[bytes]
    value: re.Pattern[bytes]
    inline: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    formula_start: bytes


@lru_cache(maxsize=8)
def tags_with(prefix: bytes) -> Tags:
    def pattern(text: bytes) -> re.Pattern[bytes]:
        return re.compile(text.replace(b"@", re.escape(prefix)), re.DOTALL)

    return Tags(
        row=pattern(rb"<@row(?=[\s/>])([^<>]*?)(/?)>"),
        row_end=pattern(rb"</@row\s*>"),
        data_end=b"</" + prefix + b"sheetData",
        # The letters of the column, the other attributes, the plain text inside, or else all that is inside.
        # Possessive (++) throughout: a tenth faster, and no text can make it try twice.
        cell=pattern(
            rb'<@c(?: r="([A-Z]++)[0-9]++")?+([^<>/]*+)(?:'
            rb">(?:<(?:@v|@is><@t(?:\s[^<>]*+)?+)>([^<]*+)</(?:@v|@t></@is)></@c>|([^<]*+(?:<(?!/?@c[\s/>])[^<]*+)*+)</@c\s*>)|/>)"
        ),
        cell_start=b"<" + prefix + b"c",
        cell_opening=pattern(rb"<@c(?=[\s/>])"),
        value=pattern(rb"<@v(?:\s[^<>]*+)?+>([^<]*+(?:<(?!/?@v[\s/>])[^<]*+)*+)</@v\s*>"),
        inline=pattern(rb"<@is(?=[\s>])[^<]*+(?:<(?!/?@is[\s>])[^<]*+)*+</@is\s*>"),
        formula=pattern(rb"<@f(?=[\s/>])[^<>]*?(?:/>|>([^<]*+(?:<(?!/?@f[\s/>])[^<]*+)*+)</@f\s*>)"),
        formula_start=b"<" + prefix + b"f",
    )


class SheetXml:
    """The rows of a sheet in one pass, then what follows them."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        """Read up to the rows.

        :raises BrokenSheet: if there are none
        """
        self.chunks = chunks
        self.buffer = b""
        while not (start := SHEET_DATA.search(self.buffer)):
            chunk = next(chunks, b"")
            if not chunk or len(self.buffer) > HEAD_BYTES_MAX:
                raise BrokenSheet(0, "no sheetData")
            self.buffer += chunk
        if b"\0" in self.buffer:
            raise BrokenSheet(0, "not in UTF-8")
        self.tags = tags_with(start[1])
        self.is_empty = bool(start[2])
        self.buffer = self.buffer[start.end() :]

    def rows(self) -> Iterator[tuple[int, bytes, int]]:
        """Yield the number of each row that has cells, its XML, and where its cells begin in there.

        :raises BrokenSheet: if rows do not close or do not ascend
        """
        number, at_end = 0, self.is_empty
        while not at_end:
            end = self.buffer.find(self.tags.data_end)
            at_end = end >= 0
            block = self.buffer[:end] if at_end else self.buffer
            *fragments, rest = self.tags.row_end.split(block)
            for fragment in fragments:
                number, start = self.opened(fragment, number)
                if not start:
                    raise BrokenSheet(number, "a row ends that did not begin")
                yield number, fragment, start
            if at_end:
                if self.opened(rest, number)[1]:
                    raise BrokenSheet(number + 1, "the row does not end")
                self.buffer = self.buffer[end:]
            else:
                chunk = next(self.chunks, b"")
                if not chunk or len(rest) > ROW_BYTES_MAX:
                    raise BrokenSheet(number + 1, "the row does not end" if chunk else "the sheet breaks off")
                self.buffer = rest + chunk

    def opened(self, fragment: bytes, number: int) -> tuple[int, int]:
        """Return the number of the row that begins in a fragment, and where its cells begin; 0 if there is none.

        Rows above it may be self-closed; ``number`` is that of the row before them.
        """
        at = 0
        while tag := self.tags.row.search(fragment, at):
            at = tag.end()
            found = ROW_NUMBER.search(tag[1]) or (None if tag[2] else REFERENCE.search(fragment, at))
            following = int(found[found.lastindex or 1]) if found else number + 1
            if not number < following <= ROWS_MAX:
                raise BrokenSheet(following, f"it stands below row {number}")
            number = following
            if not tag[2]:
                return number, at
        return number, 0

    def blocks_merged(self) -> Iterator[Block]:
        """Yield the merged ranges, once the rows are through."""
        chunk = self.buffer
        rest = b""
        while chunk:
            text, _, rest = (rest + chunk).rpartition(b">")
            for left, top, right, bottom in MERGED.findall(text + b">"):
                yield Block(int(top), COLUMNS[left], int(bottom or top), COLUMNS[right or left])
            chunk = next(self.chunks, b"")


def formulas_in(sheet: SheetXml) -> dict[int, dict[int, str]]:
    """Return the texts of the formulas by row and column.

    :raises BrokenSheet: if the XML is not that of a sheet
    """
    formulas: dict[int, dict[int, str]] = {}
    for number, fragment, start in sheet.rows():
        if sheet.tags.formula_start in fragment:
            try:
                found = dict(formulas_of_row(sheet.tags, fragment, start))
            except (ValueError, NotXml) as error:
                raise BrokenSheet(number, str(error)) from error
            if found:
                formulas[number] = found
    return formulas


def formulas_of_row(tags: Tags, fragment: bytes, start: int) -> Iterator[tuple[int, str]]:
    column = -1
    for letters, attributes, _, body in tags.cell.findall(fragment, start):
        column = COLUMNS[letters] if letters else column_in(attributes, column + 1)
        formula = tags.formula.search(body)
        if formula:
            yield column, text_of(formula[1] or b"")


def rows_in(sheet: SheetXml, *, kinds: Kinds) -> Iterator[Row]:
    """Yield the rows that have cells, ascending.

    :raises BrokenSheet: if the XML is not that of a sheet
    """
    for number, fragment, start in sheet.rows():
        try:
            yield number, cells_of_row(sheet.tags, kinds, fragment, start)
        except (ValueError, IndexError, NotXml) as error:
            raise BrokenSheet(number, str(error)) from error


def cells_of_row(tags: Tags, kinds: Kinds, fragment: bytes, start: int) -> list[Cell]:
    found = tags.cell.findall(fragment, start)
    # The count is quick; rich text may hold other tags that begin like a cell (<color>, <charset>).
    if len(found) != fragment.count(tags.cell_start, start) and len(found) != len(
        tags.cell_opening.findall(fragment, start)
    ):
        raise ValueError("a cell does not end")
    cells: list[Cell] = []
    for letters, attributes, raw, body in found:
        if letters:
            column = COLUMNS[letters]
        else:
            column = column_in(attributes, len(cells))
            attributes = REFERENCE.sub(b"", attributes)  # noqa: PLW2901
        if column != len(cells):
            if column < len(cells):
                raise ValueError("the cells do not ascend")
            cells.extend([""] * (column - len(cells)))
        if raw:
            cells.append(kinds[attributes](raw))
        elif body:
            cells.append(cell_in(tags, kinds[attributes], body))
        else:
            cells.append("")
    return cells


def column_in(attributes: bytes, following: int) -> int:
    """Return the column of a cell that names it in an unusual way, or not at all."""
    found = REFERENCE.search(attributes)
    return COLUMNS[found[1]] if found else following


def cell_in(tags: Tags, convert: Convert, body: bytes) -> Cell:
    """Return the value in what a cell holds: beside a formula, or as rich text."""
    value = tags.value.search(body)
    if value:
        return convert(value[1]) if value[1] else ""
    inline = tags.inline.search(body)
    return unescaped("".join(texts_of([inline[0]], item="is"))) if inline else ""
