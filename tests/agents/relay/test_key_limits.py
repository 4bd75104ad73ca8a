"""What a key is kept to: models, routes, addresses, calls and tokens a minute, calls at a time."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import ApiKey
from agents.relay.limits import Bucket
from billing.models import Budget
from tests.agents.relay.conftest import Door
from tests.fakes.provider import Delay, FakeProvider, Script, Text, says


async def kept_to(door: Door, **fields: Any) -> None:
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(**fields)


async def test_a_key_with_a_list_sees_and_uses_only_its_models(
    door: Door, provider: FakeProvider
) -> None:
    await kept_to(door, allowed_models=["al*"])
    provider.script("alpha", says("Here."))
    listed = (await door.ask("GET", "/v1/models")).json()["data"]
    assert [model["id"] for model in listed] == ["alpha"]
    assert (await door.chat("alpha")).status_code == 200
    refused = await door.chat("beta")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "model_not_allowed")


async def test_a_key_for_one_route_opens_no_other(door: Door, provider: FakeProvider) -> None:
    await kept_to(door, scopes=["relay:chat"])
    provider.script("alpha", says("Here."))
    assert (await door.chat()).status_code == 200
    body = {"model": "first", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
    assert (await door.post("/v1/messages", body)).status_code == 403


async def test_a_key_for_reading_does_not_reach_the_relay(door: Door) -> None:
    await kept_to(door, scopes=["read"])
    assert (await door.chat()).status_code == 403


@pytest.mark.parametrize(("network", "status"), [("127.0.0.0/8", 200), ("10.0.0.0/8", 403)])
async def test_a_key_opens_from_its_networks_only(
    door: Door, provider: FakeProvider, network: str, status: int
) -> None:
    await kept_to(door, allowed_addresses=[network])
    provider.script("alpha", says("Here."))
    assert (await door.chat()).status_code == status


async def test_calls_a_minute_are_counted_and_the_wait_is_told(
    door: Door, provider: FakeProvider
) -> None:
    await kept_to(door, requests_per_minute=2)
    provider.script("alpha", says("One."), says("Two."))
    first = await door.chat()
    assert first.headers["x-ratelimit-remaining-requests"] == "1"
    assert (await door.chat()).status_code == 200
    refused = await door.chat()
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"
    assert 1 <= int(refused.headers["retry-after"]) <= 31
    assert len(provider.requests) == 2


async def test_tokens_a_minute_are_corrected_by_what_was_used(
    door: Door, provider: FakeProvider
) -> None:
    await kept_to(door, tokens_per_minute=1_000)
    provider.script("alpha", *[says("Short.")] * 3)
    told = []
    for _call in range(3):
        answer = await door.chat(max_tokens=900)
        told.append(answer.status_code)
    assert told == [200, 200, 200]  # each takes 18, not the 900 that were expected


async def test_calls_at_a_time_are_limited_and_a_place_comes_back(
    door: Door, provider: FakeProvider
) -> None:
    await kept_to(door, parallel_requests=1)
    slow = Script((Text("One."), Delay(0.5)))
    provider.script("alpha", slow, says("Two."))
    first = asyncio.create_task(door.chat())
    await asyncio.to_thread(provider.wait_for_request)
    refused = await door.chat()
    assert (refused.status_code, (await first).status_code) == (429, 200)
    assert (await door.chat()).status_code == 200


async def test_a_used_up_budget_of_the_key_is_no_reason_to_try_again(
    door: Door, provider: FakeProvider
) -> None:
    await Budget.objects.acreate(
        name="One call", scope="key", scope_id=door.key.pk, measure="messages", limit=1
    )
    provider.script("alpha", says("One."))
    assert (await door.chat()).status_code == 200
    await door.settle()
    refused = await door.chat()
    assert (refused.status_code, refused.headers["x-should-retry"]) == (429, "false")
    assert refused.json()["error"]["code"] == "insufficient_quota"
    assert "One call" in refused.json()["error"]["message"]
    body = {"model": "first", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
    assert (await door.post("/v1/messages", body)).status_code == 402


@given(
    capacity=st.integers(1, 1_000),
    takes=st.lists(st.tuples(st.floats(0, 100), st.integers(1, 2_000)), max_size=50),
)
def test_a_bucket_never_gives_more_than_its_rate(
    capacity: int, takes: list[tuple[float, int]]
) -> None:
    bucket = Bucket(capacity, capacity, 0.0)
    now, given_out, last = 0.0, 0, 0
    for pause, wanted in takes:
        now += pause
        if bucket.take(wanted, now) == 0.0:
            given_out += wanted
            last = wanted
    # What is larger than the bucket passes once it is full: at most the last such take is on top.
    assert given_out - last <= capacity + now * capacity / 60 + 1e-6
