"""The promises of sign-ins as SQL; ``install`` is called by a migration and may be called again."""

from pathlib import Path
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from ledger.promises import install_files


def install(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace the triggers of sign-ins in the current schema."""
    install_files(schema_editor.connection, [Path(__file__).parent / "sign_ins.sql"], {})


def install_forms(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace the trigger of forms that were sent."""
    install_files(schema_editor.connection, [Path(__file__).parent / "forms.sql"], {})


def install_api(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace the triggers of tokens and requests of other systems."""
    install_files(schema_editor.connection, [Path(__file__).parent / "api.sql"], {})
