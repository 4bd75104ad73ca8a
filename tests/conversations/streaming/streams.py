"""Short ways to begin an answer and read its event stream."""

import asyncio
from typing import Any

import orjson
from django.http import StreamingHttpResponse
from django.test import AsyncClient

from accounts.models import User
from agents.engine.offload import offload
from conversations.eventlog.events import PartGrew
from conversations.eventlog.log import EventLog
from conversations.generation.start import StartRequest, generation_start
from conversations.models import Generation
from tests.factories.people import sign_in


async def begin(user: User, **fields: Any) -> Generation:
    body = {"endpoint": "Scripted", "model": "test-model", "text": "Count.", **fields}
    started = await offload(generation_start, user, body=StartRequest(**body))
    return started.generation


async def bearer(user: User) -> dict[str, str]:
    login = await offload(sign_in, user)
    return {"Authorization": f"Bearer {login.access_token}"}


def address(generation: Generation, query: str = "") -> str:
    return f"/api/agents/chat/stream/{generation.conversation.conversation_id}{query}"


async def opened(client: AsyncClient, path: str, user: User) -> StreamingHttpResponse:
    response: object = await client.get(path, headers=await bearer(user))
    assert isinstance(response, StreamingHttpResponse)
    assert response.status_code == 200
    return response


def parsed(raw: bytes) -> list[tuple[str, Any]]:
    frames = []
    for block in raw.decode().split("\n\n"):
        if not block or block.startswith(":"):
            continue
        name, data = block.split("\n")
        frames.append((name.removeprefix("event: "), orjson.loads(data.removeprefix("data: "))))
    return frames


async def whole(response: StreamingHttpResponse) -> list[tuple[str, Any]]:
    async with asyncio.timeout(60):
        chunks = [chunk async for chunk in response]
    return parsed(b"".join(chunks))


def kind(frame: dict[str, Any]) -> str:
    return frame.get("event") or next(iter(frame))


async def until_written(log: EventLog, generation: Generation, text: str) -> None:
    async with asyncio.timeout(60):
        written = ""
        async for batch in log.follow(generation.id):
            written += "".join(one.event.text for one in batch if isinstance(one.event, PartGrew))
            if written.endswith(text):
                return
