"""Which generation a reader may attach to, and reading its log with a pulse."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from agents.engine.offload import offload
from conversations import access
from conversations.errors import InvalidMomentError, StreamNotFoundError
from conversations.eventlog.events import Entry
from conversations.eventlog.subscribe import event_log
from conversations.models import Generation
from conversations.queries.turns import sender_of
from conversations.streaming.librechat_frames import RunFacts
from librechat.kernel.errors import NotFoundError

MAX_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Attached:
    """A generation, and what its frames say beside its events."""

    generation: Generation
    facts: RunFacts


def milliseconds_of(text: str) -> int | None:
    """Return the moment a client names its generation by; None when it names none.

    Raises:
        InvalidMomentError: not a whole number.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > MAX_DIGITS:
        raise InvalidMomentError
    return int(text)


def attachable(user: User, stream_id: str, created_ms: int | None) -> Attached:
    """Return the generation a client may attach to, unless ``check_there`` objects.

    Raises:
        StreamNotFoundError: there is none.
        GenerationReplacedError: another one took its place.
    """
    try:
        generation = access.generation_for_stream(user, stream_id, created_ms)
    except NotFoundError as exc:
        raise StreamNotFoundError from exc
    facts = RunFacts(
        conversation_id=generation.conversation.conversation_id,
        response_message_id=generation.response_message_id,
        sender=sender_of(generation),
        endpoint=generation.endpoint,
        model=generation.model,
    )
    return Attached(generation, facts)


async def check_there(generation: Generation) -> None:
    """Do nothing if a generation runs, or is over for less than a minute.

    Raises:
        StreamNotFoundError: its log is forgotten.
    """
    if not generation.is_active and not await event_log().exists(generation.id):
        raise StreamNotFoundError


async def is_gone(generation_id: str) -> bool:
    """Return whether a silent generation will never say anything again."""
    if await event_log().exists(generation_id):
        return False
    active = Generation.objects.active().filter(pk=generation_id)
    return not await offload(active.exists)


async def paced(
    batches: AsyncIterator[list[Entry]],
    seconds: float,
    *,
    until: asyncio.Event | None = None,
) -> AsyncGenerator[list[Entry], None]:
    """Yield the batches, and an empty one after every so many silent seconds.

    ``until``: once it is set nothing more comes, not even what waits to be read.
    """
    closed = until or asyncio.Event()
    closing = asyncio.create_task(closed.wait())
    waiting: asyncio.Task[list[Entry]] | None = None
    try:
        while not closed.is_set():
            waiting = waiting or asyncio.create_task(_next(batches))
            done, _ = await asyncio.wait(
                {waiting, closing},
                timeout=seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if not done:
                yield []
            elif waiting.done() and not closed.is_set():
                batch, waiting = waiting.result(), None
                if not batch:
                    return
                yield batch
    finally:
        for task in (closing, waiting):
            if task is not None:
                await _cancelled(task)


async def _cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _next(batches: AsyncIterator[list[Entry]]) -> list[Entry]:
    """Return the next batch; an empty one is the end."""
    return await anext(batches, [])
