"""Rows as csv in the encoding that the reader's program takes: UTF-8 with a byte order mark, or GB18030.

GB18030 is written by the edition of 2000 to 2005, which spreadsheets read: every character has bytes of its own
there, so nothing is lost; a reader of the edition of 2022 sees some 25 rare characters elsewhere.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from audit.exports.folders import private_file
from ledger.exports.pages.lists import spelled

Cells = Sequence[str | Decimal | int | None]


class Encoding(StrEnum):
    UTF8 = "utf-8-sig"
    GB18030 = "gb18030"


class RowWriter(Protocol):
    """What takes rows: cells that a spreadsheet would run as formulas get an apostrophe before them."""

    def __call__(self, cells: Cells) -> object: ...


@contextmanager
def csv_file(path: Path, heads: Sequence[str], encoding: Encoding) -> Iterator[RowWriter]:
    """Open a csv with its head line; inside, rows are written one by one."""
    with private_file(path) as file:
        text = io.TextIOWrapper(file, encoding=encoding.value, newline="", write_through=False)
        writer = csv.writer(text)
        writer.writerow(heads)

        def write(cells: Cells) -> object:
            return writer.writerow([spelled(cell) for cell in cells])

        yield write
        text.flush()
        text.detach()


def write_csv(*, path: Path, heads: Sequence[str], rows: Iterable[Cells], encoding: Encoding) -> None:
    """Write a small csv at once."""
    with csv_file(path, heads, encoding) as write:
        for row in rows:
            write(row)
