"""Once put the promises of the treasury into PostgreSQL; the latest migration of promises now puts all of them."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("treasury", "0003_money"), ("ledger", "0002_promises")]

    operations: ClassVar = []
