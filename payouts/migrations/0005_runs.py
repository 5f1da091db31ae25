"""A run pays the payroll or the benefits of a month."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payouts", "0004_promises")]

    operations = [migrations.RenameModel("PayrollRun", "Run")]
