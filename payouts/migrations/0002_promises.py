"""The promises need the tables of later migrations; 0004 puts them into PostgreSQL."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_payroll"), ("treasury", "0002_promises"), ("ledger", "0002_promises")]

    operations: list[migrations.RunPython] = []
