"""Let a file of the bank know which payments it carries, and check in sets what rows of payments name.

A payment moved twice when its batch was sent: into its file, then to the bank. Now its file is known by the serial
numbers it carries. That the batch, the payee and the result file of a row are there is checked by its statement.
"""

import django.db.models.deletion
from django.db import migrations, models

from payouts.promises import install

# The table is appended to only; here its new columns are filled. The promises are put in again below.
FILL = """
DROP TRIGGER IF EXISTS append_only ON payouts_bankfile;
UPDATE payouts_bankfile f SET first_serial = p.first, last_serial = p.last
  FROM (SELECT file_id, min(serial) AS first, max(serial) AS last FROM payouts_payment GROUP BY file_id) p
 WHERE p.file_id = f.id;
"""
FILL_BACK = """
UPDATE payouts_payment p SET file_id = f.id
  FROM payouts_bankfile f WHERE f.batch_id = p.batch_id AND p.serial BETWEEN f.first_serial AND f.last_serial;
SET CONSTRAINTS ALL IMMEDIATE;
"""


def unconstrained(to: str, **options: object) -> models.ForeignKey:
    return models.ForeignKey(
        to=to, on_delete=django.db.models.deletion.PROTECT, db_constraint=False, **options
    )


class Migration(migrations.Migration):
    dependencies = [("payouts", "0010_payments_with_room"), ("treasury", "0004_promises")]

    operations = [
        # They read the file of a payment; the promises make them anew.
        migrations.RunSQL("DROP VIEW IF EXISTS auditor_payment", migrations.RunSQL.noop),
        migrations.RunSQL("DROP TRIGGER IF EXISTS payment_is_fixed ON payouts_payment", migrations.RunSQL.noop),
        migrations.AddField("bankfile", "first_serial", models.IntegerField("first serial number", null=True)),
        migrations.AddField("bankfile", "last_serial", models.IntegerField("last serial number", null=True)),
        migrations.RunSQL(FILL, FILL_BACK),
        migrations.AlterField("bankfile", "first_serial", models.IntegerField("first serial number")),
        migrations.AlterField("bankfile", "last_serial", models.IntegerField("last serial number")),
        migrations.RemoveField("payment", "file"),
        migrations.AlterField(
            "payment", "batch", unconstrained("payouts.batch", related_name="payments", verbose_name="batch")
        ),
        migrations.AlterField(
            "payment",
            "person",
            unconstrained(
                "payouts.person", null=True, blank=True, related_name="payments", verbose_name="person"
            ),
        ),
        migrations.AlterField(
            "payment",
            "unit",
            unconstrained("treasury.unit", null=True, blank=True, related_name="payments", verbose_name="unit"),
        ),
        migrations.AlterField(
            "payment",
            "reissues",
            models.OneToOneField(
                to="payouts.payment",
                on_delete=django.db.models.deletion.PROTECT,
                null=True,
                blank=True,
                db_constraint=False,
                related_name="reissued_as",
                verbose_name="reissues",
            ),
        ),
        migrations.AlterField(
            "resultrow", "file", unconstrained("payouts.resultfile", related_name="results", verbose_name="file")
        ),
        migrations.AlterField(
            "resultrow",
            "payment",
            unconstrained(
                "payouts.payment", db_index=False, related_name="results", verbose_name="payment order"
            ),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
