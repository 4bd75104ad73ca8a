from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("billing", "0004_receipt_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="budgetbucket",
            name="warned",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
