"""Columns of plain values as PostgreSQL array literals, the fastest way to send many rows.

psycopg2 would quote every element on its own; a literal is one string per column. Values only.
"""

from collections.abc import Sequence
from typing import Any


def number_array(values: Sequence[Any]) -> str:
    """Return numbers, dates or truth values as an array literal; ``None`` becomes ``NULL``."""
    if None in values:
        return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
    return "{" + ",".join(map(str, values)) + "}"


def text_array(values: Sequence[str | None]) -> str:
    """Return texts as an array literal; a column of nothing but ``None`` is the empty array."""
    spelled = {value: element(value) for value in set(values)}
    if not spelled.keys() - {None}:
        return "{}"
    return "{" + ",".join([spelled[value] for value in values]) + "}"


def element(value: str | None) -> str:
    """Return one text as an element: quoted, or ``NULL``."""
    if value is None:
        return "NULL"
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'
