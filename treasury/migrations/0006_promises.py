"""Put the promises of the treasury into PostgreSQL."""

from django.db import migrations

from treasury.promises import install


class Migration(migrations.Migration):
    dependencies = [("treasury", "0005_statements"), ("ledger", "0002_promises")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
