"""Write many rows of one table by COPY: the one way past the ORM for bulk writing.

Triggers and constraints see the rows as they see an INSERT. Values are spelled for the text format
of COPY: ``None`` is NULL, everything else its ``str``.
"""

from collections.abc import Iterable, Iterator, Sequence
from io import RawIOBase
from typing import Any

from django.db import connection, transaction

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
CHUNK_ROWS = 2_000


def copy_rows(*, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Append rows to a table and return how many there were.

    :raises django.db.DatabaseError: as an INSERT of the same rows would
    """
    lines = CountedLines(rows, len(columns))
    names = ", ".join(map(connection.ops.quote_name, columns))
    with transaction.atomic(), connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.cursor.copy_expert(f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN", lines)
    return lines.count


def reserve_keys(*, table: str, count: int) -> list[int]:
    """Return keys that the sequence of a table will give to nobody else."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT nextval(s.name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) s,
                      generate_series(1, %s)""",
            [table, count],
        )
        return [key for (key,) in cursor.fetchall()]


class CountedLines(RawIOBase):
    """Rows as a file that COPY reads; a chunk at a time is spelled out."""

    def __init__(self, rows: Iterable[Sequence[Any]], width: int) -> None:
        self.count = 0
        self.line = "\t".join(["%s"] * width)
        self.chunks = self.spelled(rows)
        self.rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self.rest) < size:
            chunk = next(self.chunks, None)
            if chunk is None:
                break
            self.rest += chunk
        taken, self.rest = (self.rest, b"") if size < 0 else (self.rest[:size], self.rest[size:])
        return taken

    def spelled(self, rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
        lines: list[str] = []
        for row in rows:
            lines.append(spell_row(row, self.line))
            self.count += 1
            if len(lines) == CHUNK_ROWS:
                yield ("\n".join(lines) + "\n").encode()
                lines.clear()
        if lines:
            yield ("\n".join(lines) + "\n").encode()


def spell_row(row: Sequence[Any], plainly: str) -> str:
    """Return a row in the text format of COPY; few rows hold what cannot stand there ``plainly``, as it is printed."""
    line = plainly % tuple(row)
    if "None" in line or "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(row):
        return "\t".join(map(spell, row))
    return line


def spell(value: Any) -> str:
    """Return a value in the text format of COPY."""
    return r"\N" if value is None else str(value).translate(ESCAPES)
