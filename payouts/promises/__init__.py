"""The promises of paying people as SQL; ``install`` is called by migrations and may be called again."""

from collections.abc import Sequence
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
    """Create or replace every function, trigger and view of the tables that there were at the beginning."""
    install_named(schema_editor, FILES)


def install_handovers(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace what keeps the handovers of files."""
    install_named(schema_editor, ("handovers",))


def install_recoveries(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace what is promised of returned and overpaid money; its tables are later than the others."""
    install_named(schema_editor, ("recoveries",))


def install_named(schema_editor: BaseDatabaseSchemaEditor, names: Sequence[str]) -> None:
    install_files(
        schema_editor.connection,
        [Path(__file__).parent / f"{name}.sql" for name in names],
        {
            "@run_moves@": move_literals(RUN_MOVES),
            "@batch_moves@": move_literals(BATCH_MOVES),
            "@payment_moves@": f"ARRAY[{move_literals(PAYMENT_MOVES)}]",
            "@correction_moves@": move_literals(CORRECTION_MOVES),
            "@application_moves@": move_literals(APPLICATION_MOVES),
        },
    )


def install_approvals(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace the promises of approvals: their tables are younger than the others."""
    install_files(schema_editor.connection, [Path(__file__).parent / "approvals.sql"], {})


def install_row_policies(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace the policies that keep people and the files of the bank from who reads a township."""
    install_files(schema_editor.connection, [Path(__file__).parent / "row_policies.sql"], {})


def remove_approvals(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take away what of the promises of approvals stands outside their tables."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            """DROP TRIGGER IF EXISTS batch_rests_on_approvals ON payouts_batch;
               DROP TRIGGER IF EXISTS funded_by_others ON payouts_benefitfunding;
               DROP VIEW IF EXISTS auditor_batch_check, auditor_batch_exception, auditor_batch_approval"""
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
