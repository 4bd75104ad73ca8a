"""Aliases, and what happens when a deployment fails."""

import pytest

from agents.models import RelayAlias, RelayCall, RelayDeployment
from tests.agents.relay.conftest import Door
from tests.fakes.provider import Cut, FakeProvider, Script, Text, refuses, says


async def last_call(door: Door) -> RelayCall:
    await door.settle()
    call = await RelayCall.objects.order_by("-started_at", "-id").afirst()
    assert call is not None
    return call


@pytest.mark.parametrize("status", [408, 429, 500, 503, 529])
async def test_the_next_tier_answers_when_the_first_fails(
    door: Door, provider: FakeProvider, status: int
) -> None:
    provider.script("alpha", refuses(status))
    provider.script("beta", says("From the second."))
    answer = await door.chat("chain")
    assert answer.json()["choices"][0]["message"]["content"] == "From the second."
    assert answer.headers["x-relay-model"] == "Fake/beta"
    call = await last_call(door)
    assert (call.status, call.retries, call.fallback_from) == ("ok", 1, "Fake/alpha")
    assert (call.model, call.output_tokens) == ("beta", 7)


async def test_what_is_the_requests_own_fault_is_asked_nobody_else(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", refuses(422))
    answer = await door.chat("chain")
    assert answer.status_code == 422
    assert [seen.model for seen in provider.requests] == ["alpha"]


async def test_when_all_fail_the_last_refusal_is_told_and_nothing_is_charged(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", refuses(500))
    provider.script("beta", refuses(503))
    answer = await door.chat("chain")
    assert answer.status_code == 503
    call = await last_call(door)
    assert (call.status, call.credits) == ("error", 0)


async def test_after_the_first_byte_nobody_else_is_asked(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", Script((Text("Half an "), Text("answer"), Cut())))
    provider.script("beta", says("Never heard."))
    answer = await door.chat("chain", stream=True)
    assert answer.status_code == 200
    assert "Half an " in answer.text
    assert '"code":"upstream_truncated"' in answer.text
    assert "[DONE]" not in answer.text
    call = await last_call(door)
    assert (call.status, call.error_code) == ("error", "upstream_truncated")
    assert call.is_estimated
    assert call.output_tokens > 0


@pytest.mark.parametrize(
    ("asked", "model"),
    [
        ("first", "alpha"),
        ("big-beta", "beta"),
        ("gpt-9-high", "alpha"),
        ("beta", "beta"),
        ("Fake/beta", "beta"),
    ],
)
async def test_the_names_that_lead_to_a_model(
    door: Door, provider: FakeProvider, asked: str, model: str
) -> None:
    provider.script(model, says("Here."))
    assert (await door.chat(asked)).status_code == 200
    assert [seen.model for seen in provider.requests] == [model]


async def test_an_aliass_parameters_hold_where_the_client_says_nothing(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", says("One."), says("Two."))
    await door.chat("gpt-9-high")
    await door.chat("gpt-9-high", reasoning_effort="low")
    efforts = [seen.body["reasoning_effort"] for seen in provider.requests]
    assert efforts == ["high", "low"]


async def test_an_alias_of_the_administration_counts_like_one_of_the_file(
    door: Door, provider: FakeProvider
) -> None:
    alias = await RelayAlias.objects.acreate(name="house", rates={"prompt": 1, "completion": 1})
    await RelayDeployment.objects.acreate(alias=alias, endpoint="Fake", model="alpha")
    provider.script("alpha", says("Here."))
    assert (await door.chat("house")).status_code == 200
    call = await last_call(door)
    assert call.credits == 11 + 7


async def test_a_broken_pattern_of_an_alias_fits_nothing(door: Door) -> None:
    alias = await RelayAlias.objects.acreate(name="(", match="regex")
    await RelayDeployment.objects.acreate(alias=alias, endpoint="Fake", model="alpha")
    assert (await door.chat("(")).status_code == 404


async def test_an_alias_without_a_usable_deployment_is_told_so(door: Door) -> None:
    alias = await RelayAlias.objects.acreate(name="empty")
    await RelayDeployment.objects.acreate(alias=alias, endpoint="Nowhere", model="alpha")
    assert (await door.chat("empty")).status_code == 404
