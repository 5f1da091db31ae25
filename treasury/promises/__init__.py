"""The promises of the treasury's masters as SQL; ``install`` is called by migrations and may be called again."""

from pathlib import Path
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from ledger.promises import install_files


def install(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace every trigger and view of the treasury in the current schema."""
    install_files(schema_editor.connection, [Path(__file__).parent / "triggers.sql"], {})
