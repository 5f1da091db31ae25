"""Put the promises of the books into PostgreSQL."""

from django.db import migrations

from ledger.promises import install


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_books")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
