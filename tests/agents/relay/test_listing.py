"""What lists of models tell, in the relay's own lists and in its calls."""

import json
from typing import Any

import pytest
from anthropic.types import ModelInfo
from asgiref.sync import sync_to_async

from accounts.models import User
from agents.errors import ProviderError
from agents.llm import available, model_lists
from agents.llm.health import connection_to
from agents.llm.wire.model_list import facts_of
from agents.relay import targets
from agents.relay.keys import facts_of as facts_of_key
from agents.relay.targets import Target
from librechat.kernel import yaml_config
from tests.agents.relay.conftest import ALIASES, Door, config_for
from tests.fakes.provider import FakeProvider, Script, refuses, says

YES, NO = {"supported": True}, {"supported": False}
ALPHA = {
    "id": "alpha",
    "name": "Alpha One",
    "created": 1_760_000_000,
    "context_length": 9000,
    "top_provider": {"max_completion_tokens": 700},
    "architecture": {"input_modalities": ["text", "image", "file"]},
    "supported_parameters": ["tools", "structured_outputs"],
}
CLAUDE = {
    "id": "claude-sonnet-4-5",
    "display_name": "Sonnet",
    "created_at": "2026-10-01T00:00:00Z",
    "max_input_tokens": 5000,
    "max_tokens": 400,
    "capabilities": {
        "image_input": YES,
        "pdf_input": YES,
        "structured_outputs": NO,
        "thinking": YES | {"types": {"adaptive": YES, "enabled": NO, "disabled": YES}},
        "effort": YES | {"low": YES, "max": NO},
    },
}
ANTHROPIC = {"anthropic-version": "2023-06-01"}


async def told(door: Door, provider: FakeProvider, endpoint: str, *lines: Any) -> None:
    """Have an endpoint's list asked for, as an administrator does."""
    body = json.dumps({"data": lines}).encode()
    provider.script("models", Script(body=body, content_type="application/json"))
    await sync_to_async(_refresh)(door.key.user, endpoint)
    provider.requests.clear()


def _refresh(user: User, endpoint: str) -> None:
    found = available.endpoints_configured(user)[endpoint]
    model_lists.list_refresh(connection_to(found, "", user))


async def listed(door: Door, name: str, **headers: str) -> dict[str, Any]:
    answer = await door.ask("GET", f"/v1/models/{name}", headers=headers)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def test_openai_s_list_tells_what_the_provider_s_told(
    door: Door, provider: FakeProvider
) -> None:
    plain = {"id": "alpha", "object": "model", "created": 1_700_000_000, "owned_by": "Fake"}
    assert await listed(door, "alpha") == plain
    await told(door, provider, "Fake", ALPHA, {"id": "beta"})
    found = await listed(door, "alpha")
    assert found == plain | {
        "created": 1_760_000_000,
        "context_length": 9000,
        "max_completion_tokens": 700,
        "architecture": {"input_modalities": ["text", "image", "file"]},
        "supported_parameters": [
            "tools",
            "tool_choice",
            "structured_outputs",
            "response_format",
        ],
    }
    assert facts_of(found).can == facts_of(ALPHA).can  # a relay behind a relay learns the same
    everything = (await door.ask("GET", "/v1/models")).json()["data"]
    assert found in everything
    assert plain | {"id": "beta"} in everything


async def test_anthropic_s_list_tells_what_the_provider_s_told(
    door: Door, provider: FakeProvider
) -> None:
    name = "claude-sonnet-4-5"
    before = await listed(door, name, **ANTHROPIC)
    assert (before["max_input_tokens"], before["max_tokens"]) == (200_000, 64_000)
    assert (before["capabilities"], before["display_name"]) == (None, name)
    await told(door, provider, "Claude", CLAUDE)
    found = await listed(door, name, **ANTHROPIC)
    assert (found["max_input_tokens"], found["max_tokens"]) == (5000, 400)
    assert (found["display_name"], found["created_at"]) == ("Sonnet", "2026-10-01T00:00:00Z")
    model = ModelInfo.model_validate(found)
    assert model.capabilities is not None
    assert model.capabilities.pdf_input.supported
    assert not model.capabilities.structured_outputs.supported
    assert model.capabilities.thinking.types.adaptive.supported
    assert not model.capabilities.thinking.types.enabled.supported
    assert not model.capabilities.batch.supported


async def test_of_a_model_nobody_knows_nothing_is_said(door: Door) -> None:
    found = await listed(door, "alpha", **ANTHROPIC)
    assert ModelInfo.model_validate(found).lifecycle == "active"
    assert (found["max_input_tokens"], found["max_tokens"], found["capabilities"]) == (None,) * 3


async def test_an_alias_says_what_its_first_model_can_do_and_its_own_word_first(
    door: Door, provider: FakeProvider
) -> None:
    await told(door, provider, "Fake", ALPHA)
    found = await listed(door, "first")
    assert (found["context_length"], found["owned_by"]) == (9000, "relay")
    assert (await listed(door, "first", **ANTHROPIC))["display_name"] == "first"
    said = {"context_window": 100, "max_tokens": 50, "vision": False, "thinking": "adaptive"}
    alias = {"name": "own", "capabilities": said, "deployments": ALIASES[0]["deployments"]}
    with yaml_config.override(config_for(provider, aliases=[alias])):
        found = await listed(door, "own")
        shown = await listed(door, "own", **ANTHROPIC)
    assert (found["context_length"], found["max_completion_tokens"]) == (100, 50)
    assert found["architecture"] == {"input_modalities": ["text", "file"]}
    assert "reasoning" in found["supported_parameters"]
    assert shown["capabilities"]["thinking"]["types"]["adaptive"] == YES
    assert shown["capabilities"]["image_input"] == NO


async def target_of(door: Door, model: str) -> Target:
    return (await sync_to_async(_targets)(door, model))[0]


def _targets(door: Door, model: str) -> tuple[Target, ...]:
    return targets.targets_of(facts_of_key(door.key), model)


async def test_an_alias_s_word_goes_before_the_list_and_the_list_before_the_table(
    door: Door, provider: FakeProvider
) -> None:
    table = await target_of(door, "claude-sonnet-4-5")
    assert (table.context_window, table.max_output) == (200_000, 64_000)
    assert table.capabilities == {}
    await told(door, provider, "Claude", CLAUDE)
    from_list = await target_of(door, "claude-sonnet-4-5")
    assert (from_list.context_window, from_list.max_output) == (5000, 400)
    assert from_list.capabilities == {
        "thinking": "adaptive",
        "can_stop_thinking": True,
        "has_effort": True,
        "has_max_effort": False,
        "has_structured_output": False,
    }
    said = {"context_window": 4000, "max_tokens": 900, "thinking": "budget"}
    deployments = [{"endpoint": "Claude", "model": "claude-sonnet-4-5"}]
    alias = {"name": "own", "capabilities": said, "deployments": deployments}
    with yaml_config.override(config_for(provider, aliases=[alias])):
        own = await target_of(door, "own")
    assert (own.context_window, own.max_output) == (4000, 900)
    assert own.capabilities == {**from_list.capabilities, **said}


async def test_a_converted_call_asks_for_what_the_list_allows(
    door: Door, provider: FakeProvider
) -> None:
    await told(door, provider, "Claude", CLAUDE)
    provider.script("claude-sonnet-4-5", says("Yes."))
    answer = await door.chat("claude-sonnet-4-5", max_tokens=3000, reasoning_effort="low")
    assert answer.status_code == 200
    [asked] = provider.requests
    assert asked.body["max_tokens"] == 400
    assert asked.body["thinking"]["type"] == "adaptive"
    assert asked.body["output_config"] == {"effort": "low"}


@pytest.mark.parametrize(
    "line",
    [
        {"id": "claude-sonnet-4-5", "max_input_tokens": -5, "max_tokens": "400"},
        {"id": "claude-sonnet-4-5", "max_input_tokens": 10**12, "capabilities": [YES]},
        {"id": "claude-sonnet-4-5", "capabilities": {"thinking": "no", "effort": {}}},
    ],
)
async def test_an_odd_list_changes_no_call(
    door: Door, provider: FakeProvider, line: dict[str, Any]
) -> None:
    await told(door, provider, "Claude", line)
    provider.script("claude-sonnet-4-5", says("Yes."))
    await door.chat("claude-sonnet-4-5", max_tokens=3000)
    assert provider.requests[0].body["max_tokens"] == 3000
    assert (await target_of(door, "claude-sonnet-4-5")).capabilities == {}


async def test_a_refused_list_changes_no_call(door: Door, provider: FakeProvider) -> None:
    await told(door, provider, "Claude", CLAUDE)
    before = await target_of(door, "claude-sonnet-4-5")
    provider.script("models", refuses(403))
    with pytest.raises(ProviderError):
        await sync_to_async(_refresh)(door.key.user, "Claude")
    after = await target_of(door, "claude-sonnet-4-5")
    assert (after.max_output, after.capabilities) == (before.max_output, before.capabilities)
