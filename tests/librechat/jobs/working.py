"""A worker, and the one job it has."""

from collections.abc import Callable
from datetime import UTC, datetime

from django_tasks_db.models import DBTaskResult

from librechat.kernel.jobs import rows
from librechat.kernel.jobs.worker import Worker

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HoldClock = Callable[[datetime], None]


def work() -> int:
    return Worker(name="a-worker").run_waiting()


def only() -> rows.Row:
    return DBTaskResult.objects.get()
