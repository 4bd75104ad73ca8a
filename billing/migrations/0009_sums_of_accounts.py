"""Sums of accounts are read from an index."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0008_credits_of_groups'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['account', 'credits'], name='entry_by_account'),
        ),
    ]
