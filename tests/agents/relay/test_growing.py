"""Answers that outgrow what was promised for them."""

import asyncio

from asgiref.sync import sync_to_async

from accounts.models import User
from agents.relay.allowances import Allowance, allowance_grow
from agents.relay.problems import RelayError
from billing.models import Balance, Hold
from billing.services import charging
from billing.services.holds import hold_rates
from librechat.kernel import yaml_config
from tests.agents.relay.conftest import Door

RATES = {"alpha": {"prompt": 1.0, "completion": 1.0}}
MORE = 1_024


def opened(user: User) -> Allowance:
    """Return an allowance of three calls whose promised output is used up."""
    call = charging.Call(
        user=user, key="relay:a", model="alpha", context="relay", endpoint_rates=RATES, calls=3
    )
    hold = charging.hold_open(call=call, prompt_tokens=10, output_tokens=30)
    assert hold.is_recorded
    return Allowance(hold, hold_rates(hold), 0, 0, 0, retires_at=0.0)


async def grown(allowance: Allowance, calls: int) -> list[BaseException | None]:
    waiting = (allowance_grow(allowance, MORE) for _call in range(calls))
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_calls_that_outgrow_their_part_together_all_get_more(door: Door) -> None:
    allowance = await sync_to_async(opened)(door.key.user)
    assert await grown(allowance, 3) == [None] * 3
    hold = await Hold.objects.aget()
    assert hold.output_tokens == allowance.hold.output_tokens == 30 + 3 * MORE
    assert (allowance.output_left, allowance.wanted_more) == (0, 0)


async def test_what_is_left_is_taken_before_more_is_held(door: Door) -> None:
    allowance = await sync_to_async(opened)(door.key.user)
    allowance.output_left = MORE + 24
    assert await grown(allowance, 2) == [None] * 2
    assert (await Hold.objects.aget()).output_tokens == 30 + MORE - 24
    assert allowance.output_left == 0


async def test_when_the_balance_is_used_up_the_next_call_gets_nothing(door: Door) -> None:
    with yaml_config.override({"balance": {"enabled": True}}):
        funds = {"credits": 10 + 30 + MORE + 100}
        await Balance.objects.aupdate_or_create(user=door.key.user, defaults=funds)
        allowance = await sync_to_async(opened)(door.key.user)
        first, second, third = await grown(allowance, 3)
    assert (first, second) == (None, None)  # the second goes on with what was left
    assert isinstance(third, RelayError)
    assert third.kind == "out_of_funds"
    assert (await Hold.objects.aget()).output_tokens == 30 + MORE + 100
    assert (allowance.output_left, allowance.wanted_more) == (0, 0)


async def test_without_books_nothing_is_written(door: Door) -> None:
    with yaml_config.override({"transactions": {"enabled": False}}):
        call = charging.Call(user=door.key.user, key="relay:b", model="alpha", endpoint_rates=RATES)
        hold = await sync_to_async(charging.hold_open)(
            call=call, prompt_tokens=10, output_tokens=30
        )
        allowance = Allowance(hold, hold_rates(hold), 0, 0, 0, retires_at=0.0)
        assert await grown(allowance, 2) == [None] * 2
    assert not await Hold.objects.aexists()
