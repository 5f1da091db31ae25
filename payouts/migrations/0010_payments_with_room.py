"""Leave room in the pages of payments: each is written once and moves three times, in its place and beside no index."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payouts", "0009_promises")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE payouts_payment SET (fillfactor = 33)", "ALTER TABLE payouts_payment RESET (fillfactor)"
        ),
    ]
