"""Book money that comes in for benefits once for its paper; an instance that booked a paper twice is told where."""

import django.db.models.functions.text
from django.conf import settings
from django.core.management.base import CommandError
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import translation
from django.utils.translation import gettext as _

# By the sources of their vouchers; a paper is read as the constraints read it.
BOOKED_AGAIN = """
SELECT string_agg('payouts.funding/' || id, ', ' ORDER BY id) FROM payouts_benefitfunding WHERE kind = 'FROM_ABOVE'
 GROUP BY funder, upper(replace(normalize(paper, NFKC), ' ', '')) HAVING count(*) > 1
 UNION ALL
SELECT string_agg('payouts.recovery/' || id, ', ' ORDER BY id) FROM payouts_recovery WHERE kind = 'PAID_IN'
 GROUP BY overpayment_id, upper(replace(normalize(paper, NFKC), ' ', '')) HAVING count(*) > 1
 ORDER BY 1
"""


def refuse_papers_booked_again(_apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Say which rows have one paper, before the constraints do without saying it.

    :raises CommandError: if there are any
    """
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(BOOKED_AGAIN)
        again = "; ".join(sources for (sources,) in cursor.fetchall())
    if again:
        with translation.override(settings.LANGUAGE_CODE):  # migrate puts translations off
            said = _("Money was booked more than once with one paper: {again}. See docs/runbook.md, An upgrade stops.")
            raise CommandError(said.format(again=again))


def booked_once(*, of: str, condition: models.Q, name: str) -> models.UniqueConstraint:
    narrow = models.Func(
        models.F("paper"), output_field=models.TextField(), template="normalize(%(expressions)s, NFKC)"
    )
    text = django.db.models.functions.text
    read = text.Upper(text.Replace(narrow, models.Value(" "), models.Value("")))
    return models.UniqueConstraint(models.F(of), read, condition=condition, name=name)


class Migration(migrations.Migration):
    dependencies = [("payouts", "0011_payments_in_sets")]

    operations = [
        migrations.RunPython(refuse_papers_booked_again, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="benefitfunding",
            constraint=booked_once(
                of="funder", condition=models.Q(kind="FROM_ABOVE"), name="funding_is_received_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=booked_once(
                of="overpayment", condition=models.Q(kind="PAID_IN"), name="refund_is_taken_once"
            ),
        ),
    ]
