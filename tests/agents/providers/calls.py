"""Connections to the stand-in and one-line calls."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from agents.llm.providers import providers
from agents.llm.providers.provider import Connection, Dialect, Provider
from agents.llm.wire.neutral import ChatRequest, Event, TextDelta
from agents.llm.wire.parts import Message, TextPart
from tests.fakes.provider import FakeProvider

KEY = "sk-canary-0123456789"
BASES: dict[Dialect, str] = {
    "openai": "/v1",
    "anthropic": "",
    "azure": "",
    "google": "",
    "ollama": "",
}


def connection(dialect: Dialect, provider: FakeProvider, **changes: Any) -> Connection:
    fields: dict[str, Any] = {
        "name": "Acme",
        "dialect": dialect,
        "base_url": f"{provider.url}{BASES.get(dialect, '')}",
        "api_key": KEY,
    }
    return Connection(**(fields | changes))


def provider_for(dialect: Dialect, provider: FakeProvider, **changes: Any) -> Provider:
    return providers.build(connection(dialect, provider, **changes))


def asking(text: str = "hi", model: str = "m", **fields: Any) -> ChatRequest:
    return ChatRequest(model=model, messages=(Message("user", (TextPart(text),)),), **fields)


async def collect(events: AsyncIterator[Event]) -> list[Event]:
    async with asyncio.timeout(60):
        return [event async for event in events]


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def take(events: AsyncIterator[Event], count: int) -> list[Event]:
    """Read so many events, then close the stream as a reader that leaves."""
    taken: list[Event] = []
    assert isinstance(events, AsyncGenerator)
    async with aclosing(events) as reading:
        async for event in reading:
            taken.append(event)
            if len(taken) == count:
                break
    return taken
