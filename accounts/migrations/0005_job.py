"""Jobs under our own name, and what finding them quickly needs."""

from django.db import migrations

TABLE = "django_tasks_database_dbtaskresult"


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0004_provider_token"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("django_tasks_database.dbtaskresult",),
        ),
        # The table is the library's: its own indexes find what waits, not what runs or is newest.
        migrations.RunSQL(
            f"CREATE INDEX jobs_by_state ON {TABLE} (status, run_after)",
            "DROP INDEX jobs_by_state",
        ),
        migrations.RunSQL(
            f"CREATE INDEX jobs_by_age ON {TABLE} (enqueued_at)",
            "DROP INDEX jobs_by_age",
        ),
    ]
