"""Workbooks of Excel 97 to 2003, and of WPS (xls, et). Source: [MS-XLS].

python-calamine reads these too, but takes errors, and formulas without a result, for blanks, so that a lost
amount would count as nothing; and a damaged file of 6 KB made it ask for 4 GB and end the process.
"""

import struct
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from math import isfinite

from imports.reading.cells import DATE_FORMATS, DAY_ZERO, DAY_ZERO_1904, Cell, Number, is_date_format, moment_of
from imports.reading.compound_files import BrokenContainer, CompoundFile
from imports.reading.shapes import Block, Obstacle, SheetRows, Unreadable, up_to_last_used

BOF, EOF, FILE_PASS = 0x809, 0x0A, 0x2F
CONTINUE = b"\x3c\0"
DATE_MODE, FORMAT, XF, BOUND_SHEET, SST = 0x22, 0x41E, 0xE0, 0x85, 0xFC
NUMBER, RK, MUL_RK, LABEL_SST, LABEL, RICH_LABEL, BOOL_ERR = 0x203, 0x27E, 0xBD, 0xFD, 0x204, 0xD6, 0x205
FORMULA, STRING, MERGED_CELLS = 0x06, 0x207, 0xE5
WORKSHEET = 0
COLUMNS_MAX = 256
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}

Place = tuple[int, int, Cell]  # a row from 0, a column from 0, what stands there


class BrokenBook(Exception):
    """The records are not those of a workbook."""


@dataclass(slots=True)
class Book:
    """What all sheets refer to: shared texts, the number formats of cell styles. ``sheets`` are names and offsets."""

    stream: bytes
    sheets: list[tuple[str, int]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    date_formats: dict[int, bool] = field(default_factory=lambda: dict.fromkeys(DATE_FORMATS, True))
    styles: list[int] = field(default_factory=list)
    day_zero: date = DAY_ZERO

    def value(self, style: int, number: Number) -> Cell:
        """Return a number as what its style makes of it."""
        if not isfinite(number):
            raise BrokenBook("no number")
        return moment_of(number, self.day_zero) if self.date_formats.get(self.styles[style]) else number


class Pieces:
    """What a record holds, with those that continue it."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = iter(pieces)
        self.piece = next(self.pieces)
        self.at = 0

    def take(self, size: int) -> bytes:
        while len(self.piece) - self.at < size:
            self.piece, self.at = self.piece[self.at :] + self.continued(), 0
        self.at += size
        return self.piece[self.at - size : self.at]

    def continued(self) -> bytes:
        piece = next(self.pieces, None)
        if piece is None:
            raise BrokenBook("a record breaks off")
        return piece

    def numbers(self, form: str) -> tuple[int, ...]:
        return struct.unpack(form, self.take(struct.calcsize(form)))

    def text(self) -> str:
        """Return a text without its fonts and how to read it aloud, which follow it."""
        length, flags = self.numbers("<HB")
        fonts = self.numbers("<H")[0] if flags & 8 else 0
        aloud = self.numbers("<I")[0] if flags & 4 else 0
        text = self.characters(length, flags & 1)
        self.take(4 * fonts + aloud)
        return text

    def characters(self, length: int, bytes_more: int) -> str:
        """Return characters of one byte or of one more; where a record continues them it says anew which."""
        parts: list[bytes] = []
        while length:
            if self.at == len(self.piece):
                self.piece, self.at = self.continued(), 0
                bytes_more = self.take(1)[0] & 1
            here = min(length, (len(self.piece) - self.at) >> bytes_more)
            if not here:
                raise BrokenBook("a text breaks off")
            length -= here
            part = self.take(here << bytes_more)
            parts.append(part if bytes_more else part.decode("latin-1").encode("utf-16-le"))
        return b"".join(parts).decode("utf-16-le")


def read_old_workbook(*, file: str, content: bytes) -> Iterator[SheetRows]:
    """Return the sheets in their order, hidden ones too; a sheet is held in memory while it is read.

    The formulas are known by their places; their texts are ''.

    :raises Unreadable: LOCKED, NOT_A_WORKBOOK, BROKEN or EMPTY
    """
    try:
        container = CompoundFile(content)
        if "EncryptedPackage" in container.streams:  # a locked xlsx
            raise Unreadable(Obstacle.LOCKED, {"file": file})
        if "Workbook" not in container.streams:
            detail = "Excel 95 or older" if "Book" in container.streams else "a document of something else"
            raise Unreadable(Obstacle.NOT_A_WORKBOOK, {"file": file, "detail": detail})
        book = open_book(file, container.stream("Workbook"))
    except (BrokenContainer, BrokenBook, IndexError, UnicodeDecodeError) as error:
        raise Unreadable(Obstacle.BROKEN, {"file": file, "detail": str(error)}) from error
    if not book.sheets:
        raise Unreadable(Obstacle.EMPTY, {"file": file, "detail": "no worksheet"})
    return (read_sheet(file, book, name, start) for name, start in book.sheets)


def open_book(file: str, stream: bytes) -> Book:
    book = Book(stream)
    for kind, pieces in records(stream, 0):
        if kind == FILE_PASS:
            raise Unreadable(Obstacle.LOCKED, {"file": file})
        if kind == DATE_MODE and pieces.take(1)[0]:
            book.day_zero = DAY_ZERO_1904
        elif kind == FORMAT:
            (number,) = pieces.numbers("<H")
            book.date_formats[number] = is_date_format(pieces.text())
        elif kind == XF:
            book.styles.append(pieces.numbers("<HH")[1])
        elif kind == BOUND_SHEET:
            start, _visibility, sort, length, flags = pieces.numbers("<IBBBB")
            if sort == WORKSHEET:
                book.sheets.append((pieces.characters(length, flags & 1), start))
        elif kind == SST:
            _, count = pieces.numbers("<II")
            book.texts.extend(pieces.text() for _ in range(count))
    return book


def records(stream: bytes, start: int) -> Iterator[tuple[int, Pieces]]:
    """Yield the kinds and contents of the records from a place on, until what begins there ends.

    Charts and the like, which begin and end in there, are left out.

    :raises BrokenBook: if nothing begins there, or it does not end
    """
    at, depth = start, 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        pieces = [stream[at + 4 : at + 4 + size]]
        at += 4 + size
        while stream[at : at + 2] == CONTINUE:
            (size,) = struct.unpack_from("<H", stream, at + 2)
            pieces.append(stream[at + 4 : at + 4 + size])
            at += 4 + size
        if kind == BOF:
            depth += 1
        elif kind == EOF and depth == 1:
            return
        elif kind == EOF:
            depth -= 1
        elif depth == 1:
            yield kind, Pieces(pieces)
        if depth < 1:
            break
    raise BrokenBook("a sheet does not end" if depth else "a sheet does not begin")


def read_sheet(file: str, book: Book, name: str, start: int) -> SheetRows:
    rows: dict[int, dict[int, Cell]] = defaultdict(dict)
    formulas: dict[int, dict[int, str]] = defaultdict(dict)
    merged: list[Block] = []
    row = column = 0
    try:
        for kind, pieces in records(book.stream, start):
            if kind == MERGED_CELLS:
                for _ in range(pieces.numbers("<H")[0]):
                    top, bottom, left, right = pieces.numbers("<HHHH")
                    merged.append(Block(top=top + 1, left=left, bottom=bottom + 1, right=right))
            elif kind == STRING:
                rows[row][column] = pieces.text()
            elif kind in CELLS:
                for row, column, cell in CELLS[kind](book, pieces):
                    if column >= COLUMNS_MAX:
                        raise BrokenBook(f"column {column}")
                    rows[row][column] = cell
                if kind == FORMULA:
                    formulas[row + 1][column] = ""
    except (BrokenBook, IndexError, UnicodeDecodeError) as error:
        raise Unreadable(Obstacle.BROKEN, {"file": file, "sheet": name, "detail": str(error)}) from error
    in_order = ((number + 1, in_columns(rows[number])) for number in sorted(rows))
    return SheetRows(name=name, rows=up_to_last_used(in_order, formulas), merged=merged, formulas=dict(formulas))


def in_columns(cells: dict[int, Cell]) -> list[Cell]:
    return [cells.get(column, "") for column in range(max(cells) + 1)]


def number_cells(book: Book, pieces: Pieces) -> Iterator[Place]:
    row, column, style = pieces.numbers("<HHH")
    yield row, column, book.value(style, struct.unpack("<d", pieces.take(8))[0])


def packed_cells(book: Book, pieces: Pieces) -> Iterator[Place]:
    row, column, style, packed = pieces.numbers("<HHHI")
    yield row, column, book.value(style, unpacked(packed))


def row_of_packed_cells(book: Book, pieces: Pieces) -> Iterator[Place]:
    row, column = pieces.numbers("<HH")
    for offset in range((len(pieces.piece) - 6) // 6):
        style, packed = pieces.numbers("<HI")
        yield row, column + offset, book.value(style, unpacked(packed))


def unpacked(packed: int) -> Number:
    """Return a number kept in 30 bits: a whole one, or the upper half of a fraction; perhaps a hundredth of it."""
    if packed & 2:
        number: Number = (packed >> 2) - (1 << 30 if packed >> 31 else 0)
    else:
        number = struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))[0]
    return number / 100 if packed & 1 else number


def shared_text_cells(book: Book, pieces: Pieces) -> Iterator[Place]:
    row, column, _style, index = pieces.numbers("<HHHI")
    yield row, column, book.texts[index]


def text_cells(_book: Book, pieces: Pieces) -> Iterator[Place]:
    row, column, _style = pieces.numbers("<HHH")
    yield row, column, pieces.text()


def truth_cells(_book: Book, pieces: Pieces) -> Iterator[Place]:
    row, column, _style, code, is_error = pieces.numbers("<HHHBB")
    yield row, column, ERRORS.get(code, "#ERROR!") if is_error else bool(code)


def formula_cells(book: Book, pieces: Pieces) -> Iterator[Place]:
    """Yield the last result of a formula; a text follows in a record of its own."""
    row, column, style = pieces.numbers("<HHH")
    result = pieces.take(8)
    if result[6:] != b"\xff\xff":
        yield row, column, book.value(style, struct.unpack("<d", result)[0])
    elif result[0] == 1:
        yield row, column, bool(result[2])
    elif result[0] == 2:
        yield row, column, ERRORS.get(result[2], "#ERROR!")
    else:
        yield row, column, ""


CELLS: dict[int, Callable[[Book, Pieces], Iterator[Place]]] = {
    NUMBER: number_cells,
    RK: packed_cells,
    MUL_RK: row_of_packed_cells,
    LABEL_SST: shared_text_cells,
    LABEL: text_cells,
    RICH_LABEL: text_cells,
    BOOL_ERR: truth_cells,
    FORMULA: formula_cells,
}
