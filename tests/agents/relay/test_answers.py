"""Answers that are kept for equal requests."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings

from accounts.models import ApiKey, User
from accounts.services.api_keys import api_key_create
from agents.models import RelayCall, RelayContent
from agents.relay import answers
from agents.relay.targets import Directory
from librechat.kernel import clock, secrets, yaml_config
from tests.agents.relay import caches
from tests.agents.relay.conftest import ALIASES, Door, config_for
from tests.fakes.provider import FakeProvider, Text, refuses, says
from tests.fakes.provider.script import Script

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


@pytest.fixture(autouse=True)
def keeping(door: Door, provider: FakeProvider) -> Iterator[None]:
    with yaml_config.override(config_for(provider, cacheSeconds=60)):
        yield


async def ask(door: Door, **fields: Any) -> Any:
    return await door.chat(**({"temperature": 0} | fields))


async def test_an_equal_request_gets_the_kept_answer_and_asks_nobody(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", says("One."))
    first, second = await ask(door), await ask(door)
    assert [one.headers["x-relay-cache"] for one in (first, second)] == ["miss", "hit"]
    assert first.content == second.content
    assert second.headers["x-relay-model"] == "Fake/alpha"
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert len(provider.requests) == 1


async def test_a_hit_is_written_down_as_a_call_that_cost_nothing(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", says("One."))
    await ask(door)
    await ask(door)
    await door.settle()
    missed, hit = [call async for call in RelayCall.objects.order_by("started_at", "id")]
    assert (missed.status, missed.tags, missed.credits > 0) == ("ok", {}, True)
    assert (hit.status, hit.tags, hit.http_status) == ("ok", {"cache": "hit"}, 200)
    assert (hit.input_tokens, hit.output_tokens, hit.credits) == (0, 0, 0)
    assert (hit.endpoint, hit.model, hit.alias) == ("Fake", "alpha", "first")


@pytest.mark.parametrize("days", [0, 7])
async def test_a_hit_keeps_what_was_said_where_the_key_keeps_it(
    door: Door, provider: FakeProvider, days: int
) -> None:
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(content_days=days)
    provider.script("alpha", says("One."))
    await ask(door)
    assert (await ask(door)).headers["x-relay-cache"] == "hit"
    await door.settle()
    kept = [one async for one in RelayContent.objects.order_by("call__started_at", "call_id")]
    assert len(kept) == (2 if days else 0)
    for one in kept:
        assert '"Hi"' in secrets.decrypt(one.request)
        assert '"One."' in secrets.decrypt(one.response)
        assert one.expires_at.date() == (clock.now() + timedelta(days=days)).date()


async def test_the_order_of_a_bodys_fields_makes_no_difference(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", says("One."))
    messages = [{"role": "user", "content": "Hi"}]
    one = {"model": "first", "temperature": 0, "messages": messages}
    other = {"messages": messages, "temperature": 0, "model": "first"}
    await door.post("/v1/chat/completions", one)
    assert (await door.post("/v1/chat/completions", other)).headers["x-relay-cache"] == "hit"


async def test_an_answer_never_crosses_keys_even_of_one_person(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", says("Mine."), says("Theirs."))
    await ask(door)
    owner = await User.objects.aget(pk=door.key.user_id)
    key, text = await sync_to_async(api_key_create)(user=owner, name="Other")
    other = Door(door.relay, key, text)
    answer = await ask(other)
    assert answer.headers["x-relay-cache"] == "miss"
    assert answer.json()["choices"][0]["message"]["content"] == "Theirs."


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 0.1},
        {"temperature": None},
        {"temperature": False},
        {"temperature": "0"},
        {"stream": True},
        {"tools": [TOOL]},
        {"functions": [{"name": "look"}]},
        {"store": True},
        {"web_search_options": {"search_context_size": "low"}},
    ],
)
async def test_what_may_be_answered_otherwise_the_next_time_is_not_kept(
    door: Door, provider: FakeProvider, fields: dict[str, Any]
) -> None:
    provider.script("alpha", says("One."), says("Two."))
    first, second = await ask(door, **fields), await ask(door, **fields)
    assert (first.status_code, second.status_code) == (200, 200)
    assert "x-relay-cache" not in first.headers
    assert "x-relay-cache" not in second.headers
    assert len(provider.requests) == 2


async def test_a_model_whose_targets_changed_is_asked_anew(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", says("Old."))
    provider.script("beta", says("Young."))
    await ask(door)
    moved = [alias for alias in ALIASES if alias["name"] != "first"]
    moved.append({"name": "first", "deployments": [{"endpoint": "Fake", "model": "beta"}]})
    with yaml_config.override(config_for(provider, cacheSeconds=60, aliases=moved)):
        door.service.directory = Directory()
        answer = await ask(door)
    assert answer.headers["x-relay-cache"] == "miss"
    assert answer.json()["choices"][0]["message"]["content"] == "Young."


async def test_parameters_of_the_alias_are_part_of_the_question(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", says("Long."), says("Short."))
    await ask(door)
    first = ALIASES[0] | {"parameters": {"max_tokens": 5}}
    with yaml_config.override(config_for(provider, cacheSeconds=60, aliases=[first])):
        door.service.directory = Directory()
        assert (await ask(door)).headers["x-relay-cache"] == "miss"


async def test_a_failure_is_not_kept(door: Door, provider: FakeProvider) -> None:
    provider.script("alpha", refuses(400), says("Better."))
    refused, answered = await ask(door), await ask(door)
    assert (refused.status_code, refused.headers["x-relay-cache"]) == (400, "miss")
    assert (answered.status_code, answered.headers["x-relay-cache"]) == (200, "miss")


async def test_a_failure_that_calls_itself_a_success_is_not_kept(
    door: Door, provider: FakeProvider
) -> None:
    failed = b'{"id": "x", "status": "failed", "error": {"message": "No."}}'
    provider.script("alpha", Script(body=failed, content_type="application/json"), says("Yes."))
    await ask(door)
    assert (await ask(door)).headers["x-relay-cache"] == "miss"


async def test_a_large_answer_is_not_kept(door: Door, provider: FakeProvider) -> None:
    large = Script(steps=(Text("x" * (answers.MOST_BYTES + 1)),))
    provider.script("alpha", large, says("Small."))
    await ask(door)
    assert (await ask(door)).headers["x-relay-cache"] == "miss"


async def test_a_converted_answer_is_kept_too(door: Door, provider: FakeProvider) -> None:
    provider.script("claude-sonnet-4-5", says("Bonjour."))
    first = await ask(door, model="claude-sonnet-4-5")
    second = await ask(door, model="claude-sonnet-4-5")
    assert second.headers["x-relay-cache"] == "hit"
    assert first.content == second.content


@pytest.mark.parametrize(("store", "told"), [(False, "hit"), (True, None), (None, None)])
async def test_responses_that_are_stored_at_the_provider_are_not_kept(
    door: Door, provider: FakeProvider, store: bool | None, told: str | None
) -> None:
    provider.script("claude-sonnet-4-5", says("One."), says("Two."))
    body: dict[str, Any] = {"model": "claude-sonnet-4-5", "input": "Hi", "temperature": 0}
    if store is not None:
        body["store"] = store
    first = await door.post("/v1/responses", body)
    second = await door.post("/v1/responses", body)
    assert first.status_code == second.status_code == 200
    assert second.headers.get("x-relay-cache") == told


async def test_nothing_is_kept_by_default(door: Door, provider: FakeProvider) -> None:
    provider.script("alpha", says("One."), says("Two."))
    with yaml_config.override(config_for(provider)):
        await ask(door)
        assert "x-relay-cache" not in (await ask(door)).headers


async def test_what_is_kept_cannot_be_read_in_the_cache(
    door: Door, provider: FakeProvider, settings: LazySettings
) -> None:
    settings.CACHES = {"default": {"BACKEND": "tests.agents.relay.caches.OpenCache"}}
    caches.seen.clear()
    provider.script("alpha", says("Secret answer."))
    await ask(door)
    ((name, text),) = caches.seen.items()
    assert "Secret" not in text
    assert door.key.pk not in name


async def test_what_other_secrets_sealed_counts_as_not_kept(
    door: Door, provider: FakeProvider, settings: LazySettings
) -> None:
    provider.script("alpha", says("One."), says("Two."))
    await ask(door)
    settings.CREDS_KEYS = ["quite another key"]
    assert (await ask(door)).headers["x-relay-cache"] == "miss"


async def test_a_cache_that_fails_fails_no_call(
    door: Door, provider: FakeProvider, settings: LazySettings
) -> None:
    settings.CACHES = {"default": {"BACKEND": "tests.agents.relay.caches.BrokenCache"}}
    provider.script("alpha", says("One."))
    answer = await ask(door)
    assert (answer.status_code, answer.headers["x-relay-cache"]) == (200, "miss")
