"""Let a run keep back what it finds overpaid itself: the promises are put in anew."""

from django.db import migrations

from payouts.promises import install


class Migration(migrations.Migration):
    dependencies = [("payouts", "0010_payments_with_room")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
