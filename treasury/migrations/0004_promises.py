"""Put the promises of the treasury into PostgreSQL."""

from typing import ClassVar

from django.db import migrations

from treasury.promises import install


class Migration(migrations.Migration):
    dependencies: ClassVar = [("treasury", "0003_money"), ("ledger", "0002_promises")]

    operations: ClassVar = [migrations.RunPython(install, migrations.RunPython.noop)]
