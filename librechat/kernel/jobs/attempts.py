"""One attempt at a job: calling it, ending it, deciding what follows when it fails."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any, TypeAlias

from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.db.utils import DatabaseError
from django_tasks.base import Task, TaskContext
from django_tasks.utils import normalize_json

from librechat.kernel import failpoints
from librechat.kernel.jobs import rows
from librechat.kernel.jobs.errors import HandBackError, JobLostError
from librechat.kernel.jobs.job import Job, Policy
from librechat.kernel.jobs.nudge import nudge
from librechat.kernel.jobs.rows import Attempt, Row

logger = logging.getLogger(__name__)

AnyTask: TypeAlias = Task[Any, Any]
TRIES_TO_WRITE = 5
UNKNOWN = (ImportError, AttributeError, SuspiciousOperation)


@dataclass(slots=True)
class Run:
    """An attempt that is under way in this process.

    stopping: set when the process ends or the job is no longer ours. is_done: its end is written.
    """

    attempt: Attempt
    policy: Policy = field(default_factory=Policy)
    stopping: Event = field(default_factory=Event)
    is_done: bool = False

    def end(self, value: object) -> None:
        """Write that the job succeeded.

        Raises:
            JobLostError: it is not ours any more; inside a transaction that takes all back.
        """
        value = normalize_json(value)
        if not rows.succeed(self.attempt, value, forget=self.policy.is_private):
            raise JobLostError("The job was cancelled or given to another worker.")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext(TaskContext):
    """What a job that asks for it is given."""

    run: Run

    @property
    def is_stopping(self) -> bool:
        """Whether a long job should raise ``HandBackError`` soon."""
        return self.run.stopping.is_set()

    @contextmanager
    def effect(self) -> Iterator[None]:
        """Open the transaction that holds the job's effect and its end; the last thing it does.

        Either both are there or neither is, so that the effect is there once, whoever dies when.

        Raises:
            JobLostError: the job was cancelled or given away; nothing was written.
        """
        with transaction.atomic(durable=True):
            yield
            failpoints.hit("before_job_end")
            self.run.end(None)
        self.run.is_done = True


def attempt_run(row: Row, run: Run) -> None:
    """Do a claimed job and write how it went; never raises for what the job does."""
    facts = {"job": str(row.pk), "task": row.task_path, "attempt": len(row.worker_ids)}
    begun = time.monotonic()
    failpoints.hit("job_claimed")
    try:
        task: Any = row.task  # typed as Django 6's
        run.policy = task.policy if isinstance(task, Job) else Policy()
        _work(task, row, run)
    except HandBackError:
        rows.hand_back(run.attempt)
        logger.info("A job was handed back.", extra=facts)
    except JobLostError:
        logger.warning("A job was cancelled or given away while it ran.", extra=facts)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it was, the row says so
        _failed(run, error, facts)
    else:
        logger.info("A job is done.", extra={**facts, "seconds": _since(begun)})


def _work(task: AnyTask, row: Row, run: Run) -> None:
    if run.policy.is_atomic:
        with transaction.atomic(durable=True):
            value = _called(task, row, run)
            failpoints.hit("before_job_end")
            run.end(value)
        run.is_done = True
    else:
        value = _called(task, row, run)
        failpoints.hit("before_job_end")
        if not run.is_done:
            _insist(lambda: run.end(value))
            run.is_done = True
    failpoints.hit("after_job_end")


def _called(task: AnyTask, row: Row, run: Run) -> object:
    given, named = row.args_kwargs["args"], row.args_kwargs["kwargs"]
    if task.takes_context:
        result: Any = row.task_result
        context = JobContext(task_result=result, run=run)
        return task.call(context, *given, **named)
    return task.call(*given, **named)


def _failed(run: Run, error: BaseException, facts: dict[str, object]) -> None:
    if run.is_done:  # the effect stands; what came after it cannot undo it
        logger.error("A job failed after its effect was kept.", exc_info=error, extra=facts)
        return
    wait = run.policy.wait_seconds(error, run.attempt.failures)
    if wait is None:
        _insist(lambda: rows.fail(run.attempt, error))
        logger.error("A job failed.", exc_info=error, extra=facts)
        return
    _insist(lambda: rows.put_off(run.attempt, error, wait))
    nudge()  # a worker that sleeps counts with the new moment
    extra = {**facts, "reason": str(error)[:200], "seconds": round(wait, 1)}
    logger.warning("A job will be tried again.", extra=extra)


def _insist(write: Callable[[], object]) -> None:
    """Write an outcome; a database that stumbles is asked again before the lease decides."""
    for left in range(TRIES_TO_WRITE, 0, -1):
        try:
            write()
        except DatabaseError:
            if left == 1:
                raise
            time.sleep(0.2)
        else:
            return


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 3)
