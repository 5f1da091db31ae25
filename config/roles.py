"""The database and its three roles, on the embedded server and on a real one alike.

The owner migrates, the app works, the auditor reads. What app and auditor may do inside the
database is granted by the migrations that create the tables.
"""

import psycopg2.extensions
from psycopg2 import sql

OWNER = "tongfa_owner"
APP = "tongfa_app"
AUDITOR = "tongfa_auditor"
ROLES = (OWNER, APP, AUDITOR)
DATABASE = "tongfa"


def create_roles(*, connection: psycopg2.extensions.connection) -> None:
    """Create the roles that are missing.

    The connection is in autocommit and its user is a superuser or has CREATEROLE. On a server
    reached over the network give each role a password afterwards (ALTER ROLE ... PASSWORD).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles")
        existing = {name for (name,) in cursor.fetchall()}
        for role in ROLES:
            if role not in existing:
                cursor.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS").format(
                        sql.Identifier(role)
                    )
                )


def create_database(
    *, connection: psycopg2.extensions.connection, name: str = DATABASE, template: str = "template1"
) -> None:
    """Create the database if it is missing, and let only the three roles in.

    The connection is in autocommit and its user is a superuser or has CREATEROLE and CREATEDB.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() == (False,):
            # Who gives a database to another role must be able to act as that role.
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)
                )
            )
        cursor.execute(
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC, {}, {}").format(
                sql.Identifier(name), sql.Identifier(APP), sql.Identifier(AUDITOR)
            )
        )
        # CONNECT only: no temporary tables, which could hide a posted table of the same name.
        cursor.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(
                sql.Identifier(name), sql.Identifier(APP), sql.Identifier(AUDITOR)
            )
        )
