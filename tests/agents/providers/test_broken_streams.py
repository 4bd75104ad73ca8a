"""Providers whose streams never begin, stall, drip, break off and talk nonsense."""

import pytest
from django.conf import settings

from agents import errors
from agents.llm.providers import transport
from agents.llm.providers.provider import Dialect
from agents.llm.wire.neutral import Failed, Finished
from tests.agents.providers.calls import KEY, asking, collect, provider_for, text_of
from tests.agents.providers.native import NATIVE
from tests.fakes.provider import (
    Cut,
    Delay,
    FakeProvider,
    Hang,
    Raw,
    Script,
    Text,
)


async def test_silence_before_the_first_byte_is_a_timeout_and_not_tried_again(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(settings, "PROVIDER_FIRST_BYTE_SECONDS", 0.1)
    provider.script("m", Script(steps=(Text("late"),), wait_before_headers=9))
    with pytest.raises(errors.ProviderTimeoutError):
        await collect(provider_for("openai", provider).stream(asking()))
    assert (await provider.requests[0].over()).is_cancelled
    assert len(provider.requests) == 1


async def test_a_stall_keeps_the_text_and_closes_upstream(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "PROVIDER_IDLE_SECONDS", 0.1)
    provider.script("m", Script(steps=(Text("so far"), Hang())))
    events = await collect(provider_for("anthropic", provider).stream(asking()))
    assert text_of(events) == "so far"
    ending = events[-1]
    assert isinstance(ending, Failed)
    assert (ending.kind, ending.is_retryable) == ("timeout", True)
    assert (await provider.requests[0].over()).is_cancelled
    assert len(provider.requests) == 1


async def test_a_slow_drip_is_not_a_stall(
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "PROVIDER_IDLE_SECONDS", 0.2)
    steps = (Text("a"), Delay(0.1), Text("b"), Delay(0.1), Text("c"), Delay(0.1))
    provider.script("m", Script(steps=steps))
    events = await collect(provider_for("openai", provider).stream(asking()))
    assert text_of(events) == "abc"
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("dialect", NATIVE)
async def test_a_cut_keeps_the_text_and_is_not_a_finish(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    provider.script("m", Script(steps=(Text("so "), Text("far"), Cut())))
    events = await collect(provider_for(dialect, provider).stream(asking()))
    assert text_of(events) == "so far"
    assert isinstance(events[-1], Failed)
    assert events[-1].kind == "cut"
    assert len(provider.requests) == 1


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
async def test_a_cut_at_any_byte_gives_a_prefix_and_no_exception(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    spoken = "Grüße 🌍!"
    for offset in range(1, 900, 31):
        provider.script("m", Script(steps=(Text(spoken),), cut_at_byte=offset))
        try:
            events = await collect(provider_for(dialect, provider).stream(asking()))
        except errors.ProviderError:
            continue  # nothing came at all
        assert spoken.startswith(text_of(events))
        assert isinstance(events[-1], Failed | Finished)


async def test_a_drip_of_single_bytes_is_read_like_one_block(provider: FakeProvider) -> None:
    provider.script("m", Script(steps=(Text("Grüße 🌍!"),), drip=3))
    events = await collect(provider_for("anthropic", provider).stream(asking()))
    assert text_of(events) == "Grüße 🌍!"
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("dialect", NATIVE)
async def test_garbage_in_the_stream_ends_it_and_keeps_the_text(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    provider.script("m", Script(steps=(Text("fine"), Raw(b"data: {\xff\xfe not json\n\n"))))
    events = await collect(provider_for(dialect, provider).stream(asking()))
    assert text_of(events) == "fine"
    assert isinstance(events[-1], Failed)
    assert events[-1].kind == "malformed"


async def test_an_error_in_the_stream_is_told_without_keys(provider: FakeProvider) -> None:
    leak = (
        f'data: {{"error": {{"type": "server_error", "message": "at {provider.url} {KEY}"}}}}\n\n'
    )
    provider.script("m", Script(steps=(Text("some "), Raw(leak.encode()))))
    events = await collect(provider_for("openai", provider).stream(asking()))
    ending = events[-1]
    assert isinstance(ending, Failed)
    assert KEY not in ending.message
    assert "127.0.0.1" not in ending.message
