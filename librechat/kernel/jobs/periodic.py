"""What is done in a rhythm: chores by every server process, schedules once over all of them."""

import asyncio
import logging
import time
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from typing_extensions import override

from librechat.kernel.registry import Registry

logger = logging.getLogger(__name__)

Chore: TypeAlias = Callable[[], Awaitable[object]]
AN_HOUR = 60 * 60
A_DAY = 24 * AN_HOUR
LONGEST_SECONDS = 7 * A_DAY  # the record of the last run is kept longer than this
NIGHT_SECONDS = 3 * AN_HOUR  # daily ones run between three and four, UTC


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A chore and its rhythm; it must be safe to run in several processes at once.

    needs_server: only a process that serves can do it, so ``runperiodic`` leaves it out.
    """

    name: str
    every_seconds: float
    chore: Chore
    needs_server: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """Work that is done once in its rhythm, whoever does it; time is cut into numbered slots.

    work: the dotted name of a function without arguments; the number it returns is shown.
    """

    name: str
    every_seconds: int
    work: str

    @property
    def _offset(self) -> int:
        spread = zlib.crc32(self.name.encode())
        if self.every_seconds >= A_DAY:
            return NIGHT_SECONDS + spread % AN_HOUR
        return spread % self.every_seconds

    def slot(self, moment: datetime) -> int:
        """Return the number of the slot a moment is in."""
        return int((moment.timestamp() - self._offset) // self.every_seconds)

    def begin(self, slot: int) -> datetime:
        """Return when a slot begins."""
        start = datetime.fromtimestamp(0, tz=UTC)
        return start + timedelta(seconds=slot * self.every_seconds + self._offset)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a chore or a schedule went: ``done``, ``failed``, or ``waiting`` for another try."""

    name: str
    outcome: str
    seconds: float
    detail: str = ""

    @override
    def __str__(self) -> str:
        """Return the line a person reads."""
        return f"{self.name}: {self.outcome} in {self.seconds:.1f} s {self.detail}".rstrip()


_scheduled: dict[str, Scheduled] = {}
SCHEDULES: Registry[Schedule] = Registry("schedule")


def schedule(name: str, *, every_seconds: float, chore: Chore, needs_server: bool = False) -> None:
    """Add a chore of every server process; called in ``AppConfig.ready()``."""
    _scheduled[name] = Scheduled(name, every_seconds, chore, needs_server)


def schedule_once(name: str, *, every_seconds: int, work: str) -> None:
    """Add work that one process does, once in its rhythm; called in ``AppConfig.ready()``.

    A slot nobody was there for is not made up for, but the one that runs is: a server that was
    down over night does at its start what was due at night, once.

    Raises:
        ValueError: the rhythm is longer than the record of the last run is kept.
    """
    if not 1 <= every_seconds <= LONGEST_SECONDS:
        raise ValueError(f"{name}: a schedule runs at least once in {LONGEST_SECONDS} seconds.")
    SCHEDULES.register(name, Schedule(name, every_seconds, work))


def scheduled() -> list[Scheduled]:
    """Return every chore."""
    return list(_scheduled.values())


async def run_once(item: Scheduled) -> Ran:
    """Run one chore; a failure is logged and does not end the rhythm."""
    begun = time.monotonic()
    try:
        value = await item.chore()
    except Exception as error:
        logger.exception("A periodic chore failed.", extra={"chore": item.name})
        detail = f"{type(error).__name__}: {error}"
        return Ran(item.name, "failed", time.monotonic() - begun, detail)
    detail = str(value) if isinstance(value, int) else ""
    return Ran(item.name, "done", time.monotonic() - begun, detail)


async def run_forever() -> None:
    """Run all chores, each at once and then in its rhythm, until cancelled."""

    async def repeat(item: Scheduled) -> None:
        while True:
            await run_once(item)
            await asyncio.sleep(item.every_seconds)

    async with asyncio.TaskGroup() as group:
        for item in scheduled():
            group.create_task(repeat(item), name=f"periodic:{item.name}")
