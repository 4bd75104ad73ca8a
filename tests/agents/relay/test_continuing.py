"""Turns that the provider breaks off: all requests of one answer are promised and paid as one."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db.models import Sum

from accounts.models import User
from agents.models import CallStatus, RelayCall
from billing.models import Balance, Budget, Hold, Transaction
from librechat.kernel import yaml_config
from tests.agents.relay.conftest import Door, config_for
from tests.fakes.provider import Delay, FakeProvider, Raw, Script, Text, Usage, refuses

MODEL = "claude-sonnet-4-5"
both_ways = pytest.mark.parametrize("stream", [False, True])


def event(kind: str, **fields: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def pauses(said: str, *, given: int, output: int) -> Script:
    """Return a script that says something and breaks its turn off."""
    delta = {"stop_reason": "pause_turn", "stop_sequence": None}
    end = event("message_delta", delta=delta, usage={"output_tokens": output})
    stop = event("content_block_stop", index=0)
    return Script((Text(said), Raw(stop + end + event("message_stop"))), usage=Usage(given, output))


def ends(said: str, *, given: int, output: int) -> Script:
    return Script((Text(said),), usage=Usage(given, output))


@contextmanager
def paid_from(provider: FakeProvider, start: int) -> Iterator[None]:
    """Check balances; a token costs one credit."""
    rules = config_for(provider)
    rules["balance"] = {"enabled": True, "startBalance": start}
    claude = rules["endpoints"]["custom"][1]
    claude["tokenConfig"] = {MODEL: {"prompt": 1.0, "completion": 1.0, "context": 200_000}}
    with yaml_config.override(rules):
        yield


async def settled(door: Door) -> RelayCall:
    """Return the one call there is on record, once its hold is closed."""
    await door.settle()
    assert not await Hold.objects.filter(state="open").aexists()
    return await RelayCall.objects.aget()


@both_ways
@pytest.mark.parametrize("path", ["chat/completions", "responses"])
async def test_all_requests_of_an_answer_are_one_call_that_costs_all_of_them(
    door: Door, provider: FakeProvider, path: str, stream: bool
) -> None:
    provider.script(
        MODEL,
        pauses("I look. ", given=100, output=10),
        pauses("I read. ", given=200, output=20),
        ends("Rain.", given=300, output=30),
    )
    said: dict[str, Any] = {"messages": [{"role": "user", "content": "Hi"}]}
    said = said if path.startswith("chat") else {"input": "Hi"}
    answer = await door.post(f"/v1/{path}", {"model": MODEL, "stream": stream, **said})
    assert answer.status_code == 200
    call = await settled(door)
    assert (call.status, call.is_estimated) == (CallStatus.OK, False)
    assert (call.input_tokens, call.output_tokens) == (600, 60)
    booked = await Transaction.objects.filter(context="relay").aaggregate(calls=Sum("calls"))
    charged = await Hold.objects.aaggregate(credits=Sum("charged_credits"))
    assert (booked["calls"], charged["credits"]) == (1, call.credits)
    assert call.credits > 0


async def test_a_budget_of_messages_counts_an_answer_once(
    door: Door, provider: FakeProvider
) -> None:
    await Budget.objects.acreate(
        name="One call", scope="key", scope_id=door.key.pk, measure="messages", limit=1
    )
    provider.script(
        MODEL, pauses("I look. ", given=100, output=10), ends("Rain.", given=200, output=5)
    )
    assert (await door.chat(MODEL)).status_code == 200
    assert (await settled(door)).status == CallStatus.OK
    assert (await door.chat(MODEL)).status_code == 429


@both_ways
async def test_what_came_before_the_provider_refused_to_go_on_is_charged(
    door: Door, provider: FakeProvider, stream: bool
) -> None:
    provider.script(MODEL, pauses("I look. ", given=100, output=10), refuses(529))
    answer = await door.chat(MODEL, stream=stream)
    assert answer.status_code == (200 if stream else 502)
    assert "upstream_truncated" in answer.text
    call = await settled(door)
    assert call.status == CallStatus.ERROR
    assert (call.input_tokens, call.output_tokens) == (100, 10)
    assert call.credits > 0


@both_ways
async def test_a_provider_that_refuses_at_once_costs_nothing(
    door: Door, provider: FakeProvider, stream: bool
) -> None:
    provider.script(MODEL, refuses(529))
    answer = await door.chat(MODEL, stream=stream)
    assert answer.status_code == 503
    assert (await settled(door)).credits == 0


@both_ways
async def test_without_credits_for_going_on_the_answer_breaks_off_and_what_came_is_charged(
    door: Door, provider: FakeProvider, stream: bool
) -> None:
    provider.script(
        MODEL, pauses("I look. ", given=100, output=10), ends("Rain.", given=200, output=5)
    )
    with paid_from(provider, 40):
        answer = await door.chat(MODEL, stream=stream, max_tokens=30)
        assert "insufficient_quota" in answer.text
        call = await settled(door)
    assert len(provider.requests) == 1
    assert (call.input_tokens, call.output_tokens, call.credits) == (100, 10, 110)


async def test_what_goes_on_is_held_before_it_is_asked(door: Door, provider: FakeProvider) -> None:
    slow = Script((Delay(1.0), Text("Rain.")), usage=Usage(200, 5))
    provider.script(MODEL, pauses("I look. ", given=1000, output=10), slow)
    with paid_from(provider, 100_000):
        asking = asyncio.create_task(door.chat(MODEL, max_tokens=30))
        await asyncio.to_thread(provider.wait_for_request, 2, 10)
        owner = await User.objects.aget(pk=door.key.user_id)
        held = (await Balance.objects.aget(user=owner)).held_credits
        assert held >= 1000 + 10 + 1010 + 20  # of both requests: what went in, what may come out
        assert (await asking).status_code == 200
        call = await settled(door)
    assert call.credits == 1000 + 10 + 200 + 5
    balance = await sync_to_async(Balance.objects.get)(user=owner)
    assert (balance.credits, balance.held_credits) == (100_000 - call.credits, 0)


async def test_a_client_of_the_same_dialect_hears_of_the_pause(
    door: Door, provider: FakeProvider
) -> None:
    provider.script(MODEL, pauses("I look. ", given=100, output=10))
    body = {"model": MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    answer = await door.post("/v1/messages", body | {"stream": True})
    assert "pause_turn" in answer.text
    assert len(provider.requests) == 1
