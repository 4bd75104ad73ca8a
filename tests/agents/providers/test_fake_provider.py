"""The stand-in speaks well enough for the vendors' own clients."""

import functools
import json
import operator
from typing import Any

import pytest

from tests.fakes.provider import (
    FakeProvider,
    Hang,
    Script,
    Text,
    Thinking,
    ToolCall,
    Usage,
    refuses,
    says,
)

pytestmark = [
    pytest.mark.slow,  # the vendors' packages take seconds to import
    pytest.mark.filterwarnings("ignore:Inheritance class Aiohttp:DeprecationWarning"),  # google
]

TOOL_TURN = Script(
    steps=(Thinking("hm"), Text("Looking"), ToolCall("weather", '{"city": "Oslo"}', "call_9")),
    usage=Usage(20, 9, cached_tokens=4, reasoning_tokens=3),
    stop="tool_calls",
)


def test_openai_client_reads_a_stream_with_usage(provider: FakeProvider) -> None:
    openai = pytest.importorskip("openai")

    provider.script("m", says("He", "llo"))
    with openai.OpenAI(base_url=f"{provider.url}/v1", api_key="k", max_retries=0) as client:
        chunks = list(
            client.chat.completions.create(
                model="m",
                messages=[{"role": "user", "content": "hi"}],
                stream=True,
                stream_options={"include_usage": True},
            ),
        )
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Hello"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 18
    assert provider.requests[0].headers["authorization"] == "Bearer k"


def test_openai_client_reads_tool_calls_and_models_and_errors(provider: FakeProvider) -> None:
    openai = pytest.importorskip("openai")

    provider.script("m", TOOL_TURN, refuses(429, retry_after="7"))
    client = openai.OpenAI(base_url=f"{provider.url}/v1", api_key="k", max_retries=0)
    answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}])
    calls = answer.choices[0].message.tool_calls
    assert calls is not None
    assert calls[0].type == "function"
    assert calls[0].function.arguments == '{"city": "Oslo"}'
    assert "echo" in [model.id for model in client.models.list()]
    with pytest.raises(openai.RateLimitError) as refused:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}])
    assert refused.value.response.headers["retry-after"] == "7"


def test_anthropic_client_reads_thinking_text_and_tools(provider: FakeProvider) -> None:
    anthropic = pytest.importorskip("anthropic")

    provider.script("m", TOOL_TURN)
    client = anthropic.Anthropic(base_url=provider.url, api_key="k", max_retries=0)
    with client.messages.stream(
        model="m",
        max_tokens=100,
        messages=[{"role": "user", "content": "?"}],
    ) as stream:
        message = stream.get_final_message()
    assert [block.type for block in message.content] == ["thinking", "text", "tool_use"]
    assert message.stop_reason == "tool_use"
    assert message.usage.input_tokens == 16
    assert message.usage.cache_read_input_tokens == 4
    assert "echo" in [model.id for model in client.models.list()]


def test_anthropic_client_sees_the_status_of_a_refusal(provider: FakeProvider) -> None:
    anthropic = pytest.importorskip("anthropic")

    provider.script("m", refuses(529))
    client = anthropic.Anthropic(base_url=provider.url, api_key="k", max_retries=0)
    with pytest.raises(anthropic.APIStatusError) as refused:
        client.messages.create(
            model="m",
            max_tokens=9,
            messages=[{"role": "user", "content": "?"}],
        )
    assert refused.value.status_code == 529


async def _joined(model: Any) -> Any:
    chunks = [chunk async for chunk in model.astream("hi")]
    return functools.reduce(operator.add, chunks)


async def test_langchain_google_client_reads_a_stream(provider: FakeProvider) -> None:
    google = pytest.importorskip("langchain_google_genai")

    provider.script("gemini-x", TOOL_TURN)
    model = google.ChatGoogleGenerativeAI(model="gemini-x", api_key="k", base_url=provider.url)
    whole = await _joined(model)
    await model.aclose()
    assert whole.tool_calls[0]["args"] == {"city": "Oslo"}
    assert whole.usage_metadata["total_tokens"] == 29


async def test_langchain_ollama_client_reads_a_stream(provider: FakeProvider) -> None:
    ollama = pytest.importorskip("langchain_ollama")

    provider.script("llama", TOOL_TURN)
    model = ollama.ChatOllama(model="llama", base_url=provider.url, reasoning=True)
    whole = await _joined(model)
    await model._async_client.close()
    model._client.close()
    assert whole.content == "Looking"
    assert whole.tool_calls[0]["args"] == {"city": "Oslo"}
    assert whole.additional_kwargs["reasoning_content"] == "hm"


async def test_a_client_that_leaves_is_recorded(provider: FakeProvider) -> None:
    httpx = pytest.importorskip("httpx")

    provider.script("m", Script(steps=(Text("first"), Hang())))
    async with httpx.AsyncClient() as client:
        asking = {"model": "m", "stream": True, "messages": []}
        url = f"{provider.url}/v1/chat/completions"
        async with client.stream("POST", url, json=asking) as response:
            lines = response.aiter_lines()
            assert json.loads((await anext(lines))[6:])["choices"][0]["delta"]["role"]
    assert (await provider.requests[0].over()).is_cancelled
