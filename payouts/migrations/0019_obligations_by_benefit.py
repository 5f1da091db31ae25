"""Find the obligation of a benefit due by its number: booklets and due lists ask one person at a time."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("payouts", "0018_row_policies"), ("treasury", "0006_trail_policies")]

    operations: ClassVar = [
        migrations.AddIndex(
            model_name="obligation",
            index=models.Index(
                condition=models.Q(("benefit__isnull", False)), fields=["benefit"], name="obligation_by_benefit"
            ),
        )
    ]
