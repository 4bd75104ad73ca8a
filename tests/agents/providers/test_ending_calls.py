"""The end of a call: cancelled, or its line used again or let go."""

import asyncio
import time

import pytest

from agents.llm.providers import wire_provider
from agents.llm.wire.neutral import Finished, TextDelta
from tests.agents.providers.calls import asking, collect, provider_for, take, text_of
from tests.fakes.provider import (
    Endless,
    FakeProvider,
    Hang,
    Raw,
    Script,
    Text,
    refuses,
)

STOP = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n'


async def test_a_never_ending_answer_can_be_cancelled(provider: FakeProvider) -> None:
    provider.script("m", Script(steps=(Endless("word ", 0.0005),)))
    taken = await take(provider_for("openai", provider).stream(asking()), 40)
    assert sum(isinstance(event, TextDelta) for event in taken) >= 39
    assert (await provider.requests[0].over()).is_cancelled


async def test_a_cancelled_task_closes_the_call_before_the_first_byte(
    provider: FakeProvider,
) -> None:
    provider.script("m", Script(wait_before_headers=9))
    task = asyncio.create_task(collect(provider_for("anthropic", provider).stream(asking())))
    await asyncio.to_thread(provider.wait_for_request)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await provider.requests[0].over()).is_cancelled


async def test_a_cancel_during_the_wait_for_another_try_ends_it(provider: FakeProvider) -> None:
    provider.script("m", refuses(429, retry_after="0.25"))
    task = asyncio.create_task(collect(provider_for("openai", provider).stream(asking())))
    await asyncio.to_thread(provider.wait_for_request)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(provider.requests) == 1


async def test_the_line_is_used_again_after_a_whole_answer(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire_provider, "END_SECONDS", 60)
    client = provider_for("openai", provider)
    started = time.monotonic()
    first = await collect(client.stream(asking()))
    second = await collect(client.stream(asking()))
    assert text_of(first) == text_of(second)
    assert provider.requests[0].client_port == provider.requests[1].client_port
    assert time.monotonic() - started < 6  # nothing waited for the minute to pass


async def test_a_line_held_open_after_the_answer_is_let_go(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire_provider, "END_SECONDS", 0.05)
    provider.script("m", Script(steps=(Text("all of it"), Raw(STOP + b"data: [DONE]\n\n"), Hang())))
    events = await collect(provider_for("openai", provider).stream(asking()))
    assert text_of(events) == "all of it"
    assert isinstance(events[-1], Finished)
    assert (await provider.requests[0].over()).is_cancelled
