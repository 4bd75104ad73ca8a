"""Runs generations as tasks on this process's loop."""

import asyncio
import logging
from functools import partial

from conversations.errors import NotAcceptingError
from conversations.generation import runner
from conversations.generation.runner import Claimed

logger = logging.getLogger(__name__)

CLOSING_SECONDS = 10.0


class _Process:
    """What this process is running; strong references, for a loop keeps only weak ones."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.is_draining = False


_process = _Process()


def bind_loop(loop: asyncio.AbstractEventLoop | None) -> None:
    """Run generations on this loop from now on; None when the process stops serving."""
    _process.loop = loop
    _process.is_draining = False
    _process.tasks = {}


def bound_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop of this process's generations, if it serves."""
    return _process.loop


def is_running(generation_id: str) -> bool:
    """Return whether this process runs the generation now."""
    return generation_id in _process.tasks


def check_accepting() -> None:
    """Do nothing, unless the process is shutting down.

    Raises:
        NotAcceptingError: it is.
    """
    if _process.is_draining:
        raise NotAcceptingError


def has_loop() -> bool:
    """Return whether this process runs what it starts."""
    return _process.loop is not None and not _process.loop.is_closed()


def dispatch(generation_id: str, claimed: Claimed | None = None) -> None:
    """Start a generation's run; from any thread, returns at once.

    ``claimed``: the generation itself, where its row was stored as this process's; another is
    claimed first. Without a loop it stays queued, and recovery ends it as interrupted.
    """
    loop = _process.loop
    if loop is None or loop.is_closed():
        logger.warning("No loop runs generations here.", extra={"generation": generation_id})
        return
    loop.call_soon_threadsafe(partial(_start, generation_id, claimed))


async def drain(grace_seconds: float) -> None:
    """Take no new work, let running answers end for a while, then interrupt the rest.

    An interrupted run still stores what it has and says so in its log.
    """
    _process.is_draining = True
    await _wait(grace_seconds)
    for task in _process.tasks.values():
        task.cancel()
    await _wait(CLOSING_SECONDS)


async def _wait(seconds: float) -> None:
    running = list(_process.tasks.values())
    if running:
        await asyncio.wait(running, timeout=seconds)


def _start(generation_id: str, claimed: Claimed | None) -> None:
    tasks = _process.tasks
    if _process.is_draining or generation_id in tasks:
        return
    work = _guarded(generation_id, claimed)
    task = asyncio.get_running_loop().create_task(work, name=generation_id)
    tasks[generation_id] = task
    task.add_done_callback(lambda _: tasks.pop(generation_id, None))


async def _guarded(generation_id: str, claimed: Claimed | None) -> None:
    """Run; a failure that even the runner could not store is logged, and recovery ends it."""
    try:
        await runner.run(generation_id, claimed)
    except Exception:
        logger.exception("A run broke off.", extra={"generation": generation_id})
