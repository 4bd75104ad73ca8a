"""Jobs to try the machinery with; ``DONE`` is what they did, in order."""

from threading import Event
from typing import Any

from accounts.models import Group
from librechat.kernel.errors import AppError
from librechat.kernel.jobs.attempts import JobContext
from librechat.kernel.jobs.errors import HandBackError, TryAgainError
from librechat.kernel.jobs.job import job

DONE: list[object] = []
GATE, REACHED = Event(), Event()


class BusyError(AppError):
    """A server that says when to come back."""

    code = "invalid_input"


@job()
def note(value: object) -> object:
    """Remember a value."""
    DONE.append(value)
    return value


@job(retries=2, backoff_seconds=10)
def stumble(value: str) -> None:
    """Fail for a reason that passes."""
    DONE.append(value)
    raise TryAgainError("Not now.")


@job(retries=2, backoff_seconds=10)
def wait_for_them(seconds: float) -> None:
    """Fail as a server that says how long it will be busy."""
    raise BusyError("Busy.", retry_after_seconds=seconds)


@job()
def break_down() -> None:
    """Fail for good."""
    raise ValueError("api_key=sk-abcdefgh12345678 is wrong")


@job()
def leave() -> None:
    """Want the process to end."""
    raise SystemExit(3)


@job(is_atomic=True)
def found_group(name: str) -> str:
    """Add a group, in one piece with the end."""
    Group.objects.create(name=name)
    DONE.append(name)
    return name


@job(is_atomic=True)
def found_group_and_break(name: str) -> None:
    """Add a group and fail."""
    Group.objects.create(name=name)
    raise ValueError(name)


@job(takes_context=True)
def found_group_late(context: JobContext, name: str, *, then: str = "") -> None:
    """Add a group together with the end; afterwards fail if told to."""
    with context.effect():
        Group.objects.create(name=name)
    if then:
        raise ValueError(then)


@job(takes_context=True)
def wait_at_the_gate(context: JobContext, name: str) -> None:
    """Stop in the middle until the test opens the gate, then add a group with the end."""
    REACHED.set()
    assert GATE.wait(20)
    DONE.append((context.attempt, context.is_stopping))
    with context.effect():
        Group.objects.create(name=name)


@job(takes_context=True)
def go_on_elsewhere(context: JobContext) -> None:
    """A long job that hands back when the process stops."""
    REACHED.set()
    while not context.is_stopping:
        context.run.stopping.wait(0.01)
    raise HandBackError("The process stops.")


@job(is_private=True)
def keep_quiet(secret: str) -> None:
    """Have arguments nobody may read."""
    if secret == "wrong":
        raise ValueError("It is wrong.")


@job()
async def note_async(value: object) -> None:
    """Remember a value, in a coroutine."""
    DONE.append(value)


def plain(*_given: Any) -> None:
    """Be no job at all."""


def count_to_three() -> int:
    """Be the work of a schedule."""
    DONE.append("three")
    return 3


def count_badly() -> int:
    """Be the work of a schedule that fails."""
    DONE.append("bad")
    raise ValueError("One, two, four.")
