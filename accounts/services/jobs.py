"""What administrators do to jobs: each act is one conditional UPDATE, on record."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.limits.caller import Caller
from accounts.models import Job, User
from accounts.services.audit import Act, Target, audit_record
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError
from librechat.kernel.jobs import rows, schedules
from librechat.kernel.jobs.errors import JobCancelledError
from librechat.kernel.jobs.nudge import nudge


def job_retry(*, job: Job, by: User, caller: Caller | None = None) -> None:
    """Run a job that failed once more, with all its tries before it; one that waits, at once.

    Raises:
        ConflictError: it runs, or it is done; nothing was changed.
    """
    with transaction.atomic():
        found = Job.objects.filter(pk=job.pk, status__in=(rows.FAILED, rows.READY))
        if not found.update(
            status=rows.READY,
            run_after=rows.AT_ONCE,
            finished_at=None,
            worker_ids=[],
        ):
            raise ConflictError(_("Only a job that failed or waits can be run."))
        _record("job.retried", job, by, caller, {"error": job.exception_class_path})
        transaction.on_commit(nudge, robust=True)


def job_cancel(*, job: Job, by: User, caller: Caller | None = None) -> None:
    """End a job that waits or runs; one that runs is told so, and its effect is not kept.

    Raises:
        ConflictError: it has ended already; nothing was changed.
    """
    reason = JobCancelledError(f"Cancelled by {by.email}.")
    with transaction.atomic():
        found = Job.objects.filter(pk=job.pk, status__in=(rows.RUNNING, rows.READY))
        if not found.update(
            status=rows.FAILED,
            finished_at=clock.now(),
            exception_class_path=f"{JobCancelledError.__module__}.{JobCancelledError.__name__}",
            traceback=str(reason),
        ):
            raise ConflictError(_("The job has ended already."))
        _record("job.cancelled", job, by, caller, {"state": job.status})


def schedule_run_now(*, name: str, by: User, caller: Caller | None = None) -> Job:
    """Enqueue the work of a schedule beside its rhythm and return its job.

    Raises:
        NotFoundError: there is no such schedule.
        ConflictError: it waits or runs already; nothing was enqueued.
    """
    with transaction.atomic():
        if name in schedules.unfinished():
            raise ConflictError(_("It waits or runs already."))
        job = Job.objects.get(pk=schedules.enqueue_now(name).pk)
        _record("schedule.run", job, by, caller, {})
    return job


def _record(action: str, job: Job, by: User, caller: Caller | None, facts: dict[str, Any]) -> None:
    target = Target("job", str(job.pk), job.short_name)
    audit_record(
        Act(
            category="system",
            action=action,
            actor=by,
            target=target,
            metadata={**facts, "task": job.task_path, "queue": job.queue_name},
            caller=caller,
        ),
    )
