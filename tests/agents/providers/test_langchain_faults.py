"""Providers behind LangChain that refuse, hang and break; and what is not installed."""

import sys
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import pytest
from django.conf import settings

from agents import errors
from agents.llm.providers import bedrock, providers
from agents.llm.providers.langchain_messages import ChunkReader, message_dicts
from agents.llm.providers.langchain_model import LangChainProvider
from agents.llm.providers.provider import Connection, Dialect
from agents.llm.wire.neutral import Failed, TextDelta, ThinkingDelta, Usage
from agents.llm.wire.parts import (
    ImagePart,
    Message,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from tests.agents.providers.calls import KEY, asking, collect, provider_for, text_of
from tests.fakes.provider import Cut, FakeProvider, Hang, Script, Text, refuses, says

pytestmark = [
    pytest.mark.slow,  # the packages take seconds to import
    pytest.mark.filterwarnings("ignore:Inheritance class Aiohttp:DeprecationWarning"),  # google
]

BOTH: tuple[Dialect, ...] = ("google", "ollama")
REFUSED = {
    400: errors.ProviderRejectedError,
    401: errors.ProviderAuthError,
    404: errors.ModelNotFoundError,
    429: errors.ProviderRateLimitedError,
    500: errors.ProviderUnavailableError,
    503: errors.ProviderUnavailableError,
}


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize("status", list(REFUSED))
async def test_a_status_becomes_its_error(
    dialect: Dialect,
    status: int,
    provider: FakeProvider,
) -> None:
    provider.script("m", refuses(status))
    with pytest.raises(errors.ProviderError) as refused:
        await collect(provider_for(dialect, provider).stream(asking()))
    assert type(refused.value) is REFUSED[status]
    assert KEY not in refused.value.message
    assert "127.0.0.1" not in refused.value.message
    assert len(provider.requests) == (3 if status in {429, 500, 503} else 1)


@pytest.mark.parametrize("dialect", BOTH)
async def test_a_passing_refusal_is_tried_again(dialect: Dialect, provider: FakeProvider) -> None:
    provider.script("m", refuses(503), says("Here."))
    events = await collect(provider_for(dialect, provider).stream(asking()))
    assert text_of(events) == "Here."


@pytest.mark.parametrize("dialect", BOTH)
async def test_silence_before_the_first_chunk_is_a_timeout(
    dialect: Dialect,
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "PROVIDER_FIRST_BYTE_SECONDS", 0.2)
    provider.script("m", Script(steps=(Hang(),)))
    with pytest.raises(errors.ProviderTimeoutError):
        await collect(provider_for(dialect, provider).stream(asking()))
    assert (await provider.requests[0].over()).is_cancelled
    assert len(provider.requests) == 1


@pytest.mark.parametrize("dialect", BOTH)
async def test_a_stall_keeps_the_text(
    dialect: Dialect,
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "PROVIDER_IDLE_SECONDS", 0.2)
    provider.script("m", Script(steps=(Text("so far"), Hang())))
    events = await collect(provider_for(dialect, provider).stream(asking()))
    assert text_of(events) == "so far"
    assert isinstance(events[-1], Failed)
    assert events[-1].kind == "timeout"


@pytest.mark.parametrize("dialect", BOTH)
async def test_a_cut_keeps_the_text(dialect: Dialect, provider: FakeProvider) -> None:
    provider.script("m", Script(steps=(Text("so far"), Cut())))
    events = await collect(provider_for(dialect, provider).stream(asking()))
    assert text_of(events) == "so far"
    assert isinstance(events[-1], Failed)
    assert events[-1].kind == "cut"


async def test_a_closed_port_is_unreachable(provider: FakeProvider) -> None:
    broken = provider_for("ollama", provider, base_url="http://127.0.0.1:9")
    with pytest.raises(errors.ProviderUnreachableError):
        await collect(broken.stream(asking()))


@pytest.mark.parametrize("dialect", ["google", "ollama", "bedrock"])
async def test_a_missing_package_is_a_clear_refusal(
    dialect: Dialect,
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for package in ("langchain_google_genai", "langchain_ollama", "langchain_aws"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(errors.ProviderMissingError) as refused:
        await collect(provider_for(dialect, provider).stream(asking()))
    assert refused.value.message.startswith("Support for Acme is not installed")


def test_bedrock_takes_a_key_pair_or_a_bearer_key() -> None:
    pytest.importorskip("langchain_aws")
    options = {"region": "eu-west-1", "access_key_id": "AKIA"}
    pair = Connection("Acme", "bedrock", api_key="secret-key", options=options)
    built = providers.build(pair)
    assert isinstance(built, LangChainProvider)
    model = built._make(asking(parameters={"temperature": 0.5, "max_tokens": 9})).model
    secret = attrgetter("aws_secret_access_key")(model)
    assert secret.get_secret_value() == "secret-key"
    assert attrgetter("region_name", "max_tokens")(model) == ("eu-west-1", 9)
    bearer = Connection("Acme", "bedrock", api_key="abc", options=options | {"auth": "bearer"})
    assert bedrock._credentials(bearer).get("aws_secret_access_key") is None


def test_messages_become_langchains_own() -> None:
    image = ImagePart(media_type="image/png", base64="AAAA")
    call = ToolCallPart("c1", "weather", '{"city": "Oslo"}')
    broken = ToolCallPart("c2", "weather", "{not json")
    messages = (
        Message("system", (TextPart("Be kind."),)),
        Message("user", (TextPart("Look"), image)),
        Message("assistant", (ThinkingPart("hm"), TextPart("I do."), call, broken)),
        Message("tool", (ToolResultPart("c1", (TextPart("wet"),)),)),
        Message("tool", (ToolResultPart("c2", (TextPart("dry"),)),)),
    )
    told = message_dicts(messages)
    assert told[0] == {"role": "system", "content": "Be kind."}
    assert told[1]["content"] == [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]
    assert told[2]["content"] == "I do."
    assert told[2]["tool_calls"] == [
        {"id": "c1", "name": "weather", "args": {"city": "Oslo"}, "type": "tool_call"},
        {"id": "c2", "name": "weather", "args": {}, "type": "tool_call"},
    ]
    assert told[3] == {"role": "tool", "tool_call_id": "c1", "content": "wet"}


class Piece:
    """A chunk as an integration could send it."""

    def __init__(self, content: str | list[Any], usage: Mapping[str, Any]) -> None:
        self.content = content
        self.additional_kwargs: Mapping[str, Any] = {}
        self.response_metadata: Mapping[str, Any] = {"stopReason": "max_tokens"}
        self.usage_metadata: Mapping[str, Any] | None = usage
        self.tool_call_chunks: list[Mapping[str, Any]] = []


def test_every_shape_of_content_is_read_and_counts_add_up() -> None:
    usage = {
        "input_tokens": 10,
        "output_tokens": 4,
        "input_token_details": {"cache_read": 3, "cache_creation": 2},
        "output_token_details": {"reasoning": 1},
    }
    content = [
        "plain ",
        {"type": "text", "text": "block"},
        {"type": "thinking", "thinking": "a"},
        {"type": "reasoning", "reasoning": "b"},
        {"type": "reasoning_content", "reasoning_content": {"text": "c"}},
        {"type": "unknown"},
    ]
    reader = ChunkReader()
    events = reader.read(Piece(content, usage))
    assert [e.text for e in events if isinstance(e, TextDelta)] == ["plain ", "block"]
    assert [e.text for e in events if isinstance(e, ThinkingDelta)] == ["a", "b", "c"]
    reader.read(Piece("", usage))
    assert reader.usage == Usage(10, 8, 6, 4, 2)
    assert reader.reason == "length"


def test_what_is_told_by_how_long_it_is_kept_is_written_once() -> None:
    details = {
        "cache_read": 3,
        "cache_creation": 0,
        "ephemeral_5m_input_tokens": 2,
        "ephemeral_1h_input_tokens": 4,
    }
    usage = {"input_tokens": 10, "output_tokens": 4, "input_token_details": details}
    reader = ChunkReader()
    reader.read(Piece("", usage))
    assert reader.usage == Usage(1, 4, 3, 6, cache_write_long_tokens=4)
