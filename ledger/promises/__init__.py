"""The promises of the books as SQL, and the one way to put them into a database.

``install`` is called by migrations: every statement is ``CREATE OR REPLACE``, so a later migration
calls it again after the files changed. Functions name their schema explicitly in ``search_path``,
with ``pg_temp`` last, so that nobody can slip a table of their own under a trigger.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from ledger.models.words import ADJUSTING_KINDS, DRAFT_MOVES, PERIOD_MOVES

FILES = ("refusing", "texts", "flows", "posting", "post", "periods", "trail", "triggers", "views")


def move_literals(moves: tuple[tuple[Any, Any], ...]) -> str:
    """Return a table of moves as SQL literals, such as ``'OPEN>ADJUSTING', 'ADJUSTING>CLOSED'``."""
    return ", ".join(f"'{start.value}>{end.value}'" for start, end in moves)


def install(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace every function, trigger and view of the promises in the current schema."""
    install_files(
        schema_editor.connection,
        [Path(__file__).parent / f"{name}.sql" for name in FILES],
        {
            "@adjusting@": ", ".join(f"'{kind.value}'" for kind in ADJUSTING_KINDS),
            "@period_moves@": f"ARRAY[{move_literals(PERIOD_MOVES)}]",
            "@draft_moves@": move_literals(DRAFT_MOVES),
        },
    )


def install_row_policies(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace the policies that keep the rows of a book from who reads another."""
    install_files(schema_editor.connection, [Path(__file__).parent / "row_policies.sql"], {})


def install_files(connection: BaseDatabaseWrapper, files: Sequence[Path], words: Mapping[str, str]) -> None:
    """Run files of SQL with their ``@words@`` put in; ``@schema@`` is the current schema."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        put_in = {"@schema@": cursor.fetchone()[0], **words}
        for file in files:
            sql = file.read_text(encoding="utf-8")
            for word, value in put_in.items():
                sql = sql.replace(word, value)
            cursor.execute(sql)
