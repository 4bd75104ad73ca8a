"""Keys that take each other's place: one budget and one set of limits for both."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from accounts.models import ApiKey
from accounts.services.api_keys import api_key_create, api_key_rotate
from agents.relay.limits import OwnCounters
from billing.models import Budget, BudgetBucket
from tests.agents.relay.conftest import Door
from tests.fakes.provider import Delay, FakeProvider, Script, Text, says

BUDGET: dict[str, Any] = {"name": "Calls", "scope": "key", "measure": "messages", "period": "total"}


async def rotated(door: Door) -> Door:
    """Return the door with a key that takes the place of another, which still works."""
    old = await ApiKey.objects.select_related("user").aget(pk=door.key.pk)
    key, text = await sync_to_async(api_key_rotate)(
        key=old, overlap=timedelta(days=1), actor=old.user
    )
    return Door(door.relay, key, text)


@pytest.fixture
async def limited(door: Door) -> Door:
    fields = {"requests_per_minute": 2, "parallel_requests": 1}
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(**fields)
    return door


async def test_calls_a_minute_are_counted_for_both_together(
    limited: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", says("One."), says("Two."), says("Three."))
    new = await rotated(limited)
    assert (await limited.chat()).status_code == 200
    second = await new.chat()
    assert (second.status_code, second.headers["x-ratelimit-remaining-requests"]) == (200, "0")
    assert [(await one.chat()).status_code for one in (limited, new)] == [429, 429]


async def test_places_are_taken_by_both_together(limited: Door, provider: FakeProvider) -> None:
    provider.script("alpha", Script((Text("One."), Delay(0.5))), says("Two."))
    new = await rotated(limited)
    first = asyncio.create_task(limited.chat())
    await asyncio.to_thread(provider.wait_for_request)
    assert (await new.chat()).status_code == 429
    assert (await first).status_code == 200
    assert (await new.chat()).status_code == 200


async def test_another_limit_of_one_of_them_fills_nothing_up_that_was_used(
    limited: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", says("One."), says("Two."), says("Three."))
    new = await rotated(limited)
    await ApiKey.objects.filter(pk=new.key.pk).aupdate(requests_per_minute=1)
    told = [(await one.chat()).status_code for one in (limited, new, limited, new, limited)]
    assert told.count(200) == 2


@pytest.mark.parametrize("owner", ["old", "new"])
async def test_a_budget_of_one_is_the_budget_of_both(
    door: Door, provider: FakeProvider, owner: str
) -> None:
    provider.script("alpha", says("One."), says("Two."), says("Three."))
    new = await rotated(door)
    whose = door if owner == "old" else new
    await Budget.objects.acreate(**BUDGET, scope_id=whose.key.pk, limit=2)
    for one in (door, new):
        assert (await one.chat()).status_code == 200
        await door.settle()
    for one in (new, door):
        refused = await one.chat()
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "insufficient_quota")
    assert (await BudgetBucket.objects.aget()).used == 2
    (told,) = (await new.ask("GET", "/v1/key")).json()["budgets"]
    assert (told["limit"], told["left"]) == (2, 0)


async def test_the_third_key_of_a_line_has_what_all_before_it_left(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", says("One."), says("Two."))
    second = await rotated(door)
    await Budget.objects.acreate(**BUDGET, scope_id=second.key.pk, limit=1)
    third = await rotated(second)
    assert third.key.line == door.key.pk
    assert (await third.chat()).status_code == 200
    await door.settle()
    assert (await door.chat()).status_code == 429


async def test_other_keys_of_the_owner_have_their_own(door: Door, provider: FakeProvider) -> None:
    provider.script("alpha", says("One."), says("Two."))
    await rotated(door)
    await Budget.objects.acreate(**BUDGET, scope_id=door.key.pk, limit=1)
    old = await ApiKey.objects.select_related("user").aget(pk=door.key.pk)
    key, text = await sync_to_async(api_key_create)(user=old.user, name="Other")
    assert (await door.chat()).status_code == 200
    await door.settle()
    assert (await Door(door.relay, key, text).chat()).status_code == 200


async def test_a_larger_limit_gives_no_more_at_once_than_it_adds() -> None:
    counters = OwnCounters()
    assert (await counters.take("k", 2, 2))[0] == 0.0
    wait, _left = await counters.take("k", 600, 5)
    assert 0 < wait <= 0.5
