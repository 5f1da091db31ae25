"""Let PostgreSQL keep the rows of a township from who reads another."""

from typing import ClassVar

from django.db import migrations

from treasury.promises import install_row_policies


class Migration(migrations.Migration):
    dependencies: ClassVar = [("treasury", "0004_promises"), ("ledger", "0004_row_policies")]

    operations: ClassVar = [migrations.RunPython(install_row_policies, migrations.RunPython.noop)]
