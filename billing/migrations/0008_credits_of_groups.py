"""Balances and accounts of groups; a hold says whose balance it is held against."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q


def payers_name(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    holds = apps.get_model('billing', 'Hold').objects.using(schema.connection.alias)
    holds.filter(is_checked=True).update(payer='user')


def payers_forget(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    holds = apps.get_model('billing', 'Hold').objects.using(schema.connection.alias)
    holds.exclude(payer='operator').update(is_checked=True)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_ceilings_of_keys'),
        ('billing', '0007_classes_of_prices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='account', name='account_kind_known'),
        migrations.RemoveConstraint(model_name='account', name='account_of_house_has_no_person'),
        migrations.AlterField(
            model_name='account',
            name='kind',
            field=models.CharField(choices=[('user', 'User'), ('group', 'Group'), ('debt', 'Debt'), ('revenue', 'Revenue'), ('grants', 'Grants'), ('operator', 'Operator'), ('adjustment', 'Adjustment'), ('opening', 'Opening')], max_length=12),
        ),
        migrations.AddField(
            model_name='account',
            name='group',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='ledger_accounts', to='accounts.group'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=Q(('kind__in', ['user', 'group', 'debt', 'revenue', 'grants', 'operator', 'adjustment', 'opening'])), name='account_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=Q(('group', None), ('user', None)) | Q(('group', None), ('kind__in', ('user', 'debt'))) | Q(('kind__in', ('group', 'debt')), ('user', None)), name='account_owner_fits_kind'),
        ),
        migrations.AlterField(
            model_name='balance',
            name='user',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='balance', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='balance',
            name='group',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='balance', to='accounts.group'),
        ),
        migrations.AddConstraint(
            model_name='balance',
            constraint=models.CheckConstraint(condition=Q(('group', None), ('user__isnull', False)) | Q(('group__isnull', False), ('user', None)), name='balance_has_one_owner'),
        ),
        migrations.RemoveConstraint(model_name='hold', name='hold_credits_only_while_open'),
        migrations.AddField(
            model_name='hold',
            name='payer',
            field=models.CharField(choices=[('operator', 'Operator'), ('user', 'User'), ('group', 'Group')], default='operator', max_length=8),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='hold',
            name='is_checked',
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(payers_name, payers_forget),
        migrations.RemoveField(model_name='hold', name='is_checked'),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=Q(('payer__in', ('operator', 'user'))) | (Q(('payer', 'group')) & ~Q(('team_id', ''))), name='hold_payer_known'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=Q(('credits', 0)) | Q(('credits__gt', 0), ('payer__in', ('user', 'group')), ('state', 'open')), name='hold_credits_only_while_open'),
        ),
        migrations.AddField(
            model_name='transaction',
            name='group',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='transactions', to='accounts.group'),
        ),
        migrations.AddIndex(
            model_name='transaction',
            index=models.Index(condition=Q(('group__isnull', False)), fields=['group', '-created_at'], name='transaction_by_group'),
        ),
    ]
