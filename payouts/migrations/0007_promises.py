"""Put the promises of paying people, releases and benefits into PostgreSQL."""

from django.db import migrations

from payouts.promises import install


class Migration(migrations.Migration):
    dependencies = [("payouts", "0006_benefits"), ("treasury", "0004_promises"), ("ledger", "0002_promises")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
