"""Short ways to open a page's WebSocket and hear what it says."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import orjson
from channels.testing import WebsocketCommunicator

from conversations.models import Generation
from conversations.streaming.consumers import PageConsumer

Page = WebsocketCommunicator


@asynccontextmanager
async def opened(
    user: object,
    address: str = "",
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> AsyncIterator[Page]:
    page = WebsocketCommunicator(PageConsumer.as_asgi(), "/ws", list(headers))
    found = {"user": user, "address": address}  # as the sign-in middleware does
    cast("dict[str, object]", page.scope).update(found)
    is_connected, _ = await page.connect()
    assert is_connected
    try:
        yield page
    finally:
        await page.disconnect()


async def heard(page: Page) -> dict[str, Any]:
    message: dict[str, Any] = orjson.loads(await page.receive_from(timeout=5))
    return message


async def frames_of(page: Page) -> tuple[list[dict[str, Any]], int]:
    """Return all frames to the end, and the last cursor."""
    frames: list[dict[str, Any]] = []
    while True:
        message = await heard(page)
        if message["type"] != "frames":
            continue
        frames += message["frames"]
        if frames[-1]["type"] == "end":
            return frames, message["upto"]


async def watch(page: Page, generation: Generation, after: int = 0) -> None:
    await page.send_json_to({"type": "subscribe", "generation": generation.id, "after": after})


async def closed_with(page: Page) -> int:
    output = await page.receive_output(timeout=5)
    while output["type"] != "websocket.close":
        output = await page.receive_output(timeout=5)
    return int(output["code"])
