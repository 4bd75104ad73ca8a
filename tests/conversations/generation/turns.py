"""Short ways to start, watch and read back a generation."""

import asyncio
from collections.abc import Callable
from typing import Any

from accounts.models import User
from agents.engine.offload import offload
from conversations.eventlog.events import Event
from conversations.eventlog.log import EventLog
from conversations.generation.start import StartRequest, generation_start
from conversations.models import Conversation, Generation, Message


def request(text: str = "Name a prime.", **fields: Any) -> StartRequest:
    return StartRequest(**{"endpoint": "Scripted", "model": "test-model", "text": text, **fields})


async def begin(user: User, text: str = "Name a prime.", **fields: Any) -> Generation:
    started = await offload(generation_start, user, body=request(text, **fields))
    return started.generation


async def events_of(log: EventLog, generation: Generation, after: int = 0) -> list[Event]:
    async with asyncio.timeout(60):
        return [entry.event async for batch in log.follow(generation.id, after) for entry in batch]


async def until(is_so: Callable[[], bool]) -> None:
    """Let the loop run until something is so; for what has no event to wait for."""
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110 - the state of another task
            await asyncio.sleep(0.005)


async def finished(log: EventLog, generation: Generation) -> Message:
    """Wait for the end and return the stored answer."""
    await events_of(log, generation)
    return await answer_of(generation)


async def answer_of(generation: Generation) -> Message:
    return await Message.objects.aget(message_id=generation.response_message_id)


async def fresh(generation: Generation) -> Generation:
    return await Generation.objects.aget(id=generation.id)


async def conversation_of(generation: Generation) -> Conversation:
    return await Conversation.objects.aget(id=generation.conversation_id)
