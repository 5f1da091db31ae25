"""Let PostgreSQL keep people and the files of the bank from who reads a township."""

from typing import ClassVar

from django.db import migrations

from payouts.promises import install_row_policies


class Migration(migrations.Migration):
    dependencies: ClassVar = [("payouts", "0017_approvals"), ("treasury", "0006_trail_policies")]

    operations: ClassVar = [migrations.RunPython(install_row_policies, migrations.RunPython.noop)]
