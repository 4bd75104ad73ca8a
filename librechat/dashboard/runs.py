"""Jobs that a page starts: how the last ones went, and whether one is under way."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import Job
from accounts.queries.jobs import error_line
from librechat.kernel.jobs import rows
from librechat.kernel.jobs.job import Job as Task

SHOWN = 10
REFRESH_SECONDS = 2
STEP_SECONDS = 0.5
REMEMBERED_SECONDS = 3600
STATES: dict[str, StrOrPromise] = {
    rows.READY: _("waits"),
    rows.RUNNING: _("is running"),
    rows.SUCCESSFUL: _("done"),
    rows.FAILED: _("failed"),
}


@dataclass(frozen=True, slots=True)
class Run:
    """A job as the page shows it. given: its arguments. result: what it returned."""

    task: str
    state: StrOrPromise
    is_over: bool
    began: datetime
    given: dict[str, Any]
    result: dict[str, Any]
    problem: str
    progress: str


@dataclass(slots=True)
class Progress:
    """Hears how far long work is and keeps it where pages look; a ``Told``."""

    job_id: str
    what: str = ""
    unit: str = ""
    total: int = 0
    done: int = 0
    _told_at: float = field(default=0.0)

    def begin(self, what: str, total: int, unit: str) -> None:
        """Begin something of so many units."""
        self.what, self.total, self.unit, self.done, self._told_at = what, total, unit, 0, 0.0
        self.step(0)

    def step(self, units: int) -> None:
        """Tell that so many more are done."""
        self.done += units
        moment = time.monotonic()
        if moment - self._told_at >= STEP_SECONDS:
            self._told_at = moment
            text = f"{self.what}: {self.done:,} / {self.total:,}{self.unit}"
            cache.set(_key(self.job_id), text, REMEMBERED_SECONDS)


def runs_of(*tasks: Task[Any, Any]) -> list[Run]:
    """Return the last jobs of these functions, newest first."""
    found = Job.objects.filter(task_path__in=[task.module_path for task in tasks])
    return [_run(job) for job in found.order_by("-enqueued_at")[:SHOWN]]


def is_busy(*tasks: Task[Any, Any]) -> bool:
    """Return whether a job of these functions waits or runs."""
    paths = [task.module_path for task in tasks]
    return Job.objects.filter(task_path__in=paths, status__in=(rows.READY, rows.RUNNING)).exists()


def _run(job: rows.Row) -> Run:
    result = job.return_value if isinstance(job.return_value, dict) else {}
    return Run(
        task=job.task_path.rpartition(".")[2],
        state=STATES.get(job.status, job.status),
        is_over=job.status in {rows.SUCCESSFUL, rows.FAILED},
        began=job.enqueued_at,
        given=job.args_kwargs.get("kwargs", {}),
        result=result,
        problem=str(result.get("problem", "")) or error_line(job.traceback),
        progress=str(cache.get(_key(str(job.pk)), "")),
    )


def _key(job_id: str) -> str:
    return f"run-progress:{job_id}"
