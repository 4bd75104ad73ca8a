"""The rows of jobs: every step is one conditional UPDATE, so that no two workers take it.

A job that runs holds a lease: ``run_after`` is when it ends, ``started_at`` tells one attempt
from the next, ``worker_ids`` names who tried it.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from traceback import format_exception
from typing import Any, TypeAlias
from uuid import UUID

from django.conf import settings
from django.db import connections
from django.db.models import Min, Q, QuerySet
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from librechat.kernel import clock
from librechat.kernel.jobs.errors import WorkerDiedError

READY, RUNNING = TaskResultStatus.READY, TaskResultStatus.RUNNING
FAILED, SUCCESSFUL = TaskResultStatus.FAILED, TaskResultStatus.SUCCESSFUL
AT_ONCE = get_date_max()  # what the library writes for "no moment given"
DIED = " †"
MAX_DEATHS = 5
CANDIDATES = 8
MAX_TRACEBACK = 20_000
Row: TypeAlias = DBTaskResult[Any, Any]
Rows: TypeAlias = QuerySet[Row]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A job in the hands of a worker; writes of an earlier attempt change nothing."""

    id: UUID
    started_at: datetime
    worker_ids: tuple[str, ...]

    @property
    def failures(self) -> int:
        """How many tries there were, this one included; those whose worker died do not count."""
        return sum(not name.endswith(DIED) for name in self.worker_ids)

    def held(self) -> Rows:
        """Return the row, unless it was cancelled or given away."""
        rows = DBTaskResult.objects.filter(pk=self.id, status=RUNNING)
        return rows.filter(started_at=self.started_at)


def lease() -> timedelta:
    """Return how long a silent worker keeps its job."""
    return timedelta(seconds=settings.JOBS_LEASE_SECONDS)


def waiting(queues: tuple[str, ...] = ()) -> Rows:
    """Return the jobs whose moment has come; without queues, of all."""
    found = DBTaskResult.objects.filter(status=READY)
    found = found.filter(Q(run_after=AT_ONCE) | Q(run_after__lte=clock.now()))
    return found.filter(queue_name__in=queues) if queues else found


def next_moment(within: timedelta, queues: tuple[str, ...] = ()) -> datetime | None:
    """Return when the next job that waits for a moment is due, if that is soon."""
    found = DBTaskResult.objects.filter(status=READY, run_after__lte=clock.now() + within)
    found = found.filter(queue_name__in=queues) if queues else found
    moment: datetime | None = found.order_by().aggregate(moment=Min("run_after"))["moment"]
    return moment


def claim(worker_id: str, queues: tuple[str, ...] = ()) -> tuple[Row, Attempt] | None:
    """Take the first job that waits; None when there is none."""
    while found := list(waiting(queues)[:CANDIDATES]):
        for row in found:
            attempt = claim_row(row, worker_id)
            if attempt is not None:
                return row, attempt
    return None


def claim_row(row: Row, worker_id: str) -> Attempt | None:
    """Take this job, unless somebody else has."""
    now = clock.now()
    if row.started_at is not None:  # attempts must differ, even when the clock stands still
        now = max(now, row.started_at + timedelta(microseconds=1))
    names = [*row.worker_ids, worker_id]
    ready = DBTaskResult.objects.filter(pk=row.pk, status=READY, run_after=row.run_after)
    taken = ready.update(
        status=RUNNING,
        started_at=now,
        finished_at=None,
        worker_ids=names,
        run_after=now + lease(),
    )
    if not taken:
        return None
    row.status, row.started_at, row.worker_ids = RUNNING, now, names
    return Attempt(row.pk, now, tuple(names))


def renew(attempt: Attempt) -> bool:
    """Keep the lease; False when the job is no longer this worker's."""
    return bool(attempt.held().update(run_after=clock.now() + lease()))


def succeed(attempt: Attempt, value: object, *, forget: bool) -> bool:
    """End an attempt well; False when it is not this worker's any more.

    forget: the arguments are taken out.
    """
    changes: dict[str, object] = {
        "status": SUCCESSFUL,
        "finished_at": clock.now(),
        "return_value": value,
        "exception_class_path": "",
        "traceback": "",
    }
    if forget:
        changes["args_kwargs"] = {"args": [], "kwargs": {}}
    return bool(attempt.held().update(**changes))


def fail(attempt: Attempt, error: BaseException) -> bool:
    """End an attempt for good."""
    changes = {"status": FAILED, "finished_at": clock.now(), **_told(error)}
    return bool(attempt.held().update(**changes))


def put_off(attempt: Attempt, error: BaseException, seconds: float) -> bool:
    """Let a job wait for its next try; what was wrong stays readable."""
    moment = clock.now() + timedelta(seconds=seconds)
    return bool(attempt.held().update(status=READY, run_after=moment, **_told(error)))


def hand_back(attempt: Attempt) -> bool:
    """Let another worker go on at once; this was no attempt."""
    names = list(attempt.worker_ids[:-1])
    return bool(attempt.held().update(status=READY, run_after=AT_ONCE, worker_ids=names))


def reap() -> int:
    """Put back the jobs of workers that died; return how many.

    After so many deaths the job itself is what kills them: it fails.
    """
    late = DBTaskResult.objects.filter(status=RUNNING, run_after__lte=clock.now())
    return sum(_reaped(row) for row in list(late.order_by("run_after")[:100]))


def _reaped(row: Row) -> bool:
    names = [*row.worker_ids[:-1], f"{row.worker_ids[-1]}{DIED}"] if row.worker_ids else []
    changes: dict[str, object] = {"status": READY, "run_after": AT_ONCE, "worker_ids": names}
    deaths = sum(name.endswith(DIED) for name in names)
    if deaths >= MAX_DEATHS:
        error = WorkerDiedError(f"The worker died {deaths} times while it ran this job.")
        changes |= {"status": FAILED, "finished_at": clock.now(), **_told(error)}
    # Only as it was read: a worker that was merely slow may have renewed it, or have ended it.
    seen = DBTaskResult.objects.filter(pk=row.pk, status=RUNNING, run_after=row.run_after)
    return bool(seen.filter(started_at=row.started_at).update(**changes))


def _told(error: BaseException) -> dict[str, object]:
    text = "".join(format_exception(error))
    return {
        "exception_class_path": f"{type(error).__module__}.{type(error).__qualname__}",
        "traceback": text[-MAX_TRACEBACK:],
        "return_value": None,
    }


@contextlib.contextmanager
def connection_for_a_while() -> Iterator[None]:
    """Give connections back afterwards; an open SQLite file stays with its thread."""
    try:
        yield
    finally:
        for connection in connections.all(initialized_only=True):
            has_ended = not connection.in_atomic_block
            if has_ended and (connection.vendor != "sqlite" or connection.errors_occurred):
                connection.close()
