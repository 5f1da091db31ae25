"""The promises of the archives as SQL; ``install_retention`` is called by migrations and may be called again."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from audit.models import ARCHIVES, ELECTRONIC, EVIDENCE, SIGNING, WITNESSES, RecordClass
from audit.policy import audit_policies
from audit.rules.retention_periods import years_of
from ledger.promises import install_files

KEEPING = (
    ("imports_stagedfile", "staged_file"),
    ("payouts_bankfile", "bank_file"),
    ("payouts_resultfile", "result_file"),
    ("payouts_statementfile", "statement_file"),
)
RETENTION_FILES = ("records", "blocks", "destruction", "retention_views")


def install_retention(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create or replace what is kept of the archives, with the periods of the shipped policy put in.

    A changed policy needs a migration that calls this again; ``retention_periods_agree`` finds one that was forgotten.
    """
    install_files(
        schema_editor.connection,
        [Path(__file__).parent / f"{name}.sql" for name in RETENTION_FILES],
        {
            "@periods@": ", ".join(period_literals()),
            "@classes@": array_of(RecordClass.values),
            "@evidence@": array_of(EVIDENCE),
            "@signing@": array_of(SIGNING),
            "@witnesses@": array_of(WITNESSES),
            "@electronic@": array_of(ELECTRONIC),
            "@archives@": array_of(ARCHIVES),
        },
    )


def remove_retention(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give the tables that keep bytes their own promises back; those of the archives go with their tables."""
    with schema_editor.connection.cursor() as cursor:
        for table, word in KEEPING:
            cursor.execute(
                f"""DROP TRIGGER IF EXISTS content_is_kept ON {table};
                    CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
                      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('{word}')"""
            )
        cursor.execute("DROP TRIGGER append_only ON imports_stagedfile")


def period_literals() -> Iterator[str]:
    """Yield (class, day from which it holds, years or NULL) of every period."""
    for dated in audit_policies()["retention"].values:
        for record_class in RecordClass.values:
            years = years_of(dated.value, record_class)
            yield f"('{record_class}', date '{dated.effective_from}', {'NULL::int' if years is None else years})"


def array_of(values: Iterable[str]) -> str:
    return "ARRAY[" + ", ".join(f"'{value!s}'" for value in values) + "]"
