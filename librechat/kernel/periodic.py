"""Chores every server process does now and then."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

logger = logging.getLogger(__name__)

Chore: TypeAlias = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A chore and its rhythm; it must be safe to run in several processes at once."""

    name: str
    every_seconds: float
    chore: Chore


_scheduled: dict[str, Scheduled] = {}


def schedule(name: str, *, every_seconds: float, chore: Chore) -> None:
    """Add a chore; called in ``AppConfig.ready()``."""
    _scheduled[name] = Scheduled(name, every_seconds, chore)


def scheduled() -> list[Scheduled]:
    """Return every chore."""
    return list(_scheduled.values())


async def run_once(item: Scheduled) -> None:
    """Run one chore; a failure is logged and does not end the rhythm."""
    try:
        await item.chore()
    except Exception:
        logger.exception("A periodic chore failed.", extra={"chore": item.name})


async def run_forever() -> None:
    """Run all chores, each at once and then in its rhythm, until cancelled."""

    async def repeat(item: Scheduled) -> None:
        while True:
            await run_once(item)
            await asyncio.sleep(item.every_seconds)

    async with asyncio.TaskGroup() as group:
        for item in scheduled():
            group.create_task(repeat(item), name=f"periodic:{item.name}")
