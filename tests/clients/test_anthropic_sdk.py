"""Anthropic's Python SDK: messages, counts, models."""

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from anthropic.types import MessageParam, ToolParam, ToolResultBlockParam

from tests.clients import other_routes, weather
from tests.clients.relay import ANTHROPIC, COUNTER, OPENAI, Relay
from tests.clients.weather import ANSWER, BOTH, QUESTION, RESULT, THOUGHT, TOOL

pytestmark = [pytest.mark.services, pytest.mark.slow]

TOOLS: list[ToolParam] = [{"name": TOOL, "input_schema": weather.SCHEMA}]
THINKING: anthropic.types.ThinkingConfigParam = {"type": "enabled", "budget_tokens": 2_000}


@pytest.fixture
def client(relay: Relay) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=relay.url, auth_token=relay.key, max_retries=0) as client:
        yield client


def _asked() -> list[MessageParam]:
    return [{"role": "user", "content": QUESTION}]


def _with_result(messages: list[MessageParam], answer: anthropic.types.Message) -> None:
    call = answer.content[-1]
    assert isinstance(call, anthropic.types.ToolUseBlock)
    assert (call.name, call.input) == (TOOL, weather.CITY)
    thought = answer.content[0]
    assert isinstance(thought, anthropic.types.ThinkingBlock)
    assert thought.thinking == THOUGHT
    result: ToolResultBlockParam = {
        "type": "tool_result",
        "tool_use_id": call.id,
        "content": RESULT,
    }
    messages += [
        {"role": "assistant", "content": answer.content},
        {"role": "user", "content": [result]},
    ]


def _assert_first(answer: anthropic.types.Message, model: str) -> None:
    assert (answer.model, answer.stop_reason) == (model, "tool_use")
    assert [block.type for block in answer.content] == ["thinking", "tool_use"]
    used = answer.usage
    assert (used.input_tokens, used.cache_read_input_tokens, used.output_tokens) == (40, 10, 20)


def _assert_second(answer: anthropic.types.Message) -> None:
    assert answer.stop_reason == "end_turn"
    text = "".join(block.text for block in answer.content if block.type == "text")
    assert text == ANSWER
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (90, 12)


@pytest.mark.parametrize("model", BOTH)
def test_a_tool_is_called_and_its_result_answered(
    client: anthropic.Anthropic, relay: Relay, model: str
) -> None:
    weather.tell(relay, model)
    messages = _asked()
    first = client.messages.create(
        model=model, max_tokens=4_000, messages=messages, tools=TOOLS, thinking=THINKING
    )
    _assert_first(first, model)
    _with_result(messages, first)
    second = client.messages.create(
        model=model, max_tokens=4_000, messages=messages, tools=TOOLS, thinking=THINKING
    )
    _assert_second(second)
    weather.assert_played(relay, model)


@pytest.mark.parametrize("model", BOTH)
def test_the_stream_helper_gathers_the_same(
    client: anthropic.Anthropic, relay: Relay, model: str
) -> None:
    weather.tell(relay, model)
    messages = _asked()
    with client.messages.stream(
        model=model, max_tokens=4_000, messages=messages, tools=TOOLS, thinking=THINKING
    ) as stream:
        kinds = {event.type for event in stream}
        first = stream.get_final_message()
    assert {"thinking", "input_json", "message_stop"} <= kinds
    _assert_first(first, model)
    _with_result(messages, first)
    with client.messages.stream(
        model=model, max_tokens=4_000, messages=messages, tools=TOOLS, thinking=THINKING
    ) as stream:
        texts = list(stream.text_stream)
        second = stream.get_final_message()
    assert "".join(texts) == ANSWER
    assert len(texts) > 1
    _assert_second(second)
    weather.assert_played(relay, model)
    if model == ANTHROPIC:
        sent = weather.thoughts_sent(relay.asked[1])
        assert [block["thinking"] for block in sent] == [THOUGHT]


@pytest.mark.parametrize("model", BOTH)
async def test_the_async_client_with_a_key_header_reads_events(relay: Relay, model: str) -> None:
    weather.tell(relay, model)
    # As older releases send their key.
    headers: Any = {"x-api-key": relay.key, "authorization": anthropic.omit}
    async with anthropic.AsyncAnthropic(
        base_url=relay.url,
        auth_token=None,
        default_headers=headers,
        max_retries=0,
    ) as client:
        stream = await client.messages.create(
            model=model, max_tokens=4_000, messages=_asked(), tools=TOOLS, stream=True
        )
        kinds = [event.type async for event in stream]
    assert (kinds[0], kinds[-2], kinds[-1]) == ("message_start", "message_delta", "message_stop")


def test_a_wrong_key_is_an_authentication_error(relay: Relay) -> None:
    client = anthropic.Anthropic(base_url=relay.url, auth_token="sk-nobodys", max_retries=0)
    with pytest.raises(anthropic.AuthenticationError) as refused:
        client.messages.create(model=OPENAI, max_tokens=10, messages=_asked())
    assert refused.value.type == "authentication_error"
    assert relay.asked == []


def test_an_unknown_model_is_a_not_found_error(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.NotFoundError) as refused:
        client.messages.create(model="nobody", max_tokens=10, messages=_asked())
    assert refused.value.type == "not_found_error"
    assert refused.value.request_id


@pytest.mark.parametrize("model", BOTH)
def test_a_limit_of_the_upstream_is_a_rate_limit_error(
    client: anthropic.Anthropic, relay: Relay, model: str
) -> None:
    relay.provider.script(model, weather.refuses_with_429())
    with pytest.raises(anthropic.RateLimitError) as refused:
        client.messages.create(model=model, max_tokens=10, messages=_asked())
    assert refused.value.type == "rate_limit_error"
    assert refused.value.response.headers["retry-after"] == "7"


@pytest.mark.parametrize("model", BOTH)
def test_a_stream_that_breaks_off_is_an_error(
    client: anthropic.Anthropic, relay: Relay, model: str
) -> None:
    relay.provider.script(model, weather.breaks_off())
    stream = client.messages.create(model=model, max_tokens=10, messages=_asked(), stream=True)
    with pytest.raises(anthropic.APIStatusError) as broken:
        list(stream)
    assert broken.value.type == "api_error"


def test_tokens_are_counted_by_the_provider_that_can(client: anthropic.Anthropic) -> None:
    counted = client.messages.count_tokens(model=COUNTER, messages=_asked(), tools=TOOLS)
    assert counted.input_tokens == other_routes.COUNTED


def test_tokens_for_another_dialect_are_counted_here(
    client: anthropic.Anthropic, relay: Relay
) -> None:
    counted = client.messages.count_tokens(model=OPENAI, messages=_asked(), tools=TOOLS)
    assert 10 < counted.input_tokens < 200
    assert relay.asked == []


def test_models_are_listed_and_found(client: anthropic.Anthropic) -> None:
    assert {OPENAI, ANTHROPIC, COUNTER} <= {model.id for model in client.models.list()}
    assert client.models.retrieve(ANTHROPIC).max_input_tokens == 1_000_000
    with pytest.raises(anthropic.NotFoundError):
        client.models.retrieve("nobody")
