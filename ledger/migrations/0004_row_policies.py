"""Let PostgreSQL keep the rows of a township from who reads another."""

from typing import ClassVar

from django.db import migrations

from ledger.promises import install_row_policies


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ledger", "0003_read_district")]

    operations: ClassVar = [migrations.RunPython(install_row_policies, migrations.RunPython.noop)]
