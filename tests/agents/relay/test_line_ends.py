"""A line that ends with its answer: the call's books are closed all the same."""

import asyncio
import json
from typing import Any

from typing_extensions import override

from agents.models import RelayCall
from agents.relay.limits import Limits, OwnCounters
from tests.agents.relay.conftest import Door
from tests.fakes.provider import Delay, FakeProvider, Script, Text


class FarCounters(OwnCounters):
    """Counters that take a moment to answer, as a server's do."""

    @override
    async def leave(self, name: str) -> None:
        await asyncio.sleep(0.05)
        await super().leave(name)


async def test_a_place_is_given_back_although_the_line_ends_with_the_answer(
    door: Door, provider: FakeProvider
) -> None:
    door.key.parallel_requests = 1
    await door.key.asave()
    door.service.limits = Limits(FarCounters())
    for _again in range(2):
        provider.script("alpha", Script((Text("One "), Delay(0.3), Text("two."))))
        await asyncio.wait_for(_streamed(door), 10)
    await door.settle()
    assert [call.status async for call in RelayCall.objects.all()] == ["ok", "ok"]


async def _streamed(door: Door) -> None:
    message = {"role": "user", "content": "Hi"}
    body = json.dumps({"model": "first", "stream": True, "messages": [message]}).encode()
    waiting = [{"type": "http.request", "body": body, "more_body": False}]
    ended = asyncio.Event()

    async def receive() -> Any:
        if waiting:
            return waiting.pop()
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        if event["type"] == "http.response.start":
            assert event["status"] == 200
        elif not event["more_body"]:
            ended.set()

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/chat/completions",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {door.text}".encode())],
        "client": ("127.0.0.1", 9),
    }
    await door.relay(scope, receive, send)  # type: ignore[arg-type]  # what of a scope is read
