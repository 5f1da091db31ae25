"""Once put the promises of the masters into PostgreSQL; the latest migration of promises now puts all of them."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("treasury", "0001_masters"), ("ledger", "0002_promises")]

    operations: ClassVar = []
