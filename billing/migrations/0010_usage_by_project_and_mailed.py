"""Usage knows the project of a chat, is summed faster, and is sent by mail."""

import django.db.models.deletion
import librechat.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0009_sums_of_accounts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='UsageMail',
            fields=[
                ('id', librechat.kernel.ids.ObjectIdField(default=librechat.kernel.ids.new_object_id, editable=False, max_length=24, primary_key=True, serialize=False)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(blank=True, choices=[('waiting', 'Waiting'), ('sending', 'Being sent'), ('sent', 'Sent'), ('failed', 'Failed'), ('unclear', 'Unclear')], max_length=8)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('detail', models.CharField(blank=True, max_length=200)),
                ('answer', models.CharField(blank=True, max_length=100)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='UsageMailing',
            fields=[
                ('id', librechat.kernel.ids.ObjectIdField(default=librechat.kernel.ids.new_object_id, editable=False, max_length=24, primary_key=True, serialize=False)),
                ('rhythm', models.CharField(choices=[('daily', 'Daily'), ('weekly', 'Weekly'), ('monthly', 'Monthly')], max_length=8)),
                ('due_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='usageday',
            name='usageday_once',
        ),
        migrations.RemoveConstraint(
            model_name='usagehour',
            name='usagehour_once',
        ),
        migrations.RemoveIndex(
            model_name='usageday',
            name='usageday_by_time',
        ),
        migrations.RemoveIndex(
            model_name='usagehour',
            name='usagehour_by_time',
        ),
        migrations.AddField(
            model_name='hold',
            name='project_id',
            field=models.CharField(blank=True, db_default='', default='', max_length=24),
        ),
        migrations.AddField(
            model_name='transaction',
            name='project_id',
            field=models.CharField(blank=True, db_default='', default='', max_length=24),
        ),
        migrations.AddField(
            model_name='usageday',
            name='person',
            field=models.ForeignObject(editable=False, from_fields=['user_id'], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL, to_fields=['id']),
        ),
        migrations.AddField(
            model_name='usageday',
            name='project_id',
            field=models.CharField(blank=True, db_default='', default='', max_length=24),
        ),
        migrations.AddField(
            model_name='usagehour',
            name='person',
            field=models.ForeignObject(editable=False, from_fields=['user_id'], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL, to_fields=['id']),
        ),
        migrations.AddField(
            model_name='usagehour',
            name='project_id',
            field=models.CharField(blank=True, db_default='', default='', max_length=24),
        ),
        migrations.AddIndex(
            model_name='usageday',
            index=models.Index(fields=['starts_at', 'user_id', 'model', 'calls', 'input_tokens', 'output_tokens', 'cache_write_tokens', 'cache_read_tokens', 'credits', 'estimated_calls'], name='usageday_sums'),
        ),
        migrations.AddIndex(
            model_name='usageday',
            index=models.Index(fields=['starts_at', 'model', 'context', 'calls', 'input_tokens', 'output_tokens', 'cache_write_tokens', 'cache_read_tokens', 'credits', 'estimated_calls'], name='usageday_drawn'),
        ),
        migrations.AddIndex(
            model_name='usagehour',
            index=models.Index(fields=['starts_at', 'user_id', 'model', 'calls', 'input_tokens', 'output_tokens', 'cache_write_tokens', 'cache_read_tokens', 'credits', 'estimated_calls'], name='usagehour_sums'),
        ),
        migrations.AddConstraint(
            model_name='usageday',
            constraint=models.UniqueConstraint(fields=('starts_at', 'user_id', 'model', 'endpoint', 'context', 'agent_id', 'api_key_id', 'project_id'), name='usageday_once'),
        ),
        migrations.AddConstraint(
            model_name='usagehour',
            constraint=models.UniqueConstraint(fields=('starts_at', 'user_id', 'model', 'endpoint', 'context', 'agent_id', 'api_key_id', 'project_id'), name='usagehour_once'),
        ),
        migrations.AddField(
            model_name='usagemail',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='usage_mails', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='usagemailing',
            name='view',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='mailing', to='billing.usageview'),
        ),
        migrations.AddField(
            model_name='usagemail',
            name='mailing',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='billing.usagemailing'),
        ),
        migrations.AddConstraint(
            model_name='usagemailing',
            constraint=models.CheckConstraint(condition=models.Q(('rhythm__in', ['daily', 'weekly', 'monthly'])), name='usage_mailing_rhythm_known'),
        ),
        migrations.AddConstraint(
            model_name='usagemail',
            constraint=models.UniqueConstraint(fields=('mailing', 'user'), name='usage_mail_once_for_each'),
        ),
        migrations.AddConstraint(
            model_name='usagemail',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('', 'waiting', 'sending', 'sent', 'failed', 'unclear'))), name='usage_mail_state_known'),
        ),
    ]
