from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_settings_history_and_terms'),
    ]

    operations = [
        migrations.AddField(
            model_name='apikey',
            name='ceilings',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
    ]
