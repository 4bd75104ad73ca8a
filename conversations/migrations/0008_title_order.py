from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0007_archived_and_pinned_indexes'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['user', 'title', 'updated_at', 'id'], name='conversation_by_title'),
        ),
    ]
