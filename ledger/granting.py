"""What the app role and the auditor role may do, read from the promises each table keeps.

A table with an ``append_only`` trigger can be read and inserted into, a ``derived`` one only read,
every other one is ordinary. The auditor reads the ``auditor_`` views and nothing else.
"""

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

ORDINARY = "SELECT, INSERT, UPDATE, DELETE"
POSTED = "SELECT, INSERT"
DERIVED = "SELECT"

TABLES = """
SELECT c.relname, c.relkind,
       bool_or(coalesce(t.tgname IN ('append_only', 'never_deleted'), false)) AS kept,
       bool_or(coalesce(t.tgname = 'append_only', false)) AS posted,
       bool_or(coalesce(t.tgname = 'derived' AND t.tgtype & 4 <> 0, false)) AS derived,
       bool_or(coalesce(t.tgname = 'derived' AND t.tgtype & 4 = 0, false)) AS moved_by_trigger
  FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v')
 GROUP BY c.relname, c.relkind ORDER BY c.relname
"""


def grant_privileges(*, connection: BaseDatabaseWrapper, app: str, auditor: str) -> None:
    """Grant the two roles what they need in the current schema, and take away everything else.

    ``connection`` is the owner's. Sequences are usable by the app role, functions by everybody who
    may use the schema; those of the triggers run with the owner's rights.
    """
    quote = connection.ops.quote_name
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
        roles = f"{quote(app)}, {quote(auditor)}"
        cursor.execute(f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {roles}")
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {roles}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {roles}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {quote(app)}")
        cursor.execute(TABLES)
        for name, kind, kept, posted, derived, moved_by_trigger in cursor.fetchall():
            table = f"{schema}.{quote(name)}"
            if name.startswith("auditor_"):
                cursor.execute(f"GRANT SELECT ON {table} TO {roles}")
            elif kind == "v" or derived:
                cursor.execute(f"GRANT {DERIVED} ON {table} TO {quote(app)}")
            elif posted or moved_by_trigger:
                cursor.execute(f"GRANT {POSTED} ON {table} TO {quote(app)}")
            elif kept:
                cursor.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {quote(app)}")
            elif name == "django_migrations":
                cursor.execute(f"GRANT SELECT ON {table} TO {quote(app)}")
            else:
                cursor.execute(f"GRANT {ORDINARY} ON {table} TO {quote(app)}")
