"""Put the promises of paying people, releases, benefits and applications into PostgreSQL."""

from django.db import migrations

from payouts.promises import install


class Migration(migrations.Migration):
    dependencies = [("payouts", "0008_applications"), ("treasury", "0004_promises"), ("ledger", "0002_promises")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
