"""Vouchers by hand: who may take which step, the cashier's signature, and that a draft is posted as its voucher."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ledger.promises import install


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0004_row_policies'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='voucher',
            options={'permissions': [('read_district', 'may read the books of the whole district'), ('prepare_voucher', 'may prepare vouchers by hand'), ('review_voucher', 'may review vouchers prepared by hand'), ('sign_voucher_as_cashier', 'may sign vouchers prepared by hand as cashier'), ('post_voucher', 'may post vouchers prepared by hand'), ('reverse_voucher', 'may post the red reversal of a voucher prepared by hand')], 'verbose_name': 'voucher', 'verbose_name_plural': 'vouchers'},
        ),
        migrations.AddField(
            model_name='voucherdraft',
            name='cashier',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, to_field='username', verbose_name='cashier'),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
