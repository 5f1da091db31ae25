"""Put the promises of paying people into PostgreSQL."""

from django.db import migrations

from payouts.promises import install


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_payroll"), ("treasury", "0002_promises"), ("ledger", "0002_promises")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
