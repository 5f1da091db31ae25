"""The promises of paying people as SQL; ``install`` is called by migrations and may be called again."""

from pathlib import Path
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from ledger.promises import install_files, move_literals
from payouts.models.bank_words import OWN_ACCOUNT_MOVES, RECONCILIATION_MOVES, SIGNED_MOVES
from payouts.models.words import APPLICATION_MOVES, BATCH_MOVES, CORRECTION_MOVES, PAYMENT_MOVES, RUN_MOVES

FILES = ("runs", "payments", "releases", "benefits", "applications", "triggers", "views")
# Over tables that come later than those of FILES.
STATEMENT_FILES = ("statements", "explanations", "reconciliations")


def install(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace every function, trigger and view of the payouts in the current schema."""
    install_files(
        schema_editor.connection,
        [Path(__file__).parent / f"{name}.sql" for name in FILES],
        {
            "@run_moves@": move_literals(RUN_MOVES),
            "@batch_moves@": move_literals(BATCH_MOVES),
            "@payment_moves@": f"ARRAY[{move_literals(PAYMENT_MOVES)}]",
            "@correction_moves@": move_literals(CORRECTION_MOVES),
            "@application_moves@": move_literals(APPLICATION_MOVES),
        },
    )


def install_statements(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace what keeps the bank's statements, their explanations and the reconciliations."""
    install_files(
        schema_editor.connection,
        [Path(__file__).parent / f"{name}.sql" for name in STATEMENT_FILES],
        {
            "@own_account_moves@": move_literals(OWN_ACCOUNT_MOVES),
            "@signed_moves@": move_literals(SIGNED_MOVES),
            "@reconciliation_moves@": move_literals(RECONCILIATION_MOVES),
        },
    )
