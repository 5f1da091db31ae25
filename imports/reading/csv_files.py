"""Csv in the encodings and with the delimiters that spreadsheets and old systems write."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import cast

from imports.reading.cells import Cell
from imports.reading.private_use import without_private_use
from imports.reading.shapes import FileFact, Obstacle, Row, SheetRows, Unreadable

CHUNK_BYTES = 1 << 18
DELIMITERS = ",\t;"
# What tells the delimiter: titles, header and the first rows below.
SNIFFED_ROWS = 30
SNIFFED_BYTES = 1 << 16
ENCODINGS = ("utf-8", "gb18030")  # GBK is a part of GB18030
MARKS = {encoding: "\ufeff".encode(encoding) for encoding in ENCODINGS}
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
INK = re.compile(rb"\S")


def read_csv(*, file: str, content: bytes) -> tuple[FileFact, Iterator[SheetRows]]:
    """Return how a csv is written, and its one sheet.

    :raises Unreadable: EMPTY or NOT_TEXT; NOT_CSV, while the rows are taken
    """
    is_utf_16 = content.startswith(UTF_16_MARKS)
    if is_utf_16:
        content = from_utf_16(file, content)
    encoding = encoding_of(file, content)
    mark = MARKS[encoding] if content.startswith(MARKS[encoding]) else b""
    if not INK.search(content, len(mark)):
        raise Unreadable(Obstacle.EMPTY, {"file": file})
    delimiter = delimiter_of(content[len(mark) : SNIFFED_BYTES].decode(encoding, errors="replace"))
    fact = FileFact(
        encoding="utf-16" if is_utf_16 else encoding,
        bom=bool(mark),
        mixed_eol=has_mixed_ends(content, len(mark), delimiter),
    )
    rows = rows_in(file, lines_in(content, encoding, len(mark)), delimiter)
    return fact, iter([SheetRows(name="", rows=rows, merged=(), formulas={})])


def from_utf_16(file: str, content: bytes) -> bytes:
    try:
        return ("\ufeff" + content.decode("utf-16")).encode()
    except UnicodeDecodeError as error:
        raise Unreadable(Obstacle.NOT_TEXT, {"file": file, "detail": str(error)}) from error


def encoding_of(file: str, content: bytes) -> str:
    """Return the first encoding in which all of the file is text.

    :raises Unreadable: NOT_TEXT, with the row that comes furthest
    """
    if b"\0" in content:
        raise Unreadable(Obstacle.NOT_TEXT, {"file": file, "row": row_at(content, content.index(b"\0"))})
    ends = []
    for encoding in ENCODINGS:
        ends.append(decodable_bytes(content, encoding))
        if ends[-1] == len(content):
            return encoding
    raise Unreadable(Obstacle.NOT_TEXT, {"file": file, "row": row_at(content, max(ends))})


def decodable_bytes(content: bytes, encoding: str) -> int:
    """Return how many bytes from the start are text, give or take a character."""
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(content)
    start = 0
    try:
        for start in range(0, len(content), CHUNK_BYTES):
            decoder.decode(view[start : start + CHUNK_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return min(start + error.start, len(content) - 1)
    return len(content)


def row_at(content: bytes, end: int) -> int:
    return content.count(b"\n", 0, end) + 1


def delimiter_of(text: str) -> str:
    """Return the delimiter that parts most rows into the same number of cells, and into most."""

    def agreement(delimiter: str) -> tuple[int, int]:
        widths: Counter[int] = Counter()
        try:
            for cells in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), SNIFFED_ROWS):
                widths[len(cells)] += len(cells) > 1
        except csv.Error:
            pass  # told when the rows are read, with their number
        return max((rows, width) for width, rows in [*widths.items(), (0, 0)])

    return max(DELIMITERS, key=agreement)


def has_mixed_ends(content: bytes, start: int, delimiter: str) -> bool:
    """Return whether rows end in more than one way; inside of quotes a line may break as it likes."""
    pairs = content.count(b"\r\n")
    if sum(ends > 0 for ends in (pairs, content.count(b"\n") - pairs, content.count(b"\r") - pairs)) < 2:
        return False
    quoted_or_end = re.compile(rb'(?<![^%s\r\n])"[^"]*(?:""[^"]*)*"|(\r\n|\r|\n)' % delimiter.encode())
    first = None
    for found in quoted_or_end.finditer(memoryview(content)[start:]):
        first = first or found[1]
        if found[1] and found[1] != first:
            return True
    return False


def lines_in(content: bytes, encoding: str, start: int) -> Iterable[str]:
    """Return the lines with their ends as they are."""
    stream = io.BytesIO(content)  # shares the bytes
    stream.seek(start)
    lines = io.TextIOWrapper(stream, encoding=encoding, newline="")
    return map(without_private_use, lines) if encoding == "gb18030" else lines


def rows_in(file: str, lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Yield the records with the number of their first line; no empty ones at the end."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 1
    empty: list[int] = []
    try:
        for cells in cast("Iterator[list[Cell]]", reader):
            if any(cells):
                for line in empty:
                    yield line, []
                empty.clear()
                yield number, cells
            else:
                empty.append(number)
            number = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(Obstacle.NOT_CSV, {"file": file, "row": number, "detail": str(error)}) from error
