"""Whether the instance has its tables and lists, so that a demo can set itself up."""

from django.db import connections
from django.db.migrations.executor import MigrationExecutor


def is_set_up() -> bool:
    """Whether every migration has been applied and lists are loaded."""
    executor = MigrationExecutor(connections["owner"])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes()) and is_loaded()


def is_loaded() -> bool:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM ledger_chartaccount)")
        return bool(cursor.fetchone()[0])
