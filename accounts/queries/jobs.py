"""What administrators read about jobs: nothing secret, and few queries."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.module_loading import import_string

from accounts.models import Job, User
from librechat.kernel import clock
from librechat.kernel.jobs import job as jobs
from librechat.kernel.jobs import rows
from librechat.kernel.jobs.schedules import last_line
from librechat.kernel.logs import SECRET_NAMES, redact

HIDDEN = "••••"
MAX_ERROR = 160
PERSON = "user_id"  # the argument by which jobs name whom they are for


def arguments_of(job: Job) -> dict[str, Any]:
    """Return name → value of a job's arguments, without what nobody may read."""
    given = {str(number): value for number, value in enumerate(job.args_kwargs.get("args", ()), 1)}
    named = given | job.args_kwargs.get("kwargs", {})
    if is_private(job):
        return dict.fromkeys(named, HIDDEN)
    return {name: _shown(name, value) for name, value in named.items()}


def is_private(job: Job) -> bool:
    """Return whether the job's arguments are shown to nobody; those of unknown ones are not."""
    try:
        task = import_string(job.task_path)
    except ImportError:
        return True
    return isinstance(task, jobs.Job) and task.policy.is_private


def error_line(traceback: str) -> str:
    """Return what a traceback, or the end of one, ends with; secrets are taken out."""
    return redact(last_line(traceback))[:MAX_ERROR]


def traceback_of(job: Job) -> str:
    """Return where the last try failed; secrets are taken out."""
    return redact(job.traceback)


def attempts_of(job: Job) -> int:
    """Return how often a worker took the job."""
    return len(job.worker_ids)


def deaths_of(job: Job) -> int:
    """Return how many of its workers died."""
    return sum(name.endswith(rows.DIED) for name in job.worker_ids)


def duration_of(job: Job, now: datetime | None = None) -> timedelta | None:
    """Return how long the last try took, or has taken so far."""
    if job.started_at is None or job.status == rows.READY:
        return None
    return (job.finished_at or now or clock.now()) - job.started_at


def people_of(shown: Iterable[Job]) -> Mapping[str, str]:
    """Return id → address of the people these jobs are for; one query."""
    ids = {person_id(job) for job in shown} - {""}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "email")) if ids else {}


def person_id(job: Job) -> str:
    """Return whom a job is for, if it says so."""
    return str(job.args_kwargs.get("kwargs", {}).get(PERSON, ""))


def _shown(name: str, value: object) -> object:
    if any(word in name.lower() for word in SECRET_NAMES):
        return HIDDEN
    return redact(value) if isinstance(value, str) else value
