"""One moment of the books for a whole export, however long it takes and whoever posts meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """Let every query inside see the books as they stand at the first one; nothing can be written.

    It must be the outermost transaction: PostgreSQL fixes the snapshot of a running one already.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
