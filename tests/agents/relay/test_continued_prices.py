"""Long-context prices of turns that the provider broke off: decided request by request."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from agents.engine.offload import offload
from agents.llm.wire.neutral import Usage
from agents.queries.relay_books import relay_check
from agents.relay.metering import requests_of
from billing.models import Balance
from billing.queries.receipts import receipts_check
from librechat.kernel import yaml_config
from tests.agents.relay.conftest import Door, config_for
from tests.agents.relay.test_continuing import MODEL, ends, pauses, settled
from tests.factories.prices import price_make
from tests.fakes.provider import Delay, FakeProvider, Script, Text
from tests.fakes.provider import Usage as Counted


@pytest.fixture(autouse=True)
async def long_context(door: Door) -> None:
    """A token costs a credit, or ten where a request is longer than 1,000 tokens."""
    tier: dict[str, Any] = {"premium_above": 1_000, "premium_prompt": 10, "premium_completion": 10}
    await sync_to_async(price_make)(MODEL, 1, 1, **tier)


async def faults() -> list[str]:
    return [*await offload(receipts_check), *await offload(relay_check)]


@pytest.mark.parametrize("stream", [False, True])
async def test_requests_that_are_short_by_themselves_are_not_long_together(
    door: Door, provider: FakeProvider, stream: bool
) -> None:
    provider.script(
        MODEL,
        pauses("I look. ", given=600, output=10),
        pauses("I read. ", given=700, output=20),
        ends("Rain.", given=800, output=30),
    )
    assert (await door.chat(MODEL, stream=stream)).status_code == 200
    call = await settled(door)
    assert (call.input_tokens, call.output_tokens) == (2_100, 60)
    assert (call.prompt_credits, call.credits) == (2_100, 2_160)
    assert await faults() == []


async def test_only_the_requests_that_are_long_cost_more(
    door: Door, provider: FakeProvider
) -> None:
    provider.script(
        MODEL, pauses("I look. ", given=900, output=10), ends("Rain.", given=1_100, output=30)
    )
    assert (await door.chat(MODEL)).status_code == 200
    assert (await settled(door)).credits == 900 + 10 + 11_000 + 300
    assert await faults() == []


async def test_a_call_of_one_long_request_costs_more(door: Door, provider: FakeProvider) -> None:
    provider.script(MODEL, ends("Rain.", given=1_100, output=30))
    assert (await door.chat(MODEL)).status_code == 200
    assert (await settled(door)).credits == 11_000 + 300
    assert await faults() == []


async def test_a_long_request_is_held_at_its_own_price_before_it_is_made(
    door: Door, provider: FakeProvider
) -> None:
    slow = Script((Delay(1.0), Text("Rain.")), usage=Counted(1_100, 5))
    provider.script(MODEL, pauses("I look. ", given=995, output=10), slow)
    rules = config_for(provider) | {"balance": {"enabled": True, "startBalance": 100_000}}
    with yaml_config.override(rules):
        asking = asyncio.create_task(door.chat(MODEL, max_tokens=30))
        await asyncio.to_thread(provider.wait_for_request, 2, 10)
        owner = await User.objects.aget(pk=door.key.user_id)
        held = (await Balance.objects.aget(user=owner)).held_credits
        # The first, what it said with it again at the long price, and what may come out of it.
        assert held >= 995 + 10 + 1_005 * 10 + 20 * 10
        assert (await asking).status_code == 200
        assert (await settled(door)).credits == 995 + 10 + 11_000 + 50


def test_the_last_request_is_what_the_others_leave() -> None:
    ended = [Usage(10, 1, cache_read_tokens=5), Usage(20, 2)]
    found = requests_of(Usage(60, 9, cache_read_tokens=8, is_estimated=True), ended)
    assert [(one.input_tokens, one.output_tokens) for one in found] == [(10, 1), (20, 2), (30, 6)]
    assert [one.cache_read_tokens for one in found] == [5, 0, 3]


@pytest.mark.parametrize("ended", [[Usage(61, 1)], [Usage(-5, 1)], [Usage(1, 10)]])
def test_requests_that_do_not_fit_into_the_whole_are_priced_as_the_whole(
    ended: list[Usage],
) -> None:
    (found,) = requests_of(Usage(60, 9), ended)
    assert (found.input_tokens, found.output_tokens) == (60, 9)
