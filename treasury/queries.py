"""Ask PostgreSQL in its own words, where a report is one statement over many tables."""

from collections.abc import Mapping
from typing import Any

from django.db import connection


def rows_of(sql: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement with its named parameters."""
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
