"""Watches a run: it ends by itself, is stopped, is lost to another process, or shut down."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from django.conf import settings

from agents.engine.offload import offload
from conversations.eventlog.log import EventLog
from conversations.generation.answer import Answer
from conversations.generation.endings import LOST, SHUT_DOWN, STOPPED, Ending
from conversations.generation.lease import renew
from conversations.models import Generation

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
LETTING_GO_SECONDS = 10.0


async def supervised(
    producing: Coroutine[Any, Any, Ending],
    *,
    stop: Coroutine[Any, Any, None],
    lease: Coroutine[Any, Any, None],
) -> Ending:
    """Run ``producing`` until it ends or one of the others does; cancel what is left.

    Being cancelled is how a process shuts its runs down, so it is an ending like the others.
    """
    producer = asyncio.create_task(producing)
    stopper, keeper = asyncio.create_task(stop), asyncio.create_task(lease)
    ending = SHUT_DOWN
    try:
        await asyncio.wait({producer, stopper, keeper}, return_when=asyncio.FIRST_COMPLETED)
        ending = STOPPED if stopper.done() else LOST
    except asyncio.CancelledError:
        logger.info("An answer was interrupted by a shutdown.")
    if producer.done():
        ending = producer.result()
    producer.cancel()
    await asyncio.wait({producer}, timeout=LETTING_GO_SECONDS)
    while watchers := [task for task in (stopper, keeper) if not task.done()]:
        # Again and again: Python 3.11's wait_for, which redis-py uses, can swallow it.
        for task in watchers:
            task.cancel()
        await asyncio.wait(watchers, timeout=0.05)
    return ending


async def stop_requested(log: EventLog, generation_id: str) -> None:
    """Return once somebody stops the generation; the log's store may come and go."""
    while True:
        try:
            return await log.wait_stop(generation_id)
        except Exception:  # whatever it is, it must not look like a stop
            logger.exception("A stop cannot be seen.", extra={"generation": generation_id})
            await asyncio.sleep(RETRY_SECONDS)


async def lease_lost(generation: Generation, answer: Answer) -> None:
    """Renew the lease and save the content so far, every so often; return when it was lost."""
    saved = answer.content()
    while True:
        await asyncio.sleep(settings.GENERATION_CHECKPOINT_SECONDS)
        content = answer.content()
        try:
            is_mine = await offload(
                renew,
                generation,
                None if content == saved else content,
                answer.sender,
            )
        except Exception:  # whatever it is, it must not look like a loss
            logger.exception("A checkpoint failed.", extra={"generation": generation.id})
            continue
        if not is_mine:
            return
        saved = content
