"""Mails that waited when a backup was made: they were sent since, or are out of date."""

from django_tasks_db.models import DBTaskResult

from librechat.kernel import clock
from librechat.kernel.jobs.errors import JobCancelledError
from librechat.kernel.jobs.rows import FAILED, READY, RUNNING

QUEUE = "mail"
REASON = (
    "This mail waited when the backup was made. A restore does not send it again: it may have"
    " been sent meanwhile, and its link may be out of date."
)


def letters_stop(alias: str) -> int:
    """Let waiting mails of a restored database fail with a reason; return how many."""
    waiting = DBTaskResult.objects.using(alias).filter(
        queue_name=QUEUE, status__in=(READY, RUNNING)
    )
    error = f"{JobCancelledError.__module__}.{JobCancelledError.__qualname__}"
    return waiting.update(
        status=FAILED, finished_at=clock.now(), exception_class_path=error, traceback=REASON
    )
