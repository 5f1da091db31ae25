"""The promises need the tables of later migrations; 0009 puts them into PostgreSQL."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payouts", "0003_releases"), ("treasury", "0004_promises"), ("ledger", "0002_promises")]

    operations: list[migrations.RunPython] = []
