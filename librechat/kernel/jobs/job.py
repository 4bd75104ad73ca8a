"""A job: a task of ``django_tasks`` with a rule for failures and a key."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import SystemRandom
from typing import Any, Concatenate, Literal, ParamSpec, Self, TypeVar, overload

from django.db import InterfaceError, OperationalError
from django_tasks.base import DEFAULT_TASK_QUEUE_NAME, Task
from typing_extensions import override

from librechat.kernel.errors import AppError
from librechat.kernel.jobs.errors import TryAgainError

P = ParamSpec("P")
T = TypeVar("T")

# A line that broke, a server that is busy: the same call may work a moment later.
PASSING = (TryAgainError, ConnectionError, TimeoutError, OperationalError, InterfaceError)
JITTER = 0.25
_chance = SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What follows when a job fails, and what is kept of it.

    retries: how often it is tried again. backoff_seconds: before the first retry, doubled each
    time up to longest_seconds, a quarter more or less by chance. retry_on: errors that pass,
    beside the usual ones. is_atomic: the job is one transaction that also holds its end, so its
    rows are written exactly once. is_private: arguments are shown to nobody and go with success.
    """

    retries: int = 5
    backoff_seconds: float = 2
    longest_seconds: float = 3600
    retry_on: tuple[type[Exception], ...] = ()
    is_atomic: bool = False
    is_private: bool = False

    def wait_seconds(self, error: BaseException, failures: int) -> float | None:
        """Return how long to wait after so many failures; None when a retry does not help."""
        asked = error.data.get("retry_after_seconds") if isinstance(error, AppError) else None
        passes = isinstance(error, PASSING + self.retry_on) or asked is not None
        if not passes or failures > self.retries:
            return None
        wait: float = min(self.backoff_seconds * 2 ** (failures - 1), self.longest_seconds)
        wait *= _chance.uniform(1 - JITTER, 1 + JITTER)  # spreads the load
        return max(wait, float(asked)) if isinstance(asked, int | float) else wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Task[P, T]):
    """A function that a worker calls.

    key: of all jobs of this function that carry the same key one runs; the others are it.
    """

    policy: Policy = Policy()
    key: str = ""

    @override
    def using(
        self,
        *,
        priority: int | None = None,
        queue_name: str | None = None,
        run_after: datetime | None = None,
        backend: str | None = None,
        key: str = "",
    ) -> Self:
        """Return the job with another queue, moment, priority or key."""
        # Named, because super() without names does not work in a class with slots.
        changed = Task.using(
            self,
            priority=priority,
            queue_name=queue_name,
            run_after=run_after,
            backend=backend,
        )
        return replace(changed, key=key) if key else changed


@overload
def job(
    *,
    queue_name: str = ...,
    priority: int = ...,
    takes_context: Literal[True],
    **policy: Any,
) -> Callable[[Callable[Concatenate[Any, P], T]], Job[P, T]]: ...


@overload
def job(
    *,
    queue_name: str = ...,
    priority: int = ...,
    takes_context: Literal[False] = ...,
    **policy: Any,
) -> Callable[[Callable[P, T]], Job[P, T]]: ...


def job(
    *,
    queue_name: str = DEFAULT_TASK_QUEUE_NAME,
    priority: int = 0,
    takes_context: bool = False,
    **policy: Any,
) -> Callable[[Callable[..., Any]], Job[..., Any]]:
    """Return a decorator that makes a function of a module a job.

    takes_context: the function's first argument is ``context``, a ``JobContext``.
    policy: the fields of ``Policy``.
    """
    rule = Policy(**policy)

    def decorate(function: Callable[..., Any]) -> Job[..., Any]:
        return Job(
            func=function,
            queue_name=queue_name,
            priority=priority,
            takes_context=takes_context,
            policy=rule,
        )

    return decorate
