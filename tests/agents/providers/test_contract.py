"""What every provider of the registry does, told by one set of tests."""

from dataclasses import replace

import pytest

from agents.llm.providers import providers
from agents.llm.providers.provider import Connection, Dialect
from agents.llm.wire.neutral import (
    Failed,
    Finished,
    Started,
    TextDelta,
    ThinkingDelta,
    Tool,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from agents.llm.wire.parts import Message, TextPart, ToolCallPart, ToolResultPart
from tests.agents.providers.calls import (
    KEY,
    asking,
    collect,
    connection,
    provider_for,
    take,
    text_of,
)
from tests.fakes.provider import (
    Endless,
    FakeProvider,
    Script,
    Text,
    Thinking,
    ToolCall,
    Usage,
    says,
)

pytestmark = [
    pytest.mark.slow,  # the vendors' packages take seconds to import
    pytest.mark.filterwarnings("ignore:Inheritance class Aiohttp:DeprecationWarning"),  # google
]

# Bedrock signs requests for AWS hosts; there is no stand-in for its event stream.
ON_THE_WIRE: tuple[Dialect, ...] = ("openai", "anthropic", "azure", "google", "ollama")
KEY_HEADERS = {
    "openai": ("authorization", f"Bearer {KEY}"),
    "anthropic": ("x-api-key", KEY),
    "azure": ("api-key", KEY),
    "google": ("x-goog-api-key", KEY),
    "ollama": ("authorization", f"Bearer {KEY}"),
}
WEATHER = Tool(
    "weather", "Tells it", {"type": "object", "properties": {"city": {"type": "string"}}}
)


@pytest.mark.parametrize("dialect", list(providers.DIALECTS))
def test_every_dialect_of_the_registry_builds(dialect: Dialect) -> None:
    built = providers.build(Connection("Acme", dialect, base_url="https://example.org"))
    assert callable(built.stream)
    assert callable(built.list_models)


@pytest.mark.parametrize("dialect", ON_THE_WIRE)
async def test_text_streams_in_order_and_ends_with_usage(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    script = Script(steps=(Text("He"), Text("llo "), Text("wörld 🌍")), usage=Usage(20, 9))
    provider.script("m", script)
    events = await collect(provider_for(dialect, provider).stream(asking("hi there")))
    assert isinstance(events[0], Started)
    assert text_of(events) == "Hello wörld 🌍"
    assert events[-1] == Finished("stop")
    counted = [event.usage for event in events if isinstance(event, UsageReported)][-1]
    assert (counted.prompt_tokens, counted.output_tokens) == (20, 9)
    name, value = KEY_HEADERS[dialect]
    assert provider.requests[-1].headers[name] == value
    assert len(provider.requests) == 1


@pytest.mark.parametrize("dialect", ON_THE_WIRE)
async def test_thinking_and_a_tool_call_are_told_apart(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    call = ToolCall("weather", '{"city": "Oslo"}', "call_9")
    steps = (Thinking("Hm. "), Text("I look."), call)
    provider.script("m", Script(steps=steps, stop="tool_calls"))
    request = asking("rain?", tools=(WEATHER,), parameters={"thinking": True, "max_tokens": 5000})
    events = await collect(provider_for(dialect, provider).stream(request))
    thought = "".join(event.text for event in events if isinstance(event, ThinkingDelta))
    assert thought == "Hm. "
    assert text_of(events) == "I look."
    started = [event for event in events if isinstance(event, ToolCallStarted)]
    assert [(event.index, event.name) for event in started] == [(0, "weather")]
    arguments = "".join(e.arguments for e in events if isinstance(e, ToolCallDelta))
    assert arguments.replace(" ", "") == '{"city":"Oslo"}'
    assert events[-1] == Finished("tool_calls")


@pytest.mark.parametrize("dialect", ON_THE_WIRE)
async def test_an_answered_tool_call_is_sent_back(dialect: Dialect, provider: FakeProvider) -> None:
    provider.script("m", says("Rain."))
    asked = asking("rain?", tools=(WEATHER,))
    call = ToolCallPart("call_9", "weather", '{"city": "Oslo"}')
    result = ToolResultPart("call_9", (TextPart("wet"),))
    told = (*asked.messages, Message("assistant", (call,)), Message("tool", (result,)))
    request = replace(asked, messages=told)
    events = await collect(provider_for(dialect, provider).stream(request))
    assert text_of(events) == "Rain."
    sent = str(provider.requests[0].body)
    assert "wet" in sent
    assert "Oslo" in sent


@pytest.mark.parametrize("dialect", ON_THE_WIRE)
async def test_the_answer_that_hit_its_limit_says_so(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    provider.script("m", Script(steps=(Text("cut"),), stop="length"))
    events = await collect(provider_for(dialect, provider).stream(asking()))
    assert events[-1] == Finished("length")


@pytest.mark.parametrize("dialect", ON_THE_WIRE)
async def test_a_reader_that_leaves_is_seen_upstream(
    dialect: Dialect,
    provider: FakeProvider,
) -> None:
    provider.script("m", Script(steps=(Text("first "), Endless())))
    taken = await take(provider_for(dialect, provider).stream(asking()), 5)
    assert any(isinstance(event, TextDelta) for event in taken)
    assert not any(isinstance(event, Failed) for event in taken)
    assert (await provider.requests[0].over()).is_cancelled


@pytest.mark.parametrize("dialect", ON_THE_WIRE)
async def test_models_are_listed(dialect: Dialect, provider: FakeProvider) -> None:
    provider.models = ["a", "b"]
    assert await provider_for(dialect, provider).list_models() == ["a", "b"]


def test_a_connection_does_not_show_its_key(provider: FakeProvider) -> None:
    assert KEY not in repr(connection("openai", provider, headers={"X": KEY}))
