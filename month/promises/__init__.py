"""The promises of jobs as SQL; ``install`` is called by migrations and may be called again."""

from pathlib import Path
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from ledger.promises import install_files, move_literals
from month.models import APPOINTMENT_MOVES, JOB_MOVES


def install(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace every function, trigger and view of the jobs in the current schema."""
    install_files(
        schema_editor.connection,
        [Path(__file__).parent / "jobs.sql"],
        {"@job_moves@": move_literals(JOB_MOVES)},
    )


def install_progress(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace what is promised of the progress, the moves, the cancellations and the files of jobs."""
    install_files(schema_editor.connection, [Path(__file__).parent / "job_progress.sql"], {})


def install_kept_files(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace what keeps the bytes of the files of jobs; the archives have to be there."""
    install_files(schema_editor.connection, [Path(__file__).parent / "job_files_kept.sql"], {})


def install_row_policies(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace the policies that keep staged lists and long work from who reads a township."""
    install_files(schema_editor.connection, [Path(__file__).parent / "row_policies.sql"], {})


def release_files(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let go of the archives, whose functions keep the bytes of the files of jobs."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS content_is_kept ON month_jobfile")


def install_appointments(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace what is promised of the posts that are given in the bureau."""
    install_files(
        schema_editor.connection,
        [Path(__file__).parent / "appointments.sql"],
        {"@appointment_moves@": move_literals(APPOINTMENT_MOVES)},
    )
