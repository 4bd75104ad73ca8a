"""How many jobs wait and failed."""

from dataclasses import dataclass

from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from librechat.kernel.jobs.rows import waiting


@dataclass(frozen=True, slots=True)
class Queue:
    """Jobs that could run now, and those that failed for good."""

    waiting: int
    failed: int


def jobs_waiting() -> Queue:
    """Return how the queue stands; two queries."""
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).count()
    return Queue(waiting().count(), failed)
