"""Reasoning that a client drops and its model wants back."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.core.cache import cache

from accounts.models import User
from accounts.services.api_keys import api_key_create
from agents.relay import thoughts
from librechat.kernel import yaml_config
from tests.agents.relay import caches
from tests.agents.relay.conftest import Door, config_for
from tests.fakes.provider import FakeProvider, Script, Thinking, ToolCall, says
from tests.fakes.provider.anthropic import SIGNATURE

MODEL, OTHER = "claude-sonnet-4-5", "claude-haiku-4-5"
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
RESPONSES_TOOL = {"type": "function", "name": "look", "parameters": {"type": "object"}}
QUESTION = {"role": "user", "content": "What is there?"}
CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
THOUGHT = {"type": "thinking", "thinking": "Let me look.", "signature": SIGNATURE}
LOOKS = Script(steps=(Thinking("Let me "), Thinking("look."), ToolCall("look")), stop="tool_calls")


@pytest.fixture(autouse=True)
def models(door: Door, provider: FakeProvider) -> Any:
    rules = config_for(provider)
    rules["endpoints"]["custom"][1]["models"] = {"default": [MODEL, OTHER], "fetch": False}
    with yaml_config.override(rules):
        yield


@pytest.fixture
def open_cache(settings: LazySettings) -> dict[str, str]:
    settings.CACHES = {"default": {"BACKEND": "tests.agents.relay.caches.OpenCache"}}
    caches.seen.clear()
    return caches.seen


async def ask(door: Door, messages: list[dict[str, Any]], **fields: Any) -> Any:
    body = {"model": MODEL, "messages": messages, "reasoning_effort": "low", "tools": [TOOL]}
    answer = await door.post("/v1/chat/completions", body | {"max_tokens": 4096} | fields)
    assert answer.status_code == 200, answer.text
    return answer


def loop(*, call: dict[str, Any] = CALL, **fields: Any) -> list[dict[str, Any]]:
    """Return a running tool loop, as clients tell it that keep no reasoning."""
    spoken = {"role": "assistant", "content": None, "tool_calls": [call]} | fields
    return [QUESTION, spoken, {"role": "tool", "tool_call_id": call["id"], "content": "A cat."}]


def sent(provider: FakeProvider) -> dict[str, Any]:
    """Return the body of the last request that reached the provider."""
    body = provider.requests[-1].body
    assert isinstance(body, dict)
    return body


def blocks(provider: FakeProvider, at: int = 1) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = sent(provider)["messages"][at]["content"]
    return content


@pytest.mark.parametrize("stream", [False, True])
async def test_dropped_reasoning_goes_back_before_its_tool_call(
    door: Door, provider: FakeProvider, stream: bool
) -> None:
    provider.script(MODEL, LOOKS, says("A cat."))
    await ask(door, [QUESTION], stream=stream)
    await ask(door, loop(), stream=stream)
    assert [block["type"] for block in blocks(provider)] == ["thinking", "tool_use"]
    assert blocks(provider)[0] == THOUGHT
    assert sent(provider)["thinking"]["type"] == "enabled"


async def test_a_responses_client_gets_it_back_too(door: Door, provider: FakeProvider) -> None:
    provider.script(MODEL, LOOKS, says("A cat."))
    body = {"model": MODEL, "reasoning": {"effort": "low"}, "tools": [RESPONSES_TOOL]}
    asked = {"role": "user", "content": "What is there?"}
    first = await door.post("/v1/responses", body | {"input": [asked]})
    called = [item for item in first.json()["output"] if item["type"] == "function_call"]
    output = {"type": "function_call_output", "call_id": called[0]["call_id"], "output": "A cat."}
    second = await door.post("/v1/responses", body | {"input": [asked, *called, output]})
    assert second.status_code == 200
    assert blocks(provider)[0] == THOUGHT


async def test_reasoning_that_comes_back_without_its_proof_is_replaced(
    door: Door, provider: FakeProvider
) -> None:
    provider.script(MODEL, LOOKS, says("A cat."))
    await ask(door, [QUESTION])
    await ask(door, loop(reasoning_content="Let me look."))
    assert [block["type"] for block in blocks(provider)] == ["thinking", "tool_use"]


async def test_reasoning_that_comes_back_with_its_proof_is_left_as_it_is(
    door: Door, provider: FakeProvider
) -> None:
    provider.script(MODEL, LOOKS, says("A cat."))
    first = await ask(door, [QUESTION])
    message = first.json()["choices"][0]["message"]
    details = [detail | {"signature": "b3du"} for detail in message["reasoning_details"]]
    await ask(door, loop(reasoning_details=details))
    assert [block.get("signature") for block in blocks(provider)] == ["b3du", None]


async def test_without_kept_reasoning_the_model_is_asked_not_to_think(
    door: Door, provider: FakeProvider
) -> None:
    provider.script(MODEL, LOOKS, says("A cat."))
    await ask(door, [QUESTION])
    cache.clear()
    await ask(door, loop())
    assert [block["type"] for block in blocks(provider)] == ["tool_use"]
    assert "thinking" not in sent(provider)


async def test_another_model_never_gets_it(door: Door, provider: FakeProvider) -> None:
    provider.script(MODEL, LOOKS)
    provider.script(OTHER, says("A cat."))
    await ask(door, [QUESTION])
    await ask(door, loop(), model=OTHER)
    assert [block["type"] for block in blocks(provider)] == ["tool_use"]


async def test_another_key_never_gets_it(door: Door, provider: FakeProvider) -> None:
    provider.script(MODEL, LOOKS, says("A cat."))
    await ask(door, [QUESTION])
    owner = await User.objects.aget(pk=door.key.user_id)
    key, text = await sync_to_async(api_key_create)(user=owner, name="Other")
    await ask(Door(door.relay, key, text), loop())
    assert [block["type"] for block in blocks(provider)] == ["tool_use"]


async def test_another_call_gets_nothing(door: Door, provider: FakeProvider) -> None:
    provider.script(MODEL, LOOKS, says("A cat."))
    await ask(door, [QUESTION])
    await ask(door, loop(call=CALL | {"id": "call_2"}))
    assert [block["type"] for block in blocks(provider)] == ["tool_use"]


async def test_reasoning_of_a_finished_turn_stays_away(door: Door, provider: FakeProvider) -> None:
    provider.script(MODEL, LOOKS, says("A dog."))
    await ask(door, [QUESTION])
    said = {"role": "assistant", "content": "A cat."}
    await ask(door, [*loop(), said, {"role": "user", "content": "And now?"}])
    assert [block["type"] for block in blocks(provider)] == ["tool_use"]


async def test_parallel_calls_get_their_reasoning_once_in_any_order(
    door: Door, provider: FakeProvider
) -> None:
    both = (Thinking("Let me look."), ToolCall("look"), ToolCall("look", id="call_2"))
    provider.script(MODEL, Script(steps=both, stop="tool_calls"), says("A cat."))
    await ask(door, [QUESTION])
    asked, spoken, result = loop()
    spoken["tool_calls"] = [CALL | {"id": "call_2"}, CALL]
    await ask(door, [asked, spoken, result, result | {"tool_call_id": "call_2"}])
    assert [block["type"] for block in blocks(provider)] == ["thinking", "tool_use", "tool_use"]


async def test_every_step_of_a_loop_gets_its_own(door: Door, provider: FakeProvider) -> None:
    again = Script(steps=(Thinking("Once more."), ToolCall("look", id="call_2")), stop="tool_calls")
    provider.script(MODEL, LOOKS, again, says("A cat."))
    await ask(door, [QUESTION])
    await ask(door, loop())
    second = loop(call=CALL | {"id": "call_2"})[1:]
    await ask(door, [*loop(), *second])
    told = [blocks(provider, at)[0].get("thinking") for at in (1, 3)]
    assert told == ["Let me look.", "Once more."]


async def test_an_answer_without_tool_calls_keeps_nothing(
    door: Door, provider: FakeProvider, open_cache: dict[str, str]
) -> None:
    provider.script(MODEL, Script(steps=(Thinking("Hm."),)), says("No thoughts."))
    await ask(door, [QUESTION])
    await ask(door, [QUESTION])
    assert open_cache == {}


async def test_a_client_of_anthropics_dialect_keeps_its_own(
    door: Door, provider: FakeProvider, open_cache: dict[str, str]
) -> None:
    provider.script(MODEL, LOOKS)
    body = {"model": MODEL, "max_tokens": 4096, "messages": [QUESTION]}
    answer = await door.post("/v1/messages", body)
    assert {block["type"] for block in answer.json()["content"]} == {"thinking", "tool_use"}
    assert open_cache == {}


async def test_what_is_kept_cannot_be_read_in_the_cache(
    door: Door, provider: FakeProvider, open_cache: dict[str, str]
) -> None:
    provider.script(MODEL, LOOKS)
    await ask(door, [QUESTION])
    ((name, text),) = open_cache.items()
    assert "call_1" not in name
    assert "look" not in text


async def test_very_long_reasoning_is_not_kept(door: Door, provider: FakeProvider) -> None:
    long = (Thinking("x" * thoughts.MOST_BYTES), ToolCall("look"))
    provider.script(MODEL, Script(steps=long, stop="tool_calls"), says("A cat."))
    await ask(door, [QUESTION])
    await ask(door, loop())
    assert [block["type"] for block in blocks(provider)] == ["tool_use"]


async def test_what_other_secrets_sealed_counts_as_not_kept(
    door: Door, provider: FakeProvider, settings: LazySettings
) -> None:
    provider.script(MODEL, LOOKS, says("A cat."))
    await ask(door, [QUESTION])
    settings.CREDS_KEYS = ["quite another key"]
    await ask(door, loop())
    assert [block["type"] for block in blocks(provider)] == ["tool_use"]


async def test_a_cache_that_fails_fails_no_call(
    door: Door, provider: FakeProvider, settings: LazySettings
) -> None:
    settings.CACHES = {"default": {"BACKEND": "tests.agents.relay.caches.BrokenCache"}}
    provider.script(MODEL, LOOKS, says("A cat."))
    await ask(door, [QUESTION])
    await ask(door, loop())
    assert [block["type"] for block in blocks(provider)] == ["tool_use"]
