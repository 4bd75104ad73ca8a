"""A fast model's bytes come in pieces of a frame, a slow one's as they are sent."""

import orjson
import pytest

from agents.llm.providers import transport
from agents.llm.providers.transport import EAGER_READS, Call, Transport, gathered
from agents.llm.wire import openai_chat
from agents.llm.wire.neutral import TextDelta
from tests.agents.providers.calls import asking, collect, connection, provider_for, text_of
from tests.fakes.provider import Delay, FakeProvider, Script, Text

BODY = orjson.dumps(
    {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]},
)


def paced(words: int, every_seconds: float) -> Script:
    pairs = ((Delay(every_seconds), Text(f"w{number} ")) for number in range(words))
    return Script(steps=tuple(step for pair in pairs for step in pair))


async def pieces_of(provider: FakeProvider) -> list[bytes]:
    line = Transport(connection("openai", provider), openai_chat.parse_error)
    headers = {"Content-Type": "application/json", "Authorization": "Bearer k"}
    call = Call("POST", f"{provider.url}/v1/chat/completions", headers, BODY)
    async with line.open(call) as response:
        return [chunk async for chunk in gathered(response)]


def words_in(pieces: list[bytes]) -> list[str]:
    lines = b"".join(pieces).split(b"\n\n")
    events = [orjson.loads(line[6:]) for line in lines if line.startswith(b"data: {")]
    return [
        choice["delta"]["content"]
        for event in events
        for choice in event["choices"]
        if choice["delta"].get("content")
    ]


async def test_a_fast_stream_is_read_in_few_pieces(provider: FakeProvider) -> None:
    provider.script("m", paced(100, 0.002))
    pieces = await pieces_of(provider)
    assert words_in(pieces) == [f"w{number} " for number in range(100)]
    assert EAGER_READS < len(pieces) < 50


async def test_a_slow_stream_is_not_held_back(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "FRAME_SECONDS", 0.001)
    provider.script("m", paced(10, 0.01))
    pieces = await pieces_of(provider)
    assert words_in(pieces) == [f"w{number} " for number in range(10)]
    assert len(pieces) >= 10


async def test_words_that_come_together_are_one_event(provider: FakeProvider) -> None:
    provider.script("m", paced(100, 0.002))
    events = await collect(provider_for("openai", provider).stream(asking()))
    assert text_of(events) == "".join(f"w{number} " for number in range(100))
    assert EAGER_READS <= sum(isinstance(event, TextDelta) for event in events) < 50


async def test_a_word_that_comes_alone_does_not_wait_for_the_next(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "FRAME_SECONDS", 0.001)
    steps = (Text("one "), Delay(0.02), Text("two "), Delay(0.02), Text("three"))
    provider.script("m", Script(steps=steps))
    events = await collect(provider_for("openai", provider).stream(asking()))
    texts = [event.text for event in events if isinstance(event, TextDelta)]
    assert texts == ["one ", "two ", "three"]
