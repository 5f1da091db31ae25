"""Let obligations, batches and payments be of releases too."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payouts', '0002_promises'),
        ('treasury', '0004_promises'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='payment',
            name='payment_has_one_payee',
        ),
        migrations.AddField(
            model_name='obligation',
            name='release',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treasury.release', verbose_name='release of funds'),
        ),
        migrations.AddField(
            model_name='obligation',
            name='source',
            field=models.CharField(blank=True, db_default='', max_length=100, verbose_name='made from'),
        ),
        migrations.AlterField(
            model_name='batch',
            name='run',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='payouts.payrollrun', verbose_name='run'),
        ),
        migrations.AlterField(
            model_name='obligation',
            name='payslip',
            field=models.OneToOneField(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='obligation', to='payouts.payslip', verbose_name='payslip'),
        ),
        migrations.AlterField(
            model_name='obligation',
            name='person',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to='payouts.person', verbose_name='person'),
        ),
        migrations.AlterField(
            model_name='obligation',
            name='run',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to='payouts.payrollrun', verbose_name='run'),
        ),
        migrations.AlterField(
            model_name='obligation',
            name='unit',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treasury.unit', verbose_name='unit'),
        ),
        migrations.AddIndex(
            model_name='obligation',
            index=models.Index(condition=models.Q(('release__isnull', False)), fields=['release'], name='obligation_by_release'),
        ),
        migrations.AddConstraint(
            model_name='obligation',
            constraint=models.UniqueConstraint(condition=models.Q(('source', ''), _negated=True), fields=('source',), name='obligation_source_is_owed_once'),
        ),
        migrations.AddConstraint(
            model_name='obligation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('payslip__isnull', False), ('person__isnull', False), ('release', None), ('run__isnull', False), ('source', ''), ('unit__isnull', False)), models.Q(models.Q(('source', ''), _negated=True), ('payslip', None), ('release', None), ('run', None)), models.Q(models.Q(('source', ''), _negated=True), ('payslip', None), ('person', None), ('release__isnull', False), ('run', None), ('unit', None)), _connector='OR'), name='obligation_has_its_ground'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('person', None), ('unit', None), _connector='OR'), name='payment_has_one_payee'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person', None), ('unit', None)), models.Q(('id_number', ''), _negated=True), _connector='OR'), name='payment_has_its_number'),
        ),
    ]
