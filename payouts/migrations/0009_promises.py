"""Here the promises of paying people were put in; a later migration puts them in as they are now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payouts", "0008_applications"), ("treasury", "0004_promises"), ("ledger", "0002_promises")]

    operations: list[migrations.operations.base.Operation] = []
