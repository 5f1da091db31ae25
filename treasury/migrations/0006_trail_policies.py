"""Let PostgreSQL keep the events about a township, and the district's budgets, from who reads another."""

from typing import ClassVar

from django.db import migrations

from treasury.promises import install_row_policies, install_trail_policies


class Migration(migrations.Migration):
    dependencies: ClassVar = [("treasury", "0005_row_policies")]

    operations: ClassVar = [
        migrations.RunPython(install_row_policies, migrations.RunPython.noop),
        migrations.RunPython(install_trail_policies, migrations.RunPython.noop),
    ]
