"""Let PostgreSQL keep staged lists and long work from who reads a township."""

from typing import ClassVar

from django.db import migrations

from month.promises import install_row_policies


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("month", "0004_appointments"),
        ("imports", "0001_stage"),
        ("treasury", "0006_trail_policies"),
    ]

    operations: ClassVar = [migrations.RunPython(install_row_policies, migrations.RunPython.noop)]
