"""The promises of the treasury as SQL; ``install`` is called by migrations and may be called again."""

from pathlib import Path
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from ledger.promises import install_files, move_literals
from treasury.models.words import CLAIM_MOVES, RELEASE_MOVES, SETTLEMENT_MOVES, STATEMENT_MOVES

FILES = ("income", "releases", "settlements", "claims", "triggers", "statements", "views")


def install(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace every trigger and view of the treasury in the current schema."""
    install_files(
        schema_editor.connection,
        [Path(__file__).parent / f"{name}.sql" for name in FILES],
        {
            "@release_moves@": move_literals(RELEASE_MOVES),
            "@settlement_moves@": move_literals(SETTLEMENT_MOVES),
            "@claim_moves@": move_literals(CLAIM_MOVES),
            "@statement_moves@": move_literals(STATEMENT_MOVES),
        },
    )
