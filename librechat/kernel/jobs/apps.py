"""Registration of the jobs' table and of what tidies it."""

from django_tasks_db.apps import TasksAppConfig
from typing_extensions import override

from librechat.kernel.jobs.periodic import A_DAY, schedule_once


class JobsConfig(TasksAppConfig):
    """The library's table under a name that says what it is."""

    verbose_name = "Background work"  # on no page: the admin shows our proxy

    @override
    def ready(self) -> None:
        """Register the purge."""
        super().ready()
        schedule_once(
            "jobs_purge",
            every_seconds=A_DAY,
            work="librechat.kernel.jobs.retention.jobs_purge",
        )
