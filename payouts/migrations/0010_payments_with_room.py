"""Leave room in the pages of payments: each is written once and moves three times, in its place and beside no index.

The promises are put in anew: their plans go from the new rows outward.
"""

from django.db import migrations

from payouts.promises import install


class Migration(migrations.Migration):
    dependencies = [("payouts", "0009_promises")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE payouts_payment SET (fillfactor = 33)", "ALTER TABLE payouts_payment RESET (fillfactor)"
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
