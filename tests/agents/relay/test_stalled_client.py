"""A client that keeps the line and takes nothing: the call ends, and what came is charged."""

import asyncio
import json
from typing import Any

import pytest

from agents.models import RelayCall
from agents.relay import live
from tests.agents.relay.conftest import Door
from tests.fakes.provider import Endless, FakeProvider, Script


async def test_a_client_that_takes_nothing_loses_its_call(
    door: Door, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "WRITE_SECONDS", 0.2)
    monkeypatch.setattr(live, "TICK_SECONDS", 0.1)
    provider.script("alpha", Script((Endless(),)))
    message = {"role": "user", "content": "Hi"}
    body = json.dumps({"model": "first", "stream": True, "messages": [message]}).encode()
    waiting = [{"type": "http.request", "body": body, "more_body": False}]
    taken: list[bytes] = []

    async def receive() -> Any:
        if waiting:
            return waiting.pop()
        await asyncio.Event().wait()  # the line stays open
        return None

    async def send(event: Any) -> None:
        if len(taken) > 2:
            await asyncio.Event().wait()
        taken.append(event.get("body", b""))

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/chat/completions",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {door.text}".encode())],
        "client": ("127.0.0.1", 9),
    }
    await asyncio.wait_for(door.relay(scope, receive, send), 10)  # type: ignore[arg-type]  # what of a scope is read
    await door.settle()
    call = await RelayCall.objects.aget()
    assert (call.status, call.is_estimated) == ("aborted", True)
    assert call.output_tokens > 0
    [seen] = provider.requests
    for _wait in range(100):
        if seen.is_cancelled:
            break
        await asyncio.sleep(0.02)
    assert seen.is_cancelled
