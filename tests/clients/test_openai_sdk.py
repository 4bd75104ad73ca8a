"""OpenAI's Python SDK: chat completions, embeddings, models."""

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

from tests.clients import other_routes, weather
from tests.clients.relay import ANTHROPIC, COUNTER, OPENAI, VECTORS, Relay
from tests.clients.weather import ANSWER, BOTH, QUESTION, RESULT, THOUGHT, TOOL

pytestmark = [pytest.mark.services, pytest.mark.slow]

TOOLS: list[ChatCompletionToolParam] = [
    {"type": "function", "function": {"name": TOOL, "parameters": weather.SCHEMA}},
]


@pytest.fixture
def client(relay: Relay) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=relay.v1, api_key=relay.key, max_retries=0) as client:
        yield client


def _asked() -> list[ChatCompletionMessageParam]:
    return [
        {"role": "system", "content": "You know the weather."},
        {"role": "user", "content": QUESTION},
    ]


def _result(call_id: str) -> ChatCompletionMessageParam:
    return {"role": "tool", "tool_call_id": call_id, "content": RESULT}


def _turn(message: Any) -> ChatCompletionMessageParam:
    """Return an answer as programs keep it: all that came, extensions included."""
    turn: ChatCompletionMessageParam = message.model_dump(exclude_none=True)
    return turn


@pytest.mark.parametrize("model", BOTH)
def test_a_tool_is_called_and_its_result_answered(
    client: openai.OpenAI, relay: Relay, model: str
) -> None:
    weather.tell(relay, model)
    messages = _asked()
    first = client.chat.completions.create(model=model, messages=messages, tools=TOOLS)
    assert first.choices[0].finish_reason == "tool_calls"
    message = first.choices[0].message
    assert message.tool_calls is not None
    call = message.tool_calls[0]
    assert call.type == "function"
    assert (call.function.name, call.function.arguments.replace(" ", "")) == (
        TOOL,
        weather.ARGUMENTS.replace(" ", ""),
    )
    assert message.model_extra is not None
    assert message.model_extra["reasoning_content"] == THOUGHT
    assert first.usage is not None
    assert (first.usage.prompt_tokens, first.usage.completion_tokens) == (50, 20)
    assert first.usage.prompt_tokens_details is not None
    assert first.usage.prompt_tokens_details.cached_tokens == 10
    messages += [_turn(message), _result(call.id)]
    second = client.chat.completions.create(model=model, messages=messages, tools=TOOLS)
    assert second.choices[0].finish_reason == "stop"
    assert second.choices[0].message.content == ANSWER
    weather.assert_played(relay, model)


@pytest.mark.parametrize("model", BOTH)
def test_the_stream_helper_gathers_the_same(
    client: openai.OpenAI, relay: Relay, model: str
) -> None:
    weather.tell(relay, model)
    messages = _asked()
    with client.chat.completions.stream(
        model=model, messages=messages, tools=TOOLS, stream_options={"include_usage": True}
    ) as stream:
        kinds = {event.type for event in stream}
        first = stream.get_final_completion()
    assert "tool_calls.function.arguments.done" in kinds
    message = first.choices[0].message
    assert first.choices[0].finish_reason == "tool_calls"
    assert message.tool_calls is not None
    assert message.tool_calls[0].function.name == TOOL
    assert message.tool_calls[0].function.arguments == weather.ARGUMENTS
    assert first.usage is not None
    assert (first.usage.prompt_tokens, first.usage.completion_tokens) == (50, 20)
    messages += [_turn(message), _result(message.tool_calls[0].id)]
    with client.chat.completions.stream(model=model, messages=messages, tools=TOOLS) as stream:
        deltas = [event.delta for event in stream if event.type == "content.delta"]
    assert "".join(deltas) == ANSWER
    assert len(deltas) > 1
    weather.assert_played(relay, model)


@pytest.mark.parametrize("model", BOTH)
async def test_the_async_client_reads_reasoning_and_usage_of_a_raw_stream(
    relay: Relay, model: str
) -> None:
    weather.tell(relay, model)
    thought, counts = "", []
    async with openai.AsyncOpenAI(base_url=relay.v1, api_key=relay.key, max_retries=0) as client:
        stream = await client.chat.completions.create(
            model=model,
            messages=_asked(),
            tools=TOOLS,
            stream=True,
            stream_options={"include_usage": True},
        )
        async for chunk in stream:
            for choice in chunk.choices:
                thought += (choice.delta.model_extra or {}).get("reasoning_content", "")
            if chunk.usage:
                counts.append((chunk.usage.prompt_tokens, chunk.usage.completion_tokens))
    assert thought == THOUGHT
    assert counts == [(50, 20)]


def test_signed_thoughts_come_back_to_an_anthropic_upstream(
    client: openai.OpenAI, relay: Relay
) -> None:
    weather.tell(relay, ANTHROPIC)
    messages = _asked()
    thinking = {"reasoning_effort": "high"}
    for _ in range(2):
        with client.chat.completions.stream(
            model=ANTHROPIC, messages=messages, tools=TOOLS, extra_body=thinking
        ) as stream:
            message = stream.get_final_completion().choices[0].message
        if message.tool_calls:
            messages += [_turn(message), _result(message.tool_calls[0].id)]
    first, second = relay.asked
    assert first.body["thinking"]["type"] == "adaptive"
    assert [block["thinking"] for block in weather.thoughts_sent(second)] == [THOUGHT]


def test_a_wrong_key_is_an_authentication_error(relay: Relay) -> None:
    client = openai.OpenAI(base_url=relay.v1, api_key="sk-nobodys", max_retries=0)
    with pytest.raises(openai.AuthenticationError) as refused:
        client.chat.completions.create(model=OPENAI, messages=_asked())
    assert refused.value.code == "invalid_api_key"
    assert relay.asked == []


@pytest.mark.parametrize("is_stream", [False, True])
def test_an_unknown_model_is_a_not_found_error(client: openai.OpenAI, is_stream: bool) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        client.chat.completions.create(model="nobody", messages=_asked(), stream=is_stream)
    assert (refused.value.code, refused.value.param) == ("model_not_found", "model")
    assert refused.value.request_id


@pytest.mark.parametrize("model", BOTH)
def test_a_limit_of_the_upstream_is_a_rate_limit_error(
    client: openai.OpenAI, relay: Relay, model: str
) -> None:
    relay.provider.script(model, weather.refuses_with_429())
    with pytest.raises(openai.RateLimitError) as refused:
        client.chat.completions.create(model=model, messages=_asked())
    assert refused.value.response.headers["retry-after"] == "7"


@pytest.mark.parametrize("model", BOTH)
def test_a_stream_that_breaks_off_is_an_error(
    client: openai.OpenAI, relay: Relay, model: str
) -> None:
    relay.provider.script(model, weather.breaks_off())
    stream = client.chat.completions.create(model=model, messages=_asked(), stream=True)
    with pytest.raises(openai.APIError):
        list(stream)


def test_texts_become_vectors(client: openai.OpenAI) -> None:
    found = client.embeddings.create(model=VECTORS, input=["Bergen", "Oslo"])
    assert [row.embedding for row in found.data] == [other_routes.VECTOR] * 2
    assert found.usage.prompt_tokens == 8


def test_models_are_listed_and_found(client: openai.OpenAI) -> None:
    assert {OPENAI, ANTHROPIC, VECTORS, COUNTER} <= {model.id for model in client.models.list()}
    assert client.models.retrieve(OPENAI).id == OPENAI
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nobody")
