"""Stops a generation."""

import asyncio
import logging
from contextlib import aclosing

from accounts.models import User
from agents.engine.offload import offload
from conversations import access
from conversations.eventlog.events import Ended
from conversations.eventlog.log import EventLog
from conversations.eventlog.subscribe import event_log
from conversations.generation.parallel import rivals_of
from conversations.models import Generation

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 5.0


async def generation_stop(user: User, *, generation: Generation) -> bool:
    """Stop a run wherever it runs; False when it was over already.

    Returns when the partial answer is stored and announced, at the latest after five seconds:
    a runner that does not react has died, and recovery will end its generation.

    Raises:
        NotFoundError: it is not this person's.
        LogUnavailableError: the stop cannot reach the process that runs it.
    """
    fresh = await offload(access.generation_get, user, generation.id)
    if not fresh.is_active:
        return False
    log = event_log()
    await log.request_stop(generation.id)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await _ended(log, generation.id)
    except TimeoutError:
        logger.warning("A run did not react to its stop.", extra={"generation": generation.id})
    return True


async def generation_group_stop(user: User, *, generation: Generation) -> bool:
    """Stop a run and those that answer the same message beside it; False when it was over.

    Raises:
        NotFoundError, LogUnavailableError: as ``generation_stop``.
    """
    for rival in await offload(rivals_of, generation):
        if rival.is_active:
            await event_log().request_stop(rival.id)
    return await generation_stop(user, generation=generation)


async def _ended(log: EventLog, generation_id: str) -> None:
    async with aclosing(log.follow(generation_id)) as batches:
        async for batch in batches:
            if isinstance(batch[-1].event, Ended):
                return
