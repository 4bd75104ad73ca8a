"""Where jobs wait: rows of the database, written with the data they belong to."""

from importlib import import_module
from typing import Any
from uuid import UUID, uuid4, uuid5

from asgiref.sync import sync_to_async
from django.db import transaction
from django_tasks.utils import normalize_json
from django_tasks_db.backend import DatabaseBackend
from typing_extensions import override

from librechat.kernel import clock
from librechat.kernel.jobs.job import Job
from librechat.kernel.jobs.nudge import nudge

KEYS = UUID("5a9c1f0e-6d0b-4f0e-9f5d-3d6b5f2f6c11")


def keyed_id(path: str, key: str) -> UUID:
    """Return the id of the one job of a function that carries this key."""
    return uuid5(KEYS, f"{path}:{key}")


class JobBackend(DatabaseBackend):
    """The database backend, with keys and with a nudge for this process's workers.

    A job that is enqueued in a transaction is there when the transaction holds, and only then.
    """

    task_class: Any = Job

    @override
    def _task_to_db_task(self, task: Any, args: Any, kwargs: Any) -> Any:
        models = import_module("django_tasks_db.models")  # not there while apps are set up
        key = getattr(task, "key", "")
        row = models.DBTaskResult(
            id=keyed_id(task.module_path, key) if key else uuid4(),
            args_kwargs=normalize_json({"args": args, "kwargs": kwargs}),
            priority=task.priority,
            task_path=task.module_path,
            queue_name=task.queue_name,
            run_after=task.run_after or models.get_date_max(),
            backend_name=self.alias,
            enqueued_at=clock.now(),
        )
        models.DBTaskResult.objects.bulk_create([row], ignore_conflicts=bool(key))
        transaction.on_commit(nudge, robust=True)
        return models.DBTaskResult.objects.get(pk=row.pk) if key else row

    @override
    async def _atask_to_db_task(self, task: Any, args: Any, kwargs: Any) -> Any:
        return await sync_to_async(self._task_to_db_task)(task, args, kwargs)
