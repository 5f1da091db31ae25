"""Rows as csv for other programs: UTF-8 with BOM, which Excel takes for UTF-8 too."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Final

# Wide signs, too: spreadsheets of East Asia take them for the narrow ones.
FORMULA_MARKS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER: Final = re.compile(r"[-+]?[0-9][0-9,]*(?:\.[0-9]+)?", re.ASCII)


def write_list(*, file: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[str | Decimal | int | None]]) -> None:
    """Write a head line and rows. Amounts have no commas.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([spelled(value) for value in row] for row in rows)
    text.flush()
    text.detach()


def spelled(value: str | Decimal | int | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_MARKS) else value
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def inert(value: object) -> object:
    """Return a cell whose text no spreadsheet runs as a formula; a number with its sign is none."""
    if isinstance(value, str) and value.startswith(FORMULA_MARKS) and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value
