"""Jobs as administrators see them: the rows of ``django_tasks_db`` under our own name."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult
from typing_extensions import override


class Job(DBTaskResult[Any, Any]):
    """A job that waits, runs or has ended; ``kernel/jobs`` writes it."""

    class Meta:
        proxy = True
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    @override
    def __str__(self) -> str:
        return f"{self.short_name} {self.pk}"

    @property
    def short_name(self) -> str:
        """The function, and the schedule when it does the work of one."""
        function = self.task_path.rpartition(".")[2]
        schedule = self.args_kwargs.get("kwargs", {}).get("name", "")
        return str(schedule) if function == "schedule_run" and schedule else function
