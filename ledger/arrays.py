"""Columns of plain values as PostgreSQL array literals, the fastest way to send many rows.

psycopg2 would quote every element on its own; a literal is one string per column. Values only.
"""

from collections.abc import Sequence
from typing import Any

from ledger.refusals import TextNotPlain


def number_array(values: Sequence[Any]) -> str:
    """Return numbers, dates or truth values as an array literal; ``None`` becomes ``NULL``."""
    return "{" + ",".join(map(str, values)).replace("None", "NULL") + "}"


def text_array(values: Sequence[str | None]) -> str:
    """Return texts as an array literal; a column of nothing but ``None`` is the empty array."""
    spelled = {value: element(value) for value in set(values)}
    if not spelled.keys() - {None}:
        return "{}"
    return "{" + ",".join(map(spelled.__getitem__, values)) + "}"


def element(value: str | None) -> str:
    """Return one text as an element: bare where PostgreSQL cannot misread it, else quoted, or ``NULL``."""
    if value is None:
        return "NULL"
    if value.isalnum() and value.lower() != "null":
        return value
    if "\0" in value:
        raise TextNotPlain("voucher_text_is_plain", {"text": value.replace("\0", "")})
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'
