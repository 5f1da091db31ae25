"""Keep what each batch was checked against, what was signed for it, and who approved it.

Batches from before stand for themselves: held against their own figures, approved once, by their releaser.
"""

import django.db.models.deletion
import ledger.models.fields
from django.conf import settings
from django.db import migrations, models

from payouts.promises import install_approvals, remove_approvals

CHECKS = """
INSERT INTO payouts_batchcheck (batch_id, digest, largest_payment, day_total, payment_limit, batch_limit, day_limit,
                                chief_over, head_over, approvals)
SELECT b.id, b.digest, p.largest, d.total, p.largest, b.total, d.total, b.total, b.total, 1
  FROM payouts_batch b
  CROSS JOIN LATERAL (SELECT max(amount) AS largest FROM payouts_payment WHERE batch_id = b.id) p
  CROSS JOIN LATERAL (SELECT sum(total) AS total FROM payouts_batch
                       WHERE pay_date = b.pay_date AND status NOT IN ('DRAFT', 'CANCELLED')) d
 WHERE b.status NOT IN ('DRAFT', 'BUILT', 'CANCELLED') ORDER BY b.id
"""
APPROVALS = """
INSERT INTO payouts_batchapproval (batch_id, rank, digest, approved_by_id, approved_at)
SELECT b.id, 1, b.digest, b.released_by_id, (SELECT max(at) FROM payouts_runmove m
                                              WHERE m.run_id = b.run_id AND m.to_status = 'RELEASED'
                                                AND b.source LIKE 'payouts.run/%')
  FROM payouts_batch b
 WHERE b.status NOT IN ('DRAFT', 'BUILT', 'CHECKED', 'CANCELLED') ORDER BY b.id;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('payouts', '0016_returns_and_recovery'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BatchApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.SmallIntegerField(choices=[(1, 'the releaser'), (2, 'the chief accountant'), (3, 'the head of the bureau')], verbose_name='level of the approval')),
                ('digest', models.CharField(max_length=64, verbose_name='SHA-256 of the payments')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved at')),
                ('approved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, to_field='username', verbose_name='approved by')),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='payouts.batch', verbose_name='batch')),
            ],
            options={
                'verbose_name': 'approval of a batch',
                'verbose_name_plural': 'approvals of batches',
                'permissions': [('approve_as_chief', 'may approve large batches as chief accountant'), ('approve_as_head', 'may approve the largest batches as head of the bureau')],
                'constraints': [models.UniqueConstraint(fields=('batch', 'digest', 'rank'), name='batch_is_approved_once_a_rank'), models.UniqueConstraint(fields=('batch', 'digest', 'approved_by'), name='batch_approvals_are_of_different_people')],
            },
        ),
        migrations.CreateModel(
            name='BatchCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, verbose_name='SHA-256 of the payments')),
                ('largest_payment', ledger.models.fields.FenField(decimal_places=2, max_digits=18, verbose_name='largest payment')),
                ('day_total', ledger.models.fields.FenField(decimal_places=2, max_digits=18, verbose_name='total of the pay date')),
                ('payment_limit', ledger.models.fields.FenField(decimal_places=2, max_digits=18, verbose_name='limit of a payment')),
                ('batch_limit', ledger.models.fields.FenField(decimal_places=2, max_digits=18, verbose_name='limit of a batch')),
                ('day_limit', ledger.models.fields.FenField(decimal_places=2, max_digits=18, verbose_name='limit of a pay date')),
                ('limits_from', models.DateField(blank=True, null=True, verbose_name='limits in force since')),
                ('chief_over', ledger.models.fields.FenField(decimal_places=2, max_digits=18, verbose_name='the chief accountant approves above')),
                ('head_over', ledger.models.fields.FenField(decimal_places=2, max_digits=18, verbose_name='the head of the bureau approves above')),
                ('tiers_from', models.DateField(blank=True, null=True, verbose_name='approvals in force since')),
                ('approvals', models.SmallIntegerField(verbose_name='approvals asked for')),
                ('batch', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='check_made', to='payouts.batch', verbose_name='batch')),
            ],
            options={
                'verbose_name': 'check of a batch',
                'verbose_name_plural': 'checks of batches',
                'constraints': [models.CheckConstraint(condition=models.Q(('day_total', models.Func(models.F('day_total'), models.Value(2), function='round', output_field=ledger.models.fields.FenField(decimal_places=2, max_digits=18))), ('day_total__gt', -10000000000000000), ('day_total__lt', 10000000000000000)), name='batch_day_total_is_exact'), models.CheckConstraint(condition=models.Q(('approvals__in', [1, 2, 3]), ('head_over__gte', models.F('chief_over'))), name='batch_asks_for_approvals')],
            },
        ),
        migrations.CreateModel(
            name='BatchException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('severity', models.CharField(choices=[('BLOCK', 'blocks'), ('SIGN', 'to be signed'), ('INFO', 'for information')], max_length=5, verbose_name='severity')),
                ('facts', models.CharField(blank=True, max_length=300, verbose_name='facts')),
                ('signed_at', models.DateTimeField(blank=True, null=True, verbose_name='signed off at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exceptions', to='payouts.batch', verbose_name='batch')),
                ('payment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payouts.payment', verbose_name='payment order')),
                ('signed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, to_field='username', verbose_name='signed by')),
            ],
            options={
                'verbose_name': 'exception of a batch',
                'verbose_name_plural': 'exceptions of a batch',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('signed_at', None), ('signed_by', None)), models.Q(('severity', 'SIGN'), ('signed_at__isnull', False), ('signed_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='batch_exception_is_signed_with_a_reason')],
            },
        ),
        migrations.RunSQL(CHECKS, migrations.RunSQL.noop),
        migrations.RunSQL(APPROVALS, migrations.RunSQL.noop),
        migrations.RunPython(install_approvals, remove_approvals),
    ]
