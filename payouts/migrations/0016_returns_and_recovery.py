"""What becomes of payments that came back and of what was overpaid: cool-off, plans, refunds taken back, write-offs.

A correction that was approved before may be paid from the day of its approval. A plan that one officer agreed keeps
nothing back until another has approved it.
"""

import django.db.models.deletion
import django.db.models.functions.text
import ledger.models.fields
from django.conf import settings
from django.db import migrations, models

from payouts.promises import install_recoveries

# A correction is fixed but for its decision; the day is new.
FILL = """
UPDATE payouts_accountcorrection SET payable_from = (approved_at AT TIME ZONE 'UTC')::date WHERE status = 'APPROVED';
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('payouts', '0015_statements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GivingUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('paper', models.CharField(max_length=200, verbose_name='evidence')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed at')),
            ],
            options={
                'verbose_name': 'giving up of a returned payment',
                'verbose_name_plural': 'givings up of returned payments',
                'permissions': [('propose_giving_up', 'may propose to give a returned payment up'), ('approve_giving_up', 'may decide that a returned payment is given up')],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('reason__regex', '\\S'), ('paper__regex', '\\S')), name='giving_up_has_its_reason'),
                    models.CheckConstraint(condition=models.Q(models.Q(('reason__regex', '[[:cntrl:]]'), _negated=True), models.Q(('paper__regex', '[[:cntrl:]]'), _negated=True)), name='giving_up_text_is_plain'),
                ],
            },
        ),
        migrations.CreateModel(
            name='GivingUpDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_approved', models.BooleanField(verbose_name='approved')),
                ('decided_at', models.DateTimeField(verbose_name='decided at')),
                ('posting_date', models.DateField(blank=True, null=True, verbose_name='posting date')),
            ],
            options={
                'verbose_name': 'decision on a returned payment',
                'verbose_name_plural': 'decisions on returned payments',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('is_approved', True), ('posting_date__isnull', False)), models.Q(('is_approved', False), ('posting_date', None)), _connector='OR'), name='giving_up_has_its_day'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RecoveryPlanDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_approved', models.BooleanField(verbose_name='approved')),
                ('decided_at', models.DateTimeField(verbose_name='decided at')),
            ],
            options={
                'verbose_name': 'decision on a plan of recovery',
                'verbose_name_plural': 'decisions on plans of recovery',
            },
        ),
        migrations.CreateModel(
            name='RefundTakenBack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('taken_back_on', models.DateField(verbose_name='taken back on')),
                ('taken_back_at', models.DateTimeField(verbose_name='taken back at')),
            ],
            options={
                'verbose_name': 'refund taken back',
                'verbose_name_plural': 'refunds taken back',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('reason__regex', '\\S')), name='refund_is_taken_back_with_a_reason'),
                    models.CheckConstraint(condition=models.Q(('reason__regex', '[[:cntrl:]]'), _negated=True), name='taken_back_text_is_plain'),
                ],
            },
        ),
        migrations.CreateModel(
            name='WriteOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', ledger.models.fields.FenField(decimal_places=2, max_digits=18, verbose_name='amount')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('paper', models.CharField(max_length=200, verbose_name='evidence')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed at')),
            ],
            options={
                'verbose_name': 'write-off of an overpaid benefit',
                'verbose_name_plural': 'write-offs of overpaid benefits',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='write_off_is_positive'),
                    models.CheckConstraint(condition=models.Q(('amount', models.Func(models.F('amount'), models.Value(2), function='round', output_field=ledger.models.fields.FenField(decimal_places=2, max_digits=18))), ('amount__gt', -10000000000000000), ('amount__lt', 10000000000000000)), name='write_off_is_exact'),
                    models.CheckConstraint(condition=models.Q(('reason__regex', '\\S'), ('paper__regex', '\\S')), name='write_off_has_its_reason'),
                    models.CheckConstraint(condition=models.Q(models.Q(('reason__regex', '[[:cntrl:]]'), _negated=True), models.Q(('paper__regex', '[[:cntrl:]]'), _negated=True)), name='write_off_text_is_plain'),
                ],
            },
        ),
        migrations.CreateModel(
            name='WriteOffDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_approved', models.BooleanField(verbose_name='approved')),
                ('decided_at', models.DateTimeField(verbose_name='decided at')),
                ('posting_date', models.DateField(blank=True, null=True, verbose_name='posting date')),
            ],
            options={
                'verbose_name': 'decision on a write-off',
                'verbose_name_plural': 'decisions on write-offs',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('is_approved', True), ('posting_date__isnull', False)), models.Q(('is_approved', False), ('posting_date', None)), _connector='OR'), name='write_off_has_its_day'),
                ],
            },
        ),
        migrations.AlterModelOptions(
            name='enrolment',
            options={'permissions': [('record_enrolment', 'may record facts of enrolments'), ('verify_beneficiary', 'may record in-person verifications'), ('certify_enrolment', 'may certify enrolments'), ('fund_benefits', 'may fund benefit accounts'), ('manage_recovery', 'may agree plans to recover overpaid benefits'), ('approve_recovery', 'may approve plans, write-offs and the taking back of refunds'), ('propose_rate', 'may propose values of schemes'), ('approve_rate', 'may approve values of schemes')], 'verbose_name': 'enrolment', 'verbose_name_plural': 'enrolments'},
        ),
        migrations.RemoveConstraint(
            model_name='recovery',
            name='recovery_has_its_ground',
        ),
        migrations.RemoveConstraint(
            model_name='recovery',
            name='refund_is_taken_once',
        ),
        migrations.AddField(
            model_name='accountcorrection',
            name='payable_from',
            field=models.DateField(blank=True, null=True, verbose_name='may be paid from'),
        ),
        migrations.AddField(
            model_name='recovery',
            name='booking',
            field=models.SmallIntegerField(db_default=1, default=1, verbose_name='booked for the time'),
        ),
        migrations.AddField(
            model_name='recovery',
            name='plan',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recoveries', to='payouts.recoveryplan', verbose_name='plan of recovery'),
        ),
        migrations.AddField(
            model_name='recoveryplan',
            name='share',
            field=ledger.models.fields.FenField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='share in percent'),
        ),
        migrations.AlterField(
            model_name='recoveryplan',
            name='instalment',
            field=ledger.models.fields.FenField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='instalment'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='accountcorrection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('payable_from__isnull', False), ('status', 'APPROVED')), models.Q(models.Q(('status', 'APPROVED'), _negated=True), ('payable_from', None)), _connector='OR'), name='correction_cools_off'),
        ),
        migrations.AddConstraint(
            model_name='recovery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('due__isnull', False), ('kind', 'OFFSET'), ('paid_on', None)), models.Q(('due', None), ('kind', 'PAID_IN'), ('paid_on__isnull', False), ('plan', None), models.Q(('paper', ''), _negated=True)), _connector='OR'), name='recovery_has_its_ground'),
        ),
        migrations.AddConstraint(
            model_name='recovery',
            constraint=models.UniqueConstraint(models.F('overpayment'), django.db.models.functions.text.Upper(django.db.models.functions.text.Replace(models.Func(models.F('paper'), output_field=models.TextField(), template='normalize(%(expressions)s, NFKC)'), models.Value(' '), models.Value(''))), models.F('booking'), condition=models.Q(('kind', 'PAID_IN')), name='refund_is_taken_once'),
        ),
        migrations.AddConstraint(
            model_name='recoveryplan',
            constraint=models.CheckConstraint(condition=models.Q(('share', models.Func(models.F('share'), models.Value(2), function='round', output_field=ledger.models.fields.FenField(decimal_places=2, max_digits=18))), ('share__gt', -10000000000000000), ('share__lt', 10000000000000000)), name='recovery_share_is_exact'),
        ),
        migrations.AddConstraint(
            model_name='recoveryplan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('instalment__isnull', False), ('share', None)), models.Q(('instalment', None), ('share__gt', 0), ('share__isnull', False), ('share__lte', 100)), _connector='OR'), name='recovery_plan_has_its_cap'),
        ),
        migrations.AddField(
            model_name='givingup',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='givings_up', to='payouts.payment', verbose_name='returned payment'),
        ),
        migrations.AddField(
            model_name='givingup',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, to_field='username', verbose_name='proposed by'),
        ),
        migrations.AddField(
            model_name='givingupdecision',
            name='decided_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, to_field='username', verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='givingupdecision',
            name='giving_up',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='payouts.givingup', verbose_name='giving up of a returned payment'),
        ),
        migrations.AddField(
            model_name='recoveryplandecision',
            name='decided_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, to_field='username', verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='recoveryplandecision',
            name='plan',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='payouts.recoveryplan', verbose_name='plan of recovery'),
        ),
        migrations.AddField(
            model_name='refundtakenback',
            name='recovery',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='taken_back', to='payouts.recovery', verbose_name='recovery of a benefit'),
        ),
        migrations.AddField(
            model_name='refundtakenback',
            name='taken_back_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, to_field='username', verbose_name='taken back by'),
        ),
        migrations.AddField(
            model_name='writeoff',
            name='overpayment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='write_offs', to='payouts.overpayment', verbose_name='overpaid benefit'),
        ),
        migrations.AddField(
            model_name='writeoff',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, to_field='username', verbose_name='proposed by'),
        ),
        migrations.AddField(
            model_name='writeoffdecision',
            name='decided_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, to_field='username', verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='writeoffdecision',
            name='write_off',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='payouts.writeoff', verbose_name='write-off of an overpaid benefit'),
        ),
        migrations.RunPython(install_recoveries, migrations.RunPython.noop),
    ]
