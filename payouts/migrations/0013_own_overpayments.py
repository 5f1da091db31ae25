"""Let a run keep back what it finds overpaid itself: the promises are put in anew."""

from django.db import migrations

from payouts.promises import install


class Migration(migrations.Migration):
    dependencies = [("payouts", "0012_papers_booked_once")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
