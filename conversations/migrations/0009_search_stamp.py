from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0008_title_order'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchStamp',
            fields=[
                ('version', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('reached', models.CharField(blank=True, max_length=24)),
                ('is_complete', models.BooleanField(default=False)),
            ],
        ),
    ]
